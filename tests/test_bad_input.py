"""Bad input ends in a message that says what to do, a documented exit code, and nothing lost."""

from __future__ import annotations

import errno
import json
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import CORPUS, RunKb, kb_command, spawn_kb

from app.cli.errors import exception_to_words, known_cause
from kb.answering.question import MAX_QUESTION

NOTE = "# Van loan note\n\n## Costs\n\nThe van loan scheme cost Rutland £41,300 in 2015.\n"
QUESTION = "What did Nottinghamshire pay towards forensics in 2016/17?"


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text(NOTE, encoding="utf-8")
    return path


def assert_in_words(err: str) -> None:
    assert err.strip() and "Traceback" not in err and "Error:" not in err, err
    assert len(err.strip().splitlines()) == 1, err


# Questions


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("", "empty"),
        (" \t\n ", "empty"),
        ("why? " * 4_000, f"{MAX_QUESTION:,}"),
        ("\x07\x1b\x00", "empty"),
        ("?!", "words"),
    ],
    ids=["empty", "blank", "20,000 characters", "control characters", "no words"],
)
def test_a_question_that_cannot_be_taken(run_kb: RunKb, corpus_home: Path, question: str, says: str) -> None:
    done = run_kb("ask", question, "--json", "--home", corpus_home)
    assert done.code == 1 and says in done.err and not done.out
    assert_in_words(done.err)


def test_control_characters_in_a_question_do_not_matter(run_kb: RunKb, corpus_home: Path) -> None:
    plain = run_kb("ask", QUESTION, "--json", "--home", corpus_home).json
    noisy = run_kb("ask", QUESTION.replace(" ", "\x1b \x07"), "--json", "--home", corpus_home).json
    assert noisy["answer"] == plain["answer"] and plain["status"] == "answered"


@pytest.mark.parametrize(
    "question",
    [
        "Wie viel hat die Spurensicherung im Jahr 2016 gekostet?",
        "警察合作花了多少钱？",
        "كم كلفت الشرطة؟",
        "asdf qwer zxcv uiop",
        "What is the best recipe for banana bread?",
    ],
)
def test_a_question_that_the_documents_do_not_answer(run_kb: RunKb, corpus_home: Path, question: str) -> None:
    done = run_kb("ask", question, "--json", "--home", corpus_home)
    assert done.code == 0 and not done.err
    assert done.json["status"] == "not_found" and done.json["message"] and not done.json["citations"]


@pytest.mark.parametrize("question", ["'; DROP TABLE documents; --", 'NEAR("a" OR * ^ -b) AND', "chunks:text* {x} ^y"])
def test_the_language_of_the_database_in_a_question_is_only_words(
    run_kb: RunKb, corpus_home: Path, question: str
) -> None:
    done = run_kb("ask", question, "--json", "--home", corpus_home)
    assert done.code == 0 and not done.err and done.json["question"] == question


def test_escape_sequences_of_a_document_do_not_reach_the_terminal(run_kb: RunKb, tmp_path: Path) -> None:
    evil = tmp_path / "evil.txt"
    evil.write_text("# Note\n\nThe van loan scheme cost \x1b[31mRutland\x07 £41,300 in 2015.\n", encoding="utf-8")
    assert run_kb("ingest", evil).code == 0
    for arguments in (["ask", "What did the van loan scheme cost Rutland?"], ["tables"], ["documents"]):
        assert "\x1b" not in run_kb(*arguments).out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfeh\x00", "UTF-8"),
        (b"{", "Line 1"),
        (b'"ok"\n["x"', "Line 2"),
        (b'{"question": 3}', "history"),
        (b"3", "history"),
    ],
)
def test_a_history_file_that_cannot_be_taken(run_kb: RunKb, tmp_path: Path, content: bytes, says: str) -> None:
    history = tmp_path / "history.json"
    history.write_bytes(content)
    done = run_kb("ask", QUESTION, "--history", history)
    assert done.code == 1 and says in done.err
    assert_in_words(done.err)


def test_a_document_that_is_not_there(run_kb: RunKb, corpus_home: Path) -> None:
    for arguments in (
        ["ask", QUESTION, "--document", "nobody.pdf"],
        ["remove", "nobody.pdf"],
        ["tables", "--document", "nobody.pdf"],
    ):
        done = run_kb(*arguments, "--home", corpus_home)
        assert done.code == 1 and "nobody.pdf" in done.err and "panel-report-2014.pdf" in done.err


@pytest.mark.parametrize(
    "content", [None, b"", b"\x00\x01\x02\x03\xff", b"%PDF-1.4 not a table"], ids=["missing", "empty", "binary", "pdf"]
)
def test_a_table_that_cannot_be_read(run_kb: RunKb, tmp_path: Path, content: bytes | None) -> None:
    table = tmp_path / "table.csv"
    if content is not None:
        table.write_bytes(content)
    done = run_kb("ask", "--table", table, "What is the total?")
    assert done.code == 1 and "table.csv" in done.err
    assert_in_words(done.err)


