"""The Workforce tab as a person uses it: by keyboard, on a phone, over the shipped documents, in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Chat, serving
from browser import chat as chat
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

QUESTION = "What would happen to my job in a merged legal services team?"


@pytest.fixture(scope="module")
def address(corpus_home: Path) -> Iterator[str]:
    yield from serving(corpus_home)


def open_tab(chat: Chat, address: str, width: int = 1280) -> None:
    """Go to the tab by keyboard and wait for its register."""
    chat.open(address, width=width)
    tab = next(tab for tab in chat.all('#tabs button[role="tab"]') if tab.get_attribute("textContent") == "Workforce")
    if tab.is_displayed():
        tab.send_keys(Keys.ENTER)
    else:
        chat.driver.execute_script("arguments[0].click()", tab)
    chat.find("#workforce-register .workforce-told")


def told(chat: Chat) -> str:
    return chat.find(".workforce-told").text


def test_what_is_asked_while_the_first_register_is_made_is_shown(chat: Chat, address: str) -> None:
    chat.open(address)
    next(tab for tab in chat.all('#tabs button[role="tab"]') if tab.text == "Workforce").send_keys(Keys.ENTER)
    chat.find("#workforce-words textarea").send_keys(QUESTION, Keys.ENTER)
    chat.wait(lambda _: "Legal services" in told(chat))


def test_a_person_finds_what_happens_to_their_job_by_keyboard(chat: Chat, address: str) -> None:
    open_tab(chat, address)
    assert "entries from 5 documents" in told(chat)
    assert len(chat.all(".workforce-counts a")) == 8
    chat.find("#workforce-words textarea").send_keys(QUESTION, Keys.ENTER)
    chat.wait(lambda _: "Legal services" in told(chat))
    figures = chat.find("table.posts tbody tr").text.split()
    assert figures == ["Legal", "services", "-", "24", "24"]
    transfer = next(link for link in chat.all(".workforce-counts a") if "Redundancy" in link.text)
    transfer.send_keys(Keys.ENTER)
    chat.wait(lambda _: chat.focused().get_attribute("id") == "workforce-transfer")
    section = chat.driver.find_element(By.CSS_SELECTOR, 'section[aria-labelledby="workforce-transfer"]')
    assert "No sentence about this names Legal services." in section.text
    assert "redundancy and TUPE transfer" in section.text
    source = section.find_element(By.CSS_SELECTOR, "a.entry-source")
    source.send_keys(Keys.ENTER)
    assert "Collaboration Plan 2010/13" in chat.find("#proof #proof-title").text
    assert "TUPE" in chat.find("#proof .proof-quote").text
    chat.focused().send_keys(Keys.ESCAPE)
    chat.wait(lambda _: chat.focused() == source)


def test_a_figure_opens_at_its_row(chat: Chat, address: str) -> None:
    open_tab(chat, address)
    row = next(link for link in chat.all("table.posts a") if link.text == "Major crime")
    chat.open_proof(row)
    assert "157" in chat.find("#proof .row-cited").text


def test_words_that_nobody_uses_are_said_and_everything_comes_back(chat: Chat, address: str) -> None:
    open_tab(chat, address)
    chat.find("#workforce-words textarea").send_keys("What about my pension?", Keys.ENTER)
    chat.wait(lambda _: "None of them uses the word “pension”" in told(chat))
    chat.press("#workforce-clear")
    chat.wait(lambda _: "entries from 5 documents" in told(chat) and "pension" not in told(chat))
    assert chat.find("#workforce-words textarea").get_attribute("value") == ""


def test_markup_in_the_words_is_shown_as_typed(chat: Chat, address: str) -> None:
    open_tab(chat, address)
    chat.find("#workforce-words textarea").send_keys("training <img src=x onerror=alert(1)>", Keys.ENTER)
    assert "No entry fits" in chat.find(".workforce .not-found").text
    assert not chat.all(".workforce img")


def test_the_register_is_downloaded_as_csv(chat: Chat, address: str) -> None:
    open_tab(chat, address)
    chat.press("#workforce-csv")
    link = chat.find("#workforce-link a.download")
    fetched = chat.driver.execute_async_script(
        "const done = arguments[1]; fetch(arguments[0]).then((reply) => reply.text()).then(done)",
        link.get_attribute("href"),
    )
    assert fetched.lstrip("\ufeff").startswith("theme,status,date")
    assert '"Redundancy, transfer and employer",Proposed' in fetched


def test_nothing_is_cut_off_on_a_phone(chat: Chat, address: str) -> None:
    open_tab(chat, address, width=390)
    wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not chat.driver.execute_script(wide)
    assert chat.find("#workforce-go").is_displayed()
