"""The short answer inside a quoted sentence: a sum, a date, what follows "consists of" or "due to".

Rules of form only: what kind of thing a question asks for, and where in a sentence such a thing stands. The sentence
stays the answer; its span is given beside it as the bare value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.answering.draft import Draft
from kb.retrieval.evidence import Evidence, Query
from kb.sentences import split_sentences
from kb.terms import stem, text_to_years

MAX_SENTENCES = 3
LEAST_MARGIN = -2.0  # the reader's certainty of an answer less that of none; the draft itself was decided on already
MOST_SPARED = 0.9  # a span that is nearly the whole sentence marks nothing
SCALED = r"(?:\s?(?:million|billion|thousand|trillion)\b|\s?(?:bn|m|k)\b)?"
MONEY = re.compile(
    r"(?:(?:US|NT|HK|C|A)?[£$€¥]|(?:INR|RMB|EUR|USD|GBP)\s?)\s?"
    rf"(?:\(\d[\d,]*(?:\.\d+)?{SCALED}\)|\d[\d,]*(?:\.\d+)?){SCALED}"
    r"|\b\d[\d,]*(?:\.\d+)?\s(?:million|billion|thousand) (?:pounds|dollars|euros)\b",
    re.IGNORECASE,
)
PERCENT = re.compile(r"(?:approximately\s)?\d[\d,]*(?:\.\d+)?\s?(?:%|per\s?cent\b)", re.IGNORECASE)
NUMBER = re.compile(
    r"(?:(?:approximately|over|more than|at least|up to)\s)?(?<![\w.,£$€])(?!(?:19|"
    r"20)\d\d\b)(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
    r"(?![\w%]|[.,]\d)(?:\s(?:million|billion|thousand)\b)?(?:\s[a-z]+(?:\s(?:feet|metres|meters|miles))?)?"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty)\b(?:\s[a-z]+)?",
)
MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
DATE = re.compile(
    rf"\b{MONTH} \d{{1,2}}, (?:19|20)\d\d|\b\d{{1,2}}(?:st|nd|rd|th)? {MONTH} (?:19|20)\d\d"
    rf"|\b{MONTH} (?:19|20)\d\d|\b(?:19|20)\d\d\b"
)
CONDITION = re.compile(
    r"\b(?:when(?:ever)?|if|upon|where|once|after|before|annually|at the (?:end|beginning) of|during)\b[^;]*",
    re.IGNORECASE,
)
CAUSE = re.compile(
    r"\b(?:due to|because(?: of)?|as a result of|resulting from|result of|driven by|attributable to|"
    r"attributed to|owing to|caused by"
    r"|in order to|so that|reflecting|resulted from)\b.*",
    re.IGNORECASE,
)
PURPOSE = re.compile(r"(?<=\s)to (?!the\b|a\b|an\b|\d|[$£€])[a-z]+ .*")
ASKS_CAUSE = re.compile(
    r"^why\b|\b(?:reasons?|caus\w+|led to|lead to|drove|driven|due to|results? (?:in|of)|resulted)\b", re.IGNORECASE
)
ASKS_CONDITION = re.compile(r"^when (?:is|are|do|does|should|must|can|would|will)\b", re.IGNORECASE)
# Verbs of which the object is asked for, with the words that lead on to it.
OBJECT_VERBS = (
    "consist|compris|includ|represent|refer|relat|mean|exclud|compos|cover|contain|bas|classif|determin|defin|calculat"
)
HOLDS = re.compile(
    rf"\bwhat (?:do|does|did|is|are|was|were)\b.*\b(?P<verb>{OBJECT_VERBS})\w*\b(?:\s+(?:of|to|on|as|by|in|for|"
    rf"primarily|with)\b)*\s*\??$"
    rf"|^what (?:is|are|was|were) (?P<first>{OBJECT_VERBS})\w*\b",
    re.IGNORECASE,
)
HOW = re.compile(
    r"^(?:how|where)\s+(?:is|are|was|were|has|have|had|do|does|did|can)\b.*?\b(?P<verb>[a-z]{4,})(?:\s+(?:as|by|"
    r"to|in|for|on))?\s*\??$",
    re.IGNORECASE,
)
IS = re.compile(r"^what (?:is|are|was|were)\b", re.IGNORECASE)
COPULA = re.compile(r"\b(?:is|are|was|were|totall?ed|amounted to|represents?|means|refers to|equals?)\b\s+(?P<rest>.+)")
AMOUNT = re.compile(
    r"^(?:how much|how many|how long|how old)\b|\b(?:amount|value|number|size|percentage|rate|price|cost|costs|"
    r"total)\b",
    re.IGNORECASE,
)
RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)
LIST = re.compile(r"^(?:which|what) (?:\w+ ){0,2}(?:countries|companies|states|regions|currencies)\b", re.IGNORECASE)
NAME = r"(?:the )?[A-Z][\w&’'-]*(?: [A-Z][\w&’'-]*)*(?=[.,;]|$| and )"
LISTED = re.compile(rf"\bin ({NAME}(?:(?:, and |, | and ){NAME})+)")
MOVED = re.compile(
    r"\b(?:increas|decreas|rose|fell|declin|improv|grew|reduc|chang)\w*\s(?:by\s)?(?:approximately\s)?$", re.IGNORECASE
)
ASKS_WHAT_IT_IS = re.compile(r"^\s*what (?:is|are|was|were) (?:the |an? )?[\w&-]+\s*\??\s*$", re.IGNORECASE)
ASKS_MOVE = re.compile(
    r"\b(?:increas|decreas|rise|rose|fall|fell|declin|improv|grow|grew|reduc|chang)\w*", re.IGNORECASE
)
DAY = re.compile(rf"\b{MONTH}\s$")
DAY_OF = re.compile(rf"\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{MONTH}\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: the question's text, its stems of meaning, and its years."""

    text: str
    terms: frozenset[str]
    years: tuple[str, ...]
    wants: frozenset[str]


