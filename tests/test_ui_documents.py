"""The Documents tab as a person uses it: the real page over a copy of the shipped documents, in Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browser import Chat, serving
from browser import chat as chat
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from app import ui
from kb.store import KnowledgeBase

TABLE_PAGE = 13
QUESTION = "What do the zebra wardens of Rutland cost?"
NOTE = "# Zebra wardens\n\nThe zebra wardens of Rutland cost £4,210 in 2016.\n"


@pytest.fixture(scope="module")
def home(corpus_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("documents") / "kb"
    shutil.copytree(corpus_home, copy)
    return copy


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    yield from serving(home)


def open_tab(chat: Chat, name: str = "Documents") -> None:
    """Go to a tab, which on a phone may stand in a menu."""
    tabs = '#tabs button[role="tab"], #tabs .overflow-menu button'
    chat.wait(lambda _: any(tab.get_attribute("textContent").strip() == name for tab in chat.all(tabs)))
    tab = next(tab for tab in chat.all(tabs) if tab.get_attribute("textContent").strip() == name)
    chat.driver.execute_script("arguments[0].click()", tab)


def open_library(chat: Chat, address: str, **size: int) -> None:
    chat.open(address, **size)
    open_tab(chat)
    chat.find("table.library")


def row(chat: Chat, words: str) -> WebElement:
    """The library's row with these words, once it is there."""
    found = chat.wait(lambda _: next((one for one in chat.all("table.library tbody tr") if words in one.text), None))
    assert isinstance(found, WebElement)
    return found


def press_in(chat: Chat, words: str, css: str) -> None:
    """Use a button of a library row, which is drawn anew when the tab is opened again."""

    def pressed(_: object) -> bool:
        press(chat, row(chat, words).find_element(By.CSS_SELECTOR, css))
        return True

    chat.wait(pressed)


def open_with_zebras(chat: Chat, address: str, folder: Path) -> None:
    """Open the library with the note about zebra wardens in it, which this or an earlier test has added."""
    open_library(chat, address)
    if not any("Zebra" in title for title in titles(chat)):
        note = folder / "zebra.md"
        note.write_text(NOTE)
        chat.driver.find_element(By.CSS_SELECTOR, "[data-upload][multiple]").send_keys(str(note))
    row(chat, "Zebra wardens")


def titles(chat: Chat) -> list[str]:
    return [link.text for link in chat.all("table.library tbody th a")]


def press(chat: Chat, element: WebElement) -> None:
    """Use a button by keyboard alone; one that is drawn anew meanwhile is stale, never another that has the focus."""
    element.send_keys(Keys.ENTER)


def notice(chat: Chat, words: str) -> WebElement:
    """What the page says was done, once it does; the focus is on it."""
    chat.wait(lambda _: words in " ".join(one.text for one in chat.all("#library .notice")))
    shown = chat.find("#library .notice")
    chat.wait(lambda _: chat.focused() == shown)
    return shown


def test_the_list_is_searched_and_sorted_by_keyboard(chat: Chat, address: str, home: Path) -> None:
    open_library(chat, address)
    with KnowledgeBase.open(home) as kb:
        newest = [info.title for info in kb.documents()]
    assert titles(chat) == newest and f"{len(newest)} documents" in chat.find(".library-count").text
    chat.find('.library-tools [name="q"]').send_keys("hmic", Keys.ENTER)
    chat.wait(lambda _: len(titles(chat)) == 1)
    assert "hmic-review-2013.pdf" in row(chat, "HMIC").text
    search = chat.focused()
    assert search.get_attribute("name") == "q"
    search.clear()
    search.send_keys(Keys.ENTER)
    chat.wait(lambda _: len(titles(chat)) == len(newest))
    press(chat, next(link for link in chat.all("table.library thead a") if link.text.startswith("Title")))
    chat.wait(lambda _: titles(chat) == sorted(newest, key=str.casefold))
    assert chat.find("table.library thead [aria-sort]").get_attribute("aria-sort") == "ascending"


