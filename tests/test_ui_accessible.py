"""Every tab in use, for whoever does not see it, uses no mouse, or holds a phone: axe-core, keyboard alone, 390 px."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from browser import Chat, serving
from browser import chat as chat
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from app.access.users import Users
from evals.runs import list_runs

PASSWORD = "three random words"
CELL = "What did Nottinghamshire pay towards forensics in 2016/17?"
PASSAGE = "How much did the collaborations save between 2014 and 2017?"
COMPUTED = "Which collaborative unit has the highest total annual savings against baseline?"
UNANSWERABLE = "How many drones do the five forces fly?"
JOB = "What would happen to my job in a merged legal services team?"
SET = [
    {"id": "a", "type": "fact", "question": CELL, "must": [["1,087,357"]]},
    {"id": "b", "type": "fact", "question": PASSAGE, "must": [["nine"]]},
]
GRAVE = ("serious", "critical")
# Colours that fade from one scheme to the other are at their end when they are looked at.
LOOK = """
    const ends = (one) => one.effect.getComputedTiming().endTime < 5000;
    Promise.allSettled(document.getAnimations().filter(ends).map((one) => one.finished))
      .then(() => axe.run(document, {resultTypes: ["violations"]}))
      .then((found) => arguments[0](found.violations));
"""
PHONE = 390
FARTHEST = 80  # presses of Tab to anything on a page


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, corpus_home: Path) -> Path:
    home = tmp_path_factory.mktemp("accessible") / "kb"
    shutil.copytree(corpus_home, home)
    return home


@pytest.fixture(scope="module")
def address(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`kb serve` with a login, so that its page is looked at, too."""
    users = Users(tmp_path_factory.mktemp("auth") / "users.json")
    users.add("anna", PASSWORD, "editor", cleared=True)
    os.environ["KB_AUTH"] = str(users.path)
    try:
        yield from serving(home)
    finally:
        del os.environ["KB_AUTH"]


def open_page(chat: Chat, address: str) -> None:
    """Open the page on a laptop, signed in, with an empty conversation."""
    set_size(chat, 1280)
    chat.driver.get(f"{address}login")
    if chat.all("#name"):
        chat.find("#name").send_keys("anna", Keys.TAB)
        chat.focused().send_keys(PASSWORD, Keys.ENTER)
        chat.find("#question textarea")
    chat.driver.execute_script("localStorage.clear()")
    chat.open(address, forget=False)
    chat.find("#examples .example")


def open_tab(chat: Chat, name: str) -> None:
    tab = next(tab for tab in chat.all('#tabs button[role="tab"]') if tab.text == name)
    tab.send_keys(Keys.ENTER)


def set_size(chat: Chat, width: int) -> None:
    size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 640}
    chat.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


# What is looked at: each prepares the page


def login_refused(chat: Chat, address: str) -> None:
    chat.driver.delete_all_cookies()
    chat.driver.get(f"{address}login")
    chat.press("button.main")
    chat.find(".summary")


def page_as_it_opens(chat: Chat, address: str) -> None:
    open_page(chat, address)


def answers_and_an_open_table(chat: Chat, address: str) -> None:
    open_page(chat, address)
    for question in (UNANSWERABLE, COMPUTED, CELL):
        turn = chat.ask(question)
    turn.find_element(By.CSS_SELECTOR, ".feedback button:last-of-type").send_keys(Keys.ENTER)
    chat.find(".feedback .why, .why")
    chat.press(".export > button")
    chat.open_proof(turn.find_element(By.CSS_SELECTOR, ".source"))
    chat.find("#proof td.cell-cited")


def an_open_page_image(chat: Chat, address: str) -> None:
    open_page(chat, address)
    chat.open_proof(chat.ask(PASSAGE).find_element(By.CSS_SELECTOR, ".source"))
    chat.find("#proof .proof-page img")


def register_of_a_unit(chat: Chat, address: str) -> None:
    open_page(chat, address)
    open_tab(chat, "Workforce")
    chat.find("#workforce-register .workforce-told")
    chat.find("#workforce-words textarea").send_keys(JOB, Keys.ENTER)
    chat.wait(lambda _: "Legal services" in chat.find(".workforce-told").text)


