"""What readers say of answers: right or not, and why. It is kept beside the documents and makes test questions."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from kb.errors import BadQuestion, KnowledgeBaseError
from kb.kept_answers import answer_to_kept, json_to_answer
from kb.model import Answer
from kb.store import KnowledgeBase

FILE = "feedback.sqlite3"
Thumb = Literal["up", "down"]
REASONS = {
    "figure": "The figure is wrong",
    "source": "It comes from the wrong document or place",
    "incomplete": "Something is missing",
    "question": "It answers another question",
    "missed": "The documents do say it",
    "other": "Something else",
}
LONGEST_NOTE = 2000
MARKER = re.compile(r"\s?\[\d{1,3}\]")
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS feedback (id TEXT PRIMARY KEY, at TEXT NOT NULL, thumb TEXT NOT NULL, "
    "reason TEXT, note TEXT NOT NULL, answer TEXT NOT NULL, history TEXT NOT NULL, cleared INTEGER NOT NULL)"
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """One reader's judgement of one answer. ``id`` is the reader's own, so that a change of mind replaces it.

    ``history`` are the questions before it; ``reason`` is a key of REASONS; ``at`` is ISO 8601 in UTC. ``cleared`` says
    that it was given by one who may see documents that are not public.
    """

    id: str
    thumb: Thumb
    answer: Answer
    reason: str | None = None
    note: str = ""
    history: tuple[str, ...] = ()
    at: str = ""
    cleared: bool = True


def json_to_feedback(value: object) -> Feedback:
    """The Feedback of a JSON object ``{id, thumb, answer, reason?, note?, history?}``; BadQuestion where it is none."""
    if not isinstance(value, dict) or value.get("thumb") not in ("up", "down"):
        raise BadQuestion("Say whether the answer is right: up or down.")
    name, reason, history = value.get("id"), value.get("reason"), value.get("history") or []
    if not isinstance(name, str) or not 8 <= len(name) <= 64 or not name.isascii():
        raise BadQuestion("What was sent names no answer. Load the page again.")
    if reason is not None and reason not in REASONS:
        raise BadQuestion("Choose one of the reasons in the list.")
    if not isinstance(history, list):
        raise BadQuestion("The questions before must be a list.")
    note = str(value.get("note") or "")[:LONGEST_NOTE]
    answer = json_to_answer(value.get("answer") or {})
    return Feedback(name, value["thumb"], answer, reason, note, tuple(str(question) for question in history[-20:]))


def keep_feedback(kb: KnowledgeBase, feedback: Feedback) -> None:
    """Keep it; the same reader's earlier word on the same answer goes. KnowledgeBaseError: it cannot be written."""
    row = (
        feedback.id,
        datetime.now(UTC).isoformat(timespec="seconds"),
        feedback.thumb,
        feedback.reason,
        feedback.note,
        json.dumps(answer_to_kept(feedback.answer), ensure_ascii=False),
        json.dumps(feedback.history, ensure_ascii=False),
        kb.cleared,
    )
    with _opened(kb.home) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def take_back_feedback(kb: KnowledgeBase, name: str) -> None:
    """Forget what was said of an answer; nothing happens where there is nothing."""
    with _opened(kb.home) as connection, connection:
        connection.execute("DELETE FROM feedback WHERE id = ?", (name,))


def forget_document(kb: KnowledgeBase, document_id: str) -> None:
    """Forget what was said of answers that hold words of a document, and give the space back."""
    if not (kb.home / FILE).is_file():
        return
    with _opened(kb.home) as connection:
        with connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("DELETE FROM feedback WHERE instr(answer, ?) > 0", (json.dumps(document_id),))
        connection.execute("VACUUM")


def list_feedback(kb: KnowledgeBase) -> list[Feedback]:
    """All that readers said, oldest first, as far as the knowledge base may show the documents it cites."""
    if not (kb.home / FILE).is_file():
        return []
    with _opened(kb.home) as connection:
        rows = connection.execute("SELECT * FROM feedback ORDER BY at, id").fetchall()
    said = [_row_to_feedback(row) for row in rows]
    return [one for one in said if kb.cleared or (not one.cleared and _shows(kb, one.answer))]


def _row_to_feedback(row: tuple[Any, ...]) -> Feedback:
    name, at, thumb, reason, note, answer, history, cleared = row
    before = tuple(json.loads(history))
    return Feedback(name, thumb, json_to_answer(json.loads(answer)), reason, note, before, at, bool(cleared))


def _shows(kb: KnowledgeBase, answer: Answer) -> bool:
    named = {citation.document_id for citation in answer.citations} | {e.document_id for e in answer.retrieved}
    return all(kb.has(document_id) for document_id in named)


def feedback_to_questions(said: list[Feedback]) -> list[dict[str, Any]]:
    """Lines of a question set. What was called right becomes a question with its answer; the rest needs a person.

    A right answer must say its values (else the words of its first quote) again; a right "not found" must stay one. Of
    a wrong one only what it must not say is known: ``note`` says what is missing, and ``must`` is empty.
    """
    return [_feedback_to_question(one, number) for number, one in enumerate(said, start=1)]


def _feedback_to_question(feedback: Feedback, number: int) -> dict[str, Any]:
    answer, right = feedback.answer, feedback.thumb == "up"
    answered = answer.status == "answered"
    quotes = [{"source": citation.source, "quote": citation.quote} for citation in answer.citations]
    line: dict[str, Any] = {
        "id": f"feedback-{number:03d}",
        "type": "feedback",
        "question": answer.question,
        "answerable": answered if right else True,
        "must": [[slot] for slot in _slots(answer)] if right and answered else [],
        "must_not": list(answer.values) if answered and not right and feedback.reason == "figure" else [],
        "evidence": quotes if right else [],
    }
    if feedback.history:
        line["history"] = [{"question": question, "answer": ""} for question in feedback.history]
    if not right:
        reason = REASONS.get(feedback.reason or "", "")
        words = ". ".join(part for part in (reason, feedback.note) if part)
        line["note"] = f"Write the right answer into must. {words}".strip()
    return line


def _slots(answer: Answer) -> tuple[str, ...]:
    lines = (MARKER.sub("", line).lstrip("- ") for line in answer.answer.splitlines())
    return answer.values or tuple(line for line in lines if line.strip())


@contextmanager
def _opened(home: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(home / FILE, timeout=10)) as connection:
            connection.execute(SCHEMA)
            yield connection
    except sqlite3.Error as error:
        raise KnowledgeBaseError(
            f"What readers said cannot be read or written ({error}). Check the file {FILE} in {home}."
        ) from error
