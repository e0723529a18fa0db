"""Metrics: weekly snapshots of protected counts, and the ledger of all that was ever shown."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment, NewId


class MetricSnapshot(Base):
    """One week's counts of one study, frozen; taken once."""

    __tablename__ = "metric_snapshot"
    __table_args__ = (UniqueConstraint("study_id", "week"), UniqueConstraint("id", "study_id"))

    id: Mapped[NewId]
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    #: The Monday before which everything counted began, in UTC.
    week: Mapped[date]
    taken_at: Mapped[Moment]
    taken_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    #: Whether it has cells: too few more people since the last one, and it has none.
    shown: Mapped[bool]
    #: True counts and all that was told so far: read by the snapshot service alone.
    ledger: Mapped[dict[str, Any]] = mapped_column(JSONB)


class MetricView(Base):
    """A breakdown or cross table as a snapshot shows it, with the date of its own counts."""

    __tablename__ = "metric_view"
    __table_args__ = (
        ForeignKeyConstraint(
            ["snapshot_id", "study_id"], ["metric_snapshot.id", "metric_snapshot.study_id"]
        ),
        CheckConstraint("people >= 10", name="threshold"),
        CheckConstraint("median IS NULL OR median_why IS NULL", name="median_or_why"),
    )

    snapshot_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    study_id: Mapped[UUID]
    #: The Monday before which it was counted: earlier than the snapshot's where it was kept.
    counted_on: Mapped[date]
    #: How many it is about, where that is known.
    people: Mapped[int | None]
    #: The guarded median of the figure whose bands it has, or why there is none.
    median: Mapped[float | None]
    median_why: Mapped[str | None]
    #: Whether its counts are rounded to five.
    rounded: Mapped[bool]
    #: Why it is older than its snapshot, where the newer counts cannot be told.
    kept: Mapped[str | None]


class MetricCell(Base):
    """One cell as it may be shown: a count of ten people or more, or why there is none."""

    __tablename__ = "metric_cell"
    __table_args__ = (
        ForeignKeyConstraint(
            ["snapshot_id", "study_id"], ["metric_snapshot.id", "metric_snapshot.study_id"]
        ),
        CheckConstraint("(people IS NULL) <> (why IS NULL)", name="shown_or_why"),
        CheckConstraint("people >= 10", name="threshold"),
    )

    snapshot_id: Mapped[UUID] = mapped_column(primary_key=True)
    breakdown: Mapped[str] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[UUID]
    category: Mapped[str]
    #: The column of a cross table's cell; empty in a breakdown.
    crossed: Mapped[str] = mapped_column(server_default=text("''"))
    people: Mapped[int | None]
    why: Mapped[str | None]