@dataclass(frozen=True, slots=True)
class Marked:
    """What the reader marked in a text that a draft quotes: from ``start`` to ``end``, and how much surer it was of
    that than of there being no answer."""

    margin: float
    text: str
    start: int
    end: int

    @property
    def span(self) -> str:
        return self.text[self.start : self.end].strip(" ,;:.")


def with_span(draft: Draft, query: Query, used: Sequence[Evidence] = (), by_form: bool = True) -> Draft:
    """The draft, where it is prose without values, with the short answer of its first sentences as its value.

    Its form decides first, where ``by_form`` lets it; else it is what the reader marked in the evidence ``used``.
    """
    if draft.form != "prose" or draft.values or any(sentence.item for sentence in draft.sentences):
        return draft
    question = query.question
    asked = Asked(question.text, frozenset(question.focus), question.years, question.wants)
    marked = draft_to_marked(draft, used)
    if by_form and (found := draft_to_spans(draft, asked)):
        return replace(draft, values=tuple(choose_marked(found, marked, asked)))
    span = marked_to_span(draft, marked, asked)
    return replace(draft, values=(span,)) if span else draft


def draft_to_marked(draft: Draft, used: Sequence[Evidence]) -> Marked | None:
    """What the reader marked surest in the evidence that the draft quotes; None where it marked nothing there."""
    said = [sentence.text for sentence in draft.sentences]
    found = [
        Marked(reading.span_score - reading.no_answer, item.chunk.text, reading.start, reading.end)
        for item in used
        if (reading := item.reading) and any(item.chunk.text.rstrip(" .;,") in text for text in said)
    ]
    return max((one for one in found if one.span), key=lambda one: (one.margin, one.span), default=None)


def choose_marked(found: list[str], marked: Marked | None, asked: Asked) -> list[str]:
    """The one figure that a question asks for: of several of its form in a sentence, that which the reader marked."""
    pattern = wanted_pattern(asked)
    if len(found) != 1 or pattern is None or marked is None or marked.margin < LEAST_MARGIN:
        return found
    figures = pattern_to_matches(pattern, marked.text, asked)
    within = [match.group().strip() for match in figures if match.start() < marked.end and match.end() > marked.start]
    return within if len(within) == 1 else found


