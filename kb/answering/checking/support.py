"""What a model's wording must hold to besides figures and names: the words, quotations and sense of its sources.

A wording is not understood here. It is held to words: most of them must stand in the cited sources, it may neither
deny what no source denies nor drop a denial that all of them have, nor say the opposite of a word that they use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kb.answering.checking.figures import figure_stands, text_to_figures
from kb.answering.checking.sources import Source, fold
from kb.terms import stem, text_to_term_set, text_to_terms

# The least share of a segment's content words that its sources, their headings or the question must hold.
LEAST_SUPPORTED = 0.6
# The least share of a whole wording's content words that the answer found, or the question, must hold.
LEAST_SHARED = 0.4
# Words that say no more than the figures and names beside them, and are asked of no source.
_NEUTRAL = (
    "together total overall sum add combined amount figure come altogether respectively each per year yearly annual "
    "annually million billion thousand hundred pound pounds cent percent percentage follow following include including "
    "name named show shown stand list listed force area region also both about around approximately roughly nearly"
)
_PAST = {"paid": "pay", "spent": "spend", "held": "hold", "led": "lead", "kept": "keep", "cost": "cost", "met": "meet"}
QUOTED = re.compile(r"[“\"«]([^“”\"«»]{3,}?)[”\"»]")
ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\w+|\]\(|<[a-zA-Z/!]", re.IGNORECASE)
DENIES = re.compile(
    r"\b(?:not?|never|none|nor|neither|nobody|nothing|nowhere|without|cannot|unable|refus\w+|fail(?:s|ed|ing)?|\w+n[’']t)\b",
    re.IGNORECASE,
)
_PAIRS = (
    "increase decrease", "rise fall", "rose fell", "risen fallen", "grew shrank", "grow shrink", "higher lower",
    "high low", "more fewer", "more less", "most least", "above below", "before after", "first last",
    "largest smallest", "highest lowest", "biggest smallest", "gain loss", "profit loss", "join leave",
    "joined left", "approve reject", "accept reject", "open close", "start end", "begin end", "include exclude",
    "allow forbid", "support oppose", "agree disagree", "success failure", "strength weakness", "early late",
    "minimum maximum", "income expenditure", "save cost", "planned achieved", "expected achieved", "draft final",
    "temporary permanent", "required optional", "better worse", "best worst", "surplus deficit", "lend borrow",
    "hire dismiss",
)  # fmt: skip


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _PAIRS:
        one, other = (_term(word) for word in pair.split())
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {term: frozenset(others) for term, others in found.items()}


def _term(word: str) -> str:
    return stem(word.lower())


def _all_terms(text: str) -> frozenset[str]:
    """Stems of all words, the ones that searching leaves out ("more", "most") too."""
    return frozenset(_term(word) for word in re.findall(r"[A-Za-z]+", text))


OPPOSITES = _opposites()
NEUTRAL = frozenset(_term(word) for word in _NEUTRAL.split())


def segment_to_problems(words: str, sources: Sequence[Source], question: str) -> list[str]:
    """Why a model's words do not hold to the sources cited behind them; empty where they do."""
    said = " ".join(source.said for source in sources)
    problems = []
    if (share := supported_share(words, sources, question)) < LEAST_SUPPORTED:
        problems.append(f"only {share:.0%} of its words stand in its sources")
    for quote in QUOTED.findall(words):
        if fold(quote).strip(" .,;:").lower() not in fold(f"{said} {_around(sources)}").lower():
            problems.append(f"the quotation “{quote[:60]}” stands in no source")
    if ADDRESS.search(words) and not all(part.lower() in said.lower() for part in ADDRESS.findall(words)):
        problems.append("it holds an address or markup that stands in no source")
    if DENIES.search(words) and not DENIES.search(said):
        problems.append("it denies what its sources do not deny")
    if not DENIES.search(words) and sources and all(DENIES.search(source.said) for source in sources):
        problems.append("it leaves out that its sources deny it")
    mine, theirs = _all_terms(words), _all_terms(said)
    turned = [term for term in sorted(mine - theirs) if OPPOSITES.get(term, frozenset()) & (theirs - mine)]
    if turned:
        problems.append(f"it says the opposite of its sources ({', '.join(turned)})")
    if len(cells_said(words, sources)) > 1:
        problems.append("several figures of a table share one marker")
    return problems


def supported_share(words: str, sources: Iterable[Source], question: str) -> float:
    """The share of the content words of a text that its sources, their headings or the question hold."""
    return share_of_words(words, " ".join((question, *(f"{source.said} {source.around}" for source in sources))))


def share_of_words(words: str, held: str) -> float:
    """The share of the content words of a text that another text holds; figures are checked elsewhere."""
    terms = {_PAST.get(term, term) for term in text_to_terms(words) if not term[0].isdigit()} - NEUTRAL
    theirs = text_to_term_set(held)
    return len(terms & (theirs | {_PAST.get(term, term) for term in theirs})) / len(terms) if terms else 1.0


def cells_said(words: str, sources: Sequence[Source]) -> list[Source]:
    """The table cells whose figures a text says; with several behind one marker, nothing tells whose each is."""
    cells = [source for source in sources if source.one and source.cells]
    if len(cells) < 2:
        return []
    figures, _ = text_to_figures(words)
    return [source for source in cells if any(figure_stands(figure, source.cells) for figure in figures)]


def _around(sources: Sequence[Source]) -> str:
    return " ".join(source.around for source in sources)
