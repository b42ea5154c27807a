"""Ranked passages on the shipped documents, with and without the embedding model, and as a LlamaIndex retriever."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from kb.answering import answer, understand
from kb.embedding import Embedder
from kb.retrieval import retrieve
from kb.retrieval.evidence import WEIGHTS, features_to_score, gather_evidence, reciprocal_rank_fusion
from kb.retrieval.llama import KnowledgeBaseRetriever
from kb.store import Filters, KnowledgeBase

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
DECK, REVIEW, PLAN = "panel-presentation-2017.pdf", "hmic-review-2013.pdf", "plan-2009-2012.pdf"
FORENSICS = "How much does Nottinghamshire contribute to EMSOU Forensics in 2016/17?"


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as opened:
        yield opened


@pytest.fixture(scope="module")
def without_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """The documents ingested while KB_EMBEDDING_MODEL pointed nowhere: no vectors."""
    home = tmp_path_factory.mktemp("no-model") / "kb"
    with KnowledgeBase.open(home, create=True) as opened:
        report = ingest([CORPUS / DECK, CORPUS / "panel-report-2014.pdf"], opened, Embedder(str(home / "nowhere")))
        assert len(report.added) == 2
        assert report.no_vectors
        yield opened


def test_the_best_passage_comes_first_with_its_place(kb: KnowledgeBase) -> None:
    found = retrieve(kb, FORENSICS)
    assert len(found) == 10
    assert (found[0].source, found[0].page) == (DECK, 13)
    assert "1,087,357" in found[0].text
    assert [entry.score for entry in found] == sorted((entry.score for entry in found), reverse=True)
    assert len({entry.chunk_id for entry in found}) == 10
    assert all((entry.page or 0) >= 1 for entry in found)


@pytest.mark.parametrize("limit", [1, 3, 25])
def test_at_most_the_limit_is_given(kb: KnowledgeBase, limit: int) -> None:
    assert len(retrieve(kb, "regional budget of the collaboration programme", limit=limit)) == limit


def test_other_words_meet_the_same_passage(kb: KnowledgeBase) -> None:
    sources = [(entry.source, entry.page) for entry in retrieve(kb, "How was the Efficiency Board created?")[:3]]
    assert any(source == REVIEW for source, _ in sources)


def test_the_same_question_gets_the_same_ranking(kb: KnowledgeBase) -> None:
    assert retrieve(kb, FORENSICS) == retrieve(kb, FORENSICS)


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        (Filters(documents=(PLAN,)), {PLAN}),
        (Filters(documents=(PLAN, REVIEW)), {PLAN, REVIEW}),
        (Filters(kinds=("review",)), {REVIEW}),
        (Filters(years=(2017,)), {DECK}),
        (Filters(documents=(PLAN,), years=(2017,)), set()),
    ],
)
def test_filters_hold(kb: KnowledgeBase, filters: Filters, sources: set[str]) -> None:
    found = retrieve(kb, "What does the regional collaboration programme cost?", filters, 30)
    assert {entry.source for entry in found} == sources


def test_evidence_is_scored_by_its_features(kb: KnowledgeBase) -> None:
    evidence = gather_evidence(kb, understand(kb, FORENSICS, ()))
    for item in evidence:
        assert item.score == features_to_score(item.features)
        assert all(0 <= getattr(item.features, name) <= 1.0001 for name in WEIGHTS.__dataclass_fields__)
    assert {"forens", "nottinghamshir"} <= evidence[0].around


def test_fusion_adds_reciprocal_ranks_and_breaks_ties_by_id() -> None:
    fused = reciprocal_rank_fusion([["b", "a"], ["a", "b"], ["c"]])
    assert list(fused) == ["a", "b", "c"]
    assert fused["a"] == pytest.approx(1 / 61 + 1 / 62)
    assert reciprocal_rank_fusion([]) == {}


def test_without_vectors_keyword_search_still_answers(without_model: KnowledgeBase) -> None:
    assert without_model.embedding_model() is None
    found = answer(without_model, FORENSICS)
    assert found.values == ("£1,087,357",)
    assert found.citations[0].page == 13
    assert len(found.retrieved) == 10
    assert answer(without_model, "Which penguins does the zoo feed?").status == "not_found"


def test_a_model_that_is_gone_leaves_keyword_search_with_a_warning(
    corpus_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "moved"
    shutil.copytree(corpus_home, home)
    monkeypatch.setattr(KnowledgeBase, "embedding_model", lambda self: str(tmp_path / "nowhere"))
    with KnowledgeBase.open(home) as kb, caplog.at_level(logging.WARNING, logger="kb.retrieval"):
        found = answer(kb, FORENSICS)
    assert found.values == ("£1,087,357",)
    assert "keyword search only" in caplog.text


def test_the_retriever_gives_nodes_with_source_and_page(kb: KnowledgeBase) -> None:
    nodes = KnowledgeBaseRetriever(kb, limit=5).retrieve(FORENSICS)
    found = retrieve(kb, FORENSICS, limit=5)
    assert [scored.node.node_id for scored in nodes] == [entry.chunk_id for entry in found]
    assert [scored.score for scored in nodes] == [entry.score for entry in found]
    best = nodes[0].node
    assert best.get_content() == found[0].text
    assert (best.metadata["source"], best.metadata["page"]) == (DECK, 13)
    assert best.metadata["document_id"] == found[0].document_id
    assert "section" in best.metadata


def test_the_retriever_keeps_its_filters(kb: KnowledgeBase) -> None:
    nodes = KnowledgeBaseRetriever(kb, Filters(documents=(REVIEW,))).retrieve("What do the forces save?")
    assert {scored.node.metadata["source"] for scored in nodes} == {REVIEW}
