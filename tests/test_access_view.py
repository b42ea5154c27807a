"""A document that is not public is, for who is not cleared, not there: as if it had never been read."""

from __future__ import annotations

import inspect
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made import KINDS, MODEL, make_document, make_vectors, put

from kb.embedding import Embedder
from kb.errors import NotFound
from kb.store import Filters, KnowledgeBase

SECRET_LINES = ["Zanzibar pays quuxville £987,654.", "Vans cost quuxville £20 in Zanzibar.", "Zanzibar row"]
SECRET = re.compile(r"zanzibar|quuxvil|987,654|hush|geheim", re.IGNORECASE)
SECRETS = ("hush", "geheim")
OPEN_LINES = {"a": ["Vans cost £10.", "Forensics cost £30.", "Vans row"], "b": ["Vans are white.", "Cars are red."]}


def fill(kb: KnowledgeBase, *, secret: bool) -> None:
    for seed, (name, lines) in enumerate(OPEN_LINES.items()):
        put_family(kb, name, lines, seed)
    if secret:
        # One is marked in its own text, the other by a person.
        put_family(kb, "hush", SECRET_LINES, 7, marking="not public")
        put_family(kb, "geheim", SECRET_LINES, 8, date="2031-01-01")
        kb.correct("geheim", public=False, title="Geheim")


def put_family(kb: KnowledgeBase, name: str, lines: list[str], seed: int, **fields: object) -> None:
    """Commit a document of which the first chunk is a sentence of the second, and which has a file."""
    document, (first, *others) = make_document(name, lines, **fields)
    chunks = [replace(first, parent=f"{name}:s1"), *others]
    file = kb.home / f"{name}.txt"
    file.write_text(document.text, encoding="utf-8")
    kb.commit(document, chunks, make_vectors(len(chunks), seed), MODEL, file)
    file.unlink()


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(tmp_path / "kb", create=True) as kb:
        fill(kb, secret=True)
        yield kb


@pytest.fixture
def view(kb: KnowledgeBase) -> KnowledgeBase:
    return kb.seen_by(cleared=False)


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[KnowledgeBase]:
    """A knowledge base that never had the secret documents."""
    with KnowledgeBase.open(tmp_path / "twin", create=True) as kb:
        fill(kb, secret=False)
        yield kb


def all_chunk_ids() -> list[str]:
    return [f"{name}:s{n}" for name in (*OPEN_LINES, *SECRETS) for n in range(3)]


WORDS = ["vans", "zanzibar", "quuxville", "cost", "geheim"]
# Every method that reads, with calls that would tell of a secret document.
READING: dict[str, Callable[[KnowledgeBase], Any]] = {
    "documents": lambda kb: [replace(info, ingested_at="") for info in kb.documents()],
    "discarded": lambda kb: kb.discarded(),
    "has": lambda kb: [kb.has(name) for name in ("a", *SECRETS, "none")],
    "info": lambda kb: [replace(kb.info("a"), ingested_at=""), *(value_or_error(kb.info, name) for name in SECRETS)],
    "document": lambda kb: [value_or_error(kb.document, name) for name in ("a", *SECRETS, "none")],
    "file": lambda kb: [path.name if (path := kb.file(name)) else None for name in ("a", *SECRETS, "none")],
    "chunks": lambda kb: kb.chunks(all_chunk_ids()),
    "chunks_of": lambda kb: [kb.chunks_of(name) for name in ("a", *SECRETS)],
    "children": lambda kb: kb.children(["a:s1", "hush:s1", "geheim:s1"]),
    "vectors": lambda kb: {name: vector.tolist() for name, vector in kb.vectors(all_chunk_ids()).items()},
    "counts": lambda kb: kb.counts(),
    "fingerprint": lambda kb: kb.fingerprint(),
    "embedding_model": lambda kb: kb.embedding_model(),
    "search_text": lambda kb: [
        kb.search_text(WORDS, KINDS, 99),
        kb.search_text(WORDS, KINDS, 99, Filters(documents=("hush", "a", "geheim.txt"))),
        kb.search_text(WORDS, KINDS, 99, Filters(years=(2031, 2014))),
    ],
    "search_vectors": lambda kb: [
        kb.search_vectors(make_vectors(1, 7)[0], KINDS, 99),
        kb.search_vectors(make_vectors(1, 8)[0], ["passage"], 9),
        kb.search_vectors(make_vectors(1, 7)[0], KINDS, 99, Filters(documents=("hush", "a"))),
    ],
    "check": lambda kb: kb.check(),
}
# What opens, closes, changes, or is a cache of a model and no document's content; each has a test of its own below.
OTHERS = {
    "open", "close", "seen_by", "commit", "remove", "discard", "restore", "purge_discarded", "correct",
    "embed_missing", "word_vectors", "keep_word_vectors",
}  # fmt: skip


