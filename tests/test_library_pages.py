"""The addresses behind the Documents tab, asked as a browser asks: what they show, to whom, and what they change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import docx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.access import OWNER, Reader
from app.access.readers import SCOPE_KEY
from app.sent_names import sent_name
from app.ui.correcting import typed_to_date
from app.ui.documents import library_routes
from app.ui.upload import jobs_to_html
from ingest.jobs import FileState, JobState, jobs_of
from ingest.pipeline import Outcome, ingest
from kb.errors import BadCorrection
from kb.settings import Settings
from kb.store import KnowledgeBase

SECONDS = 300
FILES = {
    "vans.md": "# Vans\n\nA plan of 3 May 2014. Vans cost £20.\n",
    "dogs.md": "# Dogs and horses\n\nDogs cost £30 in June 2016.\n",
    "secret.md": "# The quagga affair\n\nQuaggas cost £40 in 2011.\n",
}


class As:
    """The library's pages, asked by a certain person."""

    def __init__(self, home: Path, reader: Reader) -> None:
        self.home, self.reader = home, reader
        self._app = Starlette(routes=library_routes(home, Settings()))
        self.client = TestClient(self._with_reader)

    async def _with_reader(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app({**scope, SCOPE_KEY: self.reader}, receive, send)

    def get(self, path: str, status: int = 200) -> str:
        reply = self.client.get(f"/library/{path}")
        assert reply.status_code == status, reply.text
        return reply.text

    def post(self, path: str, status: int = 200, **fields: str) -> str:
        reply = self.client.post(f"/library/{path}", data=fields)
        assert reply.status_code == status, reply.text
        return reply.text

    def send(self, *files: tuple[str, bytes], status: int = 200, **fields: str) -> str:
        reply = self.client.post("/library/files", files=[("files", file) for file in files], data=fields)
        assert reply.status_code == status, reply.text
        return reply.text

    def finish(self) -> None:
        for state in jobs_of(self.home).all():
            assert not jobs_of(self.home).wait(state.id, SECONDS).is_running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "kb"


@pytest.fixture
def kb(home: Path, tmp_path: Path) -> Iterator[KnowledgeBase]:
    """Three documents, one of them not public."""
    folder = tmp_path / "from"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    with KnowledgeBase.open(home, create=True) as kb:
        ingest([folder], kb, None)
        kb.correct(id_of(kb, "secret.md"), public=False)
        kb.correct(id_of(kb, "dogs.md"), title="Dogs <b>and</b> horses")
        yield kb


def id_of(kb: KnowledgeBase, source: str) -> str:
    return next(info.id for info in kb.documents() if info.source == source)


def titles(html: str) -> list[str]:
    return [unescape(title) for title in re.findall(r"<a [^>]*data-document>([^<]*)</a>", html)]


def test_the_list_is_counted_searched_and_sorted(home: Path, kb: KnowledgeBase) -> None:
    owner = As(home, OWNER)
    html = owner.get("list")
    assert "3 documents, 0 pages" in html
    assert titles(html) == ["Dogs <b>and</b> horses", "Vans", "The quagga affair"] and "<b>and</b>" not in html
    assert titles(owner.get("list?order=date&turned=1")) == ["The quagga affair", "Vans", "Dogs <b>and</b> horses"]
    assert titles(owner.get("list?order=title"))[0] == "Dogs <b>and</b> horses"
    assert 'aria-sort="ascending"' in owner.get("list?order=title")
    assert titles(owner.get("list?q=VANS+2014")) == ["Vans"]
    assert "No document fits" in owner.get("list?q=%3Cscript%3E") and "<script>" not in owner.get("list?q=%3Cscript%3E")
    assert titles(owner.get("list?kind=plan")) == [i.title for i in kb.documents() if i.kind == "plan"]


def test_a_reader_sees_no_way_to_change_and_has_none(home: Path, kb: KnowledgeBase) -> None:
    reader, document = As(home, Reader("ann", "reader", cleared=True)), id_of(kb, "vans.md")
    html = reader.get("list")
    assert len(titles(html)) == 3
    assert not re.search(r"data-post|data-upload|data-form|Correct<|Remove<", html)
    before = kb.documents()
    for path in (
        "shipped",
        "again",
        *(f"{document}/{act}" for act in ("correct", "remove", "purge", "again", "as-read")),
    ):
        assert "Only people who look after this library" in reader.post(path, 403)
    reader.send(("new.md", b"# New"), status=403)
    reader.get(f"{document}/correct", 422)
    assert reader.get("jobs") == "" and kb.documents() == before and jobs_of(home).all() == []


def test_an_editor_who_is_not_cleared_meets_nothing_of_what_is_not_public(home: Path, kb: KnowledgeBase) -> None:
    editor, secret = As(home, Reader("ben", "editor", cleared=False)), id_of(kb, "secret.md")
    none = re.sub("x" * 16, "", editor.get(f"view?open={'x' * 16}", 404))
    assert "quagga" not in editor.get("list").lower() and "2 documents" in editor.get("list")
    assert editor.get(f"view?open={secret}", 404).replace(secret, "") == none
    editor.get(f"{secret}/correct", 404)
    for act in ("correct", "remove", "again", "as-read", "undo", "restore", "purge"):
        editor.post(f"{secret}/{act}", 404)
    kb.discard(secret)
    assert "quagga" not in editor.get("list").lower()
    editor.post(f"{secret}/restore", 404)
    assert [info.id for info in kb.discarded()] == [secret]


def test_a_document_is_removed_brought_back_and_deleted_for_good(home: Path, kb: KnowledgeBase) -> None:
    owner, document = As(home, OWNER), id_of(kb, "vans.md")
    html = owner.post(f"{document}/remove")
    assert "“Vans” was removed." in html and f'data-form="library/{document}/restore"' in html
    assert "2 documents" in html and "Bring back" in html and not kb.has(document)
    owner.post(f"{document}/correct", 404, title="x", date="", kind="plan")
    assert "in the library again" in owner.post(f"{document}/restore") and kb.has(document)
    assert "Remove it first" in owner.post(f"{document}/purge", 404)
    owner.post(f"{document}/remove")
    owner.post(f"{document}/purge")
    assert kb.discarded() == [] and "Bring back" not in owner.get("list")


def test_a_correction_is_checked_saved_undone_and_taken_back(home: Path, kb: KnowledgeBase) -> None:
    owner, document = As(home, OWNER), id_of(kb, "vans.md")
    before = kb.info(document)
    form = owner.get(f"{document}/correct")
    assert 'value="Vans"' in form and 'value="3 May 2014"' in form
    wrong = owner.post(f"{document}/correct", title=" ", date="32 May", kind=before.kind)
    for name in ("title", "date"):
        assert f'href="#correct-{name}"' in wrong and f'id="error-{name}"' in wrong
        assert re.search(rf'id="correct-{name}"[^>]*aria-invalid="true"[^>]*error-{name}', wrong)
    assert 'value="32 May"' in wrong and kb.info(document) == before
    assert "Nothing was changed" in owner.post(f"{document}/correct", title="Vans", date="3 May 2014", kind=before.kind)
    saved = owner.post(f"{document}/correct", title="Lorries", date="5/2015", kind="review", hidden="1")
    info = kb.info(document)
    assert (info.title, info.date_text, info.kind, info.marking) == ("Lorries", "May 2015", "review", "not public")
    assert "“Lorries” was corrected." in saved and "Corrected: title, date, kind, who may see it" in saved
    assert "The file says “Vans”." in owner.get(f"{document}/correct")
    undo = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', saved))
    assert "undone" in owner.post(f"{document}/undo", **undo) and kb.info(document) == before
    owner.post(f"{document}/correct", title="Lorries", date="", kind="review")
    assert "taken back" in owner.post(f"{document}/as-read") and kb.info(document) == before


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        ("24 April 2017", "2017-04-24"), ("24th  April, 2017", "2017-04-24"), ("1 Apr 2017", "2017-04-01"),
        ("24/4/2017", "2017-04-24"), ("April 2017", "2017-04"), ("4/2017", "2017-04"), ("2017", "2017"),
        ("2017-04-24", "2017-04-24"), ("2017-04", "2017-04"), ("  ", ""),
    ],
)  # fmt: skip
def test_dates_are_taken_as_people_type_them(typed: str, date: str) -> None:
    assert typed_to_date(typed) == date


