"""Renders every chart of the metrics page into images, to be looked at (``make charts``).

Starts an installation of its own, as ``docs.screenshots`` does, and photographs each chart of each
demonstration study through the real page: at the width of a desk and of a telephone, light and
dark. The images land in ``docs/images/charts/``, which git ignores. With an address it photographs
an installation that is running already.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from docs.screenshots import IMAGES, QUIET, Scheme, chromium, go, prepare, running, settled
from pages.metrics.participation import THEMES

CHARTS = IMAGES / "charts"
_LEAD = "Leo Castellanos"
_SIZES = {"desk": (1440, 900), "telephone": (390, 844)}


def main() -> None:
    """Make every picture."""
    CHARTS.mkdir(parents=True, exist_ok=True)
    with _address() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        for size in _SIZES:
            for scheme in ("light", "dark"):
                _photograph(browser, address, size, scheme)
        browser.close()


@contextmanager
def _address() -> Iterator[str]:
    if len(sys.argv) > 1:
        yield sys.argv[1]
        return
    with tempfile.TemporaryDirectory(prefix="clearance-charts-") as directory:
        data_dir = Path(directory) / "data"
        with running(data_dir) as address:
            prepare(data_dir)
            yield address


def _photograph(browser: Browser, address: str, size: str, scheme: Scheme) -> None:
    width, height = _SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-GB"
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(address)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name=_LEAD).click()
    page.get_by_role("heading", level=1).first.wait_for()
    for slug in _studies(page, address):
        go(page, f"{address}/metrics?study={slug}")
        for theme, names in THEMES.items():
            page.get_by_role("radio", name=theme, exact=True).click()
            settled(page)
            for name in names:
                block = page.locator(f".st-key-metric-{name.replace(' ', '-')}")
                block.wait_for()
                path = CHARTS / f"{slug}-{name.replace(' ', '-')}-{size}-{scheme}.png"
                block.screenshot(path=path, animations="disabled")
                print(f"wrote {path.relative_to(IMAGES.parent.parent)}", flush=True)
    context.close()


def _studies(page: Page, address: str) -> list[str]:
    """The studies that the lead can choose, by their addresses."""
    go(page, f"{address}/metrics")
    links = page.locator('a[href*="/metrics-csv?study="]').first
    slugs = [str(links.get_attribute("href")).split("study=")[1].split("&")[0]]
    box = page.get_by_role("combobox", name="Study")
    box.click()
    titles = page.get_by_role("option").all_inner_texts()
    page.keyboard.press("Escape")
    for title in titles:
        box.click()
        page.get_by_role("option", name=title, exact=True).click()
        settled(page)
        slug = str(links.get_attribute("href")).split("study=")[1].split("&")[0]
        if slug not in slugs:
            slugs.append(slug)
    return slugs


if __name__ == "__main__":
    main()
