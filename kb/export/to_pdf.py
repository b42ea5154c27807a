"""Briefing -> PDF, set by Typst: tagged for screen readers (PDF/UA-1), with bookmarks and its fonts inside."""

from __future__ import annotations

import ast
import json
import logging
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kb.export.briefing import Briefing
from kb.export.sections import (
    ABOUT,
    ALL_SOURCES,
    ALL_SOURCES_CAPTION,
    AT_A_GLANCE,
    AT_A_GLANCE_CAPTION,
    NEAREST,
    Section,
    briefing_to_about,
    briefing_to_glance,
    briefing_to_sections,
    briefing_to_sources,
    briefing_to_summary,
    briefing_to_warning,
    clean,
)

log = logging.getLogger(__name__)

TEMPLATE = Path(__file__).with_name("briefing.typ")
FONTS = Path(__file__).with_name("fonts")
STANDARD = "ua-1"
STAND_IN = "□"
# How often at most what one round finds missing is left out: a character may hide another one behind it.
ROUNDS = 5

_UNSHOWN = re.compile(r'the text `("(?:[^"\\]|\\.)*")` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")


def briefing_to_pdf(briefing: Briefing) -> bytes:
    """A tagged PDF on A4. Letters that the fonts inside lack come from the machine's own fonts, where it has them.

    A character that no font has stands as □, and the document says which ones, and where they can be read.
    """
    value = briefing_to_value(briefing)
    pdf, missing = value_to_pdf(value, briefing, system_fonts=False)
    if missing:
        pdf, missing = value_to_pdf(value, briefing, system_fonts=True)
    unshown: set[str] = set()
    for _ in range(ROUNDS):
        if pdf is not None:
            break
        unshown |= missing
        pdf, missing = value_to_pdf(without(value, unshown), briefing, system_fonts=True)
    if pdf is None:
        raise RuntimeError(f"characters that cannot be set: {sorted(missing)}")
    if unshown:
        log.info("characters that no font has: %s", " ".join(sorted(unshown)))
    return pdf


def value_to_pdf(value: dict[str, Any], briefing: Briefing, *, system_fonts: bool) -> tuple[bytes | None, set[str]]:
    """The PDF, or None and the characters that the fonts cannot show."""
    import typst

    try:
        pdf = typst.compile(
            TEMPLATE,
            format="pdf",
            root=TEMPLATE.parent,
            font_paths=[FONTS],
            ignore_system_fonts=not system_fonts,
            sys_inputs={"briefing": json.dumps(value)},
            pdf_standards=[STANDARD],
            timestamp=int(briefing.made.timestamp()),
        )
    except typst.TypstError as error:
        missing = {letter for found in _UNSHOWN.findall(error.diagnostic) for letter in _to_text(found)}
        if not missing:
            raise
        return None, missing
    return pdf, set()


def _to_text(literal: str) -> str:
    """A string as Typst's messages print it."""
    return str(ast.literal_eval(_ESCAPE.sub(lambda found: f"\\U{int(found[1], 16):08x}", literal)))


def without(value: dict[str, Any], unshown: set[str]) -> dict[str, Any]:
    """The same with a stand-in for each of the characters, and a sentence that says so."""
    text = json.dumps(value, ensure_ascii=False)
    for letter in unshown:
        text = text.replace(letter, STAND_IN)
    codes = ", ".join(sorted(f"U+{ord(letter):04X}" for letter in unshown))
    said = (
        f"This PDF cannot show {len(unshown)} of the characters in the documents ({codes}). They stand as {STAND_IN}; "
        "the Word file and the other formats have them."
    )
    replaced: dict[str, Any] = json.loads(text)
    return replaced | {"about": [*replaced["about"], said], "unshown": said}


def briefing_to_value(briefing: Briefing) -> dict[str, Any]:
    """All that the template sets, as JSON values; see :mod:`kb.export.sections` for the parts."""
    sections = briefing_to_sections(briefing)
    headings, rows = briefing_to_sources(briefing)
    return {
        "title": clean(briefing.title),
        "foot": clean(briefing.title)[:90],
        "summary": briefing_to_summary(briefing),
        "warning": briefing_to_warning(briefing),
        "unshown": "",
        "glance": briefing_to_glance(sections),
        "sections": [section_to_value(section, len(sections) > 1) for section in sections],
        "sources": {"headings": headings, "rows": rows},
        "about": [text for text in briefing_to_about(briefing) if text],
        "words": {
            "nearest": NEAREST,
            "glance": AT_A_GLANCE,
            "glance_caption": AT_A_GLANCE_CAPTION,
            "sources": ALL_SOURCES,
            "sources_caption": ALL_SOURCES_CAPTION,
            "about": ABOUT,
        },
    }


def section_to_value(section: Section, several: bool) -> dict[str, Any]:
    """A section with its heading, and with the lines in which each source is set."""
    sources = [{**asdict(source), "place": source.place, "cell": source.cell_words} for source in section.sources]
    return asdict(section) | {"heading": section.title(several), "sources": sources}
