"""Reading happens in a child process that is held to limits, and the files that are made to break them."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from made_bad import (
    WORDS,
    drawn_again_and_again,
    many_pages,
    objects_to_pdf,
    one_page,
    only_loop,
    outline_loop,
    packed,
    page_tree_loop,
    stream,
    xref_loop,
)

from ingest.pipeline import Progress, ingest
from ingest.readers import wire
from ingest.readers.bounded import BoundedReader, Reading, read_documents
from ingest.readers.limits import Limits
from kb.errors import UnreadableFile
from kb.model import Document
from kb.store import KnowledgeBase

SENTENCE = "The board met in March and agreed the plan for the year."
MEGABYTE = 1024**2


@pytest.fixture(scope="module")
def reader() -> Iterator[BoundedReader]:
    """One reader for all tests that leave its child alive."""
    with BoundedReader(Limits(cpu_seconds=20, memory_bytes=1024 * MEGABYTE)) as made:
        yield made


def only(readings: Iterator[Reading]) -> Reading:
    (found,) = readings
    return found


def refusal(reader: BoundedReader, path: Path) -> str:
    refused = only(reader.read(path)).refused
    assert refused is not None and refused.source == path.name
    return refused.reason


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_document_comes_out_of_the_child_as_it_was_read(reader: BoundedReader, tmp_path: Path) -> None:
    path = write(tmp_path / "plan.pdf", one_page(packed(WORDS)))
    reading = only(reader.read(path))
    assert reading.document is not None and reading.file == path and not reading.is_copy
    assert reading.document.text.strip() == SENTENCE and reading.document.source == "plan.pdf"
    assert reading.document.blocks[0].pieces[0].box is not None


def test_the_child_loads_neither_models_nor_the_knowledge_base() -> None:
    code = "import sys, ingest.readers.child, ingest.readers.pdf, ingest.readers.text; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "chromadb", "transformers", "sqlalchemy", "llama_index"} & set(loaded)


def test_one_child_reads_many_files(reader: BoundedReader, tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", b"# Plan\n\nAll agreed.\n")
    list(reader.read(path))
    first = reader.child_pid
    list(reader.read(path))
    assert first is not None and reader.child_pid == first


def test_time_is_limited_and_the_next_file_is_read_by_a_fresh_child(tmp_path: Path) -> None:
    endless = write(tmp_path / "endless.pdf", drawn_again_and_again(depth=30, times=2))
    good = write(tmp_path / "good.txt", b"# Plan\n\nAll agreed.\n")
    with BoundedReader(Limits(cpu_seconds=1)) as reader:
        assert "more than 1 seconds" in refusal(reader, endless)
        assert only(reader.read(good)).document is not None
        assert reader.deaths == 1


def test_memory_is_limited(tmp_path: Path) -> None:
    bomb = write(tmp_path / "bomb.pdf", one_page(packed(b" " * (300 * MEGABYTE) + WORDS, times=2)))
    assert bomb.stat().st_size < 10_000
    with BoundedReader(Limits(cpu_seconds=30, memory_bytes=256 * MEGABYTE)) as reader:
        assert "more than 0.25 GB of memory" in refusal(reader, bomb)


def test_what_the_parent_holds_does_not_count(tmp_path: Path) -> None:
    """Linux counts the parent's memory into the child's figures: one with a large model must still be able to read."""
    held = bytes(range(256)) * 2_500_000
    with BoundedReader(Limits(memory_bytes=500 * MEGABYTE)) as reader:
        path = write(tmp_path / "plan.pdf", one_page(packed(WORDS)))
        assert only(reader.read(path)).document is not None
        time.sleep(0.5)
        assert only(reader.read(path)).document is not None and reader.deaths == 0
    assert 0 < reader.peak_bytes < len(held)


def test_memory_that_the_system_does_not_limit_is_watched(tmp_path: Path) -> None:
    """As on macOS: the limit of the system is left off, and the thread in the child ends it."""
    code = (
        "import resource, sys, time\n"
        "resource.setrlimit = lambda *_: None\n"
        "from ingest.readers.limits import Limits, limit_memory\n"
        "limit_memory(Limits(memory_bytes=200 * 1024**2), print)\n"
        "held = bytes(range(256)) * 2_000_000\n"
        "time.sleep(20)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], timeout=60)
    assert done.returncode == 70


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_a_crash_is_a_refusal_in_words(tmp_path: Path, number: int) -> None:
    endless = write(tmp_path / "endless.pdf", drawn_again_and_again(depth=30, times=2))
    with BoundedReader() as reader:
        list(reader.read(write(tmp_path / "good.txt", b"# Plan\n\nAll agreed.\n")))
        assert reader.child_pid is not None
        threading.Timer(0.3, os.kill, (reader.child_pid, number)).start()
        reason = refusal(reader, endless)
    assert "memory" in reason and "Traceback" not in reason


def test_a_child_without_a_parent_ends(tmp_path: Path) -> None:
    endless = write(tmp_path / "endless.pdf", drawn_again_and_again(depth=30, times=2))
    code = (
        "import sys, threading, time\nfrom pathlib import Path\nfrom ingest.readers.bounded import BoundedReader\n"
        "reader = BoundedReader()\n"
        "threading.Thread(target=lambda: list(reader.read(Path(sys.argv[1]))), daemon=True).start()\n"
        "while reader.child_pid is None: time.sleep(0.01)\n"
        "print(reader.child_pid, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, endless], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 30
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(child)


def test_what_was_unpacked_for_a_killed_process_is_deleted(tmp_path: Path) -> None:
    path, unpacked = tmp_path / "papers.zip", tmp_path / "temporary"
    unpacked.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.md", "# Minutes\n\nAll agreed.\n")
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom ingest.readers.bounded import BoundedReader\n"
        "reader = BoundedReader()\nlist(reader.read(Path(sys.argv[1])))\n"
        "print(reader.child_pid, flush=True)\ntime.sleep(60)\n"
    )
    environment = os.environ | {"TMPDIR": str(unpacked)}
    with subprocess.Popen(
        [sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        assert list(unpacked.glob("*/*.md"))
        parent.kill()
    deadline = time.monotonic() + 30
    while any(unpacked.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not list(unpacked.iterdir())


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not asked for by its parent does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


def test_a_long_document_gets_time_for_each_page_and_tells_them(tmp_path: Path, kb_home: Path) -> None:
    path = write(tmp_path / "long.pdf", many_pages(3_000))
    told: list[Progress] = []
    with KnowledgeBase.open(kb_home, create=True) as kb:
        report = ingest([path], kb, None, told.append)
        assert report.added == ["long.pdf"] and kb.documents()[0].pages == 3_000
    pages = [(one.page, one.pages) for one in told if one.page is not None]
    assert pages and pages == sorted(pages) and pages[0][1] == 3_000


def test_nothing_but_a_document_comes_out_of_a_pickle() -> None:
    class Harm:
        def __reduce__(self) -> tuple[object, ...]:
            return os.system, ("true",)

    for made in (Harm(), [1], Path("x"), {"a": UnreadableFile}):
        with pytest.raises(pickle.UnpicklingError):
            wire.bytes_to_document(pickle.dumps(made))
    document = Document("1", "a.txt", "x", "x", "text")
    assert wire.bytes_to_document(wire.document_to_bytes(document)) == document


def test_a_module_in_the_folder_where_a_person_works_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "json.py", b"raise SystemExit('taken for a module')\n")
    path = write(tmp_path / "a.txt", b"# Plan\n\nAll agreed.\n")
    monkeypatch.chdir(tmp_path)
    assert [document.source for document in read_documents(Path(path.name))] == ["a.txt"]


READ_WHOLE = {
    "bookmarks that go round": outline_loop,
    "cross-references that go round": xref_loop,
    "200 MB of blanks": lambda: one_page(packed(b" " * (200 * MEGABYTE) + WORDS)),
    "100,000 sentences in one place": lambda: one_page(packed(WORDS * 100_000)),
    "brackets in brackets": lambda: one_page(stream(WORDS), b"/X " + b"[" * 100_000 + b"]" * 100_000),
    "no header": lambda: one_page(packed(WORDS)).removeprefix(b"%PDF-1.7\n"),
    "cross-references that point nowhere": lambda: one_page(packed(WORDS)).replace(b"0000000", b"0009999"),
}


@pytest.mark.parametrize("make", READ_WHOLE.values(), ids=READ_WHOLE)
def test_an_odd_pdf_is_read_within_bounds(reader: BoundedReader, tmp_path: Path, make: Callable[[], bytes]) -> None:
    reading = only(reader.read(write(tmp_path / "odd.pdf", make())))
    assert reading.document is not None, reading.refused
    assert SENTENCE in reading.document.text


REFUSED = {
    "no page but itself": (only_loop, "damaged|no pages"),
    "10,000 pages": (lambda: many_pages(10_000), "10000 pages"),
    "cut off": (lambda: one_page(packed(WORDS))[:400], "cut off|damaged"),
    "nothing but a header": (lambda: b"%PDF-1.7\n%%EOF\n", "damaged"),
    "no pages": (
        lambda: objects_to_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Kids [] /Count 0 >>"]),
        "no pages",
    ),
}


@pytest.mark.parametrize(("make", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_pdf_that_cannot_be_read_is_refused_with_its_reason(
    reader: BoundedReader, tmp_path: Path, make: Callable[[], bytes], reason: str
) -> None:
    words = refusal(reader, write(tmp_path / "bad.pdf", make()))
    assert any(part in words for part in reason.split("|")), words


def test_pages_that_go_round_end(reader: BoundedReader, tmp_path: Path) -> None:
    """Read with what there is of it, or refused: but in no time."""
    start = time.monotonic()
    reading = only(reader.read(write(tmp_path / "round.pdf", page_tree_loop())))
    assert reading.document is not None or reading.refused is not None
    assert reader.deaths == 0 and time.monotonic() - start < 10


def test_what_was_filled_in_is_read(reader: BoundedReader, tmp_path: Path) -> None:
    """A form's fields and text typed on a page are drawn beside the page's own words."""
    appearance = b"/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 5 0 R >> >>"
    typed = b"BT /F1 12 Tf 2 5 Td (%s) Tj ET"
    annotations = b"/Annots [6 0 R 7 0 R 8 0 R]"
    annotation = b"<< /Type /Annot /Subtype /%s /Rect [72 %d 272 %d] /F 4 /AP << /N %d 0 R >> >>"
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> " + annotations + b" >>"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        packed(WORDS),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        annotation % (b"Widget", 600, 620, 9),
        annotation % (b"FreeText", 500, 520, 10),
        annotation % (b"Highlight", 715, 735, 11),
        stream(typed % b"Rutland paid 41", appearance),
        stream(typed % b"Seen by the treasurer", appearance),
        stream(typed % b"The board met", appearance),
    ]
    reading = only(reader.read(write(tmp_path / "form.pdf", objects_to_pdf(objects))))
    assert reading.document is not None, reading.refused
    assert "Rutland paid 41" in reading.document.text and "Seen by the treasurer" in reading.document.text
    assert reading.document.text.count("The board met") == 1
