"""Snapshots for leads: their views, the ledger behind them, and the counts they are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, func, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from data_access.tables import MetricCell, MetricSnapshot, MetricView
from domain.counted import Counted
from domain.disclosure.cells import Cell, Shown, Suppressed, Why
from domain.disclosure.facts import Fact
from domain.disclosure.medians import Figure
from domain.metrics import EVERYBODY, Neighbour
from domain.views import Kept, View, ViewCell

_OUTSIDE = bindparam("outside", type_=JSONB(none_as_null=True))


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """Which snapshot it is, and when it was taken."""

    id: UUID
    study_id: UUID
    week: date
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class CellRow:
    """One cell as it may be shown: people, or why not. ``crossed`` is a cross table's column."""

    breakdown: str
    category: str
    people: int | None
    why: str | None
    crossed: str = ""


@dataclass(frozen=True, slots=True)
class DueStudy:
    """A study without a snapshot of this week."""

    id: UUID
    opens_on: date
    closes_on: date


@dataclass(frozen=True, slots=True)
class Population:
    """Whose sessions count: begun before the one instant, taken in by the other."""

    before: datetime
    known_by: datetime


def latest(connection: Connection, study_id: UUID) -> SnapshotRow | None:
    """A study's newest snapshot that has cells, when the actor may see them."""
    row = connection.execute(_newest(study_id)).first()
    return None if row is None else SnapshotRow(*row)


def newest(connection: Connection, study_id: UUID) -> tuple[SnapshotRow, list[View]] | None:
    """A study's newest snapshot that has cells, with its views, when the actor may see them.

    One round trip. Everybody is the view :data:`~domain.metrics.EVERYBODY` of one cell.
    """
    newest = _newest(study_id).subquery()

    def column(of: Any) -> Any:
        return func.array_agg(aggregate_order_by(of, MetricCell.ordinal))

    cells = (
        select(
            MetricCell.snapshot_id,
            MetricCell.breakdown,
            column(MetricCell.category).label("categories"),
            column(MetricCell.crossed).label("columns"),
            column(MetricCell.people).label("counts"),
            column(MetricCell.why).label("reasons"),
        )
        .where(MetricCell.snapshot_id == select(newest.c.id).scalar_subquery())
        .group_by(MetricCell.snapshot_id, MetricCell.breakdown)
        .subquery()
    )
    rows = connection.execute(
        select(
            newest,
            MetricView.name,
            MetricView.counted_on,
            MetricView.people.label("about"),
            MetricView.median,
            MetricView.median_why,
            MetricView.rounded,
            MetricView.kept,
            cells,
        )
        .join(MetricView, MetricView.snapshot_id == newest.c.id)
        .outerjoin(cells, cells.c.breakdown == MetricView.name)
    ).all()
    if not rows:
        return None
    return SnapshotRow(*rows[0][:4]), [_view(row) for row in rows]


def _newest(study_id: UUID) -> Select[UUID, UUID, date, datetime]:
    return (
        select(
            MetricSnapshot.id,
            MetricSnapshot.study_id,
            MetricSnapshot.week,
            MetricSnapshot.taken_at,
        )
        .where(MetricSnapshot.study_id == study_id, MetricSnapshot.shown)
        .order_by(MetricSnapshot.week.desc())
        .limit(1)
    )


def _view(row: Any) -> View:
    counted = zip(
        row.categories or (), row.columns or (), row.counts or (), row.reasons or (), strict=True
    )
    median: Cell | None = None
    if row.median is not None:
        median = Shown(row.median)
    elif row.median_why is not None:
        median = Suppressed(Why(row.median_why))
    return View(
        row.name,
        row.counted_on,
        tuple(ViewCell(*cell) for cell in counted),
        row.about,
        median,
        row.rounded,
        None if row.kept is None else Kept(row.kept),
    )


def cells(connection: Connection, snapshot_id: UUID) -> list[CellRow]:
    """Every cell of a snapshot, in the order of its breakdowns' categories."""
    rows = connection.execute(
        select(
            MetricCell.breakdown,
            MetricCell.category,
            MetricCell.people,
            MetricCell.why,
            MetricCell.crossed,
        )
        .where(MetricCell.snapshot_id == snapshot_id)
        .order_by(MetricCell.breakdown, MetricCell.ordinal)
    )
    return [CellRow(*row) for row in rows]


