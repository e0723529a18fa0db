"""Charts of protected counts: what is withheld looks withheld, and says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

#: Told apart from grey by lightness too, and legible on light and dark alike.
_BAR = "#2f8f87"
_WITHHELD = "#8a8f98"
_FAINT = "rgba(138,143,152,0.12)"
_FONT_SIZE = 14
_BAR_HEIGHT = 34
#: A withheld bar is this share of the longest one, whatever it hides.
_STUB = 0.06


@dataclass(frozen=True, slots=True)
class ChartCell:
    """One bar: its label, and people or the sentence that says why there are none."""

    label: str
    people: int | None
    why: str | None


def bars(cells: Sequence[ChartCell]) -> go.Figure:
    """Lying bars with their counts beside them, in the order given from the top."""
    stub = _stub(cells)
    figure = go.Figure(
        go.Bar(
            y=[cell.label for cell in cells],
            x=[stub if cell.people is None else cell.people for cell in cells],
            orientation="h",
            text=[_said(cell) for cell in cells],
            textposition="outside",
            cliponaxis=False,
            marker=_marker(cells),
            hovertext=[_hover(cell) for cell in cells],
            hoverinfo="text",
        )
    )
    figure.update_layout(height=_BAR_HEIGHT * len(cells) + 24)
    figure.update_yaxes(autorange="reversed", ticksuffix="  ")
    figure.update_xaxes(visible=False, range=[0, 1.18 * _longest(cells)])
    return _quiet(figure)


def columns(cells: Sequence[ChartCell]) -> go.Figure:
    """Standing bars over time, with their counts above them."""
    stub = _stub(cells)
    figure = go.Figure(
        go.Bar(
            x=[cell.label for cell in cells],
            y=[stub if cell.people is None else cell.people for cell in cells],
            text=["" if cell.people is None else f"{cell.people:,}" for cell in cells],
            textposition="outside",
            cliponaxis=False,
            marker=_marker(cells),
            hovertext=[_hover(cell) for cell in cells],
            hoverinfo="text",
        )
    )
    figure.update_layout(height=280)
    figure.update_xaxes(type="category", tickangle=0, nticks=8)
    figure.update_yaxes(visible=False, range=[0, 1.15 * _longest(cells)])
    return _quiet(figure)


def _quiet(figure: go.Figure) -> go.Figure:
    figure.update_layout(
        margin={"l": 0, "r": 8, "t": 8, "b": 8},
        bargap=0.35,
        showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        font={"size": _FONT_SIZE},
    )
    axis = {"showgrid": False, "fixedrange": True, "tickfont": {"size": _FONT_SIZE}}
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    return figure


def _marker(cells: Sequence[ChartCell]) -> dict[str, object]:
    withheld = [cell.people is None for cell in cells]
    return {
        "color": [_FAINT if out else _BAR for out in withheld],
        "line": {"color": [_WITHHELD if out else _BAR for out in withheld], "width": 1},
        "pattern": {
            "shape": ["/" if out else "" for out in withheld],
            "fillmode": "overlay",
            "fgcolor": _WITHHELD,
            "fgopacity": 0.9,
            "size": 6,
            "solidity": 0.25,
        },
    }


def _longest(cells: Sequence[ChartCell]) -> int:
    return max((cell.people for cell in cells if cell.people is not None), default=10)


def _stub(cells: Sequence[ChartCell]) -> float:
    return _STUB * _longest(cells)


def _said(cell: ChartCell) -> str:
    return "withheld" if cell.people is None else f"{cell.people:,}"


def _hover(cell: ChartCell) -> str:
    if cell.people is None:
        return f"{cell.label}<br>{cell.why}"
    return f"{cell.label}<br>{cell.people:,} people"
