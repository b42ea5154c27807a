"""What of an answer is said of one force: only sentences and table cells that name it themselves.

A figure that stands under the wrong name is the worst thing a comparison can show. So a quoted sentence counts only
where it names the force, and a cell only where its row or its column heading does; the title of a document or a
heading above is not enough. A sentence that names other forces too is shown with a note, and its figures are not
compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from kb.forces import force_forms, text_to_forces
from kb.model import Answer, Citation, Computation

MARKERS = re.compile(r"(?:\s?\[\d{1,3}\])+")
NUMBER = re.compile(r"\[(\d{1,3})\]")
EXCEPT = (
    r"\b(?:except(?:ing)?(?: for| in)?|excluding|not including|other than|apart from|aside from|unlike|without|"
    r"but not|not in|with the exception of)\b[^.;:]{{0,80}}\b(?:{})\b"
)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a force: the answer cut down to it ("not found" where nothing is left), and how to read it.

    ``figures`` are the values that surely belong to the force.
    """

    answer: Answer
    note: str = ""
    figures: tuple[str, ...] = ()


def said_of_force(answer: Answer, force: str) -> Said:
    """What an answered question says of one force."""
    named = {citation.marker for citation in answer.citations if force in citation_to_forces(citation)}
    if answer.computation is not None:
        every = computation_names(answer.computation, force) and named == {c.marker for c in answer.citations}
        return Said(answer, figures=answer.values) if every else nothing_said(answer, force)
    kept = [part for part in answer_to_parts(answer.answer) if part[1] and part[1] <= named]
    if not kept:
        return nothing_said(answer, force)
    cut = keep_parts(answer, kept)
    others = sorted({other for citation in cut.citations for other in citation_to_forces(citation)} - {force})
    if any(names_as_exception(citation, force) for citation in cut.citations):
        return Said(cut, f"The source names {force} as an exception.")
    if others:
        return Said(cut, f"The source also names {listed(others)}.")
    return Said(cut, figures=cut.values)


def citation_to_forces(citation: Citation) -> tuple[str, ...]:
    """The forces that a source names: a cell by its row and its column heading, else by the words quoted."""
    table = citation.table
    if table is None:
        return text_to_forces(citation.quote)
    if table.column or table.value:
        return tuple(dict.fromkeys((*text_to_forces(table.row or ""), *text_to_forces(table.column or ""))))
    return text_to_forces(table.row or citation.quote)


def computation_names(computation: Computation, force: str) -> bool:
    """Whether every figure that was worked with stands at the force and at no other."""
    named = [{*text_to_forces(cell.row), *text_to_forces(cell.column)} for cell in computation.inputs]
    return bool(named) and all(forces == {force} for forces in named)


def names_as_exception(citation: Citation, force: str) -> bool:
    """Whether a sentence names the force as one that it does not speak of: "all forces except Kent"."""
    forms = "|".join(re.escape(form) for form in force_forms(force))
    return citation.table is None and bool(re.search(EXCEPT.format(forms), citation.quote, re.IGNORECASE))


def answer_to_parts(text: str) -> list[tuple[str, frozenset[int]]]:
    """An answer's text cut behind its markers: each part with its words and the numbers of its sources."""
    parts, at = [], 0
    for found in MARKERS.finditer(text):
        parts.append((text[at : found.end()], frozenset(int(number) for number in NUMBER.findall(found.group()))))
        at = found.end()
    return parts


def keep_parts(answer: Answer, parts: list[tuple[str, frozenset[int]]]) -> Answer:
    """The answer with these parts alone, their sources numbered anew in order of appearance."""
    order = list(dict.fromkeys(int(number) for text, _ in parts for number in NUMBER.findall(text)))
    new = {number: place for place, number in enumerate(order, start=1)}
    text = "".join(NUMBER.sub(lambda found: f"[{new[int(found[1])]}]", part) for part, _ in parts).strip()
    citations = {citation.marker: citation for citation in answer.citations}
    return replace(
        answer,
        answer=text,
        citations=tuple(replace(citations[number], marker=new[number]) for number in order if number in citations),
        values=tuple(value for value in answer.values if value in text),
    )


def nothing_said(answer: Answer, force: str) -> Said:
    """Nothing is shown: what was found does not name the force."""
    message = f"What was found does not name {force}, so it is not shown here."
    return Said(
        replace(answer, status="not_found", answer="", message=message, values=(), citations=(), computation=None),
        message,
    )


def listed(names: list[str]) -> str:
    """Names as a sentence lists them."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
