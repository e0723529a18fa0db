"""The bar in the terminal says the rate and the time left as the service knows them."""

from __future__ import annotations

import io

from rich.console import Console

from jobs.progress_bar import progress_bar


def _drawn(*said: str | None) -> str:
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with progress_bar(console, "De-identifying", terminal=True) as show:
        for done, words in enumerate(said, start=1):
            show(done, 10, words)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_what_is_known_of_the_time_left_is_shown() -> None:
    drawn = _drawn("12 a minute, about 3 min left")
    assert "1/10" in drawn
    assert "12 a minute, about 3 min left" in drawn
    assert "-:--:--" not in drawn.split("12 a minute")[-1]


def test_where_nothing_is_known_the_bar_guesses() -> None:
    assert "-:--:--" in _drawn(None)


def test_where_there_is_no_terminal_nothing_is_drawn() -> None:
    console = Console(file=io.StringIO(), width=120)
    with progress_bar(console, "De-identifying", terminal=False) as show:
        show(1, 10, "12 a minute")
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().strip() == ""
