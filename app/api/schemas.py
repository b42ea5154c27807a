"""The objects that REST and MCP speak, as their schemas; the answer and table objects are those of ``kb --json``.

They describe and check: what is sent out is made by ``to_json`` of the objects themselves, and a test holds the two
together.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from kb.model import Kind

MOST_HISTORY = 100
HISTORY = {
    "type": "array",
    "maxItems": MOST_HISTORY,
    "items": {
        "anyOf": [
            {"type": "string", "description": "An earlier question."},
            {
                "type": "object",
                "required": ["question"],
                "properties": {"question": {"type": "string"}, "answer": {"type": "string"}},
            },
            {
                "type": "object",
                "required": ["role", "content"],
                "properties": {"role": {"enum": ["user", "assistant"]}, "content": {"type": "string"}},
            },
        ]
    },
}


class Asked(BaseModel):
    """What comes in: nothing in it is passed over in silence."""

    model_config = ConfigDict(extra="forbid")


class FiltersIn(Asked):
    """Which documents may answer: those that meet all that is said here."""

    documents: tuple[str, ...] = Field(default=(), max_length=1000, description="Ids or file names.")
    kinds: tuple[Kind, ...] = Field(default=(), description="Kinds of documents.")
    years: tuple[int, ...] = Field(default=(), max_length=200, description="Years of the documents' dates.")
    forces: tuple[str, ...] = Field(default=(), max_length=200, description="Forces that documents are about.")


class QuestionIn(Asked):
    """A question, as a line of ``kb ask --batch`` has it, with filters."""

    question: str = Field(description="The question, in your own words; at most 2,000 characters.")
    id: str | int | float | None = Field(default=None, description="Comes back with the answer.")
    history: Annotated[list[Any] | None, WithJsonSchema(HISTORY)] = Field(
        default=None, max_length=MOST_HISTORY, description="Earlier turns of the conversation, oldest first."
    )
    document: str | None = Field(default=None, description="Answer from this document only: its id or file name.")
    filters: FiltersIn = FiltersIn()

    model_config = ConfigDict(
        json_schema_extra={"example": {"question": "What did Nottinghamshire pay towards forensics in 2016/17?"}}
    )


class CorrectionIn(Asked):
    """What is to be corrected of a document; what is not sent, or null, stays."""

    title: str | None = Field(default=None, max_length=1000)
    date: str | None = Field(
        default=None, description="A day, month or year: 2017-04-24, 2017-04, 2017; empty for none."
    )
    kind: Kind | None = None
    public: bool | None = Field(default=None, description="Whether people who are not cleared may see it.")


class CellPlace(BaseModel):
    """The cell of a table that a source points at, by the words of its row and column."""

    table_id: str
    row: str | None
    column: str | None
    value: str | None


class CitationOut(BaseModel):
    """A numbered source: ``quote`` stands in the document word for word, on that page (1 is the first)."""

    marker: int
    document_id: str
    source: str
    title: str
    page: int | None
    section: str | None
    quote: str
    table: CellPlace | None


class RetrievedOut(BaseModel):
    """A place near the question, best first; ``score`` orders and is no probability."""

    document_id: str
    source: str
    page: int | None
    text: str
    score: float


class ComputationInputOut(BaseModel):
    """A cell that was computed with."""

    table_id: str
    row: str
    column: str
    value: str


class ComputationOut(BaseModel):
    """How a figure was worked out."""

    operation: Literal["sum", "difference", "max", "min", "count", "share", "average"]
    inputs: list[ComputationInputOut]
    result: str


class CheckOut(BaseModel):
    """What the last check looked at, and what was left out."""

    passed: bool
    quotes: int
    figures: int
    names: int
    dropped: list[str]


class WordingOut(BaseModel):
    """Who worded the answer: "documents", or a model by name; ``fallback`` says why a model's is not shown."""

    by: str
    fallback: str | None


class AnswerOut(BaseModel):
    """An answer with its proof, as ``kb ask --json`` prints it.

    ``status`` "not_found" says that the documents do not answer; ``retrieved`` then are the nearest places, which are
    no answer. ``[1]`` in ``answer`` points at the citation with that marker.
    """

    id: str | int | float | None
    question: str
    status: Literal["answered", "not_found"]
    answer: str
    message: str | None
    values: list[str]
    citations: list[CitationOut]
    retrieved: list[RetrievedOut]
    computation: ComputationOut | None
    timings_ms: dict[str, float]
    check: CheckOut | None
    wording: WordingOut