def value_or_error(read: Callable[[str], object], name: str) -> object:
    """What is read, or the words of the error without the name that was asked for."""
    try:
        return read(name)
    except NotFound as error:
        return str(error).replace(name, "NAME")


def public_methods() -> set[str]:
    return {name for name, _ in inspect.getmembers(KnowledgeBase, callable) if not name.startswith("_")}


def test_no_method_is_forgotten() -> None:
    """A new method needs an entry here: how could it tell of a document that one may not see?"""
    assert public_methods() == set(READING) | OTHERS


@pytest.mark.parametrize("method", sorted(READING))
def test_a_view_is_like_a_knowledge_base_that_never_had_the_document(
    kb: KnowledgeBase, view: KnowledgeBase, twin: KnowledgeBase, method: str
) -> None:
    read = READING[method]
    whole = read(kb)
    assert read(view) == read(twin)
    assert not SECRET.search(repr(read(view)).replace("'none'", ""))
    if method not in ("discarded", "check", "embedding_model"):
        assert whole != read(view), "the test must be able to fail"
    # What the cleared read has not rubbed off on the others, nor the other way round.
    assert read(kb) == whole and read(kb.seen_by(cleared=True)) == whole


def test_a_view_hides_at_once_and_shows_at_once(kb: KnowledgeBase, view: KnowledgeBase) -> None:
    assert [info.id for info in view.documents()] == ["a", "b"] and view.search_text(["white"], KINDS, 5)
    kb.correct("b", public=False)
    assert [info.id for info in view.documents()] == ["a"] and view.search_text(["white"], KINDS, 5) == []
    assert view.chunks(["b:s0"]) == {} and [info.id for info in kb.documents()] == ["geheim", "a", "b", "hush"]
    kb.correct("b", public=True)
    assert view.search_text(["white"], KINDS, 5) and view.document("b").marking == "public"
    kb.correct("hush", public=True)
    assert view.search_text(["zanzibar"], KINDS, 5) and kb.check() == []


def test_a_marking_that_nobody_knows_hides(kb: KnowledgeBase, view: KnowledgeBase) -> None:
    with kb._database.write() as connection:
        from kb.store.full_text import reindexed

        with reindexed(connection, "a"):
            connection.exec_driver_sql("UPDATE documents SET marking = 'OFFICIAL-SENSITIVE' WHERE id = 'a'")
    assert not view.has("a") and "a:s0" not in dict(view.search_text(["vans"], KINDS, 9)) and kb.has("a")


def test_what_is_discarded_is_in_no_word_statistics(kb: KnowledgeBase, twin: KnowledgeBase) -> None:
    before = kb.search_text(WORDS, KINDS, 99)
    for name in SECRETS:
        kb.discard(name)
    assert kb.search_text(WORDS, KINDS, 99) == twin.search_text(WORDS, KINDS, 99) != before
    assert kb.check() == []
    for name in SECRETS:
        kb.restore(name)
    assert kb.search_text(WORDS, KINDS, 99) == before and kb.check() == []


def test_the_doctor_sees_a_document_in_an_index_where_it_may_not_be(kb: KnowledgeBase) -> None:
    assert kb.check() == []
    with kb._database.write() as connection:
        connection.exec_driver_sql("UPDATE documents SET marking = 'public' WHERE id = 'hush'")
    assert "damaged" in "".join(kb.check())


def test_nobody_changes_what_they_do_not_see(kb: KnowledgeBase, view: KnowledgeBase, tmp_path: Path) -> None:
    for act in (view.remove, view.discard, view.restore, lambda name: view.correct(name, title="x")):
        for name in SECRETS:
            with pytest.raises(NotFound) as of_secret:
                act(name)
            with pytest.raises(NotFound) as of_none:
                act("none")
            assert str(of_secret.value).replace(name, "") == str(of_none.value).replace("none", "")
    document, chunks = make_document("hush", ["Other words."])
    view.commit(document, chunks, make_vectors(1, 1), MODEL, None, replace=True)
    assert kb.document("hush").text.startswith("Zanzibar") and not view.has("hush")
    kb.discard("hush")
    assert view.discarded() == [] and view.purge_discarded(datetime.now(UTC) + timedelta(days=1)) == []
    assert [info.id for info in kb.discarded()] == ["hush"]


