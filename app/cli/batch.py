"""`kb ask --batch`: one question object a line in, one answer object a line out, in order."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from app.cli.errors import BROKEN_LINES, ERROR, OK, exception_to_words, say, sentence
from app.cli.history import json_to_turns
from app.cli.output import write_json
from app.cli.questions import Asked, answer_asked, open_filled
from kb.answering.question import clean_question
from kb.errors import BadQuestion, CollabkbError
from kb.model import Answer
from kb.store import KnowledgeBase

STDIN = "-"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Line:
    """A line of the batch: what is asked, or (with ``asked`` None) why it cannot be."""

    id: object
    question: str
    asked: Asked | None
    problem: str | None = None


def ask_batch(source: str, home: Path | None) -> int:
    """Answer every line of the file (``-`` is stdin) on stdout; the exit code.

    A broken line gets an answer object that says what is wrong, and the rest goes on. The knowledge base is
    opened, and refused, before the first answer, and only when a line needs it.
    """
    lines = [read_line(raw, number) for number, raw in numbered_lines(read_batch(source))]
    with ExitStack() as stack:
        needed = any(line.asked is not None and line.asked.table is None for line in lines)
        kb = stack.enter_context(open_filled(home)) if needed else None
        outcomes = [answer_line(line, kb, home) for line in lines]
    broken = sum(outcome == BROKEN_LINES for outcome in outcomes)
    if broken:
        say(f'{broken} of {len(lines)} lines were broken; the "message" of each answer says why.')
    if ERROR in outcomes:
        return ERROR
    return BROKEN_LINES if broken else OK


def read_batch(source: str) -> bytes:
    """All bytes of the batch; BadQuestion where there is no such file or its text is UTF-16."""
    try:
        data = sys.stdin.buffer.read() if source == STDIN else Path(source).read_bytes()
    except OSError as error:
        raise BadQuestion(f"The batch file {source} cannot be read ({error.strerror}). Check its name.") from error
    if data.startswith(UTF16_MARKS):
        raise BadQuestion(f"The batch file {source} is UTF-16 text. Save it as UTF-8.")
    return data.removeprefix(b"\xef\xbb\xbf")


def numbered_lines(data: bytes) -> list[tuple[int, bytes]]:
    """Line numbers from 1 with their bytes, blank lines left out."""
    return [(number, raw) for number, raw in enumerate(data.split(b"\n"), start=1) if raw.strip()]


def read_line(raw: bytes, number: int) -> Line:
    """What one line asks; never raises."""
    try:
        entry = json.loads(raw.decode("utf-8"), parse_constant=refuse_constant)
    except UnicodeDecodeError:
        return Line(None, "", None, f"Line {number} is not UTF-8 text. Save the file as UTF-8.")
    except (ValueError, RecursionError) as error:
        return Line(None, "", None, f"Line {number} is not JSON ({error}).")
    if not isinstance(entry, dict):
        return Line(None, "", None, f'Line {number} is not an object such as {{"id": "1", "question": "..."}}.')
    question = entry.get("question")
    shown = question if isinstance(question, str) else ""
    try:
        return Line(entry.get("id"), shown, entry_to_asked(entry))
    except BadQuestion as error:
        return Line(entry.get("id"), shown, None, f"Line {number}: {error}")


def refuse_constant(name: str) -> None:
    """NaN and Infinity, which Python reads and no other program would take back."""
    raise ValueError(f"{name} is no JSON value")


def entry_to_asked(entry: dict[str, object]) -> Asked:
    """The question of a line's object; BadQuestion says which part is wrong."""
    question, line_id = entry.get("question"), entry.get("id")
    if not isinstance(question, str):
        raise BadQuestion('"question" must be there and be text.')
    if isinstance(line_id, list | dict):
        raise BadQuestion('"id" must be text or a number.')
    document, table = entry.get("document"), entry.get("table")
    if not isinstance(document, str | None) or not isinstance(table, str | None):
        raise BadQuestion('"document" and "table" must be text: a file name.')
    clean_question(question)
    return Asked(
        question=question,
        turns=json_to_turns(entry.get("history")),
        document=document or None,
        table=Path(table) if table else None,
        id=None if line_id is None else str(line_id),
    )


def answer_line(line: Line, kb: KnowledgeBase | None, home: Path | None) -> int:
    """Write the answer object of one line; the exit code that this line alone would give."""
    outcome, problem = (OK, None) if line.asked else (BROKEN_LINES, line.problem)
    if line.asked:
        try:
            answer = answer_asked(line.asked, kb)
        except CollabkbError as error:
            outcome, problem = BROKEN_LINES, sentence(str(error))
        except Exception as error:
            # One line that meets a fault of ours must not cost the caller the rest of the batch.
            outcome, problem = ERROR, exception_to_words(error, home)
            say(problem)
    if problem is not None:
        answer = Answer(question=line.question, status="not_found", answer="", message=problem)
    write_json({**answer.to_json(), "id": line.id}, indent=None)
    return outcome
