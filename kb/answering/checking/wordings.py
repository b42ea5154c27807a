"""An answer's text as sentences, each in segments that a run of markers closes; and put together again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.sentences import split_sentences

MARKERS = re.compile(r"(?:\s?\[\d{1,4}\])+")
NUMBER = re.compile(r"\[(\d{1,4})\]")
_BULLET = re.compile(r"^\s*(?:[-*•–]\s+)")
# A model may set its markers behind the full stop that they belong before.
_STOP_FIRST = re.compile(r"([.!?]+)((?:\s?\[\d{1,4}\])+)")


@dataclass(frozen=True, slots=True)
class Segment:
    """Words with the numbers of the sources that are set behind them."""

    words: str
    markers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer as it stands, markers included; ``line`` is that of the text it is in."""

    text: str
    line: int
    segments: tuple[Segment, ...]

    @property
    def markers(self) -> tuple[int, ...]:
        """The numbers of all its sources."""
        return tuple(dict.fromkeys(number for segment in self.segments for number in segment.markers))


def quoted_to_sentences(text: str) -> list[Sentence]:
    """The sentences of an answer in the documents' words: each ends with its markers and may hold full stops."""
    sentences = []
    for number, line in enumerate(text.split("\n")):
        start = 0
        for match in MARKERS.finditer(line):
            end = _with_stop(line, match.end())
            sentences.append(_sentence(line[start:end].strip(), number))
            start = end
        if line[start:].strip(" -"):
            sentences.append(_sentence(line[start:].strip(), number))
    return sentences


def worded_to_sentences(text: str) -> list[Sentence]:
    """The sentences of a model's wording, markers before their full stop."""
    sentences = []
    for number, line in enumerate(text.split("\n")):
        line = _STOP_FIRST.sub(r"\2\1", line).strip()
        for start, end in split_sentences(line):
            sentences.append(_sentence(line[start:end], number))
    return [sentence for sentence in sentences if re.search(r"\w", sentence.text)]


def sentences_to_text(sentences: Sequence[Sentence]) -> str:
    """The text of sentences, those of one line side by side."""
    lines: dict[int, list[str]] = {}
    for sentence in sentences:
        lines.setdefault(sentence.line, []).append(sentence.text)
    return "\n".join(" ".join(parts) for _, parts in sorted(lines.items()))


def without_markers(text: str) -> str:
    """A text without its markers."""
    return MARKERS.sub("", text)


def _with_stop(line: str, end: int) -> int:
    match = re.compile(r"[.!?]+(?=\s|$)").match(line, end)
    return match.end() if match else end


def _sentence(text: str, line: int) -> Sentence:
    segments = []
    start = 0
    bare = _BULLET.sub("", text)
    for match in MARKERS.finditer(bare):
        numbers = tuple(int(number) for number in NUMBER.findall(match.group()))
        segments.append(Segment(bare[start : match.start()].strip(), numbers))
        start = match.end()
    rest = bare[start:].strip()
    if re.search(r"\w", rest):
        # Words behind the last marker are held to what the whole sentence cites.
        every = tuple(dict.fromkeys(number for segment in segments for number in segment.markers))
        segments.append(Segment(rest, every))
    return Sentence(text, line, tuple(segments))