def test_who_may_not_see_a_document_may_still_add_others(kb: KnowledgeBase, view: KnowledgeBase) -> None:
    put(view, "new", ["Bicycles cost £1."], 3)
    assert view.has("new") and kb.has("new") and view.search_text(["bicycles"], KINDS, 3)
    view.correct("new", public=False)
    assert not view.has("new") and kb.has("new")


def test_a_view_leads_to_nothing_more(kb: KnowledgeBase, view: KnowledgeBase) -> None:
    assert view.seen_by(cleared=True) is view.seen_by(cleared=False) is view is kb.seen_by(cleared=False)
    assert (kb.cleared, view.cleared) == (True, False)
    with pytest.raises(TypeError):
        type(view).open(kb.home)
    view.close()
    assert kb.documents() and view.documents()


def test_a_new_model_embeds_hidden_and_discarded_documents_too(
    kb: KnowledgeBase, view: KnowledgeBase, embedder: Embedder
) -> None:
    kb.discard("geheim")
    view.embed_missing(embedder)
    kb.restore("geheim")
    assert kb.embedding_model() == embedder.name and kb.check() == []
    assert kb.vectors(["geheim:s0"]) and kb.vectors(["hush:s0"]) and view.vectors(["hush:s0"]) == {}


def test_word_vectors_are_told_of_the_words_asked_for_only(kb: KnowledgeBase, view: KnowledgeBase) -> None:
    kb.keep_word_vectors(["vans", "zanzibar"], np.eye(2, dtype=np.float32), MODEL)
    assert list(view.word_vectors(["vans", "cars"], MODEL)) == ["vans"]
    assert view.word_vectors(["vans"], "another") == {}


# The same with the shipped documents and everything that answers.

HIDDEN = "hmic-review-2013.pdf"
QUESTIONS = (
    "What did Nottinghamshire pay towards forensics in 2016/17?",
    "Who chairs the East Midlands PCC Board?",
    "How many police officers work in major crime?",
    "What did the 2013 review say about legal services?",
    "What does EMSOU stand for?",
    "What are the risks of collaboration?",
    "Which unit saves the most against its baseline?",
    "How have the costs of forensics changed?",
    "What would hapen to my job in a mergd legal servces team?",
    "What is the salary of the Mayor of Paris?",
)


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory, corpus_home: Path) -> Iterator[tuple[KnowledgeBase, ...]]:
    """The shipped documents with one that is not public, and without that one."""
    homes = [tmp_path_factory.mktemp("corpora") / name for name in ("marked", "without")]
    for home in homes:
        shutil.copytree(corpus_home, home)
    with KnowledgeBase.open(homes[0]) as marked, KnowledgeBase.open(homes[1]) as without:
        hidden = next(info.id for info in marked.documents() if info.source == HIDDEN)
        marked.correct(hidden, public=False)
        without.remove(hidden)
        yield marked, without


def answer_to_compare(kb: KnowledgeBase, question: str) -> dict[str, object]:
    from kb.answering import answer

    told = answer(kb, question).to_json()
    told.pop("timings_ms")
    return told


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_are_those_of_the_documents_that_one_may_see(
    corpora: tuple[KnowledgeBase, KnowledgeBase], question: str
) -> None:
    marked, without = corpora
    seen = answer_to_compare(marked.seen_by(cleared=False), question)
    assert seen == answer_to_compare(without, question)
    assert HIDDEN not in repr(seen)


def test_the_hidden_document_would_have_answered(corpora: tuple[KnowledgeBase, KnowledgeBase]) -> None:
    marked, _ = corpora
    assert any(HIDDEN in repr(answer_to_compare(marked, question)) for question in QUESTIONS)


def test_words_are_known_and_mended_from_what_one_may_see(corpora: tuple[KnowledgeBase, KnowledgeBase]) -> None:
    from kb.retrieval.lexicon import corpus_lexicon

    marked, without = corpora
    view, whole = corpus_lexicon(marked.seen_by(cleared=False)), corpus_lexicon(marked)
    other = corpus_lexicon(without)
    assert (view.words, view.acronyms, view.document_frequency) == (
        other.words,
        other.acronyms,
        other.document_frequency,
    )
    assert whole.words != view.words
    assert corpus_lexicon(marked.seen_by(cleared=False)) is view and corpus_lexicon(marked) is whole
