"""Files that are not what they are called, are not files, or hold characters that are not seen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from test_archives import make_docx

from ingest.pipeline import Report, discover, ingest
from ingest.readers import read
from ingest.readers.bounded import read_documents
from kb.errors import UnreadableFile
from kb.store import KnowledgeBase

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def kb(kb_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(kb_home, create=True) as base:
        yield base


def make_folder(path: Path) -> None:
    path.mkdir()


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_loop(path: Path) -> None:
    path.symlink_to(path.name)


def make_dangling(path: Path) -> None:
    path.symlink_to("nowhere.pdf")


def make_empty(path: Path) -> None:
    path.write_bytes(b"")


def make_word(path: Path) -> None:
    path.write_bytes(make_docx())


ODD: dict[str, tuple[Callable[[Path], None], str]] = {
    "a pipe": (make_fifo, "not a file"),
    "a link to itself": (make_loop, "no such file"),
    "a link to nothing": (make_dangling, "no such file"),
    "nothing": (make_empty, "empty (0 bytes)"),
    "a Word file": (make_word, "the content is a Word document (.docx)"),
}


@pytest.mark.parametrize(("make", "reason"), ODD.values(), ids=ODD)
def test_what_is_no_pdf_is_refused_by_name_and_the_rest_goes_in(
    kb: KnowledgeBase, tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    odd, good = tmp_path / "odd.pdf", tmp_path / "good.md"
    make(odd)
    good.write_text("# Plan\n\nAll agreed.\n", "utf-8")
    report = ingest([odd, good], kb, None)
    assert report.added == ["good.md"]
    ((source, words),) = report.refused
    assert source == "odd.pdf" and reason in words


def test_a_folder_called_like_a_pdf_is_a_folder(kb: KnowledgeBase, tmp_path: Path) -> None:
    make_folder(tmp_path / "papers.pdf")
    (tmp_path / "papers.pdf" / "good.md").write_text("# Plan\n\nAll agreed.\n", "utf-8")
    assert ingest([tmp_path / "papers.pdf"], kb, None).added == ["good.md"]


def test_links_in_a_folder_that_go_round_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "up").symlink_to(tmp_path)
    make_loop(tmp_path / "inner" / "loop.pdf")
    (tmp_path / "inner" / "good.md").write_text("# Plan\n", "utf-8")
    report = Report()
    assert [path.name for path in discover([tmp_path], report)] == ["good.md"] and not report.refused


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    """Read by a user who is nobody where the tests run as root, who may read everything."""
    path = tmp_path / "secret.txt"
    path.write_text("# Plan\n", "utf-8")
    path.chmod(0)
    code = (
        "import os, sys\nfrom pathlib import Path\nimport ingest.readers.checks as checks\n"
        "from kb.errors import UnreadableFile\n"
        "os.getuid() or os.seteuid(65534)\n"
        "try:\n    checks.file_to_id(Path(sys.argv[1]))\nexcept UnreadableFile as error:\n    print(error.reason)\n"
    )
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "The file cannot be opened: Permission denied", done.stderr


# Characters that are not seen

UNSEEN = (
    "# For\u200bensic ser\u00advices\n\n"
    "Rut\u200bland paid \u2066forty\u2069-one\ufeff pounds to the sha\u2060red unit.\n"
)


@pytest.mark.parametrize("suffix", [".txt", ".md", ".docx", ".html"])
def test_words_are_found_as_they_are_typed_and_quoted_as_they_stand(
    kb: KnowledgeBase, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"unseen{suffix}"
    words = UNSEEN.split("\n\n")[1].strip()
    if suffix == ".docx":
        path.write_bytes(make_docx(words))
    else:
        path.write_text(f"<h1>Costs</h1><p>{words}</p>" if suffix == ".html" else UNSEEN, "utf-8")
    report = ingest([path], kb, None)
    document = kb.document(report.ids[path.name])
    for word in ("Rutland", "forty", "shared"):
        found = kb.search_text([word], ["sentence"], 5)
        assert found, word
        assert "Rutland paid forty-one pounds to the shared unit." in kb.chunks([found[0][0]])[found[0][0]].text
    block = next(block for block in document.blocks if "Rutland" in block.text)
    for piece in block.pieces:
        source = document.text[piece.source_start : piece.source_start + piece.end - piece.start]
        assert block.text[piece.start : piece.end] == source
    assert "\u2066forty\u2069-one" in document.text and not document.warnings


def test_letters_that_are_turned_around_are_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "turned.txt"
    path.write_text("# Plan\n\nRutland paid \u202e14\u202c pounds.\n", "utf-8")
    (document,) = read_documents(path)
    assert "turn the order of letters" in document.warnings[0]
    assert "Rutland paid 14 pounds." in [block.text for block in document.blocks]


def test_what_is_refused_in_this_process_has_the_same_words(tmp_path: Path) -> None:
    make_empty(tmp_path / "a.pdf")
    with pytest.raises(UnreadableFile) as here:
        read(tmp_path / "a.pdf")
    with pytest.raises(UnreadableFile) as there:
        read_documents(tmp_path / "a.pdf")
    assert str(here.value) == str(there.value)
