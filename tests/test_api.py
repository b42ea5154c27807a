"""REST: the same objects as the command line, and problems that say what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import RunKb
from pydantic import BaseModel, TypeAdapter
from served import serving_api

from app.api.schemas import AnswerOut, PageOut, RegisterOut, TableOut

ROOT = Path(__file__).resolve().parents[1]

CELL_QUESTION = "What did Nottinghamshire pay towards forensics in 2016/17?"
PROSE_QUESTION = "How much did the collaborations save between 2014 and 2017?"
UNANSWERABLE = "What is the salary of the Mayor of Paris?"
SLIDES, PLAN = "panel-presentation-2017.pdf", "plan-2009-2012.pdf"


@pytest.fixture(scope="module")
def api(corpus_home: Path) -> Iterator[httpx.Client]:
    with serving_api(corpus_home) as address, httpx.Client(base_url=f"{address}/api", timeout=120) as client:
        yield client


def detail_of(response: httpx.Response, status: int) -> str:
    """The words of a problem, which must be one of that status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status and body["title"] and body["type"] == "about:blank"
    return str(body["detail"])


def without_times(text: str) -> str:
    value = json.loads(text)
    value["timings_ms"] = {}
    return json.dumps(value, ensure_ascii=False, indent=2)


# ------------------------------------------------------------------------------------------------------ asking


@pytest.mark.parametrize("question", [CELL_QUESTION, PROSE_QUESTION, UNANSWERABLE])
def test_an_answer_is_what_the_command_line_prints(
    api: httpx.Client, corpus_home: Path, run_kb: RunKb, question: str
) -> None:
    response = api.post("/ask", json={"question": question})
    printed = run_kb("ask", question, "--json", "--home", corpus_home).out
    assert without_times(response.text) == without_times(printed)
    times = f'"timings_ms": {json.dumps(response.json()["timings_ms"], indent=2)}'.replace("\n", "\n  ")
    own_times = f'"timings_ms": {json.dumps(json.loads(printed)["timings_ms"], indent=2)}'.replace("\n", "\n  ")
    assert response.text.replace(times, "") == printed.replace(own_times, "")


def test_ids_come_back_as_they_were(api: httpx.Client) -> None:
    for given in ("q1", 7, None):
        assert api.post("/ask", json={"question": CELL_QUESTION, "id": given}).json()["id"] == given


@pytest.mark.parametrize(
    "history",
    [
        [CELL_QUESTION],
        [{"question": CELL_QUESTION, "answer": "£1,087,357"}],
        [{"role": "user", "content": CELL_QUESTION}, {"role": "assistant", "content": "£1,087,357"}],
    ],
    ids=["questions", "turns", "messages"],
)
def test_history_in_each_form(api: httpx.Client, history: list[Any]) -> None:
    answer = api.post("/ask", json={"question": "And Leicestershire?", "history": history}).json()
    assert answer["values"] == ["£906,131"]


def test_one_document_answers_where_it_is_named(api: httpx.Client) -> None:
    answer = api.post("/ask", json={"question": PROSE_QUESTION, "document": PLAN}).json()
    assert {entry["source"] for entry in answer["retrieved"]} == {PLAN}


def test_filters_choose_the_documents(api: httpx.Client) -> None:
    asked = {"question": CELL_QUESTION, "filters": {"years": [2017], "kinds": ["presentation"]}}
    assert api.post("/ask", json=asked).json()["values"] == ["£1,087,357"]
    asked["filters"] = {"years": [1999]}
    assert api.post("/ask", json=asked).json()["status"] == "not_found"


@pytest.mark.parametrize("question", [CELL_QUESTION, UNANSWERABLE, "Which unit saves the most against its baseline?"])
def test_answers_have_the_documented_form_and_nothing_besides(api: httpx.Client, question: str) -> None:
    AnswerOut.model_validate(api.post("/ask", json={"question": question}).json(), strict=True, extra="forbid")


# ------------------------------------------------------------------------------------------------------ reading


def test_documents_are_those_of_the_command_line(api: httpx.Client, corpus_home: Path, run_kb: RunKb) -> None:
    assert api.get("/documents").text == run_kb("documents", "--json", "--home", corpus_home).out


def test_a_document_has_pages_sections_and_tables(api: httpx.Client) -> None:
    shown = api.get(f"/documents/{SLIDES}").json()
    assert shown["document"]["source"] == SLIDES
    assert [page["number"] for page in shown["pages"]] == list(range(1, 22))
    assert "Force Financial Contributions" in [section["title"] for section in shown["sections"]]
    assert 13 in [table["page"] for table in shown["tables"]]
    assert api.get(f"/documents/{shown['document']['id']}").json() == shown


