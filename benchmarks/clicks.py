"""Many signed-in people clicking at once, through raw websockets, with and without the remedy.

The remedy is decision 7 of docs/architecture.md: what is imported at start is taken out of the
garbage collector's walk, which Streamlit asks for after every run.
"""

from __future__ import annotations

import random
import statistics
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import psutil

from benchmarks.house import House
from tests.live.browserless import Screen, screen, signed_in

_WHO = "rosa@clearance.example"
_PAGES = (("sessions", ""), ("sessions", "sort=longest"), ("", ""), ("sessions", "language=de"))


@dataclass(frozen=True, slots=True)
class Clicked:
    """Milliseconds from click to finished run over everybody, and the process's memory."""

    median: float
    p95: float
    clicks: int
    megabytes: float


def measure(house: House, *, people: int, seconds: float, think: float) -> Clicked:
    """Let that many people click for a while, each every ``think`` seconds, not in step."""
    taken: list[float] = []
    end = time.monotonic() + seconds
    with ExitStack() as opened:
        browsers = [signed_in(house.web, _WHO) for _ in range(people)]
        screens = [opened.enter_context(screen(house.web, browser)) for browser in browsers]
        for one in screens:
            one.run("sessions")
        threads = [
            threading.Thread(target=_click, args=(one, end, think, random.Random(place), taken))
            for place, one in enumerate(screens)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        megabytes = psutil.Process(house.web.process.pid).memory_info().rss / 1e6
        _close(browsers)
    return Clicked(
        statistics.median(taken), statistics.quantiles(taken, n=20)[18], len(taken), megabytes
    )


def _click(
    opened: Screen, end: float, think: float, dice: random.Random, taken: list[float]
) -> None:
    time.sleep(dice.random() * think)
    while time.monotonic() < end:
        page, query = dice.choice(_PAGES)
        began = time.perf_counter()
        opened.run(page, query_string=query)
        taken.append((time.perf_counter() - began) * 1_000)
        time.sleep(think)


def _close(browsers: list[httpx.Client]) -> None:
    for browser in browsers:
        browser.close()