def due(connection: Connection, week: date) -> list[DueStudy]:
    """The studies to take a snapshot of; for the snapshot service alone."""
    rows = connection.execute(text("SELECT * FROM metric_studies_due(:week)"), {"week": week})
    return [DueStudy(row.id, row.opens_on, row.closes_on) for row in rows]


def counted(
    connection: Connection,
    study_id: UUID,
    population: Population,
    *,
    at: datetime,
    boundaries: Sequence[datetime],
    band: timedelta,
    outside: Mapping[str, Any] | None = None,
) -> Counted:
    """True counts of distinct participants, by every declared breakdown and cross table.

    For the snapshot service alone; nobody else gets a row. ``at`` is when it is, for what waits;
    ``boundaries`` are those between policies, and ``band`` how near to one a session is held.
    ``outside`` says which sessions may be counted outside: then only people are counted all of
    whose sessions may, and no medians.
    """
    values = {
        "study": study_id,
        "before": population.before,
        "known_by": population.known_by,
        "at": at,
        "boundaries": list(boundaries),
        "band": band,
        "outside": outside,
    }
    counts: dict[Fact, int] = {}
    people = text(
        "SELECT fact, people FROM metric_people(:study, :before, :known_by, :at,"
        " CAST(:boundaries AS timestamptz[]), :band, :outside)"
    ).bindparams(_OUTSIDE)
    for row in connection.execute(people, values):
        counts[frozenset(row.fact.items())] = row.people
    everybody = counts.pop(frozenset(), 0)
    if outside is not None:
        return Counted(everybody, counts)
    medians = {
        row.breakdown: Figure(row.median, row.people)
        for row in connection.execute(
            text("SELECT * FROM metric_medians(:study, :before, :known_by)"), values
        )
    }
    return Counted(everybody, counts, medians)


def neighbours(
    connection: Connection,
    study_id: UUID,
    population: Population,
    outside: Mapping[str, Any] | None = None,
) -> list[Neighbour]:
    """The other studies of which something is told and that share people with this one.

    ``outside`` as in :func:`counted`.
    """
    rows = connection.execute(
        text("SELECT * FROM metric_neighbours(:study, :before, :known_by, :outside)").bindparams(
            _OUTSIDE
        ),
        {
            "study": study_id,
            "before": population.before,
            "known_by": population.known_by,
            "outside": outside,
        },
    )
    return [Neighbour(*row) for row in rows]


def ledger(connection: Connection, study_id: UUID) -> Mapping[str, Any] | None:
    """What was told of a study so far, with the true counts; for the snapshot service alone."""
    held = connection.execute(
        text("SELECT metric_ledger(:study)"), {"study": study_id}
    ).scalar_one()
    return None if held is None else dict(held)


def keep(
    connection: Connection,
    *,
    study_id: UUID,
    week: date,
    now: datetime,
    by: UUID,
    ledger: Mapping[str, Any],
    views: Sequence[View],
) -> UUID:
    """Keep a snapshot with its views, if it has any, and the ledger as it stands with them."""
    snapshot_id: UUID = connection.execute(
        insert(MetricSnapshot)
        .values(
            study_id=study_id,
            week=week,
            taken_at=now,
            taken_by=by,
            shown=bool(views),
            ledger=dict(ledger),
        )
        .returning(MetricSnapshot.id)
    ).scalar_one()
    if views:
        held = {"snapshot_id": snapshot_id, "study_id": study_id}
        connection.execute(insert(MetricView), [held | _row(view) for view in views])
        connection.execute(
            insert(MetricCell),
            [
                held
                | {
                    "breakdown": view.name,
                    "ordinal": ordinal,
                    "category": cell.category,
                    "crossed": cell.crossed,
                    "people": cell.people,
                    "why": cell.why,
                }
                for view in views
                for ordinal, cell in enumerate(view.cells)
            ],
        )
    return snapshot_id


def _row(view: View) -> dict[str, Any]:
    return {
        "name": view.name,
        "counted_on": view.counted_on,
        "people": view.people,
        "median": view.median.value if isinstance(view.median, Shown) else None,
        "median_why": view.median.why.value if isinstance(view.median, Suppressed) else None,
        "rounded": view.rounded,
        "kept": None if view.kept is None else view.kept.value,
    }


def everybody(people: int, counted_on: date) -> View:
    """The view of everybody: one cell."""
    return View(EVERYBODY, counted_on, (ViewCell("", "", people, None),), people)
