"""What a person has corrected of a document: its title, date, kind and whether it is public.

A corrected value stands in the document's own row, so that every list, filter and answer goes by it; what the file
says is kept beside it in ``corrections``, and a file that is read again is corrected again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, get_args

from sqlalchemy import Connection, delete, insert, select, update

from kb.errors import BadCorrection
from kb.model import Kind
from kb.store import schema
from kb.store.full_text import reindexed

if TYPE_CHECKING:
    from kb.store.listing import DocumentInfo

KINDS: tuple[str, ...] = get_args(Kind)
LONGEST_TITLE = 300
FIRST_YEAR, LAST_YEAR = 1800, 2200
PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True)
class Correction:
    """Values for the fields of a document; None leaves a field as it is.

    ``date`` is a day, month or year (``2017-04-24``, ``2017-04``, ``2017``), or "" for none.
    """

    title: str | None = None
    date: str | None = None
    kind: str | None = None
    public: bool | None = None


def correction_to_values(correction: Correction) -> dict[str, str | None]:
    """Column of ``documents`` to its value. BadCorrection says in words what cannot be taken."""
    values: dict[str, str | None] = {}
    if correction.title is not None:
        title = " ".join(correction.title.split())
        if not title or len(title) > LONGEST_TITLE:
            raise BadCorrection(f"Type a title of 1 to {LONGEST_TITLE} characters.")
        values["title"] = title
    if correction.date is not None:
        values["date"], values["date_text"] = partial_date_to_columns(correction.date)
    if correction.kind is not None:
        if correction.kind not in KINDS:
            raise BadCorrection(f"There is no kind {correction.kind!r}. Choose one of: {', '.join(KINDS)}.")
        values["kind"] = correction.kind
    if correction.public is not None:
        values["marking"] = "public" if correction.public else "not public"
    return values


def partial_date_to_columns(text: str) -> tuple[str | None, str | None]:
    """A day, month or year in ISO to the full ISO date (filled up with 01) and how it is said; None for ""."""
    if not text.strip():
        return None, None
    match = PARTIAL_DATE.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError(text)
        year, month, day = match.groups()
        moment = date(int(year), int(month or 1), int(day or 1))
    except ValueError as error:
        raise BadCorrection(
            f"{text!r} is not a date. Type a day such as 2017-04-24, a month such as 2017-04, or a year such as 2017."
        ) from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadCorrection(f"The year {moment.year} cannot be right. Type one from {FIRST_YEAR} to {LAST_YEAR}.")
    said = f"{moment.day} {moment:%B %Y}" if day else f"{moment:%B %Y}" if month else f"{moment.year}"
    return moment.isoformat(), said


def columns_to_partial_date(iso: str | None, said: str | None) -> str:
    """The shortest date in ISO that says the same: ``2017`` where only a year is known; "" for none."""
    if not iso:
        return ""
    if said and re.fullmatch(r"\d{4}", said.strip()):
        return iso[:4]
    if said and re.fullmatch(r"[A-Za-z]+ \d{4}", said.strip()):
        return iso[:7]
    return iso


def correct(connection: Connection, document_id: str, correction: Correction) -> Correction:
    """Write a correction; what undoes it. A value that is the file's own is no correction any more."""
    values = correction_to_values(correction)
    before = row_values(connection, document_id)
    as_read = before | held_as_read(connection, document_id)
    if correction.date == columns_to_partial_date(as_read["date"], as_read["date_text"]):
        # The file's own date, however it is said there ("Autumn 2013").
        values |= {"date": as_read["date"], "date_text": as_read["date_text"]}
    held = schema.corrections
    for name, value in values.items():
        connection.execute(delete(held).where(held.c.document_id == document_id, held.c.field == name))
        if value != as_read[name]:
            at = datetime.now(UTC).isoformat(timespec="seconds")
            entry = {"document_id": document_id, "field": name, "value": value, "as_read": as_read[name]}
            connection.execute(insert(held).values(**entry, corrected_at=at))
    write_values(connection, document_id, values, before["title"])
    return Correction(
        title=before["title"] if correction.title is not None else None,
        date=columns_to_partial_date(before["date"], before["date_text"]) if correction.date is not None else None,
        kind=before["kind"] if correction.kind is not None else None,
        public=before["marking"] == "public" if correction.public is not None else None,
    )


def apply_corrections(connection: Connection, document_id: str) -> None:
    """Correct a document that was just written as it was read; what it says now is what a correction goes back to."""
    held = schema.corrections
    rows = connection.execute(select(held).where(held.c.document_id == document_id)).all()
    if not rows:
        return
    as_read = row_values(connection, document_id)
    for row in rows:
        one = (held.c.document_id == document_id, held.c.field == row.field)
        if as_read[row.field] == row.value:
            connection.execute(delete(held).where(*one))
        else:
            connection.execute(update(held).where(*one).values(as_read=as_read[row.field]))
    write_values(connection, document_id, {row.field: row.value for row in rows}, as_read["title"])


def row_values(connection: Connection, document_id: str) -> dict[str, Any]:
    """The fields of a document that can be corrected, as its row has them."""
    own = schema.documents.c
    columns = (own.title, own.date, own.date_text, own.kind, own.marking)
    return dict(connection.execute(select(*columns).where(own.id == document_id)).one()._mapping)


def held_as_read(connection: Connection, document_id: str) -> dict[str, str | None]:
    """Corrected field to what the file says there."""
    held = schema.corrections.c
    rows = connection.execute(select(held.field, held.as_read).where(held.document_id == document_id))
    return {row.field: row.as_read for row in rows}


def corrections_to_text(info: DocumentInfo) -> str:
    """What was corrected of a document, as text to be hashed; "" for one as it was read."""
    fields = (f"{name}={getattr(info, name)!r}" for name in sorted(info.as_read))
    return "".join(f"|{one}" for one in fields)


def write_values(
    connection: Connection, document_id: str, values: Mapping[str, str | None], old_title: str | None
) -> None:
    """Write values into the document's row; its full text, which begins with the title, follows."""
    if not values:
        return
    row: dict[str, Any] = dict(values)
    if "date" in values:
        row["year"] = int(values["date"][:4]) if values["date"] else None
    title = values.get("title")
    with reindexed(connection, document_id):
        connection.execute(update(schema.documents).where(schema.documents.c.id == document_id).values(**row))
        if title and old_title and title != old_title:
            connection.exec_driver_sql(schema.RETITLE_CHUNKS, {"new": title, "old": old_title, "id": document_id})
