"""The Compare tab as a person uses it: the grid, its sources, by keyboard, on a phone, and as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Chat, serving
from browser import chat as chat
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

SAVED = "How much did the collaborations save between 2014 and 2017?"
FORENSICS = "What does each force pay towards forensics in 2016/17?"


@pytest.fixture(scope="module")
def address(corpus_home: Path) -> Iterator[str]:
    yield from serving(corpus_home)


def open_tab(chat: Chat, address: str, width: int = 1280) -> None:
    # On a narrow screen some tabs stand behind a button; here they are opened while there is room.
    chat.open(address, height=900)
    next(tab for tab in chat.all('button[role="tab"]') if tab.text == "Compare").click()
    chat.find("#compare-documents input[type=checkbox]")
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 640}
    chat.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def compared(chat: Chat, *questions: str) -> None:
    box = chat.find("#compare-questions textarea")
    box.clear()
    box.send_keys(Keys.ENTER.join(questions))
    chat.press("#compare-go")
    chat.wait(lambda _: chat.find("#compare-status").text.startswith("Done"))


def test_shift_and_enter_begin_a_line(chat: Chat, address: str) -> None:
    open_tab(chat, address)
    box = chat.find("#compare-questions textarea")
    box.clear()
    box.send_keys("one", Keys.SHIFT, Keys.ENTER, Keys.NULL, "two")
    assert box.get_attribute("value") == "one\ntwo"


def test_documents_side_by_side_by_keyboard(chat: Chat, address: str) -> None:
    open_tab(chat, address)
    boxes = chat.all("#compare-documents input[type=checkbox]")
    assert len(boxes) == 5 and all(box.is_selected() for box in boxes)
    boxes[1].send_keys(Keys.SPACE)
    compared(chat, SAVED, "Who oversees the programme?")
    table = chat.find("table.grid")
    assert len(table.find_elements(By.CSS_SELECTOR, 'thead th[scope="col"]')) == 5
    heads = [head.text for head in table.find_elements(By.CSS_SELECTOR, 'tbody th[scope="row"]')]
    assert heads[0].startswith(SAVED) and "of 4 say something" in heads[0]
    cells = table.find_elements(By.CSS_SELECTOR, "tbody tr:first-child td")
    assert "£2.7m" in cells[0].text and "page 14" in cells[0].text
    assert "Nothing found" in cells[1].text and "£" not in cells[1].text
    link = cells[0].find_element(By.CSS_SELECTOR, ".grid-sources a")
    link.send_keys(Keys.ENTER)
    assert "£2.7m" in chat.find("#proof .proof-quote").text
    chat.focused().send_keys(Keys.ESCAPE)
    chat.wait(lambda _: chat.focused() == link)
    chat.find("#compare-docx").click()
    assert "documents-compared" in chat.find("#compare-link a").text


def test_forces_side_by_side(chat: Chat, address: str) -> None:
    open_tab(chat, address)
    chat.all("#compare-by input")[1].send_keys(Keys.SPACE)
    chat.wait(lambda _: [box for box in chat.all("#compare-forces input") if box.is_displayed()])
    compared(chat, FORENSICS)
    cells = {
        c.find_element(By.CSS_SELECTOR, ".grid-label").get_attribute("textContent"): c.text
        for c in chat.all(".grid td")
    }
    assert "£1,087,357" in cells["Nottinghamshire"] and "Highest" in cells["Nottinghamshire"]
    assert "£508,221" in cells["Lincolnshire"] and "Lowest" in cells["Lincolnshire"]
    assert "The figures differ" in chat.find(".finding").text


def test_what_cannot_be_asked_is_told(chat: Chat, address: str) -> None:
    open_tab(chat, address)
    chat.find("#compare-go").click()
    chat.wait(lambda _: "Type at least one question" in chat.find("#compare-status").text)
    assert chat.find("#compare-go").is_enabled()


def test_a_comparison_can_be_stopped(chat: Chat, address: str) -> None:
    open_tab(chat, address)
    chat.find("#compare-questions textarea").send_keys(Keys.ENTER.join(f"What is said of item {n}?" for n in range(12)))
    chat.find("#compare-go").click()
    chat.find("#compare-status progress")
    chat.press("#compare-stop")
    chat.wait(lambda _: chat.find("#compare-status").text.startswith("Stopped"))
    assert "Not asked yet" in chat.find(".grid").text
    chat.find("#compare-go")


def test_rows_are_cards_on_a_phone(chat: Chat, address: str) -> None:
    open_tab(chat, address, width=390)
    compared(chat, SAVED)
    assert chat.overflow() <= 0
    labels = [label for label in chat.all(".grid-label") if label.is_displayed()]
    assert len(labels) == 5 and "24 April 2017" in labels[0].text
    for cell in chat.all(".grid td"):
        assert cell.rect["width"] <= 390
