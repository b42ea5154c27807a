"""The Briefing tab and the export panel as a person uses them; and who gets a file that was made at a click."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from browser import Chat, serving
from browser import chat as chat
from pypdf import PdfReader
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from app.access import Reader
from app.ui import downloads

CELL = "What did Nottinghamshire pay towards forensics in 2016/17?"
LISTED = "Who chairs the East Midlands PCC Board?"
PARIS = "What is the salary of the Mayor of Paris?"


@pytest.fixture(scope="module")
def address(corpus_home: Path) -> Iterator[str]:
    yield from serving(corpus_home)


@pytest.fixture
def folder(chat: Chat, tmp_path: Path) -> Path:
    """Where the browser puts what it downloads."""
    made = tmp_path / "downloads"
    made.mkdir()
    chat.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(made)})
    return made


def open_tab(chat: Chat, address: str, width: int = 1280) -> None:
    chat.open(address, width=width, height=900)
    tabs = [tab for tab in chat.all("button[role=tab]") if tab.text == "Briefing"]
    if not tabs:  # on a phone it is behind the button with three dots
        chat.find(".overflow-menu > button").click()
        tabs = [tab for tab in chat.all(".overflow-dropdown button") if tab.text == "Briefing"]
    tabs[0].click()
    chat.find("#briefing-questions textarea")


def paste(chat: Chat, lines: list[str]) -> None:
    """Put the questions in at once, as from another program."""
    chat.driver.execute_script(
        "const box = arguments[0]; box.value = arguments[1]; box.dispatchEvent(new Event('input', {bubbles: true}));",
        chat.find("#briefing-questions textarea"),
        "\n".join(lines),
    )


def downloaded(chat: Chat, folder: Path, suffix: str) -> bytes:
    """The one file of that kind, once it is complete."""
    chat.wait(lambda _: [file for file in folder.iterdir() if file.suffix == suffix and file.stat().st_size])
    (file,) = (file for file in folder.iterdir() if file.suffix == suffix)
    return file.read_bytes()


def test_a_briefing_by_keyboard(chat: Chat, address: str, folder: Path) -> None:
    open_tab(chat, address)
    box = chat.find("#briefing-questions textarea")
    box.send_keys(f"1. {CELL}", Keys.ENTER, PARIS, Keys.ENTER, LISTED)
    chat.press("#briefing-go")
    chat.wait(lambda _: chat.find("#briefing-status").text.startswith("3 of 3 questions done"))
    items = chat.all(".briefing-answers > li")
    assert [item.find_element(By.TAG_NAME, "h3").text for item in items] == [CELL, PARIS, LISTED]
    assert "£1,087,357" in items[0].text and "Not found in these documents." in items[1].text
    assert "Nearest passages (not an answer)" in items[1].text

    marker = items[0].find_element(By.CSS_SELECTOR, "a.marker")
    marker.send_keys(Keys.ENTER)
    assert chat.find("#proof td.cell-cited").text == "1,087,357"
    chat.focused().send_keys(Keys.ESCAPE)
    chat.wait(lambda _: chat.focused() == marker)

    boxes = chat.all("#briefing-chosen input[type=checkbox]")
    assert len(boxes) == 3 and all(choice.is_selected() for choice in boxes)
    boxes[2].send_keys(Keys.SPACE)
    chat.find("#briefing-title input, #briefing-title textarea").send_keys("Panel, 22 November")
    chat.press("#briefing-docx")
    word = docx.Document(io.BytesIO(downloaded(chat, folder, ".docx")))
    headings = [p.text for p in word.paragraphs if p.style and p.style.name in ("Title", "Heading 1")]
    assert headings[:4] == ["Panel, 22 November", "At a glance", f"1. {CELL}", f"2. {PARIS}"]
    assert not [text for text in headings if LISTED in text]
    assert "panel-22-november" in chat.find("#briefing-ready a").text
    chat.press("#briefing-pdf")
    assert "£1,087,357" in PdfReader(io.BytesIO(downloaded(chat, folder, ".pdf"))).pages[0].extract_text()

    for choice in chat.all("#briefing-chosen input[type=checkbox]")[:2]:
        choice.send_keys(Keys.SPACE)
    chat.press("#briefing-csv")
    assert "Choose at least one answer" in chat.find("#briefing-ready .export-problem").text
    chat.press("#briefing-clear")
    chat.wait(lambda _: not chat.all(".briefing-answers"))
    assert box.get_attribute("value") == ""


def test_questions_from_a_file_are_looked_through_first(chat: Chat, address: str, tmp_path: Path) -> None:
    open_tab(chat, address)
    listed = tmp_path / "questions.csv"
    listed.write_text(f"id,question\n1,{CELL}\n2,{PARIS}\n", encoding="utf-8")
    chat.driver.find_element(By.CSS_SELECTOR, "#briefing-request input[type=file]").send_keys(str(listed))
    chat.wait(lambda _: "2 questions read from questions.csv" in chat.find("#briefing-status").text)
    assert chat.find("#briefing-questions textarea").get_attribute("value") == f"{CELL}\n{PARIS}"
    broken = tmp_path / "questions.docx"
    broken.write_bytes(b"no Word file")
    chat.driver.find_element(By.CSS_SELECTOR, "#briefing-request input[type=file]").send_keys(str(broken))
    chat.wait(lambda _: "Save it again in Word" in chat.find("#briefing-status").text)


def test_nothing_typed_and_stopping(chat: Chat, address: str) -> None:
    open_tab(chat, address)
    chat.find("#briefing-go").click()
    chat.wait(lambda _: "Type at least one" in chat.find("#briefing-status").text)
    assert not any(panel.is_displayed() for panel in chat.all("#briefing-panel"))
    words = ["savings", "forensics", "governance", "officers", "board", "budget", "training", "posts", "chair", "aim"]
    lines = [f"What do the documents say about {word} {number}?" for number in (1, 2, 3) for word in words]
    paste(chat, lines)
    chat.find("#briefing-go").click()
    chat.wait(lambda _: len(chat.all(".briefing-answers > li")) >= 2)
    chat.find("#briefing-stop").click()
    chat.wait(lambda _: chat.find("#briefing-status").text.startswith("Stopped after"))
    time.sleep(3)
    held = len(chat.all("#briefing-chosen input[type=checkbox]"))
    assert 2 <= held < 30 and f"Stopped after {held} of 30 questions" in chat.find("#briefing-status").text
    chat.find("#briefing-go")


def test_a_briefing_fits_a_phone(chat: Chat, address: str) -> None:
    open_tab(chat, address, width=390)
    chat.find("#briefing-questions textarea").send_keys(CELL)
    chat.find("#briefing-go").click()
    chat.wait(lambda _: chat.find("#briefing-status").text.startswith("1 of 1 question done"))
    assert chat.overflow() <= 0
    assert all(button.size["height"] >= 44 for button in chat.all(".export-kinds button"))


# Files that were made at a click

MINE, HERS = Reader("anna", "reader", cleared=True), Reader("berta", "editor", cleared=True)


def test_a_file_is_for_who_made_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    token = downloads.keep_file("a.md", b"secret", MINE)
    found = downloads.find_file(token, MINE)
    assert found and found.data == b"secret"
    assert downloads.find_file(token, HERS) is None
    assert downloads.find_file(token, Reader("anna", "reader", cleared=False)) is None
    assert downloads.find_file("guess", MINE) is None
    later = time.monotonic() + downloads.SECONDS_KEPT + 1
    monkeypatch.setattr(downloads.time, "monotonic", lambda: later)
    assert downloads.find_file(token, MINE) is None


def test_kept_files_do_not_fill_the_memory() -> None:
    tokens = [downloads.keep_file("a.pdf", bytes(downloads.BYTES_KEPT // 3), MINE) for _ in range(6)]
    held = [token for token in tokens if downloads.find_file(token, MINE)]
    assert held == tokens[-3:]


def test_a_file_that_is_gone_says_what_to_do(tmp_path: Path) -> None:
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    client = TestClient(Starlette(routes=[downloads.download_route()]))
    link = downloads.file_to_link("what “x” & y.docx", b"data", None)
    assert "Download what “x” &amp; y.docx</a> (Word, 1 kB)" in link
    reply = client.get(link.split('href="')[1].split('"')[0])
    assert reply.content == b"data" and reply.headers["cache-control"] == "no-store"
    assert reply.headers["content-disposition"].startswith("attachment; filename*=UTF-8''what%20%E2%80%9Cx")
    missing = client.get("/download/none")
    assert missing.status_code == 404 and "make it again" in missing.text
