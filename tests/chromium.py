"""A Chromium without a window, for tests of pages; where there is none, what is missing."""

import os
import shutil
from contextlib import contextmanager

import pytest

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MISSING = (
    "playwright is not installed: pip install playwright" if sync_playwright is None
    else "Chromium is not installed: apt install chromium" if CHROMIUM is None
    else ""
)  # fmt: skip
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def skip_without_browser():
    """Skip the module that asks, unless MICROGRAND_BROWSER says that a browser is required."""
    if MISSING and os.environ.get("MICROGRAND_BROWSER") == "required":
        raise RuntimeError(f"the tests of pages are required here, but {MISSING}")
    if MISSING:
        pytest.skip(MISSING, allow_module_level=True)


@contextmanager
def launched():
    """The browser, for as long as the block runs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
