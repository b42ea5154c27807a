"""The command line as people and programs use it, on the shipped documents."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from conftest import CORPUS, RunKb, kb_command, spawn_kb

from app.cli.errors import EXIT_CODES
from app.cli.history import json_to_turns, read_history
from app.cli.tables import table_to_json
from kb.errors import BadQuestion
from kb.model import Box, Cell, Document, Table, Turn

FORENSICS = "What did Nottinghamshire pay towards forensics in 2016/17?"
ANSWER_KEYS = ["id", "question", "status", "answer", "message", "values", "citations", "retrieved", "computation"]
CITATION_KEYS = ["marker", "document_id", "source", "title", "page", "section", "quote", "table"]
TABLE_KEYS = ["document_id", "source", "page", "caption", "unit", "header", "rows", "spans", "bbox"]
ADDED_KEYS = ["notes", "total_rows", "confidence", "doubts"]
HEAVY = ["torch", "chromadb", "gradio", "llama_index", "numpy", "sqlalchemy", "pydantic", "pypdfium2", "rich.markdown"]
NOTE = "# Van loan note\n\n## Costs\n\nThe van loan scheme cost Rutland £41,300 in 2015.\n"
SPENDING = "Force,2015/16,2016/17\nRutland,100,250\nHuntingdon,300,50\n"


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text(NOTE, encoding="utf-8")
    return path


@pytest.fixture
def spending(tmp_path: Path) -> Path:
    path = tmp_path / "spending.csv"
    path.write_text(SPENDING, encoding="utf-8")
    return path


def without_timings(line: str) -> dict[str, object]:
    return {key: value for key, value in json.loads(line).items() if key != "timings_ms"}


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; from app.cli import main; code = main(['--help']); "
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([kb_command()[0], "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.strip()) == (0, "[]")


def test_help_names_every_exit_code(run_kb: RunKb) -> None:
    words = " ".join(run_kb("--help").out.split())
    assert not [code for code, meaning in EXIT_CODES.items() if f"{code} {meaning}" not in words]


def test_no_arguments_is_a_usage_error_with_help(run_kb: RunKb) -> None:
    done = run_kb()
    assert done.code == 2 and "ingest" in done.out + done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["ask"],
        ["ask", "--nonsense"],
        ["ask", "--batch", "x.jsonl", "and a question"],
        ["ask", "--table", "x.csv", "--document", "y", "why?"],
        ["ask", "--table", "x.csv", "--history", "y.json", "why?"],
        ["tables", "x.pdf", "--document", "y"],
        ["remove"],
        ["eval"],
        ["serve", "--port", "99999"],
    ],
    ids=" ".join,
)
def test_a_wrongly_typed_command_says_so(run_kb: RunKb, arguments: list[str]) -> None:
    done = run_kb(*arguments)
    assert done.code == 2 and done.err.strip() and not done.out


# Ingest


def test_ingest_reads_once_and_lists(run_kb: RunKb, note: Path) -> None:
    first = run_kb("ingest", note)
    assert first.code == 0 and "note.txt" in first.out + first.err
    held = run_kb("documents", "--json").json
    again = run_kb("ingest", note)
    assert again.code == 0 and run_kb("documents", "--json").json == held
    copy = note.with_name("copy.txt")
    copy.write_bytes(note.read_bytes())
    assert "in already, as note.txt" in run_kb("ingest", copy).out
    assert [document["source"] for document in held] == ["note.txt"]


def test_ingest_names_what_it_refuses_and_takes_the_rest(run_kb: RunKb, note: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    (tmp_path / "empty.txt").write_bytes(b"")
    done = run_kb("ingest", note, tmp_path / "broken.pdf", tmp_path / "empty.txt", tmp_path / "missing.pdf")
    assert done.code == 3
    assert not [name for name in ("broken.pdf", "empty.txt", "missing.pdf") if name not in done.out]
    assert [document["source"] for document in run_kb("documents", "--json").json] == ["note.txt"]


def test_ingest_without_a_path_takes_the_shipped_documents(corpus_home: Path, run_kb: RunKb, tmp_path: Path) -> None:
    home = tmp_path / "copy"
    subprocess.run(["cp", "-r", corpus_home, home], check=True)
    done = run_kb("ingest", "--home", home)
    assert done.code == 0
    assert {document["source"] for document in run_kb("documents", "--json", "--home", home).json} == {
        path.name for path in CORPUS.glob("*.pdf")
    }


def test_remove_takes_id_or_file_name(run_kb: RunKb, note: Path) -> None:
    for key in ("id", "source"):
        run_kb("ingest", note)
        name = run_kb("documents", "--json").json[0][key]
        done = run_kb("remove", name)
        assert done.code == 0 and "note.txt" in done.out
        assert run_kb("documents", "--json").json == []


# Ask


def test_ask_json_has_the_fixed_shape(run_kb: RunKb, corpus_home: Path) -> None:
    answer = run_kb("ask", FORENSICS, "--json", "--home", corpus_home).json
    assert list(answer) == [*ANSWER_KEYS, "timings_ms", "check", "wording"]
    assert answer["status"] == "answered" and answer["values"] == ["£1,087,357"] and answer["id"] is None
    assert [list(citation) for citation in answer["citations"]] == [CITATION_KEYS] * len(answer["citations"])
    assert answer["citations"][0]["table"]["value"] == "1,087,357"
    assert len(answer["retrieved"]) >= 10


def test_ask_shows_answer_and_source(run_kb: RunKb, corpus_home: Path) -> None:
    done = run_kb("ask", FORENSICS, "--home", corpus_home)
    assert done.code == 0
    assert not [
        part for part in ("£1,087,357", "Sources", "[1] ", "page ", "row: ", "column: ") if part not in done.out
    ]


def test_ask_shows_nearest_passages_as_no_answer(run_kb: RunKb, corpus_home: Path) -> None:
    done = run_kb("ask", "What is the boiling point of tungsten?", "--home", corpus_home)
    assert done.code == 0 and "Sources" not in done.out


def test_home_stands_before_or_after_the_command(run_kb: RunKb, note: Path, tmp_path: Path) -> None:
    home, other = tmp_path / "one", tmp_path / "other"
    assert run_kb("--home", home, "ingest", note).code == 0
    assert len(run_kb("documents", "--json", "--home", home).json) == 1
    assert len(run_kb("--home", other, "documents", "--json", "--home", home).json) == 1
    assert not other.exists()


def test_ask_one_document_only(run_kb: RunKb, corpus_home: Path) -> None:
    sources = [document["source"] for document in run_kb("documents", "--json", "--home", corpus_home).json]
    for source in sources:
        answer = run_kb("ask", "forensics", "--document", source, "--json", "--home", corpus_home).json
        assert {entry["source"] for entry in answer["retrieved"]} <= {source}


def test_ask_a_table_needs_no_knowledge_base(run_kb: RunKb, spending: Path, kb_home: Path) -> None:
    answer = run_kb("ask", "--table", spending, "What did Rutland spend in 2016/17?", "--json").json
    assert answer["status"] == "answered" and answer["values"] == ["250"]
    assert not kb_home.exists()


def test_ask_takes_a_history(run_kb: RunKb, corpus_home: Path, tmp_path: Path) -> None:
    history = tmp_path / "history.json"
    history.write_text(json.dumps([FORENSICS]), encoding="utf-8")
    follow_up = run_kb("ask", "And Derbyshire?", "--history", history, "--json", "--home", corpus_home).json
    plain = run_kb("ask", "What did Derbyshire pay towards forensics in 2016/17?", "--json", "--home", corpus_home).json
    assert plain["values"] and follow_up["values"] == plain["values"]


TURNS = (Turn("Who leads?", "The board. [1]"), Turn("Since when?"))


@pytest.mark.parametrize(
    ("history", "turns"),
    [
        (None, ()),
        ([], ()),
        (["Who leads?"], (Turn("Who leads?"),)),
        (["Who leads?", "Since when?"], (Turn("Who leads?"), Turn("Since when?"))),
        ([{"question": "Who leads?", "answer": "The board. [1]"}, {"question": "Since when?"}], TURNS),
        (
            [
                {"role": "system", "content": "Be kind."},
                {"role": "user", "content": "Who leads?"},
                {"role": "assistant", "content": "The board. [1]"},
                {"role": "user", "content": "Since when?"},
            ],
            TURNS,
        ),
    ],
)
def test_histories_come_in_three_forms(history: object, turns: tuple[Turn, ...], tmp_path: Path) -> None:
    assert json_to_turns(history) == turns
    if history:
        lines = tmp_path / "history.jsonl"
        lines.write_text("\n".join(json.dumps(entry) for entry in history), encoding="utf-8")  # type: ignore[attr-defined]
        assert read_history(lines) == turns


@pytest.mark.parametrize("history", ["text", 3, {"question": "x"}, [3], [{"answer": "x"}], [{"role": "user"}], [[]]])
def test_a_history_of_another_form_is_refused(history: object) -> None:
    with pytest.raises(BadQuestion, match="istory"):
        json_to_turns(history)


# Batch


def test_batch_answers_in_order_and_the_same_twice(
    run_kb: RunKb, corpus_home: Path, tmp_path: Path, spending: Path
) -> None:
    source = "panel-presentation-2017.pdf"
    lines: list[dict[str, object]] = [
        {"id": "a", "question": FORENSICS},
        {"id": 7, "question": "And Derbyshire?", "history": [FORENSICS]},
        {"question": "Who is named?", "document": source},
        {"id": "t", "question": "What did Rutland spend in 2016/17?", "table": str(spending)},
        {"id": "n", "question": "What is the boiling point of tungsten?"},
    ]
    batch = tmp_path / "batch.jsonl"
    batch.write_text("".join(json.dumps(line) + "\n\n" for line in lines), encoding="utf-8")
    runs = [run_kb("ask", "--batch", batch, "--home", corpus_home) for _ in range(2)]
    assert [run.code for run in runs] == [0, 0]
    answers = runs[0].json_lines
    assert [answer["id"] for answer in answers] == ["a", 7, None, "t", "n"]
    assert [answer["question"] for answer in answers] == [line["question"] for line in lines]
    assert answers[0]["values"] == ["£1,087,357"] and answers[3]["values"] == ["250"]
    assert {entry["source"] for entry in answers[2]["retrieved"]} == {source}
    first, second = ([without_timings(line) for line in run.out.splitlines()] for run in runs)
    assert json.dumps(first) == json.dumps(second)


def test_batch_of_tables_reads_stdin_and_needs_no_knowledge_base(spending: Path, kb_home: Path) -> None:
    line = json.dumps({"id": "1", "question": "What did Huntingdon spend in 2015/16?", "table": spending.name})
    done = spawn_kb("ask", "--batch", "-", input=line.encode(), cwd=spending.parent)
    assert done.code == 0 and done.json_lines[0]["values"] == ["300"]
    assert not kb_home.exists()


# Tables


def test_tables_of_the_knowledge_base_and_of_a_file_are_the_same(run_kb: RunKb, corpus_home: Path) -> None:
    source = "panel-presentation-2017.pdf"
    kept = run_kb("tables", "--document", source, "--json", "--home", corpus_home).json
    read = run_kb("tables", CORPUS / source, "--json").json
    assert kept == read and kept
    assert not [table for table in kept if [key for key in table if key != "row_pages"] != [*TABLE_KEYS, *ADDED_KEYS]]
    assert not [table for table in kept for row in table["rows"] if len(row) != len(table["rows"][0])]


def test_all_tables_as_text(run_kb: RunKb, corpus_home: Path) -> None:
    done = run_kb("tables", "--home", corpus_home)
    assert done.code == 0 and "1,087,357" in done.out


def test_table_json_counts_header_rows_first_and_gives_row_pages_of_a_joined_table() -> None:
    cells = (
        Cell(0, 0, "Force", "header", rowspan=2),
        Cell(0, 1, "Paid", "header", colspan=2),
        Cell(1, 1, "2015/16", "header"),
        Cell(1, 2, "2016/17", "header"),
        Cell(2, 0, "Rutland", "label"),
        Cell(2, 1, "100"),
        Cell(2, 2, "250"),
    )
    box = Box(1.0, 2.0, 3.0, 4.0)
    table = Table("t1", 0, 3, 3, cells, header_rows=2, row_pages=(3, 3, 4), caption="Paid", unit="£", box=box)
    assert table_to_json(table, Document("d1", "x.pdf", "", "X", "pdf", tables=(table,))) == {
        "document_id": "d1",
        "source": "x.pdf",
        "page": 3,
        "caption": "Paid",
        "unit": "£",
        "header": [["Force", "Paid", "Paid"], ["Force", "2015/16", "2016/17"]],
        "rows": [["Rutland", "100", "250"]],
        "spans": [[0, 0, 2, 1], [0, 1, 1, 2]],
        "bbox": [1.0, 2.0, 3.0, 4.0],
        "notes": [],
        "total_rows": [],
        "confidence": 1.0,
        "doubts": [],
        "row_pages": [3, 3, 4],
    }


# Doctor, eval, serve


def test_doctor_finds_nothing_in_a_good_knowledge_base(run_kb: RunKb, corpus_home: Path) -> None:
    findings = {finding["subject"]: finding for finding in run_kb("doctor", "--json", "--home", corpus_home).json}
    assert findings["embedding model"]["remedy"] is None and "384" in findings["embedding model"]["text"]
    assert findings["knowledge base"]["remedy"] is None and findings["store"]["remedy"] is None


def test_doctor_says_what_to_do_about_what_it_finds(
    run_kb: RunKb, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KB_EMBEDDING_MODEL", str(tmp_path / "no-model"))
    done = run_kb("doctor")
    assert done.code == 1 and "kb ingest" in done.out and "KB_EMBEDDING_MODEL" in done.out


def test_doctor_finds_an_orphan(run_kb: RunKb, note: Path, kb_home: Path) -> None:
    run_kb("ingest", note)
    assert run_kb("doctor").code == 0
    (kb_home / "files" / "nobody.pdf").write_bytes(b"left over")
    done = run_kb("doctor")
    assert done.code == 1 and "nobody.pdf" in done.out


def test_eval_prints_and_writes_reports(run_kb: RunKb, corpus_home: Path, tmp_path: Path) -> None:
    questions = tmp_path / "mine.jsonl"
    asked = {"id": "1", "type": "table", "question": FORENSICS, "answerable": True, "must": [["£1,087,357"]]}
    questions.write_text(json.dumps(asked) + "\n", encoding="utf-8")
    report, page = tmp_path / "report.json", tmp_path / "report.html"
    done = run_kb("eval", questions, "--json", report, "--html", page, "--home", corpus_home)
    assert done.code == 0 and "mine" in done.out
    assert json.loads(report.read_text(encoding="utf-8"))["sets"][0]["total"]["accuracy"] == 1.0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")

    answers = tmp_path / "answers.jsonl"
    answers.write_text(run_kb("ask", "--batch", questions, "--home", corpus_home).out, encoding="utf-8")
    scored = run_kb("eval", questions, "--answers", answers, "--json", report, "--home", corpus_home)
    assert scored.code == 0
    assert json.loads(report.read_text(encoding="utf-8"))["sets"][0]["total"]["accuracy"] == 1.0


def test_serve_answers_on_its_address_and_stops_with_130(corpus_home: Path) -> None:
    command = kb_command("serve", "--port", "0", "--no-browser", "--home", corpus_home)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = next(word for word in server.stdout.readline().split() if word.startswith("http://127.0.0.1:"))
            assert page_when_up(address).status == 200
        finally:
            server.send_signal(signal.SIGINT)
        _, err = server.communicate(timeout=60)
    assert server.returncode == 130 and "Traceback" not in err


def page_when_up(address: str) -> object:
    deadline = time.monotonic() + 90
    while True:
        try:
            return urllib.request.urlopen(address, timeout=10)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def test_serve_on_a_taken_port_says_so(run_kb: RunKb, corpus_home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_kb("serve", "--port", port, "--no-browser", "--home", corpus_home)
    assert done.code == 1 and str(port) in done.err and "--port" in done.err


def test_version(run_kb: RunKb) -> None:
    assert os.fspath(run_kb("--version").out).startswith("collabkb ")
