"""Marked-up lines of text -> words for reading, tied to where they stand in the source."""

from __future__ import annotations

import re

# What is left out of reading text: tags, emphasis, footnote marks, zero-width characters, escapes.
DROPPED = re.compile(
    r"(?:(?<!\s)\s+)?(?:<sup>\s*(?=(?:st|nd|rd|th)\s*</sup>)"  # 23 <sup>rd</sup> reads 23rd
    r"|<sup>\s*\d+\s*</sup>"
    r"|\$\s*\^\{?\s*\d+\s*\}?\s*\$"
    r"|[¹²³⁴⁵⁶⁷⁸⁹⁰]+)"
    r"|</?[A-Za-z][^<>\n]{0,200}>"
    r"|\*\*|(?<![\w*])\*(?=\w)|(?<=[\w.,;:)])\*(?![\w*])"
    r"|\\(?=[*_#])"
    r"|[\u00ad\u200b\u200c\u200d\u2060\ufeff]"
)


def raw_to_text(source: str, spans: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int, int]]]:
    """Words of some spans of a source, joined by single spaces, and the pieces that stand unbroken in it.

    Returns the text and (start, end, source start) triples, as in ``kb.model.Piece``.
    """
    characters: list[tuple[str, int]] = []
    for begin, end in spans:
        characters.append((" ", -1))
        for start, stop in kept_runs(source, begin, end):
            characters.extend((source[i], i) for i in range(start, stop))
    folded = fold_spaces(characters)
    return "".join(character for character, _ in folded), indices_to_pieces([index for _, index in folded])


def kept_runs(source: str, begin: int, end: int) -> list[tuple[int, int]]:
    """Spans between the marks that are left out."""
    runs, start = [], begin
    for match in DROPPED.finditer(source, begin, end):
        runs.append((start, match.start()))
        start = match.end()
    runs.append((start, end))
    return [(first, last) for first, last in runs if first < last]


def fold_spaces(characters: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Each run of white space as one space; none at the ends. A single ordinary space keeps its place (else -1)."""
    folded: list[tuple[str, int]] = []
    for character, index in characters:
        if not character.isspace():
            folded.append((character, index))
        elif folded and folded[-1][0] != " ":
            folded.append((" ", index if character == " " else -1))
        elif folded:
            folded[-1] = (" ", -1)
    return folded[:-1] if folded and folded[-1][0] == " " else folded


def indices_to_pieces(indices: list[int]) -> list[tuple[int, int, int]]:
    """(start, end, source start) of each run of consecutive places; -1 stands nowhere in the source."""
    pieces: list[tuple[int, int, int]] = []
    for position, index in enumerate(indices):
        if index < 0:
            continue
        if pieces and pieces[-1][1] == position and pieces[-1][2] + position - pieces[-1][0] == index:
            pieces[-1] = (pieces[-1][0], position + 1, pieces[-1][2])
        else:
            pieces.append((position, position + 1, index))
    return pieces
