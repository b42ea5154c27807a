"""How far a thing has come (proposed, decided, done) and of when it is, read from the wording of a passage.

Rules over the verbs, in the order of their strength: a decision that is reported counts as decided even where it is
about the future; a plan, a condition or a recommendation as proposed; what has happened or is the case as done. A
heading ("Proposed future projects") or the sentence that leads in to a list speaks for what has no verb of its own.
"""

from __future__ import annotations

import re
from typing import Literal

from kb.terms import text_to_years

Progress = Literal["proposed", "decided", "done", "unclear"]
PROGRESS: tuple[Progress, ...] = ("proposed", "decided", "done", "unclear")

NOT_DECIDED = re.compile(
    r"\b(?:not|no|never|yet to be|subject to|before|unless|until|if|as soon as|once|when) (?:[\w-]+ ){0,4}?(?:agreed"
    r"|agreement|approved|approval|"
    r"decided|decision|confirmed)\b|\b(?:ask|seek|request|recommend)\w* (?:for )?(?:[\w-]+ ){0,3}?(?:approv|agree"
    r"|decid)\w*"
    r"|\bneeds? to (?:be )?(?:agree|decide|approve)\w*|\bto be agreed\b",
    re.IGNORECASE,
)
DECIDED = re.compile(
    r"\b(?:has|have|had|was|were|been|is|are|it was|board|committee|council|cabinet|forces?|constables?|authorit(?:y"
    r"|ies)|"
    r"governors|trustees|members) (?:since |now |also |all |formally |already )?(?:been )?(?:agreed|approved|decided"
    r"|resolved|"
    r"confirmed|adopted|ratified|signed off)\b"
    r"|\bapproval (?:has been|was) given\b|\bgiven approval\b|\b(?:forces|staff|authorities|employers) must\b"
    r"|\bis committed to\b",
    re.IGNORECASE,
)
PROPOSED = re.compile(
    r"\b(?:will|would|shall|should|might|may|could|ought to)\b(?! (?:not )?have (?:been|\w+(?:ed|en|led)\b))"
    r"|\b(?:is|are|was|were) (?:due |likely |expected |intended |meant |set |about )?to (?!the\b|a\b|an\b|its\b"
    r"|their\b)\w+"
    r"|\bpropos(?:ed?|es|ing)\b|\bproposals? (?:is|are|to|that)\b|\bplan(?:s|ned|ning)?\b(?! of \d)|\bintend\w*"
    r"|\bintention\b|\bexpected\b|\bexpects?\b"
    r"|\b(?:under|being|in) (?:examination|consideration|considered|examined|developed|drawn up|scoped|looked at"
    r"|explored|discussed)\b"
    r"|\bto be (?:put|made|built|cut|moved|merged|shared|harmonised|created|developed|pooled|addressed)\b"
    r"|\brecommend\w*|\boptions?\b|\bneeds? to\b|\bhow far can\b|\bwhether\b|\bconsiders?\b|\bare at work on\b"
    r"|\bwork continues\b"
    r"|\bseeks?\b|\baims?\b|\bif\b[^.]{0,60}\b(?:go|goes) ahead\b|\bin draft\b|\bsubject to\b|\bcome to understand\b"
    r"|^(?:[A-Z][\w ]{2,30}[.:] )?(?:Address|Adopt|Agree|Appoint|Assess|Bring|Build|Carry|Consider|Consult|Continue"
    r"|Create|"
    r"Develop|Draw up|Ensure|Establish|Explore|Harmonise|Identify|Improve|Introduce|Keep|Look|Make|Move|Provide"
    r"|Publish|"
    r"Reduce|Report|Review|Set up|Share|Work)\b",
    re.IGNORECASE,
)
DONE = re.compile(
    r"\b(?:has|have|had|was|were) (?:\w+ )?(?:been |already |now )?\w+(?:ed|en|wn|ne|ung|ught|ft|lt|de|id|ut|un|et"
    r"|ade)\b"
    r"|\b(?:is|are) (?:now |already )?in (?:place|post|force)\b|\bin post\b|\b(?:found|said|told|reported|showed"
    r"|took|held|fell|rose|left)\b",
    re.IGNORECASE,
)
PRESENT = re.compile(
    r"\b(?:is|are|was|were|has|have|does|do|holds?|keeps?|makes?|works?|puts?|takes?|goes|go|needs?|uses?|gives?"
    r"|meets?|consists?|"
    r"employs?|leads?|rests?|stands?|comes?|sits?|differ|apply|applies|manages?|mapped|well established)\b",
    re.IGNORECASE,
)
PAST = re.compile(r"\b\w{3,}ed\b", re.IGNORECASE)
HEADING_PROPOSES = re.compile(
    r"\bproposed\b|\brecommendation|\bfuture\b|\bnext\b|\boptions?\b|\bthe region will\b|\bplanned\b", re.IGNORECASE
)
HEADING_DECIDES = re.compile(r"\bdecisions?\b|\bresolved\b|\bagreed\b", re.IGNORECASE)
COUNTS = re.compile(r"\b(?:officers?|staff|posts|employees|FTEs?|headcount|total)\b[^;:]{0,25}\d", re.IGNORECASE)
COUNTS_PLANNED = re.compile(r"\b(?:planned|proposed|target|forecast|projected|budgeted)\b", re.IGNORECASE)

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
DATED = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+)?(?P<month>{MONTH})\s+(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE
)
# Years that belong to a name and say nothing of when something happens: "the 2011 Act", "Police Act 1996".
NAMED = re.compile(
    r"\b(?:19|20)\d\d(?= (?:\w+ ){0,3}(?:Acts?|Bill|Green Paper|White Paper|Order|Regulations|Games|Olympics|Review)\b)"
    r"|(?<=Act )(?:19|20)\d\d|(?<=Order )(?:19|20)\d\d|(?<=Regulations )(?:19|20)\d\d|\bSI (?:19|20)\d\d/\d+"
)


