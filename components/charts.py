"""Charts of protected counts: what is withheld looks withheld, and says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go

#: One hue, told apart by lightness: the same to those who see colours otherwise.
_BAR = {"light": "#2f8f87", "dark": "#5fb3ab"}
_WITHHELD = {"light": "#8a8f98", "dark": "#8f959e"}
_TEXT = {"light": "#22262b", "dark": "#e8e6e1"}
_TILE = {"light": (47, 143, 135), "dark": (95, 179, 171)}
_FAINT = "rgba(138,143,152,0.10)"
_FONT = "Source Sans, Source Sans Pro, sans-serif"
_FONT_SIZE = 15
_BAR_HEIGHT = 36
_TILE_HEIGHT = 44
#: A label of more characters goes on in a second line.
_LABEL = 24
_WEEK = 7 * 24 * 3_600 * 1_000
#: A withheld bar is this share of the longest one, whatever it hides.
_STUB = 0.06
#: Counts stand over the columns as long as there is room for them.
_LABELLED_COLUMNS = 16
#: So many dates fit under them on a telephone.
_DATES = 5


@dataclass(frozen=True, slots=True)
class ChartCell:
    """One bar: its label, and people or the sentence that says why there are none.

    ``together`` is how many several withheld categories are in sum, where that is known.
    ``key`` is what a click on it means.
    """

    label: str
    people: int | None
    why: str | None
    together: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A field of a cross table: row, column, people or why not.

    ``share`` of its row makes it darker; ``said`` is what a hover says of it.
    """

    row: str
    column: str
    people: int | None
    why: str | None
    share: float = 0.0
    said: str = ""


def bars(cells: Sequence[ChartCell], theme: str = "light") -> go.Figure:
    """Lying bars with their counts beside them, in the order given from the top."""
    stub = _stub(cells)
    figure = go.Figure(
        go.Bar(
            y=[_broken(cell.label, _LABEL) for cell in cells],
            x=[_length(cell, stub) for cell in cells],
            customdata=[cell.key for cell in cells],
            orientation="h",
            text=[_said(cell) for cell in cells],
            textposition="outside",
            textfont={"color": _TEXT[theme], "size": _FONT_SIZE},
            cliponaxis=False,
            marker=_marker([cell.people is None for cell in cells], theme),
            hovertext=[_hover(cell) for cell in cells],
            hoverinfo="text",
        )
    )
    figure.update_layout(height=_BAR_HEIGHT * len(cells) + 24)
    figure.update_yaxes(type="category", autorange="reversed", ticksuffix="  ", automargin=True)
    figure.update_xaxes(visible=False, range=[0, 1.32 * _longest(cells)])
    return _quiet(figure, theme)


