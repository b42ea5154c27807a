"""The evaluation: wordings, metrics, checks against the files, reports, and the question sets that ship."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evals.check_questions import CORPUS, SHIPPED, check_question, check_sets
from evals.metrics import answer_to_reasons, judge, markers_resolve, percentile, summarise
from evals.normalise import count_words, occurs, without_markers
from evals.overlap import overlaps
from evals.questions import Evidence, Question, json_to_question, read_questions
from evals.report import COLUMNS, count_outcomes, report_to_html, report_to_json, set_to_table, write_html, write_json
from evals.runner import (
    FAR_WORDED_TUNED,
    SET_ASIDE,
    TUNED,
    EvaluationReport,
    evaluate,
    judgements_to_report,
    score_answers,
)
from evals.sources import SourceFiles
from kb.errors import BadQuestion
from kb.store import KnowledgeBase

DECK, REPORT, REVIEW = "panel-presentation-2017.pdf", "panel-report-2014.pdf", "hmic-review-2013.pdf"
FORENSICS_ROW = "EMSOU FORENSICS 1,087,357 906,131 858,855 579,136 508,221 3,939,700"


@pytest.fixture(scope="module")
def corpus() -> SourceFiles:
    return SourceFiles.from_folder(CORPUS)


# ------------------------------------------------------------------------------------------------- wordings

OCCURS = [
    # figures, money, scales
    ("1,993,488", "Together they pay £1993488."),
    ("£6.57m", "The largest is £6,570,000."),
    ("6,570,000", "a grant of £6.57 million"),
    ("6.57", "a grant of £6.57m"),
    ("£31.5k", "£31,500 for Leicestershire"),
    ("GBP 182m", "savings of £182 million"),
    ("£14.5m", "Use of reserves, £m: (14.5)"),
    ("8.1", "Base Budget Gap, 09/10 (£m): 8.1"),
    ("£8.1m", "Base Budget Gap, 09/10 (£m): 8.1"),
    ("£1,410,000", "Approximate cost: 1,410 (£000s)"),
    ("£1,410,000", "Approximate cost £ 000′s 1,410"),
    ("£480,000", "£'000s: 480"),
    ("five million", "£5m"),
    ("three hundred and sixty-eight", "368 officers"),
    ("368", "three hundred and sixty eight officers"),
    ("11,585", "eleven thousand five hundred and eighty-five people"),
    # shares
    ("27.92%", "27.92 per cent of the total"),
    ("27.92", "27.92% of the total"),
    ("a quarter", "about a quarter of it"),
    ("thirty per cent", "30%"),
    # years and dates
    ("2015/16", "the financial year 2015-16"),
    ("09/10", "in 2009-2010"),
    ("2009", "from 2009/10 on"),
    ("2006 to 2026", "between 2006-2026"),
    ("24 April 2017", "held on April 24th, 2017"),
    ("24 April 2017", "24/04/2017"),
    ("Sept 2011", "since September 2011"),
    ("22 February 2010", "the 22nd of Feb 2010"),
    # words
    ("Serious & Organised Crime", "serious and organised crime"),
    ("cross-border", "crossborder work"),
    ("coordinating", "the tasking and co-ordinating group"),
    ("Superintendents’ Association", "the superintendents' association"),
    ("business case", "fourteen business cases"),
    ("the PCC Board", "East Midlands **PCC Board**"),
    ("second", "the 2nd plan"),
    ("GAIN", "agencies<sup>33</sup> in GAIN.³³"),
    ("one", "one of the five"),
]

DOES_NOT_OCCUR = [
    ("93", "1,993"),
    ("993", "1,993,488"),
    ("6", "£6.57m"),
    ("£6.57m", "6.57 per cent"),
    ("£6.57m", "£6.57"),
    ("480", "1,480"),
    ("30%", "30 officers"),
    ("£480,000", "480"),
    ("0.8", "8"),
    ("2016", "2015/16"),
    ("2015/16", "2016/17"),
    ("10", "in 09/10"),
    ("rest", "forest"),
    ("2", "a second plan"),
    ("second", "2 plans"),
    ("1", "no one knows"),
    ("1", "one of the forces"),
    ("22", "section 22B"),
    ("[2]", ""),
    ("", "anything at all"),
    ("major crime unit", "major crime team"),
]


@pytest.mark.parametrize(("wording", "text"), OCCURS)
def test_wording_occurs(wording: str, text: str) -> None:
    assert occurs(wording, text)


@pytest.mark.parametrize(("wording", "text"), DOES_NOT_OCCUR)
def test_wording_does_not_occur(wording: str, text: str) -> None:
    assert not occurs(wording, text)


def test_markers_are_neither_words_nor_figures() -> None:
    answer = "Five forces [1] take part [2, 3] – all of them [4]."
    assert count_words(answer) == 7
    assert not occurs("4", without_markers(answer))
    assert occurs("forces take", without_markers(answer))


# ----------------------------------------------------------------------------------------------- one answer

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


# ------------------------------------------------------------------------------- citations against the files


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


# ------------------------------------------------------------------------------------------ runs and reports


@pytest.fixture
def scored(tmp_path: Path, corpus: SourceFiles) -> EvaluationReport:
    """Two sets of shipped questions, scored against answers made up from their evidence."""
    paths, answers = [], []
    for origin in (TUNED, SET_ASIDE):
        lines = origin.read_text(encoding="utf-8").splitlines()
        chosen = [*lines[:6], *lines[-3:]]
        paths.append(tmp_path / origin.name)
        paths[-1].write_text("\n".join(chosen) + "\n", encoding="utf-8")
        for question in map(json.loads, chosen[1:]):
            answers.append(_answer_from_evidence(question))
    (tmp_path / "answers.jsonl").write_text("\n".join(map(json.dumps, answers)), encoding="utf-8")
    return score_answers(paths, tmp_path / "answers.jsonl", corpus)


def _answer_from_evidence(question: dict[str, Any]) -> dict[str, Any]:
    if not question["answerable"]:
        return {"id": question["id"], "status": "not_found", "answer": "", "timings_ms": {"total": 3.0}}
    citations = [piece | {"marker": n, "page": 1} for n, piece in enumerate(question["evidence"], start=1)]
    said = " ".join(f"{citation['quote']} [{citation['marker']}]" for citation in citations)
    return {
        "id": question["id"],
        "status": "answered",
        "answer": said,
        "citations": citations,
        "retrieved": [{"source": c["source"], "text": c["quote"]} for c in citations],
        "timings_ms": {"total": 21.0},
    }


def test_sets_are_reported_apart(scored: EvaluationReport) -> None:
    assert [part.name for part in scored.sets] == ["tuned", "set_aside"]
    for part in scored.sets:
        assert part.total.questions == 9
        assert part.total.accuracy == pytest.approx(8 / 9)
        assert [failure.status for failure in part.failures()] == ["missing"]
        assert part.total.unanswerable_handled == 1
        assert part.total.citation_verbatim == part.total.citation_supports == 1
        assert part.by_type["unanswerable"].questions == 3
        assert count_outcomes(part) == {
            "right": 5,
            "right to say not found": 3,
            "not found, though answerable": 1,
            "wrong": 0,
        }


def test_sets_of_one_name_are_told_apart_by_their_folder(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("", encoding="utf-8")
    report = score_answers([FAR_WORDED_TUNED, TUNED, SET_ASIDE], tmp_path / "a.jsonl")
    assert [part.name for part in report.sets] == ["far_worded/tuned", "questions/tuned", "set_aside"]


def test_answers_without_id_are_found_by_their_words(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": "a", "type": "fact", "question": "How  many?", "must": ["5"]}\n')
    (tmp_path / "a.jsonl").write_text('{"question": "How many?", "status": "answered", "answer": "Five."}\n')
    assert score_answers([tmp_path / "q.jsonl"], tmp_path / "a.jsonl").sets[0].total.accuracy == 1


@pytest.mark.parametrize("line", ["not json", "[1]", '{"id": "a"}', '{"id": "a", "question": "?", "history": [1]}'])
def test_a_line_that_cannot_be_taken_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(BadQuestion):
        read_questions(path)


def test_missing_set(tmp_path: Path) -> None:
    with pytest.raises(BadQuestion, match=r"gone\.jsonl"):
        read_questions(tmp_path / "gone.jsonl")


def test_json_report(scored: EvaluationReport, tmp_path: Path) -> None:
    write_json(scored, tmp_path / "report.json")
    read = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert read == json.loads(json.dumps(report_to_json(scored)))
    assert {field for field, _, _ in COLUMNS} <= read["sets"][0]["total"].keys()
    assert len(read["sets"][1]["questions"]) == 9


def test_terminal_table(scored: EvaluationReport) -> None:
    table = set_to_table(scored.sets[0])
    assert table.row_count == len(COLUMNS)
    assert [column.header for column in table.columns][-1] == "total"
    assert list(table.columns[-1].cells)[:2] == ["9", "88.9%"]


def test_html_report_stands_alone(scored: EvaluationReport, tmp_path: Path) -> None:
    write_html(scored, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == page.count("</svg>") == 3
    for foreign in ("<script", "<link", "<img", "src=", "url(", "@import"):
        assert foreign not in page
    assert page.count("http") == page.count("http://www.w3.org/2000/svg")


def test_html_report_escapes_what_people_wrote() -> None:
    question = Question("<b>", "fact", "Is <script> & safe?", must=(("<i>",),))
    part = judgements_to_report("a<b", [judge(question, {"status": "answered", "answer": "<u>no</u>"})])
    page = report_to_html(EvaluationReport((part,)), "A & B")
    assert "<script>" not in page and "<u>" not in page and "a<b" not in page
    assert "Is &lt;script&gt; &amp; safe?" in page and "A &amp; B" in page


# ---------------------------------------------------------------------------------- the sets that are shipped


@pytest.mark.parametrize("paths", SHIPPED)
def test_shipped_questions_have_no_problems(paths: tuple[Path, Path]) -> None:
    assert check_sets(paths, CORPUS) == []


def test_ids_are_unique_over_all_sets() -> None:
    ids = [question.id for paths in SHIPPED for path in paths for question in read_questions(path)]
    assert len(ids) == len(set(ids))


def test_checker_runs_as_a_module() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "evals.check_questions"], capture_output=True, text=True, cwd=CORPUS.parent, check=True
    )
    assert run.stdout.strip() == "0 problems"


@pytest.mark.parametrize("paths", SHIPPED)
def test_halves_have_every_type_in_the_same_measure(paths: tuple[Path, Path]) -> None:
    tuned, set_aside = ([question.type for question in read_questions(path)] for path in paths)
    assert set(tuned) == set(set_aside)
    assert all(abs(tuned.count(kind) - set_aside.count(kind)) <= 1 for kind in set(tuned))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"type": "riddle"}, "unknown type"),
        ({"must": [["1,087,358"]]}, "occurs in the evidence"),
        ({"must": [["£"]]}, "empty wording"),
        ({"must_not": ["1,087,357"]}, "must_not"),
        ({"evidence": [{"source": DECK, "quote": "EMSOU FORENSICS 1,087,358"}]}, "does not stand in"),
        ({"evidence": [{"source": "gone.pdf", "quote": FORENSICS_ROW}]}, "no file gone.pdf"),
        ({"evidence": []}, "without must or evidence"),
        ({"answerable": False}, "disagree"),
        ({"type": "follow_up"}, "without history"),
    ],
)
def test_checker_names_the_problem(change: dict[str, Any], problem: str, corpus: SourceFiles) -> None:
    good: dict[str, Any] = {
        "id": "q",
        "type": "table_lookup",
        "question": "?",
        "answerable": True,
        "must": [["1,087,357"]],
        "must_not": [],
        "evidence": [{"source": DECK, "quote": FORENSICS_ROW}],
    }
    assert check_question(json_to_question(good), corpus) == []
    assert any(problem in found for found in check_question(json_to_question(good | change), corpus))


def test_checker_looks_at_the_sets_as_a_whole(tmp_path: Path) -> None:
    line = {
        "id": "q",
        "type": "fact",
        "question": "?",
        "answerable": True,
        "must": [["forensics"]],
        "must_not": [],
        "evidence": [{"source": DECK, "quote": FORENSICS_ROW}],
        "note": "?",
    }
    path = tmp_path / "small.jsonl"
    path.write_text("\n".join([json.dumps(line)] * 4), encoding="utf-8")
    problems = "\n".join(check_sets([path], CORPUS))
    for part in ("unknown ['note']", "id used 4 times", "place used 4 times", "4 questions", "0 unanswerable"):
        assert part in problems
    assert "no question of type computed" in problems


# --------------------------------------------------------------------------------- asking a knowledge base


def test_evaluate_asks_and_checks_citations_against_the_kept_files(corpus_home: Path, tmp_path: Path) -> None:
    by_type = {json.loads(line)["type"]: line for line in TUNED.read_text(encoding="utf-8").splitlines()}
    chosen = [by_type[kind] for kind in ("fact", "table_lookup", "follow_up", "unanswerable")]
    path = tmp_path / "few.jsonl"
    path.write_text("\n".join(chosen), encoding="utf-8")
    seen: list[tuple[int, int]] = []
    with KnowledgeBase.open(corpus_home) as kb:
        report = evaluate([path], kb, lambda done, total: seen.append((done, total)))
    part = report.sets[0]
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert {judgement.status for judgement in part.judgements} <= {"answered", "not_found"}
    assert part.total.citation_verbatim == part.total.page_right == part.total.markers_resolve == 1
    assert part.total.latency_p50_ms is not None and part.total.latency_p50_ms > 0
