"""Questions about the figures of one report's tables: change, percentage, average, ratio, which year, and the like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb.answering.draft import Draft, DraftSentence, Quote
from kb.answering.figures.asked import text_to_asked
from kb.answering.figures.choosing import outweighs
from kb.answering.figures.compute import work_to_result
from kb.answering.figures.matching import Finder
from kb.answering.figures.results import Result, Used, figure_to_input, period_to_text
from kb.answering.figures.sheet import Figure, Sheet, document_table_to_sheet
from kb.answering.figures.work import Work
from kb.answering.quotes import row_to_quote
from kb.model import Computation, ComputationInput, Document, Table
from kb.retrieval.evidence import Evidence, Query

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

MAX_TABLES = 6
MAX_CITED = 12
FEW_TABLES = 2  # among more, a figure that only fits better than the sentences is often another table's
PLAIN_KINDS = frozenset({"cells", "labels"})


def evidence_to_results(
    kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query
) -> list[tuple[Result, Sheet, Document]]:
    """What each of the tables that the evidence names says to a question, best first."""
    asked = text_to_asked(query.question.text)
    found: list[tuple[Result, Sheet, Document]] = []
    tables = dict.fromkeys(
        (item.chunk.document_id, item.chunk.table_id) for item in evidence if item.chunk.table_id is not None
    )
    for document_id, table_id in list(tables)[:MAX_TABLES]:
        document = kb.document(document_id)
        sheet = document_table_to_sheet(document, document.table(table_id or ""))
        result = work_to_result(Work(Finder(sheet, query.matcher, asked.whole), asked))
        if result is not None:
            found.append((result, sheet, document))
    return sorted(found, key=lambda item: -item[0].score)


def evidence_to_figures(
    kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query, given: bool = False
) -> Draft | None:
    """The best answer that the tables' figures give; None where none fits well enough, or a sentence fits better.

    ``given`` says that the asker named the one document to be asked.
    """
    results = evidence_to_results(kb, evidence, query)
    if not results:
        return None
    result, sheet, document = results[0]
    kind = text_to_asked(query.question.text).kind
    near = given and (len(document.tables) <= FEW_TABLES or kind not in PLAIN_KINDS)
    if not outweighs(result, kind, evidence, query, near):
        return None
    return result_to_draft(result, sheet, document)


def result_to_draft(result: Result, sheet: Sheet, document: Document) -> Draft:
    """A Result as a draft: its sentence with every figure cited, and the computation."""
    quotes = tuple(
        dict.fromkeys(used_to_quote(used, sheet, document) for used in (result.shown or result.used)[:MAX_CITED])
    )
    computation = None
    if result.operation is not None:
        inputs = tuple(
            ComputationInput(
                sheet.table.id,
                series.label,
                period_to_text(figure.period, sheet.periods) or series.heading,
                figure_to_input(figure),
            )
            for series, figure in result.used
        )
        computation = Computation(result.operation, inputs, result.values[0])
    confidence = min(1.0, 0.4 * result.label_said + 0.4 * result.explained + 0.3)
    return Draft((DraftSentence(result.text, quotes),), confidence, result.values, computation, "figures")


def used_to_quote(used: Used, sheet: Sheet, document: Document) -> Quote:
    """The citation of one figure, its row and column named with all that heads them."""
    figure = used[1]
    return row_to_quote(
        document, sheet.table, figure.row, figure.column, figure.title, figure.heading or None, figure.text or None
    )


def place_to_figure(document: Document, table: Table, row: int, column: int) -> Figure | None:
    """The figure of one cell, in the scale that its surroundings say; None where it has none."""
    series = document_table_to_sheet(document, table).series
    figures = (figure for one in series for figure in one.figures)
    return next((f for f in figures if f.row == row and f.column == column and f.number is not None), None)
