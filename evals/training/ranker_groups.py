"""Examples -> groups for training: a question with one window that answers it and several that do not.

python -m evals.training.ranker_groups DATA OUT, where DATA holds the folders "reading" and "wtq".
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evals.training.ranker_data import SHARES, Example, known_wikitables, read_reading, read_wikitables

if TYPE_CHECKING:
    import numpy as np

NEGATIVES = 3
OF_CONTEXT = 2  # negatives of the question's own context, where it has as many
NEAREST = 24  # from how many of the nearest windows the others are drawn
TITLED = 0.34  # share of groups whose windows have their title before
BLOCK = 512  # questions compared with all windows at once
WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class Window:
    """What is read beside the question; ``span`` is the answer's place in it: (0, 0) unmarked, None where none is."""

    text: str
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A question and its windows; the first answers it where ``positive``, the others do not."""

    question: str
    windows: tuple[Window, ...]
    positive: bool
    source: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A window of the pool: where it is from, to be taken as a negative of questions near to it."""

    doc: str
    title: str
    kind: str
    text: str


def examples_to_groups(examples: Sequence[Example], seed: int) -> list[Group]:
    """One group an example. Near windows of any document are drawn by the embedding model."""
    drawn = random.Random(seed)
    pool = [
        Candidate(e.doc, e.title, e.kind, joined(e, *window_bounds(e, e.answered[0], drawn))[0])
        for e in examples
        if e.answered
    ]
    near = nearest_windows([e.question for e in examples], [c.text for c in pool])
    return [example_to_group(e, [pool[i] for i in row], drawn) for e, row in zip(examples, near, strict=True)]


def nearest_windows(questions: Sequence[str], windows: Sequence[str]) -> Iterator[list[int]]:
    """For each question the numbers of the windows nearest to it by the embedding model, nearest first."""
    import numpy as np

    from kb.embedding import embedder

    model = embedder()
    rows, columns = embedded(model.encode, questions), embedded(model.encode, windows)
    for start in range(0, len(rows), BLOCK):
        cosines = rows[start : start + BLOCK] @ columns.T
        top = np.argpartition(-cosines, min(NEAREST, cosines.shape[1] - 1), axis=1)[:, :NEAREST]
        for row, found in zip(cosines, top, strict=True):
            yield sorted((int(i) for i in found), key=lambda i: (-float(row[i]), i))


def embedded(encode: object, texts: Sequence[str]) -> np.ndarray:
    """Texts to vectors, a few thousand at a time."""
    import numpy as np

    assert callable(encode)
    return np.concatenate([encode(texts[start : start + 4096]) for start in range(0, len(texts), 4096)])


def example_to_group(example: Example, near: Sequence[Candidate], drawn: random.Random) -> Group:
    """The windows of a group: one with an answer, then of its context, then near ones of any document."""
    title = example.title if drawn.random() < TITLED else ""
    windows = []
    taken = set(example.answered)
    if example.answered:
        number = drawn.choice(example.answered)
        first, last = window_bounds(example, number, drawn)
        text, span = joined(example, first, last)
        windows.append(with_title(title, Window(text, span)))
        taken.update(range(first, last))
    count = NEGATIVES + 1 - len(windows)
    of_context = OF_CONTEXT if example.answered else count
    for number in context_order(example, drawn):
        if of_context and number not in taken:
            first, last = window_bounds(example, number, drawn)
            first, last = clear_of(first, last, number, taken)
            windows.append(with_title(title, Window(joined(example, first, last)[0])))
            taken.update(range(first, last))
            of_context -= 1
    strangers = [c for c in near if is_stranger(c, example)]
    while len(windows) < NEGATIVES + 1 and strangers:
        other = strangers.pop(min(int(drawn.expovariate(0.25)), len(strangers) - 1))
        windows.append(with_title(other.title if title else "", Window(other.text)))
    return Group(example.question, tuple(windows), bool(example.answered), example.source)


