"""Questions on our own documents -> groups: python -m evals.training.ranker_own QUESTIONS HOME OUT.

``QUESTIONS`` is a folder of JSON lines (question, document, quote or row, answer, near), ``HOME`` a knowledge base of
``corpus/``. Negatives are the near misses named with a question and what the fusion ranks high for it.
Questions that are almost those of the question sets are left out; a tenth, by passage, is held out for measuring.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import random
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.training.ranker_groups import Group, Window, embedded, write_groups

if TYPE_CHECKING:
    from kb.model import Chunk
    from kb.store import KnowledgeBase

logger = logging.getLogger(__name__)
LIKE = 0.92  # cosine from which two questions are taken for one
NEAR, RANKED = 2, 3  # negatives of a group: near misses named, and others that the fusion ranks high
DRAWN_FROM = 24
HELD_OUT = 10
SMALL = 6  # characters below which an answer found elsewhere is no sign that it is answered there


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """The lines of all files in the folder."""
    return [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.open(encoding="utf-8")]


def without_known(rows: Sequence[dict[str, Any]], sets: Iterable[Path]) -> list[dict[str, Any]]:
    """The rows whose question is not almost one of the question sets'."""
    from kb.embedding import embedder

    encode = embedder().encode
    known = [json.loads(line)["question"] for path in sets for line in path.open(encoding="utf-8")]
    cosines = embedded(encode, [row["question"] for row in rows]) @ embedded(encode, known).T
    kept = [row for row, nearest in zip(rows, cosines.max(axis=1), strict=True) if nearest <= LIKE]
    logger.info("%d of %d questions are kept, the others are almost in the question sets", len(kept), len(rows))
    return kept


def row_to_groups(kb: KnowledgeBase, units: Sequence[Chunk], row: dict[str, Any], seed: int) -> tuple[str, list[Group]]:
    """(the passage or table asked about, the groups of a question): one for each unit that answers, at most two.

    ``units`` are the sentences and rows of the document asked about.
    """
    from kb.answering import understand
    from kb.retrieval.evidence import gather_evidence
    from kb.retrieval.rerank import units_to_windows

    drawn = random.Random(f"{seed} {row['question']}")
    ranked = [item.chunk for item in gather_evidence(kb, understand(kb, row["question"], ()))][:DRAWN_FROM]
    right = [unit for unit in units if answers(unit, row)]
    if (row.get("quote") or row.get("row")) and not right:
        return "", []
    near = [unit for unit in units if any(overlaps(unit.text, quote) for quote in row.get("near") or ())]
    near = [unit for unit in near if unit not in right]
    texts = {unit.text for unit in right}
    others = [unit for unit in ranked if unit not in near and is_wrong(unit, row, texts)]
    groups = []
    chosen: list[Chunk | None] = [*drawn.sample(right, min(2, len(right)))]
    for unit in chosen or [None]:
        negatives = drawn.sample(near, min(NEAR, len(near)))
        count = NEAR + RANKED - len(negatives) + (unit is None)
        negatives += drawn.sample(others, min(count, len(others)))
        chunks = [*([unit] if unit else []), *negatives]
        windows = units_to_windows(kb, chunks)
        made = [Window(w.text, None) for w in windows]
        if unit:
            made[0] = Window(windows[0].text, answer_span(unit, row.get("answer"), windows[0].offset))
        groups.append(Group(row["question"], tuple(made), unit is not None, "own"))
    places = [unit.parent or unit.id for unit in (*right, *near, *ranked)]
    return places[0] if places else "", groups


def units_by_source(kb: KnowledgeBase) -> dict[str, list[Chunk]]:
    """The sentences and rows of each document, by its file name."""
    return {
        info.source: [unit for unit in kb.chunks_of(info.id) if unit.kind in ("sentence", "row")]
        for info in kb.documents()
    }


def answers(unit: Chunk, row: dict[str, Any]) -> bool:
    """Whether a unit is (of) the quote or the row that a question was written for."""
    if row.get("row"):
        label, caption = row["row"]["label"], row["row"].get("caption") or ""
        above = unit.embed_text.removesuffix(unit.text)
        return unit.kind == "row" and plain(unit.text).startswith(plain(label)) and plain(caption) in plain(above)
    return bool(row.get("quote")) and overlaps(unit.text, row["quote"])


def overlaps(text: str, quote: str) -> bool:
    """Whether one of two texts holds the other, blanks and case apart."""
    own, other = plain(text), plain(quote)
    return len(own) > 8 and len(other) > 8 and (own in other or other in own)


def plain(text: str) -> str:
    """A text in small letters, each run of blanks as one, without marks at its end."""
    return re.sub(r"\s+", " ", text.lower()).strip(" .:;")


def is_wrong(unit: Chunk, row: dict[str, Any], right: set[str]) -> bool:
    """Whether a unit that the fusion found can stand as a negative: not the right one said again, nor its answer."""
    if answers(unit, row) or unit.text in right:
        return False
    answer = row.get("answer") or ""
    return len(answer) < SMALL or plain(answer) not in plain(unit.text)


def answer_span(unit: Chunk, answer: str | None, offset: int) -> tuple[int, int]:
    """The answer's place in the window, (0, 0) where it is not in the unit word for word."""
    at = unit.text.lower().find(answer.lower()) if answer else -1
    return (offset + at, offset + at + len(answer)) if answer and at >= 0 else (0, 0)


def is_held_out(place: str) -> bool:
    """Whether a passage is one of the tenth that is kept for measuring."""
    return int(hashlib.sha256(place.encode()).hexdigest(), 16) % HELD_OUT == 0


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    from kb.store import KnowledgeBase

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("home", type=Path)
    parser.add_argument("out", type=Path, help="folder for own-train.jsonl and own-held-out.jsonl")
    parser.add_argument("--sets", type=Path, default=Path(__file__).parents[1] / "questions")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    rows = without_known(read_rows(options.questions), sorted(options.sets.rglob("*.jsonl")))
    train: list[Group] = []
    held: list[Group] = []
    lost = 0
    with KnowledgeBase.open(options.home) as kb:
        units = units_by_source(kb)
        for row in rows:
            place, groups = row_to_groups(kb, units.get(row["document"], []), row, seed=1)
            lost += not groups
            (held if is_held_out(place) else train).extend(groups)
    options.out.mkdir(parents=True, exist_ok=True)
    write_groups(train, options.out / "own-train.jsonl")
    write_groups(held, options.out / "own-held-out.jsonl")
    logger.info("%d groups to train, %d held out, %d questions whose quote was not found", len(train), len(held), lost)


if __name__ == "__main__":
    main()
