"""The ranker: what it puts first, that it says the same whoever stands beside, and that answers do without it."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from kb.answering import understand
from kb.errors import ModelError
from kb.retrieval import ranker, rerank
from kb.retrieval.evidence import gather_evidence
from kb.retrieval.ranker import PAIR_TOKENS, WEIGHTS, Ranker, load_ranker, texts_to_pairs
from kb.store import KnowledgeBase

QUESTION = "When did the new crime laboratory open its doors?"
WINDOWS = [
    "Forensics: The laboratory cost £2.4 million, half of which was borrowed.",
    "Forensics: After two years of building, the laboratory was opened in May 2014.",
    "Premises: The old headquarters will be sold in 2015.",
    "",
    "Forensics: " + "Officers bring exhibits to a counter on the ground floor. " * 40,
]


@pytest.fixture(scope="module")
def shipped() -> Ranker:
    return Ranker()


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    load_ranker.cache_clear()


def test_the_window_that_answers_comes_first_and_its_answer_is_marked(shipped: Ranker) -> None:
    readings = shipped.read(QUESTION, WINDOWS)
    best = max(range(len(WINDOWS)), key=lambda i: readings[i].score)
    assert best == 1
    assert "2014" in WINDOWS[1][readings[1].start : readings[1].end]
    surest = max(range(len(WINDOWS)), key=lambda i: readings[i].span_score - readings[i].no_answer)
    assert surest == 1


def test_a_row_that_names_what_is_asked_comes_before_its_neighbours(shipped: Ranker) -> None:
    rows = [f"Contributions: {name}: share of cost {share}; officers 12" for name, share in (("Leeds", 4), ("York", 9))]
    readings = shipped.read("What share of the cost does York carry?", rows)
    assert readings[1].score > readings[0].score


def test_the_same_windows_give_the_same_bits_in_any_order(shipped: Ranker) -> None:
    once = shipped.read(QUESTION, WINDOWS)
    assert shipped.read(QUESTION, WINDOWS) == once
    assert shipped.read(QUESTION, WINDOWS[::-1])[::-1] == once


def test_a_reading_alone_and_in_company_agree(shipped: Ranker) -> None:
    alone = [shipped.read(QUESTION, [window])[0] for window in WINDOWS]
    crowd = shipped.read(QUESTION, [*WINDOWS, *(f"Neighbour {n}. " * (n % 30 + 1) for n in range(100))])
    for one, other in zip(alone, crowd, strict=False):
        assert one.score == pytest.approx(other.score, abs=0.05), "more than the last bits of bfloat16"


def test_no_windows_are_no_readings(shipped: Ranker) -> None:
    assert shipped.read(QUESTION, []) == []


def test_long_texts_are_cut_to_the_budget(shipped: Ranker) -> None:
    pairs = texts_to_pairs(shipped._tokenizer, QUESTION * 30, WINDOWS)
    assert max(len(pair.ids) for pair in pairs) == PAIR_TOKENS
    assert all(pair.offsets for pair, window in zip(pairs, WINDOWS, strict=True) if window)


def test_weights_that_are_missing_or_broken_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="KB_RANKER"):
        Ranker(tmp_path / "none.safetensors")
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(WEIGHTS.read_bytes()[:5000])
    with pytest.raises(ModelError, match="KB_RANKER"):
        Ranker(broken)


def test_other_words_than_it_was_trained_with_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    other = tmp_path / "ranker.safetensors"
    save_file(load_file(str(WEIGHTS)), str(other), {"words": "0" * 64})
    with pytest.raises(ModelError, match="trained with other words"):
        Ranker(other)


def test_without_weights_it_says_so_and_the_order_stays(
    corpus_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ranker.Ranker.__init__, "__defaults__", (tmp_path / "gone.safetensors",))
    with KnowledgeBase.open(corpus_home) as kb, caplog.at_level(logging.WARNING):
        query = understand(kb, "Who chairs the programme board?", ())
        evidence = gather_evidence(kb, query)
        assert rerank.rerank(kb, evidence, query) == evidence
    assert "without a ranker" in caplog.text


@pytest.mark.parametrize("setting", ["none", "no-such-model"])
def test_the_setting_switches_it_off_or_names_another(
    setting: str, corpus_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_RANKER", setting)
    with KnowledgeBase.open(corpus_home) as kb:
        query = understand(kb, "Who chairs the programme board?", ())
        evidence = gather_evidence(kb, query)
        assert rerank.rerank(kb, evidence, query) == evidence


def test_readings_are_added_to_the_score_and_kept(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        query = understand(kb, "What did Nottinghamshire pay towards forensics in 2016/17?", ())
        before = gather_evidence(kb, query)
        after = rerank.rerank(kb, before, query)
        windows = rerank.units_to_windows(kb, [item.chunk for item in before])
    assert {item.chunk.id for item in after} == {item.chunk.id for item in before}
    assert [item.score for item in after] == sorted((item.score for item in after), reverse=True)
    old = {item.chunk.id: item.score for item in before}
    for item in after:
        added = item.score - old[item.chunk.id]
        if item.reading is None:
            assert item.chunk.id in [b.chunk.id for b in before[rerank.units_read(before) :]]
        else:
            assert added == pytest.approx(rerank.reading_to_score(item.reading), abs=1e-5)
            assert 0 <= item.reading.start <= item.reading.end <= len(item.chunk.text)
    for window, item in zip(windows, before, strict=True):
        assert window.text[window.offset :] == item.chunk.text


@pytest.mark.parametrize(
    ("behind", "read"),
    [
        ([0.0] + [0.1] * 30, 16),  # of many alike only so many
        ([0.0] + [0.5] * 7 + [0.7] * 9, 8),  # what is near the best
        ([0.0] + [0.7] * 9, 6),  # some, even where the best stands alone
        ([0.0, 0.7], 2),
    ],
)
def test_how_much_is_read(behind: list[float], read: int, corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        one = gather_evidence(kb, understand(kb, "Who chairs the programme board?", ()))[0]
    assert rerank.units_read([replace(one, score=2.0 - less) for less in behind]) == read


def test_a_short_sentence_is_read_with_the_one_before_it(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        for info in kb.documents():
            units = [u for u in kb.chunks_of(info.id) if u.kind == "sentence"]
            windows = rerank.units_to_windows(kb, units)
            longer = 0
            for last, unit, window in zip(units, units[1:], windows[1:], strict=False):
                if len(unit.text.split()) < rerank.SHORT and last.parent == unit.parent:
                    assert last.text in window.text
                    longer += 1
            assert longer or info.source.endswith(".csv")


def test_another_cross_encoder_without_spans_only_moves_scores(
    corpus_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lengths:
        """Reads nothing but lengths."""

        def read(self, question: str, windows: list[str]) -> list[ranker.Reading]:
            return [ranker.Reading(float(len(window)), 0.0, 0, 0, 0.0) for window in windows]

    monkeypatch.setattr(rerank, "load_ranker", lambda name: Lengths())
    with KnowledgeBase.open(corpus_home) as kb:
        query = understand(kb, "Who chairs the programme board?", ())
        evidence = gather_evidence(kb, query)
        after = rerank.rerank(kb, evidence, query)
    assert all(replace(item, reading=None).features for item in after)
    read = [item for item in after if item.reading is not None]
    near = [item for item in evidence if item.score >= evidence[0].score - rerank.BEHIND]
    assert len(read) == len(near) and rerank.FEWEST_READ < len(near) < rerank.READ
