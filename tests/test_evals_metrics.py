"""What is judged of one answer, and its citations against the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evals.check_questions import CORPUS
from evals.metrics import answer_to_reasons, judge, markers_resolve, percentile, summarise
from evals.overlap import overlaps
from evals.questions import Evidence, Question, json_to_question
from evals.sources import SourceFiles

DECK, REPORT, REVIEW = "panel-presentation-2017.pdf", "panel-report-2014.pdf", "hmic-review-2013.pdf"
FORENSICS_ROW = "EMSOU FORENSICS 1,087,357 906,131 858,855 579,136 508,221 3,939,700"


@pytest.fixture(scope="module")
def corpus() -> SourceFiles:
    return SourceFiles.from_folder(CORPUS)


QUESTION = json_to_question(
    {
        "id": "q1",
        "type": "table_lookup",
        "question": "What does Notts pay for forensics?",
        "must": [["£1,087,357"], ["Notts", "Nottinghamshire"]],
        "must_not": ["906,131"],
        "evidence": [{"source": DECK, "quote": FORENSICS_ROW}],
    }
)
UNANSWERABLE = Question("q2", "unanswerable", "And in 2030?", answerable=False)


def answer_object(**changes: Any) -> dict[str, Any]:
    citation = {"marker": 1, "source": DECK, "page": 13, "quote": FORENSICS_ROW, "table": {"table_id": "t"}}
    retrieved = [
        {"source": REPORT, "text": FORENSICS_ROW},
        {"source": DECK, "text": f"Force Financial Contributions: {FORENSICS_ROW}"},
    ]
    good = {
        "id": "q1",
        "question": QUESTION.question,
        "status": "answered",
        "answer": "Nottinghamshire pays £1,087,357 [1].",
        "citations": [citation],
        "retrieved": retrieved,
        "timings_ms": {"total": 40.0},
    }
    return good | changes


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("Notts: £1,087,357 [1].", None),
        ("Notts pays it.", "missing: £1,087,357"),
        ("Notts pays £1,087,357, Leics 906,131.", "must not say: 906,131"),
        ("Notts pays £1,087,357 " + "and so on " * 30, "93 words, at most 80"),
        (" [1] ", "empty answer"),
    ],
)
def test_reasons_why_an_answer_is_not_right(answer: str, reason: str | None) -> None:
    assert answer_to_reasons(QUESTION, answer) == ([reason] if reason else [])


def test_lists_may_be_longer_and_max_words_is_kept() -> None:
    value = {"id": "a", "type": "list", "question": "?", "must": ["x"]}
    assert json_to_question(value).max_words == 160
    assert json_to_question(value | {"max_words": 90}).max_words == 90
    assert json_to_question(value | {"type": "fact"}).max_words == 80


@pytest.mark.parametrize(
    ("text", "markers", "resolves"),
    [
        ("Yes [1].", [1], True),
        ("Yes [1], and so [2, 3].", [1, 2, 3], True),
        ("Yes [1][2].", [1], False),
        ("Yes [1].", [1, 2], False),
        ("Yes.", [], False),
    ],
)
def test_markers_resolve_both_ways(text: str, markers: list[int], resolves: bool) -> None:
    assert markers_resolve({"answer": text, "citations": [{"marker": n} for n in markers]}) is resolves


def test_judgement_of_a_right_answer(corpus: SourceFiles) -> None:
    judgement = judge(QUESTION, answer_object(), corpus)
    assert judgement.right and judgement.supported and judgement.markers_resolve
    assert judgement.first_hit == 2
    assert [(c.verbatim, c.page_right) for c in judgement.citations] == [(True, True)]


def test_judgement_of_a_missing_and_of_a_refused_answer() -> None:
    assert not judge(QUESTION, None).right
    refused = answer_object(status="not_found", answer="", message="not in these documents")
    assert judge(QUESTION, refused).reasons == ("status not_found",)
    assert judge(UNANSWERABLE, refused).right
    assert judge(UNANSWERABLE, answer_object()).reasons == ("answered what the documents do not say",)
    assert not judge(UNANSWERABLE, None).right


def test_summary(corpus: SourceFiles) -> None:
    wrong = answer_object(answer="906,131 [1] [2].", timings_ms={"total": 80.0})
    given = [
        (QUESTION, answer_object()),
        (QUESTION, wrong),
        (QUESTION, answer_object(status="not_found", retrieved=[])),
        (UNANSWERABLE, answer_object(status="not_found", timings_ms={})),
    ]
    summary = summarise([judge(question, answer, corpus) for question, answer in given])
    assert summary.questions == 4
    assert summary.accuracy == 0.5
    assert summary.answerable_accuracy == pytest.approx(1 / 3)
    assert summary.wrong_answered == 0.25
    assert summary.not_found_answerable == pytest.approx(1 / 3)
    assert summary.unanswerable_handled == 1
    assert summary.citation_verbatim == summary.page_right == summary.citation_supports == 1
    assert summary.markers_resolve == 0.5
    assert summary.hit_at_1 == 0
    assert summary.hit_at_5 == summary.hit_at_10 == pytest.approx(2 / 3)
    assert summary.median_words == 2
    assert (summary.latency_p50_ms, summary.latency_p95_ms) == (40, 80)


def test_percentile_is_nearest_rank() -> None:
    assert percentile([float(n) for n in range(1, 21)], 95) == 19
    assert percentile([5.0], 50) == 5
    assert percentile([], 50) is None


def test_prose_on_its_page(corpus: SourceFiles) -> None:
    quote = "Completion of the purchase is expected before September 2014 is over."
    assert corpus.is_verbatim(REPORT, quote)
    assert corpus.is_on_page(REPORT, 2, quote)
    assert corpus.is_on_page(REPORT, 1, quote) is False
    assert corpus.is_on_page(REPORT, None, quote) is False
    assert not corpus.is_verbatim(REPORT, quote.replace("expected", "hoped for"))
    assert not corpus.is_verbatim("nowhere.pdf", quote)


def test_words_broken_at_line_ends_and_soft_hyphens_are_closed_up(corpus: SourceFiles) -> None:
    assert corpus.is_on_page(REPORT, 1, "processes that are streamlined and standardised so that investigations")
    assert corpus.is_on_page(REPORT, 2, "Planning for the co-location of EMSOU and the National Crime Agency")


def test_quote_that_runs_over_a_page_end(corpus: SourceFiles) -> None:
    quote = (
        "Among the other regional work being developed in Criminal Justice is the creation of Virtual Remand Courts."
    )
    assert corpus.is_on_page(REPORT, 1, quote)
    assert corpus.is_on_page(REPORT, 2, quote) is False
    assert corpus.is_verbatim(REPORT, quote)


def test_quote_without_the_numbers_of_footnotes(corpus: SourceFiles) -> None:
    quote = "save on average 20% of what they cost before collaboration; and in some major operational areas"
    assert corpus.is_verbatim(REVIEW, quote)


def test_table_row_word_by_word(corpus: SourceFiles) -> None:
    assert corpus.is_on_page(DECK, 13, "EMSOU FORENSICS | 1,087,357 | NOTTS 27.6% £", is_table=True)
    assert corpus.is_on_page(DECK, 13, "EMSOU FORENSICS | 087,357", is_table=True) is False
    assert corpus.is_on_page(DECK, 13, "EMSOU FORENSICS | 1,087,35", is_table=True) is False
    assert corpus.is_on_page(DECK, 14, "EMSOU FORENSICS | 1,087,357", is_table=True) is False
    assert corpus.is_on_page(REPORT, 11, "Nottinghamshire | Body Worn Video | £1,684,240", is_table=True)


def test_text_file(tmp_path: Path) -> None:
    (tmp_path / "minutes.txt").write_text("The budget\nis  £42m in all.\n", encoding="utf-8")
    files = SourceFiles.from_folder(tmp_path)
    assert files.is_verbatim("Minutes.txt", "budget is £42m")
    assert files.is_verbatim("minutes.txt", "budget is £43m") is False
    assert files.is_on_page("minutes.txt", None, "budget is £42m") is None


def test_overlap_goes_by_place_in_a_text_file(tmp_path: Path) -> None:
    words = "Murder team 157 70 227. Labs none 61 61. The murder team has a budget of £11.2m in all."
    (tmp_path / "a.txt").write_text(words, encoding="utf-8")
    files = SourceFiles.from_folder(tmp_path)
    row = Evidence("a.txt", "Murder team 157 70 227.")
    assert overlaps(row, "folder/A.txt", "team 157 70", files)
    assert overlaps(row, "a.txt", words, files)
    assert not overlaps(row, "a.txt", "Labs none 61 61.", files)
    assert not overlaps(row, "a.txt", "227. Labs none 61", files)
    assert not overlaps(row, "b.txt", "Murder team 157 70 227.", files)


def test_overlap_goes_by_runs_of_words_elsewhere() -> None:
    evidence = Evidence(REVIEW, "Its budget is £11.2m, and this is £3.5m less than before.")
    assert overlaps(evidence, REVIEW, "Major crime: its budget is £11.2m, and this is £3.5m less")
    assert not overlaps(evidence, REVIEW, "and this unit is smaller; its staff is less than what was budgeted")
    assert not overlaps(evidence, REVIEW, "  ")
