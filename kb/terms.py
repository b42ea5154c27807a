"""Words, stems and names: how questions and texts are compared.

A term is a lower-case Porter stem. Years and financial years are terms of one form (``2014/15``), and the
conventional short names of counties are the county's term, so that "Notts" meets "Nottinghamshire".
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache

WORD = re.compile(
    r"(?:19|20)\d\d\s?[/–-]\s?(?:19|20)?\d\d\b|\d+(?:[.,]\d+)*%?|[A-Za-z][A-Za-z0-9]*(?:[’'][a-z]+)?(?:&[A-Za-z])?"
)
SHORT_YEARS = re.compile(r"(?<![\d/£])(?<!\d[.,])(\d\d)\s?/\s?(\d\d)(?![\d/%]|[.,]\d)")
FULL_YEARS = re.compile(r"((?:19|20)\d\d)\s?(?:[/–-]|\bto\b)\s?((?:19|20)?\d\d)\b(?![,.]\d)")
YEAR = re.compile(r"(?<![\d,.£])((?:19|20)\d\d)(?![\d,%])(?!\.\d)")

# Conventional short names of English counties; acronyms of units come from the corpus itself.
COUNTY_NAMES = {
    "notts": "nottinghamshire",
    "leics": "leicestershire",
    "derbys": "derbyshire",
    "derbs": "derbyshire",
    "lincs": "lincolnshire",
    "northants": "northamptonshire",
    "cambs": "cambridgeshire",
    "beds": "bedfordshire",
    "herts": "hertfordshire",
    "staffs": "staffordshire",
    "warks": "warwickshire",
    "hants": "hampshire",
    "glos": "gloucestershire",
    "wilts": "wiltshire",
    "lancs": "lancashire",
    "met": "metropolitan",
}

STOP_WORDS = frozenset(
    """a about all also am an and any are as at be been being but by can could did do does doing done during each for
    from get gets give gives given go goes going got had has have having he her here him his how i if in into is it its
    just kind let like made make makes many me more most much my no not now of off on one only or other our out over
    own please put said say says she should show so some such take taken tell than that the their them then there these
    they this those through to too under until up us very was we were what when where which while who whom whose why
    will with within would toward towards you your s t re ve ll don doesn didn isn wasn weren won
    actually anything anyone anybody ever exactly hi hello thanks thank cheers quick quickly want wanted know need find
    according document documents report reports text mention mentioned mentions state stated states happen happens
    happened call called long often far big old good does're im i'm thing things something someone bit""".split()
)
QUESTION_NOISE = frozenset("many much number amount figure value name list describe explain".split())


_stemming = threading.Lock()


@lru_cache(maxsize=1)
def _stemmer() -> object:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The Porter2 stem of a lower-case word; figures and years stay as they are."""
    if not word or word[0].isdigit() or len(word) <= 3:
        return word
    # The stemmer keeps the word in itself: two threads in it at once break each other's, and the cache would keep that.
    with _stemming:
        return str(_stemmer().stemWord(word))  # type: ignore[attr-defined]


def years_to_form(first: str, second: str) -> str:
    """``2014/15`` from '2014' and '15' or '2015'; a span of more than a year keeps its end (``2009/2012``)."""
    begin = int(first)
    end = int(second) if len(second) == 4 else begin // 100 * 100 + int(second)
    if end < begin:
        end += 100
    return f"{begin}/{end % 100:02d}" if end == begin + 1 else f"{begin}/{end}"


def text_to_years(text: str) -> list[str]:
    """Financial years (``2014/15``), spans (``2009/2012``) and single years (``2013``) in order of appearance."""
    found: list[tuple[int, str]] = []
    taken: list[tuple[int, int]] = []
    for match in FULL_YEARS.finditer(text):
        found.append((match.start(), years_to_form(match.group(1), match.group(2))))
        taken.append(match.span())
    for match in SHORT_YEARS.finditer(text):
        if int(match.group(2)) == (int(match.group(1)) + 1) % 100 and not _inside(match.start(), taken):
            found.append((match.start(), years_to_form("20" + match.group(1), match.group(2))))
            taken.append(match.span())
    for match in YEAR.finditer(text):
        if not _inside(match.start(), taken):
            found.append((match.start(), match.group(1)))
    return [year for _, year in sorted(found)]


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


@lru_cache(maxsize=32768)
def text_to_terms(text: str) -> tuple[str, ...]:
    """All terms of a text in order, stop words left out; years come last, in their one form."""
    years = text_to_years(text)
    bare = YEAR.sub(" ", SHORT_YEARS.sub(" ", FULL_YEARS.sub(" ", text)))
    terms = []
    for match in WORD.finditer(bare):
        word = match.group().lower().replace("’", "'")
        word = COUNTY_NAMES.get(word, word.removesuffix("'s"))
        if word not in STOP_WORDS and (len(word) > 1 or word.isdigit()):
            terms.append(stem(word.replace("'", "")))
    return tuple(terms + years)


@lru_cache(maxsize=32768)
def text_to_term_set(text: str) -> frozenset[str]:
    """The distinct terms of a text; a financial year also counts as its first year."""
    terms = set(text_to_terms(text))
    terms.update(term[:4] for term in list(terms) if re.match(r"(19|20)\d\d/", term))
    return frozenset(terms)
