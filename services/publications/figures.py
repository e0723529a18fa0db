"""The figure as it leaves, SVG and PNG: the same frozen cells give the same bytes.

Drawn by Matplotlib without a browser and without a screen, in a process of its own: nothing of
the web process imports this. Letters are drawn as outlines in the SVG, with the font that
travels inside Matplotlib, so that it looks alike everywhere.
"""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

from domain.errors import Refused
from domain.publications.contents import FIGURE_PNG, FIGURE_SVG, Frozen
from domain.publications.privacy import said, within

#: One column and a half of a printed page.
_WIDTH = 7.2
_PNG_DOTS = 300
_LEFT, _RIGHT = 0.02, 0.98
_FONT = "DejaVu Sans"
_INK, _QUIET, _FAINT = "#22262b", "#5d646d", "#d9d6cf"
#: Dark enough beside white for every kind of colour vision, and grey when printed so.
_BAR = "#1f6f69"
_WITHHELD = "#8a8f98"
#: A withheld bar is this share of the longest one, whatever it hides.
_STUB = 0.055
_ROW, _CHART = 0.34, 2.7
_TITLE_LETTERS, _NOTE_LETTERS = 64, 112
_LINE, _TITLE_LINE = 0.165, 0.26
#: So many withheld categories are drawn one by one; more are one bar.
_NAMED = 3
#: Categories without an order of their own: the largest come first.
_UNORDERED = {"country", "language", "redactions"}
#: From here on a number is wider than its column among many.
_WIDE_NUMBER = 1_000
_STYLE: dict[Any, Any] = {
    "font.family": _FONT,
    "font.size": 9.5,
    "svg.fonttype": "path",
    # The names of clip paths and markers in the SVG, the same every time.
    "svg.hashsalt": "clearance",
    "hatch.linewidth": 0.7,
    "text.parse_math": False,
}


@dataclass(frozen=True, slots=True)
class _Words:
    title: list[str]
    under: str
    notes: list[str]


