"""What is listed as retrieved: a page once, with what was found on it, and passages where there are no pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.answering import understand
from kb.retrieval import evidence_to_retrieved
from kb.retrieval.evidence import gather_evidence
from kb.retrieval.retrieved import MOST_PIECES, evidence_to_places
from kb.store import Filters, KnowledgeBase

QUESTION = "How much does each force contribute to the regional collaboration?"
DECK = "panel-presentation-2017.pdf"


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as opened:
        yield opened


def test_a_page_is_listed_once_with_what_was_found_on_it(kb: KnowledgeBase) -> None:
    evidence = gather_evidence(kb, understand(kb, QUESTION, ()))
    found = evidence_to_retrieved(kb, evidence)
    places = [(entry.document_id, entry.page) for entry in found]
    assert len(found) == 10
    assert len(set(places)) == 10
    assert found[0].score == evidence[0].score
    best = evidence[0].chunk
    assert (best.document_id, best.page) == places[0]
    assert best.kind == "row" or best.text in found[0].text


def test_rows_of_a_table_are_listed_as_printed_below_their_header(kb: KnowledgeBase) -> None:
    asked = understand(kb, "How much does Nottinghamshire contribute to EMSOU Forensics in 2016/17?", ())
    found = evidence_to_retrieved(kb, gather_evidence(kb, asked))
    lines = found[0].text.splitlines()
    assert lines[0].count(" | ") == 6
    assert "NOTTS" in lines[0]
    assert lines[1].startswith("EMSOU FORENSICS | 1,087,357 | 906,131 |")
    assert len(lines) == len(set(lines))


def test_rows_of_a_table_and_passages_of_a_page_share_an_entry(kb: KnowledgeBase) -> None:
    evidence = gather_evidence(kb, understand(kb, QUESTION, ()))
    places = evidence_to_places(evidence, {}, by_page=True)
    assert all(1 <= len(place.pieces) <= MOST_PIECES for place in places)
    for place in places:
        chunks = [chunk for held in place.pieces.values() for chunk in held]
        assert len({chunk.id for chunk in chunks}) == len(chunks)
        assert {chunk.page for chunk in chunks} == {place.best.chunk.page}


def test_passages_are_listed_where_there_are_too_few_pages(kb: KnowledgeBase) -> None:
    pages = len(kb.document(next(info.id for info in kb.documents() if info.source == DECK)).pages)
    evidence = gather_evidence(kb, understand(kb, QUESTION, ()), Filters(documents=(DECK,)), places=pages + 1)
    found = evidence_to_retrieved(kb, evidence, pages + 1)
    assert len(found) > len({entry.page for entry in found})
    assert len({entry.chunk_id for entry in found}) == len(found)
