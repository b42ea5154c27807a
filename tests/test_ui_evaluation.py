"""The Evaluation tab as a person uses it: bring questions, run them, read what is wrong, compare, delete, undo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pytest
from browser import Chat, serving
from browser import chat as chat
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from evals.runs import list_runs

if TYPE_CHECKING:
    from kb.embedding import Embedder

SET = [
    {"id": "a", "type": "fact", "question": "How many handlers has the dog unit?", "must": [["twelve"]]},
    {"id": "b", "type": "fact", "question": "How many vans has the <b>dog</b> unit?", "must": [["nine"]]},
    {"id": "c", "type": "unanswerable", "question": "Who is the Mayor of Paris?", "answerable": False},
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    from ingest.pipeline import ingest
    from kb.store import KnowledgeBase

    folder = tmp_path_factory.mktemp("evaluation")
    minutes = docx.Document()
    minutes.add_heading("Minutes of the dog unit", level=1)
    minutes.add_paragraph("The dog unit has twelve handlers. The dog unit has four vans.")
    minutes.save(str(folder / "minutes.docx"))
    with KnowledgeBase.open(folder / "kb", create=True) as kb:
        assert ingest([folder / "minutes.docx"], kb, embedder).added
    return folder / "kb"


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    yield from serving(home)


def open_tab(chat: Chat, address: str, width: int = 1280) -> None:
    # On a narrow screen some tabs stand behind a button; here they are opened while there is room.
    chat.open(address, height=900)
    next(tab for tab in chat.all('button[role="tab"]') if tab.text == "Evaluation").click()
    chat.find("#evaluation-sets input")
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 640}
    chat.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def bring(chat: Chat, path: Path) -> None:
    chat.driver.find_element(By.CSS_SELECTOR, "#evaluation-request input[type=file]").send_keys(str(path))


def run_set(chat: Chat, name: str) -> None:
    box = chat.find("#evaluation-name textarea, #evaluation-name input")
    box.clear()
    box.send_keys(name)
    chat.find("#evaluation-go").click()
    chat.wait(lambda _: "Done: 3 of 3" in chat.find("#evaluation-status").text)
    chat.wait(lambda _: name in chat.find("#run-title").text)


def test_from_a_file_of_questions_to_two_runs_compared(chat: Chat, address: str, home: Path, tmp_path: Path) -> None:
    open_tab(chat, address)
    assert "no runs yet" in chat.find("#evaluation-result").text
    assert "set_aside" not in chat.driver.page_source

    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"question": "Who?"}\nno', encoding="utf-8")
    bring(chat, wrong)
    chat.wait(lambda _: len(chat.all("#evaluation-told li")) == 2)
    problems = [item.text for item in chat.all("#evaluation-told li")]
    assert problems[0].startswith("Line 1: nothing says") and problems[1].startswith("Line 2: this is not JSON")

    (tmp_path / "dogs.jsonl").write_text("\n".join(map(json.dumps, SET)), encoding="utf-8")
    bring(chat, tmp_path / "dogs.jsonl")
    chat.wait(lambda _: "My own: dogs (3 questions)" in chat.find("#evaluation-sets").text)

    run_set(chat, "first")
    headlines = chat.find(".headlines").text
    assert "66.7%" in headlines and "right" in headlines
    failure = chat.find(".failure")
    for words in ("How many vans has the <b>dog</b> unit?", "nine", "four vans", "missing: nine"):
        assert words in failure.text
    chat.open_proof(failure.find_element(By.CSS_SELECTOR, "a[data-place]"))
    chat.focused().send_keys(Keys.ESCAPE)
    assert len(chat.all(".plots svg[role=img]")) == 3

    run_set(chat, "second")
    chat.find("#evaluation-other input").click()
    chat.wait(lambda _: any("first" in option.text for option in chat.all("ul[role=listbox] li")))
    next(option for option in chat.all("ul[role=listbox] li") if "first" in option.text).click()
    chat.wait(lambda _: chat.find("#run-title").text == "Two runs compared")
    assert "0 got better, 0 got worse and 3 stayed the same" in chat.find(".run").text
    chat.find("#evaluation-csv").click()
    assert "runs-compared" in chat.find("#evaluation-link a").text

    chat.find("#evaluation-delete").click()
    chat.wait(lambda _: "first" in chat.find("#run-title").text)
    assert [run.name for run in list_runs(home)] == ["first"]
    chat.find("#evaluation-undo").click()
    chat.wait(lambda _: "second" in chat.find("#run-title").text)
    assert [run.name for run in list_runs(home)] == ["second", "first"]


def test_a_run_goes_on_without_the_page_and_can_be_stopped(
    chat: Chat, address: str, home: Path, tmp_path: Path
) -> None:
    many = [{**value, "id": f"{value['id']}{n}"} for n in range(100) for value in SET]
    (tmp_path / "many.jsonl").write_text("\n".join(map(json.dumps, many)), encoding="utf-8")
    open_tab(chat, address)
    bring(chat, tmp_path / "many.jsonl")
    chat.wait(lambda _: "My own: many (300 questions)" in chat.find("#evaluation-sets").text)
    chat.find("#evaluation-go").click()
    chat.find("#evaluation-status progress")
    open_tab(chat, address)
    chat.find("#evaluation-status progress")
    chat.press("#evaluation-stop")
    chat.wait(lambda _: chat.find("#evaluation-status").text.startswith("Stopped."))
    stopped = list_runs(home)[0]
    assert stopped.state == "stopped" and 0 < len(stopped.results) < 300
    chat.find("#evaluation-go")


def test_nothing_is_wider_than_a_phone(chat: Chat, address: str) -> None:
    open_tab(chat, address, width=390)
    assert chat.overflow() <= 0
