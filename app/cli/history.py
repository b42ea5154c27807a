"""Earlier turns of a conversation, in the forms that files and batch lines bring them."""

from __future__ import annotations

import json
from pathlib import Path

from kb.errors import BadQuestion
from kb.model import Turn

FORMS = 'a list of questions, of {"question", "answer"} or of {"role", "content"}'


def json_to_turns(history: object) -> tuple[Turn, ...]:
    """Turns from a JSON list in any of the three forms; BadQuestion says what is wrong."""
    if history is None:
        return ()
    if not isinstance(history, list):
        raise BadQuestion(f"The history must be {FORMS}.")
    turns: list[Turn] = []
    for number, entry in enumerate(history, start=1):
        if isinstance(entry, dict) and "role" in entry:
            add_message(turns, entry, number)
        else:
            turns.append(entry_to_turn(entry, number))
    return tuple(turns)


def entry_to_turn(entry: object, number: int) -> Turn:
    """One question in words, or one question with its answer."""
    if isinstance(entry, str):
        return Turn(question=entry)
    if isinstance(entry, dict):
        question, answer = entry.get("question"), entry.get("answer") or ""
        if isinstance(question, str) and isinstance(answer, str):
            return Turn(question=question, answer=answer)
    raise BadQuestion(f"Entry {number} of the history cannot be read. The history must be {FORMS}.")


def add_message(turns: list[Turn], message: dict[str, object], number: int) -> None:
    """A message of a chat: the user's opens a turn, the assistant's completes it, others say nothing to us."""
    role, content = message["role"], message.get("content")
    if not isinstance(content, str):
        raise BadQuestion(f'Entry {number} of the history has no text under "content".')
    if role == "user":
        turns.append(Turn(question=content))
    elif role == "assistant" and turns:
        turns[-1] = Turn(question=turns[-1].question, answer=content)


def read_history(path: Path) -> tuple[Turn, ...]:
    """Turns from a file: one JSON list, or one entry a line. BadQuestion says what is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadQuestion(f"The history file {path} is not UTF-8 text. Save it as UTF-8.") from error
    except OSError as error:
        raise BadQuestion(f"The history file {path} cannot be read ({error.strerror}).") from error
    try:
        whole = json.loads(text)
        return json_to_turns(whole if isinstance(whole, list) else [whole])
    except json.JSONDecodeError:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
        return json_to_turns([line_to_entry(line, number) for number, line in lines])


def line_to_entry(line: str, number: int) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise BadQuestion(f"Line {number} of the history file is not JSON ({error.msg}).") from error
