"""One chart of the metrics page: its question, what to see, the numbers one click away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import plotly.graph_objects as go
import streamlit as st

from components import charts, metric_words, words
from components.charts import ChartCell, Tile
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.crossings import REST, Crossing, crossings_of
from domain.errors import Refused
from domain.funnel import FUNNEL
from domain.metrics import OUTSIDE, PERIOD, WEEK, Breakdown
from domain.publications.charts import is_offered
from domain.views import View, ViewCell
from pages.front.visitor import require_visitor
from services import installation, metrics
from services.metrics import Metrics

_QUIET = {"displayModeBar": False}
#: So many withheld categories are named one by one; more are one line.
_NAMED = 3
#: Categories without an order of their own: the largest come first.
_UNORDERED = {"country", "language", "redactions"}


# A fragment: a click on one chart draws that chart alone, by what was read for the page.
@st.fragment
def chart(held: Metrics, name: str) -> None:
    """Draw a breakdown; a click on a bar shows its slice of the declared tables that have it."""
    if not _may_see(held) or (found := held.chart(_shown(held, name))) is None:
        return
    name = found[0].name
    breakdown, view = found
    if isinstance(breakdown, Crossing):
        raise AssertionError("A cross table is drawn by itself.")
    st.subheader(breakdown.question)
    st.markdown(metric_words.sentence(breakdown, view))
    _date(held, view)
    crossings = crossings_of(name)
    event = st.plotly_chart(
        _figure(held.snapshot.id, breakdown, view, _theme()),
        width="stretch",
        key=f"chart.{name}",
        config=_QUIET,
        theme=None,
        on_select="rerun" if crossings else "ignore",
        selection_mode="points",
        alt=metric_words.spoken(breakdown.question, view, name),
    )
    if crossings:
        _slices(held, breakdown, crossings, _picked(event))
    _numbers(held, name, breakdown.question, view)


@st.fragment
def cross_table(held: Metrics, name: str) -> None:
    """Draw a cross table."""
    if not _may_see(held) or (found := held.chart(name)) is None:
        return
    crossing, view = found
    st.subheader(crossing.question)
    if not isinstance(crossing, Crossing) or not any(cell.people for cell in view.cells):
        st.info(
            "Nothing of this table can be shown: too few people are in each of its fields, or one "
            "of its two sides is itself withheld.",
            icon=":material/visibility_off:",
        )
        return
    st.markdown(metric_words.crossed_sentence(view))
    _date(held, view)
    st.plotly_chart(
        _tiles(held.snapshot.id, crossing, view, held.view(crossing.rows), _theme()),
        width="stretch",
        key=f"chart.{name}",
        config=_QUIET,
        theme=None,
        alt=metric_words.spoken(crossing.question, view, name),
    )
    _numbers(held, name, crossing.question, view)


def _shown(held: Metrics, name: str) -> str:
    """Weeks, or four of them together where that tells of more people."""
    weeks, periods = held.view(WEEK), held.view(PERIOD)
    coarser = weeks is not None and periods is not None and periods.reach > weeks.reach
    return PERIOD if name == WEEK and coarser else name


def _may_see(held: Metrics) -> bool:
    """Whether the visitor still may: a fragment runs later, without the page around it."""
    try:
        metrics.may_see(installation.current(), require_visitor(), held.study.id)
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return False
    return True


def _date(held: Metrics, view: View) -> None:
    if view.counted_on != held.people.counted_on or view.kept is not None:
        why = "" if view.kept is None else f" {view.kept.value}"
        st.caption(f"Counted before {words.date_in_full(view.counted_on)}.{why}")


def _slices(
    held: Metrics, breakdown: Breakdown, crossings: Sequence[Crossing], picked: str | None
) -> None:
    """The slice of each declared table for the bar that was clicked, or why there is none."""
    if picked is None:
        others = [metric_words.NAMES[_other(each, breakdown.name)] for each in crossings]
        st.caption(f"Click a bar to see its people by {' and by '.join(others)}.")
        return
    label = metric_words.category(breakdown.name, picked)
    for crossing in crossings:
        other = _other(crossing, breakdown.name)
        view = held.view(crossing.name)
        cells = () if view is None else _slice(crossing, view, breakdown.name, picked)
        with st.container(border=True):
            st.markdown(f"**{label}, by {metric_words.NAMES[other]}**")
            if not any(cell.people for cell in cells):
                st.markdown(
                    "This is withheld: the people of this bar are too few in each group, or "
                    "their own number is not shown."
                )
                continue
            st.plotly_chart(
                charts.bars(_bars(other, cells, None), _theme()),
                width="stretch",
                key=f"slice.{breakdown.name}.{other}",
                config=_QUIET,
                theme=None,
                alt=f"{label}, by {metric_words.NAMES[other]}",
            )


def _other(crossing: Crossing, name: str) -> str:
    return crossing.columns if crossing.rows == name else crossing.rows


def _slice(crossing: Crossing, view: View, name: str, picked: str) -> tuple[ViewCell, ...]:
    if crossing.rows == name:
        return tuple(
            ViewCell(cell.crossed, "", cell.people, cell.why)
            for cell in view.cells
            if cell.category == picked
        )
    return tuple(cell for cell in view.cells if cell.crossed == picked)


def _picked(event: Any) -> str | None:
    """The category of the clicked bar, if there is one."""
    points = event.get("selection", {}).get("points", []) if event else []
    key = points[0].get("customdata") if points else None
    key = key[0] if isinstance(key, list) and key else key
    return key if isinstance(key, str) and key else None


def _numbers(held: Metrics, name: str, question: str, view: View) -> None:
    with st.expander("The numbers"):
        columns = [Column("Category", [_label(name, cell) for cell in view.cells])]
        if " by " in name:
            rows, crossed = name.split(" by ")
            columns = [
                Column("Row", [metric_words.category(rows, cell.category) for cell in view.cells]),
                Column(
                    "Column", [metric_words.category(crossed, cell.crossed) for cell in view.cells]
                ),
            ]
        columns += [
            Column(
                "People",
                ["–" if cell.people is None else f"{cell.people:,}" for cell in view.cells],
                number=True,
            ),
            Column("", [cell.why or "" for cell in view.cells]),
        ]
        draw_table(columns)
        if name != "funnel":
            st.link_button(
                "Download this table",
                f"/metrics-csv?study={held.study.slug}&chart={name.replace(' ', '+')}",
                icon=":material/download:",
                help=f"{question} As a CSV file, with the same cells.",
            )
        _propose(held, name)


def _propose(held: Metrics, name: str) -> None:
    """Offer the chart for publication, where it can be; weeks as the four weeks they make."""
    offered = held.view(PERIOD if name == WEEK else name)
    if offered is not None and is_offered(held.people, offered):
        st.link_button(
            "Propose for publication",
            f"/publish?study={held.study.slug}&chart={offered.name}",
            icon=":material/publish:",
            help="Two approvers decide whether it may leave, for everybody or for one recipient.",
        )


def _theme() -> str:
    return "dark" if st.context.theme.type == "dark" else "light"


# Of one snapshot, which never changes; holds protected counts alone and no user's anything.
@lru_cache(maxsize=512)
def _figure(_snapshot: UUID, breakdown: Breakdown, view: View, theme: str) -> go.Figure:
    if breakdown.name == WEEK:
        days = [
            (date.fromisoformat(cell.category), _bar(breakdown.name, cell))
            for cell in view.cells
            if cell.category != OUTSIDE
        ]
        return charts.weeks(days, theme)
    if breakdown.name == FUNNEL.name:
        return charts.bars([_bar(breakdown.name, cell) for cell in view.cells], theme)
    people = None if breakdown.several else view.people
    cells = view.cells
    if breakdown.name in _UNORDERED:
        cells = tuple(sorted(cells, key=lambda cell: -(cell.people or 0)))
    return charts.bars(_bars(breakdown.name, cells, people), theme)


@lru_cache(maxsize=512)
def _tiles(
    _snapshot: UUID, crossing: Crossing, view: View, rows: View | None, theme: str
) -> go.Figure:
    people = _row_totals(view, rows)
    return charts.tiles([_tile(crossing, cell, people, view) for cell in view.cells], theme)


def _row_totals(view: View, rows: View | None) -> dict[str, int]:
    """How many are in each row, where the breakdown of the rows was counted on the same day."""
    if rows is None or rows.counted_on != view.counted_on or rows.people is None:
        return {}
    names = {cell.category for cell in view.cells}
    held = {name: people for name, people in rows.told.items() if name in names}
    return held | {REST: rows.people - sum(held.values())}


def _tile(crossing: Crossing, cell: ViewCell, rows: dict[str, int], view: View) -> Tile:
    whole = rows.get(cell.category)
    most = max((each.people or 0 for each in view.cells), default=1)
    # A rounded count can be more than its row.
    share = min(1.0, (cell.people or 0) / (whole or most))
    if cell.people is None:
        said = cell.why or ""
    elif view.rounded or whole is None:
        said = f"{'about ' if view.rounded else ''}{cell.people:,} people"
    else:
        said = metric_words.of_people(cell.people, whole)
    return Tile(
        metric_words.category(crossing.rows, cell.category),
        metric_words.category(crossing.columns, cell.crossed),
        cell.people,
        cell.why,
        share,
        said,
    )


def _bars(name: str, cells: Sequence[ViewCell], people: int | None) -> list[ChartCell]:
    """The bars: each category, but withheld ones as one, with their sum where that is known."""
    shown = [cell for cell in cells if cell.people is not None]
    withheld = [cell for cell in cells if cell.people is None]
    made = [_bar(name, cell) for cell in cells]
    if not withheld or (people is None and len(withheld) <= _NAMED):
        return made
    labels = [_label(name, cell) for cell in withheld]
    label = f"{'All' if not shown else 'Other'} {len(labels)}"
    if shown and len(labels) <= _NAMED and name != PERIOD:
        label = " or ".join(labels)
    known = None if people is None or not shown else people - sum(c.people or 0 for c in shown)
    rest = ChartCell(label, None, withheld[0].why, known)
    return [*(bar for bar in made if bar.people is not None), rest]


def _bar(name: str, cell: ViewCell) -> ChartCell:
    return ChartCell(_label(name, cell), cell.people, cell.why, key=cell.category)


def _label(name: str, cell: ViewCell) -> str:
    return metric_words.category(name, cell.category)
