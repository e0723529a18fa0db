"""A progress bar in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _Left(ProgressColumn):
    """What is said of the time left; the bar's own guess where nothing is."""

    def __init__(self) -> None:
        super().__init__()
        self._guess = TimeRemainingColumn()

    def render(self, task: Task) -> Text:
        """The column's text."""
        said = task.fields.get("said")
        return self._guess.render(task) if said is None else Text(said)


@contextmanager
def progress_bar(
    console: Console, what: str, *, terminal: bool | None = None
) -> Iterator[Callable[..., None]]:
    """A progress bar on standard error; nothing where that is no terminal.

    What it yields is told how much is done of how much, and optionally in words how fast it goes,
    where that is known better than from the bar itself.
    """
    shown = sys.stderr.isatty() if terminal is None else terminal
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Left(),
        console=console,
        transient=True,
        disable=not shown,
    ) as bar:
        task = bar.add_task(what, total=None, said=None)

        def show(done: int, total: int | None, said: str | None = None) -> None:
            bar.update(task, completed=done, total=total, said=said)

        yield show