def draw(frozen: Frozen) -> dict[str, bytes]:
    """The two files of the figure.

    Raises
    ------
    Refused
        When the title, the note or a label has a letter that the font does not have.
    """
    said = _words(frozen)
    _check_letters([*said.title, said.under, *said.notes, *(each.label for each in frozen.cells)])
    with mpl.rc_context():
        # Not what somebody set up on this machine: the same cells, the same bytes.
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        figure = _figure(frozen, said)
        return {
            FIGURE_SVG: _written(figure, frozen, "svg"),
            FIGURE_PNG: _written(figure, frozen, "png"),
        }


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar: its label, and people or None where they are withheld.

    ``together`` is how many are in all the withheld categories that one bar stands for, where that
    is known.
    """

    label: str
    people: int | None
    together: int | None = None


def bars(frozen: Frozen) -> tuple[Mark, ...]:
    """The bars: categories without an order by their size, many withheld ones as one at the end.

    Only what is shown is put in order, so that the order tells nothing of what is not.
    """
    marks = [Mark(cell.label, cell.people) for cell in frozen.cells]
    shown = [mark for mark in marks if mark.people is not None]
    withheld = [mark for mark in marks if mark.people is None]
    if frozen.over_time or len(withheld) <= _NAMED:
        return tuple(marks)
    if frozen.breakdown in _UNORDERED:
        shown.sort(key=lambda mark: -(mark.people or 0))
    together = None
    if frozen.everybody is not None and not frozen.several:
        together = frozen.everybody - sum(mark.people or 0 for mark in shown)
    return (*shown, Mark(f"{len(withheld)} others", None, together))


def _words(frozen: Frozen) -> _Words:
    counted = (
        "Number of people, with noise"
        if frozen.everybody is None
        else f"{frozen.everybody:,} distinct participants"
    )
    several = " · one person can be in several groups" if frozen.several else ""
    notes = [frozen.words.note] if frozen.words.note else []
    if frozen.epsilon is not None:
        notes.append(
            f"Noise protects each participant (differential privacy, epsilon "
            f"{said(frozen.epsilon)}): a count is within {within(frozen.epsilon)} of the true one "
            "19 times out of 20."
        )
    if frozen.withheld and frozen.epsilon is not None:
        notes.append(
            f"Hatched: withheld ({frozen.withheld} of {len(frozen.cells)}), because it is under "
            "ten with its noise. A withheld count is no zero."
        )
    elif frozen.withheld:
        notes.append(
            f"Hatched: withheld ({frozen.withheld} of {len(frozen.cells)}), because fewer than ten "
            "people are counted or such a count could be worked out. A withheld count is no zero."
        )
    day = f"{frozen.week.day} {frozen.week:%B %Y}"
    notes.append(f"{frozen.study_title}. Interviews begun before {day}.")
    return _Words(
        textwrap.wrap(frozen.words.title, _TITLE_LETTERS),
        f"{counted}{several}",
        [line for note in notes for line in textwrap.wrap(note, _NOTE_LETTERS)],
    )


def _figure(frozen: Frozen, said: _Words) -> Figure:
    head = 0.18 + _TITLE_LINE * len(said.title) + 0.30
    foot = 0.22 + _LINE * len(said.notes) + 0.10
    marks = bars(frozen)
    chart = _CHART if frozen.over_time else _ROW * len(marks)
    height = head + chart + foot + (0.45 if frozen.over_time else 0.1)
    figure = Figure(figsize=(_WIDTH, height), facecolor="white")
    top = 1 - 0.16 / height
    for line in said.title:
        figure.text(_LEFT, top, line, size=13, weight="bold", color=_INK, va="top")
        top -= _TITLE_LINE / height
    figure.text(_LEFT, top - 0.03 / height, said.under, size=9, color=_QUIET, va="top")
    bottom = (foot + (0.45 if frozen.over_time else 0.05)) / height
    if frozen.over_time:
        axes = figure.add_axes((_LEFT, bottom, _RIGHT - _LEFT, chart / height))
        _columns(axes, marks)
    else:
        longest = max(len(each.label) for each in marks)
        left = min(0.42, _LEFT + 0.0145 * longest + 0.02)
        axes = figure.add_axes((left, bottom, _RIGHT - left, chart / height))
        _bars(axes, marks)
    below = (foot - 0.16) / height
    for line in said.notes:
        figure.text(_LEFT, below, line, size=7.8, color=_QUIET, va="top")
        below -= _LINE / height
    return figure


def _bars(axes: Axes, cells: tuple[Mark, ...]) -> None:
    longest = _longest(cells)
    for place, cell in enumerate(cells):
        length = cell.people or cell.together or _STUB * longest
        _bar(axes, place, length, cell, lying=True)
        said = "withheld" if cell.people is None else f"{cell.people:,}"
        if cell.together is not None:
            said = f"{cell.together:,} together, each withheld"
        axes.text(
            length + 0.012 * longest,
            place,
            said,
            va="center",
            size=9 if cell.people is not None else 8.5,
            color=_INK if cell.people is not None else _QUIET,
        )
    axes.set_yticks(range(len(cells)), [cell.label for cell in cells], color=_INK)
    axes.set_ylim(len(cells) - 0.45, -0.55)
    axes.set_xlim(0, (1.13 if all(cell.together is None for cell in cells) else 1.32) * longest)
    axes.xaxis.set_visible(False)
    axes.tick_params(length=0, pad=6)
    _bare(axes, "left")


def _columns(axes: Axes, cells: tuple[Mark, ...]) -> None:
    longest = _longest(cells)
    crowded = len(cells) > 16
    for place, cell in enumerate(cells):
        height = _STUB * longest if cell.people is None else cell.people
        _bar(axes, place, height, cell, lying=False)
        if cell.people is not None:
            axes.text(
                place,
                height + 0.015 * longest,
                f"{cell.people:,}",
                ha="center",
                va="bottom",
                size=7 if crowded else 8.5,
                rotation=90 if crowded and longest >= _WIDE_NUMBER else 0,
                color=_INK,
            )
    step = max(1, -(-len(cells) // 8))
    last = len(cells) - 1
    # The last one is no week of its own ("other weeks"), so it is always named.
    marks = [place for place in range(last) if place % step == 0 and last - place > step / 2]
    marks.append(last)
    labels = [cells[place].label.replace(" to ", " to\n").replace(" we", "\nwe") for place in marks]
    axes.set_xticks(marks, labels, color=_INK, size=8.5)
    axes.set_xlim(-0.7, len(cells) - 0.3)
    axes.set_ylim(0, 1.18 * longest)
    axes.yaxis.set_visible(False)
    axes.tick_params(length=0, pad=5)
    _bare(axes, "bottom")


def _bar(axes: Axes, place: int, length: float, cell: Mark, *, lying: bool) -> None:
    shown = cell.people is not None
    draw_one = axes.barh if lying else axes.bar
    draw_one(
        place,
        length,
        0.66 if lying else 0.74,
        color=_BAR if shown else "white",
        edgecolor=_BAR if shown else _WITHHELD,
        hatch=None if shown else "/////",
        linewidth=0.8,
    )


def _bare(axes: Axes, kept: str) -> None:
    for side, spine in axes.spines.items():
        spine.set_visible(side == kept)
        spine.set_color(_FAINT)
    axes.set_facecolor("none")


def _longest(cells: tuple[Mark, ...]) -> int:
    return max(cell.people or cell.together or 0 for cell in cells)


def _written(figure: Figure, frozen: Frozen, form: str) -> bytes:
    written = io.BytesIO()
    told: dict[str, str | None] = {
        "Title": frozen.words.title,
        "Description": _described(frozen),
        # No date and no version of the program that drew it: the same cells, the same bytes.
        **({"Date": None, "Creator": None} if form == "svg" else {"Software": None}),
    }
    figure.savefig(written, format=form, dpi=_PNG_DOTS, metadata=told)
    return written.getvalue()


def _described(frozen: Frozen) -> str:
    """The figure in words, for those who do not see it."""
    cells = "; ".join(
        f"{cell.label}: {'withheld' if cell.people is None else cell.people}"
        for cell in frozen.cells
    )
    return f"Bar chart of distinct participants. {cells}."


def _check_letters(texts: list[str]) -> None:
    missing = sorted({letter for text in texts for letter in text if not _has(ord(letter))})
    if missing:
        raise Refused(
            f"The figure's font has no letter “{missing[0]}”.",
            rule="publication.letters",
            remedy="Propose it again with a title and a note in Latin, Greek or Cyrillic letters.",
        )


@cache
def _has(letter: int) -> bool:
    return all(bool(font.get_char_index(letter)) for font in _fonts())


@cache
def _fonts() -> tuple[FT2Font, ...]:
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return tuple(FT2Font(str(folder / f"{name}.ttf")) for name in ("DejaVuSans", "DejaVuSans-Bold"))


def font_in_use() -> str:
    """Where the font that is drawn with lies; for the test that it is the one checked."""
    return font_manager.findfont(_FONT)
