"""The workforce register: themes, status, figures of posts, units, a person's own words, and files of it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pytest

from app.ui.workforce_html import register_to_html
from evals.workforce.elsewhere import read_elsewhere
from evals.workforce.labels import corpus_to_examples, examples_to_features, examples_to_meanings, read_labels
from evals.workforce.measure import Counts, measure, wilson
from kb.store import KnowledgeBase
from kb.workforce import (
    KINDS,
    RegisterFilters,
    overview,
    register,
    register_to_file,
    register_to_json,
    register_to_name,
)
from kb.workforce.exemplars import EXEMPLARS, OTHER
from kb.workforce.ordering import NOBODY, UNNAMED, parted_by_unit, register_to_groups
from kb.workforce.status import text_to_all_years, text_to_date, text_to_progress
from kb.workforce.themes import BY_KEY, THEMES
from kb.workforce.weights import LEAST_PROBABILITY
from kb.workforce.writing import harmless

if TYPE_CHECKING:
    from kb.embedding import Embedder

MADE = datetime(2026, 11, 22, 11, 0)
LEGAL = "What would happen to my job in a merged legal services team?"
LIBRARIES = """# Joining the library services of Aston and Brook

## Staffing

From 2019 the joint service will have 31 librarians instead of 44. Staff will transfer to Aston under TUPE.
Cabinet agreed in March 2018 to offer voluntary redundancy. The depot in Mill Road closed in June 2017 and its drivers
now start from the new site.

Posts by service (full-time equivalents)

| Service | 2016 | 2018 |
| --- | --- | --- |
| Music library | 12 | 9.5 |
| Mobile library | 7 | 4 |
| Total | 19 | 13.5 |

## Opening hours

