"""The page in a browser: Chromium as a person uses it, and `kb serve` as a person starts it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.common.exceptions import ElementNotInteractableException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 120
# What a part of the page is while it is drawn anew.
REDRAWN = (StaleElementReferenceException, ElementNotInteractableException)


class Chat:
    """The page in a browser, with the few things that a person does there."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, address: str, width: int = 1280, height: int = 800, *, forget: bool = True) -> None:
        """Open the page; with ``forget`` as one who was never there."""
        if forget:
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(address))
            everything = {"origin": origin, "storageTypes": "all"}
            self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", everything)
            if self.driver.current_url.startswith(origin):
                self.driver.execute_script("sessionStorage.clear()")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 640}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.get(address)
        self.find("#question textarea")
        self.find(".greeting, .turn")

    def wait(self, condition: Callable[[webdriver.Chrome], object]) -> object:
        return WebDriverWait(self.driver, PATIENCE, ignored_exceptions=REDRAWN).until(condition)

    def all(self, css: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def find(self, css: str) -> WebElement:
        """The first that is seen, once there is one; looked for and returned in one step, for the page changes."""
        found = self.wait(lambda _: next((element for element in self.all(css) if element.is_displayed()), None))
        assert isinstance(found, WebElement)
        return found

    def press(self, css: str) -> None:
        """Use a button or link by keyboard; looked for again where it is drawn anew meanwhile."""

        def pressed(_: object) -> bool:
            self.find(css).send_keys(Keys.ENTER)
            return True

        self.wait(pressed)

    def ask(self, question: str) -> WebElement:
        """Type, press Enter, and return the new turn when it is answered."""
        before = len(self.all(".turn"))
        self.find("#question textarea").send_keys(question, Keys.ENTER)
        self.wait(lambda _: len(self.all(".turn article")) > before)
        return self.all(".turn")[-1]

    def click(self, element: WebElement) -> None:
        """Click where a person would see it: not under the question box, which stays at the bottom."""
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def open_proof(self, element: WebElement) -> WebElement:
        self.click(element)
        return self.find("#proof #proof-title")

    def page_image(self, number: str) -> WebElement:
        """The image of that page, once it is drawn."""
        css = f'#proof .proof-page img[data-page="{number}"]'
        drawn = "return arguments[0].naturalWidth > 0"
        self.wait(lambda driver: driver.execute_script(drawn, driver.find_element(By.CSS_SELECTOR, css)))
        return self.find(css)

    def focused(self) -> WebElement:
        return self.driver.switch_to.active_element

    def overflow(self) -> int:
        """How many pixels the page is wider than what is seen of it; on a phone innerWidth grows with the page."""
        script = "const page = document.documentElement; return page.scrollWidth - page.clientWidth"
        return int(self.driver.execute_script(script))

    def requests(self) -> list[str]:
        """The addresses of all requests since the last call, the browser's own pages left out."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        urls = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if urlsplit(url).scheme not in ("chrome", "data", "blob")]


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver_path = shutil.which("chromedriver")
    assert chromium and driver_path, "The tests of the chat need Chromium: apt-get install chromium chromium-driver"
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver_path))
    yield Chat(driver)
    driver.quit()


def serving(home: Path) -> Generator[str]:
    """`kb serve` on a free port, as a person starts it; the address that it says, once the models are loaded."""
    command = [sys.executable, "-m", "app.cli", "serve", "--home", str(home), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            said = ""
            for line in process.stdout:
                said += line
                found = re.search(r"http://127\.0\.0\.1:\d+/", said)
                if found and "Ready after" in said:
                    yield found[0]
                    return
            raise AssertionError(said)
        finally:
            process.terminate()
