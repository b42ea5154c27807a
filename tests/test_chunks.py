"""Documents to passages, sentences, tables and rows that keep their places."""

from __future__ import annotations

from ingest.chunks import PASSAGE_WORDS, document_to_chunks
from kb.model import Block, Cell, Chunk, Document, Piece, Role, Table


def block(number: int, text: str, role: Role = "paragraph", section: tuple[str, ...] = ("4. Finance",)) -> Block:
    return Block(f"b{number}", number, role, text, (Piece(0, len(text), 0, page=number),), section)


def table(order: int, **fields: object) -> Table:
    cells = (
        Cell(0, 0, "Force", "header"),
        Cell(0, 1, "Forensics", "header", colspan=2),
        Cell(1, 0, "", "blank"),
        Cell(1, 1, "£", "header"),
        Cell(1, 2, "%", "header"),
        Cell(2, 0, "Notts", "label", rowspan=2),
        Cell(2, 1, "10"),
        Cell(2, 2, "20"),
        Cell(3, 1, "30"),
        Cell(3, 2, "", "blank"),
        Cell(4, 0, "", "blank"),
    )
    defaults: dict[str, object] = {"caption": "Contributions", "section": ("4. Finance",), "row_pages": (7, 7, 7, 8, 8)}
    return Table("t1", order, 5, 3, cells, header_rows=2, **(defaults | fields))  # type: ignore[arg-type]


def document(*parts: Block | Table) -> Document:
    blocks = tuple(part for part in parts if isinstance(part, Block))
    tables = tuple(part for part in parts if isinstance(part, Table))
    return Document("d1", "a.txt", "", "The Plan", "text", blocks=blocks, tables=tables)


def of_kind(chunks: list[Chunk], kind: str) -> list[Chunk]:
    return [chunk for chunk in chunks if chunk.kind == kind]


def test_a_long_item_is_read_sentence_by_sentence_and_a_title_that_runs_in_stays_with_its_first() -> None:
    sentence = "The kennels of both forces are to be run by one manager from the spring."
    item = f"Dogs and horses. {sentence} {sentence} {sentence} {sentence}"
    chunks = document_to_chunks(document(block(1, item, "item"), block(2, "Vans. They are shared.", "item")))
    assert [chunk.text for chunk in of_kind(chunks, "sentence")] == [
        f"Dogs and horses. {sentence}",
        *[sentence] * 3,
        "Vans. They are shared.",
    ]
    spans = [chunk.spans[0] for chunk in of_kind(chunks, "sentence")]
    assert item[spans[2].start : spans[2].end] == sentence


def test_a_passage_is_the_neighbours_under_one_section_and_its_sentences_follow_it() -> None:
    chunks = document_to_chunks(
        document(
            block(1, "4. Finance", "heading", ()),
            block(2, "Forces pay. They pay late."),
            block(3, "- one; and. two", "item"),
            block(4, "Page 3", "furniture"),
            block(5, "5. Risk", "heading", ()),
            block(6, "None.", section=("5. Risk",)),
        )
    )
    assert [(chunk.id, chunk.kind, chunk.parent) for chunk in chunks] == [
        ("d1:p1", "passage", None),
        ("d1:s1", "sentence", "d1:p1"),
        ("d1:s2", "sentence", "d1:p1"),
        ("d1:s3", "sentence", "d1:p1"),
        ("d1:p2", "passage", None),
        ("d1:s4", "sentence", "d1:p2"),
    ]
    assert chunks[0].text == "Forces pay. They pay late.\n- one; and. two"
    assert chunks[0].embed_text == f"The Plan - 4. Finance: {chunks[0].text}"
    assert chunks[2].embed_text == "4. Finance: They pay late."
    assert (chunks[2].page, chunks[3].page) == (2, 3)


def test_spans_cut_the_very_text_from_the_blocks() -> None:
    source = document(block(1, "  One here. Two there.  "), block(2, "Three: a; b."))
    for chunk in document_to_chunks(source):
        cut = [source.block(span.block_id).text[span.start : span.end] for span in chunk.spans]
        assert "\n".join(cut) == chunk.text


def test_long_passages_are_cut_between_blocks_and_a_long_block_between_sentences() -> None:
    sentence = "Word " * 29 + "end. "
    chunks = document_to_chunks(document(block(1, sentence * 2), block(2, sentence * 5), block(3, sentence * 14)))
    passages = of_kind(chunks, "passage")
    assert [len(passage.text.split()) for passage in passages] == [60, 180, 180, 180, 30]
    assert all(len(passage.text.split()) <= PASSAGE_WORDS for passage in passages)
    assert len(of_kind(chunks, "sentence")) == 21


def test_the_page_of_a_sentence_is_that_of_its_first_word() -> None:
    text = "On page one. On page two."
    running_over = Block("b1", 1, "paragraph", text, (Piece(0, 13, 0, page=1), Piece(13, 25, 99, page=2)))
    assert [chunk.page for chunk in of_kind(document_to_chunks(document(running_over)), "sentence")] == [1, 2]


def test_a_row_says_its_label_and_each_value_under_its_headers() -> None:
    chunks = document_to_chunks(document(block(1, "Before."), table(2), block(3, "After.")))
    rows = of_kind(chunks, "row")
    assert [(row.id, row.row, row.text, row.page, row.parent) for row in rows] == [
        ("d1:r1", 2, "Notts: Forensics £10; Forensics 20%", 7, "d1:t1"),
        ("d1:r2", 3, "Notts: Forensics £30", 8, "d1:t1"),
    ]
    assert rows[0].embed_text == "Contributions: Notts: Forensics £10; Forensics 20%"
    assert len(of_kind(chunks, "passage")) == 2, "a table parts the passages around it"


def test_a_table_says_what_it_is_about() -> None:
    chunks = document_to_chunks(document(table(1, lead_in="The forces pay:")))
    own = of_kind(chunks, "table")[0]
    assert own.text == "Contributions\nThe forces pay:\nForce | Forensics £ | Forensics %\nNotts"
    assert own.embed_text.startswith("The Plan - 4. Finance: Contributions")


def test_captions_and_notes_are_sentences_once() -> None:
    chunks = document_to_chunks(document(block(1, "Contributions", "caption"), table(2, notes=("* estimated",))))
    found = [(chunk.text, chunk.table_id, bool(chunk.spans)) for chunk in of_kind(chunks, "sentence")]
    assert found == [("Contributions", None, True), ("* estimated", "t1", False)]


def test_the_same_document_gives_the_same_chunks() -> None:
    parts = (block(1, "One. Two."), table(2), block(3, "Three."))
    assert document_to_chunks(document(*parts)) == document_to_chunks(document(*parts))
    ids = [chunk.id for chunk in document_to_chunks(document(*parts))]
    assert len(set(ids)) == len(ids)


def test_a_document_without_words_has_no_chunks() -> None:
    assert document_to_chunks(document(block(1, "   "))) == []
