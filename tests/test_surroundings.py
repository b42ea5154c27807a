"""What stands around a table: caption above or below, unit line, lead-in, notes, footnotes of its marks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.tables.surroundings import finish_tables
from kb.model import Block, Box, Piece, Role, Table
from tests.made import grid_table

ROWS = [["Unit", "Kent"], ["Dogs", "16"], ["Cats", "4"]]


def block(text: str, role: Role = "paragraph", number: str | None = None, top: float | None = None) -> Block:
    box = Box(50, top, 500, top + 10) if top is not None else None
    return Block(f"b {text}", 0, role, text, (Piece(0, len(text), 0, 1, box),), number=number)


def table(name: str = "t", rows: list[list[str]] = ROWS, top: float | None = None) -> Table:
    made = replace(grid_table(rows), id=name)
    if top is None:
        return made
    bottom = top + 20 * made.n_rows
    cells = tuple(
        replace(c, page=1, box=Box(50 + 100 * c.column, top + 20 * c.row, 150 + 100 * c.column, top + 20 * (c.row + 1)))
        for c in made.cells
    )
    return replace(made, cells=cells, box=Box(50, top, 250, bottom))


def finish(*parts: Block | Table) -> list[Table]:
    return finish_tables([replace(part, order=order) for order, part in enumerate(parts)], {}, "")


def test_caption_and_lead_in_above() -> None:
    (found,) = finish(block("The units cost more."), block("Table 1: Costs (£000)", "caption"), table())
    assert (found.caption, found.lead_in, found.unit) == ("Table 1: Costs (£000)", "The units cost more.", "£000")


def test_captions_below_tables_go_to_the_tables_above_them() -> None:
    first, second = finish(
        block("Some words."),
        table("t1"),
        block("Table 1: Dogs", "caption"),
        table("t2"),
        block("Table 2: Cats", "caption"),
    )
    assert (first.caption, second.caption) == ("Table 1: Dogs", "Table 2: Cats")


def test_captions_above_tables_go_to_the_tables_below_them() -> None:
    first, second, third = finish(
        block("Table 1: Dogs", "caption"),
        table("t1"),
        block("Table 2: Cats", "caption"),
        table("t2"),
        block("Other words."),
        table("t3"),
    )
    assert (first.caption, second.caption, third.caption) == ("Table 1: Dogs", "Table 2: Cats", None)


def test_of_two_captions_the_clearly_nearer_is_the_tables() -> None:
    above = block("Table 1: Dogs", "caption", top=60)
    below = block("Figure 2: A map", "caption", top=165)
    assert finish(above, table(top=100), below)[0].caption == "Figure 2: A map"
    assert finish(replace(above, pieces=block("x", top=88).pieces), table(top=100), below)[0].caption == "Table 1: Dogs"


def test_a_line_that_only_says_the_unit_stands_between_caption_and_table() -> None:
    (found,) = finish(block("Table 1: Costs", "caption"), block("£ million"), table())
    assert (found.caption, found.unit, found.lead_in) == ("Table 1: Costs", "£m", None)


@pytest.mark.parametrize(
    ("text", "is_caption"),
    [("Table 3 Costs by force", True), ("Table 3 shows the costs by force.", False), ("The costs by force", False)],
)
def test_captions_without_a_sign_behind_the_number(text: str, is_caption: bool) -> None:
    assert finish(block(text), table())[0].caption == (text if is_caption else None)


def test_a_continued_table_has_the_caption_of_its_first_part() -> None:
    first, second = finish(
        block("Table 3: Costs by force", "caption"),
        table("t1"),
        block("And more words in between."),
        block("Table 3 (continued)"),
        table("t2"),
    )
    assert first.caption == second.caption == "Table 3: Costs by force"


def test_notes_go_on_to_the_next_block_that_is_none() -> None:
    marked = [["Unit (1)", "Kent*"], ["Dogs", "16"], ["Cats", "4"]]
    (found,) = finish(
        table(rows=marked),
        block("(1) Without cars."),
        block("* Estimated."),
        block("Source: the forces."),
        block("The units were founded in 2004."),
        block("Note: this one belongs elsewhere."),
    )
    assert found.notes == ("(1) Without cars.", "* Estimated.", "Source: the forces.")
    assert found.headers() == ["Unit", "Kent"]


def test_numbered_items_are_notes_only_of_a_table_that_has_their_marks() -> None:
    items = (block("Without cars.", "item", "1"), block("In part.", "item", "2"))
    marked = [["Unit", "Kent (1)"], ["Dogs (2)", "16"], ["Cats", "4"]]
    assert finish(table(rows=marked), *items)[0].notes == ("(1) Without cars.", "(2) In part.")
    assert finish(table(), *items)[0].notes == ()


def test_the_footnote_at_the_foot_of_the_page_is_a_note_of_the_table_with_its_mark() -> None:
    made = table(top=100)
    cells = tuple(replace(c, marks=("1",)) if c.text == "Kent" else c for c in made.cells)
    parts = (block("Before."), replace(made, cells=cells), block("After."), block("With Medway.", "footnote", "1", 700))
    assert finish(*parts)[0].notes == ("1 With Medway.",)
    assert finish(parts[0], made, *parts[2:])[0].notes == ()


def test_what_the_reader_knew_stays() -> None:
    known = replace(table(), caption="Sheet 1", unit="£", notes=("A remark",))
    (found,) = finish(block("Table 1: Costs (£000)", "caption"), known, block("Note: rounded."))
    assert (found.caption, found.unit, found.notes) == ("Sheet 1", "£", ("A remark", "Note: rounded."))
