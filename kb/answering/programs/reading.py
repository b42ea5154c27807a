"""What one cell or phrase may mean: words, a number, a date, a length of time, an item of a list; several at once.

Values compare as the official evaluator of WikiTableQuestions compares them: without accents, citation marks,
brackets at the end, outer quotes and a final stop.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MONTHS = tuple("january february march april may june july august september october november december".split())
MONTH_OF = {name[:length]: i for i, name in enumerate(MONTHS, 1) for length in (3, len(name))} | {"sept": 9}
MONTH = "(" + "|".join(sorted(MONTH_OF, key=len, reverse=True)) + r")\b\.?"
DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
YEAR = r"(1[0-9]\d\d|20\d\d)"
DATES = tuple(
    (re.compile(pattern), order)
    for pattern, order in (
        (rf"\b{MONTH} ?{DAY},? {YEAR}\b", "mdy"),
        (rf"\b{DAY} (?:of )?{MONTH},?(?: |-){YEAR}\b", "dmy"),
        (rf"\b{DAY}-{MONTH}-{YEAR}\b", "dmy"),
        (rf"\b{YEAR}-(\d\d)-(\d\d)\b", "ymd"),
        (rf"\b{YEAR} {MONTH} {DAY}\b", "ymd"),
        (rf"\b{MONTH},? {YEAR}\b", "my"),
        (rf"\b{MONTH} {DAY}\b", "md"),
        (rf"\b{DAY} (?:of )?{MONTH}(?=\W|$)", "dm"),
    )
)
SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)\b")
NUMBER = re.compile(r"[-−–]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[-−–]?\.\d+")
TIME = re.compile(r"^(?:(\d{1,3})[:h])?(\d{1,2}):(\d\d(?:\.\d+)?)\b|^(\d{1,2})[:'](\d\d(?:\.\d+)?)\b")
WORDS = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*|@")
NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "thousand": 1000}
ORDINALS = {
    word: number
    for number, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1)
}
LIST = re.compile(r"\s*(?:\n|;|\s/\s|,(?!\d{3}\b))\s*")
BLANK = frozenset({"", "-", "–", "—", "n/a", "na", "none", "?", "tba", "tbd"})

Date = tuple[int, int, int]


@lru_cache(maxsize=100_000)
def normalise(text: str) -> str:
    """A value as it is compared: lower case, plain letters, without marks and brackets behind it."""
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) != "Mn")
    text = re.sub("[‘’´`]", "'", text)
    text = re.sub("[“”]", '"', text)
    text = re.sub("[‐‑‒–—−]", "-", text)
    before = None
    while text != before:
        before = text
        text = re.sub(r"((?<!^)\[[^\]]*\]|\[\d+\]|[•♦†‡*#+])*$", "", text.strip())
        text = re.sub(r"(?<!^)( \([^)]*\))*$", "", text.strip())
        text = re.sub(r'^"([^"]*)"$', r"\1", text.strip())
    return re.sub(r"\s+", " ", text.removesuffix(".")).lower().strip()


def text_to_words(text: str) -> tuple[str, ...]:
    """The words and figures of a text, lower case, without accents; thousands without their commas."""
    text = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if unicodedata.category(c) != "Mn")
    text = text.replace("’", "'")
    return tuple(re.sub(r",(?=\d{3})", "", word).replace("'s", "").replace("'", "") for word in WORDS.findall(text))


@lru_cache(maxsize=100_000)
def text_to_stem(word: str) -> str:
    """A word without plural and common endings."""
    from kb.terms import stem

    return stem(word)


def text_to_date(text: str) -> Date | None:
    """Year, month and day of the first date in a text, 0 for what it does not say; None where there is none."""
    lowered = text.lower().replace("\u00a0", " ")
    for pattern, order in DATES:
        match = pattern.search(lowered)
        if match:
            parts = dict(zip(order, match.groups(), strict=True))
            month = parts["m"]
            day = int(parts.get("d", 0))
            number = int(month) if month.isdigit() else MONTH_OF[month]
            if 1 <= number <= 12 and day <= 31:
                return int(parts.get("y", 0)), number, day
    match = SLASHED.search(lowered)
    if match:
        first, second, year = (int(part) for part in match.groups())
        month_, day_ = (first, second) if first <= 12 else (second, first)
        if 1 <= month_ <= 12 and day_ <= 31:
            return year if year > 99 else year + (1900 if year > 30 else 2000), month_, day_
    match = re.search(rf"(?<![\d.,]){YEAR}(?![\d,])", lowered)
    return (int(match.group(1)), 0, 0) if match else None


def text_to_number(text: str) -> float | None:
    """The first number in a text, read with its scale word; None where it has none."""
    match = NUMBER.search(text)
    if match is None:
        return None
    raw = match.group()
    start = match.start()
    if raw[0] in "-−–" and start and text[start - 1].isalnum():
        raw = raw[1:]
    number = float(re.sub("[−–]", "-", raw).replace(",", ""))
    scale = re.match(r"\s*(million|billion|thousand|m\b|bn\b)", text[match.end() :], re.IGNORECASE)
    scales = {"million": 1e6, "billion": 1e9, "thousand": 1e3, "bn": 1e9}
    return number * scales.get(scale.group(1).lower(), 1.0) if scale else number


def text_to_seconds(text: str) -> float | None:
    """A length of time such as 3:45.2 or 1:02:03 in seconds; None where the text is none."""
    match = TIME.match(text.strip())
    if not match:
        return None
    hours, minutes, seconds, minutes_alone, seconds_alone = match.groups()
    if minutes_alone:
        return 60 * int(minutes_alone) + float(seconds_alone)
    return 3600 * int(hours or 0) + 60 * int(minutes) + float(seconds)


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one cell may mean. ``number`` is its first number, ``pure`` whether it is little else, ``second`` the
    number behind it (the 1 of 3-1), ``order`` what the cell is sorted by: date, seconds or number."""

    text: str
    form: str
    words: tuple[str, ...]
    number: float | None
    pure: bool
    second: float | None
    date: Date | None
    seconds: float | None
    items: tuple[str, ...]

    @property
    def blank(self) -> bool:
        return self.form in BLANK


@lru_cache(maxsize=100_000)
def text_to_reading(text: str) -> Reading:
    """The readings of a cell's text."""
    form = normalise(text)
    numbers = [found.group() for found in NUMBER.finditer(text)]
    number = text_to_number(text)
    letters = sum(character.isalpha() for character in form)
    pure = number is not None and len(numbers) <= 2 and letters <= 4 + 2 * ("$" in text or "£" in text)
    second = None
    if len(numbers) >= 2:
        second = float(re.sub("[^0-9.]", "", numbers[1]).rstrip(".") or 0)
    items = tuple(item.strip() for item in LIST.split(text) if item.strip())
    return Reading(
        text=text.strip(),
        form=form,
        words=text_to_words(text),
        number=number,
        pure=pure,
        second=second,
        date=text_to_date(text) if numbers else None,
        seconds=text_to_seconds(text),
        items=items if len(items) > 1 else (),
    )
