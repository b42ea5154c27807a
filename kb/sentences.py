"""Text to sentences, by rules for the prose of public bodies: the same text always splits alike."""

from __future__ import annotations

import re

# Never the end of a sentence.
TITLES = frozenset(
    "mr mrs ms dr prof sir rev hon st supt insp sgt cllr det cons messrs mt e.g i.e eg ie cf viz vs approx ca".split()
)
# No end before a number or a letter that stands for one: "No. 5", "para. 4", "Jan. 2010".
NUMBERED = frozenset(
    "no nos p pp para paras fig figs s ss ch vol art arts reg regs sec sect app ref ext tel "
    "jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
# An end only before a word that commonly opens a sentence: "etc.", "Ltd.", "p.m.", and initials ("J. Smith").
OPEN = frozenset("etc ltd inc co plc corp dept govt est a.m p.m al".split())
OPENERS = frozenset(
    "a all also although an and any are as at because both but by during each every for from further he however how if "
    "in is it its many more most no not of on one our over since some such that the their there these they this those "
    "though to under we what when where which while who why with you".split()
)

END = re.compile(
    r"""(?<![.!?…])(?P<mark>[.!?…]+)  # full stop, question mark ...
        (?:(?<=[a-z)’”"'].)\d{1,2}(?=\s))?  # ... a footnote number stuck to it ...
        [)\]’”"'»⁰¹²³⁴-⁹]*            # ... what closes with it
        (?P<space>\s+)                # ... and room before
        (?=(?P<next>[^\s]+))          # the next word
    """,
    re.VERBOSE,
)
# An empty line, or a line that begins with a bullet, ends whatever stands before it.
BREAK = re.compile(r"(?<!\s)\s*\n(?:[ \t]*\n\s*|(?=[ \t]*(?:[-–•▪◦*]|\(?[a-z0-9]{1,3}[.)])[ \t]))")
LABEL = re.compile(r"\(?(?:\d+(?:\.\d+)*|[a-z]|[ivx]+)[.)]*", re.IGNORECASE)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Character spans (start, end) of the sentences of a text, in order, without the blanks around them.

    A span never ends inside an abbreviation, a number, a web address or a list label; semicolons end nothing.
    """
    spans = []
    start = 0
    for end, after in sorted(boundaries(text)):
        if end > start and not is_label(text[start:end]):
            spans.append((start, end))
            start = after
    spans.append((start, len(text)))
    return [trimmed for span in spans if (trimmed := trim(text, *span)) is not None]


def boundaries(text: str) -> list[tuple[int, int]]:
    """Where sentences end and the next begins: (end, start of the next)."""
    found = [(match.start(), match.end()) for match in BREAK.finditer(text)]
    found += [(m.start("space"), m.end("space")) for m in END.finditer(text) if is_end(text, m)]
    return found


def is_end(text: str, match: re.Match[str]) -> bool:
    """Whether a mark with a blank after it ends a sentence, told by the words on both sides of it."""
    following = match["next"].lstrip("([‘“\"'«")
    if following[:1].islower():
        return False
    if match["mark"] != ".":
        return True
    before = re.search(r"[\w.&]*$", text[max(0, match.start() - 30) : match.start()])
    word = before[0] if before else ""
    plain = word.lower().strip(".")
    opens = re.sub(r"\W.*", "", following).lower() in OPENERS
    if plain in TITLES:
        return False
    if plain in NUMBERED:
        return not re.match(r"\d|[A-Z]?\d|[ivxIVX]+\b|[A-Z]\b", following)
    if plain in OPEN or re.fullmatch(r"(?:[A-Za-z]\.)*[A-Z]", word):
        return opens
    return True


def is_label(text: str) -> bool:
    """Whether all there is so far is a number or letter that the sentence after it is listed by ("4.1.")."""
    return LABEL.fullmatch(text.strip()) is not None


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without blanks at its ends; None where nothing is left."""
    stripped = text[start:end].strip()
    if not stripped:
        return None
    start = text.index(stripped[0], start)
    return start, start + len(stripped)