@pytest.mark.parametrize("typed", ["last year", "31 February 2017", "April", "24 April"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(BadCorrection, match="24 April 2017"):
        typed_to_date(typed)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/a.md", "a.md"),
        ("C:\\docs\\b.pdf", "b.pdf"),
        ("x\0\n.md", "x.md"),
        ("the %22final%22 plan.pdf", 'the "final" plan.pdf'),
        ("two%0D%0Alines.txt", "twolines.txt"),
        ("100%2.csv", "100%2.csv"),
        ("/", "file"),
        ("..", "file"),
        ("", "file"),
        (None, "file"),
        (".pdf", ".pdf"),
        ("ü (1).md", "ü (1).md"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_sent_name_is_a_name_only(given: str | None, kept: str) -> None:
    assert sent_name(given) == kept


def test_the_length_of_a_sent_name_is_counted_in_bytes() -> None:
    name = sent_name("é" * 300 + ".pdf")
    assert 198 <= len(name.encode()) <= 200
    assert name.endswith(".pdf")


def test_files_sent_to_an_empty_library_are_read_and_what_is_refused_says_why(home: Path) -> None:
    owner = As(home, OWNER)
    assert "There are no documents yet" in owner.get("list") and 'data-post="library/shipped"' in owner.get("list")
    begun = owner.send(("a & b.md", FILES["vans.md"].encode()), ("copy.md", FILES["vans.md"].encode()), ("x.xls", b"x"))
    assert "a &amp; b.md" in begun
    owner.finish()
    done = unescape(owner.get("jobs"))
    assert "1 added, 1 already in the library, 1 not added" in done and "data-running" not in done
    assert "save it as Excel workbook (.xlsx)." in done and "(as a & b.md)" in done
    assert titles(owner.get("list")).count("Vans") == 3, "in the list, and twice in the job's"
    assert "1 document," in owner.get("list") and titles(owner.post("jobs/forget")) == ["Vans"]
    assert owner.get("jobs") == ""


def test_of_a_folder_only_documents_are_sent_on(home: Path) -> None:
    owner = As(home, OWNER)
    files = [("in/a.md", b"# A\n\nWords."), ("in/logo.png", b"x"), ("in/.b.md", b"# B"), ("in/README.md", b"# R")]
    owner.send(*files, folder="1")
    owner.finish()
    assert [file.name for file in jobs_of(home).all()[0].files] == ["a.md"]
    assert "no file here that can be read" in owner.send(("in/logo.png", b"x"), folder="1", status=422)
    assert "logo.png" in owner.send(("logo.png", b"x")), "a file that a person chose is named with why not"


def test_a_document_without_pages_is_shown_in_parts_with_its_table(home: Path, tmp_path: Path) -> None:
    written = docx.Document()
    written.add_heading("Costs", 1)
    for number in range(90):
        written.add_paragraph(f"Paragraph {number} says at some length that vans & dogs cost more than in other years.")
    table = written.add_table(2, 2)
    for place, text in zip(table._cells, ("Force", "Cost", "Kent", "£41"), strict=True):
        place.text = text
    written.save(str(tmp_path / "costs.docx"))
    with KnowledgeBase.open(home, create=True) as kb:
        ingest([tmp_path / "costs.docx"], kb, None)
        document = kb.documents()[0].id
    owner = As(home, OWNER)
    first = owner.get(f"view?open={document}")
    assert "Part 1" in first and "vans &amp; dogs" in first and "page.png" not in first
    last = int(re.findall(r'data-last="(\d+)"', first)[0])
    assert last > 1 and f"at={last}" in first, "the outline leads to the table"
    assert re.search(r'<td class="is-value figure" data-cell="[^"]*">£41</td>', strip_columns(owner.get(
        f"view?open={document}&at={last}")))  # fmt: skip
    for at in ("0", str(last + 1), "x", "-1"):
        assert 'role="alert"' in owner.get(f"view?open={document}&at={at}", 404)


def strip_columns(html: str) -> str:
    return re.sub(r' data-column="[^"]*"', "", html)


def test_a_page_shows_each_table_cell_and_its_box(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        document = id_of(kb, "panel-presentation-2017.pdf")
    html = As(corpus_home, OWNER).get(f"view?open={document}&at=13")
    cells = re.findall(r'<t[dh][^>]*class="is-(\w+)[^"]*" data-cell="([^"]+)"', html)
    boxes = re.findall(r'class="cell-box is-(\w+)" data-cell="([^"]+)"', html)
    assert len(cells) > 70 and sorted(cells) == sorted(boxes), (
        "each cell read is framed on the page, as what it was taken"
    )
    assert {kind for kind, _ in cells} == {"header", "label", "value", "blank"}
    cell = re.search(r'data-cell="([^"]+)"[^>]*>1,087,357<', html)
    assert cell is not None
    box = re.search(rf'data-cell="{re.escape(cell[1])}"[^>]*style="left:([\d.]+)%;top:([\d.]+)%', html)
    assert box is not None and 20 < float(box[1]) < 35 and 30 < float(box[2]) < 50


def test_a_document_that_was_read_but_is_not_yet_in_the_library_is_said_to_be_on_its_way(home: Path) -> None:
    outcome = Outcome("cats.md", "added", document_id="0" * 16)
    file = FileState("cats.md", "done", outcomes=(outcome,))
    job = JobState("1", "running", (file, FileState("owls.md")), "2026-01-02T03:04:05+00:00")
    with KnowledgeBase.open(home, create=True) as kb:
        under_way = jobs_to_html([job], kb)
        ended = jobs_to_html([replace(job, step="done")], kb)
    assert "cats.md</b> <span>read, being put into the library" in under_way and "not for you" not in under_way
    assert "cats.md</b> <span>read; not in this library now" in ended