def draft_to_spans(draft: Draft, asked: Asked) -> list[str]:
    """The short answers in the first of a draft's sentences that has any, by the form of what is asked.

    A sentence with a figure of the kind asked for goes before one with another: "£5 on 3 May" says how much.
    """
    said = []
    for sentence in draft.sentences[:MAX_SENTENCES]:
        if not sentence.quotes or sentence.quotes[0].block_id is None:
            break
        said += [sentence.text[start:end] for start, end in split_sentences(sentence.text)]
    pattern = wanted_pattern(asked)
    ordered = sorted(said, key=lambda text: not (pattern and pattern.search(text)))
    return next((found for text in ordered if (found := sentence_to_spans(text, asked))), [])


def marked_to_span(draft: Draft, marked: Marked | None, asked: Asked) -> str:
    """The short answer that the reader marked; "" where it is not sure enough, and for what something is, which takes
    the whole sentence."""
    if marked is None or marked.margin < LEAST_MARGIN or ASKS_WHAT_IT_IS.search(asked.text):
        return ""
    longest = max(len(sentence.text) for sentence in draft.sentences)
    return marked.span if len(marked.span) < MOST_SPARED * longest else ""


def sentence_to_spans(text: str, asked: Asked) -> list[str]:
    """The short answers in a sentence: mostly one, several where one a year is asked for; empty where none "
    "stands out."""
    if spans := figure_spans(text, asked):
        return spans
    span = form_span(text, asked)
    span = span.strip(" ,;:").removesuffix(".").strip() if span else ""
    return [span] if span and len(span) < MOST_SPARED * len(text) else []


def figure_spans(text: str, asked: Asked) -> list[str]:
    """The figures or date that a question asks for."""
    pattern = wanted_pattern(asked)
    if pattern is None:
        return []
    found = pattern_to_matches(pattern, text, asked)
    if not found and pattern is MONEY:
        found = pattern_to_matches(PERCENT, text, asked) or pattern_to_matches(NUMBER, text, asked)
    if not found:
        return []
    if RESPECTIVELY.search(text) and RESPECTIVELY.search(asked.text) and len(asked.years) < 2:
        return [match.group().strip() for match in found]
    if len(asked.years) > 1:
        several = [match for year in asked.years if (match := of_year(text, found, year))]
        if len({match.start() for match in several}) == len(asked.years):
            return [match.group().strip() for match in several]
    best = (asked.years and of_year(text, found, asked.years[0])) or nearest(text, found, asked)
    return [best.group().strip()]


def pattern_to_matches(pattern: re.Pattern[str], text: str, asked: Asked) -> list[re.Match[str]]:
    """The figures of a form; no days of dates, and by how much something moved only where that is asked."""
    found = [m for m in pattern.finditer(text) if pattern is DATE or not is_day(text, m)]
    if not ASKS_MOVE.search(asked.text):
        found = [m for m in found if not MOVED.search(text[: m.start()])] or found
    return found


def is_day(text: str, match: re.Match[str]) -> bool:
    """Whether a number is the day of a date: "May 3", "3 May"."""
    after = DAY_OF.match(text[match.start() :])
    return bool(DAY.search(text[: match.start()]) or after)


def wanted_pattern(asked: Asked) -> re.Pattern[str] | None:
    """The form of the figure that is asked for, else None."""
    text = asked.text
    if ASKS_CAUSE.search(text) or HOLDS.search(text) or (HOW.search(text) and not AMOUNT.match(text)):
        return None
    if "percent" in asked.wants:
        return PERCENT
    if "money" in asked.wants:
        return MONEY
    if re.match(r"(?:how many|how long|how old|over what)\b", text, re.IGNORECASE) or "number" in asked.wants:
        return NUMBER
    if "date" in asked.wants and not ASKS_CONDITION.search(text):
        return DATE
    if IS.match(text) and (AMOUNT.search(text) or asked.years):
        return MONEY
    return None


