"""The units and programmes of a knowledge base by their names, found in the documents themselves.

A name is the label of a row in a table of posts, a label or heading that names a kind of unit ("service", "team",
"department"), a label that stands in more than one table, or what a short form stands for. Spellings of one name are
one unit: "LEGAL SERVICES", "Legal Services" and "EM Legal Service".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kb.forces import text_to_forces
from kb.tables import TOTAL
from kb.terms import STOP_WORDS, stem, text_to_years

if TYPE_CHECKING:
    from kb.model import Document
    from kb.retrieval.lexicon import Lexicon
    from kb.workforce.posts import PostTable

KIND_OF_UNIT = (
    r"(?:services?|units?|teams?|departments?|directorates?|divisions?|bureaux?|bureaus?|office|branch(?:es)?"
    r"|command|programmes?"
    r"|portfolios?|centres?|section|function|forensics?|helpdesk|control rooms?)"
)
UNIT_NAME = re.compile(rf"^(?:[\w&’'/,-]+ ){{1,5}}{KIND_OF_UNIT}$", re.IGNORECASE)
# Words that name the kind of unit or the region and do not tell one unit from another.
KIND_STEMS = frozenset(
    stem(word)
    for word in "service services unit units team teams department regional region east midlands em the command joint "
    "project programme portfolio directorate division branch function shared and of for group".split()
)
SENTENCE = re.compile(
    r"[.?!;:–]| - |\b(?:to|by|between|within|is|are|was|were|what|how|who|which|priority|appendix|annex|table|figure"
    r"|current|proposed)\b",
    re.IGNORECASE,
)
SHORT_FORM = re.compile(r"\s*\(([A-Z][\w&-]*(?: [A-Z][\w&]*)?)\)|^([A-Z]{2,}[\w&-]*)\s*[–-]\s+")
LONGEST_NAME = 60
COMMON = 0.05


@dataclass(frozen=True)
class Unit:
    """A unit: the name it is shown by, and all names by which texts call it."""

    name: str
    names: tuple[str, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(name_to_pattern(name) for name in self.names))

    def is_in(self, text: str) -> bool:
        """Whether a text names the unit."""
        return self.pattern.search(text) is not None


def name_to_pattern(name: str) -> str:
    """A pattern for a name in running text: any case (short forms in capitals only), "&" as "and", plural or not."""
    if re.fullmatch(r"[A-Z][A-Z&-]{1,9}", name):
        return rf"(?<![\w-]){re.escape(name)}(?![\w])"
    words = []
    for word in name.split():
        if word in ("&", "and"):
            words.append("(?:and|&)")
        else:
            bare = re.escape(word.lower())
            words.append(f"{bare[:-1]}s?" if re.search(r"[a-z]{3}s$", word.lower()) else f"{bare}s?")
    return r"(?i:\b" + r"[\s,]+".join(words) + r"\b)"


def documents_to_units(documents: Iterable[Document], tables: Sequence[PostTable], lexicon: Lexicon) -> list[Unit]:
    """The units that the documents name, in alphabetical order."""
    names = [row.label for table in tables for row in table.rows if not row.is_total]
    labels: list[str] = []
    for document in documents:
        titles = {block.text for block in document.blocks if block.role == "heading"}
        rows = [label for table in document.tables for label in table_to_labels(table.grid(), table.header_rows)]
        names += [name for name in sorted({*titles, *rows}) if UNIT_NAME.match(clean_name(name))]
        labels += rows
    printed = {short: long for short, long in lexicon.acronyms.items() if short not in lexicon.supposed}
    names += [f"{long} ({short.upper()})" for short, long in sorted(printed.items()) if UNIT_NAME.match(long)]
    tables_of = Counter(name_to_core(clean_name(label)) for label in labels)
    names += [label for label in sorted(set(labels)) if tables_of[name_to_core(clean_name(label))] > 1]
    return names_to_units([name for name in names if not SENTENCE.search(clean_name(name))], lexicon)


def table_to_labels(grid: list[list[str]], header_rows: int) -> set[str]:
    """The words in the first column of a table's body."""
    return {row[0].strip() for row in grid[header_rows:] if row and row[0].strip()}


def names_to_units(names: Iterable[str], lexicon: Lexicon) -> list[Unit]:
    """Names in all their spellings to units; names of forces, totals and years name none."""
    spelled: dict[frozenset[str], list[str]] = {}
    for printed in names:
        name = clean_name(printed)
        core = name_to_core(name)
        if (
            not core
            or is_common(name, lexicon)
            or len(name) > LONGEST_NAME
            or TOTAL.search(name)
            or text_to_forces(name)
            or text_to_years(name)
        ):
            continue
        spelled.setdefault(core, []).extend([name, *short_forms(printed)])
    units = []
    for forms in spelled.values():
        best = Counter(forms).most_common()
        shown = max((form for form, _ in best if len(form) > 5 or len(best) == 1), key=prettiness, default=best[0][0])
        units.append(
            Unit(to_sentence_case(shown, lexicon.acronyms), tuple(sorted(dict.fromkeys(forms), key=len, reverse=True)))
        )
    return sorted(units, key=lambda unit: unit.name.lower())


def is_common(name: str, lexicon: Lexicon) -> bool:
    """Whether a name is one word that too many passages hold to mean a unit: "collaboration"."""
    return " " not in name and lexicon.document_frequency[stem(name.lower())] > COMMON * lexicon.units


def clean_name(printed: str) -> str:
    """A printed name without numbers before it, short forms in brackets and words that go on after a dash."""
    name = re.sub(r"^[\d.]+\s+", "", SHORT_FORM.sub(" ", printed))
    name = re.sub(r"\s*[(\[].*$|^(?:the|figure \d+:?)\s+", "", name, flags=re.IGNORECASE)
    return " ".join(name.strip(" *†‡:,").split())


def short_forms(printed: str) -> list[str]:
    """The short forms that a printed name gives itself: "Legal Services Unit (EM-LS)" gives "EM-LS"."""
    return [form for match in SHORT_FORM.finditer(printed) for form in match.groups() if form and " " not in form]


def name_to_core(name: str) -> frozenset[str]:
    """The stems by which a name differs from others."""
    stems = [stem(word) for word in re.findall(r"[a-z]+", name.lower().replace("’s", "")) if word not in STOP_WORDS]
    return frozenset(word for word in stems if word not in KIND_STEMS)


def prettiness(form: str) -> tuple[bool, bool, int]:
    """Prefers names in mixed case, then those that say what kind of unit it is, then short ones."""
    return not form.isupper(), bool(re.search(rf"\b{KIND_OF_UNIT}$", form, re.IGNORECASE)), -len(form)


def to_sentence_case(name: str, acronyms: Container[str]) -> str:
    """A name in capitals as a person writes it; others stay as printed, with a capital first letter."""
    words = name.split()
    if name.isupper() and (len(words) > 1 or len(name) > 6):
        name = " ".join(word if word.lower() in acronyms else word.lower() for word in words)
    return name[:1].upper() + name[1:]


def text_to_units(text: str, units: Sequence[Unit]) -> tuple[str, ...]:
    """The names of the units that a text names."""
    return tuple(unit.name for unit in units if unit.is_in(text))
