"""Layout of pages against what a person wrote down from their images: headings, furniture, reading order, blocks.

Run: ``python -m evals.benchmarks.layout [--without-outline] [--errors] [--labels DIR] [--documents DIR] [--json FILE]``

A label is a TOML file: the PDF's name, its 1-based page, the lines of furniture, those of a list of contents, and the
blocks in reading order, each as a role and its words ("first words … last words" for a long one). Roles are
``heading LEVEL``, ``paragraph [NUMBER]``, ``item [NUMBER]``, ``caption``, ``footnote [MARK]``, ``table`` and ``rest``
(of a block or table that began on a page before). Where a person would accept two, both stand there, parted by ``|``;
``heading`` alone is one of any level.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kb.model import Block, Document, reading_order

ROOT = Path(__file__).resolve().parents[2]
LABELS = ROOT / "tests" / "data" / "layout"
DOCUMENTS = ROOT / "corpus"
MEASURES = ("headings", "levels", "furniture", "contents", "blocks", "roles", "order")


@dataclass(frozen=True, slots=True)
class Part:
    """A block or table of one page: the roles that it may have, and the letters and digits of its words.

    ``end`` is None where ``begin`` holds all of the words.
    """

    roles: tuple[str, ...]
    begin: str
    end: str | None = None

    @property
    def kinds(self) -> set[str]:
        return {role.split()[0] for role in self.roles}

    def shows(self, seen: Part) -> bool:
        """Whether a block that was read has exactly these words."""
        if self.end is None:
            return seen.begin == self.begin
        return seen.begin.startswith(self.begin) and seen.begin.endswith(self.end)


@dataclass(frozen=True, slots=True)
class PageLabel:
    """What a person saw on one page."""

    name: str
    file: str
    page: int
    furniture: tuple[str, ...]
    contents: tuple[str, ...]
    blocks: tuple[Part, ...]


@dataclass
class Counts:
    """How many were wanted, how many were read, and how many of these were right."""

    wanted: int = 0
    read: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.read if self.read else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        total = self.wanted + self.read
        return 2 * self.right / total if total else 1.0

    def add(self, wanted: int, read: int, right: int) -> None:
        self.wanted, self.read, self.right = self.wanted + wanted, self.read + read, self.right + right


@dataclass
class Scores:
    """Counts by measure, and in words what was wrong."""

    counts: dict[str, Counts] = field(default_factory=lambda: {measure: Counts() for measure in MEASURES})
    errors: list[str] = field(default_factory=list)


def main(arguments: list[str] | None = None) -> None:
    """Read the labelled pages, show precision, recall and F1, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--labels", type=Path, default=LABELS, help=f"a folder of .toml files (default: {LABELS})")
    parser.add_argument("--documents", type=Path, default=DOCUMENTS, help=f"their PDFs (default: {DOCUMENTS})")
    parser.add_argument("--without-outline", action="store_true", help="take the PDFs' bookmarks away first")
    parser.add_argument("--errors", action="store_true", help="list what was wrong")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args(arguments)
    labels = [path_to_label(path) for path in sorted(options.labels.glob("*.toml"))]
    if not labels:
        parser.error(f"there is no .toml file in {options.labels}")
    scores = score(labels, read_documents(labels, options.documents, options.without_outline))
    show(scores, len(labels), options.errors)
    if options.json:
        options.json.write_text(json.dumps(scores_to_json(scores), indent=2) + "\n", "utf-8")


def path_to_label(path: Path) -> PageLabel:
    """The label that a TOML file holds."""
    data = tomllib.loads(path.read_text("utf-8"))
    blocks = tuple(_key_to_part(roles, words) for roles, words in data["blocks"])
    lines = {name: tuple(letters(line) for line in data.get(name, ())) for name in ("furniture", "contents")}
    return PageLabel(path.stem, data["file"], data["page"], lines["furniture"], lines["contents"], blocks)


def _key_to_part(roles: str, words: str) -> Part:
    begin, dots, end = words.partition("…")
    return Part(tuple(role.strip() for role in roles.split("|")), letters(begin), letters(end) if dots else None)


def letters(text: str) -> str:
    """Letters and digits only, so that spaces, hyphens at line ends and dotted leaders do not count."""
    return re.sub(r"[\W_]+", "", text).casefold()


def read_documents(labels: Iterable[PageLabel], folder: Path, without_outline: bool = False) -> dict[str, Document]:
    """Every PDF that a label names, by name."""
    from ingest.readers.pdf import read_pdf

    documents = {}
    for name in sorted({label.file for label in labels}):
        data = (folder / name).read_bytes()
        documents[name] = read_pdf(folder / name, data_without_outline(data) if without_outline else data)
    return documents


def data_without_outline(data: bytes) -> bytes:
    """The same PDF without bookmarks."""
    import pypdf
    from pypdf.generic import NameObject

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    outlines = NameObject("/Outlines")
    if outlines in writer.root_object:
        del writer.root_object[outlines]
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def score(labels: Iterable[PageLabel], documents: dict[str, Document]) -> Scores:
    """All labelled pages counted together."""
    scores = Scores()
    for label in labels:
        score_page(label, page_to_parts(documents[label.file], label.page), scores)
    return scores


def page_to_parts(document: Document, page: int) -> list[Part]:
    """What the reader has on a page, in reading order."""
    parts = []
    for part in reading_order(document):
        if isinstance(part, Block):
            words = "".join(part.text[piece.start : piece.end] for piece in part.pieces if piece.page == page)
            if words:
                parts.append(Part((_block_to_role(part) if part.page == page else "rest",), letters(words)))
        elif page in part.row_pages:
            cells = [cell for cell in part.cells if part.row_pages[cell.row] == page and not cell.carried]
            ordered = sorted(cells, key=lambda cell: (cell.row, cell.column))
            parts.append(
                Part(("table" if part.page == page else "rest",), letters("".join(cell.text for cell in ordered)))
            )
    return parts


