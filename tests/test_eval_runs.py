"""Kept runs of question sets: asked, kept, stopped, deleted, compared, and written out."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import pytest

from evals.compare_runs import compare_runs, two_sided
from evals.jobs import Busy, Evaluations
from evals.questions import Question, json_to_question
from evals.run_report import (
    comparison_to_csv,
    comparison_to_page,
    comparison_to_plot,
    comparison_to_words,
    metrics_to_html,
    run_to_csv,
    run_to_json,
    run_to_page,
)
from evals.runs import (
    Run,
    ask_set,
    delete_run,
    find_run,
    list_runs,
    load_run,
    purge_deleted,
    restore_run,
    run_path,
    runs_seen_by,
    save_run,
)
from evals.sets import MOST_PROBLEMS, shipped_sets, sources_missing, text_to_set
from kb.errors import BadQuestion, NotFound

if TYPE_CHECKING:
    from kb.embedding import Embedder
    from kb.store import KnowledgeBase
    from tests.conftest import RunKb

SET: list[dict[str, Any]] = [
    {"id": "a", "type": "fact", "question": "How many handlers has the dog unit?", "must": [["twelve", "12"]]},
    {"id": "b", "type": "fact", "question": "How many vans has the dog unit?", "must": [["nine"]]},
    {"id": "c", "type": "unanswerable", "question": "Who is the Mayor of Paris?", "answerable": False},
    {"id": "d", "type": "fact", "question": "=SUM(1) is the dog unit in Kent?", "must": [["Kent"]]},
]
QUESTIONS = [json_to_question(value) for value in SET]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    from ingest.pipeline import ingest
    from kb.store import KnowledgeBase

    folder = tmp_path_factory.mktemp("runs")
    minutes = docx.Document()
    minutes.add_heading("Minutes of the dog unit", level=1)
    minutes.add_paragraph("The dog unit has twelve handlers. The dog unit has four vans.")
    minutes.save(str(folder / "minutes.docx"))
    with KnowledgeBase.open(folder / "kb", create=True) as kb:
        assert ingest([folder / "minutes.docx"], kb, embedder).added
    return folder / "kb"


@pytest.fixture
def kb(home: Path) -> Iterator[KnowledgeBase]:
    from kb.store import KnowledgeBase

    with KnowledgeBase.open(home) as opened:
        yield opened


@pytest.fixture
def run(kb: KnowledgeBase) -> Run:
    return ask_set(kb, QUESTIONS, "dogs")


# -------------------------------------------------------------------------------------------------------- runs


def test_a_run_is_kept_whole(kb: KnowledgeBase, run: Run, tmp_path: Path) -> None:
    from kb.kept_answers import json_to_answer

    save_run(tmp_path, run)
    held = load_run(tmp_path, run.id)
    assert [result.judgement for result in held.results] == [result.judgement for result in run.results]
    assert held.questions() == QUESTIONS
    assert held.state == "done" and held.asked_of == 4 and held.fingerprint == kb.fingerprint()
    right = {result.judgement.id: result.judgement.right for result in held.results}
    assert right["a"] and right["c"] and not right["b"]
    answer = held.results[0].answer
    assert answer is not None
    citation = json_to_answer(answer).citations[0]
    assert "twelve handlers" in citation.quote and citation.document_id == kb.documents()[0].id
    assert held.report().total == run.report().total


def test_a_stopped_run_keeps_what_was_asked(kb: KnowledgeBase) -> None:
    told: list[tuple[int, int]] = []
    run = ask_set(kb, QUESTIONS, "dogs", on_progress=lambda *n: told.append(n), stopped=lambda: len(told) == 2)
    assert run.state == "stopped" and len(run.results) == 2 and run.asked_of == 4
    assert told == [(1, 4), (2, 4)]


def test_a_sealed_run_keeps_no_words(kb: KnowledgeBase, tmp_path: Path) -> None:
    run = ask_set(kb, QUESTIONS, "set_aside", sealed=True)
    text = save_run(tmp_path, run).read_text(encoding="utf-8")
    assert run.report().total.questions == 4 and run.report().total.accuracy is not None
    for words in ("handlers", "twelve", "Paris", "vans"):
        assert words not in text
    assert compare_runs(run, run).of("same")
    assert not load_run(tmp_path, run.id).questions()


def test_a_deleted_run_comes_back_until_its_hour_is_over(run: Run, tmp_path: Path) -> None:
    save_run(tmp_path, run)
    delete_run(tmp_path, run.id)
    assert list_runs(tmp_path) == []
    restore_run(tmp_path, run.id)
    assert [held.id for held in list_runs(tmp_path)] == [run.id]
    delete_run(tmp_path, run.id)
    purge_deleted(tmp_path, older_than=-1)
    assert not list(run_path(tmp_path, run.id).parent.iterdir())
    with pytest.raises(NotFound):
        restore_run(tmp_path, run.id)


@pytest.mark.parametrize("run_id", ["../kb", "a/b", "", "..", "x" * 90, "%2e%2e"])
def test_an_id_reaches_no_other_file(run_id: str, tmp_path: Path) -> None:
    (tmp_path / "kb.json").write_text("{}", encoding="utf-8")
    for use in (load_run, delete_run, restore_run):
        with pytest.raises(NotFound):
            use(tmp_path, run_id)


def test_a_damaged_file_is_left_out(run: Run, tmp_path: Path) -> None:
    save_run(tmp_path, run)
    run_path(tmp_path, "damaged1").write_text('{"id": "damaged1"', encoding="utf-8")
    run_path(tmp_path, "damaged2").write_text('{"id": "damaged2", "results": [{}]}', encoding="utf-8")
    assert [held.id for held in list_runs(tmp_path)] == [run.id]


def test_runs_of_what_is_not_public_are_seen_by_the_cleared_alone(kb: KnowledgeBase, run: Run) -> None:
    public = kb.seen_by(cleared=False)
    made_public = ask_set(public, QUESTIONS[:1], "dogs")
    gone = replace(made_public, documents=({"id": "removed"},))
    assert run.cleared and not made_public.cleared
    assert runs_seen_by(kb, [run, made_public, gone]) == [run, made_public, gone]
    assert runs_seen_by(public, [run, made_public, gone]) == [made_public]
    save_run(kb.home, run)
    assert find_run(kb, run.id).id == run.id
    with pytest.raises(NotFound):
        find_run(public, run.id)
    run_path(kb.home, run.id).unlink()


# -------------------------------------------------------------------------------------------------------- jobs


def test_one_run_at_a_time_in_the_background(kb: KnowledgeBase) -> None:
    jobs = Evaluations(kb.home)
    job = jobs.start(kb, QUESTIONS * 30, "dogs")
    with pytest.raises(Busy):
        jobs.start(kb, QUESTIONS, "dogs")
    with pytest.raises(NotFound):
        jobs.state(job, cleared=False)
    with pytest.raises(NotFound):
        jobs.stop("job1")
    jobs.stop(job)
    next(thread for thread in threading.enumerate() if thread.name == "collabkb-evaluation").join(120)
    state = jobs.state(job)
    assert state.status == "stopped" and 0 < state.done < 120 and state.run_id
    assert len(load_run(kb.home, state.run_id).results) == state.done
    assert set(state.to_json()) >= {"id", "status", "done", "total", "run_id", "message"}
    run_path(kb.home, state.run_id).unlink()


def test_a_run_that_cannot_be_kept_says_so(kb: KnowledgeBase, tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where the folder should be", encoding="utf-8")
    jobs = Evaluations(tmp_path)
    job = jobs.start(kb, QUESTIONS[:1], "dogs")
    for thread in threading.enumerate():
        if thread.name == "collabkb-evaluation":
            thread.join(120)
    assert jobs.state(job).status == "failed" and "cannot be kept" in jobs.state(job).message


# -------------------------------------------------------------------------------------------------- comparison


def changed(run: Run, **right: bool) -> Run:
    """The run with other outcomes for some ids."""
    results = []
    for result in run.results:
        judged = result.judgement
        if judged.id in right:
            judged = replace(judged, right=right[judged.id], status="answered", said=f"other {judged.said}")
        results.append(replace(result, judgement=judged))
    return replace(run, results=tuple(results), fingerprint="other")


def test_what_got_better_and_worse(run: Run) -> None:
    after = changed(run, a=False, b=True)
    comparison = compare_runs(run, after)
    assert [change.id for change in comparison.of("worse")] == ["a"]
    assert [change.id for change in comparison.of("better")] == ["b"]
    assert len(comparison.of("same")) == 2
    words = " ".join(comparison_to_words(comparison))
    assert "1 got better, 1 got worse and 2 stayed the same (0 of these in other words)" in words
    assert "about 100 of 100" in words and "not the same" in words


def test_questions_of_one_run_alone_are_left_out(run: Run) -> None:
    fewer = replace(run, results=run.results[1:])
    comparison = compare_runs(fewer, run)
    assert (len(comparison.changes), comparison.only_before, comparison.only_after) == (3, 0, 1)
    assert [len(shared.results) for shared in comparison.shared()] == [3, 3]


def test_runs_without_a_common_question_are_not_judged(run: Run) -> None:
    one, other = replace(run, results=run.results[:2]), replace(run, results=run.results[2:])
    comparison = compare_runs(one, other)
    (words,) = comparison_to_words(comparison)
    assert "no question in common" in words
    assert comparison_to_plot(comparison) == "" == metrics_to_html(comparison)


def test_wrong_is_worse_than_silent(run: Run) -> None:
    wrong = next(result for result in run.results if result.judgement.id == "b")
    assert wrong.judgement.answered and not wrong.judgement.right
    silent = replace(wrong, judgement=replace(wrong.judgement, status="not_found"))
    quiet = replace(run, results=tuple(silent if result is wrong else result for result in run.results))
    assert [change.id for change in compare_runs(run, quiet).of("better")] == ["b"]
    assert [change.id for change in compare_runs(quiet, run).of("worse")] == ["b"]


@pytest.mark.parametrize(
    ("gained", "lost", "chance"), [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (8, 1, 0.0390625), (3, 3, 1.0)]
)
def test_chance_is_that_of_fair_coins(gained: int, lost: int, chance: float) -> None:
    assert two_sided(gained, lost) == two_sided(lost, gained) == pytest.approx(chance)


# ------------------------------------------------------------------------------------------------------- files


def test_a_run_as_csv_and_json(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run_to_csv(run).decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == ["a", "b", "c", "d"]
    assert rows[0]["outcome"] == "right" and "minutes.docx" in rows[0]["sources"]
    assert rows[3]["question"].startswith("'=SUM(1)"), "a spreadsheet would run it"
    value = json.loads(json.dumps(run_to_json(run)))
    assert value["total"]["questions"] == 4 and len(value["results"]) == 4 and "fact" in value["by_type"]


def test_a_page_needs_nothing_from_elsewhere_and_is_escaped(run: Run) -> None:
    hostile = replace(run, name="<script>alert(1)</script>")
    for page in (run_to_page(hostile), comparison_to_page(compare_runs(hostile, changed(run, a=False)))):
        assert "<script" not in page and "http" not in page.replace("http://www.w3.org/2000/svg", "")
        assert "<svg" in page and "dog unit?" in page
    rows = list(csv.DictReader(io.StringIO(comparison_to_csv(compare_runs(run, run)).decode("utf-8-sig"))))
    assert {row["verdict"] for row in rows} == {"same"}


# -------------------------------------------------------------------------------------------------------- sets


def test_the_sets_that_must_not_be_read_are_not_offered() -> None:
    names = [held.name for held in shipped_sets()]
    assert "tuned" in names and "far_worded/tuned" in names and names[0] == "tuned"
    assert not [name for name in names if "set_aside" in name]
    assert sources_missing(shipped_sets()[0].questions, ["plan-2009-2012.pdf"])[0] > 0


def lines(*values: Any) -> bytes:
    return "\n".join(value if isinstance(value, str) else json.dumps(value) for value in values).encode()


def test_a_set_of_ones_own() -> None:
    held = text_to_set("my dogs.jsonl", b"\xef\xbb\xbf" + lines(*SET, "", {"question": "Who?", "must": ["Ann"]}))
    assert held.title == "my dogs"
    assert list(held.questions) == [*QUESTIONS, Question("line 6", "other", "Who?", must=(("Ann",),))]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"question": "Who?"', "not JSON at character"),
        ("[1]", "no question"),
        ({"must": [["x"]]}, "“question” is missing"),
        ({"question": "  ", "must": [["x"]]}, "empty"),
        ({"question": "Who?"}, "nothing says what a right answer holds"),
        ({"question": "Who?", "must": "Ann"}, "“must” must be a list"),
        ({"question": "Who?", "must": [[1]]}, "“must” must be a list"),
        ({"question": "Who?", "mustt": [["x"]]}, "is “must” meant"),
        ({"question": "Who?", "must": [["x"]], "must_not": "y"}, "“must_not” must be"),
        ({"question": "Who?", "must": [["x"]], "answerable": "yes"}, "true or false"),
        ({"question": "Who?", "must": [["x"]], "evidence": [{"source": "a"}]}, "“evidence” must be"),
        ({"question": "Who?", "must": [["x"]], "history": ["before"]}, "“history” must be"),
        ({"question": "Who?", "must": [["x"]], "max_words": 0}, "above 0"),
        ({"id": "a", "question": "Who?", "must": [["x"]]}, "is that of line 1 too"),
    ],
)
def test_a_wrong_line_is_named(line: Any, words: str) -> None:
    with pytest.raises(BadQuestion, match="Line 2: ") as told:
        text_to_set("x.jsonl", lines(SET[0], line))
    assert words in str(told.value)


def test_every_wrong_line_is_named_up_to_a_number() -> None:
    with pytest.raises(BadQuestion) as told:
        text_to_set("x.jsonl", lines(*["no"] * (MOST_PROBLEMS + 5)))
    assert len(str(told.value).splitlines()) == MOST_PROBLEMS + 1 and "And 5 more." in str(told.value)
    for data, words in ((b"", "no questions"), (b"\xff\xfe", "UTF-8"), (b" " * 6_000_000, "larger")):
        with pytest.raises(BadQuestion, match=words):
            text_to_set("x.jsonl", data)


# ------------------------------------------------------------------------------------------------ command line


def test_runs_on_the_command_line(home: Path, tmp_path: Path, run_kb: RunKb) -> None:
    questions = tmp_path / "dogs.jsonl"
    questions.write_bytes(lines(*SET))
    assert "no runs yet" in run_kb("eval", "--runs", "--home", home).out
    ids = []
    for name in ("before", "after"):
        told = run_kb("eval", questions, "--save", "--name", name, "--home", home)
        assert told.code == 0, told.err
        ids.append(next(line.split()[1] for line in told.out.splitlines() if line.startswith("Kept: ")))
    listed = run_kb("eval", "--runs", "--home", home).out.splitlines()
    assert {line.split()[0] for line in listed} == set(ids) and "after" in "".join(listed)
    compared = run_kb("eval", "--compare", *ids, "--home", home)
    assert compared.code == 0 and "4 stayed the same" in compared.out
    assert run_kb("eval", "--compare", ids[0], "gone1234", "--home", home).code != 0
    assert run_kb("eval", "--home", home).code == 2
    for run_id in ids:
        run_path(home, run_id).unlink()
