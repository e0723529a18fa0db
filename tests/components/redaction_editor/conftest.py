"""A real desk in a process of its own, and a Chromium at it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from jobs import children
from jobs.ports import wait_for
from tests.journeys.chromium import NONE_FOUND, chromium, launched
from tests.live.processes import free_port

_PATIENCE_MS = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "redaction_editor/test_browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if chromium() is None:
        terminalreporter.write_line(NONE_FOUND, red=True, bold=True)


# A package, not a session: the browser runs an event loop that other tests may not meet.
@pytest.fixture(scope="package")
def chrome() -> Iterator[Browser]:
    yield from launched()


@dataclass
class Desk:
    """The desk's process, its files, and where it answers."""

    directory: Path
    port: int
    process: Any = None

    def start(self) -> None:
        """Start, or start again on the same port and files."""
        self.process = children.start(
            "tests.components.redaction_editor.server",
            str(self.port),
            environment={"EDITOR_TEST_DIR": str(self.directory)},
        )
        wait_for(f"http://127.0.0.1:{self.port}/_stcore/health", self.process, "The desk")

    def stop(self) -> None:
        """End the process; the files stay."""
        children.stop_all([self.process])

    def rows(self, session: str) -> list[dict[str, Any]]:
        """What is recorded of a session."""
        return list(self.held(session).get("rows", []))

    def held(self, session: str) -> dict[str, Any]:
        """All that is stored of a session."""
        path = self.directory / f"{session}.json"
        return dict(json.loads(path.read_text())) if path.exists() else {}


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("desk"), free_port())
    desk.start()
    yield desk
    desk.stop()


@dataclass
class Reviewer:
    """A browser at the desk, and what its pages complained of."""

    desk: Desk
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    def open(self, session: str, who: str = "Rosa Lindqvist") -> Page:
        """A tab with the session, drawn and saved."""
        page = self.context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"http://127.0.0.1:{self.desk.port}/?session={session}&who={who}")
        page.wait_for_selector("mark[aria-current]")
        return page


@pytest.fixture
def reviewer(desk: Desk, chrome: Browser) -> Iterator[Callable[[], Reviewer]]:
    """Let a reviewer in; at the end no script may have failed."""
    made: list[Reviewer] = []

    def enter(**options: Any) -> Reviewer:
        context = chrome.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        made.append(Reviewer(desk, context))
        return made[-1]

    yield enter
    for one in made:
        one.context.close()
        assert one.complaints == []


def saved(page: Page) -> None:
    """Wait until nothing is unsaved."""
    expect(page.locator(".rx-save")).to_have_text("Saved", timeout=_PATIENCE_MS)


def save_state(page: Page, words: str) -> None:
    """Wait for what the editor says of saving."""
    expect(page.locator(".rx-save")).to_contain_text(words, timeout=_PATIENCE_MS)