class TableOut(BaseModel):
    """A table as it was read, as ``kb tables --json`` prints it; header rows count first in ``spans``."""

    document_id: str
    source: str
    page: int | None
    caption: str | None
    unit: str | None
    header: list[list[str]]
    rows: list[list[str]]
    spans: list[list[int]]
    bbox: list[float] | None
    notes: list[str]
    total_rows: list[int]
    confidence: float
    doubts: list[str]
    row_pages: list[int | None] | None = None


class PageOut(BaseModel):
    """What a page says, in reading order; of a document without pages a part of it, and ``page`` is null."""

    document_id: str
    source: str
    title: str
    number: int = Field(description="Which page or part this is, from 1.")
    count: int = Field(description="How many there are.")
    page: int | None = Field(description="The page to cite; null where the document has none.")
    label: str | None = Field(description="The page number that is printed on it, where it differs.")
    sections: list[str]
    tables: list[str] = Field(description="Ids of the tables on it.")
    text: str


class PageInfo(BaseModel):
    """A page of a document; its size is in points."""

    number: int
    label: str | None
    width: float
    height: float


class SectionOut(BaseModel):
    """A heading of a document, with those above it."""

    title: str
    path: list[str]
    level: int
    page: int | None


class TableInfo(BaseModel):
    """A table of a document in a list."""

    table_id: str
    page: int | None
    caption: str | None
    unit: str | None
    rows: int
    columns: int
    confidence: float
    doubts: list[str]


class EntryOut(BaseModel):
    """A sentence or table row of the workforce register; ``date`` is the passage's own or its document's."""

    quote: str
    reading: str
    lead_in: str | None
    status: Literal["proposed", "decided", "done", "unclear"]
    date: str | None
    date_text: str | None
    dated_by: str
    units: list[str]
    forces: list[str]
    because: list[str]
    probability: float
    citations: list[CitationOut]


class ThemeOut(BaseModel):
    """A theme of the register with its entries; ``left_out`` are how many more there are that do not fit."""

    theme: str
    title: str
    about: str
    left_out: int
    entries: list[EntryOut]


class FigureOut(BaseModel):
    """A number of people in a table of posts; ``who`` says whether officers, staff or others."""

    who: str | None
    heading: str
    number: float
    text: str


class PostRowOut(BaseModel):
    """A row of a table of posts."""

    label: str
    total: bool
    figures: list[FigureOut]


class PostTableOut(BaseModel):
    """A table that counts people."""

    document_id: str
    table_id: str
    caption: str | None
    page: int | None
    date: str | None
    date_text: str | None
    rows: list[PostRowOut]


class RegisterOut(BaseModel):
    """The workforce register: entries by theme, the themes nobody wrote about, and tables that count people."""

    unit: str | None
    words: str | None
    words_not_used: list[str]
    documents: int
    count: int
    themes: list[ThemeOut]
    silent: list[str]
    posts: list[PostTableOut]


class NamedChoice(BaseModel):
    """Something to choose, by its key."""

    key: str
    title: str


class ChoicesOut(BaseModel):
    """What the workforce register can be limited to."""

    units: list[str]
    forces: list[str]
    years: list[int]
    themes: list[NamedChoice]


class OutcomeOut(BaseModel):
    """What became of a document in a file; ``reason`` says why it was refused."""

    source: str
    became: Literal["added", "unchanged", "reread", "refused"]
    document_id: str | None
    reason: str | None


class FileOut(BaseModel):
    """How far a file is: ``page`` of ``pages`` while it is read."""

    name: str
    step: Literal["waiting", "reading", "indexing", "done", "stopped"]
    page: int | None
    pages: int | None
    outcomes: list[OutcomeOut]


class JobOut(BaseModel):
    """Documents being read in the background; ``error`` says why it failed, ``remark`` what else to know."""

    id: str
    step: Literal["waiting", "running", "done", "cancelled", "failed"]
    files: list[FileOut]
    begun_at: str
    again: bool
    error: str | None
    remark: str | None


class Health(BaseModel):
    """Whether questions can be asked, and of what."""

    status: Literal["ok", "empty"]
    version: str
    documents: int
    newest: str | None = Field(description="Date of the newest document.")
    fingerprint: str = Field(description="The same as long as the same documents are in.")


class ProblemPart(BaseModel):
    """One part of a request to mend: a JSON pointer into the body, or the name of a parameter."""

    pointer: str
    detail: str


class ProblemOut(BaseModel):
    """What went wrong (RFC 9457); ``detail`` says what to do."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemPart] = []
