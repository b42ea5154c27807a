"""What is asked: intent, what kind of thing the answer is, forces, years, and the words that must be found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kb.answering.chat import written_out
from kb.answering.mentions import question_to_mentions
from kb.answering.patterns import INTENTS, WANTS
from kb.errors import BadQuestion
from kb.forces import text_to_forces
from kb.model import Turn
from kb.terms import QUESTION_NOISE, stem, text_to_terms, text_to_years, years_to_form

if TYPE_CHECKING:
    from kb.store import DocumentInfo

MAX_QUESTION = 2_000

FOLLOW_UP = re.compile(
    r"^(?:and\b|or\b|but\b|so\b|what about|how about|same for|ok(?:ay)?\b|then\b|also\b|only\b)"
    r"|\b(?:it|its|they|them|their|those|these|that one|this one|he|she|his|her|the same"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )(?<!been )there"
    r"|that (?:unit|team|force|year|figure|amount|project|saving|total|sum|body|plan|review|one|board|document)"
    r"|this (?:unit|team|force|figure|project|plan))\b(?!\s+(?:is|are|was|were) (?:a|an|any)\b)",
    re.IGNORECASE,
)


OTHER = re.compile(r"\b(?:others?|else|rest|same)\b", re.IGNORECASE)
PRONOUN = re.compile(r"\b(?:it|its|they|them|their|that|those|these)\b", re.IGNORECASE)
# "Which unit saves most against its baseline?" names itself what "its" means; "Which forces share its cost?" does not.
NO_NOUN = r"(?!(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|about|happen\w*|else|of)\b)"
OWN_NOUN = re.compile(
    rf"^((?:which|what|each|every) {NO_NOUN}(?:[\w-]+[^\Ws]|(?P<several>[\w-]+s))\b.*?)"
    r"\b(?(several)their|(?:its|his|her))\b",
    re.IGNORECASE,
)


# "Who pays for the van store?" may be asked of anything, where "Kent?" and "the total?" may not.
ASKS = re.compile(
    r"^(?:(?:on|in|at|by|for|from|to|of|with)\s+)?(?:who|whom|whose|what|which|when|where|why|how)s?\b", re.IGNORECASE
)
# "And the new van store?" takes the frame of the question before it: "How much is Dorset's bid for".
NEW_TOPIC = re.compile(
    r"^(?:and|what about|how about)\s+(?:for |in |of |on |about )?((?:the|an?|its|their)\s+.+)$", re.IGNORECASE
)
# "And learning and development?", where no article says that it is a thing.
BARE_TOPIC = re.compile(
    r"^(?:and|what about|how about)\s+(?:for |in |of |on |about )?"
    r"((?!(?:who|what|when|where|why|how|which|is|are|was|were|did|do|does|has|have|had|will|if)\b)[^\d?]+)\??$",
    re.IGNORECASE,
)
# "How much short was it?", asked after "which year missed its target?".
ASKED_YEAR = re.compile(r"\b(?:which|what) (?:financial )?year\b", re.IGNORECASE)
FRAME = re.compile(r"^(?:\S+\s+){3,}?(?:for|of|about|on|in)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood.

    ``text`` is what is answered (a follow-up already made whole), ``asked`` what was typed. ``intents`` and
    ``wants`` may be several; ``terms`` are stems of the words that carry its meaning, in order. ``documents`` are
    the ids of those that it names.
    """

    asked: str
    text: str
    intents: frozenset[str] = frozenset()
    wants: frozenset[str] = frozenset()
    terms: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    forces: tuple[str, ...] = ()
    focus: tuple[str, ...] = field(default=())
    documents: tuple[str, ...] = ()


def text_to_question(asked: str, history: Sequence[Turn] = (), documents: Sequence[DocumentInfo] = ()) -> Question:
    """The Question of a typed text, the turns before it, and the documents that it could name.

    Raises BadQuestion where it is empty, too long, or holds no words.
    """
    cleaned = written_out(clean_question(asked))
    whole = resolve_follow_up(cleaned, history)
    mentions = question_to_mentions(whole, documents)
    text = mentions.text
    intents, wants = text_to_kinds(text)
    terms = tuple(dict.fromkeys(text_to_terms(text)))
    noise = {stem(word) for word in QUESTION_NOISE}
    return Question(
        asked=asked,
        text=text,
        intents=intents,
        wants=wants,
        terms=terms,
        years=tuple(dict.fromkeys(text_to_years(text))),
        forces=text_to_forces(text),
        focus=tuple(term for term in terms if term not in noise) or terms,
        documents=mentions.documents,
    )