Loans of audio books rose by a fifth. =SUM(A1) is how the clerk's sheet adds up the 12 vacant posts.
"""


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as kb:
        yield kb


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[KnowledgeBase]:
    """A knowledge base of another public body."""
    from ingest.pipeline import ingest

    folder = tmp_path_factory.mktemp("libraries")
    (folder / "libraries.md").write_text(LIBRARIES, encoding="utf-8")
    with KnowledgeBase.open(folder / "kb", create=True) as kb:
        assert ingest([folder / "libraries.md"], kb, embedder).added
        yield kb


# ---------------------------------------------------------------------------------------------------- measured


def test_every_label_stands_in_the_corpus(kb: KnowledgeBase) -> None:
    labels = read_labels()
    found = {(e.label.source, e.label.page, e.label.text) for e in corpus_to_examples(kb, labels) if e.label}
    assert len(labels) >= 160
    assert {(label.source, label.page, label.text) for label in labels} == found
    assert {theme for label in labels for theme in label.themes} == set(BY_KEY)


def test_the_parts_that_nothing_was_fitted_to_reach_the_bar(kb: KnowledgeBase) -> None:
    examples = corpus_to_examples(kb, read_labels())
    features = examples_to_features(examples, examples_to_meanings(kb, examples))
    (held_out,) = measure(examples, features, LEAST_PROBABILITY, ("held_out",))
    assert held_out.overall.precision >= 0.85
    assert held_out.overall.recall >= 0.80
    assert held_out.status_right / held_out.status_asked >= 0.80


def test_other_public_bodies_are_read_too(kb: KnowledgeBase) -> None:
    elsewhere = read_elsewhere(kb.embedding_model() or "")
    (unseen,) = measure(elsewhere.examples, elsewhere.features, LEAST_PROBABILITY, ("elsewhere_held_out",))
    assert unseen.overall.precision >= 0.85
    assert unseen.overall.recall >= 0.55


def test_counts_and_intervals() -> None:
    counts = Counts(8, 2, 2) + Counts(0, 0, 2)
    assert (counts.precision, round(counts.recall, 3)) == (0.8, 0.667)
    low, high = wilson(8, 10)
    assert (round(low, 2), round(high, 2)) == (0.49, 0.94)


def test_the_quick_look_at_word_beginnings_hides_nothing() -> None:
    texts = [text for texts in EXEMPLARS.values() for text in texts] + list(OTHER)
    texts += [label.text for label in read_labels()]
    texts += [example.passage.text for example in read_elsewhere("").examples]
    hidden = [
        (theme.key, text)
        for theme in THEMES
        for text in texts
        if theme.telling_pattern.search(text) and not theme.stem_pattern.search(text)
    ]
    assert not hidden


# ---------------------------------------------------------------------------------------------------- status and date


@pytest.mark.parametrize(
    ("text", "progress"),
    [
        ("The team would have 64 posts.", "proposed"),
        ("Options for sharing training are being examined.", "proposed"),
        ("Address the differences in terms and conditions.", "proposed"),
        ("The board approved ten new posts, which will be filled in May.", "decided"),
        ("It has been agreed that the building will be bought.", "decided"),
        ("The timetable has not been agreed.", "done"),
        ("Redundancy is subject to approval by the board.", "proposed"),
        ("Six posts were converted in 2015.", "done"),
        ("Each force has its own policies.", "done"),
        ("Agile working", "unclear"),
    ],
)
def test_status_is_read_from_the_wording(text: str, progress: str) -> None:
    assert text_to_progress(text) == progress


def test_lists_and_tables_take_their_status_from_what_stands_over_them() -> None:
    assert text_to_progress("free the time of staff", lead_in="The region will:") == "proposed"
    assert text_to_progress("Training: 2010", heading="Table 3a: Proposed future projects", is_row=True) == "proposed"
    assert text_to_progress("Legal services: police staff 24", is_row=True) == "done"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("People in post on 31 March 2013", ("2013-03-31", "31 March 2013")),
        ("The unit began in Sept 2011.", ("2011-09-01", "Sept 2011")),
        ("Costs of 2012/13", ("2012-01-01", "2012/13")),
        ("The 2011 Act and the Police Act 1996 apply.", None),
    ],
)
def test_the_date_is_what_the_passage_says(text: str, date: tuple[str, str] | None) -> None:
    assert text_to_date(text) == date


def test_a_financial_year_counts_as_both() -> None:
    assert text_to_all_years("in 2012/13, after the Police Act 1996") == {2012, 2013}


# ---------------------------------------------------------------------------------------------------- the register


def test_every_quotation_stands_in_its_document(kb: KnowledgeBase) -> None:
    entries = register(kb).entries
    assert len(entries) > 120
    for entry in entries:
        text = "".join(kb.document(entry.citation.document_id).text.split())
        for citation in entry.citations:
            assert "".join(citation.quote.split()).replace("-", "") in text.replace("-", "")


def test_a_person_finds_what_happens_to_a_merged_legal_team(kb: KnowledgeBase) -> None:
    found = register(kb, RegisterFilters(words=LEGAL))
    assert found.unit == "Legal services"
    groups = {theme.key: entries for theme, entries in found.groups}
    (row,) = [row for table in found.posts for row in table.rows if not row.is_total]
    assert (row.label, [figure.text for figure in row.figures]) == ("Legal services", ["-", "24", "24"])
    assert "staff numbers are lower" in groups["posts"][1].quote
    for theme in ("posts", "transfer", "place", "terms", "skills", "conversion"):
        assert any("redundancy and TUPE transfer" in entry.quote for entry in groups[theme])
    assert any("Unison" in entry.quote for entry in groups["consultation"])
    assert all(not entry.units or "Legal services" in entry.units for entry in found.entries)


def test_words_about_one_theme_show_that_theme_and_what_is_not_said(kb: KnowledgeBase) -> None:
    found = register(kb, RegisterFilters(words="What about my pension?"))
    assert found.unmet == ("pension",)
    assert {entry.theme for entry in found.entries} == {"terms"}
    moves = register(kb, RegisterFilters(words="Will people have to move to another building?"))
    assert {entry.theme for entry in moves.entries[:3]} == {"place"}
    mistyped = register(kb, RegisterFilters(words="will police staff be transfered?"))
    assert "transfer" in {entry.theme for entry in mistyped.entries[:2]} and not mistyped.unmet
    assert not register(kb, RegisterFilters(words="qwertz uiop")).entries


def test_a_theme_that_was_left_out_is_not_called_silent(kb: KnowledgeBase) -> None:
    every = register(kb)
    chosen = register(kb, RegisterFilters(words="Could posts be lost?"))
    left = {theme.key: len(entries) for theme, entries in every.groups}
    emptied = [theme for theme, entries in chosen.groups if not entries and left[theme.key]]
    assert emptied and not set(chosen.silent) & set(emptied)
    assert set(chosen.silent) == set(every.silent)
    for kind in ("csv", "md"):
        text = register_to_file(kb, chosen, kind).decode("utf-8-sig")
        assert text.count(NOBODY) == len(every.silent)
        assert f"these documents have {left[emptied[0].key]} entries about it" in text
    html = register_to_html(chosen, kb, "theme")
    assert html.count(NOBODY) == len(every.silent) and "none fits" in html
    said = {theme["theme"]: theme["left_out"] for theme in register_to_json(chosen)["themes"]}
    assert said[emptied[0].key] == left[emptied[0].key]


def test_force_and_year_narrow_the_register(kb: KnowledgeBase) -> None:
    found = register(kb, RegisterFilters(forces=("Derbyshire",), years=(2013,)))
    assert found.entries
    assert all(not entry.forces or "Derbyshire" in entry.forces for entry in found.entries)
    assert all(2013 in entry.years for entry in found.entries)
    retained = next(table for table in found.posts if "retained" in table.caption)
    assert [row.label for row in retained.rows] == ["Derbyshire"]
    assert len(register(kb).entries) > len(found.entries)


def test_figures_are_of_people_and_never_of_money(kb: KnowledgeBase) -> None:
    seen = overview(kb)
    assert {kb.document(table.document_id).source for table in seen.posts} == {"hmic-review-2013.pdf"}
    workforce = next(table for table in seen.posts if "Workforce" in table.caption)
    assert workforce.date_text == "31 March 2013"
    rows = {row.label: row for row in workforce.rows}
    assert (rows["Major crime"].number("officers"), rows["Major crime"].number("staff")) == (157, 70)
    assert [row.label for row in workforce.rows if row.is_total] == [
        "Total in collaborative functions",
        "East Midlands total (FTE)",
    ]


def test_spellings_of_one_unit_are_one(kb: KnowledgeBase) -> None:
    units = {unit.name: unit for unit in overview(kb).units}
    assert {"EM-LS", "LEGAL SERVICES", "Legal services"} <= set(units["Legal services"].names)
    assert units["Legal services"].is_in("the regional legal service")
    assert not units["Legal services"].is_in("a legal framework for services")


def test_another_public_body(libraries: KnowledgeBase) -> None:
    found = register(libraries)
    groups = {theme.key: entries for theme, entries in found.groups}
    assert {theme.key for theme in found.silent} >= {"consultation", "terms", "conversion"}
    assert any("31 librarians" in e.quote and e.progress == "proposed" for e in groups["posts"])
    assert any("TUPE" in e.quote and e.progress == "proposed" for e in groups["transfer"])
    assert any("voluntary redundancy" in e.quote and e.progress == "decided" for e in groups["transfer"])
    assert any("Mill Road" in e.quote and e.date_text == "June 2017" for e in groups["place"])
    assert not any("audio books" in e.quote for e in found.entries)
    (table,) = found.posts
    assert [(row.label, [str(f.number) for f in row.figures]) for row in table.rows if not row.is_total] == [
        ("Music library", ["12", "9.5"]),
        ("Mobile library", ["7", "4"]),
    ]


def test_an_empty_library_says_that_nothing_was_looked_at(kb_home: Path) -> None:
    with KnowledgeBase.open(kb_home, create=True) as empty:
        found = register(empty, RegisterFilters(words="Who was consulted?"))
    assert (found.looked_at, found.entries, len(found.silent)) == (0, (), len(THEMES))


# ---------------------------------------------------------------------------------------------------- files


def test_json_holds_every_theme_and_its_sources(kb: KnowledgeBase) -> None:
    data = json.loads(json.dumps(register_to_json(register(kb, RegisterFilters(unit="Legal services")))))
    assert [theme["theme"] for theme in data["themes"]] == [theme.key for theme in THEMES]
    entry = data["themes"][0]["entries"][0]
    assert {"quote", "status", "date", "because", "citations"} <= set(entry)
    assert data["posts"][0]["rows"][0]["figures"][1] == {
        "who": "staff", "heading": "Police Staff", "number": 24.0, "text": "24",
    }  # fmt: skip


def test_a_spreadsheet_has_a_line_an_entry_and_runs_nothing(libraries: KnowledgeBase) -> None:
    found = register(libraries)
    rows = list(csv.DictReader(io.StringIO(register_to_file(libraries, found, "csv", MADE).decode("utf-8-sig"))))
    assert len(rows) == len(found.entries) + len(found.silent)
    assert {row["theme"] for row in rows if row["quote"] == NOBODY} == {theme.title for theme in found.silent}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert harmless("=SUM(A1)") == "'=SUM(A1)"


def test_markdown_and_word_hold_the_quotations(kb: KnowledgeBase) -> None:
    found = register(kb, RegisterFilters(unit="Legal services", words="redundancy"))
    assert found.entries
    text = register_to_file(kb, found, "md", MADE).decode("utf-8")
    assert all((entry.reading if entry.is_row else entry.quote) in text for entry in found.entries)
    file = docx.Document(io.BytesIO(register_to_file(kb, found, "docx", MADE)))
    words = " ".join(paragraph.text for paragraph in file.paragraphs)
    assert "redundancy and TUPE transfer" in words
    assert {register_to_name(found, kind, MADE) for kind in KINDS} == {
        f"workforce-register-legal-services-2026-11-22.{kind}" for kind in KINDS
    }
    with pytest.raises(ValueError, match="cannot be written"):
        register_to_file(kb, found, "exe", MADE)


def test_a_file_says_what_it_is_limited_to_and_keeps_the_order_that_is_shown(kb: KnowledgeBase) -> None:
    limited = register(kb, RegisterFilters(forces=("Lincolnshire",), years=(2013,)))
    file = docx.Document(io.BytesIO(register_to_file(kb, limited, "docx", MADE)))
    words = [paragraph.text for paragraph in file.paragraphs]
    assert any("Lincolnshire; 2013" in line for line in words)
    whole = register(kb)
    dates = [entry.date or "" for entry in whole.entries]
    assert dates != sorted(dates, reverse=True)
    for order in ("newest", "status"):
        shown = [entry.quote for group in register_to_groups(whole, order) for entry in group.entries]
        text = register_to_file(kb, whole, "csv", MADE, order).decode("utf-8-sig")
        rows = [row["quote"] for row in csv.DictReader(io.StringIO(text))]
        assert rows == [harmless(quote) for quote in shown] and len(rows) == len(whole.entries)
    newest = [entry.date or "" for entry in register_to_groups(whole, "newest")[0].entries]
    assert newest == sorted(newest, reverse=True)


def test_a_file_of_a_unit_parts_what_names_it_from_what_names_none(kb: KnowledgeBase) -> None:
    found = register(kb, RegisterFilters(unit="Legal services"))
    named, others = parted_by_unit(found.entries, found)
    assert named and others
    text = register_to_file(kb, found, "md", MADE).decode("utf-8")
    assert f"{len(named)} {'entry names' if len(named) == 1 else 'entries name'} it." in text
    posts = text.split("\n## ")[1]
    assert posts.index(named[0].reading if named[0].is_row else named[0].quote) < posts.index(f"### {UNNAMED}")
    file = docx.Document(io.BytesIO(register_to_file(kb, found, "docx", MADE)))
    assert f"{UNNAMED}:" in [paragraph.text for paragraph in file.paragraphs]


def test_a_theme_that_does_not_fit_is_not_said_to_be_in_no_document(kb: KnowledgeBase) -> None:
    found = register(kb, RegisterFilters(words="pension"))
    assert any(found.left_out.values())
    file = docx.Document(io.BytesIO(register_to_file(kb, found, "docx", MADE)))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    words = " ".join([*(paragraph.text for paragraph in file.paragraphs), *cells])
    assert "Without that, these documents have" in words
    assert "Not found in these documents. Nothing about this fits" not in words


def test_only_names_that_a_document_prints_can_be_chosen(kb: KnowledgeBase) -> None:
    printed = " ".join(
        chunk.text + " ".join(chunk.section) for info in kb.documents() for chunk in kb.chunks_of(info.id)
    )
    words = printed.casefold()
    assert all(any(name.casefold() in words for name in unit.names) for unit in overview(kb).units)
    assert not [unit.name for unit in overview(kb).units if unit.name.casefold() not in words]
