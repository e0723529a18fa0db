"""The metrics page: charts of one study's newest snapshot that give nobody away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from uuid import UUID

import plotly.graph_objects as go
import streamlit as st

from components import words
from components.charts import ChartCell, bars, columns
from components.empty import draw_empty
from components.plain_table import Column, draw_table
from domain.errors import Refused
from domain.metrics import Breakdown
from pages.front.visitor import require_visitor
from services import installation, metrics
from services.metrics import CellRow, Metrics

_THEMES = {
    "Participation": ("week", "status", "returning"),
    "Conversations": ("duration", "length", "language"),
    "Choices": ("researchers", "journalists", "publish", "contact"),
    "Review and policy": ("review", "redactions", "policy", "plan"),
}
_LABELS = {
    "in_progress": "still open",
    "not_asked": "not asked",
    "in_review": "in review",
    "unprocessed": "not yet read by the machine",
    "unreviewed": "waits for review",
    "none": "no policy's dates",
    "other": "other",
}
_QUIET = {"displayModeBar": False}


def page() -> None:
    """Draw the charts of the study that the address names, or the first."""
    actor = require_visitor()
    here = installation.current()
    st.title("Participation")
    try:
        known = {study.slug: study for study in metrics.studies(here, actor)}
    except Refused as refused:
        st.error(str(refused))
        return
    if not known:
        draw_empty(
            "You have no study to see",
            "An administrator gives leads a grant for a study, with a purpose and an end date.",
        )
        return
    asked = st.query_params.get("study", "")
    slug = st.selectbox(
        "Study",
        list(known),
        index=list(known).index(asked) if asked in known else 0,
        format_func=lambda each: known[each].title,
    )
    if slug != (asked or next(iter(known))):
        st.query_params["study"] = slug
    held = metrics.read(here, actor, known[slug])
    if held is None:
        draw_empty(
            "There is no snapshot yet",
            "One is taken by itself each week, once the machine has read all sessions.",
        )
        return
    _head(held)
    theme = st.segmented_control(
        "What to look at", list(_THEMES), default=next(iter(_THEMES)), label_visibility="collapsed"
    )
    wanted = _THEMES[theme or next(iter(_THEMES))]
    shown = {breakdown.name: (breakdown, cells) for breakdown, cells in held.breakdowns}
    for name in wanted:
        _chart(held, *shown[name])


def _head(held: Metrics) -> None:
    people = (
        f"{held.everybody.people:,} people took part"
        if held.everybody.people is not None
        else "How many took part is withheld"
    )
    st.markdown(f"**{people}** before {words.date_in_full(held.snapshot.week)}.")
    st.caption(
        "People are counted, not sessions; somebody who came back is in each week they came. "
        "No count of fewer than ten is shown, nor what would let one be worked out, from this "
        "snapshot or from all before it. Hatched bars are withheld."
    )
    st.link_button(
        "Download these numbers",
        f"/metrics-csv?study={held.study.slug}",
        icon=":material/download:",
    )


def _chart(held: Metrics, breakdown: Breakdown, cells: Sequence[CellRow]) -> None:
    st.subheader(breakdown.question)
    st.markdown(_sentence(breakdown, cells))
    shown = _listed(breakdown, cells)
    st.plotly_chart(
        _figure(held.snapshot.id, breakdown.name, breakdown.over_time, tuple(shown)),
        width="stretch",
        key=f"chart.{breakdown.name}",
        config=_QUIET,
    )
    with st.expander("The numbers"):
        draw_table(
            [
                Column("Category", [_label(breakdown, cell) for cell in cells]),
                Column(
                    "People",
                    ["–" if cell.people is None else f"{cell.people:,}" for cell in cells],
                    number=True,
                ),
                Column("", [cell.why or "" for cell in cells]),
            ]
        )
        if any(cell.people is not None for cell in cells):
            st.link_button(
                "Propose for publication",
                f"/publish?study={held.study.slug}&breakdown={breakdown.name}",
                icon=":material/publish:",
            )


# Of one snapshot, which never changes; holds protected counts alone and no user's anything.
@lru_cache(maxsize=256)
def _figure(
    _snapshot: UUID, _name: str, over_time: bool, cells: tuple[ChartCell, ...]
) -> go.Figure:
    return columns(cells) if over_time else bars(cells)


def _listed(breakdown: Breakdown, cells: Sequence[CellRow]) -> list[ChartCell]:
    """The bars: each category, but withheld ones of a long list as one line."""
    made = [ChartCell(_label(breakdown, cell), cell.people, cell.why) for cell in cells]
    withheld = [cell for cell in made if cell.people is None]
    if breakdown.over_time or len(withheld) < 4:
        return made
    few = "All" if len(withheld) == len(made) else "Other"
    rest = ChartCell(f"{few} {len(withheld)}", None, withheld[0].why)
    return [*(cell for cell in made if cell.people is not None), rest]


def _sentence(breakdown: Breakdown, cells: Sequence[CellRow]) -> str:
    shown = [cell for cell in cells if cell.people is not None]
    if not shown:
        return "Every count of this is withheld: the groups are too small, or would open another."
    most = max(shown, key=lambda cell: cell.people or 0)
    where = "The busiest week was that of" if breakdown.over_time else "Most:"
    said = f"{where} **{_label(breakdown, most)}**, with {most.people:,} people."
    left = len(cells) - len(shown)
    return said + (f" {words.plural(left, 'count')} withheld." if left else "")


def _label(breakdown: Breakdown, cell: CellRow) -> str:
    if breakdown.over_time:
        try:
            day = date.fromisoformat(cell.category)
        except ValueError:
            return cell.category
        return f"{day.day} {day:%b %Y}" if day.day <= 7 else f"{day.day} {day:%b}"
    if breakdown.name == "language" and cell.category != "other":
        return words.language(cell.category)
    if breakdown.name == "redactions":
        return cell.category.replace("_", " ").capitalize()
    return _LABELS.get(cell.category, cell.category)
