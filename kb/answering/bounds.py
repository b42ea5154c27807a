"""Questions with a bound: "which forces pay less than £600,000 for forensics?"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from kb.answering.picked_rows import WHICH_FORCE, WHOLE, Place, asked_across, filtered_rows
from kb.answering.question import Question
from kb.answering.table_view import Column, Row, TableView, fit
from kb.forces import text_to_forces
from kb.retrieval.words import Matcher
from kb.terms import text_to_term_set, text_to_terms, text_to_years
from kb.values import Value, text_to_value

FIGURE = r"£?\s?\d[\d,.]*\s?(?:%|per\s?cent\b|million\b|thousand\b|bn\b|m\b|k\b)?"
MORE_OR_LESS = re.compile(
    r"\b(?P<word>more than|over|above|at least|exceed(?:s|ing|ed)?|greater than|"
    r"less than|under|below|fewer than|at most)\s+"
    rf"(?!\d+ (?:year|month|week|day)s?\b)(?!(?:19|20)\d\d\s?[/–-])(?P<figure>{FIGURE})",
    re.IGNORECASE,
)
ASKS_WHICH = re.compile(r"(?:(?:and|so|in|of|for|by) )*(?:who|whose|which|how many|what [\w-]+s)\b", re.IGNORECASE)
ASKS_WHO = re.compile(r"(?:and |so )?who(?:se)?\b", re.IGNORECASE)
TOTALS = re.compile(r"\b(?:sub)?totals?\b", re.IGNORECASE)
ASKS_KIND = re.compile(r"\b(?:which|what|how many) (?:of the )?(?P<kind>[\w-]+s)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bound:
    """What figures must be beyond: more (``sign`` 1) or less (-1) than a value, which counts itself where
    ``inclusive``; ``text`` is how the question says it."""

    value: Value
    sign: int
    inclusive: bool
    text: str

    def holds(self, value: Value) -> bool:
        """Whether a figure is of the bound's kind, a percentage or none, and beyond it."""
        beyond = self.sign * value.number.compare(self.value.number)
        return (value.unit == "%") == (self.value.unit == "%") and beyond >= (0 if self.inclusive else 1)


def question_to_bound(text: str) -> Bound | None:
    """The bound that a question names first, or None."""
    match = MORE_OR_LESS.search(text)
    value = text_to_value(match["figure"].strip().rstrip(".,")) if match else None
    if match is None or value is None:
        return None
    word = match["word"].lower()
    sign = 1 if re.match(r"more|over|above|at least|exceed|greater", word) else -1
    return Bound(value, sign, word.startswith("at "), match.group())


def without_bound(question: Question, bound: Bound) -> Question:
    """The question's other words: those of the bound stand in no heading and no label."""
    met = text_to_term_set(bound.text)
    wants = question.wants | ({"money"} if bound.value.unit == "£" else frozenset())
    return replace(question, focus=tuple(term for term in question.focus if term not in met), wants=wants)


def says_none_beyond(question: Question, text: str) -> bool:
    """Whether a question asks what is beyond a bound, and a text has no figure that is."""
    bound = question_to_bound(question.text)
    if bound is None or not ASKS_WHICH.match(question.text):
        return False
    figures = (text_to_value(match.group().strip().rstrip(".,")) for match in re.finditer(FIGURE, text))
    return not any(figure is not None and bound.holds(figure) for figure in figures)


def places_beyond(view: TableView, bound: Bound, question: Question, matcher: Matcher) -> list[Place]:
    """The figures beyond a bound: of a named row over the forces or years that are asked for, else of a column, in the
    rows that hold the question's other words."""
    question = without_bound(question, bound)
    places = asked_across(view, question, matcher, or_total=bool(WHOLE.search(question.text)))
    if not places:
        column = measured_by(view, bound, question, matcher)
        places = [Place(row, column) for row in rows_meant(view, question, matcher)] if column else []
    figures = [(place, value) for place in places if (value := view.value(place.row, place.column))]
    return [place for place, value in figures if bound.holds(value)]


def rows_meant(view: TableView, question: Question, matcher: Matcher) -> list[Row]:
    """The rows that a bound chooses from: with the words that some have, and of the kind that is asked for: no totals,
    and forces where these are asked for; where other things are, only if the table says that its rows are such."""
    match = ASKS_KIND.search(question.text)
    kind = frozenset(text_to_terms(match["kind"])) if match else frozenset[str]()
    other = replace(question, focus=tuple(term for term in question.focus if term not in kind))
    rows = [row for row in filtered_rows(view, other, matcher) or view.body() if not TOTALS.search(row.label)]
    of_forces = [row for row in rows if text_to_forces(row.label)]
    if WHICH_FORCE.search(question.text) or ASKS_WHO.match(question.text):
        return of_forces
    said = view.columns[0].terms | text_to_term_set(" ".join((view.table.caption or "", *view.table.section[-1:])))
    return rows if not kind or len(of_forces) < len(rows) or kind & said else []


def measured_by(view: TableView, bound: Bound, question: Question, matcher: Matcher) -> Column | None:
    """The figure column whose figures a bound can be compared with and whose heading the question says best, else the
    total; None where each is of one force or year and none of them is named."""
    percent = bound.value.unit == "%"
    columns = [c for c in view.columns if c.numeric and c.index > 0 and (c.unit == "%") == percent]
    if bound.value.unit not in {"", "%"}:  # a sum of money is compared with money, where the table has any
        columns = [c for c in columns if (c.unit or "")[:1] == bound.value.unit] or columns
    best = max(columns, key=lambda c: (fit(c.terms, question.focus, matcher), c.total, -c.index), default=None)
    parts = [c for c in columns if not c.total and (text_to_forces(c.heading) or text_to_years(c.heading))]
    named = best is not None and (best.total or fit(best.terms, question.focus, matcher) > 0.0)
    return best if named or len(parts) < 2 else None
