"""Does an accepted wording occur in an answer? Both become tokens and are compared token by token.

The tokens of the wording must stand in the answer side by side and in order, so "27" never occurs in "227" nor
"art" in "article". Not counted: case, white space, kinds of quotes and dashes, "&" or "and", "the", markdown
and HTML, plural and possessive s, citation markers. Numbers compare by value (1,155 = 1155; £11.2m =
11,200,000; 600 under a heading of £000 = £600,000), whatever their sign or currency; a wording without a scale
or % is content with the figure in front of one. A financial year has one form (2012/13 = 2012-2013 = 12/13)
and so has a date.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from evals.number_words import read_number_words

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_SHORT_MONTHS = {month[:3]: month for month in _MONTHS if month != "may"} | {"sept": "september"}
_SHORT_MONTH = f"(?:{'|'.join(sorted(_SHORT_MONTHS, key=len, reverse=True))})"
_YEAR = r"(?:19|20)\d\d"

# A column or caption that says "£000" or "£m" scales the figure beside it; private-use signs stand for the two.
_THOUSANDS, _MILLIONS = "\ue000", "\ue001"
_UNIT = f"[{_THOUSANDS}{_MILLIONS}]"
_SCALES = {_THOUSANDS: 10**3, _MILLIONS: 10**6, "hundred": 100, "thousand": 10**3, "k": 10**3}
_SCALES |= dict.fromkeys(("million", "m", "mn", "mln"), 10**6) | dict.fromkeys(("billion", "bn"), 10**9)

_MARKER = re.compile(r"\[\s*\d+(?:\s*[,;–-]\s*\d+)*\s*\]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a span of years.

    ``bare`` is a number's figure without its scale (11.2 of £11.2m); ``mentions`` the years that a span spells
    out in full.
    """

    kind: Literal["word", "number", "years"]
    text: str
    value: Decimal = Decimal(0)
    bare: Decimal = Decimal(0)
    scaled: bool = False
    percent: bool = False
    ordinal: Literal["", "digits", "words"] = ""
    mentions: tuple[int, ...] = ()


# ------------------------------------------------------------------------------------------------ cleaning


def without_markers(text: str) -> str:
    """The answer without its [1] [2]."""
    return _MARKER.sub(" ", text)


def count_words(answer: str) -> int:
    """Words of an answer, markers left out: pieces between white space with a letter or a digit."""
    return sum(any(sign.isalnum() for sign in piece) for piece in without_markers(answer).split())


def _numeric_date(match: re.Match[str]) -> str:
    day, month = int(match["day"]), int(match["month"])
    valid = 1 <= day <= 31 and 1 <= month <= 12
    return f"{day} {_MONTHS[month - 1]} {match['year']}" if valid else match[0]


def _long_month(match: re.Match[str]) -> str:
    return _SHORT_MONTHS[match[1]]


Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_BEFORE_FOLDING: tuple[Rule, ...] = (
    (re.compile(r"<sup>\s*\d+\s*</sup>|\$\s*\^\{?\s*\d+\s*\}?\s*\$|[⁰¹²³⁴-⁹]+", re.I), " "),
    (re.compile(r"\s*<sup>\s*(st|nd|rd|th)\s*</sup>", re.I), r"\1 "),
    (re.compile(r"</?[a-z][^<>]{0,80}>", re.I), " "),
    (re.compile("[\u00ad\u200b-\u200d\ufeff]"), ""),
)
_AFTER_FOLDING: tuple[Rule, ...] = (
    (re.compile("[‘’‚‛ʼ′´`]"), "'"),
    (re.compile("[“”„‟«»]"), '"'),
    (re.compile("[‐-―−⁃﹘﹣－]"), "-"),
    (re.compile("&"), " and "),
    (re.compile(r"\bgbp\s*(?=\d)"), "£"),
    (re.compile(r"£ ?(?:' ?)?(?<![\d,.])000(?:'?s)?(?![\w,.]*\d)"), _THOUSANDS),
    (re.compile(r"(?<![\d,.])(?:'\s?)?000(?:'?s)?(?![\w,.]*\d)"), " "),
    (re.compile(r"£ ?'? ?(?:million|mn|m)(?!\w)"), _MILLIONS),
    (re.compile(r"(?<=\w)'s\b|'"), ""),
    (re.compile(r"\s+"), " "),
    # dates: 23 september 2014
    (re.compile(r"(?<=\d) (st|nd|rd|th)\b"), r"\1"),
    (re.compile(rf"\b({_SHORT_MONTH})\b\.?(?= \d)"), _long_month),
    (re.compile(rf"(?<=\d )({_SHORT_MONTH})\b\.?"), _long_month),
    (re.compile(rf"(?<=\d(?:st|nd|rd|th) )({_SHORT_MONTH})\b\.?"), _long_month),
    (re.compile(rf"(?<![\d/.-])(?P<day>\d\d?)[/.](?P<month>\d\d?)[/.](?P<year>{_YEAR})(?![\d/])"), _numeric_date),
    (re.compile(rf"(?<![\d/.-])(?P<year>{_YEAR})-(?P<month>\d\d)-(?P<day>\d\d)(?![\d/-])"), _numeric_date),
    (re.compile(rf"\b({_MONTH}) (\d\d?)(?:st|nd|rd|th)?,? (?={_YEAR}\b)"), r"\2 \1 "),
    (re.compile(rf"(?<=\d)(st|nd|rd|th)? of (?={_MONTH}\b)"), r"\1 "),
    (re.compile(rf"\b({_MONTH}), (?={_YEAR}\b)"), r"\1 "),
)


