"""Two runs side by side: what got better, what worse, and whether the difference could be chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import comb
from typing import Literal

from evals.metrics import Judgement
from evals.report import judgement_to_outcome
from evals.runs import Result, Run

# From the most harmful to the best: to say nothing is better than to say something wrong.
ORDER = {"wrong": 0, "not found, though answerable": 1, "right to say not found": 2, "right": 2}

Verdict = Literal["better", "worse", "same"]


@dataclass(frozen=True, slots=True)
class Change:
    """One question in both runs. ``said_else`` tells that the outcome is the same in other words."""

    before: Result
    after: Result
    verdict: Verdict
    said_else: bool

    @property
    def id(self) -> str:
        return self.after.judgement.id


@dataclass(frozen=True, slots=True)
class Comparison:
    """Run ``before`` against run ``after``; the last two count questions that only one of them has."""

    before: Run
    after: Run
    changes: tuple[Change, ...]
    only_before: int
    only_after: int

    def of(self, verdict: Verdict) -> list[Change]:
        """The changes of one kind, in the order of the set."""
        return [change for change in self.changes if change.verdict == verdict]

    def shared(self) -> tuple[Run, Run]:
        """Both runs with only the questions that both have: what they say of others cannot be compared."""
        old, new = tuple(change.before for change in self.changes), tuple(change.after for change in self.changes)
        return replace(self.before, results=old), replace(self.after, results=new)

    def chance(self) -> float:
        """How often chance alone would part right from not right at least as unevenly: McNemar's exact test."""
        gained = sum(c.after.judgement.right and not c.before.judgement.right for c in self.changes)
        lost = sum(c.before.judgement.right and not c.after.judgement.right for c in self.changes)
        return two_sided(gained, lost)


def compare_runs(before: Run, after: Run) -> Comparison:
    """The comparison of two runs over the questions that both have: by id, else by words."""
    pairs = [(old, new) for new in after.results if (old := find_result(before.results, new.judgement)) is not None]
    changes = tuple(Change(old, new, results_to_verdict(old, new), says_else(old, new)) for old, new in pairs)
    only_before = len(before.results) - len({id(old) for old, _ in pairs})
    return Comparison(before, after, changes, only_before, len(after.results) - len(pairs))


def find_result(results: Sequence[Result], wanted: Judgement) -> Result | None:
    """The result of the same question: of the same id and words (of the same id alone where a run is sealed)."""
    for result in results:
        held = result.judgement
        if held.id == wanted.id and (held.question == wanted.question or not (held.question and wanted.question)):
            return result
    same = [result for result in results if wanted.question and result.judgement.question == wanted.question]
    return same[0] if len(same) == 1 else None


def results_to_verdict(before: Result, after: Result) -> Verdict:
    old, new = (ORDER[judgement_to_outcome(result.judgement)] for result in (before, after))
    return "better" if new > old else "worse" if new < old else "same"


def says_else(before: Result, after: Result) -> bool:
    """Whether both said something, and not the same."""
    return " ".join(before.judgement.said.split()) != " ".join(after.judgement.said.split())


def two_sided(gained: int, lost: int) -> float:
    """Probability of a split of ``gained + lost`` fair coins at least as uneven as this one."""
    n, least = gained + lost, min(gained, lost)
    return min(1.0, 2 * sum(comb(n, k) for k in range(least + 1)) / 2**n) if n else 1.0
