"""A real Chromium at the running app, and a record of all it asked for and complained of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.chromium import NONE_FOUND, chromium, launched
from tests.live.processes import Live

_PATIENCE_MS = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/journeys" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if chromium() is None:
        terminalreporter.write_line(NONE_FOUND, red=True, bold=True)


# A package, not a session: the browser runs an event loop that other tests may not meet.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    yield from launched()


@dataclass
class Visitor:
    """Somebody at a browser of their own, with what it asked for and complained of."""

    live: Live
    context: BrowserContext
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def tab(self) -> Page:
        """A new tab."""
        page = self.context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda websocket: self.requests.append(websocket.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text) if message.type == "error" else None
            ),
        )
        return page

    def address(self, path: str) -> str:
        return f"{self.live.web.origin}{path}"

    def sign_in(self, email: str, path: str = "/") -> Page:
        """Ask for an address as a stranger, and sign in when sent to."""
        page = self.tab()
        page.goto(self.address(path))
        page.get_by_role("link", name="Sign in").click()
        page.locator(f'button[value="{email}"]').click()
        return page

    def open(self, page: Page, path: str) -> None:
        """Go to an address and wait until it is drawn."""
        page.goto(self.address(path))
        drawn(page)

    def foreign(self) -> list[str]:
        """What was asked of anybody but this machine."""
        return [
            url
            for url in self.requests
            if urlsplit(url).scheme not in ("data", "blob")
            and urlsplit(url).hostname != "127.0.0.1"
        ]


def drawn(page: Page) -> None:
    """Wait until a run has finished and the frame of the page is there."""
    expect(page.get_by_text("Signed in as")).to_be_visible(timeout=_PATIENCE_MS)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


@pytest.fixture
def visit(live: Live, browser: Browser) -> Iterator[Callable[[], Visitor]]:
    """Let somebody in at the door; at the end nothing may have left this machine."""
    visitors: list[Visitor] = []

    def enter() -> Visitor:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        visitors.append(Visitor(live, context))
        return visitors[-1]

    yield enter
    for visitor in visitors:
        visitor.context.close()
        assert visitor.foreign() == []
        blocked = [text for text in visitor.complaints if "Content Security Policy" in text]
        assert blocked == []
        assert visitor.requests


@pytest.fixture
def visitor(visit: Callable[[], Visitor]) -> Visitor:
    return visit()