def _block_to_role(block: Block) -> str:
    if block.role == "heading":
        return f"heading {block.level}"
    return f"{block.role} {block.number}" if block.number else block.role


def score_page(label: PageLabel, seen: Sequence[Part], scores: Scores) -> None:
    """Add one page to the counts."""
    flow = [part for part in seen if "furniture" not in part.kinds]
    furniture = Counter(part.begin for part in seen if "furniture" in part.kinds)
    contents = furniture & Counter(label.contents)
    _score_bags("contents", label, Counter(label.contents), contents, scores)
    _score_bags("furniture", label, Counter(label.furniture), furniture - contents, scores)
    _score_headings(label, flow, scores)
    _score_blocks(label, flow, scores)
    _score_order(label, flow, scores)


def _score_bags(measure: str, label: PageLabel, wanted: Counter[str], read: Counter[str], scores: Scores) -> None:
    scores.counts[measure].add(wanted.total(), read.total(), (wanted & read).total())
    scores.errors += [f"{label.name}: {measure} missed: {key}" for key in wanted - read]
    scores.errors += [f"{label.name}: {measure} wrong: {key}" for key in read - wanted]


def _score_headings(label: PageLabel, flow: Sequence[Part], scores: Scores) -> None:
    """Headings by their words, and by words and level; what may be a heading or not is left out."""
    sure = [part for part in label.blocks if part.kinds == {"heading"}]
    maybe = {part.begin for part in label.blocks if "heading" in part.kinds} - {part.begin for part in sure}
    read = [part for part in flow if part.kinds == {"heading"} and part.begin not in maybe]
    _score_bags("headings", label, Counter(part.begin for part in sure), Counter(part.begin for part in read), scores)
    _score_bags(
        "levels",
        label,
        Counter(f"{part.roles[0]} {part.begin}" for part in sure),
        Counter(f"{part.roles[0]} {part.begin}" for part in read),
        scores,
    )


def _score_blocks(label: PageLabel, flow: Sequence[Part], scores: Scores) -> None:
    """Blocks that begin and end where a person saw it, and those of them that have the right role and number."""
    cut = roles = 0
    left = list(flow)
    for wanted in label.blocks:
        found = next((part for part in left if wanted.shows(part)), None)
        if found is None:
            scores.errors.append(f"{label.name}: no such block: {wanted.begin} … {wanted.end or ''}")
            continue
        left.remove(found)
        cut += 1
        if found.roles[0] in wanted.roles or (found.kinds == {"heading"} and "heading" in wanted.roles):
            roles += 1
        else:
            scores.errors.append(f"{label.name}: {found.roles[0]}, not {'|'.join(wanted.roles)}: {wanted.begin}")
    scores.errors += [f"{label.name}: block of its own: {part.roles[0]}: {part.begin[:60]}" for part in left]
    scores.counts["blocks"].add(len(label.blocks), len(flow), cut)
    scores.counts["roles"].add(len(label.blocks), len(flow), roles)


def _score_order(label: PageLabel, flow: Sequence[Part], scores: Scores) -> None:
    """Pairs of neighbours that follow each other as read, with the beginning of no other block between."""
    places = _places(label.blocks, flow)
    ranks = {place: rank for rank, place in enumerate(sorted(place for place in places if place is not None))}
    for before, after, part in zip(places, places[1:], label.blocks[1:], strict=False):
        right = before is not None and after is not None and ranks[after] == ranks[before] + 1
        scores.counts["order"].add(1, 1, int(right))
        if not right:
            scores.errors.append(f"{label.name}: out of order: {part.begin[:60]}")


def _places(blocks: Sequence[Part], flow: Sequence[Part]) -> list[tuple[int, int] | None]:
    """Where each block begins: the index of a part and the offset in it; None where its first words are nowhere."""
    taken: set[tuple[int, int]] = set()
    places: list[tuple[int, int] | None] = []
    for block in blocks:
        whole = [(index, 0) for index, part in enumerate(flow) if block.shows(part)]
        begun = [(index, part.begin.find(block.begin)) for index, part in enumerate(flow) if block.begin in part.begin]
        place = next((found for found in [*whole, *begun] if found not in taken), None)
        if place:
            taken.add(place)
        places.append(place)
    return places


def scores_to_json(scores: Scores) -> dict[str, Any]:
    """Precision, recall, F1 and the counts of every measure."""
    return {
        measure: {
            "precision": round(counts.precision, 4),
            "recall": round(counts.recall, 4),
            "f1": round(counts.f1, 4),
            "wanted": counts.wanted,
        }
        for measure, counts in scores.counts.items()
    }


def show(scores: Scores, n_pages: int, with_errors: bool) -> None:
    """The figures as a table on the terminal."""
    from rich.console import Console
    from rich.table import Table

    table = Table("measure", "precision", "recall", "F1", "wanted", "read", title=f"{n_pages} hand-labelled pages")
    for measure, counts in scores.counts.items():
        figures = (f"{value:.3f}" for value in (counts.precision, counts.recall, counts.f1))
        table.add_row(measure, *figures, str(counts.wanted), str(counts.read))
    console = Console()
    console.print(table)
    if with_errors:
        for error in scores.errors:
            console.print(error, markup=False, highlight=False)


if __name__ == "__main__":
    main()
