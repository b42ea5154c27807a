"""Documents read in the background: what becomes of each file, stopping, waiting in line, and reading again."""

from __future__ import annotations

import shutil
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import CORPUS

from ingest.jobs import Jobs, JobState
from ingest.pipeline import ingest
from ingest.readers import READER_VERSION
from ingest.reread import outdated
from kb.errors import NotFound
from kb.store import KnowledgeBase

SECONDS = 300
TEXT = "# Costs\n\nVans cost £20 in 2014.\n"


@pytest.fixture
def kb(kb_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(kb_home, create=True) as kb:
        yield kb


@pytest.fixture
def jobs() -> Jobs:
    return Jobs(lambda: None)


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def outcomes(state: JobState) -> list[tuple[str, str]]:
    return [(outcome.source, outcome.became) for file in state.files for outcome in file.outcomes]


def test_each_file_has_its_outcome_with_the_reason_where_it_was_refused(
    jobs: Jobs, kb: KnowledgeBase, tmp_path: Path
) -> None:
    folder = tmp_path / "sent"
    paths = [
        write(folder / "a.md", TEXT), write(folder / "same.md", TEXT),
        write(folder / "old.xls", b"old"), write(folder / "cut.pdf", b"%PDF-1.4 cut"),
    ]  # fmt: skip
    with zipfile.ZipFile(folder / "two.zip", "w") as archive:
        archive.writestr("b.md", "# B\n\nLorries cost £40.\n")
        archive.writestr("c.md", TEXT)
    state = jobs.wait(jobs.start([*paths, folder / "two.zip"], kb, folder), SECONDS)
    assert state.step == "done" and {file.step for file in state.files} == {"done"}
    assert outcomes(state) == [
        ("old.xls", "refused"), ("a.md", "added"), ("same.md", "unchanged"), ("cut.pdf", "refused"),
        ("two.zip/b.md", "added"), ("two.zip/c.md", "unchanged"),
    ]  # fmt: skip
    reasons = [outcome.reason or "" for file in state.files for outcome in file.outcomes if outcome.became == "refused"]
    assert "save it as Excel workbook" in reasons[0] and "download or copy it again" in reasons[1]
    assert {info.source for info in kb.documents()} == {"a.md", "two.zip/b.md"}
    assert not folder.exists(), "what was sent is deleted when it is read"


def test_pages_are_told_and_a_job_that_is_stopped_leaves_what_was_in(
    jobs: Jobs, kb: KnowledgeBase, tmp_path: Path
) -> None:
    paths = [write(tmp_path / "a.md", TEXT), CORPUS / "hmic-review-2013.pdf", write(tmp_path / "never.md", "# Never\n")]
    job = jobs.start(paths, kb)
    pause = threading.Event()
    while not any(file.page for file in jobs.state(job).files):
        assert jobs.state(job).is_running
        pause.wait(0.05)
    assert jobs.state(job).files[1].pages == 38
    jobs.cancel(job)
    state = jobs.wait(job, SECONDS)
    assert state.step == "cancelled" and [file.step for file in state.files] == ["done", "stopped", "stopped"]
    assert [info.source for info in kb.documents()] == ["a.md"] and kb.check() == []
    assert outcomes(jobs.wait(jobs.start([paths[0]], kb), SECONDS)) == [("a.md", "unchanged")], "the next job is done"


def test_jobs_wait_for_each_other_and_one_that_waits_is_cancelled_at_once(kb: KnowledgeBase, tmp_path: Path) -> None:
    gate = threading.Event()

    def slow() -> None:
        gate.wait(SECONDS)

    jobs = Jobs(slow)
    first = jobs.start([write(tmp_path / "a.md", TEXT)], kb)
    second = jobs.start([write(tmp_path / "b.md", "# B\n\nWords.\n")], kb)
    third = jobs.start([write(tmp_path / "c.md", "# C\n\nMore words.\n")], kb)
    assert jobs.state(second).step == "waiting"
    jobs.cancel(second)
    assert jobs.state(second).step == "cancelled" and jobs.state(second).files[0].step == "stopped"
    gate.set()
    assert (jobs.wait(first, SECONDS).step, jobs.wait(third, SECONDS).step) == ("done", "done")
    assert {info.source for info in kb.documents()} == {"a.md", "c.md"}
    assert [state.id for state in jobs.all()] == [third, second, first]
    jobs.forget_finished()
    assert jobs.all() == []


def test_whoever_is_not_cleared_sees_nothing_of_a_job_of_somebody_who_is(
    jobs: Jobs, kb: KnowledgeBase, tmp_path: Path
) -> None:
    job = jobs.start([write(tmp_path / "secret name.md", TEXT)], kb)
    assert jobs.all(cleared=False) == []
    for ask in (jobs.state, jobs.cancel):
        with pytest.raises(NotFound):
            ask(job, cleared=False)
    jobs.wait(job, SECONDS)
    jobs.forget_finished(cleared=False)
    assert len(jobs.all()) == 1
    open_job = jobs.start([write(tmp_path / "open.md", TEXT)], kb.seen_by(cleared=False))
    assert jobs.wait(open_job, SECONDS).step == "done"
    assert [state.id for state in jobs.all(cleared=False)] == [open_job]


def test_a_job_that_fails_says_why(kb: KnowledgeBase, tmp_path: Path) -> None:
    def broken() -> None:
        raise RuntimeError("no words for people")

    jobs = Jobs(broken)
    state = jobs.wait(jobs.start([write(tmp_path / "a.md", TEXT)], kb), SECONDS)
    assert state.step == "failed" and "kb doctor" in (state.error or "") and "RuntimeError" not in (state.error or "")
    assert [file.step for file in state.files] == ["stopped"]


def test_a_discarded_document_that_is_added_again_is_back_without_reading(
    jobs: Jobs, kb: KnowledgeBase, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.md", TEXT)
    jobs.wait(jobs.start([path], kb), SECONDS)
    document = kb.documents()[0]
    kb.discard(document.id)
    state = jobs.wait(jobs.start([path], kb), SECONDS)
    assert outcomes(state) == [("a.md", "added")] and kb.documents() == [document]


def age(kb: KnowledgeBase, document_id: str) -> None:
    """Make a document one that an older version has read."""
    with kb._database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE documents SET reader_version = 0, warnings = '[\"old\"]' WHERE id = ?", (document_id,)
        )


def test_reading_again_keeps_corrections_and_what_a_manifest_said(
    jobs: Jobs, kb: KnowledgeBase, tmp_path: Path
) -> None:
    folder = tmp_path / "from"
    write(folder / "a report.md", TEXT)
    write(
        folder / "manifest.toml",
        '[[document]]\nfile = "a report.md"\ntitle = "By the manifest"\nmarking = "not public"\ndate = "2011-01-02"\n',
    )
    ingest([folder], kb, None)
    before = kb.documents()[0]
    kb.correct(before.id, title="By a person")
    age(kb, before.id)
    assert [info.id for info in outdated(kb)] == [before.id]
    # With its folder gone, the manifest's word is known from the last reading only.
    shutil.rmtree(folder)
    state = jobs.wait(jobs.start_again([before.id], kb), SECONDS)
    assert outcomes(state) == [("a report.md", "reread")] and state.again
    now = kb.info(before.id)
    assert (now.title, now.marking, now.date, now.source) == ("By a person", "not public", "2011-01-02", "a report.md")
    assert (now.reader_version, now.warnings, outdated(kb)) == (READER_VERSION, (), [])
    assert now.as_read == {"title": "By the manifest"}
    kb.correct(before.id, title="By the manifest")
    assert kb.info(before.id).as_read == {} and kb.check() == []


def test_without_a_kept_copy_nothing_is_read_again(jobs: Jobs, kb: KnowledgeBase, tmp_path: Path) -> None:
    ingest([write(tmp_path / "a.md", TEXT)], kb, None)
    document = kb.documents()[0]
    copy = kb.file(document.id)
    assert copy is not None
    copy.unlink()
    state = jobs.wait(jobs.start_again([document.id], kb), SECONDS)
    assert outcomes(state) == [("a.md", "refused")] and "Add the file again" in str(state.files[0].outcomes[0].reason)
    assert kb.documents() == [document]
    with pytest.raises(NotFound):
        jobs.start_again(["none"], kb)
