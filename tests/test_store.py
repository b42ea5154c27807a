"""One knowledge base in one folder: what is committed stays and is found, what is removed is gone."""

from __future__ import annotations

from pathlib import Path

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings
from made import KINDS, MODEL, make_document, make_vectors, put

from kb.errors import KnowledgeBaseError, NotFound
from kb.store import Filters, KnowledgeBase


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "kb"


@pytest.fixture
def kb(home: Path) -> KnowledgeBase:
    return KnowledgeBase.open(home, create=True)


def test_what_goes_in_comes_out_equal(kb: KnowledgeBase, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "Plan.TXT"
    file.write_bytes(b"bytes")
    document, chunks = make_document(
        "d1", ["Forensics cost £10.", "Vans cost £20."], issuer="A board", date_text="2014"
    )
    vectors = make_vectors(2, 1)
    kb.commit(document, chunks, vectors, MODEL, file)
    kb.close()
    with KnowledgeBase.open(home) as again:
        assert again.document("d1") == document
        assert again.document("d1") is again.document("d1")
        assert again.chunks_of("d1") == chunks
        assert again.chunks_of("d1", ["passage"]) == chunks[1:]
        assert list(again.chunks(["d1:s1", "none", "d1:s0"]).values()) == chunks[::-1]
        assert np.array_equal(again.vectors(["d1:s1"])["d1:s1"], vectors[1])
        assert again.embedding_model() == MODEL
        kept = again.file("d1")
        assert kept is not None and kept.name == "d1.txt" and kept.read_bytes() == b"bytes"
        assert again.counts() == {
            "documents": 1, "pages": 1, "blocks": 2, "tables": 1, "cells": 2, "chunks": 2, "vectors": 2,
        }  # fmt: skip
        assert again.check() == []
        info = again.documents()[0]
        assert (info.id, info.issuer, info.forces, info.pages, info.tables, info.chunks) == (
            "d1", "A board", ("Derbyshire", "Lincolnshire"), 1, 1, 2,
        )  # fmt: skip


def test_a_second_commit_of_the_same_document_changes_nothing(kb: KnowledgeBase) -> None:
    put(kb, "d1", ["One."])
    before = (kb.counts(), kb.documents(), kb.fingerprint())
    put(kb, "d1", ["One."], seed=9)
    assert (kb.counts(), kb.documents(), kb.fingerprint()) == before


def test_documents_come_newest_first_and_undated_last(kb: KnowledgeBase) -> None:
    for name, date in (("a", None), ("b", "2010-01-01"), ("d", "2017-04-24"), ("c", "2017-04-24")):
        put(kb, name, ["Text."], date=date)
    assert [info.id for info in kb.documents()] == ["c", "d", "b", "a"]


def test_the_fingerprint_is_of_the_documents_whatever_their_order(tmp_path: Path) -> None:
    prints = []
    for names in ("ab", "ba", "a"):
        with KnowledgeBase.open(tmp_path / names, create=True) as kb:
            for name in names:
                put(kb, name, ["Text."])
            prints.append(kb.fingerprint())
    assert prints[0] == prints[1] != prints[2]


def test_full_text_finds_any_term_stemmed_and_without_accents(kb: KnowledgeBase) -> None:
    put(
        kb,
        "d1",
        ["The café paid Nottinghamshire.", "Forces collaborate on vans.", "Collaborations of forces, collaborating."],
    )
    assert {chunk_id for chunk_id, _ in kb.search_text(["cafe"], KINDS, 9)} == {"d1:s0"}
    found = kb.search_text(["collaboration", "forces"], KINDS, 9)
    assert [chunk_id for chunk_id, _ in found] == ["d1:s2", "d1:s1"] and found[0][1] > found[1][1]
    assert kb.search_text(["costs"], KINDS, 2) == kb.search_text(["cost"], KINDS, 9)[:2], (
        "the section title is searched"
    )
    assert kb.search_text(["forces"], ["sentence"], 9) == []
    assert kb.search_text(["collaborate on"], KINDS, 9) == kb.search_text(["collaborate on"], KINDS, 9) != []


@pytest.mark.parametrize(
    "term", ['"', "AND", "NOT x", "a*b", "(", "kind:row", "^a", "-", "NEAR(a b)", "\0", "", "“”", "';--"]
)
def test_no_term_is_an_operator(kb: KnowledgeBase, term: str) -> None:
    put(kb, "d1", ["Forces pay."])
    assert kb.search_text([term], KINDS, 5) == []
    assert [chunk_id for chunk_id, _ in kb.search_text([term, "pay"], KINDS, 5)] == ["d1:s0"]


def test_vector_search_is_exact_and_ties_go_by_id(kb: KnowledgeBase) -> None:
    chunks, vectors = put(kb, "d1", [f"Line {n}." for n in range(900)], seed=3)
    _, others = put(kb, "d2", ["Twin b.", "x", "y", "Twin a."], seed=3)
    for noise, near in zip(make_vectors(5, 4), vectors[::180], strict=True):
        query = (near + noise) / np.linalg.norm(near + noise)
        similarity = np.concatenate([vectors, others]) @ query
        names = [chunk.id for chunk in chunks] + [f"d2:s{n}" for n in range(4)]
        best = sorted(zip(names, similarity.tolist(), strict=True), key=lambda pair: (-round(pair[1], 6), pair[0]))
        found = kb.search_vectors(query, KINDS, 10)
        assert [name for name, _ in found] == [name for name, _ in best[:10]]
        assert found[0][1] == pytest.approx(best[0][1], abs=1e-6)
        rows = [name for name, _ in best if name in {chunk.id for chunk in chunks if chunk.kind == "row"}]
        assert [name for name, _ in kb.search_vectors(query, ["row"], 10, Filters(documents=("d1",)))] == rows[:10]
    assert [name for name, _ in kb.search_vectors(vectors[0], ["sentence"], 2)] == ["d1:s0", "d2:s0"]


def test_an_index_made_for_narrower_searches_is_widened_when_it_is_opened(kb: KnowledgeBase, home: Path) -> None:
    _, made = put(kb, "d1", [f"Line {n}." for n in range(40)], seed=3)
    name = next(path.name for path in (home / "chroma").iterdir())
    kb.close()
    client = chromadb.PersistentClient(str(home / "chroma" / name), settings=Settings(anonymized_telemetry=False))
    collection = client.get_collection("chunks", embedding_function=None)
    wide = collection.configuration["hnsw"]["ef_search"]
    collection.modify(configuration={"hnsw": {"ef_search": 16}})
    client.close()
    with KnowledgeBase.open(home) as again:
        assert again.search_vectors(made[7], KINDS, 1)[0][0] == "d1:s7"
    client = chromadb.PersistentClient(str(home / "chroma" / name), settings=Settings(anonymized_telemetry=False))
    assert client.get_collection("chunks", embedding_function=None).configuration["hnsw"]["ef_search"] == wide


FILTERS = [
    (Filters(), {"a", "b", "c"}),
    (Filters(documents=("a", "c.txt")), {"a", "c"}),
    (Filters(kinds=("review",)), {"b"}),
    (Filters(years=(2009, 2017)), {"a", "c"}),
    (Filters(forces=("kent", "Essex")), {"b", "c"}),
    (Filters(years=(2017,), forces=("Kent",)), {"c"}),
    (Filters(years=(1999,)), set()),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
def test_filters_hold_in_both_indexes(kb: KnowledgeBase, filters: Filters, expected: set[str]) -> None:
    put(kb, "a", ["Vans."], 1, date="2009-01-01", forces=("Dorset",))
    put(kb, "b", ["Vans."], 2, date="2013-11-01", kind="review", forces=("Kent", "Dorset"))
    put(kb, "c", ["Vans."], 3, date="2017-04-24", forces=("Essex", "Kent"))
    by_words = kb.search_text(["vans"], KINDS, 9, filters)
    by_vector = kb.search_vectors(make_vectors(1, 5)[0], KINDS, 9, filters)
    assert {name.split(":")[0] for name, _ in by_words} == expected
    assert {name.split(":")[0] for name, _ in by_vector} == expected


def test_without_a_model_full_text_still_works(kb: KnowledgeBase) -> None:
    document, chunks = make_document("d1", ["Vans."])
    kb.commit(document, chunks, None, None, None)
    assert kb.search_text(["vans"], KINDS, 5)
    assert kb.search_vectors(make_vectors(1, 0)[0], KINDS, 5) == []
    assert kb.embedding_model() is None and kb.check() == []
    assert not (kb.home / "chroma").exists()


def test_vectors_of_another_model_are_refused_and_nothing_changes(kb: KnowledgeBase, tmp_path: Path) -> None:
    put(kb, "d1", ["Vans."])
    document, chunks = make_document("d2", ["Cars."])
    file = tmp_path / "d2.txt"
    file.write_text("Cars.")
    with pytest.raises(KnowledgeBaseError, match="KB_EMBEDDING_MODEL"):
        kb.commit(document, chunks, make_vectors(1, 1), "another", file)
    assert [info.id for info in kb.documents()] == ["d1"] and kb.file("d2") is None and kb.check() == []


def bytes_of(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


def test_what_is_removed_is_in_no_file(kb: KnowledgeBase, home: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Zanzibar quuxville")
    put(kb, "keep", [f"Vans cost £{n}." for n in range(40)])
    document, chunks = make_document("gone", ["Zanzibar is quuxville.", *(f"Zanzibar {n}" for n in range(300))])
    kb.commit(document, chunks, make_vectors(len(chunks), 2), MODEL, secret)
    for word in (b"Zanzibar", b"zanzibar", b"uuxvil", b"gone:s"):
        assert word in bytes_of(home), "the test must be able to fail"
    kb.remove("gone")
    for word in (b"Zanzibar", b"anzibar", b"uuxvil"):
        assert word not in bytes_of(home)
    assert kb.search_text(["zanzibar"], KINDS, 5) == []
    assert all(name.startswith("keep") for name, _ in kb.search_vectors(make_vectors(1, 2)[0], KINDS, 400))
    assert kb.check() == [] and len(kb.search_text(["vans"], KINDS, 99)) == 40
    with pytest.raises(NotFound):
        kb.document("gone")
    with pytest.raises(NotFound):
        kb.remove("gone")


def test_another_embedding_model_embeds_everything_again(kb: KnowledgeBase, embedder: object) -> None:
    put(kb, "d1", ["Forensics cost a lot.", "The weather was fine."])
    kb.embed_missing(embedder)  # type: ignore[arg-type]
    assert kb.embedding_model() == embedder.name  # type: ignore[attr-defined]
    query = embedder.encode(["What do forensic services cost?"])[0]  # type: ignore[attr-defined]
    found = kb.search_vectors(query, KINDS, 2)
    assert [name for name, _ in found] == ["d1:s0", "d1:s1"] and found[0][1] > 0.5
    assert kb.check() == []