def _apply(rules: tuple[Rule, ...], text: str) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


def _clean(text: str) -> str:
    folded = unicodedata.normalize("NFKC", _apply(_BEFORE_FOLDING, text)).lower()
    return _apply(_AFTER_FOLDING, folded)


# ------------------------------------------------------------------------------------------------- reading

_YEARS = re.compile(
    rf"(?P<first>{_YEAR})(?:(?:\s*[/-]\s*|\s+to\s+)(?P<full>{_YEAR})|[/-](?P<short>\d\d))"
    r"(?![\d/%]|\.\d|,\d{3}|[a-z])"
)
_SHORT_YEARS = re.compile(r"(?<![/.,])(?P<first>\d\d)/(?P<short>\d\d)(?![\d/%]|\.\d|[a-z])")
_SECTION = re.compile(r"\d+(?:\.\d+){2,}")
_PERCENT = r"\s*(?:%|per\s?-?\s?cent(?![a-z]))"


def _number_pattern(gap: str) -> re.Pattern[str]:
    """A figure with what belongs to it; ``gap`` is what may stand before a short scale ("£42 m" but not "42 m")."""
    return re.compile(
        r"(?P<figure>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?P<decimals>\.\d+)?)"
        r"(?:(?(decimals)(?!)|(?P<ordinal>st|nd|rd|th)(?![a-z0-9]))"
        r"|\s*-?\s*(?P<scale>millions?|mn|mln|billions?|bn|thousands?|hundreds?)(?![a-z0-9])"
        rf"|{gap}(?P<short_scale>[mk])(?![a-z0-9])"
        rf"|\ ?\(?(?:in )?(?:£ ?)?(?P<unit>{_UNIT})\)?(?!\ ?[:=]?\ ?\d))?"
        rf"(?P<percent>{_PERCENT})?"
    )


_NUMBER, _MONEY = _number_pattern(""), _number_pattern(" ?")
_MONEY_BEFORE = re.compile(r"£\s*$")
_UNIT_BEFORE = re.compile(rf"({_UNIT})\)?[\s:=]*(?:£ ?)?\(?$")
_PERCENT_AFTER = re.compile(_PERCENT)
_GLUED = re.compile(r"[^\W_]+(?:\.\d+)?")
_WORD = re.compile(r"[^\W_]+")

Read = tuple[Token, int]


def _read_years(text: str, at: int) -> Read | None:
    match = _YEARS.match(text, at)
    if not match:
        return None
    first = int(match["first"])
    last = int(match["full"]) if match["full"] else first // 100 * 100 + int(match["short"])
    last += 100 if not match["full"] and last < first else 0
    if not first < last <= first + 30:
        return None
    mentions = (first, last) if match["full"] else (first,)
    return Token("years", f"{first}/{last}", mentions=mentions), match.end()


