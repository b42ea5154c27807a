"""REST: documents that come, are corrected and go; answers as files; question sets asked and scored."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import httpx
import pytest
from pypdf import PdfReader
from served import serving_api
from starlette.types import ASGIApp, Receive, Scope, Send
from test_api import CELL_QUESTION, UNANSWERABLE, detail_of
from test_mcp import call

from app.access.guard import SameSiteOnly
from app.access.readers import SCOPE_KEY, Reader

WIDGETS = b"# Widget board\n\nIn 2018 the widget board agreed to spend \xc2\xa312,345 on new widgets.\n"
GADGETS = WIDGETS.replace(b"Widget", b"Gadget").replace(b"widget", b"gadget")
WIDGET_QUESTION = "How much did the widget board agree to spend?"


@pytest.fixture(scope="module")
def api(corpus_home: Path) -> Iterator[httpx.Client]:
    with serving_api(corpus_home) as address, httpx.Client(base_url=f"{address}/api", timeout=120) as client:
        yield client


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[httpx.Client]:
    """A server whose knowledge base is not there yet."""
    with (
        serving_api(tmp_path / "new") as address,
        httpx.Client(base_url=f"{address}/api", timeout=120) as client,
    ):
        yield client


def send(client: httpx.Client, *files: tuple[str, bytes]) -> dict[str, Any]:
    """Upload files and wait for the job's end."""
    response = client.post("/ingest", files=[("files", file) for file in files])
    assert response.status_code == 202, response.text
    return finished(client, response)


def finished(client: httpx.Client, response: httpx.Response) -> dict[str, Any]:
    job: dict[str, Any] = response.json()
    assert response.headers["location"] == f"/api/ingest/{job['id']}"
    while job["step"] in ("waiting", "running"):
        time.sleep(0.1)
        job = client.get(f"/ingest/{job['id']}").json()
    return job


def outcomes(job: dict[str, Any]) -> dict[str, str]:
    return {one["source"]: one["became"] for file in job["files"] for one in file["outcomes"]}


# -------------------------------------------------------------------------------------------- documents come and go


def test_a_document_comes_is_asked_corrected_removed_restored_and_gone(fresh: httpx.Client) -> None:
    job = send(fresh, ("widgets.md", WIDGETS), ("widgets.exe", b"MZ"))
    assert job["step"] == "done"
    assert outcomes(job) == {"widgets.md": "added", "widgets.exe": "refused"}
    assert next(one["reason"] for file in job["files"] for one in file["outcomes"] if one["became"] == "refused")
    assert "£12,345" in fresh.post("/ask", json={"question": WIDGET_QUESTION}).json()["answer"]
    assert outcomes(send(fresh, ("again.md", WIDGETS))) == {"again.md": "unchanged"}
    assert len(fresh.get("/ingest").json()["jobs"]) == 2

    page = fresh.get("/documents/widgets.md/pages/1").json()
    assert page["page"] is None and page["count"] == 1 and "£12,345" in page["text"]

    corrected = fresh.patch("/documents/widgets.md", json={"title": "On widgets", "date": "2018-05"}).json()
    assert corrected["title"] == "On widgets" and corrected["date"] == "2018-05-01"
    assert "date" in detail_of(fresh.patch("/documents/widgets.md", json={"date": "soon"}), 422).lower()

    assert fresh.delete("/documents/widgets.md").status_code == 204
    assert "holds no documents" in detail_of(fresh.post("/ask", json={"question": WIDGET_QUESTION}), 503)
    assert [one["source"] for one in fresh.get("/documents", params={"removed": True}).json()] == ["widgets.md"]
    assert fresh.post("/documents/widgets.md/restore").json()["title"] == "On widgets"
    assert "£12,345" in fresh.post("/ask", json={"question": WIDGET_QUESTION}).json()["answer"]

    assert fresh.delete("/documents/widgets.md", params={"final": True}).status_code == 204
    detail_of(fresh.post("/documents/widgets.md/restore"), 404)
    assert fresh.get("/documents").json() == []


def test_a_removed_document_can_go_for_good(fresh: httpx.Client) -> None:
    send(fresh, ("widgets.md", WIDGETS))
    fresh.delete("/documents/widgets.md")
    assert fresh.delete("/documents/widgets.md", params={"final": True}).status_code == 204
    assert fresh.get("/documents", params={"removed": True}).json() == []