# The knowledge base


@pytest.mark.parametrize(
    "arguments", [["ask", QUESTION], ["documents"], ["tables"], ["remove", "x"]], ids=lambda words: words[0]
)
def test_no_knowledge_base(run_kb: RunKb, kb_home: Path, arguments: list[str]) -> None:
    done = run_kb(*arguments)
    assert done.code == 1 and str(kb_home) in done.err and "kb ingest" in done.err
    assert_in_words(done.err)
    assert not kb_home.exists()


def test_an_empty_knowledge_base(run_kb: RunKb, note: Path) -> None:
    run_kb("ingest", note)
    run_kb("remove", "note.txt")
    done = run_kb("ask", QUESTION)
    assert done.code == 1 and "kb ingest" in done.err
    assert run_kb("documents").code == 0
    assert run_kb("doctor").code == 1


@pytest.mark.parametrize("content", [b"", b"this is no database", b"SQLite format 3\x00" + b"\x07" * 5_000])
def test_a_damaged_database(run_kb: RunKb, kb_home: Path, content: bytes, note: Path) -> None:
    kb_home.mkdir()
    (kb_home / "kb.sqlite3").write_bytes(content)
    for arguments in (["ask", QUESTION], ["documents"], ["doctor"]):
        done = run_kb(*arguments)
        assert done.code == 1 and str(kb_home) in done.out + done.err
        assert "Traceback" not in done.out + done.err
    if content:
        assert (kb_home / "kb.sqlite3").read_bytes() == content