def test_a_page_as_json_text_and_image(api: httpx.Client) -> None:
    address = f"/documents/{SLIDES}/pages/13"
    page = PageOut.model_validate(api.get(address).json(), strict=True, extra="forbid")
    assert (page.number, page.count, page.page, page.source) == (13, 21, 13, SLIDES)
    # A blank cell keeps its place, so that no figure stands under another force.
    assert "EMCHRS L&D | 760,261 | 633,151 | 599,575 | 405,313 |  | 2,398,301" in page.text
    text = api.get(address, headers={"accept": "text/plain"})
    assert text.headers["content-type"].startswith("text/plain") and text.text == page.text
    image = api.get(f"{address}.png")
    assert image.headers["content-type"] == "image/png" and image.content.startswith(b"\x89PNG")
    assert api.get(address, headers={"accept": "image/png"}).content == image.content


def test_tables_are_those_of_the_command_line(api: httpx.Client, corpus_home: Path, run_kb: RunKb) -> None:
    printed = run_kb("tables", "--document", SLIDES, "--json", "--home", corpus_home)
    shown = api.get("/tables", params={"document": SLIDES})
    assert shown.text == printed.out
    TypeAdapter(list[TableOut]).validate_python(shown.json(), strict=True, extra="forbid")
    on_page = api.get("/tables", params={"document": SLIDES, "page": 13}).json()
    assert on_page == [table for table in printed.json if table["page"] == 13]
    assert len(api.get("/tables").json()) > len(printed.json)


def test_tables_are_found_by_words(api: httpx.Client) -> None:
    found = api.get("/tables", params={"query": "forensics contribution by force", "limit": 2}).json()
    assert len(found) == 2
    assert (SLIDES, 13) in [(table["source"], table["page"]) for table in found]
    only = api.get("/tables", params={"query": "forensics contribution by force", "document": PLAN}).json()
    assert {table["source"] for table in only} == {PLAN}


def test_the_workforce_register_of_a_unit(api: httpx.Client) -> None:
    shown = api.get("/workforce", params={"words": "what would happen to my job in a merged legal services team"})
    register = RegisterOut.model_validate(shown.json(), strict=True, extra="forbid")
    assert register.unit == "Legal services" and register.count == sum(len(one.entries) for one in register.themes)
    first = register.themes[0].entries[0]
    assert "legal services" in first.quote.lower() and first.citations[0].page
    limited = api.get("/workforce", params={"unit": "legal services", "theme": ["posts"], "year": [2013]}).json()
    assert [theme["theme"] for theme in limited["themes"]] == ["posts"] and 0 < limited["count"] < register.count
    csv = api.get("/workforce", params={"unit": "legal services", "format": "csv"})
    assert csv.headers["content-type"].startswith("text/csv") and first.quote in csv.text
    assert "Legal services" in api.get("/workforce/choices").json()["units"]
    assert "Legal services" in detail_of(api.get("/workforce", params={"unit": "catering"}), 404)
    assert "units" in detail_of(api.get("/workforce", params={"units": "catering"}), 422)


def test_health_says_what_is_there(api: httpx.Client, corpus_home: Path) -> None:
    said = api.get("/health").json()
    assert said["status"] == "ok" and said["documents"] == 5 and said["newest"] == "2017-04-24"


