"""A whole review of 60,000 characters and 300 findings by keyboard alone, and how fast it feels."""

from __future__ import annotations

from collections.abc import Callable
from statistics import quantiles

from playwright.sync_api import Page, expect

from tests.components.redaction_editor.conftest import Desk, Reviewer, saved
from tests.components.redaction_editor.worlds import world

Enter = Callable[..., Reviewer]

#: From the keydown's own time stamp to the frame after the one in which the page was changed.
_MEASURE = """() => {
  window.painted = [];
  window.addEventListener('keydown', event => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.painted.push(performance.now() - event.timeStamp);
    channel.port2.postMessage(null);
  }), true);
}"""
_DRAWN = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"


def _median_ms(page: Page) -> float:
    times = page.evaluate("() => window.painted")
    assert len(times) > 50
    return quantiles(times, n=4)[1]


def test_a_long_transcript_is_reviewed_by_keyboard_alone_and_every_key_is_instant(
    reviewer: Enter, desk: Desk
) -> None:
    session = world("long-whole")
    assert sum(len(turn.text) for turn in session.turns) >= 60_000
    assert len(session.findings) == 300
    page = reviewer().open("long-whole")
    page.evaluate(_MEASURE)
    for number in range(300):
        # A person types no faster than the screen is drawn; the last 200 keys come all at once.
        if number < 100:
            page.evaluate(_DRAWN)
        if number == 100:
            median = _median_ms(page)
        page.keyboard.press("a" if number % 10 else "x")
        if number % 10 == 0:
            page.keyboard.press("1")
    expect(page.locator(".rx-progress")).to_contain_text("All decided")
    saved(page)
    rows = desk.rows("long-whole")
    assert [(row["turn"], row["start"], row["end"]) for row in rows] == [
        (one.span.turn, one.span.start, one.span.end) for one in session.findings
    ]
    assert sum(row["kind"] == "keep" for row in rows) == 30
    shown = page.locator(".rx-said").evaluate_all("all => all.map(one => one.textContent)")
    assert shown == [turn.text for turn in session.turns]
    print(f"key to painted: median {median:.1f} ms")
    assert median < 50
    page.keyboard.press("d")
    expect(page.locator(".rx-progress")).to_contain_text("Confirmed")
