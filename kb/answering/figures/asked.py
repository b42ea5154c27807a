"""What a question asks of a table of figures: which computation, of which parts, in which periods."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from kb.answering.figures.matching import Part, text_to_part
from kb.answering.figures.periods import Period, periods_to_range, text_to_periods
from kb.answering.figures.wordings import (
    AVERAGE,
    BEYOND,
    CHANGE,
    CHANGE_OF_SHARE,
    COUNT_ROWS,
    DIFFERENCE,
    HOW_MANY_PERIODS,
    JOIN_AND,
    JOIN_RATIO,
    JOIN_SHARE,
    JOIN_TO,
    LEAST,
    LISTED,
    MOST,
    NEGATIVE,
    OF_A_PERCENT,
    PERCENT_CHANGE,
    PERCENT_OF,
    RATIO,
    REASON,
    RESPECTIVE,
    SUM,
    SUM_OF,
    WHAT_PERCENT,
    WHICH,
    WHICH_PERIOD,
)

Kind = Literal[
    "percent change",
    "change",
    "average",
    "share",
    "ratio",
    "difference",
    "sum",
    "which period",
    "which row",
    "count periods",
    "count rows",
    "periods",
    "labels",
    "cells",
]
MAX_SPLITS = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about figures. ``text`` has its periods as ``§0``, ``§1``; ``splits`` are the ways in which its two
    parts may be parted; ``most`` is True for the largest, False for the smallest; ``beyond`` is a limit with its sign
    (1 more than, -1 less than), number and factor (0 where no scale is said)."""

    text: str
    kind: Kind
    whole: Part
    periods: tuple[Period, ...]
    splits: tuple[tuple[str, str], ...] = ()
    most: bool | None = None
    beyond: tuple[int, Decimal, Decimal] | None = None
    named: tuple[Period, ...] = field(default=())

    def part_periods(self, text: str) -> list[Period]:
        """The periods that stand in a part of the question."""
        return [self.named[int(number)] for number in re.findall(r"§(\d+)", text) if int(number) < len(self.named)]


def text_to_asked(text: str) -> Asked:
    """The Asked of a question."""
    periods = text_to_periods(text)
    marked = text
    for number in range(len(periods) - 1, -1, -1):
        marked = f"{marked[: periods[number].start]} §{number} {marked[periods[number].end :]}"
    marked = " ".join(marked.split()).rstrip("?. ")
    every = periods_to_range(text, periods) or periods
    named = tuple(periods)
    kind, splits = text_to_kind(marked)
    bare = re.sub(r"§\d+", " ", marked)
    most = True if MOST.search(bare) else False if LEAST.search(bare) else None
    spread = kind in {"average", "sum", "cells"} and (kind != "average" or len(every) > 2)
    unique = {(*p.key, p.first or 0): p for p in (every if spread else periods)}
    return Asked(
        marked, kind, text_to_part(bare), tuple(unique.values()), tuple(splits), most, text_to_limit(bare), named
    )


def text_to_kind(text: str) -> tuple[Kind, list[tuple[str, str]]]:
    """The computation that a question asks for, and how its two parts may be parted; the more particular ones first."""
    bare = re.sub(r"§\d+", " ", text)
    compares = any(pattern.search(bare) for pattern in (MOST, LEAST, BEYOND, NEGATIVE))
    if HOW_MANY_PERIODS.search(bare) and compares:
        return "count periods", []
    if WHICH_PERIOD.search(bare):
        return ("which period" if compares else "periods"), []
    if REASON.search(bare):
        return "cells", []
    return text_to_change(text) or text_to_pair(text) or text_to_rows(bare, text)


def text_to_change(text: str) -> tuple[Kind, list[tuple[str, str]]] | None:
    """A change, where a question asks for one before it names a share."""
    if PERCENT_CHANGE.search(text):
        return "percent change", []
    return ("change", []) if CHANGE_OF_SHARE.search(text) else None


def text_to_pair(text: str) -> tuple[Kind, list[tuple[str, str]]] | None:
    """Two things put together, a change, or an average."""
    if splits := share_splits(text):
        return "share", splits
    if splits := ratio_splits(text):
        return "ratio", splits
    if CHANGE.search(text):
        return "change", []
    splits = list(difference_splits(text))
    if AVERAGE.search(text):
        return "average", splits
    return ("difference", splits) if splits else None