def of_year(text: str, found: list[re.Match[str]], year: str) -> re.Match[str] | None:
    """The figure of a year: in its place where as many figures as years are listed, behind "(2018: ", else "
    "nearest."""
    years = list(re.finditer(r"\b(?:19|20)\d\d\b", text))
    own = [place for place, match in enumerate(years) if match.group() == year[:4]]
    if not own:
        return None
    if RESPECTIVELY.search(text) or len(found) == len(years) > 1:
        run = (
            found[-len(years) :] if found and found[0].start() < years[0].start() and len(found) > len(years) else found
        )
        if len(run) >= len(years):
            return run[own[0]] if len(run) == len(years) else run[len(run) - len(years) + own[0]]
    labelled = [
        m
        for m in found
        for y in years
        if y.group() == year[:4] and re.fullmatch(r":?\s*", text[y.end() : m.start()] or "x")
    ]
    if labelled:
        return labelled[0]
    unlabelled = [m for m in found if not of_other_year(text, m, year)] or found
    return min(unlabelled, key=lambda m: min(abs(m.start() - years[p].start()) for p in own), default=None)


def of_other_year(text: str, match: re.Match[str], year: str) -> bool:
    """Whether a figure stands in brackets with another year: "(2018: £1m)"."""
    inside = re.search(r"\([^()]*$", text[: match.start()])
    after = re.match(r"[^()]*\)", text[match.end() :])
    if not inside or not after:
        return False
    years = text_to_years(inside.group() + after.group())
    return bool(years) and not any(year[:4] in other for other in years)


def nearest(text: str, found: list[re.Match[str]], asked: Asked) -> re.Match[str]:
    """The figure that stands nearest to the question's words."""
    words = [(m.start(), stem(m.group().lower())) for m in re.finditer(r"[A-Za-z]+", text)]
    counts = Counter(word for _, word in words if word in asked.terms)

    def closeness(match: re.Match[str]) -> float:
        return sum(
            1.0 / counts[word] ** 2 / (8 + abs(place - match.start())) for place, word in words if word in counts
        )

    return max(found, key=closeness)


def form_span(text: str, asked: Asked) -> str | None:
    """The part of a sentence that a question's form asks for: a cause, a condition, an object, a place, a "
    "predicate."""
    question = asked.text
    if ASKS_CAUSE.search(question):
        match = CAUSE.search(text) or (PURPOSE.search(text) if question.lower().startswith("why") else None)
        return match.group() if match else None
    if ASKS_CONDITION.search(question):
        match = CONDITION.search(text)
        return match.group() if match else None
    if LIST.search(question):
        match = next((m for m in LISTED.finditer(text) if near_terms(text, m.start(), asked)), None)
        return match.group(1) if match else None
    if (holds := HOLDS.search(question)) and (span := after_verb(text, holds["verb"] or holds["first"])):
        return span
    if (how := HOW.search(question)) and (span := after_verb(text, stem(how["verb"].lower()))):
        return span
    match = COPULA.search(text) if IS.match(question) else None
    if match is None or text.endswith(":"):
        return None
    figure = next((p.match(match["rest"]) for p in (MONEY, PERCENT) if p.match(match["rest"])), None)
    return figure.group() if figure else match["rest"]


def near_terms(text: str, place: int, asked: Asked) -> bool:
    """Whether the words right before a place are those that the question says last."""
    before = [stem(word.lower()) for word in re.findall(r"[A-Za-z]+", text[:place])][-3:]
    last = [stem(word.lower()) for word in re.findall(r"[A-Za-z]+", asked.text)][-4:]
    return bool(set(before) & set(last))


def after_verb(text: str, verb: str) -> str | None:
    """What follows a verb, its preposition "of", "on", "to" or "as" left out, to the end of the sentence."""
    match = re.search(
        rf"\b{re.escape(verb[:6])}\w*\b(?:\s+(?:primarily|principally|mainly|of|to|on|as)\b)*\s+(?P<rest>.+)",
        text,
        re.IGNORECASE,
    )
    return match["rest"] if match else None
