"""Answers of the shipped documents as a briefing, and exported files as text; for the tests of exports."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader

from kb.export import Briefing, answers_to_briefing, questions_to_answers
from kb.model import Answer
from kb.store import KnowledgeBase

MADE = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
TITLE = "Forensics & boards: a briefing"
CELL = "What did Nottinghamshire pay towards forensics in 2016/17?"
COMPUTED = "Which unit saves the most against its baseline?"
LISTED = "Who chairs the East Midlands PCC Board?"
UNANSWERABLE = "What is the salary of the Mayor of Paris?"
QUESTIONS = [CELL, COMPUTED, LISTED, UNANSWERABLE, CELL]


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as opened:
        yield opened


@pytest.fixture(scope="module")
def answers(kb: KnowledgeBase) -> list[Answer]:
    return list(questions_to_answers(kb, QUESTIONS))


@pytest.fixture(scope="module")
def briefing(kb: KnowledgeBase, answers: list[Answer]) -> Briefing:
    return answers_to_briefing(kb, answers, TITLE, MADE)


def folded(text: str) -> str:
    return " ".join(text.split())


def file_to_text(data: bytes, kind: str) -> str:
    if kind == "docx":
        document = docx.Document(io.BytesIO(data))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    if kind == "pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    return data.decode("utf-8")
