"""A run, or two side by side, as CSV, as JSON and as one HTML page that needs nothing from elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from html import escape
from typing import Any

from evals.charts import outcomes_to_svg, shares_to_svg, times_to_svg
from evals.compare_runs import Change, Comparison
from evals.metrics import Summary
from evals.report import COLUMNS, body_to_page, count_outcomes, format_value, judgement_to_outcome
from evals.runs import Result, Run

RUN_HEADINGS = (
    "id", "type", "question", "outcome", "expected", "said", "why not right", "sources", "rank of the evidence",
    "milliseconds",
)  # fmt: skip
COMPARISON_HEADINGS = ("id", "type", "question", "verdict", "expected", "before", "said before", "after", "said after")
# What gets better by getting less.
LESS_IS_BETTER = frozenset(
    ("wrong_answered", "not_found_answerable", "median_words", "latency_p50_ms", "latency_p95_ms")
)


# --------------------------------------------------------------------------------------------------- words, values


def run_to_title(run: Run) -> str:
    """What a run is called: its own name or its set's, and when it was made."""
    return f"{run.name or run.set_name}, {made_to_words(run.made)}"


def made_to_words(made: str) -> str:
    """``2026-11-22T10:24:20+00:00`` as people read it: 22 November 2026, 10:24 UTC."""
    from datetime import datetime

    moment = datetime.fromisoformat(made)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def run_to_facts(run: Run) -> list[tuple[str, str]]:
    """What a run was made of and by, as names and values."""
    asked = f"{len(run.results)}" + (f" of {run.asked_of}, then stopped" if run.state == "stopped" else "")
    documents = f"{len(run.documents)}, fingerprint {run.fingerprint[:12]}"
    program = f"collabkb {run.program.get('version', '?')}, code {run.program.get('code', '?')}"
    settings = "; ".join(f"{name}: {value}" for name, value in run.settings.items())
    return [
        ("Question set", run.set_name),
        ("Questions asked", asked),
        ("Made", made_to_words(run.made)),
        ("Took", seconds_to_words(run.seconds)),
        ("Documents", documents),
        ("Program", program),
        ("Settings", settings),
    ]


