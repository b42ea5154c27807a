"""Question sets and answer files: one JSON object a line.

A question has ``id``, ``type``, ``question``, ``answerable``, ``must`` (slots, each a list of accepted
wordings), ``must_not``, ``evidence`` (source and verbatim quote) and optionally ``history`` and ``max_words``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import BadQuestion

MAX_WORDS = 80
LONG_TYPES = frozenset({"list", "cross_document"})
LONG_MAX_WORDS = 160

AnswerObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place that holds the answer: the file's name and its words."""

    source: str
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what a right answer must and must not say, in at most ``max_words`` words."""

    id: str
    type: str
    question: str
    answerable: bool = True
    must: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    history: tuple[tuple[str, str], ...] = ()
    max_words: int = MAX_WORDS


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a .jsonl file, blank lines left out.

    Raises:
        BadQuestion: the file is missing, or a line is not a JSON object (its number is named).
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestion(f"{path} cannot be read: {error}") from error
    objects = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise BadQuestion(f"{path}, line {number}: not JSON ({error})") from error
        if not isinstance(value, dict):
            raise BadQuestion(f"{path}, line {number}: not a JSON object")
        objects.append(value)
    return objects


def json_to_question(value: Mapping[str, Any]) -> Question:
    """One line of a question set.

    Raises:
        BadQuestion: a field is missing or of the wrong form.
    """
    try:
        kind = str(value.get("type", "other"))
        default = LONG_MAX_WORDS if kind in LONG_TYPES else MAX_WORDS
        return Question(
            id=str(value["id"]),
            type=kind,
            question=str(value["question"]),
            answerable=bool(value.get("answerable", kind != "unanswerable")),
            must=tuple((slot,) if isinstance(slot, str) else tuple(slot) for slot in value.get("must") or ()),
            must_not=tuple(value.get("must_not") or ()),
            evidence=tuple(Evidence(item["source"], item["quote"]) for item in value.get("evidence") or ()),
            history=tuple((turn["question"], turn.get("answer") or "") for turn in value.get("history") or ()),
            max_words=int(value.get("max_words") or default),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadQuestion(f"question {value.get('id', '?')}: {error!r}") from error


def read_questions(path: Path) -> list[Question]:
    """A question set in file order; raises BadQuestion."""
    return [json_to_question(value) for value in read_json_lines(path)]
