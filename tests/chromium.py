"""The system's Chromium, for tests that look at pages as a person would. Nothing is installed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open the browser; without one the test fails, since a skipped test proves nothing."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "these tests drive the system's Chromium: install it (Debian: chromium)"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()
