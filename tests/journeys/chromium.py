"""Finding a Chromium; journeys drive one that is installed and download none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
NONE_FOUND = (
    "NO BROWSER: no Chromium at $CHROMIUM, /usr/bin/chromium or on the PATH, so no journey through "
    "the app in a real browser was tested. Install one: apt-get install chromium."
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


def chromium() -> str | None:
    """Path of the browser to drive, or None."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else ["/usr/bin/chromium", *_NAMES]
    for candidate in candidates:
        found = shutil.which(candidate)
        if found:
            return found
    return None


def launched() -> Iterator[Browser]:
    """A running Chromium; the test is skipped where there is none, and fails in CI."""
    path = chromium()
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(NONE_FOUND)
    if path is None:
        pytest.skip(NONE_FOUND)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