def window_bounds(example: Example, number: int, drawn: random.Random) -> tuple[int, int]:
    """First and past-last piece of a window of one to three sentences around one of them; a row stands alone."""
    if example.kind == "row":
        return number, number + 1
    size = drawn.choice((1, 1, 2, 3))
    first = max(0, number - drawn.randrange(size))
    return first, min(len(example.pieces), first + size)


def clear_of(first: int, last: int, number: int, taken: set[int]) -> tuple[int, int]:
    """The bounds narrowed until they hold no taken piece."""
    while any(i in taken for i in range(first, number)):
        first += 1
    while any(i in taken for i in range(number, last)):
        last -= 1
    return first, last


def joined(example: Example, first: int, last: int) -> tuple[str, tuple[int, int] | None]:
    """The pieces as one text, and the first answer's place in it."""
    text, span = "", None
    for piece in example.pieces[first:last]:
        text += " " if text else ""
        if span is None and piece.span is not None:
            span = (0, 0) if piece.span == (0, 0) else (piece.span[0] + len(text), piece.span[1] + len(text))
        text += piece.text
    return text, span


def with_title(title: str, window: Window) -> Window:
    """The window with its title before, as chunks of ours have it."""
    if not title:
        return window
    span, by = window.span, len(title) + 2
    return Window(f"{title}: {window.text}", span if span in (None, (0, 0)) else (span[0] + by, span[1] + by))


def context_order(example: Example, drawn: random.Random) -> list[int]:
    """The pieces of the context, those that share most words with the question first, chance among equals."""
    asked = set(WORD.findall(example.question.lower()))
    shared = [len(asked & set(WORD.findall(piece.text.lower()))) for piece in example.pieces]
    return sorted(range(len(example.pieces)), key=lambda i: -shared[i] - 1.5 * drawn.random())


def is_stranger(candidate: Candidate, example: Example) -> bool:
    """Whether a near window cannot answer: no answer's words in it, and not of a document with sentence answers."""
    low = candidate.text.lower()
    if any(answer.lower() in low for answer in example.answers):
        return False
    return candidate.doc != example.doc or bool(example.answers and max(map(len, example.answers)) < 80)


def write_groups(groups: Sequence[Group], path: Path) -> None:
    """One JSON object a line."""
    with path.open("w", encoding="utf-8") as file:
        for group in groups:
            windows = [[window.text, window.span] for window in group.windows]
            row = {"question": group.question, "windows": windows, "positive": group.positive, "source": group.source}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def read_groups(path: Path) -> list[Group]:
    """What ``write_groups`` wrote."""
    with path.open(encoding="utf-8") as file:
        return [row_to_group(json.loads(line)) for line in file]


def row_to_group(row: dict[str, object]) -> Group:
    """A line of a file of groups."""
    windows = row["windows"]
    assert isinstance(windows, list)
    return Group(
        str(row["question"]),
        tuple(Window(text, tuple(span) if span else None) for text, span in windows),
        bool(row["positive"]),
        str(row["source"]),
    )


def read_examples(data: Path, count: int, seed: int) -> list[Example]:
    """All examples on table rows and as many on prose, drawn, as make ``count``."""
    parts = [data / "reading" / f"{part}.jsonl.gz" for part in ("train", "dev")]
    examples = read_reading(parts[0], SHARES, seed) + read_wikitables(data / "wtq", *known_wikitables(parts))
    random.Random(seed).shuffle(examples)
    rows = [example for example in examples if example.kind == "row"]
    return rows + [example for example in examples if example.kind != "row"][: count - len(rows)]


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=24_000, help="examples")
    options = parser.parse_args(arguments)
    groups = examples_to_groups(read_examples(options.data, options.count, seed=1), seed=3)
    write_groups([group for group in groups if len(group.windows) > 1], options.out)


if __name__ == "__main__":
    main()
