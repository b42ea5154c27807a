"""`kb export`: questions, or answers that were kept, as a file with numbered sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import HomeOption

if TYPE_CHECKING:
    from kb.export import Briefing
    from kb.model import Answer
    from kb.store import KnowledgeBase

STDOUT = "-"
TEXT_KINDS = ("md", "csv", "json")
EPILOG = (
    "Word (.docx) and PDF are for reading and for minutes, Markdown (.md) for web pages, CSV for spreadsheets and "
    "JSON for programs."
)


def export(
    questions: Annotated[
        list[str] | None, typer.Argument(metavar="QUESTION", help="One or more questions, each in quotes.")
    ] = None,
    questions_file: Annotated[
        Path | None,
        typer.Option("--questions", metavar="FILE", help="Questions from a .txt, .csv, .jsonl or .docx file."),
    ] = None,
    answers_file: Annotated[
        Path | None,
        typer.Option("--answers", metavar="FILE.jsonl", help="Answers that `kb ask --json` or --batch printed."),
    ] = None,
    to: Annotated[
        str | None, typer.Option(metavar="FILE", help="Where to write; its ending says the format (- is stdout).")
    ] = None,
    kind: Annotated[str | None, typer.Option("--format", metavar="FORMAT", help="docx, pdf, md, csv or json.")] = None,
    title: Annotated[str, typer.Option(metavar="TEXT", help="The title of the document.")] = "",
    home: HomeOption = None,
) -> None:
    """Write answers to a file with their sources: Word, PDF, Markdown, CSV or JSON."""
    chosen = choose_kind(to, kind)
    asked = questions or []
    if not asked and questions_file is None and answers_file is None:
        raise typer.BadParameter("Type a question in quotes, or name a file with --questions or --answers.")
    if answers_file is not None and (asked or questions_file):
        raise typer.BadParameter("--answers stands alone: it takes no questions and no --questions.")
    if len(asked) > 1 and not any(" " in question for question in asked):
        raise typer.BadParameter('Put each question in quotes: kb export "Who chairs the board?" --to board.docx')
    raise typer.Exit(export_to_file(asked, questions_file, answers_file, to or STDOUT, chosen, title, home))


def choose_kind(to: str | None, kind: str | None) -> str:
    """The format that --format names, else the ending of --to; BadParameter where that is none of ours."""
    from kb.export import KINDS

    if to is None and kind is None:
        raise typer.BadParameter("Say where to write: --to answers.docx (or .pdf, .md, .csv, .json).")
    ending = Path(to).suffix.removeprefix(".").lower() if to not in (None, STDOUT) else "md"
    chosen = (kind or ending or "").lower()
    if chosen not in KINDS:
        named = f"--format {kind}" if kind else f"{to}"
        raise typer.BadParameter(f"{named} is no format of ours. Choose one of {', '.join(KINDS)}.")
    if to in (None, STDOUT) and chosen not in TEXT_KINDS:
        raise typer.BadParameter(f"A {chosen} file cannot be printed. Name a file: --to answers.{chosen}.")
    return chosen


def export_to_file(
    asked: list[str],
    questions_file: Path | None,
    answers_file: Path | None,
    to: str,
    kind: str,
    title: str,
    home: Path | None,
) -> int:
    """Answer, or read the answers, and write the file; the exit code."""
    from app.cli.errors import BROKEN_LINES, OK, say
    from app.cli.questions import open_filled
    from kb.export import answers_to_briefing
    from kb.export import export as briefing_to_file

    wanted = [*asked, *(read_questions(questions_file) if questions_file else [])]
    held = read_answers(answers_file) if answers_file else None
    with open_filled(home) as kb:
        answers = held if held is not None else answer_all(kb, wanted)
        briefing = answers_to_briefing(kb, answers, title)
    data = briefing_to_file(briefing, kind)
    if to == STDOUT:
        write_bytes(data)
    else:
        write_file(Path(to), data)
        say(briefing_to_words(briefing, to))
    broken = sum(answer.status == "not_found" and not answer.answer for answer in answers)
    return BROKEN_LINES if broken else OK


def answer_all(kb: KnowledgeBase, questions: list[str]) -> list[Answer]:
    """The answers in order, with a count on the terminal while they are made."""
    from app.cli.progress import counted
    from kb.export import questions_to_answers

    answers = []
    with counted("questions") as show:
        show(0, len(questions))
        for answer in questions_to_answers(kb, questions):
            answers.append(answer)
            show(len(answers), len(questions))
    return answers


def read_questions(path: Path) -> list[str]:
    """The questions in a file; BadQuestion says what is wrong with it."""
    from kb.errors import BadQuestion
    from kb.export import file_to_questions

    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadQuestion(f"The file {path} cannot be read ({error.strerror}). Check its name.") from error
    return file_to_questions(path.name, data)


def read_answers(path: Path) -> list[Answer]:
    """Answer objects: one JSON object or list, or one object a line; BadQuestion names the line that is wrong."""
    import json

    from kb.errors import BadQuestion
    from kb.kept_answers import json_to_answer

    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadQuestion(f"The file {path} is not UTF-8 text. Save it as UTF-8.") from error
    except OSError as error:
        raise BadQuestion(f"The file {path} cannot be read ({error.strerror}). Check its name.") from error
    try:
        whole = json.loads(text)
        # What `kb export` wrote as JSON has its answers in a list of their own.
        whole = whole["answers"] if isinstance(whole, dict) and "answers" in whole else whole
        values = list(enumerate(whole if isinstance(whole, list) else [whole], start=1))
    except ValueError:
        values = [(number, line_to_value(line, number, path)) for number, line in numbered(text)]
    answers = []
    for number, value in values:
        try:
            answers.append(json_to_answer(value))
        except BadQuestion as error:
            raise BadQuestion(f"Answer {number} of {path}: {error}") from error
    if not answers:
        raise BadQuestion(f"The file {path} holds no answers. Make one with: kb ask --batch questions.jsonl")
    return answers


def numbered(text: str) -> list[tuple[int, str]]:
    return [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]


def line_to_value(line: str, number: int, path: Path) -> dict[str, object]:
    import json

    from kb.errors import BadQuestion

    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadQuestion(f"Line {number} of {path} is not JSON. Each line must be an answer object.") from error
    if not isinstance(value, dict):
        raise BadQuestion(f"Line {number} of {path} is not an answer object.")
    return value


def write_bytes(data: bytes) -> None:
    """To stdout as they are, whatever the locale."""
    import sys

    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_file(path: Path, data: bytes) -> None:
    """Write the whole file or none: what was there stays until the new one is complete."""
    import os

    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def briefing_to_words(briefing: Briefing, to: str) -> str:
    """What was written, in a sentence, and what the person should look at."""
    found = sum(answer.status == "answered" for answer in briefing.entries)
    count, sources = len(briefing.entries), len(briefing.sources)
    said = f"{to}: {count} question{'' if count == 1 else 's'}, {found} answered, {sources} source"
    said += f"{'' if sources == 1 else 's'}."
    unproved = sum(source.problem is not None for source in briefing.sources)
    if unproved:
        said += f" {unproved} of the sources could not be checked in this library; the file says which."
    if briefing.not_public:
        said += " It quotes documents that are marked not public."
    return said