def weeks(cells: Sequence[tuple[date, ChartCell]], theme: str = "light") -> go.Figure:
    """Standing bars, a week each, along a line of dates."""
    stub = _stub([cell for _, cell in cells])
    labelled = len(cells) <= _LABELLED_COLUMNS
    figure = go.Figure(
        go.Bar(
            x=[day.isoformat() for day, _ in cells],
            y=[_length(cell, stub) for _, cell in cells],
            customdata=[cell.key for _, cell in cells],
            width=[0.72 * _WEEK] * len(cells),
            text=["" if cell.people is None else f"{cell.people:,}" for _, cell in cells]
            if labelled
            else None,
            textposition="outside",
            textangle=0,
            textfont={"color": _TEXT[theme], "size": _FONT_SIZE - 1},
            cliponaxis=False,
            marker=_marker([cell.people is None for _, cell in cells], theme),
            hovertext=[_hover(cell) for _, cell in cells],
            hoverinfo="text",
        )
    )
    figure.update_layout(height=300)
    figure.update_xaxes(
        type="date",
        tickvals=[day.isoformat() for day, _ in cells][:: max(1, -(-len(cells) // _DATES))],
        tickformat="%-d %b<br>%Y",
        tickangle=0,
        automargin=True,
    )
    figure.update_yaxes(visible=False, range=[0, 1.18 * _longest([cell for _, cell in cells])])
    return _quiet(figure, theme)


def tiles(fields: Sequence[Tile], theme: str = "light") -> go.Figure:
    """A cross table as fields of one size, darker for a greater share of their row.

    Drawn as bars of one length, which can be hatched; a heat map's fields cannot.
    """
    rows = list(dict.fromkeys(each.row for each in fields))
    figure = go.Figure()
    red, green, blue = _TILE[theme]
    columns = list(dict.fromkeys(each.column for each in fields))
    for column in columns:
        held = [each for each in fields if each.column == column]
        marker = _marker([each.people is None for each in held], theme)
        marker["color"] = [
            _FAINT
            if each.people is None
            else f"rgba({red},{green},{blue},{0.12 + 0.68 * each.share:.3f})"
            for each in held
        ]
        marker["line"] = {"width": 0}
        figure.add_bar(
            y=[each.row for each in held],
            x=[0.96] * len(held),
            base=[columns.index(column) + 0.02] * len(held),
            orientation="h",
            text=["" if each.people is None else f"{each.people:,}" for each in held],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            insidetextfont={"color": _TEXT[theme], "size": _FONT_SIZE},
            marker=marker,
            hovertext=[_tile_hover(each) for each in held],
            hoverinfo="text",
        )
    figure.update_layout(barmode="overlay", height=_TILE_HEIGHT * len(rows) + 60)
    figure.update_yaxes(
        autorange="reversed",
        ticksuffix="  ",
        automargin=True,
        type="category",
        categoryorder="array",
        categoryarray=rows,
    )
    figure.update_xaxes(
        side="top",
        range=[0, len(columns)],
        tickvals=[place + 0.5 for place in range(len(columns))],
        ticktext=[_broken(column) for column in columns],
        tickangle=0,
        automargin=True,
        zeroline=False,
    )
    _quiet(figure, theme)
    return figure.update_layout(bargap=0.08)


def _quiet(figure: go.Figure, theme: str) -> go.Figure:
    figure.update_layout(
        margin={"l": 0, "r": 8, "t": 8, "b": 8},
        bargap=0.35,
        showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        clickmode="event+select",
        font={"size": _FONT_SIZE, "color": _TEXT[theme], "family": _FONT},
        hoverlabel={"align": "left", "font": {"family": _FONT}},
    )
    axis = {
        "showgrid": False,
        "fixedrange": True,
        "tickfont": {"size": _FONT_SIZE, "color": _TEXT[theme]},
    }
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    return figure


def _marker(withheld: Sequence[bool], theme: str) -> dict[str, object]:
    bar, grey = _BAR[theme], _WITHHELD[theme]
    return {
        "color": [_FAINT if out else bar for out in withheld],
        "line": {"color": [grey if out else bar for out in withheld], "width": 1},
        "pattern": {
            "shape": ["/" if out else "" for out in withheld],
            "fillmode": "overlay",
            "fgcolor": grey,
            "fgopacity": 0.9,
            "size": 6,
            "solidity": 0.25,
        },
    }


def _longest(cells: Sequence[ChartCell]) -> int:
    return max((each for cell in cells if (each := cell.people or cell.together)), default=10)


def _stub(cells: Sequence[ChartCell]) -> float:
    return _STUB * _longest(cells)


def _length(cell: ChartCell, stub: float) -> float:
    return cell.people or cell.together or stub


def _said(cell: ChartCell) -> str:
    if cell.people is not None:
        return f"{cell.people:,}"
    return "withheld" if cell.together is None else f"{cell.together:,} together"


def _hover(cell: ChartCell) -> str:
    if cell.people is not None:
        return f"{cell.label}<br>{cell.people:,} people"
    known = "" if cell.together is None else f"{cell.together:,} people together.<br>"
    return f"{cell.label}<br>{known}{_broken(cell.why or '', 48)}"


def _tile_hover(tile: Tile) -> str:
    return f"{tile.row}, {tile.column}<br>{_broken(tile.said, 48)}"


def _broken(said: str, width: int = 12) -> str:
    """Words on lines of about this width."""
    lines = [""]
    for word in said.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)
