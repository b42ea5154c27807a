"""What a question takes for granted and the documents contradict: a force that is no member of what is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.answering.draft import Draft
from kb.answering.passages import chunk_to_sentence
from kb.answering.table_view import label_share
from kb.forces import text_to_forces
from kb.retrieval.evidence import Evidence, Query
from kb.terms import text_to_term_set, text_to_terms

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

LOOKED_AT = 12
LEAST_NAMED = 0.5
FEWEST_MEMBERS = 2
# "East Midlands Criminal Justice Service (EMCJS) Forces: Leicestershire, ..." says who takes part, and so who does not.
MEMBERS = re.compile(
    r"^(?P<name>.{3,120}?)[\s:,–-]*\b(?:forces|members|partners|taking part)\s*:\s*(?P<list>.+)$", re.I
)
BRACKETS = re.compile(r"\(([A-Z]{3,})\b")
MEMBERSHIP = re.compile(
    r"^(?:is|are|was|were|does|do) .{2,60}\b(?:part of|member|in|belong|take part|involved|included)\b"
    r"|\b(?:which|what) (?:of the )?(?:\w+ )?forces (?:are|is|take|make|belong|form|were)\b",
    re.IGNORECASE,
)
YES_OR_NO = re.compile(r"^(?:is|are|was|were|does|do|did|has|have|which forces|who)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A force that the question takes for a member, the name of what it is no member of, and its stated members."""

    force: str
    name: str
    members: tuple[str, ...]

    def to_text(self) -> str:
        """The contradiction in words."""
        members = f"{', '.join(self.members[:-1])} and {self.members[-1]}"
        return f"{self.force} is not named among the forces of {self.name} ({members})"


def find_contradiction(query: Query, evidence: Sequence[Evidence]) -> Contradiction | None:
    """The first list of members near a question that leaves out a force which the question takes for one.

    None for questions that ask who the members are, or whether a force is one: those the list itself answers.
    """
    if not query.question.forces or YES_OR_NO.match(query.question.text):
        return None
    for _, name, members in stated_members(query, evidence):
        outside = next((force for force in query.question.forces if force not in members), None)
        return Contradiction(outside, name, members) if outside else None
    return None


def evidence_to_members(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> Draft | None:
    """The sentence that lists the members, for a question whether a force is one or which forces are; else None."""
    if not MEMBERSHIP.search(query.question.text):
        return None
    found = next(iter(stated_members(query, evidence)), None)
    if found is None:
        return None
    return Draft((chunk_to_sentence(kb, found[0].chunk, query),), 0.9, form="members")


def stated_members(query: Query, evidence: Sequence[Evidence]) -> Iterator[tuple[Evidence, str, tuple[str, ...]]]:
    """Sentences near a question that name all forces of what it asks about: evidence, the name, and the forces."""
    for item in evidence[:LOOKED_AT]:
        match = MEMBERS.match(item.chunk.text)
        members = tuple(text_to_forces(match.group("list"))) if match else ()
        if match is None or len(members) < FEWEST_MEMBERS:
            continue
        name = match.group("name").strip()
        short = {term for brackets in BRACKETS.findall(name) for term in text_to_terms(brackets)}
        said = label_share(text_to_term_set(name), query.question.focus, query.matcher)
        if said >= LEAST_NAMED or short & set(query.question.focus):
            yield item, name, members
