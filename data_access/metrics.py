"""Snapshots for leads: their cells, the ledger behind them, and the counts they are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from data_access.tables import MetricCell, MetricSnapshot
from domain.metrics import EVERYBODY


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """Which snapshot it is, and when it was taken."""

    id: UUID
    study_id: UUID
    week: date
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class CellRow:
    """One cell as it may be shown: people, or why not."""

    breakdown: str
    category: str
    people: int | None
    why: str | None


@dataclass(frozen=True, slots=True)
class DueStudy:
    """A study without a snapshot of this week."""

    id: UUID
    opens_on: date
    closes_on: date


def latest(connection: Connection, study_id: UUID) -> SnapshotRow | None:
    """A study's newest snapshot that has cells, when the actor may see them."""
    row = connection.execute(
        select(
            MetricSnapshot.id,
            MetricSnapshot.study_id,
            MetricSnapshot.week,
            MetricSnapshot.taken_at,
        )
        .where(MetricSnapshot.study_id == study_id, MetricSnapshot.shown)
        .order_by(MetricSnapshot.week.desc())
        .limit(1)
    ).first()
    return None if row is None else SnapshotRow(*row)


def cells(connection: Connection, snapshot_id: UUID) -> list[CellRow]:
    """Every cell of a snapshot, in the order of its breakdowns' categories."""
    rows = connection.execute(
        select(MetricCell.breakdown, MetricCell.category, MetricCell.people, MetricCell.why)
        .where(MetricCell.snapshot_id == snapshot_id)
        .order_by(MetricCell.breakdown, MetricCell.ordinal)
    )
    return [CellRow(*row) for row in rows]


def due(connection: Connection, week: date) -> list[DueStudy]:
    """The studies to take a snapshot of; for the snapshot service alone."""
    rows = connection.execute(text("SELECT * FROM metric_studies_due(:week)"), {"week": week})
    return [DueStudy(row.id, row.opens_on, row.closes_on) for row in rows]


def counts(
    connection: Connection, study_id: UUID, before: datetime, first_week: date, last_week: date
) -> tuple[int, dict[str, dict[str, int]]]:
    """True counts of distinct participants: everybody, and by breakdown and category.

    For the snapshot service alone; nobody else gets a row.
    """
    everybody = 0
    told: dict[str, dict[str, int]] = {}
    for row in connection.execute(
        text("SELECT * FROM metric_counts(:study, :before, :first, :last)"),
        {"study": study_id, "before": before, "first": first_week, "last": last_week},
    ):
        if row.breakdown == EVERYBODY:
            everybody = row.people
        else:
            told.setdefault(row.breakdown, {})[row.category] = row.people
    return everybody, told


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
    cells: Sequence[tuple[int, CellRow]],
) -> UUID:
    """Keep a snapshot with its cells, if it has any, and the ledger as it stands with them."""
    snapshot_id = connection.execute(
        insert(MetricSnapshot)
        .values(
            study_id=study_id,
            week=week,
            taken_at=now,
            taken_by=by,
            shown=bool(cells),
            ledger=dict(ledger),
        )
        .returning(MetricSnapshot.id)
    ).scalar_one()
    if cells:
        connection.execute(
            insert(MetricCell),
            [
                {
                    "snapshot_id": snapshot_id,
                    "study_id": study_id,
                    "breakdown": cell.breakdown,
                    "ordinal": ordinal,
                    "category": cell.category,
                    "people": cell.people,
                    "why": cell.why,
                }
                for ordinal, cell in cells
            ],
        )
    return snapshot_id
