"""Questions that are worked out from printed figures: sums, differences, changes, shares, ratios and averages.

What is to be done is told by the question's wording (``operation``); which cells are meant by its words, forces and
years (``plans``, ``measure``); the result is stated with the cells it was worked out from (``result``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.answering.decision import evidence_to_signals, signals_to_probability
from kb.answering.draft import Draft
from kb.answering.named import in_named_documents
from kb.answering.patterns import COMPARED, PER
from kb.answering.question import Question
from kb.answering.table_answers import TableAnswer
from kb.answering.table_evidence import evidence_to_views
from kb.answering.table_view import TableView
from kb.answering.worked.measure import LEAST_FIT, plan_to_fit
from kb.answering.worked.operation import OPERATIONS, operating_stems, question_to_operations
from kb.answering.worked.plans import Plan, Sheet, sheet_to_plans
from kb.answering.worked.result import plan_to_answer
from kb.answering.worked.wording import answer_to_worked
from kb.embedding import DEFAULT_MODEL
from kb.retrieval.evidence import WANTED, Evidence, Query
from kb.terms import text_to_term_set

if TYPE_CHECKING:
    import numpy as np

    from kb.store import KnowledgeBase

LOOKED_AT = 24
LEAST = 0.15  # probability of an operation that is tried
LEAST_LIKELY = {"ratio": 0.4, "average": 0.3, "share": 0.3}  # of those that any two figures allow
SURE = 0.8
SURELY_PRINTED = 0.85
SAID_LIKELY = 0.5  # where the question's wording is known to ask for it
# Several figures are asked for, of which one sum is but a part.
SEVERAL = re.compile(
    r"\b(?:separately|respectively|split|of those|of whom|of which|of them)\b|\band (?:(?:the )?percentage|"
    r"how (?:many|much|big|far)|what|by how|by what|at what|as a percentage)\b",
    re.IGNORECASE,
)
NOT_WORKED = frozenset({"why", "how", "definition"})


def evidence_to_worked(
    kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query, given: bool = False
) -> Draft | None:
    """The best fitting sum over the tables that the evidence names; None where none is asked for or fits.

    Of one document that is ``given`` the whole tables are asked by other rules (``figures``).
    """
    if given or is_printed(evidence, query):
        return None
    plans = evidence_to_plans(kb, evidence, query)
    best = max(plans, key=lambda plan: plan[0], default=None)
    if best is None or best[0] < LEAST_FIT:
        return None
    return answer_to_worked(kb, best[1])


def is_printed(evidence: Sequence[Evidence], query: Query) -> bool:
    """Whether the best evidence prints the percentage that is asked for and surely answers: none is worked out then."""
    if not evidence or "percent" not in query.question.wants or not WANTED["percent"].search(evidence[0].chunk.text):
        return False
    return signals_to_probability(evidence_to_signals(evidence[:1], query, evidence)) >= SURELY_PRINTED


def evidence_to_plans(
    kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query
) -> list[tuple[float, TableAnswer, Plan]]:
    """What each plan of the nearest tables comes to, with how well it fits the question."""
    evidence = in_named_documents(evidence, query)[:LOOKED_AT]
    intents = query.question.intents
    if intents & NOT_WORKED or {"max", "min"} <= intents or SEVERAL.search(query.question.text):
        return []
    likely = {name: query.operations.get(name, 0.0) for name in OPERATIONS}
    likely = {name: p for name, p in likely.items() if p >= LEAST_LIKELY.get(name, LEAST)}
    if not evidence or not likely:
        return []
    sheets = [to_sheet(view, evidence, query) for view, _ in evidence_to_views(kb, evidence)]
    if any(sheet.states_share() for sheet in sheets):
        likely.pop("share", None)
    found = []
    for sheet in sheets:
        for operation, probability in likely.items():
            for plan in sheet_to_plans(sheet, operation):
                answer = plan_to_answer(plan, sheet) if divides_by_named(plan, query) else None
                if answer is not None:
                    found.append((plan_to_fit(plan, sheet, query, evidence, probability), answer, plan))
    return found


def divides_by_named(plan: Plan, query: Query) -> bool:
    """Whether what a plan divides by is what the question names after "per"; true of all that is no such division."""
    match = PER.search(query.question.text)
    if match is None or plan.operation not in {"ratio", "share"}:
        return True
    divisor = plan.places[-1]
    if all(place.column.unit == "£" for place in plan.places):
        return False  # money by money is no cost of each
    return bool(text_to_term_set(match[1]) & (divisor.row.terms | divisor.column.terms))


def to_sheet(view: TableView, evidence: Sequence[Evidence], query: Query) -> Sheet:
    """A table with the question, and those of its rows that stand in the evidence.

    Words that only say what is to be done ("by what amount did ... shrink") need not stand in the table.
    """
    near = tuple(i.chunk.row for i in evidence if i.chunk.table_id == view.table.id and i.chunk.row is not None)
    held = view.context.union(*(column.terms for column in view.columns), *(row.terms for row in view.rows))
    operating = operating_stems()
    focus = [term for term in query.question.focus if term not in operating or query.matcher.strength(term, held) > 0.0]
    return Sheet(view, replace(query.question, focus=tuple(focus)), query.matcher, near)


def operations_of(kb: KnowledgeBase, question: Question, vector: np.ndarray | None) -> dict[str, float]:
    """The probability of each operation; none without the shipped embedding model's vector."""
    if vector is None or kb.embedding_model() != DEFAULT_MODEL:
        return {}
    likely = question_to_operations(question.text, vector)
    known = {name for name in likely if name in question.intents}
    if COMPARED.search(question.text) and "sum" not in known:
        likely["sum"] = likely["average"] = 0.0
        likely["difference"] = max(likely["difference"], SAID_LIKELY)
    if "sum" in known and "difference" not in known and likely["difference"] < SURE:
        likely["difference"] = 0.0  # "officers and staff altogether"
    return {name: max(p, SAID_LIKELY if name in known else 0.0) for name, p in likely.items()}
