"""Signing in and out in a browser, by keyboard, and what the page shows to whom."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Chat, serving
from browser import chat as chat
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from app.access.users import Users
from kb.store import KnowledgeBase

PASSWORD = "three random words"
SECRET_FILE = "hmic-review-2013.pdf"
SECRET_QUESTION = "What did the HMIC review of 2013 find?"
CELL_QUESTION = "What did Nottinghamshire pay towards forensics in 2016/17?"


@pytest.fixture(scope="module")
def auth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    users = Users(tmp_path_factory.mktemp("auth") / "users.json")
    users.add("anna", PASSWORD, "editor", cleared=True)
    users.add("ben", PASSWORD, "reader", cleared=False)
    return users.path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, corpus_home: Path) -> Path:
    home = tmp_path_factory.mktemp("marked") / "kb"
    shutil.copytree(corpus_home, home)
    with KnowledgeBase.open(home) as kb:
        kb.correct(secret(kb), public=False)
    return home


def secret(kb: KnowledgeBase) -> str:
    return next(info.id for info in kb.documents() if info.source == SECRET_FILE)


@pytest.fixture(scope="module")
def address(home: Path, auth: Path) -> Iterator[str]:
    """`kb serve` with a login."""
    os.environ["KB_AUTH"] = str(auth)
    try:
        yield from serving(home)
    finally:
        del os.environ["KB_AUTH"]


@pytest.fixture(autouse=True)
def signed_out(chat: Chat, address: str) -> None:
    def reached(driver: webdriver.Chrome) -> object:
        # Until the program has started there is its start page, which tells nothing.
        driver.delete_all_cookies()
        driver.get(f"{address}login")
        return driver.find_elements(By.ID, "name")

    chat.wait(reached)


def sign_in(chat: Chat, name: str, password: str = PASSWORD) -> None:
    """By keyboard, as the fields follow each other."""
    field = chat.driver.switch_to.active_element
    if field.get_attribute("id") != "name":
        field = chat.driver.find_element(By.ID, "name")
        field.clear()
    field.send_keys(name, Keys.TAB)
    chat.focused().send_keys(password, Keys.ENTER)


def ask(chat: Chat, question: str) -> str:
    """Ask, and all that the conversation shows when the answer is there with its sources."""
    chat.find(".greeting, .turn")
    asked = len(chat.all(".turn")) + 1
    chat.ask(question)
    chat.wait(lambda _: chat.all(f".turn:nth-of-type({asked}) .feedback"))
    return str(chat.driver.execute_script("return document.querySelector('#conversation').innerHTML"))


def test_signing_in_by_keyboard_leads_back_to_the_source_that_was_linked(chat: Chat, address: str, home: Path) -> None:
    with KnowledgeBase.open(home) as kb:
        linked = f"{address}?doc={secret(kb)}&p=2"
    chat.driver.get(linked)
    assert chat.driver.title == "Sign in – collabkb" and chat.focused().get_attribute("id") == "name"
    sign_in(chat, "anna", "not the password")
    chat.wait(lambda driver: driver.title.startswith("Error: "))
    assert chat.focused().get_attribute("class") == "summary", "the first that is read is what went wrong"
    chat.focused().find_element(By.TAG_NAME, "a").send_keys(Keys.ENTER)
    assert chat.focused().get_attribute("id") == "password"
    chat.focused().send_keys(PASSWORD, Keys.ENTER)
    assert chat.page_image("2") and chat.driver.current_url == linked
    assert "anna" in chat.find(".masthead .who").text


def test_who_is_not_cleared_sees_no_trace_of_what_is_not_public(chat: Chat, address: str, home: Path) -> None:
    with KnowledgeBase.open(home) as kb:
        hidden = kb.document(secret(kb))
    seen = {}
    for name in ("anna", "ben"):
        chat.driver.get(f"{address}login")
        chat.driver.delete_all_cookies()
        chat.driver.execute_script("localStorage.clear()")
        chat.driver.get(f"{address}?doc={hidden.id}&p=1")
        sign_in(chat, name)
        chat.find("#proof #proof-title")
        proof = chat.find("#proof").text
        chat.driver.get(address)
        asked = ask(chat, SECRET_QUESTION)
        chat.driver.find_element(By.XPATH, "//button[@role='tab'][normalize-space()='Documents']").click()
        chat.wait(lambda _: "panel-presentation-2017" in chat.find("#library").get_attribute("innerHTML"))
        seen[name] = proof + asked + chat.find("#library").get_attribute("innerHTML")
    for trace in (hidden.title, hidden.id):
        assert trace in seen["anna"] and trace not in seen["ben"].replace(f"document '{hidden.id}'", "")
    assert "cannot be shown" in seen["ben"]
    # Adding is for editors.
    assert 'type="file"' in seen["anna"] and 'type="file"' not in seen["ben"]


def test_signing_out_leaves_nothing_behind_and_says_so(chat: Chat, address: str) -> None:
    sign_in(chat, "anna")
    chat.find(".masthead .who")
    assert "£1,087,357" in ask(chat, CELL_QUESTION)
    chat.driver.execute_script("localStorage.setItem('collabkb:test', 'x')")
    chat.driver.find_element(By.LINK_TEXT, "Sign out").send_keys(Keys.ENTER)
    box = chat.find("#forget")
    assert box.is_selected()
    chat.driver.find_element(By.CSS_SELECTOR, "button.main").send_keys(Keys.ENTER)
    assert "You have signed out" in chat.find(".notice").text
    assert chat.driver.execute_script("return localStorage.length") == 0
    chat.driver.back()
    chat.driver.back()
    chat.wait(lambda driver: driver.title.endswith("Sign in – collabkb"))
    assert "£1,087,357" not in chat.driver.page_source


def test_a_page_whose_session_has_ended_says_so_and_keeps_what_was_typed(chat: Chat, address: str, auth: Path) -> None:
    sign_in(chat, "ben")
    chat.find(".masthead .who")
    chat.find("#question textarea").send_keys("A question half typed")
    Users(auth).set_password("ben", "three other words")
    chat.driver.execute_script("fetch('proof?doc=x')")
    assert "signed out" in chat.find("#signed-out").text
    assert chat.find("#question textarea").get_attribute("value") == "A question half typed"
    page = chat.driver.current_window_handle
    chat.find("#signed-out a").click()
    chat.wait(lambda driver: len(driver.window_handles) == 2)
    chat.driver.switch_to.window(next(one for one in chat.driver.window_handles if one != page))
    chat.find("#name")
    sign_in(chat, "ben", "three other words")
    chat.find(".masthead .who")
    chat.driver.close()
    chat.driver.switch_to.window(page)
    if chat.all("#signed-out button"):
        chat.driver.execute_script("document.querySelector('#signed-out button')?.click()")
    chat.wait(lambda _: not chat.all("#signed-out"))
    assert chat.find("#question textarea").get_attribute("value") == "A question half typed"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_page_fits_a_phone_and_can_be_read(chat: Chat, address: str, scheme: str) -> None:
    size = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    chat.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    chat.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    try:
        chat.driver.get(f"{address}login")
        chat.driver.find_element(By.CSS_SELECTOR, "button.main").send_keys(Keys.ENTER)
        chat.find(".summary")
        assert chat.driver.execute_script("return document.documentElement.scrollWidth") <= 390
        for css in ("h1", "label", ".error", ".help", "button.main", "#show", ".summary h2", ".summary a"):
            assert contrast(chat, css) >= 4.5, css
        shown = chat.find("#show")
        shown.send_keys(Keys.ENTER)
        assert shown.get_attribute("aria-pressed") == "true" and shown.text.startswith("Hide")
        assert chat.find("#password").get_attribute("type") == "text"
        assert not [url for url in chat.requests() if not url.startswith(address)]
    finally:
        chat.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        chat.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def contrast(chat: Chat, css: str) -> float:
    """The contrast of an element's text with what is behind it, as WCAG 2 defines it."""
    script = """
      const channels = (text) => text.match(/[\\d.]+/g).map(Number);
      const light = (text) => channels(text).slice(0, 3).map((c) => c / 255)
        .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
      let behind = document.querySelector(arguments[0]);
      const ink = light(getComputedStyle(behind).color);
      const clear = (text) => channels(text)[3] === 0;
      while (clear(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
      const paper = light(getComputedStyle(behind).backgroundColor);
      return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    """
    return float(chat.driver.execute_script(script, css))
