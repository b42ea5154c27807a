"""Runs of question sets as HTML: figures, plots with their tables, what went wrong, and two runs side by side.

Everything that comes from a document, a question set or the person asking is escaped here.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.ui.places import citation_to_place, place_to_query
from app.ui.sources import clip
from app.wording import page_to_words
from evals.compare_runs import Change, Comparison
from evals.jobs import JobState
from evals.metrics import Summary
from evals.report import COLUMNS, format_value, judgement_to_outcome
from evals.run_report import (
    by_type_to_html,
    comparison_to_plot,
    comparison_to_words,
    facts_to_html,
    metrics_to_html,
    run_to_plots,
    run_to_title,
    seconds_to_words,
)
from evals.runs import Result, Run
from kb.errors import BadQuestion, NotFound
from kb.model import Citation
from kb.store import KnowledgeBase

LONGEST_SAID = 600
MOST_SHOWN = 60
# The figures at the top: field of Summary, what it is called there, and whether it is good.
HEADLINES = (
    ("accuracy", "right"),
    ("wrong_answered", "wrong, though answered"),
    ("not_found_answerable", "not found, though answerable"),
    ("citation_verbatim", "quotes verbatim"),
    ("hit_at_5", "evidence in the first five"),
    ("latency_p50_ms", "median time"),
)
FORMS = {field: form for field, _, form in COLUMNS}
KINDS = {
    "wrong": "Wrong, though answered",
    "not found, though answerable": "Not found, though the documents say it",
}


def run_to_html(run: Run, kb: KnowledgeBase) -> str:
    """One run: headline figures, plots, the table behind them, and what is not right, the harmful first."""
    report = run.report()
    if not run.results:
        return f'<h3 class="run-title">{escape(run_to_title(run))}</h3><p>No question of this run was asked.</p>'
    plots = (
        f'<div class="plots" tabindex="0" role="region" aria-label="Plots">{run_to_plots(run)}</div>'
        '<details class="run-more"><summary>The figures behind the plots</summary>'
        f'<div tabindex="0" role="region" aria-label="Figures by type" class="scroll">{by_type_to_html(run)}'
        "</div></details>"
    )
    made = f'<details class="run-more"><summary>What was asked of what</summary>{facts_to_html(run)}</details>'
    return (
        f'<section class="run" aria-labelledby="run-title"><h3 class="run-title" id="run-title" tabindex="-1">'
        f"{escape(run_to_title(run))}</h3>{summary_to_html(report.total)}{plots}{made}{failures_to_html(run, kb)}"
        "</section>"
    )


def summary_to_html(summary: Summary) -> str:
    """The few figures that say most, of how many questions."""
    items = f"<div><dt>questions</dt><dd>{summary.questions}</dd></div>"
    for field, words in HEADLINES:
        value = getattr(summary, field)
        text = format_value(value, FORMS[field]) + (" ms" if FORMS[field] == "time" and value is not None else "")
        items += f"<div><dt>{escape(words)}</dt><dd>{escape(text)}</dd></div>"
    return f'<dl class="headlines">{items}</dl>'


def failures_to_html(run: Run, kb: KnowledgeBase) -> str:
    """The answers that are not right, by kind, each with what was expected, what was said and its sources."""
    if run.sealed:
        return "<p>This set must not be read, so its questions are not kept. Its figures are.</p>"
    html = ""
    for outcome, title in KINDS.items():
        found = [r for r in run.results if not r.judgement.right and judgement_to_outcome(r.judgement) == outcome]
        if not found:
            continue
        items = "".join(failure_to_html(result, kb) for result in found[:MOST_SHOWN])
        more = f"<p>And {len(found) - MOST_SHOWN} more: they are in the CSV.</p>" if len(found) > MOST_SHOWN else ""
        html += f'<h4>{title}: {len(found)}</h4><ul class="failures">{items}</ul>{more}'
    return html or "<p>Every answer is right.</p>"


def failure_to_html(result: Result, kb: KnowledgeBase) -> str:
    judged = result.judgement
    why = "; ".join("nothing was said" if reason == "status not_found" else reason for reason in judged.reasons)
    return (
        f'<li class="failure"><p class="failure-question">{escape(clip(judged.question, 400))} '
        f'<span class="failure-id">{escape(judged.id)}, {escape(judged.type)}</span></p><dl>'
        f"<dt>Expected</dt><dd>{escape(judged.expected) or '–'}</dd>"
        f"<dt>Said</dt><dd>{escape(clip(judged.said, LONGEST_SAID)) or '–'}</dd>"
        f"<dt>Why not right</dt><dd>{escape(clip(why, LONGEST_SAID))}</dd>{sources_to_html(result, kb)}</dl></li>"
    )


def sources_to_html(result: Result, kb: KnowledgeBase) -> str:
    """The sources of what was said as links; those of documents that are gone as words."""
    from kb.kept_answers import json_to_answer

    if result.answer is None:
        return ""
    try:
        citations = json_to_answer(result.answer).citations
    except BadQuestion:
        return ""
    items = "".join(f"<li>{citation_to_html(citation, kb)}</li>" for citation in citations)
    return f"<dt>Sources</dt><dd><ul>{items}</ul></dd>" if items else ""


def citation_to_html(citation: Citation, kb: KnowledgeBase) -> str:
    table = citation.table
    parts = [
        f"[{citation.marker}] {clip(citation.title, 70)}",
        page_to_words(citation.source, citation.page),
        f"row {clip(table.row, 60)}" if table and table.row else "",
        f"column {clip(table.column, 60)}" if table and table.column else "",
    ]
    words = escape(", ".join(part for part in parts if part))
    try:
        document = kb.document(citation.document_id)
    except NotFound:
        return f"{words} (no longer in the library)"
    return f'<a href="?{escape(place_to_query(citation_to_place(citation, document)))}" data-place>{words}</a>'


# ------------------------------------------------------------------------------------------------- two runs


def comparison_to_html(comparison: Comparison, kb: KnowledgeBase) -> str:
    """Two runs: what changed in words, the metrics of both, and each question that got worse or better."""
    words = "".join(f"<p>{escape(sentence)}</p>" for sentence in comparison_to_words(comparison))
    else_said = [change for change in comparison.of("same") if change.said_else]
    figures = (
        f'<div class="plots" tabindex="0" role="region" aria-label="Plot">{comparison_to_plot(comparison)}</div>'
        '<div tabindex="0" role="region" aria-label="Metrics of both runs" class="scroll">'
        f"{metrics_to_html(comparison)}</div>"
    )
    figures = figures if comparison.changes else ""
    return (
        f'<section class="run" aria-labelledby="run-title"><h3 class="run-title" id="run-title" tabindex="-1">'
        f"Two runs compared</h3><p>Earlier: {escape(run_to_title(comparison.before))}<br>"
        f"Later: {escape(run_to_title(comparison.after))}</p>{words}"
        f"{figures}"
        f"{changes_to_html('Got worse', comparison.of('worse'), kb)}"
        f"{changes_to_html('Got better', comparison.of('better'), kb)}"
        f"{changes_to_html('The same, in other words', else_said, kb)}</section>"
    )


def changes_to_html(title: str, changes: Sequence[Change], kb: KnowledgeBase) -> str:
    if not changes:
        return ""
    items = "".join(change_to_html(change, kb) for change in changes[:MOST_SHOWN])
    more = f"<p>And {len(changes) - MOST_SHOWN} more: they are in the CSV.</p>" if len(changes) > MOST_SHOWN else ""
    body = f'<ul class="failures">{items}</ul>{more}'
    if title.startswith("The same"):
        return f'<details class="run-more"><summary>{title}: {len(changes)}</summary>{body}</details>'
    return f"<h4>{title}: {len(changes)}</h4>{body}"


def change_to_html(change: Change, kb: KnowledgeBase) -> str:
    judged = change.after.judgement
    return (
        f'<li class="failure"><p class="failure-question">{escape(clip(judged.question, 400))} '
        f'<span class="failure-id">{escape(judged.id)}, {escape(judged.type)}</span></p><dl>'
        f"<dt>Expected</dt><dd>{escape(judged.expected) or '–'}</dd></dl>"
        f'<div class="both">{side_to_html("Earlier", change.before, kb)}{side_to_html("Later", change.after, kb)}'
        "</div></li>"
    )


def side_to_html(name: str, result: Result, kb: KnowledgeBase) -> str:
    judged = result.judgement
    return (
        f"<dl><dt>{name}: {escape(judgement_to_outcome(judged))}</dt>"
        f"<dd>{escape(clip(judged.said, LONGEST_SAID)) or '–'}</dd>{sources_to_html(result, kb)}</dl>"
    )


# ------------------------------------------------------------------------------------------------ around them


def job_to_html(job: JobState | None) -> str:
    """How far a run is, or how it ended."""
    if job is None:
        return ""
    if job.status == "failed":
        return problem_to_html("The run was not finished", [job.message])
    if job.status == "done":
        return f'<p class="compare-told">Done: {job.done} of {job.total} questions asked.</p>'
    if job.status == "stopped":
        return f'<p class="compare-told">Stopped. {job.done} of {job.total} questions were asked and are kept.</p>'
    left = f", about {seconds_to_words(job.seconds_left)} left" if job.seconds_left is not None else ""
    return (
        f'<p class="compare-told">{job.done} of {job.total} questions asked{left}. '
        "You may leave this page: the run goes on.</p>"
        f'<progress class="compare-bar" value="{job.done}" max="{job.total}" aria-label="Questions asked"></progress>'
    )


def problem_to_html(title: str, lines: Sequence[str]) -> str:
    """What a person can mend, a line a problem."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    body = f"<ul>{items}</ul>" if len(lines) > 1 else f"<p>{escape(''.join(lines))}</p>"
    return f'<article class="problem" role="alert"><h3>{escape(title)}</h3>{body}</article>'


def nothing_yet_to_html() -> str:
    """What stands where a run will be."""
    return '<p class="compare-empty">There are no runs yet. Choose a question set above and start one.</p>'
