"""The Ask tab in Chromium: conversations that last, quotes beside their markers, limits, and what readers say."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from browser import Chat, serving
from browser import chat as chat
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

CELL_QUESTION = "What did Nottinghamshire pay towards forensics in 2016/17?"
LARGEST = "Which force has the highest current formula?"


@pytest.fixture(scope="module")
def home(corpus_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped library, as readers' judgements are written into it."""
    import shutil

    return Path(shutil.copytree(corpus_home, tmp_path_factory.mktemp("ask") / "kb"))


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    yield from serving(home)


def settled(chat: Chat) -> WebElement:
    """The last turn, once its sources are there and the browser has kept it."""
    chat.wait(lambda _: chat.all(".turn:last-child .feedback"))
    turns = len(chat.all(".turn"))
    kept = (
        "return Object.keys(localStorage).filter(key => key.startsWith('collabkb:conversation'))"
        ".some(key => JSON.parse(localStorage[key]).turns.length == arguments[0])"
    )
    chat.wait(lambda driver: driver.execute_script(kept, turns))
    return chat.all(".turn")[-1]


def test_a_conversation_survives_a_reload_and_can_be_renamed_and_deleted(chat: Chat, address: str) -> None:
    chat.open(address)
    chat.ask(CELL_QUESTION)
    settled(chat)
    chat.ask("And Leicestershire?")
    settled(chat)
    shown = [turn.text for turn in chat.all(".turn")]
    chat.open(address, forget=False)
    chat.wait(lambda _: len(chat.all(".turn")) == 2)
    assert [turn.text for turn in chat.all(".turn")] == shown
    assert "906,131" in shown[1]

    chat.click(chat.find("#clear"))
    chat.find(".greeting")
    chat.click(chat.find("#shelf summary"))
    assert "(1)" in chat.find("#shelf summary").text
    chat.click(chat.find("#shelf [data-rename]"))
    field = chat.find("#shelf input")
    field.send_keys(Keys.CONTROL, "a", Keys.NULL, "Forensics", Keys.ENTER)
    chat.wait(lambda _: chat.find("#shelf .shelf-open").text == "Forensics")
    assert chat.focused().text == "Rename"

    chat.click(chat.find("#shelf [data-delete]"))
    assert "Forensics" in chat.find("#shelf-undo").text and chat.focused().text == "Undo"
    assert not any(element.is_displayed() for element in chat.all("#shelf"))
    chat.focused().send_keys(Keys.ENTER)
    chat.click(chat.find("#shelf .shelf-open"))
    chat.wait(lambda _: len(chat.all(".turn")) == 2)
    assert "58" in chat.ask("And Derbyshire?").text


def test_what_two_windows_do_to_one_conversation_loses_no_question(chat: Chat, address: str) -> None:
    chat.open(address)
    chat.ask(CELL_QUESTION)
    settled(chat)
    first = chat.driver.current_window_handle
    chat.driver.switch_to.new_window("tab")
    try:
        chat.driver.get(address)
        chat.find("#question textarea")
        chat.click(chat.find("#shelf summary"))
        chat.press("#shelf .shelf-open")
        chat.wait(lambda _: len(chat.all(".turn")) == 1)
        second = chat.driver.current_window_handle
        chat.driver.switch_to.window(first)
        chat.click(chat.find("#shelf summary"))
        chat.press("#shelf [data-delete]")
        chat.driver.switch_to.window(second)
        chat.find("#question textarea").send_keys(LARGEST, Keys.ENTER)
        chat.wait(lambda _: any(LARGEST in turn.text for turn in chat.all(".turn")))
        settled(chat)
        assert "deleted in another window" in chat.find("#shelf-undo").text
        chat.driver.switch_to.window(first)
        chat.press("#shelf-undo [data-undo]")
        chat.wait(lambda _: "(2)" in chat.find("#shelf summary").text)
        titles = {button.text for button in chat.all("#shelf .shelf-open")}
        assert titles == {CELL_QUESTION, LARGEST}
        chat.driver.switch_to.window(second)
    finally:
        if chat.driver.current_window_handle != first:
            chat.driver.close()
        chat.driver.switch_to.window(first)


