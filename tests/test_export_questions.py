"""Questions for a briefing: read from text and files, and answered one after the other."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import pytest
from conftest import RunKb

from kb.errors import BadQuestion
from kb.export import file_to_questions, questions_to_answers, questions_to_briefing, text_to_questions
from kb.export.questions import LARGEST_FILE, MOST_QUESTIONS
from kb.store import Filters, KnowledgeBase

WHO, HOW = "Who chairs the East Midlands PCC Board?", "How much did the collaborations save between 2014 and 2017?"
PARIS = "What is the salary of the Mayor of Paris?"


def word_file(*lines: str, heading: str = "For the panel?") -> bytes:
    document = docx.Document()
    document.add_heading(heading)
    for line in lines:
        document.add_paragraph(line)
    table = document.add_table(rows=1, cols=1)
    table.rows[0].cells[0].text = PARIS
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", f"\ufeff1. {WHO}\n\n  - {HOW}  \r\n{WHO}\n".encode()),
        ("a.TXT", f"{WHO}\n{HOW}".encode("utf-16")),
        ("a.csv", f"id,Question,note\n1,{WHO},x\n2,{HOW},y\n".encode()),
        ("a.csv", f"{WHO};1\n{HOW};2\n".encode()),
        ("a.jsonl", f"{json.dumps({'id': 1, 'question': WHO})}\n\n{json.dumps(HOW)}\n".encode()),
        ("a.docx", word_file("Dear clerk,", f"Q1. {WHO}", f"(2) {HOW}".replace("(2) ", "2) "))),
    ],
    ids=["text", "utf-16", "csv with a head", "csv without", "json lines", "word"],
)
def test_questions_are_read_from_a_file(name: str, data: bytes) -> None:
    questions = file_to_questions(name, data)
    assert questions[:2] == [WHO, HOW]
    assert questions[2:] == ([PARIS] if name.endswith("docx") else [])


def test_word_without_a_question_mark_gives_every_paragraph() -> None:
    document = docx.Document()
    document.add_paragraph("savings by unit")
    document.add_paragraph("2. who chairs the board")
    out = io.BytesIO()
    document.save(out)
    assert file_to_questions("a.docx", out.getvalue()) == ["savings by unit", "who chairs the board"]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.xlsx", b"x", ".txt, .csv, .jsonl, .docx"),
        ("a.docx", b"no zip", "Save it again in Word"),
        ("a.jsonl", b"{}\n", "Line 1"),
        ("a.jsonl", b"not json\n", "Line 1"),
        ("a.txt", b" \n\n", "no questions"),
        ("a.csv", b"", "no questions"),
        ("a.txt", b"x" * (LARGEST_FILE + 1), "larger than"),
    ],
    ids=["kind", "broken word", "no question", "no json", "empty", "empty csv", "large"],
)
def test_a_file_that_cannot_be_read_says_what_to_do(name: str, data: bytes, words: str) -> None:
    with pytest.raises(BadQuestion, match=words.replace(".", r"\.")):
        file_to_questions(name, data)


def test_a_number_that_belongs_to_the_question_stays() -> None:
    assert text_to_questions("2016/17 savings?\n157 officers: where?\n3.5% of what?") == [
        "2016/17 savings?",
        "157 officers: where?",
        "3.5% of what?",
    ]


def test_questions_are_answered_one_at_a_time(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        answers = questions_to_answers(kb, [WHO, "???", HOW])
        assert next(answers).status == "answered"
        broken = next(answers)
        assert broken.status == "not_found" and "could not be answered" in (broken.message or "")
        steps: list[tuple[int, int]] = []
        made = questions_to_briefing(
            kb, [WHO, PARIS], "Board", Filters(documents=("panel-report-2014.pdf",)), lambda *at: steps.append(at)
        )
        assert steps == [(1, 2), (2, 2)] and made.title == "Board" and len(made.entries) == 2
        assert {source.citation.source for source in made.sources} <= {"panel-report-2014.pdf"}
        with pytest.raises(BadQuestion, match="at least one"):
            questions_to_answers(kb, [])
        with pytest.raises(BadQuestion, match=str(MOST_QUESTIONS)):
            questions_to_answers(kb, ["Who?"] * (MOST_QUESTIONS + 1))


# The command line


def test_kb_export_writes_what_the_ending_says(run_kb: RunKb, corpus_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "board.docx"
    done = run_kb("export", WHO, PARIS, "--to", target, "--title", "The board", "--home", corpus_home)
    assert done.code == 0 and not done.out
    assert "2 questions, 1 answered" in done.err
    document = docx.Document(str(target))
    assert document.paragraphs[0].text == "The board"
    assert [file.name for file in tmp_path.iterdir() if "board" in file.name] == ["board.docx"]


def test_kb_export_takes_questions_and_answers_from_files(run_kb: RunKb, corpus_home: Path, tmp_path: Path) -> None:
    listed = tmp_path / "questions.jsonl"
    listed.write_text("\n".join(json.dumps({"id": str(n), "question": q}) for n, q in enumerate([WHO, PARIS])))
    asked = run_kb("export", "--questions", listed, "--to", "-", "--format", "json", "--home", corpus_home)
    kept = tmp_path / "answers.jsonl"
    kept.write_text(run_kb("ask", "--batch", listed, "--home", corpus_home).out, encoding="utf-8")
    held = run_kb("export", "--answers", kept, "--to", "-", "--format", "json", "--home", corpus_home)
    assert asked.code == held.code == 0
    drop = ("timings_ms", "id")
    first, second = ([{k: v for k, v in a.items() if k not in drop} for a in x.json["answers"]] for x in (asked, held))
    assert first == second
    assert not [source for source in held.json["sources"] if source["problem"]]
    exported = tmp_path / "again.json"
    exported.write_text(held.out, encoding="utf-8")
    again = run_kb("export", "--answers", exported, "--to", "-", "--home", corpus_home)
    assert again.code == 0 and again.out.startswith("# Answers with their sources")


def test_kb_export_names_questions_that_are_broken(run_kb: RunKb, corpus_home: Path, tmp_path: Path) -> None:
    done = run_kb("export", WHO, "???", "--to", tmp_path / "a.csv", "--home", corpus_home)
    assert done.code == 4 and (tmp_path / "a.csv").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ["export"],
        ["export", WHO],
        ["export", "--to", "a.docx"],
        ["export", WHO, "--to", "a.xls"],
        ["export", WHO, "--to", "-", "--format", "docx"],
        ["export", WHO, "--answers", "a.jsonl", "--to", "a.md"],
        ["export", "Who", "chairs", "it?", "--to", "a.md"],
    ],
    ids=" ".join,
)
def test_a_wrongly_typed_export_says_so(run_kb: RunKb, arguments: list[str]) -> None:
    done = run_kb(*arguments)
    assert done.code == 2 and done.err.strip() and not done.out


@pytest.mark.parametrize(
    ("text", "words"),
    [("not json", "Line 1"), ("[1]\n[2]", "Line 1"), ("{}", "Answer 1"), ("[]", "no answers"), ("", "no answers")],
)
def test_answers_that_cannot_be_read_say_why(
    run_kb: RunKb, corpus_home: Path, tmp_path: Path, text: str, words: str
) -> None:
    kept = tmp_path / "answers.jsonl"
    kept.write_text(text, encoding="utf-8")
    done = run_kb("export", "--answers", kept, "--to", tmp_path / "a.md", "--home", corpus_home)
    assert done.code == 1 and words in done.err
    assert not (tmp_path / "a.md").exists()