def text_to_rows(bare: str, text: str) -> tuple[Kind, list[tuple[str, str]]]:
    """Rows to be listed, counted or compared, a sum, or plain figures."""
    if COUNT_ROWS.search(bare):
        return "count rows", []
    if LISTED.search(bare):
        return "labels", []
    if WHICH.search(bare) and (MOST.search(bare) or LEAST.search(bare)):
        return "which row", []
    if SUM.search(bare) and not RESPECTIVE.search(bare):
        return "sum", sum_splits(text)
    return "cells", list(split_at(text, JOIN_AND)) if RESPECTIVE.search(bare) else []


def split_at(text: str, joiner: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """The ways to part a text at a joining word."""
    for number, match in enumerate(joiner.finditer(text)):
        if number >= MAX_SPLITS:
            return
        if text[: match.start()].strip() and text[match.end() :].strip():
            yield text[: match.start()], text[match.end() :]


def share_splits(text: str) -> list[tuple[str, str]]:
    """(part, whole) of "A as a percentage of B", "what percentage of B is A", "percentage of A in B"."""
    if match := OF_A_PERCENT.search(text):
        return [(match["a"], match["b"])]
    if (match := WHAT_PERCENT.search(text)) and not match["kind"].lower().startswith("proportion"):
        return [(match["a"], match["b"])]
    if (match := PERCENT_OF.search(text)) and not match["kind"].lower().startswith("proportion"):
        return list(split_at(match["rest"], JOIN_SHARE))
    return []


def ratio_splits(text: str) -> list[tuple[str, str]]:
    """(part, whole) of "the ratio of A to B", "the proportion of A over B", "what proportion of B is A"."""
    if match := RATIO.search(text):
        return list(split_at(match["rest"], JOIN_RATIO))
    if match := WHAT_PERCENT.search(text):
        return [(match["a"], match["b"])]
    if match := PERCENT_OF.search(text):
        return list(split_at(match["rest"], JOIN_SHARE))
    return []


def difference_splits(text: str) -> Iterator[tuple[str, str]]:
    """The two things between which a difference is asked for."""
    match = DIFFERENCE.search(text)
    if not match:
        return
    if match["left"]:
        yield match["left"], match["right"]
        return
    measure = match["measure"] or ""
    for first, second in split_at(match["rest"] or match["more"] or "", JOIN_AND):
        yield f"{measure} {first}".strip(), f"{measure} {second}".strip()


def between_splits(text: str) -> Iterator[tuple[str, str]]:
    """(earlier, later) of "the change in high price between the third quarter and the fourth quarter"."""
    match = re.search(r"\b(?:in|of)\s+(?P<measure>.+?)\s+(?:between|from)\s+(?P<rest>.+)$", text, re.IGNORECASE)
    if match:
        for first, second in split_at(match["rest"], JOIN_TO):
            yield f"{match['measure']} {first}", f"{match['measure']} {second}"


def sum_splits(text: str) -> list[tuple[str, str]]:
    """The two things whose sum is asked for."""
    match = SUM_OF.search(text)
    return list(split_at(match["rest"], JOIN_AND)) if match else []


def text_to_limit(text: str) -> tuple[int, Decimal, Decimal] | None:
    """The limit that a question names: "exceed $5,000 million" is (1, 5000, 10**6); None where it names none."""
    if match := BEYOND.search(text):
        less = re.match(r"less|lower|smaller|below|under|fewer|at most", match["word"], re.IGNORECASE)
        number = Decimal(match["number"].replace(",", "").rstrip("."))
        number = -number if match["sign"] or match["sign2"] else number
        scale = (match["scale"] or "").lower().rstrip("s")
        factor = {"thousand": 1000, "million": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9}.get(scale, 0)
        return (-1 if less else 1), number, Decimal(factor)
    if match := NEGATIVE.search(text):
        return (-1 if match["word"].lower() == "negative" else 1), Decimal(0), Decimal(0)
    return None
