"""Takes the pictures in docs/images from a running chat: python docs/screenshots.py http://127.0.0.1:7860/"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

IMAGES = Path(__file__).parent / "images"
LAPTOP, PHONE = (1280, 800), (390, 844)
TALLER = (1280, 840)  # all of "not found" without scrolling
CELL = "What did Nottinghamshire pay towards forensics in 2016/17?"
PASSAGE = "How much did the collaborations save between 2014 and 2017?"
UNANSWERABLE = "How many drones do the five forces fly?"
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


def main(address: str) -> None:
    """Every picture, one browser for each size and colour scheme."""
    IMAGES.mkdir(exist_ok=True)
    with Photographer(address, LAPTOP) as laptop:
        laptop.save("start")
        laptop.ask(CELL)
        laptop.open_source()
        laptop.save("table")
    with Photographer(address, LAPTOP) as laptop:
        laptop.ask(PASSAGE)
        laptop.open_source()
        laptop.save("page")
    with Photographer(address, TALLER) as laptop:
        laptop.ask(UNANSWERABLE)
        laptop.save("not-found")
    with Photographer(address, LAPTOP, dark=True) as laptop:
        laptop.ask(CELL)
        laptop.open_source()
        laptop.save("dark")
    with Photographer(address, PHONE) as phone:
        phone.ask(CELL)
        phone.save("phone")
        phone.open_source()
        phone.save("phone-table")


class Photographer:
    """A fresh browser with the chat open."""

    def __init__(self, address: str, size: tuple[int, int], *, dark: bool = False) -> None:
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
        self.wait_for(".greeting")

    def __enter__(self) -> Photographer:
        return self

    def __exit__(self, *_: object) -> None:
        self.driver.quit()
        self._profile.cleanup()

    def wait_for(self, css: str) -> None:
        WebDriverWait(self.driver, 60).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, css))

    def ask(self, question: str) -> None:
        self.driver.find_element(By.CSS_SELECTOR, "#question textarea").send_keys(question, Keys.ENTER)
        self.wait_for(".turn article")

    def open_source(self) -> None:
        self.driver.find_element(By.CSS_SELECTOR, ".source").click()
        self.wait_for("#proof #proof-title")
        drawn = "return [...document.querySelectorAll('#proof img')].every((image) => image.naturalWidth > 0)"
        WebDriverWait(self.driver, 60).until(lambda driver: driver.execute_script(drawn))

    def save(self, name: str) -> None:
        self.driver.execute_script("document.activeElement?.blur()")
        # Two frames, so that what was asked for is painted.
        paint = "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(arguments[0], 300)))"
        self.driver.execute_async_script(paint)
        self.driver.save_screenshot(str(IMAGES / f"{name}.png"))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:7860/")
