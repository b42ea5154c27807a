"""The evaluation: runs over question sets, and their reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.check_questions import CORPUS
from evals.metrics import judge
from evals.questions import Question, read_questions
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


@pytest.fixture(scope="module")
def corpus() -> SourceFiles:
    return SourceFiles.from_folder(CORPUS)


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