def grid(chat: Chat, address: str) -> None:
    open_page(chat, address)
    open_tab(chat, "Compare")
    chat.find("#compare-documents input[type=checkbox]")
    chat.find("#compare-questions textarea").send_keys(PASSAGE)
    chat.press("#compare-go")
    chat.wait(lambda _: chat.find("#compare-status").text.startswith("Done"))
    chat.press("#compare-docx")
    chat.find("#compare-link a")


def briefing(chat: Chat, address: str) -> None:
    open_page(chat, address)
    open_tab(chat, "Briefing")
    chat.find("#briefing-questions textarea").send_keys(CELL, Keys.ENTER, UNANSWERABLE)
    chat.press("#briefing-go")
    chat.wait(lambda _: chat.find("#briefing-status").text.startswith("2 of 2"))
    chat.find("#briefing-chosen input")


def library_with_the_form(chat: Chat, address: str) -> None:
    open_page(chat, address)
    open_tab(chat, "Documents")
    chat.find("table.library")
    chat.press('[data-get$="/correct"]')
    chat.find("#correct-date").send_keys("32 May", Keys.ENTER)
    chat.find(".form-errors")


def document_beside_its_page(chat: Chat, address: str) -> None:
    open_page(chat, address)
    open_tab(chat, "Documents")
    chat.press("table.library th[scope=row] a, table.library tbody th a")
    chat.press("[data-outline] summary")


def finished_evaluation(chat: Chat, address: str) -> None:
    open_page(chat, address)
    open_tab(chat, "Evaluation")
    bring_questions(chat)
    chat.press("#evaluation-go")
    chat.wait(lambda _: "Done: 2 of 2" in chat.find("#evaluation-status").text)
    chat.find("#run-title")
    chat.find(".failure")


def bring_questions(chat: Chat) -> None:
    """Bring a set of two questions, as a file that is dropped."""
    chat.find("#evaluation-sets input")
    path = Path(os.environ["HOME"]) / "two.jsonl"
    path.write_text("\n".join(map(json.dumps, SET)), encoding="utf-8")
    chat.driver.find_element(By.CSS_SELECTOR, "#evaluation-request input[type=file]").send_keys(str(path))
    chat.wait(lambda _: "My own: two (2 questions)" in chat.find("#evaluation-sets").text)


SCENES: tuple[Callable[[Chat, str], None], ...] = (
    login_refused,
    page_as_it_opens,
    answers_and_an_open_table,
    an_open_page_image,
    register_of_a_unit,
    grid,
    briefing,
    library_with_the_form,
    document_beside_its_page,
    finished_evaluation,
)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_nothing_grave_stands_in_the_way(chat: Chat, address: str, scene: Callable[[Chat, str], None]) -> None:
    scene(chat, address)
    found = {scheme: violations(chat, scheme) for scheme in ("dark", "light")}
    assert not any(found.values()), json.dumps(found, indent=2)
    set_size(chat, PHONE)
    chat.wait(lambda driver: driver.execute_script("return document.documentElement.clientWidth") == PHONE)
    assert chat.overflow() <= 0


