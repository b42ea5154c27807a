"""What a document says of itself at its beginning: its date, its kind, and the forces that it is about.

Only fills what the file's own properties and the manifest leave open.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from kb.forces import text_to_forces
from kb.model import Document, Kind

HEAD = 3_000
DATED_HEAD = 1_000
MONTHS = "January February March April May June July August September October November December".split()
DAY_DATE = re.compile(
    rf"\b(\d{{1,2}})(?:\s*(?:<sup>\s*)?(?:st|nd|rd|th)(?:\s*</sup>)?)?\s+({'|'.join(MONTHS)}),?\s+((?:19|20)\d\d)\b"
)
MONTH_DATE = re.compile(rf"\b({'|'.join(MONTHS)})\s+((?:19|20)\d\d)\b")
NUMERIC_DATE = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./]((?:19|20)\d\d)\b")
YEAR = re.compile(r"©[^\n]{0,40}?((?:19|20)\d\d)\b|\b((?:19|20)\d\d)\s?[–/-]\s?(?:19|20)?\d\d\b|\b((?:19|20)\d\d)\b")
KINDS: tuple[tuple[Kind, str], ...] = (
    ("panel report", r"\bpanel\b[\s\S]{0,400}\bpurpose of (?:the )?report\b|\breport to:?\s[^\n]*panel\b"),
    ("committee report", r"\breport to the\b[^\n]*\bcommittee\b|\bjoint committee\b[\s\S]{0,600}\brecommendations?\b"),
    ("review", r"\b(?:a )?review of\b|\binspection of\b|\bHMIC(?:FRS)?\b"),
    ("presentation", r"\bpresentation\b|\bslides?\b"),
    ("plan", r"\b(?:collaboration|policing|business|strategic) plan\b"),
)
LEAST_MENTIONS = 2


def with_inferred_metadata(document: Document) -> Document:
    """The document with date, kind and forces from its first pages where they are not set."""
    head = document.text[:HEAD]
    date, date_text = (document.date, document.date_text) if document.date else text_to_date(head)
    kind = document.kind if document.kind != "other" else text_to_kind(head)
    forces = document.forces or main_forces(document.text)
    issuer = document.issuer or text_to_issuer(head)
    return replace(document, date=date, date_text=date_text, kind=kind, forces=forces, issuer=issuer)


def text_to_date(text: str) -> tuple[str | None, str | None]:
    """The first full date of a text, else its first month and year, else its first year: ISO, and as printed."""
    for pattern in (DAY_DATE, NUMERIC_DATE):
        match = pattern.search(text[:DATED_HEAD])
        if match:
            month = MONTHS.index(match.group(2)) + 1 if pattern is DAY_DATE else int(match.group(2))
            day = int(match.group(1))
            if 1 <= month <= 12 and 1 <= day <= 31:
                printed = f"{day} {MONTHS[month - 1]} {match.group(3)}"
                return f"{match.group(3)}-{month:02d}-{day:02d}", printed
    match = MONTH_DATE.search(text[:DATED_HEAD])
    if match:
        return f"{match.group(2)}-{MONTHS.index(match.group(1)) + 1:02d}-01", match.group()
    match = YEAR.search(text)
    if match:
        year = next(group for group in match.groups() if group)
        return f"{year}-01-01", year
    return None, None


def text_to_issuer(text: str) -> str | None:
    """Who holds the copyright by the notice of the first pages ("© HMIC 2013"), or None without a notice."""
    match = re.search(r"©\s*(?:Crown copyright\s*)?([A-Z][A-Za-z&' ]{1,60}?)\s+(?:19|20)\d\d", text)
    return match.group(1) if match else None


def text_to_kind(text: str) -> Kind:
    """The kind of document that its first words name, ``other`` where they name none."""
    return next((kind for kind, pattern in KINDS if re.search(pattern, text, re.IGNORECASE)), "other")


def main_forces(text: str) -> tuple[str, ...]:
    """The forces that a document is about: those named at least a quarter as often as the most named one."""
    counts = Counter(force for line in text.splitlines() for force in text_to_forces(line))
    most = max(counts.values(), default=0)
    return tuple(sorted(f for f, n in counts.items() if n >= max(LEAST_MENTIONS, most / 4)))