def test_a_database_cut_in_the_middle(run_kb: RunKb, kb_home: Path, corpus_home: Path) -> None:
    shutil.copytree(corpus_home, kb_home)
    database = kb_home / "kb.sqlite3"
    for extra in kb_home.glob("kb.sqlite3-*"):
        extra.unlink()
    with database.open("r+b") as file:
        file.truncate(database.stat().st_size // 3)
    for arguments in (["ask", QUESTION], ["doctor"]):
        done = run_kb(*arguments)
        assert done.code == 1 and "Traceback" not in done.out + done.err


def test_a_home_that_is_a_file(run_kb: RunKb, note: Path) -> None:
    for arguments in (["ask", QUESTION], ["ingest", note], ["documents"]):
        done = run_kb(*arguments, "--home", note)
        assert done.code == 1 and str(note) in done.err
        assert_in_words(done.err)
    assert note.read_text(encoding="utf-8") == NOTE


def test_a_folder_that_cannot_be_written(run_kb: RunKb, note: Path) -> None:
    # /proc takes no new folders from anybody, root included.
    done = run_kb("ingest", note, "--home", "/proc/collabkb")
    assert done.code == 1 and "/proc/collabkb" in done.err
    assert_in_words(done.err)


@pytest.mark.parametrize("variable", ["KB_PORT=eleven", "KB_PORT=70000"])
def test_a_setting_that_cannot_be_used(run_kb: RunKb, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    name, value = variable.split("=")
    monkeypatch.setenv(name, value)
    done = run_kb("documents")
    assert done.code == 1 and name in done.err
    assert_in_words(done.err)


# Batches


def test_a_batch_with_broken_lines_answers_the_rest(run_kb: RunKb, corpus_home: Path, tmp_path: Path) -> None:
    lines: list[tuple[bytes, str | None]] = [
        (b"\xef\xbb\xbf" + json.dumps({"id": "good", "question": QUESTION}).encode(), None),
        (b'{"id": "x", "question": ', "not JSON"),
        (b'{"id": "x", "question": "caf\xe9"}', "not UTF-8"),
        (b'["a list"]', "not an object"),
        (b'{"id": "no question"}', "question"),
        (b'{"id": "number", "question": 7}', "question"),
        (b'{"id": "empty", "question": "  "}', "empty"),
        (b'{"id": "long", "question": "' + b"why " * 5_000 + b'"}', "characters"),
        (b'{"id": "control", "question": "\\u0000\\u0007"}', "empty"),
        (b'{"id": "half", "question": "\\ud800"}', "empty"),
        (b'{"id": "history", "question": "why?", "history": 3}', "history"),
        (b'{"id": "document", "question": "why?", "document": "nobody.pdf"}', "nobody.pdf"),
        (b'{"id": "table", "question": "why?", "table": "nothing.csv"}', "nothing.csv"),
        (b'{"id": ["list"], "question": "why?"}', "id"),
        (b"[" * 100_000, "not JSON"),
        (json.dumps({"id": "last", "question": QUESTION}).encode(), None),
    ]
    batch = tmp_path / "batch.jsonl"
    batch.write_bytes(b"\r\n".join(line for line, _ in lines))
    done = run_kb("ask", "--batch", batch, "--home", corpus_home)
    answers = done.json_lines
    assert done.code == 4 and len(answers) == len(lines)
    assert_in_words(done.err)
    for answer, (_, problem) in zip(answers, lines, strict=True):
        if problem is None:
            assert answer["status"] == "answered"
        else:
            assert answer["status"] == "not_found" and problem in answer["message"], answer
    assert [answers[place]["id"] for place in (0, 1, 4, -1)] == ["good", None, "no question", "last"]


@pytest.mark.parametrize(
    ("name", "content"), [("missing.jsonl", None), ("utf16.jsonl", '{"question": "x"}'.encode("utf-16"))]
)
def test_a_batch_that_cannot_be_read(run_kb: RunKb, tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = run_kb("ask", "--batch", tmp_path / name)
    assert done.code == 1 and name in done.err and not done.out
    assert_in_words(done.err)


def test_a_batch_without_a_knowledge_base_is_refused_before_the_first_answer(run_kb: RunKb, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_text(json.dumps({"id": "1", "question": QUESTION}), encoding="utf-8")
    done = run_kb("ask", "--batch", batch)
    assert done.code == 1 and "kb ingest" in done.err and not done.out


def test_an_empty_batch_is_done(run_kb: RunKb, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_bytes(b"\n \n")
    done = run_kb("ask", "--batch", tmp_path / "empty.jsonl")
    assert (done.code, done.out) == (0, "")


def test_a_closed_pipe_ends_the_batch_quietly(corpus_home: Path, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_text((json.dumps({"id": "1", "question": QUESTION}) + "\n") * 200, encoding="utf-8")
    command = kb_command("ask", "--batch", batch, "--home", corpus_home)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert json.loads(process.stdout.readline())["status"] == "answered"
        process.stdout.close()
        err = process.stderr.read().decode()
    assert process.returncode == 141 and not err


def test_a_closed_pipe_ends_text_quietly(corpus_home: Path) -> None:
    command = kb_command("tables", "--home", corpus_home)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        err = process.stderr.read().decode()
    assert process.returncode == 141 and not err


# The machine


def test_ctrl_c_during_ingestion_loses_nothing_and_the_next_run_completes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = kb_command("ingest", CORPUS / "hmic-review-2013.pdf", "--home", home)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not (home / "kb.sqlite3").exists() and process.poll() is None:
            time.sleep(0.02)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 130 and b"Traceback" not in err and b"Stopped." in err
    assert spawn_kb("ingest", CORPUS / "panel-report-2014.pdf", "--home", home).code == 0
    sources = [document["source"] for document in spawn_kb("documents", "--json", "--home", home).json]
    assert "panel-report-2014.pdf" in sources


def test_a_full_disk_keeps_what_was_committed(run_kb: RunKb, note: Path, kb_home: Path) -> None:
    """A limit on file size fails a write in the middle, as a full disk does."""
    assert run_kb("ingest", note).code == 0
    largest = max(path.stat().st_size for path in kb_home.rglob("*") if path.is_file())
    limit = largest + 20_000

    def limit_file_size() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = spawn_kb("ingest", CORPUS / "committee-report-2010.pdf", preexec_fn=limit_file_size)
    assert done.code == 1 and "disk" in done.err
    assert "Traceback" not in done.err
    assert [document["source"] for document in run_kb("documents", "--json").json] == ["note.txt"]
    assert run_kb("ask", "What did the van loan scheme cost Rutland in 2015?", "--json").json["status"] == "answered"
    again = run_kb("ingest", CORPUS / "committee-report-2010.pdf")
    assert again.code == 0
    assert run_kb("doctor").code == 0


# Exceptions in words


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/x/y"), "disk is full"),
        (OSError(errno.EACCES, "Permission denied", "/x/y"), "cannot be written"),
        (OSError(errno.EMFILE, "Too many open files"), "ulimit"),
        (MemoryError(), "memory"),
        (RuntimeError("error returned from database: (code: 13) database or disk is full"), "disk is full"),
        (RuntimeError("attempt to write a readonly database"), "cannot be written"),
    ],
)
def test_known_causes_are_found_along_the_chain(error: BaseException, says: str) -> None:
    try:
        try:
            raise error
        except BaseException as cause:
            raise ValueError("packed") from cause
    except ValueError as packed:
        words = known_cause(packed)
    assert words is not None and says in words


def test_an_unexpected_exception_is_logged_and_named(kb_home: Path) -> None:
    kb_home.mkdir()
    try:
        raise ZeroDivisionError("by zero\nsecond line")
    except ZeroDivisionError as error:
        words = exception_to_words(error)
    (log,) = (kb_home / "logs").iterdir()
    assert str(log) in words and "by zero" in words and "second line" not in words
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_a_log_goes_to_the_temporary_folder_where_there_is_no_knowledge_base(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kb_home: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    words = exception_to_words(ZeroDivisionError("by zero"))
    assert [log for log in tmp_path.glob("kb-*.log") if str(log) in words]
    assert not kb_home.exists()
