"""What a question says beside its subject and a draft passes over: what to leave out, a "not", the document meant."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.answering.decision import FIGURES
from kb.answering.draft import Draft
from kb.model import Table
from kb.retrieval.evidence import Query
from kb.terms import text_to_term_set
from kb.values import text_to_value

# "The total without officers in kind": a figure that does not say so has them in.
LEFT_OUT = re.compile(
    r"\b(?:without|excluding|excl\b\.?|not (?:counting|including)|leaving out|apart from|except(?:ing)?(?: for)?"
    r"|other than|net of)",
    re.IGNORECASE,
)
# "Which force does not pay?": whom a text names as paying is no answer.
ASKS_NOT = re.compile(
    r"^(?:and |so |but )?(?:which|who|whose|what)\b[^?,]*?\b(?:(?:do|does|did|is|are|was|were|has|have|had|can|could"
    r"|will|would)\s+(?:\w+\s+)?(?:not|never)\b|\w+n[’']t\b)",
    re.IGNORECASE,
)
# "What did the 2017 presentation say about ...?" is answered by that document or not at all.
ASKS_DOCUMENT = re.compile(
    r"\baccording to\b|\b(?:does|did|do)\b[^?]{3,60}?\b(?:say|mention|state|tell|report)\b", re.IGNORECASE
)
SAYS_NOT = re.compile(
    r"\b(?:not|no|none|nobody|never|without|excl\w*|except\w*|other than|apart from|neither|nor|cannot|fail\w*|only"
    r"|missing|absent|lack\w*|refus\w*|declin\w*|opted out|withdr\w+)\b|n[’']t\b|\bnon-",
    re.IGNORECASE,
)


def passes_over(draft: Draft, query: Query) -> bool:
    """Whether a draft passes over what the question says to leave out, that it asks who or what is *not* so, or which
    documents it asks."""
    asked, said = query.question.text, " ".join(sentence.text for sentence in draft.sentences)
    quotes = [quote for sentence in draft.sentences for quote in sentence.quotes]
    cells = [quote.table.value or "" for quote in quotes if quote.table]
    figures = draft.computation is not None or any(text_to_value(cell) is not None for cell in cells)
    figures = figures or bool(query.question.wants & FIGURES)
    if figures and LEFT_OUT.search(asked) and not LEFT_OUT.search(said):
        return True
    if ASKS_NOT.search(asked) and draft.form != "program" and not SAYS_NOT.search(said):
        return True
    named = set(query.question.documents) if ASKS_DOCUMENT.search(query.question.asked) else set()
    return bool(named) and named.isdisjoint(quote.document_id for quote in quotes)


def has_twin(table: Table, others: Sequence[Table], query: Query) -> bool:
    """Whether another table has the same headings and the question does not say by its title which is meant, so that
    rows counted in one are but a part."""
    asked = frozenset(query.question.terms)

    def same(other: Table) -> bool:
        own = title_terms(table) - title_terms(other)
        return other.id != table.id and headings_of(other) == headings_of(table) and not own & asked

    return any(same(other) for other in others)


def headings_of(table: Table) -> list[str]:
    """The headings without regard to capitals."""
    return [heading.casefold() for heading in table.headers()]


def title_terms(table: Table) -> frozenset[str]:
    """The terms of a table's caption and of the heading that it stands under."""
    return text_to_term_set(" ".join((table.caption or "", *table.section[-1:])))