def test_who_uses_the_keyboard_is_never_left_without_a_place(chat: Chat, address: str) -> None:
    chat.open(address)
    chat.ask(CELL_QUESTION)
    settled(chat)
    chat.press('.turn [data-thumb="down"]')
    chat.press(".why [data-leave]")
    assert chat.focused().get_attribute("data-thumb") == "down"
    chat.focused().send_keys(Keys.ENTER)
    chat.wait(lambda _: "Taken back" in chat.find(".feedback-said").text)
    chat.press("#shelf summary")
    for stop in (Keys.ESCAPE, None):
        chat.press("#shelf [data-rename]")
        if stop:
            chat.find("#shelf .shelf-rename input").send_keys("half a na", stop)
        else:
            chat.press("#shelf [data-cancel]")
        chat.wait(lambda _: chat.focused().text == "Rename")
        assert chat.find("#shelf .shelf-open").text == CELL_QUESTION
    chat.press("#clear")
    chat.find(".greeting")
    chat.wait(lambda _: chat.focused().tag_name == "textarea")


def test_a_conversation_goes_on_after_the_server_was_restarted(chat: Chat, home: Path) -> None:
    first = serving(home)
    address = next(first)
    try:
        chat.open(address)
        chat.ask(CELL_QUESTION)
        settled(chat)
        kept = chat.driver.execute_script("return [JSON.stringify(localStorage), JSON.stringify(sessionStorage)]")
    finally:
        first.close()
    second = serving(home)
    try:
        # Another port is another origin: what the browser kept is put where it would be at the same address.
        again = next(second)
        chat.open(again)
        for store, values in zip(("localStorage", "sessionStorage"), kept, strict=True):
            chat.driver.execute_script(f"Object.assign({store}, JSON.parse(arguments[0]))", values)
        chat.open(again, forget=False)
        assert "1,087,357" in chat.find(".turn .answer").text
        assert "906,131" in chat.ask("And Leicestershire?").text
    finally:
        second.close()


def test_a_question_is_not_lost_by_a_reload_before_its_answer(chat: Chat, address: str) -> None:
    chat.open(address)
    chat.driver.execute_cdp_cmd("Network.enable", {})
    chat.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*queue/join*"]})
    try:
        chat.find("#question textarea").send_keys(CELL_QUESTION, Keys.ENTER)
        held = "return JSON.parse(sessionStorage.getItem('collabkb:early'))?.question"
        chat.wait(lambda driver: driver.execute_script(held) == CELL_QUESTION)
    finally:
        chat.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    chat.open(address, forget=False)
    chat.wait(lambda _: chat.find("#question textarea").get_attribute("value") == CELL_QUESTION)
    chat.press("#question textarea")
    settled(chat)
    chat.open(address, forget=False)
    chat.wait(lambda _: len(chat.all(".turn")) == 1)
    assert chat.find("#question textarea").get_attribute("value") == ""


def test_a_question_that_is_too_long_stays_in_the_box(chat: Chat, address: str) -> None:
    chat.open(address)
    long = "What has this saved us? " * 100
    box = chat.find("#question textarea")
    chat.driver.execute_script(
        "Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(arguments[0], arguments[1]);"
        "arguments[0].dispatchEvent(new Event('input', {bubbles: true}))",
        box,
        long,
    )
    box.send_keys(Keys.ENTER)
    assert "2,000" in chat.find(".turn .problem").text
    chat.wait(lambda _: chat.find("#question textarea").get_attribute("value") == long)


def test_the_quote_is_shown_beside_its_marker(chat: Chat, address: str) -> None:
    chat.open(address)
    chat.ask(CELL_QUESTION)
    turn = settled(chat)
    marker = turn.find_element(By.CSS_SELECTOR, ".marker")
    ActionChains(chat.driver).move_to_element(marker).perform()
    tip = chat.find("#quote-tip")
    assert "1,087,357" in tip.text and "page 13" in tip.text
    assert marker.get_attribute("aria-describedby") == tip.get_attribute("id")
    ActionChains(chat.driver).move_to_element(tip).pause(0.5).perform()
    assert tip.is_displayed(), "the pointer cannot reach it"
    ActionChains(chat.driver).send_keys(Keys.ESCAPE).perform()
    chat.wait(lambda _: not tip.is_displayed())

    chat.find("#question textarea").click()
    chat.driver.execute_script("arguments[0].focus({focusVisible: true})", marker)
    chat.wait(lambda _: tip.is_displayed())
    chat.focused().send_keys(Keys.ENTER)
    chat.find("#proof td.cell-cited")
    assert not tip.is_displayed()