def test_files_are_added_and_answer_at_once(chat: Chat, address: str, tmp_path: Path) -> None:
    files = {"zebra (final) & 2.md": NOTE.encode(), "old.xls": b"old"}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    open_library(chat, address)
    paths = "\n".join(str(tmp_path / name) for name in files)
    chat.driver.find_element(By.CSS_SELECTOR, "[data-upload][multiple]").send_keys(paths)
    chat.find("#library .jobs")
    open_tab(chat, "Ask")
    open_tab(chat)
    chat.wait(lambda _: chat.all("#library .jobs") and not chat.all("#library .jobs[data-running]"))
    jobs = chat.find("#library .jobs").text
    assert "1 added, 1 not added" in jobs and "save it as Excel workbook (.xlsx)." in jobs
    assert "zebra (final) & 2.md" in row(chat, "Zebra wardens").text
    open_tab(chat, "Ask")
    assert "£4,210" in chat.ask(QUESTION).find_element(By.CSS_SELECTOR, ".answer-text").text


def test_a_folder_that_is_dropped_is_read_with_what_is_in_its_folders(chat: Chat, address: str, tmp_path: Path) -> None:
    inner = tmp_path / "minutes" / "inner"
    inner.mkdir(parents=True)
    (inner.parent / "otters.md").write_text("# Otters of Oakham\n\nThe otters of Oakham cost £12 in 2015.\n")
    (inner / "voles.md").write_text("# Voles of Uppingham\n\nThe voles of Uppingham cost £9 in 2015.\n")
    open_library(chat, address)
    place = chat.find("[data-drop]").rect
    middle = {"x": place["x"] + place["width"] / 2, "y": place["y"] + place["height"] / 2}
    held = {"items": [], "files": [str(inner.parent)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver"):
        chat.driver.execute_cdp_cmd("Input.dispatchDragEvent", {"type": kind, "data": held, **middle})
    chat.find("[data-drop].is-over")
    chat.driver.execute_cdp_cmd("Input.dispatchDragEvent", {"type": "drop", "data": held, **middle})
    assert row(chat, "Otters of Oakham") and row(chat, "Voles of Uppingham")
    assert "2 added" in chat.find("#library .jobs").text and not chat.all("[data-drop].is-over")


def test_a_removed_document_is_in_no_answer_until_it_is_brought_back(chat: Chat, address: str, tmp_path: Path) -> None:
    open_with_zebras(chat, address, tmp_path)
    press_in(chat, "Zebra wardens", '[data-post$="/remove"]')
    shown = notice(chat, "was removed")
    chat.wait(lambda _: not any("Zebra" in title for title in titles(chat)))
    assert "Bring back" in chat.find(".removed").text
    open_tab(chat, "Ask")
    assert "£4,210" not in chat.ask(QUESTION).text
    open_tab(chat)
    chat.wait(lambda _: chat.all("#library .removed"))
    chat.press('#library .removed [data-post$="/restore"]')
    notice(chat, "in the library again")
    assert shown is not None and row(chat, "Zebra wardens")


def test_a_correction_says_what_is_wrong_at_its_field_and_can_be_undone(
    chat: Chat, address: str, tmp_path: Path
) -> None:
    open_with_zebras(chat, address, tmp_path)
    press_in(chat, "Zebra wardens", '[data-get$="/correct"]')
    date = chat.find("#correct-date")
    date.clear()
    date.send_keys("32 May", Keys.ENTER)
    chat.wait(lambda _: chat.focused().get_attribute("class") == "form-errors")
    date = chat.find("#correct-date")
    described = date.get_attribute("aria-describedby")
    assert date.get_attribute("aria-invalid") == "true" and "error-date" in str(described)
    date.clear()
    date.send_keys("May 2017", Keys.ENTER)
    shown = notice(chat, "was corrected")
    chat.wait(lambda _: "May 2017" in row(chat, "Zebra wardens").text)
    assert "Corrected: date" in row(chat, "Zebra wardens").text
    press(chat, shown.find_element(By.TAG_NAME, "button"))
    notice(chat, "undone")
    chat.wait(lambda _: "Corrected" not in row(chat, "Zebra wardens").text)


def image_drawn(chat: Chat) -> None:
    drawn = "return document.querySelector('.page-frame img')?.naturalWidth > 0"
    chat.wait(lambda driver: driver.execute_script(drawn))


def presentation(home: Path) -> str:
    with KnowledgeBase.open(home) as kb:
        return next(info.id for info in kb.documents() if info.source == "panel-presentation-2017.pdf")


# Keeps the tab's script back, as a slow line does, until nothing in the page has changed for three seconds.
SCRIPT_COMES_LATE = """
const add = Node.prototype.appendChild;
Node.prototype.appendChild = function (node) {
  if (node.tagName !== "SCRIPT" || !/documents[.]js|The Documents tab:/.test(node.src + node.textContent))
    return add.call(this, node);
  let last = Date.now();
  new MutationObserver(() => (last = Date.now())).observe(document, { childList: true, subtree: true });
  const wait = () => {
    if (!document.querySelector(".greeting, .turn") || Date.now() - last < 3000) return setTimeout(wait, 100);
    window.cameLate = true;
    add.call(this, node);
  };
  wait();
  return node;
};
"""


def test_an_address_opens_its_page_however_late_the_script_comes(chat: Chat, address: str, home: Path) -> None:
    slow = chat.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": SCRIPT_COMES_LATE})
    try:
        chat.driver.get(f"{address}?open={presentation(home)}&at={TABLE_PAGE}")
        assert chat.find(".document-view .view-tools [name='at']").get_attribute("value") == str(TABLE_PAGE)
        assert chat.driver.execute_script("return window.cameLate")
    finally:
        chat.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", slow)


def test_the_scripts_of_the_tabs_come_with_the_page(chat: Chat, address: str) -> None:
    chat.open(address)
    chat.requests()
    chat.open(address)
    scripts = {path.name for path in Path(ui.__file__).parent.glob("*.js")}
    asked_for = {urlsplit(url).path.rsplit("/", 1)[-1] for url in chat.requests()}
    assert len(scripts) > 4 and "frame.css" in asked_for and not scripts & asked_for


def test_a_cell_as_read_is_tied_to_its_place_on_the_page(chat: Chat, address: str, home: Path) -> None:
    chat.driver.get(f"{address}?open={presentation(home)}&at={TABLE_PAGE}")
    chat.find(".document-view")
    image_drawn(chat)
    cell = next(one for one in chat.all(".read-table [data-cell]") if one.text == "1,087,357")
    ActionChains(chat.driver).move_to_element(cell).perform()
    box = chat.find(".cell-box.is-pointed")
    assert box.get_attribute("data-cell") == cell.get_attribute("data-cell")
    frame, image = box.rect, chat.find(".page-frame img").rect
    assert image["x"] < frame["x"] and frame["x"] + frame["width"] < image["x"] + image["width"]
    area = chat.find("[data-cells]")
    chat.driver.execute_script("arguments[0].focus()", area)
    area.send_keys(Keys.ARROW_RIGHT)
    assert chat.find(".read-table .is-pointed").text == "906,131"
    area.send_keys(Keys.ARROW_UP)
    assert chat.find(".read-table .is-pointed").text == "216,993"


def test_pages_turn_by_key_and_the_address_opens_the_same_page_again(chat: Chat, address: str) -> None:
    open_library(chat, address)
    row(chat, "plan-2009-2012.pdf").find_element(By.CSS_SELECTOR, "th a").click()
    chat.find(".document-view")
    chat.wait(lambda _: chat.focused().tag_name == "h2")
    chat.focused().send_keys(Keys.ARROW_RIGHT)
    chat.wait(lambda driver: "at=2" in driver.current_url)
    chat.wait(lambda _: chat.find('.view-tools [name="at"]').get_attribute("value") == "2")
    link = chat.driver.current_url
    chat.driver.back()
    chat.driver.back()
    chat.find("table.library")
    chat.driver.get(link)
    assert chat.find('.view-tools [name="at"]').get_attribute("value") == "2"
    chat.press("[data-outline] summary")
    assert len(chat.all(".outline li a")) > 10
    chat.press('.back [data-get="library/list"]')
    chat.find("table.library")
    assert "open=" not in chat.driver.current_url


def test_a_document_that_is_not_there_says_so(chat: Chat, address: str) -> None:
    chat.driver.get(f"{address}?open=none&at=1")
    assert "not in the library now" in chat.find("#library .notice").text
    chat.press('.back [data-get="library/list"]')
    chat.find("table.library")


def test_nothing_is_wider_than_a_phone(chat: Chat, address: str) -> None:
    open_library(chat, address, width=390, height=844)
    assert chat.overflow() <= 0
    row(chat, "panel-presentation-2017.pdf").find_element(By.CSS_SELECTOR, "th a").click()
    chat.find(".document-view")
    number = chat.find('.view-tools [name="at"]')
    number.clear()
    number.send_keys(str(TABLE_PAGE), Keys.ENTER)
    chat.wait(lambda driver: f"at={TABLE_PAGE}" in driver.current_url)
    image_drawn(chat)
    assert chat.overflow() <= 0
    chat.open(address)
