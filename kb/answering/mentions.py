"""Documents that a question names: "the 2013 HMIC review", "the slides", "the plan of 2009".

A mention says where to look, not what to look for, so its words leave the question before it is searched for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.store import DocumentInfo

KIND_WORDS: dict[str, str] = {
    "plan": r"plans?",
    "review": r"reviews?|inspections?|inspectors?(?:['’]s?)?|inspectorate(?:['’]s)?",
    "panel report": (
        r"panel reports?|panel update|(?:collaboration |progress )?updates?|scrutiny panel(?: report|"
        r" paper| update)?"
    ),
    "committee report": (r"(?:committee|c(?:ommi)?ttee) (?:report|paper)s?|joint committee(?: report| paper)|papers?"),
    "presentation": r"presentations?|slides?(?: deck)?|decks?|slide show",
}
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|march|april|may|june|july|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
YEAR = r"(?:19|20)\d\d(?:\s?[/–-]\s?(?:19|20)?\d\d)?"
LEAD = (
    r"(?:(?:according to|as (?:stated|given|set out|reported) in|mentioned in|listed in|given in|"
    r"set out in|shown in|in|on|by|from|of|does|do|did|per|under)\s+)?"
)
ARTICLE = r"(?:the\s+|that\s+|this\s+)?"
NAMES = (
    r"(?:[A-Z][\w&’']*\s+|collaboration\s+|policing\s+|regional\s+|draft\s+|audit\s+(?:and|&)\s+|"
    r"scrutiny\s+|east midlands\s+|region['’]s\s+)*"
)
ISSUER = re.compile(r"\b([A-Z]{3,8})(?:['’]s)?\b")
ISSUED_BY = (
    r"(?:\b(?:according to|in|when|by|does|did|do|has|had|for)\s+)?\b{}\b(?:['’]s?)?(?:\s+(?:view|"
    r"words|opinion|eyes|account|terms|report)\b)?(?:\s+(?:reviewed|visited|looked|inspected|"
    r"reported|wrote)\b(?:\s+it\b)?)?"
)
# "the earliest plan", "our most recent report": the oldest or newest of its kind, or of all documents.
BY_AGE = re.compile(
    rf"(?i:{LEAD})\b(?i:the|our|your|their)\s+(?P<age>(?i:earliest|oldest|newest|latest|most recent))\s+"
    r"(?i:of the\s+)?(?P<kind>[\w ]{0,20}?\b(?i:documents?|reports?|papers?|plans?|reviews?|inspections?|"
    r"presentations?|slides?))\b"
)
OLD = frozenset({"earliest", "oldest"})
YEAR_TABLE = re.compile(r"\bthe ((?:19|20)\d\d) (?:[\w-]+ ){0,3}(?:table|figures|list)\b", re.IGNORECASE)
KIND_POINTS, YEAR_POINTS, ISSUER_POINTS = 2, 2, 1


@dataclass(frozen=True, slots=True)
class Mentions:
    """The documents that a question names (ids, in the order of naming) and its text without the naming."""

    documents: tuple[str, ...]
    text: str


def question_to_mentions(text: str, documents: Sequence[DocumentInfo]) -> Mentions:
    """The Mentions of a question. A document is named by its kind with a year, its issuer, or alone of its kind."""
    found: list[str] = []
    rest = text
    for kind, words in KIND_WORDS.items():
        pattern = re.compile(
            rf"(?i:{LEAD}{ARTICLE})(?:(?i:{MONTH})\s+)?(?P<year>{YEAR})?(?:['’]s)?\s*(?P<names>{NAMES})(?i:{words})\b"
            rf"(?:(?i:\s+(?:of|from|for|in|dated))\s+(?:(?i:{MONTH})\s+)?(?P<after>{YEAR}))?"
            r"(?:\s+(?:report|paper))?(?:\s+(?:to|of|for|at)\s+the\s+[A-Z][\w&’']+(?:\s+(?:and|&|[A-Z][\w’']+|panel))*)?"
        )
        for match in pattern.finditer(text):
            document = best_document(kind, match.group("year") or match.group("after"), match.group(), documents)
            if document and (match.group("year") or match.group("after") or is_definite(match.group())):
                found.append(document)
                rest = rest.replace(match.group(), " ")
    for match in ISSUER.finditer(text):
        issued = [info.id for info in documents if re.search(rf"\b{match.group(1)}\b", info.issuer or "")]
        if len(issued) == 1:
            found.append(issued[0])
            rest = re.sub(ISSUED_BY.format(re.escape(match.group(1))), " ", rest)
    for match in YEAR_TABLE.finditer(text):
        dated = [info.id for info in documents if (info.date or "")[:4] == match.group(1)]
        if len(dated) == 1:
            found.append(dated[0])
            rest = rest.replace(match.group(1), " ", 1)
    for match in BY_AGE.finditer(rest):
        if document := oldest_or_newest(match["kind"], match["age"].lower() in OLD, documents):
            found.append(document)
            rest = rest.replace(match.group(), " ")
    order = sorted(set(found), key=found.index)
    kept = " ".join(rest.split())
    return Mentions(tuple(order), kept if len(re.findall(r"[A-Za-z]{3,}", kept)) >= 2 else text)


def oldest_or_newest(kind: str, oldest: bool, documents: Sequence[DocumentInfo]) -> str | None:
    """The oldest or newest dated document of the kind that the words name, else of all; None where none has a date."""
    kinds = [name for name, words in KIND_WORDS.items() if re.search(rf"(?i)\b(?:{words})\b", kind)]
    of_kind = [info for info in documents if info.date and info.kind in kinds]
    written = [info for info in documents if info.date and (info.kind != "presentation" or "report" not in kind)]
    dated = of_kind or ([] if kinds else written)
    ordered = sorted(dated, key=lambda info: (info.date or "", info.id))
    return (ordered[0] if oldest else ordered[-1]).id if ordered else None


def is_definite(words: str) -> bool:
    """Whether a mention points at one document: "the review", "that presentation", not "a plan" or "plans"."""
    return bool(re.search(r"(?i)\b(?:the|that|this|according to|hmic)\b", words))


def best_document(kind: str, year: str | None, words: str, documents: Sequence[DocumentInfo]) -> str | None:
    """The one document that fits a mention best, or None where none or several fit equally."""
    scored = []
    for info in documents:
        points = KIND_POINTS if info.kind == kind else 0
        if year:
            points += YEAR_POINTS if names_year(info, year) else -KIND_POINTS
        points += ISSUER_POINTS if any(name in (info.issuer or "") for name in ISSUER.findall(words)) else 0
        scored.append((points, info.id))
    scored.sort(reverse=True)
    if not scored or scored[0][0] < KIND_POINTS or (len(scored) > 1 and scored[0][0] == scored[1][0]):
        return None
    best = next(info for info in documents if info.id == scored[0][1])
    return best.id if best.kind == kind or (year and scored[0][0] >= KIND_POINTS + YEAR_POINTS) else None


def names_year(info: DocumentInfo, year: str) -> bool:
    """Whether a document is of a year, or has it in its title."""
    return (info.date or "")[:4] == year[:4] or year in info.title or year.replace("/", "-") in info.title
