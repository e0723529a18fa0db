"""Photographs the running product for the README (``make screenshots``).

Starts an installation of its own in a temporary directory, waits until the machine has read the
demonstration, signs in through the browser as each role, and writes ``docs/images/*.png``, each in
the light and in the dark theme. Takes an installed Chromium; downloads none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from docs.screenshots_publication import proposed_publication
from docs.screenshots_share import submitted_share
from domain.errors import ClearanceError
from domain.session_filters import SessionFilter
from domain.vocabulary import Coverage, SessionStatus
from services import access, deidentification_progress, metrics, sessions
from services.installation import Installation, open_installation
from settings import Settings

IMAGES = Path(__file__).parent / "images"
ROOT = IMAGES.parent.parent
_PORT = 18_500
_OPEN = "Clearance is open at "
_READ_SECONDS = 900
_PURPOSE = "Check the redactions before a share"
#: Long enough to have something to redact, short enough to be read in a picture.
_WORDS = range(250, 900)
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Scheme = Literal["light", "dark"]


def main() -> None:
    """Make every picture."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="clearance-pictures-") as directory:
        data_dir = Path(directory) / "data"
        with running(data_dir) as address:
            session, share, publication = prepare(data_dir)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
                for scheme in ("light", "dark"):
                    _photograph(browser, address, session, scheme)
                    _photograph_leaving(browser, address, share, publication, scheme)
                browser.close()


def _photograph(browser: Browser, address: str, session: str, scheme: Scheme) -> None:
    with _visit(browser, address, scheme) as page:
        page.get_by_role("link", name="Sign in").wait_for()
        _save(page, "sign-in", scheme)
    with _visit(browser, address, scheme, "Rosa Lindqvist") as page:
        go(page, f"{address}/review")
        _save(page, "review", scheme)
        go(page, f"{address}/sessions")
        _save(page, "sessions", scheme)
        go(page, f"{address}/session?id={session}")
        _save(page, "session", scheme)
        page.get_by_role("tab", name="What may be done").click()
        settled(page)
        _save(page, "what-may-be-done", scheme)
        page.get_by_role("tab", name="Redactions").click()
        settled(page)
        _save(page, "redactions", scheme)
        page.get_by_role("tab", name="Transcript").click()
        page.get_by_text("Review beside the original").click()
        purpose = page.get_by_label("What do you need the original for?")
        purpose.fill(_PURPOSE)
        page.get_by_role("button", name="Open the original").click()
        page.get_by_text("Close the original").wait_for()
        settled(page)
        _save(page, "side-by-side", scheme)
    with _visit(browser, address, scheme, "Ada Osei") as page:
        for room in ("access", "imports", "holds", "operations"):
            go(page, f"{address}/{room}")
            _save(page, room, scheme)
    with _visit(browser, address, scheme, "Uma Petrov") as page:
        go(page, f"{address}/audit")
        _save(page, "audit", scheme)


def _photograph_leaving(
    browser: Browser, address: str, share: str, publication: str, scheme: Scheme
) -> None:
    with _visit(browser, address, scheme, "Amina Haddad") as page:
        go(page, f"{address}/share?id={share}")
        _save(page, "share", scheme)
        go(page, f"{address}/publication?id={publication}")
        _save(page, "publication", scheme)
    with _visit(browser, address, scheme, "Leo Castellanos") as page:
        go(page, f"{address}/metrics")
        page.locator(".js-plotly-plot .bars").first.wait_for()
        settled(page)
        _save(page, "metrics", scheme)


@contextmanager
def _visit(
    browser: Browser, address: str, scheme: Scheme, who: str | None = None
) -> Iterator[Page]:
    """A browser of somebody's own, signed in when a name is given."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, color_scheme=scheme, locale="en-GB"
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(address)
    if who is not None:
        page.get_by_role("link", name="Sign in").click()
        page.get_by_role("button", name=who).click()
        page.get_by_role("button", name="Sign out").wait_for()
    try:
        yield page
    finally:
        context.close()


def go(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Sign out").wait_for()
    page.get_by_role("heading", level=1).first.wait_for()
    settled(page)


def settled(page: Page) -> None:
    """Wait until Streamlit has run the script and drawn what came of it."""
    page.locator('[data-testid="stStatusWidget"]').wait_for(state="hidden")
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(700)


def _save(page: Page, name: str, scheme: Scheme) -> None:
    path = IMAGES / f"{name}-{scheme}.png"
    page.screenshot(path=path, animations="disabled")
    print(f"wrote {path.relative_to(ROOT)}", flush=True)


@contextmanager
def running(data_dir: Path) -> Iterator[str]:
    """The product, started as people start it; its address."""
    launcher = subprocess.Popen(
        [sys.executable, "-m", "jobs.run"],
        cwd=ROOT,
        env={
            **os.environ,
            "CLEARANCE_DATA_DIR": str(data_dir),
            "CLEARANCE_PORT": str(_PORT),
            "CLEARANCE_DEIDENTIFICATION_WORKERS": "2",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert launcher.stdout is not None
        for line in launcher.stdout:
            if line.startswith(_OPEN):
                yield line.removeprefix(_OPEN).strip()
                return
        raise ClearanceError("The product did not start; its message is above.")
    finally:
        launcher.terminate()
        launcher.wait(60)


def prepare(data_dir: Path) -> tuple[str, str, str]:
    """Wait until the machine has read everything; a session, a share and a publication to show."""
    installation = open_installation(Settings(data_dir=data_dir))
    try:
        reviewer = access.actor_by_email(installation, "rosa@clearance.example")
        deadline = time.monotonic() + _READ_SECONDS
        while (left := deidentification_progress.overall(installation, reviewer).waiting) > 0:
            if time.monotonic() > deadline:
                raise ClearanceError(f"The machine did not finish: {left} sessions still wait.")
            print(f"the machine is reading: {left} sessions wait", flush=True)
            time.sleep(5)
        session = _telling_session(installation)
        share = submitted_share(installation)
        metrics_service = access.service_actor(installation, metrics.SERVICE)
        while metrics.any_due(installation, metrics_service):
            print("the week's snapshots are being taken", flush=True)
            time.sleep(5)
        return session, share, proposed_publication(installation)
    finally:
        installation.database.close()


def _telling_session(installation: Installation) -> str:
    """The session with the most redactions for its length, among those of a readable length."""
    reviewer = access.actor_by_email(installation, "rosa@clearance.example")
    wanted = SessionFilter(languages=("en",), statuses=(SessionStatus.COMPLETED,))
    rows = sessions.list_sessions(installation, reviewer, wanted).rows
    telling = [
        row for row in rows if row.coverage is Coverage.FULL and row.word_count in _WORDS
    ] or list(rows)
    return str(max(telling, key=lambda row: row.finding_count / row.word_count).id)


def chromium() -> str:
    for name in _CHROMIUM:
        found = shutil.which(name)
        if found:
            return found
    raise ClearanceError("Pictures take an installed Chromium. On Debian: apt-get install chromium")


if __name__ == "__main__":
    main()
