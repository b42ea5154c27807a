"""Questions that compute on one of the documents' tables: the trained programs, held to a stricter measure than on a
table that the asker gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.answering.decision import missing_forces, missing_years
from kb.answering.draft import Draft
from kb.answering.one_table import is_answer
from kb.answering.programs import table_to_ranked
from kb.answering.programs.wording import program_to_draft
from kb.answering.unmet import has_twin
from kb.retrieval.evidence import Evidence, Query

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

COMPUTES = frozenset({"count", "max", "min", "difference", "sum", "average"})
LOOKED_AT, TABLES = 8, 2
# On the tuned and practice questions, 9 of 9 above both were right, 4 of 7 below (docs/evaluation.md).
LEAST_PROBABILITY = 0.55
LEAST_EXPLAINED = 0.66


def evidence_to_program_answer(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> Draft | None:
    """What the likeliest program on the nearest tables computes; None where none is likely, or names enough of the
    question."""
    if not query.question.intents & COMPUTES:
        return None  # "how many sergeants?" asks for a figure that stands there, not for a count of rows
    rows = [item for item in evidence[:LOOKED_AT] if item.chunk.table_id is not None]
    if not rows or missing_years(query, rows) or missing_forces(query, rows):
        return None
    for document_id, table_id in list(dict.fromkeys((r.chunk.document_id, r.chunk.table_id) for r in rows))[:TABLES]:
        document = kb.document(document_id)
        table = document.table(table_id or "")
        likely = next((one for one in table_to_ranked(table, query.question.text) if is_answer(one)), None)
        if likely and likely.probability >= LEAST_PROBABILITY and likely.explained >= LEAST_EXPLAINED:
            if "count" in query.question.intents and has_twin(table, document.tables, query):
                return None
            draft = program_to_draft(likely.program, document, table, likely.typed, likely.probability, False)
            return replace(draft, form="program")
    return None