def text_to_progress(text: str, *, heading: str = "", lead_in: str = "", is_row: bool = False) -> Progress:
    """How far what a passage says has come; ``heading`` and ``lead_in`` are asked where it does not say so itself."""
    if is_row:
        return row_to_progress(text, heading)
    if DECIDED.search(text) and not NOT_DECIDED.search(text):
        return "decided"
    if PROPOSED.search(text) or PROPOSED.search(lead_in) or HEADING_PROPOSES.search(lead_in):
        return "proposed"
    if HEADING_PROPOSES.search(heading) and not DONE.search(text):
        return "proposed"
    if DONE.search(text) or PRESENT.search(text) or PAST.search(text):
        return "done"
    return "unclear" if not (lead_in and DONE.search(lead_in)) else "done"


def row_to_progress(text: str, heading: str) -> Progress:
    """How far what a table row says has come: figures of people are the case unless they are planned ones."""
    if HEADING_PROPOSES.search(heading) or COUNTS_PLANNED.search(text):
        return "proposed"
    if HEADING_DECIDES.search(heading):
        return "decided"
    if COUNTS.search(text) or DONE.search(text) or PRESENT.search(text):
        return "done"
    return "proposed" if PROPOSED.search(text) else "unclear"


def text_to_date(text: str) -> tuple[str, str] | None:
    """The first date that a passage gives for what it says: ISO (filled up with 01) and as it says it; else None."""
    bare = NAMED.sub(" ", text)
    dated = DATED.search(bare)
    if dated:
        month = next(place for place, name in enumerate(MONTHS, 1) if name.startswith(dated["month"].lower()[:3]))
        return f"{dated['year']}-{month:02d}-{int(dated['day'] or 1):02d}", " ".join(dated.group().split())
    years = text_to_years(bare)
    return (f"{years[0][:4]}-01-01", years[0]) if years else None


def text_to_all_years(text: str) -> frozenset[int]:
    """Every calendar year that a passage is of; a financial year or a span counts with each of its years."""
    found: set[int] = set()
    for year in text_to_years(NAMED.sub(" ", text)):
        first, _, last = year.partition("/")
        begin = int(first)
        end = begin if not last else int(last) if len(last) == 4 else begin // 100 * 100 + int(last)
        found.update(range(begin, min(end, begin + 20) + 1))
    return frozenset(found)
