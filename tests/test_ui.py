"""The chat as a person uses it: the real page over the shipped documents, in Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import docx
import pytest
from browser import Chat, serving
from browser import chat as chat
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

CELL_QUESTION = "What did Nottinghamshire pay towards forensics in 2016/17?"
PROSE_QUESTION = "How much did the collaborations save between 2014 and 2017?"
UNANSWERABLE = "What is the salary of the Mayor of Paris?"


@pytest.fixture(scope="module")
def address(corpus_home: Path) -> Iterator[str]:
    yield from serving(corpus_home)


@pytest.fixture(scope="module")
def empty_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serving(tmp_path_factory.mktemp("empty") / "kb")


def test_a_table_cell_opens_at_its_cell(chat: Chat, address: str) -> None:
    chat.open(address)
    turn = chat.ask(CELL_QUESTION)
    assert "£1,087,357" in turn.find_element(By.CSS_SELECTOR, ".answer-text").text
    source = turn.find_element(By.CSS_SELECTOR, ".source")
    for part in ("Nottinghamshire Police and Crime Panel", "24 April 2017", "page 13", "FORENSICS", "NOTTS"):
        assert part in source.text
    chat.open_proof(source)
    cell = chat.find("#proof td.cell-cited mark")
    assert cell.text == "1,087,357"
    headings = [heading.text for heading in chat.all("#proof th.heading-cited")]
    assert any("FORENSICS" in heading for heading in headings)
    assert any("NOTTS" in heading for heading in headings)
    assert (
        chat.all("#proof table caption") and chat.all('#proof th[scope="col"]') and chat.all('#proof th[scope="row"]')
    )

    next(link for link in chat.all("#proof .proof-views a") if link.text == "Page image").click()
    image = chat.page_image("13")
    assert "boxes=" in (image.get_attribute("src") or "")
    assert "marked" in (image.get_attribute("alt") or "")


def test_a_passage_opens_on_its_page_by_keyboard(chat: Chat, address: str) -> None:
    chat.open(address)
    turn = chat.ask(PROSE_QUESTION)
    marker = turn.find_element(By.CSS_SELECTOR, ".answer-text .marker")
    source = turn.find_elements(By.CSS_SELECTOR, ".source")[int(marker.text) - 1]
    page = re.search(r"page (\d+)", source.text)
    assert page
    quote = source.find_element(By.CSS_SELECTOR, "q").text.strip('"“”').removesuffix(" …")

    marker.send_keys(Keys.ENTER)
    image = chat.page_image(page[1])
    assert f"Page {page[1]} of" in chat.find("#proof .proof-tools").text
    assert "boxes=" in (image.get_attribute("src") or "")
    assert quote[:60] in chat.find("#proof .proof-quote").text
    assert chat.focused().get_attribute("id") == "proof-title"

    chat.press('#proof a[data-turn="next"]')
    assert "boxes=" not in (chat.page_image(str(int(page[1]) + 1)).get_attribute("src") or "")
    assert chat.focused().get_attribute("data-turn") == "next"
    chat.find("#proof .proof-back").click()
    narrow = chat.page_image(page[1]).size["width"]
    chat.find('#proof [data-zoom="1"]').click()
    assert chat.page_image(page[1]).size["width"] > 1.4 * narrow

    chat.focused().send_keys(Keys.ESCAPE)
    chat.wait(lambda _: not chat.find("body").get_attribute("class"))
    assert chat.focused() == marker


def test_not_found_is_no_answer(chat: Chat, address: str) -> None:
    chat.open(address)
    turn = chat.ask(UNANSWERABLE)
    assert not turn.find_elements(By.CSS_SELECTOR, ".answer")
    body = turn.find_element(By.CSS_SELECTOR, ".not-found")
    assert "Not found in these documents" in body.text
    assert "Nearest passages — not an answer" in body.text
    chat.open_proof(body.find_element(By.CSS_SELECTOR, ".nearest-link"))
    assert chat.find("#proof .proof-where").text


def test_the_conversation_goes_on_and_starts_anew(chat: Chat, address: str) -> None:
    chat.open(address)
    chat.ask(CELL_QUESTION)
    assert "906,131" in chat.ask("And Leicestershire?").find_element(By.CSS_SELECTOR, ".answer-text").text
    assert len(chat.all(".turn")) == 2

    first = chat.driver.current_window_handle
    chat.driver.switch_to.new_window("tab")
    chat.open(address)
    assert not chat.all(".turn"), "another visitor sees this conversation"
    chat.driver.close()
    chat.driver.switch_to.window(first)

    chat.click(chat.find("#clear"))
    chat.find(".greeting")
    assert not chat.all(".turn")


def test_the_question_box(chat: Chat, address: str) -> None:
    chat.open(address)
    box = chat.find("#question textarea")
    box.send_keys("What is EMSOU", Keys.SHIFT, Keys.ENTER, Keys.NULL, "and who leads it?")
    assert box.get_attribute("value") == "What is EMSOU\nand who leads it?"
    box.send_keys(Keys.ENTER)
    chat.find(".turn article")
    assert box.get_attribute("value") == ""
    chat.wait(lambda _: chat.focused() == box)
    assert "and who leads it?" in chat.find(".turn .question").text


def test_six_questions_to_begin_with(chat: Chat, address: str) -> None:
    chat.open(address)
    chat.find("#examples .example")
    buttons = chat.all("#examples .example")
    assert len(buttons) == 6
    question = buttons[0].text
    chat.click(buttons[0])
    chat.find(".turn .answer")
    assert question in chat.find(".turn .question").text
    assert not any(button.is_displayed() for button in chat.all("#examples .example"))


def test_a_question_too_long_is_told_so(chat: Chat, address: str) -> None:
    chat.open(address)
    chat.driver.execute_script(
        "const box = document.querySelector('#question textarea'); box.value = 'why '.repeat(5000);"
        "box.dispatchEvent(new Event('input', {bubbles: true}));"
    )
    chat.find("#ask").click()
    message = chat.find(".turn .problem").text
    assert "not answered" in message and "Traceback" not in message


def test_a_link_opens_its_place_again(chat: Chat, address: str) -> None:
    chat.open(address)
    chat.open_proof(chat.ask(CELL_QUESTION).find_element(By.CSS_SELECTOR, ".source"))
    chat.find("#proof td.cell-cited")
    link = chat.driver.current_url
    assert "doc=" in link and "table=" in link
    chat.open(link)
    assert chat.find("#proof td.cell-cited").text == "1,087,357"
    chat.find("#proof [data-close]").click()
    chat.wait(lambda driver: "doc=" not in driver.current_url)
    chat.open(f"{address}?doc=gone&p=3")
    assert "cannot be shown" in chat.find("#proof").text


def test_back_closes_the_source(chat: Chat, address: str) -> None:
    chat.open(address)
    chat.open_proof(chat.ask(CELL_QUESTION).find_element(By.CSS_SELECTOR, ".source"))
    chat.driver.back()
    chat.wait(lambda _: not any(panel.is_displayed() for panel in chat.all("#proof")))
    assert len(chat.all(".turn")) == 1


def test_the_library_lists_every_document(chat: Chat, address: str, corpus_home: Path) -> None:
    from kb.store import KnowledgeBase

    with KnowledgeBase.open(corpus_home) as kb:
        titles = [info.title for info in kb.documents()]
    chat.open(address)
    next(tab for tab in chat.all('button[role="tab"]') if tab.text == "Documents").click()
    chat.find("table.library")
    assert [link.text for link in chat.all("table.library tbody a")] == titles
    chat.all("table.library tbody a")[0].click()
    assert chat.find(".document-view h2").text == titles[0]


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(chat: Chat, address: str, width: int) -> None:
    chat.open(address, width=width, height=844)
    assert chat.overflow() <= 0
    for question in (CELL_QUESTION, PROSE_QUESTION, UNANSWERABLE):
        turn = chat.ask(question)
        assert chat.overflow() <= 0
    chat.open_proof(turn.find_element(By.CSS_SELECTOR, ".nearest-link"))
    assert chat.overflow() <= 0
    panel = chat.find("#proof")
    assert panel.rect["x"] >= 0 and panel.rect["x"] + panel.rect["width"] <= width
    chat.open(address)


def test_no_request_leaves_the_machine(chat: Chat, address: str) -> None:
    chat.requests()
    chat.driver.get_log("browser")
    chat.open(address)
    chat.open_proof(chat.ask(CELL_QUESTION).find_element(By.CSS_SELECTOR, ".source"))
    next(link for link in chat.all("#proof .proof-views a") if link.text == "Page image").click()
    chat.page_image("13")
    requests = chat.requests()
    assert any("page.png" in url for url in requests), "the log is empty"
    assert {urlsplit(url).hostname for url in requests} == {"127.0.0.1"}
    assert [entry["message"] for entry in chat.driver.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_an_empty_library_says_what_to_do(chat: Chat, empty_address: str) -> None:
    chat.open(empty_address)
    greeting = chat.find(".greeting").text
    assert "No documents yet" in greeting and "kb ingest" in greeting
    assert not any(button.is_displayed() for button in chat.all("#examples .example"))
    assert "kb ingest" in chat.ask("What is EMSOU?").find_element(By.CSS_SELECTOR, ".problem").text


def test_markup_in_a_document_is_text(
    chat: Chat, tmp_path: Path, kb_home: Path, request: pytest.FixtureRequest
) -> None:
    from ingest.pipeline import ingest
    from kb.store import KnowledgeBase

    hostile = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">"
    minutes = docx.Document()
    minutes.add_heading("Minutes of <b>the</b> dog unit", level=1)
    minutes.add_paragraph(f"The dog unit {hostile} of ${{1+1}} {{{{7}}}} has twelve handlers.")
    minutes.save(str(tmp_path / "minutes.docx"))
    with KnowledgeBase.open(kb_home, create=True) as kb:
        assert ingest([tmp_path / "minutes.docx"], kb, request.getfixturevalue("embedder")).added
    server = serving(kb_home)
    try:
        chat.open(next(server))
        turn = chat.ask("How many handlers has the dog unit?")
        assert "twelve handlers" in turn.text and "<script>" in turn.text and "${1+1} {{7}}" in turn.text
        chat.open_proof(turn.find_element(By.CSS_SELECTOR, ".source"))
        assert "<script>" in chat.find("#proof .proof-text mark").text
        assert not chat.all(".turn script, .turn img, #proof script, #proof img")
        assert chat.driver.title == "collabkb"
    finally:
        server.close()


def test_only_this_machine_is_answered(corpus_home: Path) -> None:
    from starlette.testclient import TestClient

    from app.ui import application
    from app.ui.serving import LOOPBACK
    from kb.settings import Settings

    app = application(corpus_home, Settings(), hosts=LOOPBACK)
    here, elsewhere = TestClient(app, base_url="http://127.0.0.1"), TestClient(app, base_url="http://evil.example")
    assert elsewhere.get("/proof?doc=x").status_code == 400
    reply = here.get("/proof?doc=x")
    assert reply.status_code == 404 and "cannot be shown" in reply.text
    assert "default-src 'self'" in reply.headers["content-security-policy"]
    assert here.get("/page.png?doc=x&p=1").status_code == 404


def test_a_port_in_use_is_told_so(tmp_path: Path) -> None:
    import socket

    from app.ui.serving import serve
    from kb.errors import CollabkbError
    from kb.settings import Settings

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CollabkbError, match="--port"):
            serve(Settings(), tmp_path, port=taken.getsockname()[1])
