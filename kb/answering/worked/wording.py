"""A worked answer in one sentence: the result, then the figures it was worked out from, what they share said once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.answering.draft import Draft, DraftSentence
from kb.answering.picked_rows import Place
from kb.answering.table_answers import TableAnswer, place_to_text
from kb.answering.table_evidence import answer_to_computation, place_to_quote, place_to_words
from kb.answering.table_view import TableView, heading_to_words

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

MOST_SHOWN = 12
SAYS = {"sum": "Added up", "difference": "The difference is", "share": "That is", "average": "On average"}


def answer_to_worked(kb: KnowledgeBase, answer: TableAnswer) -> Draft:
    """The draft of a worked answer, each of its cells cited and listed."""
    document = kb.document(answer.view.document_id)
    shown = answer.places[:MOST_SHOWN]
    quotes = tuple(place_to_quote(document, answer.view, place) for place in shown)
    if answer.operation is None:
        text = f"{place_to_words(answer.view, shown[0])}: {answer.value}"
    else:
        more = len(answer.places) - len(shown)
        cells = "; ".join(f"{own_words(answer, place)} {place_to_text(place, answer.view)}" for place in shown)
        in_percent = answer.value.endswith("%") and not place_to_text(shown[0], answer.view).endswith("%")
        said = "The change is" if answer.operation == "difference" and in_percent else SAYS[answer.operation]
        colon = ":" if answer.operation == "sum" else ""
        text = f"{said}{colon} {answer.value} ({shared_words(answer)}{cells}{f' and {more} more' if more else ''})"
    return Draft(
        sentences=(DraftSentence(f"{text}.", quotes),),
        confidence=min(1.0, 0.6 * answer.explained + 0.4 * answer.named + 0.1),
        values=(answer.value,),
        computation=answer_to_computation(answer),
        form="worked",
    )


def shared_words(answer: TableAnswer) -> str:
    """What all cells share, their row or column and their table: "Legal services (Figure 8): "."""
    rows = {place.row.index for place in answer.places}
    columns = {place.column.index for place in answer.places}
    shared = ""
    if len(rows) == 1:
        shared = answer.places[0].row.label
    elif len(columns) == 1:
        shared = heading_to_words(answer.places[0].column.heading)
    subject = table_subject(answer.view)
    words = f"{shared}, {subject}" if shared and subject else shared or subject
    return f"{words}: " if words else ""


def table_subject(view: TableView) -> str:
    """What a table is about: its caption, else the title that it stands under."""
    return view.table.caption or (view.table.section[-1] if view.table.section else "")


def own_words(answer: TableAnswer, place: Place) -> str:
    """What tells one cell from the others: its column, its row, or both."""
    heading = heading_to_words(place.column.heading)
    if len({one.row.index for one in answer.places}) == 1:
        return heading or place.row.label
    if len({one.column.index for one in answer.places}) == 1:
        return place.row.label
    return f"{place.row.label}, {heading}"
