"""An evaluation as JSON, as a table for the terminal, and as one HTML page that needs nothing from elsewhere."""

from __future__ import annotations

import json
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.charts import OUTCOME_COLOURS, outcomes_to_svg, shares_to_svg, times_to_svg
from evals.metrics import Judgement, Summary
from evals.runner import EvaluationReport, SetReport

if TYPE_CHECKING:
    from rich.table import Table

# Field of Summary, heading, and whether it is a share, a time or a count.
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("questions", "n", "count"),
    ("accuracy", "right", "share"),
    ("wrong_answered", "wrong, though answered", "share"),
    ("not_found_answerable", "not found, though answerable", "share"),
    ("unanswerable_handled", "unanswerable handled", "share"),
    ("citation_verbatim", "quotes verbatim", "share"),
    ("page_right", "page right", "share"),
    ("markers_resolve", "markers resolve", "share"),
    ("citation_supports", "citation supports", "share"),
    ("hit_at_1", "hit@1", "share"),
    ("hit_at_5", "hit@5", "share"),
    ("hit_at_10", "hit@10", "share"),
    ("median_words", "median words", "count"),
    ("latency_p50_ms", "p50 ms", "time"),
    ("latency_p95_ms", "p95 ms", "time"),
)

STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --soft: #5c6b7a; --line: #d7dde3; --paper: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --soft: #9fb0c0; --line: #3a4653; --paper: #161c22; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 64rem;
  margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .5rem; text-align: right; vertical-align: top; }
th:first-child, td:first-child, .words td, .words th { text-align: left; }
tr.total td { font-weight: 600; }
svg { width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
svg text.bar-figure { fill: #fff; }
figure { margin: 1rem 0; } figcaption { font-weight: 600; }
.reason { color: var(--soft); }
"""


def format_value(value: float | None, form: str) -> str:
    """A metric in words: shares in %, times without needless decimals, "–" for nothing measured."""
    if value is None:
        return "–"
    if form == "share":
        return f"{value:.1%}"
    return f"{value:.1f}" if form == "time" and value < 100 else f"{value:.0f}"


# ---------------------------------------------------------------------------------------------------- JSON


def report_to_json(report: EvaluationReport) -> dict[str, Any]:
    """The report as plain data: for each set its metrics in total and by type, and every judgement."""
    return {
        "sets": [
            {
                "name": part.name,
                "total": part.total.to_json(),
                "by_type": {name: summary.to_json() for name, summary in part.by_type.items()},
                "questions": [asdict(judgement) for judgement in part.judgements],
            }
            for part in report.sets
        ]
    }


def write_json(report: EvaluationReport, path: Path) -> None:
    """Write the report as JSON."""
    path.write_text(json.dumps(report_to_json(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


# ------------------------------------------------------------------------------------------------ terminal


def set_to_table(part: SetReport) -> Table:
    """A Rich table: a metric a row, a type a column, the total last."""
    from rich.table import Table

    table = Table(title=part.name, title_justify="left")
    table.add_column("")
    summaries = {**part.by_type, "total": part.total}
    for name in summaries:
        table.add_column(name, justify="right", style="bold" if name == "total" else None)
    for field, heading, form in COLUMNS:
        table.add_row(heading, *(format_value(getattr(summary, field), form) for summary in summaries.values()))
    return table


# ---------------------------------------------------------------------------------------------------- HTML


def write_html(report: EvaluationReport, path: Path, title: str = "How well the knowledge base answers") -> None:
    """Write the report as one self-contained page."""
    path.write_text(report_to_html(report, title), encoding="utf-8")


def report_to_html(report: EvaluationReport, title: str) -> str:
    """One page: plots of all sets, then for each set its table and the answers that were not right."""
    types = dict.fromkeys(name for part in report.sets for name in part.by_type)
    shares = {
        name: {part.name: part.by_type[name].accuracy for part in report.sets if name in part.by_type}
        for name in sorted(types)
    }
    times = [j.latency_ms for part in report.sets for j in part.judgements if j.latency_ms is not None]
    body = [
        f"<h1>{escape(title)}</h1>",
        "<h2>Right answers by type</h2>",
        shares_to_svg("Share of right answers by type of question", shares),
        "<h2>Outcomes</h2>",
        outcomes_to_svg("Outcomes of each question set", {part.name: count_outcomes(part) for part in report.sets}),
        "<h2>Time to answer</h2>",
        times_to_svg("Time to answer, in milliseconds", times) or "<p>No times were recorded.</p>",
        *(_set_to_html(part) for part in report.sets),
    ]
    return body_to_page(title, "".join(body))


def body_to_page(title: str, body: str) -> str:
    """A whole page around an HTML body, with its styles in it."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{body}</body></html>\n"
    )


def count_outcomes(part: SetReport) -> dict[str, int]:
    """How many answers of a set had each outcome (the keys of OUTCOME_COLOURS); they add up to the set."""
    counts = dict.fromkeys(OUTCOME_COLOURS, 0)
    for judgement in part.judgements:
        counts[judgement_to_outcome(judgement)] += 1
    return counts


def judgement_to_outcome(judgement: Judgement) -> str:
    """How an answer turned out: a key of OUTCOME_COLOURS."""
    if judgement.right:
        return "right" if judgement.answerable else "right to say not found"
    return "wrong" if judgement.answered else "not found, though answerable"


def _set_to_html(part: SetReport) -> str:
    head = "".join(f"<th>{escape(heading)}</th>" for _, heading, _ in COLUMNS)
    rows = [_summary_to_row(name, summary) for name, summary in part.by_type.items()]
    rows.append(_summary_to_row("total", part.total, ' class="total"'))
    failures = part.failures()
    return (
        f"<h2>{escape(part.name)}</h2>"
        f'<div class="wide"><table><tr><th>type</th>{head}</tr>{"".join(rows)}</table></div>'
        f"<h3>Not right: {len(failures)} of {len(part.judgements)}</h3>"
        '<div class="wide"><table class="words"><tr><th>question</th><th>expected</th><th>said</th></tr>'
        f"{''.join(map(_failure_to_row, failures))}</table></div>"
    )


def _summary_to_row(name: str, summary: Summary, attributes: str = "") -> str:
    cells = "".join(f"<td>{format_value(getattr(summary, field), form)}</td>" for field, _, form in COLUMNS)
    return f"<tr{attributes}><td>{escape(name)}</td>{cells}</tr>"


def _failure_to_row(judgement: Judgement) -> str:
    reasons = escape("; ".join(judgement.reasons))
    return (
        f"<tr><td>{escape(judgement.question)}<br><span class='reason'>{escape(judgement.id)}, "
        f"{escape(judgement.type)}</span></td><td>{escape(judgement.expected)}</td>"
        f"<td>{escape(judgement.said) or '–'}<br><span class='reason'>{reasons}</span></td></tr>"
    )