def test_an_archive_brings_each_document_in_it(fresh: httpx.Client) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in/widgets.md", WIDGETS)
        archive.writestr("in/gadgets.md", GADGETS)
    assert set(outcomes(send(fresh, ("both.zip", packed.getvalue()))).values()) == {"added"}
    assert len(fresh.get("/documents").json()) == 2


def test_files_of_the_same_name_are_both_read(fresh: httpx.Client) -> None:
    job = send(fresh, ("widgets.md", WIDGETS), ("widgets.md", WIDGETS.replace(b"12,345", b"54,321")))
    assert job["step"] == "done" and len(fresh.get("/documents").json()) == 2


def test_paths_of_this_machine(fresh: httpx.Client, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/widgets.md").write_bytes(WIDGETS)
    response = fresh.post("/ingest", json={"paths": [str(tmp_path / "in")]})
    assert outcomes(finished(fresh, response)) == {"widgets.md": "added"}
    assert (tmp_path / "in/widgets.md").is_file()


@pytest.mark.parametrize("header", ["forwarded", "x-forwarded-for", "via"])
def test_paths_are_not_taken_from_elsewhere(fresh: httpx.Client, tmp_path: Path, header: str) -> None:
    response = fresh.post("/ingest", json={"paths": [str(tmp_path)]}, headers={header: "for=192.0.2.1"})
    assert "files" in detail_of(response, 403)


def test_a_job_is_cancelled(fresh: httpx.Client) -> None:
    many = [(f"widgets-{n}.md", WIDGETS.replace(b"12,345", f"{n:05}".encode())) for n in range(60)]
    response = fresh.post("/ingest", files=[("files", file) for file in many])
    job = fresh.delete(f"/ingest/{response.json()['id']}").json()
    assert job["step"] in ("running", "cancelled")
    assert finished(fresh, response)["step"] == "cancelled"
    assert len(fresh.get("/documents").json()) < len(many)


# ------------------------------------------------------------------------------------------------ who may do what


class AsReader:
    """Middleware: everyone is a reader who is signed in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[SCOPE_KEY] = Reader("anne")
        await self.app(scope, receive, send)


def test_a_reader_reads_and_changes_nothing(corpus_home: Path) -> None:
    with serving_api(corpus_home, AsReader) as address, httpx.Client(base_url=f"{address}/api", timeout=120) as reader:
        assert reader.post("/ask", json={"question": CELL_QUESTION}).json()["status"] == "answered"
        document = f"/documents/{reader.get('/documents').json()[0]['id']}"
        for method, path, sent in [
            ("POST", "/ingest", {"json": {}}),
            ("GET", "/ingest", {}),
            ("PATCH", document, {"json": {"title": "Mine"}}),
            ("DELETE", document, {}),
            ("POST", f"{document}/restore", {}),
            ("GET", "/documents?removed=true", {}),
            ("POST", "/evaluation", {"json": {"set": "tuned"}}),
            ("DELETE", "/evaluation/any", {}),
        ]:
            assert "editor" in detail_of(reader.request(method, path, **sent), 403), path
        assert len(reader.get("/documents").json()) == 5


def test_what_is_not_public_is_nowhere_for_who_is_not_cleared(tmp_path: Path) -> None:
    home = tmp_path / "kb"
    with serving_api(home) as address, httpx.Client(base_url=f"{address}/api", timeout=120) as owner:
        send(owner, ("widgets.md", WIDGETS), ("gadgets.md", GADGETS))
        assert owner.patch("/documents/widgets.md", json={"public": False}).json()["marking"] == "not public"
        hidden = owner.get("/documents/widgets.md").json()["document"]["id"]
        assert len(owner.get("/documents").json()) == 2
    with serving_api(home, AsReader) as address, httpx.Client(base_url=f"{address}/api", timeout=120) as reader:
        said = [
            reader.get("/documents").text,
            reader.get("/health").text,
            reader.get("/tables").text,
            reader.post("/ask", json={"question": "How much did the board agree to spend on new things?"}).text,
            detail_of(reader.get(f"/documents/{hidden}"), 404).replace(hidden, ""),
            detail_of(reader.get("/documents/widgets.md/pages/1"), 404).replace("'widgets.md'", ""),
            reader.get("/workforce").text,
            str(call(f"{address}/mcp", "list_documents")),
            str(call(f"{address}/mcp", "ask", question="How much did the board agree to spend on new things?")),
            str(call(f"{address}/mcp", "find_tables", words="spending of the board")),
        ]
    assert "gadgets.md" in said[0] and "gadgets.md" in said[7]
    assert not [text for text in said if "widget" in text.lower() or hidden in text]
    assert '"documents": 1' in said[1]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/api/ask", "/api/ingest", "/mcp"])
def test_pages_of_other_sites_send_nothing(tmp_path: Path, path: str, headers: dict[str, str]) -> None:
    with serving_api(tmp_path, SameSiteOnly) as address:
        assert "another site" in detail_of(httpx.post(f"{address}{path}", json={}, headers=headers, timeout=120), 403)
        own = httpx.post(
            f"{address}{path}", json={}, headers={"origin": address, "sec-fetch-site": "same-origin"}, timeout=120
        )
        assert own.status_code != httpx.codes.FORBIDDEN


# ------------------------------------------------------------------------------------------------------- export


def test_answers_as_a_word_file(api: httpx.Client) -> None:
    answers = [api.post("/ask", json={"question": asked, "id": 1}).json() for asked in (CELL_QUESTION, UNANSWERABLE)]
    response = api.post("/export", json={"answers": answers, "title": "Two answers"})
    assert response.status_code == 200, response.text
    assert 'filename="two-answers-' in response.headers["content-disposition"]
    words = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(response.content)).paragraphs)
    assert "Two answers" in words and CELL_QUESTION in words and "1,087,357" in words and UNANSWERABLE in words


def test_questions_as_every_kind_of_file(api: httpx.Client) -> None:
    def export(kind: str) -> httpx.Response:
        response = api.post("/export", json={"questions": [CELL_QUESTION], "format": kind})
        assert response.status_code == 200, response.text
        return response

    assert "1,087,357" in export("md").text and "1,087,357" in export("csv").text
    assert json.loads(export("json").text)["answers"][0]["values"] == ["£1,087,357"]
    pages = PdfReader(io.BytesIO(export("pdf").content)).pages
    assert "1,087,357" in "".join(page.extract_text() for page in pages)


# --------------------------------------------------------------------------------------------------- evaluation


def test_questions_are_asked_and_scored(fresh: httpx.Client) -> None:
    send(fresh, ("widgets.md", WIDGETS))
    evidence = [{"source": "widgets.md", "quote": "agreed to spend £12,345"}]
    right = {"id": "a", "type": "fact", "question": WIDGET_QUESTION, "must": [["£12,345"]], "evidence": evidence}
    wrong = {**right, "id": "b", "must": [["£99"]]}
    response = fresh.post("/evaluation", json={"questions": [right, wrong], "name": "widgets"})
    assert response.status_code == 202, response.text
    run = response.json()
    assert response.headers["location"] == f"/api/evaluation/{run['id']}"
    while run["status"] == "running":
        time.sleep(0.1)
        run = fresh.get(f"/evaluation/{run['id']}").json()
    assert run["status"] == "done" and (run["done"], run["total"]) == (2, 2)

    kept = fresh.get(f"/evaluation/{run['run_id']}").json()
    assert kept["total"]["accuracy"] == 0.5 and kept["run"]["name"] == "widgets"
    (failure,) = kept["failures"]
    assert failure["id"] == "b" and failure["expected"] == "£99" and "12,345" in failure["said"]
    assert [one["id"] for one in fresh.get("/evaluation").json()["runs"]] == [run["run_id"]]
    assert fresh.delete(f"/evaluation/{run['run_id']}").status_code == 204
    assert fresh.get("/evaluation").json()["runs"] == []


def test_sets_that_must_not_be_read_are_not_listed(api: httpx.Client) -> None:
    names = [one["name"] for one in api.get("/evaluation").json()["sets"]]
    assert "tuned" in names and not [name for name in names if "set_aside" in name]
    detail_of(api.post("/evaluation", json={"set": "set_aside"}), 404)
