"""Takes the pictures in docs/images from a running page: python docs/screenshots.py http://127.0.0.1:7860/ [NAME ...]

The page must be served over the shipped documents. For the pictures of the tab Evaluation two runs must be kept there:

    KB_RANKER=none kb eval evals/questions/tuned.jsonl --save --name "Without the ranker"
    kb eval evals/questions/tuned.jsonl --save --name "As shipped"
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

IMAGES = Path(__file__).parent / "images"
LAPTOP, PHONE = (1280, 800), (390, 844)
TALLER = (1280, 920)  # all of "not found", and the briefing's answers, without scrolling
PATIENCE = 60
CELL = "What did Nottinghamshire pay towards forensics in 2016/17?"
COMPUTED = "Which collaborative unit has the highest total annual savings against baseline?"
PASSAGE = "How much did the collaborations save between 2014 and 2017?"
UNANSWERABLE = "How many drones do the five forces fly?"
JOB = "What would happen to my job in a merged legal services team?"
BRIEFED = (CELL, "Who chairs the East Midlands PCC Board?", PASSAGE)
COMPARED = (PASSAGE, "Who oversees the programme?")
TABLE_PAGE = 13
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


class Photographer:
    """A fresh browser with the page open."""

    def __init__(self, address: str, size: tuple[int, int], *, dark: bool = False) -> None:
        self.address = address
        self._profile = tempfile.TemporaryDirectory()
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
        for flag in (*FLAGS, f"--user-data-dir={self._profile.name}"):
            options.add_argument(flag)
        service = webdriver.ChromeService(shutil.which("chromedriver"))
        self.driver = webdriver.Chrome(options=options, service=service)
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 2 if size == PHONE else 1.5}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {**metrics, "mobile": size == PHONE})
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        calm = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, calm]})
        self.driver.get(address)
        self.find("#question textarea")
        self.find("#examples .example")

    def __enter__(self) -> Photographer:
        return self

    def __exit__(self, *_: object) -> None:
        self.driver.quit()
        self._profile.cleanup()

    def wait(self, condition: Callable[[], object]) -> None:
        waiting = WebDriverWait(self.driver, PATIENCE, ignored_exceptions=[StaleElementReferenceException])
        waiting.until(lambda _: condition())

    def shown(self, css: str) -> list[WebElement]:
        return [element for element in self.driver.find_elements(By.CSS_SELECTOR, css) if element.is_displayed()]

    def find(self, css: str, words: str = "") -> WebElement:
        """The first that can be seen and has these words, once it is there."""
        self.wait(lambda: any(words in element.text for element in self.shown(css)))
        return next(element for element in self.shown(css) if words in element.text)

    def press(self, css: str, words: str = "") -> None:
        self.find(css, words).send_keys(Keys.ENTER)

    def open_tab(self, name: str) -> None:
        """Go to a tab, which on a phone may stand in a menu."""
        script = (
            "for (const tab of document.querySelectorAll('#tabs button[role=tab], #tabs .overflow-menu button'))"
            "  if (tab.textContent.trim() === arguments[0]) return tab.click()"
        )
        self.driver.execute_script(script, name)

    def paste(self, css: str, lines: tuple[str, ...]) -> None:
        self.find(css).send_keys(Keys.ENTER.join(lines))

    def ask(self, question: str) -> None:
        self.find("#question textarea").send_keys(question, Keys.ENTER)
        self.find(".turn .sources, .turn .nearest")

    def open_source(self, css: str = ".source") -> None:
        self.press(css)
        self.find("#proof #proof-title")
        self.wait_for_pictures("#proof img")

    def wait_for_pictures(self, css: str) -> None:
        drawn = "return [...document.querySelectorAll(arguments[0])].every((image) => image.naturalWidth > 0)"
        self.wait(lambda: self.driver.execute_script(drawn, css))

    def scroll_to(self, css: str) -> None:
        self.driver.execute_script("document.querySelector(arguments[0]).scrollIntoView({block: 'start'})", css)

    def save(self, name: str) -> None:
        """Keep what is seen, in few colours: sharp letters in a small file."""
        self.driver.execute_script("document.activeElement?.blur()")
        # Two frames, so that what was asked for is painted.
        paint = "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(arguments[0], 400)))"
        self.driver.execute_async_script(paint)
        picture = Image.open(io.BytesIO(self.driver.get_screenshot_as_png())).convert("RGB")
        few = picture.quantize(192, method=Image.Quantize.MEDIANCUT, kmeans=3, dither=Image.Dither.NONE)
        few.save(IMAGES / f"{name}.png", optimize=True)


def ask(address: str) -> None:
    with Photographer(address, LAPTOP) as laptop:
        laptop.save("ask")
        laptop.ask(CELL)
        laptop.open_source()
        laptop.save("ask-table")
    with Photographer(address, LAPTOP) as laptop:
        laptop.ask(PASSAGE)
        laptop.open_source()
        laptop.save("ask-page")
    with Photographer(address, TALLER) as laptop:
        laptop.ask(COMPUTED)
        laptop.save("ask-chart")
    with Photographer(address, TALLER) as laptop:
        laptop.ask(UNANSWERABLE)
        laptop.save("ask-not-found")
    with Photographer(address, LAPTOP, dark=True) as laptop:
        laptop.ask(CELL)
        laptop.open_source()
        laptop.save("ask-dark")


def phone(address: str) -> None:
    with Photographer(address, PHONE) as phone:
        phone.ask(CELL)
        phone.save("ask-phone")
        phone.open_source()
        phone.save("ask-phone-table")
    with Photographer(address, PHONE) as phone:
        phone.open_tab("Workforce")
        phone.find(".workforce-told")
        phone.paste("#workforce-words textarea", (JOB,))
        phone.press("#workforce-go")
        phone.find(".workforce-told", "Legal services")
        phone.scroll_to("#workforce-register")
        phone.save("workforce-phone")


def workforce(address: str) -> None:
    with Photographer(address, TALLER) as laptop:
        laptop.open_tab("Workforce")
        laptop.find(".workforce-told")
        laptop.find("#workforce-words textarea").send_keys(JOB, Keys.ENTER)
        laptop.find(".workforce-told", "Legal services")
        laptop.save("workforce")
    with Photographer(address, LAPTOP) as laptop:
        laptop.open_tab("Workforce")
        laptop.find(".workforce-told")
        laptop.find("#workforce-words textarea").send_keys(JOB, Keys.ENTER)
        laptop.find(".workforce-told", "Legal services")
        laptop.press(".workforce-counts a", "Redundancy")
        laptop.open_source('section[aria-labelledby="workforce-transfer"] a.entry-source')
        laptop.save("workforce-source")


def compare(address: str) -> None:
    with Photographer(address, TALLER) as laptop:
        laptop.open_tab("Compare")
        laptop.paste("#compare-questions textarea", COMPARED)
        laptop.press("#compare-go")
        laptop.find("#compare-status", "Done")
        laptop.scroll_to("#compare-status")
        laptop.save("compare")


def briefing(address: str) -> None:
    with Photographer(address, TALLER) as laptop:
        laptop.open_tab("Briefing")
        laptop.paste("#briefing-questions textarea", BRIEFED)
        laptop.press("#briefing-go")
        laptop.find("#briefing-status", "3 of 3")
        laptop.save("briefing")
        laptop.find("#briefing-title input, #briefing-title textarea").send_keys("Panel, 24 April")
        laptop.press("#briefing-docx")
        laptop.find("#briefing-ready a")
        laptop.scroll_to("#briefing-panel")
        laptop.save("briefing-export")


def documents(address: str) -> None:
    with Photographer(address, TALLER) as laptop:
        laptop.open_tab("Documents")
        laptop.find("table.library")
        laptop.save("documents")
        laptop.find("table.library tr", "panel-presentation-2017.pdf").find_element(By.CSS_SELECTOR, "th a").click()
        number = laptop.find('.view-tools [name="at"]')
        number.clear()
        number.send_keys(str(TABLE_PAGE), Keys.ENTER)
        laptop.wait(lambda: f"at={TABLE_PAGE}" in laptop.driver.current_url)
        laptop.find(".read-table")
        laptop.wait_for_pictures(".page-frame img")
        laptop.save("documents-view")


def evaluation(address: str) -> None:
    with Photographer(address, TALLER) as laptop:
        laptop.open_tab("Evaluation")
        laptop.find("#run-title")
        laptop.scroll_to("#evaluation-runs")
        laptop.save("evaluation-run")
        laptop.find("#evaluation-other input").click()
        laptop.find("ul[role=listbox] li", "Without the ranker").click()
        laptop.find("#run-title", "Two runs compared")
        laptop.scroll_to("#evaluation-runs")
        laptop.save("evaluation-compared")


PICTURES = {one.__name__: one for one in (ask, phone, workforce, compare, briefing, documents, evaluation)}


def main(address: str, *names: str) -> None:
    """The pictures of these tabs, or all."""
    IMAGES.mkdir(exist_ok=True)
    for name in names or PICTURES:
        PICTURES[name](address)


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["http://127.0.0.1:7860/"]))