def seconds_to_words(seconds: float) -> str:
    """``40 seconds``, ``3 minutes``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} second{'' if round(seconds) <= 1 else 's'}"
    return f"{round(seconds / 60)} minutes"


def summaries_to_changes(before: Summary, after: Summary) -> list[tuple[str, str, str, str]]:
    """For each metric its heading, both values, and what became of it, in words."""
    rows = []
    for field, heading, form in COLUMNS:
        old, new = getattr(before, field), getattr(after, field)
        told = ""
        if (
            old is not None
            and new is not None
            and field != "questions"
            and format_value(old, form) != format_value(new, form)
        ):
            gained = (new < old) == (field in LESS_IS_BETTER)
            amount = f"{abs(new - old) * 100:.1f} points" if form == "share" else format_value(abs(new - old), form)
            told = f"{amount} {'less' if new < old else 'more'}" + (
                "" if form != "share" else ", better" if gained else ", worse"
            )
        rows.append((heading, format_value(old, form), format_value(new, form), told))
    return rows


def comparison_to_words(comparison: Comparison) -> list[str]:
    """What the comparison shows, in a few sentences."""
    if not comparison.changes:
        return [
            f"These runs have no question in common (they have {comparison.only_before} and {comparison.only_after} of "
            "their own), so nothing can be compared. Choose two runs of the same question set."
        ]
    counts = {verdict: len(comparison.of(verdict)) for verdict in ("better", "worse", "same")}
    else_said = sum(change.said_else for change in comparison.of("same"))
    words = [
        f"Of {len(comparison.changes)} questions that both runs have, {counts['better']} got better, "
        f"{counts['worse']} got worse and {counts['same']} stayed the same ({else_said} of these in other words)."
    ]
    if counts["better"] or counts["worse"]:
        chance = comparison.chance()
        often = "fewer than 1" if chance < 0.01 else f"about {round(chance * 100)}"
        likely = "This is hardly chance" if chance < 0.05 else "This may be chance"
        words.append(
            f"{likely}: a difference in right answers at least as large comes about by chance in {often} of 100 pairs "
            "of runs that are equally good."
        )
    if comparison.only_before or comparison.only_after:
        words.append(
            f"Left out, as only one run has them: {comparison.only_before} of the earlier run, "
            f"{comparison.only_after} of the later one."
        )
    if comparison.before.fingerprint != comparison.after.fingerprint:
        words.append("The documents in the library were not the same.")
    return words


def result_to_sources(result: Result) -> list[str]:
    """The sources of an answer, each as file and page."""
    citations = (result.answer or {}).get("citations") or ()
    return [f"{c['source']}, page {c['page']}" if c.get("page") else str(c["source"]) for c in citations]


# ------------------------------------------------------------------------------------------------------------ files


def run_to_csv(run: Run) -> bytes:
    """One row a question, in UTF-8 with the mark that Excel looks for."""
    return rows_to_csv(RUN_HEADINGS, map(result_to_row, run.results))


def result_to_row(result: Result) -> tuple[object, ...]:
    judged = result.judgement
    return (
        judged.id, judged.type, judged.question, judgement_to_outcome(judged), judged.expected, judged.said,
        "; ".join(judged.reasons), "; ".join(result_to_sources(result)), judged.first_hit,
        None if judged.latency_ms is None else round(judged.latency_ms, 1),
    )  # fmt: skip


def comparison_to_csv(comparison: Comparison) -> bytes:
    """One row a question that both runs have."""
    return rows_to_csv(COMPARISON_HEADINGS, map(change_to_row, comparison.changes))


def change_to_row(change: Change) -> tuple[object, ...]:
    old, new = change.before.judgement, change.after.judgement
    return (
        new.id, new.type, new.question, change.verdict, new.expected, judgement_to_outcome(old), old.said,
        judgement_to_outcome(new), new.said,
    )  # fmt: skip


def rows_to_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file that a spreadsheet opens without running anything in it."""
    from kb.export.to_csv import text_to_cell

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow([text_to_cell(value) if isinstance(value, str) else value for value in row])
    return out.getvalue().encode("utf-8-sig")


def run_to_json(run: Run) -> dict[str, Any]:
    """A run as plain data: what it was made of, its metrics in total and by type, and every result."""
    report = run.report()
    return {
        **{name: value for name, value in asdict(run).items() if name not in ("results", "cleared")},
        "total": report.total.to_json(),
        "by_type": {name: summary.to_json() for name, summary in report.by_type.items()},
        "results": [asdict(result) for result in run.results],
    }


# ------------------------------------------------------------------------------------------------------------- HTML


def run_to_page(run: Run) -> str:
    """A run as one page: facts, plots, the table by type, and the answers that are not right with their sources."""
    failures = [result for result in run.results if not result.judgement.right]
    body = (
        f"<h1>{escape(run_to_title(run))}</h1>{facts_to_html(run)}<h2>Figures</h2>{run_to_plots(run)}{by_type_to_html(run)}"
        f"<h2>Not right: {len(failures)} of {len(run.results)}</h2>{failures_to_html(failures)}"
    )
    return body_to_page(run_to_title(run), body)


def comparison_to_page(comparison: Comparison) -> str:
    """Two runs as one page: what changed, the metrics of both, and the questions that got better and worse."""
    title = f"{run_to_title(comparison.before)} and {run_to_title(comparison.after)}"
    body = f"<h1>Two runs compared</h1><p>{escape(title)}</p>"
    body += "".join(f"<p>{escape(words)}</p>" for words in comparison_to_words(comparison))
    body += comparison_to_plot(comparison) + metrics_to_html(comparison)
    for verdict in ("worse", "better"):
        changes = comparison.of(verdict)
        body += f"<h2>Got {verdict}: {len(changes)}</h2>{changes_to_html(changes)}"
    for run in (comparison.before, comparison.after):
        body += f"<h2>{escape(run_to_title(run))}</h2>{facts_to_html(run)}"
    return body_to_page("Two runs compared", body)


def facts_to_html(run: Run) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in run_to_facts(run)
    )
    return f'<div class="wide"><table class="words facts">{rows}</table></div>'


