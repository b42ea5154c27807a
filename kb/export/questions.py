"""Questions for a briefing: from lines of text or a file, answered one after the other."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from kb.errors import BadQuestion
from kb.model import Answer

if TYPE_CHECKING:
    from kb.export.briefing import Briefing
    from kb.store import Filters, KnowledgeBase

MOST_QUESTIONS = 100
LARGEST_FILE = 2_000_000
LARGEST_UNPACKED = 50_000_000
SUFFIXES = (".txt", ".csv", ".jsonl", ".docx")
COLUMN = "question"

_NUMBER = re.compile(r"^\s*(?:[-*•–]|(?:Q(?:uestion)?\s*)?\(?\d{1,3}[.):])\s+", re.IGNORECASE)


def questions_to_briefing(
    kb: KnowledgeBase,
    questions: Sequence[str],
    title: str = "",
    filters: Filters | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Briefing:
    """The briefing that answers these questions; ``progress`` is told how many of how many are answered.

    Raises BadQuestion where there are none, or more than MOST_QUESTIONS.
    """
    from kb.export.briefing import answers_to_briefing

    answers = []
    for answer in questions_to_answers(kb, questions, filters):
        answers.append(answer)
        if progress is not None:
            progress(len(answers), len(questions))
    return answers_to_briefing(kb, answers, title)


def questions_to_answers(
    kb: KnowledgeBase, questions: Sequence[str], filters: Filters | None = None
) -> Iterator[Answer]:
    """The answers in order, each made when it is asked for; who stops asking has cancelled the rest.

    A question that cannot be taken gets an answer that says why. Raises as :func:`questions_to_briefing`.
    """
    if not questions:
        raise BadQuestion("There is no question. Type at least one, one on each line.")
    if len(questions) > MOST_QUESTIONS:
        raise BadQuestion(f"There are {len(questions)} questions; a briefing takes {MOST_QUESTIONS} at the most.")
    return (question_to_answer(kb, question, filters) for question in questions)


def question_to_answer(kb: KnowledgeBase, question: str, filters: Filters | None = None) -> Answer:
    """The answer, or one that says why the question could not be taken."""
    from kb.answering import answer

    try:
        return answer(kb, question, filters=filters)
    except BadQuestion as error:
        return Answer(question, "not_found", "", message=f"This question could not be answered: {error}")


def text_to_questions(text: str) -> list[str]:
    """Questions one a line, without their numbers and bullets, empty lines and repeats."""
    lines = (" ".join(_NUMBER.sub("", line).split()) for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def file_to_questions(name: str, data: bytes) -> list[str]:
    """The questions in a file: one a line of text, a paragraph of Word, a row of CSV or an object of JSON Lines.

    Raises BadQuestion, whose text says what to do, where the file cannot be read or holds none.
    """
    suffix = PurePath(name).suffix.lower()
    readers = {".txt": read_text, ".csv": read_csv, ".jsonl": read_jsonl, ".docx": read_docx}
    if suffix not in readers:
        raise BadQuestion(f"{name} cannot be read. Use a file that ends in {', '.join(SUFFIXES)}.")
    if len(data) > LARGEST_FILE:
        raise BadQuestion(f"{name} is larger than {LARGEST_FILE // 1_000_000} MB. Use a file with the questions alone.")
    questions = text_to_questions("\n".join(" ".join(line.split()) for line in readers[suffix](name, data)))
    if not questions:
        raise BadQuestion(f"{name} holds no questions. Put one question on each line.")
    return questions


def read_text(name: str, data: bytes) -> list[str]:
    return decode(data).splitlines()


def decode(data: bytes) -> str:
    """Text in UTF-8 or UTF-16, else as old Windows programs save it."""
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def read_csv(name: str, data: bytes) -> list[str]:
    """The column that is headed "question", else the first one."""
    text = decode(data)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:4000].splitlines()[0] if text.strip() else "", ",;\t")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = [row for row in csv.reader(io.StringIO(text), dialect) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadQuestion(f"{name} is no CSV file ({error}). Save it as CSV again.") from error
    heads = [cell.strip().lower() for cell in rows[0]] if rows else []
    column = next((place for place, head in enumerate(heads) if head in (COLUMN, COLUMN + "s")), None)
    body = rows if column is None else rows[1:]
    return [row[column or 0] for row in body if len(row) > (column or 0)]


def read_jsonl(name: str, data: bytes) -> list[str]:
    """The field "question" of each line, as in a batch; a line may be the bare question in quotes."""
    found = []
    for number, line in enumerate(decode(data).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadQuestion(f"Line {number} of {name} is not JSON. Each line must be one object.") from error
        question = value.get(COLUMN) if isinstance(value, dict) else value
        if not isinstance(question, str):
            raise BadQuestion(f'Line {number} of {name} has no text under "question".')
        found.append(question)
    return found


def read_docx(name: str, data: bytes) -> list[str]:
    """The paragraphs that end in a question mark; all of them, headings left out, where none does."""
    import docx

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > LARGEST_UNPACKED:
            raise BadQuestion(f"{name} is too large. Use a file with the questions alone.")
        document = docx.Document(io.BytesIO(data))
    except BadQuestion:
        raise
    except Exception as error:  # python-docx raises whatever the broken part of the file leads to
        raise BadQuestion(f"{name} is not a Word file that can be read. Save it again in Word as .docx.") from error
    cells = (cell for table in document.tables for row in table.rows for cell in row.cells)
    paragraphs = [*document.paragraphs, *(paragraph for cell in cells for paragraph in cell.paragraphs)]
    lines = [p.text for p in paragraphs if not (getattr(p.style, "name", None) or "").startswith(("Heading", "Title"))]
    asked = [line for text in lines for line in text.splitlines() if line.rstrip().endswith("?")]
    return asked or lines
