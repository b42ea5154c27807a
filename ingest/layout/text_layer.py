"""What is wrong with the text of a page, and reading it another way.

A PDF page can show one thing and say another: text laid on its side, words without spaces, words drawn twice, letters
parted to look well, letters under the wrong names, words that nobody sees. Each is looked for on every page, by rules
that cost a sound page next to nothing, and mended where the page itself says how.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice, pairwise
from statistics import median, quantiles
from typing import Any

from ingest.layout.edges import Shapes, page_to_shapes
from ingest.layout.encoding import mend_letters
from ingest.layout.geometry import Transform, page_to_transform, turn_to_transform
from ingest.layout.glyphs import Letter, Style, letters_to_words, page_to_words, text_page_to_letters
from ingest.layout.parts import Fault, PageContent, Word
from ingest.layout.sight import sort_by_sight

# Words longer than this are rare; a page whose letters are mostly in such words has lost its spaces.
LONG_WORD = 20
LEAST_LETTERS = 60
# The widest gap between letters of a word, and how much wider those between words must be, as parts of the type size.
LETTER_GAP = 0.05
CLEAR_GAP = 0.08
# Runs of this many single letters, no further apart than this, are a word with its letters set apart.
LEAST_SPACED = 4
WIDEST_SPACING = 0.9
NEXT_WORD = 1.5
# Two words with the same letters this near (as part of the type size) are one, drawn twice to look bold.
DRAWN_TWICE = 0.2
LATIN_END = "\u0250"

StyledWord = tuple[Word, Style]


def page_to_content(page: Any, number: int) -> PageContent:
    """The words and rules of a pypdfium2 page as a person sees them; ``number`` is 1-based.

    ``faults`` of the content say what was left out or doubtful, and ``legible`` is False where its letters mean
    nothing. A page whose text is mostly laid on its side is read turned, and ``to_shown`` leads back.
    """
    width, height = page.get_size()
    to_page = page_to_transform(page)
    words = page_to_words(page, to_page)
    content = PageContent(number, round(width, 2), round(height, 2))
    turn = usual_turn(words)
    if turn:
        turned = turn_to_transform(turn, width, height)
        to_page, content.to_shown = to_page.then(turned), turned.inverse()
        words = page_to_words(page, to_page)
        if turn != 2:
            content.width, content.height, content.turned_aside = content.height, content.width, True
    shapes = page_to_shapes(page, to_page)
    content.horizontal, content.vertical = shapes.horizontal, shapes.vertical
    content.picture_share = pictures_to_share(shapes, content)
    if has_no_spaces(words):
        words = words_by_gaps(page, to_page) or words
        content.faults.append(Fault.NO_SPACES)
    words = sort_by_sight(page, words, shapes, content)
    if not mend_letters(words):
        content.legible = False
        content.faults.append(Fault.WRONG_LETTERS)
    for word, style in with_letters_together(without_doubles(words)):
        (content.words if style.upright else content.turned).append(word)
    return content


def usual_turn(words: Sequence[StyledWord]) -> int:
    """The quarter turns of most characters of a page; 0 where most run to the right or at odd angles."""
    turns: Counter[int | None] = Counter()
    for word, style in words:
        turns[style.turn] += len(word.text)
    turn, count = max(turns.items(), key=lambda item: item[1], default=(0, 0))
    return turn if turn and 2 * count > turns.total() else 0


def pictures_to_share(shapes: Shapes, content: PageContent) -> float:
    """How much of the page its largest picture covers, between 0 and 1."""
    page = content.width * content.height
    largest = 0.0
    for _, box in shapes.pictures:
        wide = min(box.x1, content.width) - max(box.x0, 0.0)
        high = min(box.bottom, content.height) - max(box.top, 0.0)
        largest = max(largest, max(wide, 0.0) * max(high, 0.0))
    return largest / page if page else 0.0


def has_no_spaces(words: Sequence[StyledWord]) -> bool:
    """Whether most letters are in words far too long. Scripts that are written without spaces do not count."""
    long = total = 0
    for word, _ in words:
        length = len(word.text)
        total += length
        if length > LONG_WORD and word.text[0] < LATIN_END and sum(map(str.isalpha, word.text)) > 0.8 * length:
            long += length
    return long > LEAST_LETTERS and 2 * long > total


def words_by_gaps(page: Any, to_page: Transform) -> list[StyledWord]:
    """The words of a page without spaces, parted at gaps wider than those between letters; [] where there are none."""
    text_page = page.get_textpage()
    try:
        letters = list(text_page_to_letters(text_page, to_page))
    finally:
        text_page.close()
    gaps = letters_to_gaps(letters)
    if len(gaps) < LEAST_LETTERS:
        return []
    # About every sixth gap parts two words, so the widest tenth of all does for certain.
    usual, wide = median(gaps), quantiles(gaps, n=10)[-1]
    if wide - usual < CLEAR_GAP:
        return []
    return list(letters_to_words(letters, max((usual + wide) / 2, usual + LETTER_GAP)))


def letters_to_gaps(letters: Sequence[Letter]) -> list[float]:
    """The gaps between letters that follow each other on one line, as parts of the type size."""
    gaps = []
    for (_, _, _, end, _, before), (_, start, _, _, _, after) in pairwise(letters):
        if before and after and before.size and before.upright and before.baseline == after.baseline:
            gap = (start - end) / before.size
            if -0.5 < gap < 1.0:
                gaps.append(gap)
    return gaps


def without_doubles(words: Sequence[StyledWord]) -> list[StyledWord]:
    """The words without those that stand on one of the same letters, which is then bold."""
    doubles: set[int] = set()
    ordered = sorted((word for word, _ in words), key=lambda word: (word.text, word.baseline))
    for index, word in enumerate(ordered):
        near = DRAWN_TWICE * word.size
        for other in islice(ordered, index + 1, None):
            if other.text != word.text or other.baseline - word.baseline > near:
                break
            if abs(word.x0 - other.x0) < near and abs(word.x1 - other.x1) < near and abs(word.top - other.top) < near:
                word.bold = True
                doubles.add(id(other))
    return [entry for entry in words if id(entry[0]) not in doubles] if doubles else list(words)


def with_letters_together(words: Sequence[StyledWord]) -> list[StyledWord]:
    """The words with every run of single letters, evenly set apart on one line, made into the words that it spells."""
    joined: list[StyledWord] = []
    run: list[StyledWord] = []
    for entry in words:
        letter = len(entry[0].text) == 1 and entry[0].text.isalpha()
        if run and not (letter and _goes_on(run[-1][0], entry[0])):
            joined += _run_to_words(run)
            run = []
        if letter:
            run.append(entry)
        else:
            joined.append(entry)
    return joined + _run_to_words(run)


def _goes_on(before: Word, word: Word) -> bool:
    gap = word.x0 - before.x1
    return before.baseline == word.baseline and -0.3 * word.size < gap < 3 * WIDEST_SPACING * word.size


def _run_to_words(run: list[StyledWord]) -> list[StyledWord]:
    """Single letters with their words found: the gaps between words are wider than those between letters."""
    if len(run) < LEAST_SPACED or len({word.text for word, _ in run}) < LEAST_SPACED - 1:
        return run
    gaps = [(after.x0 - before.x1) / after.size for (before, _), (after, _) in pairwise(run)]
    usual = median(gaps)
    if usual > WIDEST_SPACING:
        return run
    groups = [[run[0]]]
    for gap, entry in zip(gaps, run[1:], strict=True):
        if gap > max(NEXT_WORD * usual, usual + 0.15):
            groups.append([])
        groups[-1].append(entry)
    if 2 * len(groups) > len(run):
        return run
    return [(_join([word for word, _ in group]), group[0][1]) for group in groups]


def _join(letters: Sequence[Word]) -> Word:
    first = letters[0]
    first.text = "".join(word.text for word in letters)
    first.x1 = max(word.x1 for word in letters)
    first.top, first.bottom = min(word.top for word in letters), max(word.bottom for word in letters)
    return first