def _read_short_years(text: str, at: int) -> Read | None:
    match = _SHORT_YEARS.match(text, at)
    if not match or int(match["short"]) != (int(match["first"]) + 1) % 100:
        return None
    first = int(match["first"])
    first += 2000 if first < 70 else 1900
    return Token("years", f"{first}/{first + 1}"), match.end()


def _read_section_number(text: str, at: int) -> Read | None:
    match = _SECTION.match(text, at)
    return (Token("word", match[0]), match.end()) if match else None


def _read_number(text: str, at: int) -> Read | None:
    match = (_MONEY if _MONEY_BEFORE.search(text, max(0, at - 4), at) else _NUMBER).match(text, at)
    if not match:
        return None
    end = match.end()
    if text[end : end + 1].isalnum() and text[end - 1] != "%":  # 22a, 4s: a name, not a number
        glued = _GLUED.match(text, at)
        return (Token("word", glued[0]), glued.end()) if glued else None
    unit_before = None if match["ordinal"] else _UNIT_BEFORE.search(text, max(0, at - 16), at)
    scale = match["scale"] or match["short_scale"] or match["unit"] or (unit_before[1] if unit_before else "")
    factor = _SCALES[scale.rstrip("s")] if scale else 1
    bare = Decimal(match["figure"].replace(",", ""))
    token = Token(
        "number",
        text[at:end],
        value=bare * factor,
        bare=bare,
        scaled=factor != 1,
        percent=bool(match["percent"]),
        ordinal="digits" if match["ordinal"] else "",
    )
    return token, end


def _read_spelled_number(text: str, at: int) -> Read | None:
    number = read_number_words(text, at)
    if not number:
        return None
    percent = None if number.ordinal else _PERCENT_AFTER.match(text, number.end)
    token = Token(
        "number",
        text[at : number.end],
        value=Decimal(number.value),
        bare=Decimal(number.bare),
        scaled=number.scaled,
        percent=percent is not None,
        ordinal="words" if number.ordinal else "",
    )
    return token, percent.end() if percent else number.end


def _read_word(text: str, at: int) -> Read | None:
    match = _WORD.match(text, at)
    return (Token("word", match[0]), match.end()) if match else None


_READERS = (_read_years, _read_short_years, _read_section_number, _read_number, _read_spelled_number, _read_word)


@lru_cache(maxsize=8192)
def text_to_tokens(text: str, join_hyphens: bool = False) -> tuple[Token, ...]:
    """Tokens of a text; ``join_hyphens`` closes up words such as "co-ordination"."""
    cleaned = _clean(text)
    if join_hyphens:
        cleaned = re.sub(r"(?<=[^\W\d_])-\s?(?=[^\W\d_])", "", cleaned)
    tokens: list[Token] = []
    at = 0
    while at < len(cleaned):
        found = next((read for reader in _READERS if (read := reader(cleaned, at))), None)
        if found is None:
            at += 1
            continue
        token, at = found
        if token.text != "the":
            tokens.append(token)
    return tuple(tokens)


# ------------------------------------------------------------------------------------------------ comparing


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def token_matches(wanted: Token, said: Token) -> bool:
    """Is the token of an answer what the token of an accepted wording asks for?"""
    if "word" in (wanted.kind, said.kind):
        both_words = wanted.kind == said.kind
        return _stem(wanted.text) == _stem(said.text) if both_words else wanted.text == said.text
    if wanted.kind == "years":
        return said.kind == "years" and wanted.text == said.text
    if said.kind == "years":
        plain = not (wanted.percent or wanted.scaled or wanted.ordinal)
        return plain and wanted.value in said.mentions
    return _number_matches(wanted, said)


def _number_matches(wanted: Token, said: Token) -> bool:
    if wanted.percent and not said.percent:
        return False
    if "words" in (wanted.ordinal, said.ordinal) and not (wanted.ordinal and said.ordinal):
        return False
    return wanted.value == said.value or (not wanted.scaled and wanted.value == said.bare)


def occurs(wording: str, text: str) -> bool:
    """Does an accepted wording occur in a text (markers already removed)? An empty wording never does."""
    for join_hyphens in (False, True):
        wanted = text_to_tokens(wording, join_hyphens)
        if not wanted:
            return False
        said = text_to_tokens(text, join_hyphens)
        for start in range(len(said) - len(wanted) + 1):
            if all(map(token_matches, wanted, said[start : start + len(wanted)])):
                return True
    return False
