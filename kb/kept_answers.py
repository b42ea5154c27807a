"""An Answer as JSON that a person keeps (a conversation, a file of answers) and the Answer again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kb.errors import BadQuestion
from kb.model import Answer

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def answer_to_kept(answer: Answer, ranked: int | None = None) -> dict[str, Any]:
    """The fixed answer object and beside it what only we need: blocks, boxes, row and column numbers, chunk ids.

    Of what was retrieved the first ``ranked`` entries are kept; None keeps all.
    """
    return asdict(replace(answer, retrieved=answer.retrieved[:ranked]))


def json_to_answer(value: Mapping[str, Any]) -> Answer:
    """The Answer of :func:`answer_to_kept`, or of an answer object as ``kb ask --json`` prints it.

    BadQuestion where it is neither, with the first field that is wrong.
    """
    from pydantic import ValidationError

    try:
        return _reader().validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise BadQuestion(f"This is not an answer of collabkb: {field}: {first['msg']}.") from error


@lru_cache(maxsize=1)
def _reader() -> TypeAdapter[Answer]:
    from pydantic import TypeAdapter

    return TypeAdapter(Answer)