def text_to_kinds(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The intents of a question's wording, and the kinds of thing that it asks for."""
    lowered = text.lower()
    intents = frozenset(name for name, wordings in INTENTS.items() if any(re.search(w, lowered) for w in wordings))
    return intents, question_to_wants(lowered, intents)


# "What are the costs related to?" asks for words, "when is a loss recorded?" for a condition.
ASKS_WORDS = re.compile(
    r"^what (?:do|does|did|is|are|was|were)\b.*\b(?:consist|comprise|include|represent|refer|relate|"
    r"mean)[sd]?\b(?: (?:of|to|by|in))?\s*\??$"
)
ASKS_CONDITION = re.compile(
    r"^when (?:is|are|does|do)\b.*\b(?:considered|recogni[sz]ed?|record(?:ed)?|tested|necessary|required|"
    r"reversed?|needed|allowed)\b"
)


# "What are the main sources of the savings?" asks for sources, "what are the costs of ...?" for money.
ASKS_THINGS = re.compile(
    r"^what (?:are|were) (?:the |some of the |all the |all of the )?(?:[\w-]+ ){0,3}?([a-z]{3,}[^s\W]s) "
    r"(?:of|for|behind|to|in|that|which|from)\b"
)
FIGURE_NOUNS = frozenset(
    "costs savings budgets contributions grants figures amounts sums prices bids payments percentages numbers totals"
    " rates values shares proportions".split()
)


def question_to_wants(lowered: str, intents: frozenset[str]) -> frozenset[str]:
    """The kinds of thing that a question asks for; none for yes-or-no questions and for reasons, ways and "
    "meanings."""
    if re.match(r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b", lowered):
        return frozenset()
    wants = frozenset(name for name, wordings in WANTS.items() if any(re.search(w, lowered) for w in wordings))
    if ASKS_CONDITION.search(lowered):
        wants -= {"date"}
    if ASKS_WORDS.search(lowered):
        wants -= {"money", "percent", "number"}
    if "list" in intents and (things := ASKS_THINGS.match(lowered)) and things.group(1) not in FIGURE_NOUNS:
        wants -= {"money", "percent", "number"}
    if intents & {"why", "how", "definition"} or re.match(
        r"(?:in )?(?:what|which) (?:ways?|problems?|benefits?|steps?|reasons?)", lowered
    ):
        wants -= {"money", "percent", "number"}
    if "percent" in wants and not re.search(r"\bhow much\b|£|\b(?:amount|sum|in pounds)\b", lowered):
        wants -= {"money"}  # "the percentage saving" asks for no sum
    return wants


def clean_question(asked: str) -> str:
    """The question without control characters and doubled spaces; raises BadQuestion where nothing can be asked."""
    if len(asked) > MAX_QUESTION:
        raise BadQuestion(f"the question has {len(asked):,} characters; please ask in at most {MAX_QUESTION:,}")
    text = "".join(character if character.isprintable() else " " for character in asked)
    text = " ".join(text.split())
    if not text:
        raise BadQuestion("the question is empty; please type one")
    if not any(character.isalnum() for character in text):
        raise BadQuestion("the question holds no words; please ask in words")
    return text


def resolve_follow_up(text: str, history: Sequence[Turn]) -> str:
    """A follow-up made whole with the question before it; other questions are returned as they are.

    "And for Leicestershire?" takes the earlier question with its force, year or unit exchanged; a question that
    points back ("who chairs it?") takes the earlier question's words along.
    """
    if not history or not history[-1].question.strip():
        return text
    before = resolve_follow_up(clean_question(history[-1].question), history[:-1])
    answered = tuple(dict.fromkeys(text_to_years(history[-1].answer)))
    if len(answered) == 1 and not text_to_years(before):
        before = ASKED_YEAR.sub(answered[0], before)
    terms = text_to_terms(text)
    short = len(terms) <= 3
    if not points_back(text) and not short:
        return text
    if (topic := NEW_TOPIC.match(text)) and len([t for t in terms if t not in text_to_terms(before)]) >= 2:
        frame = FRAME.match(before)
        if frame and not text_to_forces(text) and not text_to_years(text) and not year_step(text):
            return f"{frame.group()} {topic.group(1)}"
    exchanged = exchange_names(before, text)
    rest = [term for term in terms if term not in text_to_terms(exchanged)]
    if exchanged != before and (not rest or year_step(text)):
        return exchanged
    return f"{text} ({exchanged})"


def in_frame(asked: str, history: Sequence[Turn]) -> str | None:
    """A follow-up that only names a thing ("and learning and development?") in the frame of the question before it,
    with that question's years; None for other questions."""
    topic = BARE_TOPIC.match(clean_question(asked)) if history and history[-1].question.strip() else None
    if topic is None or text_to_forces(asked) or not text_to_terms(asked):
        return None
    before = resolve_follow_up(clean_question(history[-1].question), history[:-1])
    frame = FRAME.match(before)
    if frame is None:
        return None
    years = [year for year in text_to_years(before) if year not in text_to_years(frame.group())]
    return f"{frame.group()} {topic.group(1).strip()}{''.join(f' in {year}' for year in years)}?"


def points_back(text: str) -> bool:
    """Whether a question's wording needs the question before it."""
    return bool(FOLLOW_UP.search(OWN_NOUN.sub(r"\1", text)))


def may_stand_alone(asked: str, history: Sequence[Turn]) -> bool:
    """Whether a question that was taken for a follow-up only because it is short may as well be a new one."""
    text = written_out(clean_question(asked))
    if points_back(text) or OTHER.search(text) or not ASKS.match(text) or resolve_follow_up(text, history) == text:
        return False
    noise = {stem(word) for word in QUESTION_NOISE}
    return len([term for term in text_to_terms(text) if term not in noise]) >= 2


def exchange_names(before: str, text: str) -> str:
    """The earlier question with its forces and years exchanged for those of the follow-up."""
    new_forces, old_forces = text_to_forces(text), text_to_forces(before)
    if new_forces and old_forces:
        before = replace_force(before, old_forces[0], new_forces[0])
    new_years, old_years = text_to_years(text), text_to_years(before)
    if new_years and old_years:
        before = re.sub(year_pattern(old_years[0]), new_years[0], before, count=1)
    elif old_years and (step := year_step(text)):
        before = re.sub(year_pattern(old_years[0]), shift_year(old_years[0], step), before, count=1)
    elif new_years:
        before = f"{before.rstrip('?. ')} in {new_years[0]}?"
    if new_forces and not old_forces:
        before = f"{before.rstrip('?. ')} for {new_forces[0]}?"
    return before


def year_step(text: str) -> int:
    """1 where a follow-up asks for the year after, -1 for the year before, else 0."""
    if re.search(r"\b(?:year after|following year|next year|one after)\b", text, re.IGNORECASE):
        return 1
    return -1 if re.search(r"\b(?:year before|previous year|prior year|one before)\b", text, re.IGNORECASE) else 0


def shift_year(year: str, step: int) -> str:
    """A year or financial year moved by a number of years."""
    if "/" not in year:
        return str(int(year) + step)
    first = int(year[:4]) + step
    return years_to_form(str(first), str(first + 1))


def year_pattern(year: str) -> str:
    """A pattern for a year or financial year in any of its written forms."""
    if "/" not in year:
        return re.escape(year)
    first, second = year.split("/")
    return rf"(?:{first}|{first[2:]})\s?(?:[/–-]|to)\s?(?:{first[:2]})?{second[-2:]}"


def replace_force(text: str, old: str, new: str) -> str:
    """The text with every written form of one force's name exchanged for another force."""
    from kb.forces import force_forms

    pattern = "|".join(re.escape(form) for form in sorted(force_forms(old), key=len, reverse=True))
    return re.sub(rf"\b(?:{pattern})\b", new, text, flags=re.IGNORECASE)


def with_terms(question: Question, terms: Sequence[str]) -> Question:
    """The question with other terms (typing errors mended, acronyms spelled out)."""
    unique = tuple(dict.fromkeys(terms))
    noise = {stem(word) for word in QUESTION_NOISE}
    return replace(question, terms=unique, focus=tuple(term for term in unique if term not in noise) or unique)
