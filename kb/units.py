"""Units and scales: what headings, captions, sentences and notes say the figures of a table are counted in.

A unit is ``£``, ``£000``, ``£m``, ``£bn``, ``%``, ``000`` (thousands of anything) or a word of ``COUNTED``.
"""

from __future__ import annotations

import re

COUNTED = "officers|posts|staff|people|persons|days|hours|weeks|months|years|cases|incidents|households|tonnes|km|miles"
QUOTE = "['’‘′`´]?"
UNITS = (
    ("£000", re.compile(rf"£\s*{QUOTE}\s?000|£\s*k\b|£\s*thousands?\b|\bthousands? of pounds\b", re.IGNORECASE)),
    ("£bn", re.compile(rf"£\s*{QUOTE}\s?bn\b|£\s*billions?\b", re.IGNORECASE)),
    ("£m", re.compile(rf"£\s*{QUOTE}\s?mn?\b|£\s*millions?\b|\bmillions? of pounds\b", re.IGNORECASE)),
    ("%", re.compile(r"(?<![\d.])%|\bper\s?cent\b|percentage", re.IGNORECASE)),
    # "Bids over £5,000" counts bids: a sign with an amount is no unit.
    ("£", re.compile(r"£(?!\s?\d)|\bpounds\b", re.IGNORECASE)),
    ("000", re.compile(rf"\(\s*{QUOTE}(?:000s?|000{QUOTE}s)\s*\)|\b(?:in|\() ?thousands\b|^thousands$", re.IGNORECASE)),
    ("FTE", re.compile(r"\bFTEs?\b|\bfull[- ]time equivalents?\b", re.IGNORECASE)),
)
COUNT = re.compile(rf"\bnumber of ({COUNTED})$|\(({COUNTED})\)|\bin ({COUNTED})$", re.IGNORECASE)
COUNTING = re.compile(
    rf"\b(?:{COUNTED}|number|no\.|numbers|headcount|count|fte|%)(?!\w)|\bper cent\b|percentage", re.IGNORECASE
)
MONEY = re.compile(
    r"£|\b(?:costs?|pay|spend(?:ing)?|budgets?|savings?|grants?|income|expenditure|value)\b", re.IGNORECASE
)
# Words that say that a unit is meant for the figures around, and are no figure themselves.
SAID = re.compile(
    rf"\b(?:figures?|amounts?|values?|costs?|sums|numbers|data|expressed|shown|stated|all)\b[^.;]{{0,40}}?"
    rf"\b(?:in|are|as)\s+(?P<unit>£\s*{QUOTE}\s?(?:000{QUOTE}s?|k\b|m\b|mn\b|bn\b|thousands?|millions?|billions?)?"
    rf"|(?:thousands|millions)(?: of pounds)?|pounds|percentages?|per cent|full[- ]time equivalents?|FTEs?"
    rf"|{COUNTED})(?![\w\d])",
    re.IGNORECASE,
)
AT_END = re.compile(r"[(\[,:–—-]\s*(?P<unit>[^()\[\],:]{1,30})[)\]]?\s*$|\bin (?P<words>£[^.;,]{0,12}|pounds)\s*$")
SIGN = rf"£\s*(?:{QUOTE}\s?(?:000{QUOTE}s?|k|mn?|bn)|thousands?|millions?|billions?)?|%"
PURE = re.compile(
    rf"^[(\[]?\s*(?:all\s+)?(?:(?:figures?|amounts?|values?|costs?)\s+)?(?:are\s+)?(?:in\s+|as\s+)?"
    rf"(?:£\s*(?:{QUOTE}\s?(?:000{QUOTE}s?|k|mn?|bn)|thousands?|millions?|billions?)?|%|per\s?cent|percentages?"
    rf"|number of (?:{COUNTED})|(?<=\()(?:{COUNTED})(?=\))|{QUOTE}000s?|thousands|millions|FTEs?|pounds)\s*[)\]]?$",
    re.IGNORECASE,
)


def text_to_unit(text: str) -> str | None:
    """The unit that a heading or a label names, else None."""
    for unit, pattern in UNITS:
        if pattern.search(text):
            return unit
    match = COUNT.search(text.strip())
    return next(word for word in match.groups() if word).lower() if match else None


def counts_things(heading: str) -> bool:
    """Whether a heading without a unit counts people or things, and so has no part in a table's unit of money."""
    return bool(COUNTING.search(heading)) and not MONEY.search(heading)


def is_unit_only(text: str) -> bool:
    """Whether a line says a unit and nothing else: "£ million", "(all figures in £000s)", "%"."""
    return bool(PURE.match(text.strip()))


def words_to_unit(text: str) -> str | None:
    """The unit that a caption, sentence or note gives to all figures, else None.

    "Costs by force (£000)" and "All figures are in £m." do; "£2m was saved in 2014" does not.
    """
    text = text.strip()
    if is_unit_only(text):
        return text_to_unit(text) or text_to_unit(f"in {text}")
    if match := SAID.search(text):
        return text_to_unit(match["unit"]) or text_to_unit(f"in {match['unit']}")
    if match := AT_END.search(text.rstrip(".")):
        said = (match["unit"] or match["words"]).strip()
        return text_to_unit(said) if is_unit_only(said) else None
    return None


def heading_without_unit(heading: str) -> str:
    """A heading's words without the unit in brackets, before or behind them: "Grant (£m)" is "Grant"."""
    if re.fullmatch(SIGN, heading.strip()):
        return ""
    words = re.sub(rf"[(\[]\s*(?:in\s+)?(?:{SIGN})\s*[)\]]", " ", heading).strip()
    words = re.sub(rf"^(?:{SIGN})(?=\s)|(?<![\d.])(?:,?\s*\bin\s+)?(?:{SIGN})$", " ", words)
    return " ".join(words.split()).strip(" ,;:–-")