def violations(chat: Chat, scheme: str) -> list[dict[str, Any]]:
    """What axe-core finds serious or critical in this colour scheme: rule, impact, and where."""
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    chat.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    dark = "return document.querySelector('html.dark, body.dark') !== null"
    chat.wait(lambda driver: driver.execute_script(dark) == (scheme == "dark"))
    if not chat.driver.execute_script("return 'axe' in window"):
        chat.driver.execute_script((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    return [
        {"rule": one["id"], "impact": one["impact"], "where": [node["html"][:300] for node in one["nodes"]]}
        for one in chat.driver.execute_async_script(LOOK)
        if one["impact"] in GRAVE
    ]


# By keyboard alone: nothing is clicked, and nothing is focused but by pressing Tab


def tab_to(chat: Chat, css: str, words: str = "") -> None:
    """Press Tab until something of that kind, with these words, has the focus."""
    asked = """
        const now = document.activeElement;
        return now.matches(arguments[0]) && now.textContent.includes(arguments[1]);
    """
    for _ in range(FARTHEST):
        if chat.driver.execute_script(asked, css, words):
            return
        ActionChains(chat.driver).send_keys(Keys.TAB).perform()
    raise AssertionError(f"{css} {words} is not reached in {FARTHEST} presses of Tab")


def go_to_tab(chat: Chat, address: str, name: str) -> None:
    open_page(chat, address)
    chat.driver.execute_script("document.activeElement.blur()")
    tab_to(chat, '#tabs button[role="tab"]', name)
    chat.focused().send_keys(Keys.ENTER)


@pytest.mark.parametrize(
    ("name", "ready", "field", "button", "outcome"),
    [
        ("Ask", "#question textarea", "#question textarea", "#ask", ".turn .source"),
        ("Workforce", ".workforce-told", "#workforce-words textarea", "#workforce-go", ".entry-source"),
        ("Compare", "#compare-documents input", "#compare-questions textarea", "#compare-go", ".grid-sources a"),
        ("Briefing", "#briefing-go", "#briefing-questions textarea", "#briefing-go", ".briefing-answers a.marker"),
    ],
)
def test_a_question_leads_to_its_proof_by_keyboard_alone(
    chat: Chat, address: str, name: str, ready: str, field: str, button: str, outcome: str
) -> None:
    go_to_tab(chat, address, name)
    chat.find(ready)
    tab_to(chat, field)
    chat.focused().send_keys(JOB if name == "Workforce" else CELL)
    tab_to(chat, button.replace("#", "button#"))
    chat.focused().send_keys(Keys.ENTER)
    chat.find(outcome)
    if name == "Ask":  # its question box gets the focus back, and stands below the answer
        chat.driver.execute_script("document.activeElement.blur()")
    tab_to(chat, outcome)
    chat.focused().send_keys(Keys.ENTER)
    chat.find("#proof #proof-title")
    chat.wait(lambda _: chat.focused().get_attribute("id") == "proof-title")
    chat.focused().send_keys(Keys.ESCAPE)
    chat.wait(lambda driver: driver.execute_script("return document.activeElement.matches(arguments[0])", outcome))


def test_a_tab_that_finds_no_room_is_reached_by_keyboard_alone(chat: Chat, address: str) -> None:
    open_page(chat, address)
    set_size(chat, PHONE)
    chat.find("#tabs .overflow-menu > button")
    chat.driver.execute_script("document.activeElement.blur()")
    tab_to(chat, "#tabs .overflow-menu > button")
    chat.focused().send_keys(Keys.ENTER)
    tab_to(chat, "#tabs .overflow-dropdown button", "Documents")
    chat.focused().send_keys(Keys.ENTER)
    chat.find("table.library")


def test_a_document_is_looked_at_by_keyboard_alone(chat: Chat, address: str) -> None:
    go_to_tab(chat, address, "Documents")
    chat.find("table.library")
    tab_to(chat, "[data-upload]")
    tab_to(chat, "table.library tbody th a")
    chat.focused().send_keys(Keys.ENTER)
    chat.find(".document-view")
    tab_to(chat, "[data-outline] summary")
    chat.focused().send_keys(Keys.ENTER)
    tab_to(chat, ".outline li a")
    chat.focused().send_keys(Keys.ENTER)
    tab_to(chat, '.back [data-get="library/list"]')
    chat.focused().send_keys(Keys.ENTER)
    chat.find("table.library")


def test_an_evaluation_is_run_and_compared_by_keyboard_alone(chat: Chat, address: str, home: Path) -> None:
    go_to_tab(chat, address, "Evaluation")
    bring_questions(chat)
    first = len(list_runs(home)) + 1
    for wanted in (first, first + 1):
        tab_to(chat, "button#evaluation-go")
        chat.focused().send_keys(Keys.ENTER)
        until_runs(chat, home, wanted)
    chat.driver.execute_script("document.activeElement.blur()")
    tab_to(chat, "#evaluation-other input")
    chat.focused().send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER)
    chat.wait(lambda _: chat.find("#run-title").text == "Two runs compared")


def until_runs(chat: Chat, home: Path, wanted: int) -> None:
    """Wait until that many runs are kept and another can be started."""
    chat.wait(lambda _: len(list_runs(home)) == wanted and chat.find("#evaluation-go").is_enabled())