def run_to_plots(run: Run) -> str:
    """Right answers by type, outcomes, and times, as inline SVG; the figures stand in the table after them."""
    report = run.report()
    shares = {name: {"right": summary.accuracy} for name, summary in report.by_type.items()}
    times = [r.judgement.latency_ms for r in run.results if r.judgement.latency_ms is not None]
    by_type, outcomes = "Share of right answers by type of question", "How the answers turned out"
    taken = "Time to answer, and how many answers took it"
    return (
        plot_to_figure(by_type, shares_to_svg(by_type, shares))
        + plot_to_figure(outcomes, outcomes_to_svg(outcomes, {"all": count_outcomes(report)}))
        + plot_to_figure(taken, times_to_svg(taken, times))
    )


def plot_to_figure(title: str, svg: str) -> str:
    """A plot under its title; nothing where there is nothing to plot."""
    return f"<figure><figcaption>{escape(title)}</figcaption>{svg}</figure>" if svg else ""


def comparison_to_plot(comparison: Comparison) -> str:
    """How the answers to the questions of both runs turned out, one bar each; nothing where they have none."""
    if not comparison.changes:
        return ""
    before, after = comparison.shared()
    bars = {"earlier": count_outcomes(before.report()), "later": count_outcomes(after.report())}
    title = "How the answers of both runs turned out"
    return plot_to_figure(title, outcomes_to_svg(title, bars))


def by_type_to_html(run: Run) -> str:
    """The metrics, a row a type, the total last."""
    report = run.report()
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for _, heading, _ in COLUMNS)
    rows = ""
    for name, summary in {**report.by_type, "total": report.total}.items():
        cells = "".join(f"<td>{format_value(getattr(summary, field), form)}</td>" for field, _, form in COLUMNS)
        rows += f'<tr{" class=total" if name == "total" else ""}><th scope="row">{escape(name)}</th>{cells}</tr>'
    head = f'<thead><tr><th scope="col">type</th>{head}</tr></thead>'
    return f'<div class="wide"><table>{head}<tbody>{rows}</tbody></table></div>'


def metrics_to_html(comparison: Comparison) -> str:
    """Each metric in both runs, over the questions that both have; nothing where they have none."""
    if not comparison.changes:
        return ""
    before, after = (run.report().total for run in comparison.shared())
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{old}</td><td>{new}</td><td>{escape(told)}</td></tr>'
        for name, old, new, told in summaries_to_changes(before, after)
    )
    return (
        '<div class="wide"><table><thead><tr><th scope="col">metric</th><th scope="col">earlier</th>'
        f'<th scope="col">later</th><th scope="col">change</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def failures_to_html(failures: Sequence[Result]) -> str:
    rows = "".join(failure_to_row(result) for result in failures)
    return (
        '<div class="wide"><table class="words"><thead><tr><th scope="col">question</th><th scope="col">expected</th>'
        f'<th scope="col">said</th><th scope="col">sources</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def failure_to_row(result: Result) -> str:
    judged = result.judgement
    return (
        f"<tr><td>{escape(judged.question)}<br><span class='reason'>{escape(judged.id)}, {escape(judged.type)}</span>"
        f"</td><td>{escape(judged.expected)}</td><td>{escape(judged.said) or '–'}<br>"
        f"<span class='reason'>{escape('; '.join(judged.reasons))}</span></td>"
        f"<td>{'<br>'.join(map(escape, result_to_sources(result))) or '–'}</td></tr>"
    )


def changes_to_html(changes: Sequence[Change]) -> str:
    rows = "".join(
        f"<tr><td>{escape(c.after.judgement.question)}<br><span class='reason'>{escape(c.id)}</span></td>"
        f"<td>{escape(c.after.judgement.expected)}</td>{said_to_cell(c.before)}{said_to_cell(c.after)}</tr>"
        for c in changes
    )
    return (
        '<div class="wide"><table class="words"><thead><tr><th scope="col">question</th><th scope="col">expected</th>'
        f'<th scope="col">earlier</th><th scope="col">later</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def said_to_cell(result: Result) -> str:
    judged = result.judgement
    return f"<td>{escape(judged.said) or '–'}<br><span class='reason'>{judgement_to_outcome(judged)}</span></td>"