def test_a_question_can_be_limited_and_asked_of_all(chat: Chat, address: str) -> None:
    chat.open(address)
    field = chat.find("#limits input")
    chat.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", field)
    field.send_keys("Kind: plan", Keys.ENTER)
    chat.find("#limits .token")
    chat.ask(LARGEST)
    turn = settled(chat)
    assert "Limited to" in turn.text and "Kind: plan" in turn.text
    again = turn.find_element(By.CSS_SELECTOR, ".not-found [data-anywhere]")
    chat.click(again)
    chat.wait(lambda _: len(chat.all(".turn")) == 2 and chat.all(".turn:last-child .answer"))
    turn = settled(chat)
    assert "Nottinghamshire" in turn.text and "Limited to" not in turn.text
    assert not chat.all("#limits .token")


def test_figures_of_several_forces_are_drawn(chat: Chat, address: str) -> None:
    chat.open(address)
    chat.ask(LARGEST)
    bars = settled(chat).find_element(By.CSS_SELECTOR, ".bars[role=img]")
    assert "Nottinghamshire: 27.60%" in (bars.get_attribute("aria-label") or "")
    widths = [float(bar.rect["width"]) for bar in bars.find_elements(By.CSS_SELECTOR, "rect")]
    assert len(widths) == 5 and widths == sorted(widths, reverse=True) and widths[4] > 0.4 * widths[0]


def test_a_reader_says_whether_an_answer_is_right(chat: Chat, address: str, home: Path) -> None:
    from kb.feedback import list_feedback
    from kb.store import KnowledgeBase

    chat.open(address)
    chat.ask(CELL_QUESTION)
    turn = settled(chat)
    no = turn.find_element(By.CSS_SELECTOR, '[data-thumb="down"]')
    chat.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", no)
    no.send_keys(Keys.ENTER)
    chat.find(".why")
    chat.focused().send_keys(Keys.SPACE)
    chat.find(".why textarea").send_keys("It should be lower")
    chat.press('.why [type="submit"]')
    chat.wait(lambda _: not chat.all(".why"))
    with KnowledgeBase.open(home) as kb:
        (said,) = list_feedback(kb)
    assert (said.thumb, said.reason, said.note) == ("down", "figure", "It should be lower")
    assert said.answer.values == ("£1,087,357",) and said.answer.citations[0].page == 13
    chat.open(address, forget=False)
    pressed = chat.find('.turn [data-thumb="down"]')
    assert pressed.get_attribute("aria-pressed") == "true"
    pressed.send_keys(Keys.ENTER)
    chat.wait(lambda _: "Taken back" in chat.find(".feedback").text)
    with KnowledgeBase.open(home) as kb:
        assert list_feedback(kb) == []


def test_nobody_sees_another_ones_conversation(address: str) -> None:
    from evals.benchmarks.serving import Page

    page = Page(address)
    questions = [CELL_QUESTION, LARGEST, "Who chairs the East Midlands PCC Board?", "What does EMSOU stand for?"] * 2
    with ThreadPoolExecutor(len(questions)) as pool:
        assert all(seconds > 0 for seconds in pool.map(lambda question: page.open()(question), questions))


def test_a_question_typed_while_the_program_starts_is_asked(chat: Chat, home: Path) -> None:
    import subprocess
    import sys

    command = [sys.executable, "-u", "-m", "app.cli", "serve", "--home", str(home), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split(" at ")[1].split()[0]
            chat.driver.get(address)
            box = chat.find("#early-question")
            box.send_keys(CELL_QUESTION, Keys.ENTER)
            assert "is kept" in chat.find("#state").text
            chat.wait(lambda _: chat.all(".turn .answer"))
            assert "1,087,357" in settled(chat).text
        finally:
            process.terminate()