# ----------------------------------------------------------------------------------------------------- problems


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "words"),
    [
        ("GET", "/nothing", {}, 404, "/api/"),
        ("GET", "/documents/none.pdf", {}, 404, SLIDES),
        ("GET", f"/documents/{PLAN}/pages/99", {}, 404, "23 pages"),
        ("GET", f"/documents/{PLAN}/pages/99.png", {}, 404, "23 pages"),
        ("GET", f"/documents/{PLAN}/pages/two", {}, 422, "number"),
        ("GET", "/tables?page=2", {}, 422, "document"),
        ("GET", "/ingest/none", {}, 404, "job"),
        ("GET", "/evaluation/none", {}, 404, "run"),
        ("PUT", "/ask", {}, 405, "POST"),
        ("POST", "/ask", {"json": {}}, 422, "#/question"),
        ("POST", "/ask", {"json": {"question": "?"}}, 422, "words"),
        ("POST", "/ask", {"json": {"question": "x" * 3000}}, 422, "2,000"),
        ("POST", "/ask", {"json": {"question": CELL_QUESTION, "filter": {}}}, 422, "#/filter"),
        ("POST", "/ask", {"json": {"question": CELL_QUESTION, "document": "none.pdf"}}, 404, SLIDES),
        ("POST", "/ask", {"json": {"question": CELL_QUESTION, "history": [1]}}, 422, "history"),
        ("POST", "/ask", {"json": {"question": CELL_QUESTION, "filters": {"kinds": ["novel"]}}}, 422, "plan"),
        ("POST", "/ask", {"content": b'{"question": ', "headers": {"content-type": "application/json"}}, 422, "JSON"),
        ("POST", "/ask", {"content": b'{"question": "x"}', "headers": {"content-type": "text/plain"}}, 415, "JSON"),
        ("POST", "/ingest", {"content": b"x", "headers": {"content-type": "text/plain"}}, 415, "files"),
        ("POST", "/ingest", {"json": {"paths": ["/no/such/file"]}}, 422, "/no/such/file"),
        ("POST", "/ingest", {"json": {"path": "/"}}, 422, "#/path"),
        ("POST", "/export", {"json": {"format": "docx"}}, 422, "questions"),
        ("POST", "/export", {"json": {"format": "doc", "questions": ["x"]}}, 422, "docx"),
        ("POST", "/export", {"json": {"answers": [{"question": "x"}]}}, 422, "answer"),
        ("POST", "/evaluation", {"json": {}}, 422, "set"),
        ("POST", "/evaluation", {"json": {"set": "none"}}, 404, "tuned"),
        ("POST", "/evaluation", {"json": {"questions": [{"id": "1"}]}}, 422, "question"),
    ],
)
def test_a_problem_says_what_to_do(
    api: httpx.Client, method: str, path: str, sent: dict[str, Any], status: int, words: str
) -> None:
    assert words in detail_of(api.request(method, path, **sent), status)


def test_every_wrong_field_is_named(api: httpx.Client) -> None:
    response = api.post("/ask", json={"filters": {"years": ["soon"]}, "page": 1})
    pointers = {error["pointer"] for error in response.json()["errors"]}
    assert pointers == {"#/question", "#/filters/years/0", "#/page"}


def test_what_is_too_large_is_refused(api: httpx.Client) -> None:
    assert "8 MB" in detail_of(api.post("/ask", json={"question": "x" * 9_000_000}), 413)

    def endless() -> Iterator[bytes]:
        yield from (b" " * 1_000_000 for _ in range(9))

    response = api.post("/ask", content=endless(), headers={"content-type": "application/json"})
    assert "8 MB" in detail_of(response, 413)


def test_an_empty_library_says_how_to_fill_it(tmp_path: Path) -> None:
    with serving_api(tmp_path / "none") as address:
        assert "kb ingest" in detail_of(httpx.get(f"{address}/api/documents", timeout=120), 503)
        assert "kb ingest" in detail_of(httpx.post(f"{address}/api/ask", json={"question": "Who?"}, timeout=120), 503)


# ---------------------------------------------------------------------------------------------------- the whole


def test_openapi_describes_every_address(api: httpx.Client) -> None:
    openapi = api.get("/openapi.json").json()
    assert openapi["openapi"].startswith("3.") and openapi["servers"] == [{"url": "/api"}]
    operations = [one for methods in openapi["paths"].values() for one in methods.values()]
    assert len(operations) >= 18
    for operation in operations:
        assert operation["summary"] and operation["description"]
        assert "application/problem+json" in operation["responses"]["default"]["content"]
    references = set(_references(openapi))
    assert references and references <= {f"#/components/schemas/{name}" for name in openapi["components"]["schemas"]}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_the_list_of_addresses_loads_nothing_from_elsewhere(api: httpx.Client) -> None:
    response = api.get("/")
    assert response.headers["content-type"].startswith("text/html")
    page = response.text
    openapi = api.get("/openapi.json").json()
    assert all(f"<code>/api{path}</code>" in page for path in openapi["paths"])
    assert "<script" not in page and "http:" not in page and "https:" not in page
    assert api.get("/overview.css").headers["content-type"].startswith("text/css")
    assert httpx.get(str(api.base_url).rstrip("/"), follow_redirects=True, timeout=120).text == page


def test_the_documentation_has_every_address(api: httpx.Client) -> None:
    documented = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    for path, methods in api.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"| `{method.upper()} /api{path}` |" in documented


def test_nothing_heavy_is_loaded_before_the_first_request() -> None:
    code = (
        "import sys; from pathlib import Path; import starlette.applications\n"
        "app = starlette.applications.Starlette()\nbefore = set(sys.modules)\n"
        "import app.api; app.api.add_api(starlette.applications.Starlette(), Path('x'))\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new & {'fastapi', 'gradio', 'mcp', 'pydantic', 'torch', 'chromadb', 'numpy', 'docx'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr


def test_schemas_are_plain_models() -> None:
    from app.api import schemas

    models = [one for one in vars(schemas).values() if isinstance(one, type) and issubclass(one, BaseModel)]
    assert all(model.__doc__ for model in models)
