"""Does a cited or retrieved text overlap the evidence?

Same file, and at least half of the evidence's words lie in the text, or at least half of the text's words
(three or more) lie in the evidence. Words are compared by their place in a text file where both stand there
verbatim; elsewhere by runs of two or more words that both have.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from evals.normalise import text_to_tokens
from evals.questions import Evidence
from evals.sources import SourceFiles

_FEWEST_WORDS = 3
_MOST_PLACES = 200


def file_name(source: str) -> str:
    """The bare name of a source, in lower case, whatever folder it is given with."""
    return PurePosixPath(source.replace("\\", "/")).name.lower()


def overlaps_any(evidence: Iterable[Evidence], source: str, text: str, files: SourceFiles | None = None) -> bool:
    """Does a text of a source overlap one of the pieces of evidence?"""
    return any(overlaps(piece, source, text, files) for piece in evidence)


def overlaps(evidence: Evidence, source: str, text: str, files: SourceFiles | None = None) -> bool:
    """Does a text of a source overlap this evidence? See the rule at the head of the module."""
    if not text.strip() or not file_name(source) or file_name(source) != file_name(evidence.source):
        return False
    folded = files.folded_text(source) if files else None
    if folded is not None:
        gold, cited = _quote_to_places(evidence.quote, folded), _quote_to_places(text, folded)
        if gold and cited:
            return any(_enough(_common(g, c), len(g), len(c)) for g in gold for c in cited)
    gold_words = [token.text for token in text_to_tokens(evidence.quote)]
    cited_words = [token.text for token in text_to_tokens(text)]
    shortest_run = min(2, len(gold_words), len(cited_words))
    if not shortest_run:
        return False
    blocks = SequenceMatcher(None, gold_words, cited_words, autojunk=False).get_matching_blocks()
    common = sum(block.size for block in blocks if block.size >= shortest_run)
    return _enough(common, len(gold_words), len(cited_words))


def _enough(common: int, gold: int, cited: int) -> bool:
    return common > 0 and (2 * common >= gold or (2 * common >= cited and cited >= _FEWEST_WORDS))


def _common(first: range, second: range) -> int:
    return max(0, min(first.stop, second.stop) - max(first.start, second.start))


def _quote_to_places(quote: str, folded: str) -> list[range]:
    """Word ranges of a quote's verbatim occurrences in a folded text."""
    wanted = " ".join(quote.split())
    places: list[range] = []
    at = folded.find(wanted) if wanted else -1
    while at >= 0 and len(places) < _MOST_PLACES:
        first = folded.count(" ", 0, at)
        places.append(range(first, first + wanted.count(" ") + 1))
        at = folded.find(wanted, at + 1)
    return places
