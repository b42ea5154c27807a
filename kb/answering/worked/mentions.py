"""What a question says of one row or column: how much of its label, by which of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.answering.question import Question
from kb.answering.table_view import Column, Row, label_share
from kb.forces import text_to_forces
from kb.retrieval.words import Matcher
from kb.terms import text_to_term_set, text_to_years

LEAST_MET = 0.4


@dataclass(frozen=True, slots=True)
class Mention:
    """``share`` is how much of a label's own words a question says, 0 to 1; ``words`` are the question's terms, forces
    and years that say it."""

    share: float
    words: frozenset[str]

    def differs(self, other: Mention) -> bool:
        """Whether each of two labels is said by a word that does not say the other."""
        return bool(self.words - other.words) and bool(other.words - self.words)


def row_mention(row: Row, question: Question, matcher: Matcher) -> Mention:
    """What a question says of a row's own label."""
    return to_mention(row.label, row.label_terms, question, matcher)


def column_mention(column: Column, others: Sequence[Column], question: Question, matcher: Matcher) -> Mention:
    """What a question says of a column's heading, without the words that another column has as well."""
    shared: frozenset[str] = frozenset().union(*(other.terms for other in others if other is not column))
    return to_mention(column.heading, column.terms - shared or column.terms, question, matcher)


def to_mention(label: str, terms: frozenset[str], question: Question, matcher: Matcher) -> Mention:
    """What a question says of a label: a force or year that both name says it all, one that only the label names says
    that another is meant."""
    forces, years = set(text_to_forces(label)), set(text_to_years(label))
    if forces and question.forces:
        same = forces & set(question.forces)
        return Mention(1.0 if same else 0.0, frozenset(same))
    if years and question.years:
        same = years & set(question.years)
        if same or terms <= text_to_term_set(" ".join(years)):
            return Mention(1.0 if same else 0.0, frozenset(same))
    words = frozenset(
        term for term in question.focus if term in terms or any(meets(term, own, matcher) for own in terms)
    )
    return Mention(label_share(terms, question.focus, matcher), words)


def meets(term: str, own: str, matcher: Matcher) -> bool:
    """Whether a question's term is near enough in meaning to a label's."""
    return matcher.reverse(own, (term,)) >= LEAST_MET
