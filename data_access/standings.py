"""Standings: how many sessions the policy cannot tell apart, and which those are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from domain.policy.counting import CountingPlan
from domain.policy.selections import Selection
from domain.policy.standings import StandingCount
from domain.vocabulary import Plan, PolicyVersion


@dataclass(frozen=True, slots=True)
class SessionFactsRow:
    """What is known of a session without its words, its participant or its choices' history."""

    id: UUID
    number: int
    study_id: UUID
    sorted_at: datetime
    completed_at: datetime | None
    standing: int
    policy_version: PolicyVersion
    assigned_version: PolicyVersion
    plan: Plan
    imported_at: datetime


def counts(
    connection: Connection,
    studies: Sequence[UUID],
    plan: CountingPlan,
    *,
    as_administrator: bool = False,
) -> list[StandingCount]:
    """How many sessions of each study stand between which cuts with which standing.

    Of the actor's own studies, of flagged sessions for Trust & Safety; of all when an
    administrator asks as one.
    """
    rows = connection.execute(
        text(
            "SELECT * FROM standings_between(CAST(:studies AS uuid[]),"
            " CAST(:cuts AS timestamptz[]), CAST(:days AS date[]), CAST(:months AS date[]),"
            " CAST(:run_from AS date[]), CAST(:run_until AS date[]),"
            " CAST(:run_slots AS integer[]), :administering)"
        ),
        {
            "studies": list(studies),
            "cuts": list(plan.cuts),
            "days": list(plan.days),
            "months": [each.month for each in plan.months],
            "run_from": [each.run_from for each in plan.months],
            "run_until": [each.run_until for each in plan.months],
            "run_slots": [each.run_slot for each in plan.months],
            "administering": as_administrator,
        },
    )
    return [
        StandingCount(row.study_id, None if row.slot < 0 else row.slot, row.standing, row.sessions)
        for row in rows
    ]


def add_up(connection: Connection) -> int:
    """Put the changes since the last time together, for the worker; how many they were."""
    return int(connection.execute(text("SELECT sum_standings()")).scalar_one())


def selected(
    connection: Connection,
    selection: Selection,
    at_most: int,
    *,
    after: tuple[datetime, UUID] | None = None,
    as_administrator: bool = False,
) -> list[SessionFactsRow]:
    """The sessions of a selection, the oldest first, after a place in that order."""
    rows = connection.execute(
        text(
            "SELECT * FROM facts_of_selected(CAST(:studies AS uuid[]),"
            " CAST(:standings AS integer[]), CAST(:since AS timestamptz[]),"
            " CAST(:before AS timestamptz[]), CAST(:after_at AS timestamptz),"
            " CAST(:after_id AS uuid), :at_most, :administering)"
        ),
        {
            "studies": [each.study_id for each in selection.probes],
            "standings": [each.standing for each in selection.probes],
            "since": [each.stretch.since for each in selection.probes],
            "before": [each.stretch.before for each in selection.probes],
            "after_at": None if after is None else after[0],
            "after_id": None if after is None else after[1],
            "at_most": at_most,
            "administering": as_administrator,
        },
    )
    return [_row(row) for row in rows]


def numbered(connection: Connection, numbers: Sequence[int]) -> list[SessionFactsRow]:
    """The sessions with these numbers, for an administrator; of unknown numbers none."""
    rows = connection.execute(
        text("SELECT * FROM facts_of_numbered(CAST(:numbers AS bigint[]))"),
        {"numbers": list(numbers)},
    )
    return [_row(row) for row in rows]


def _row(row: Row[Any]) -> SessionFactsRow:
    return SessionFactsRow(
        row.id,
        row.number,
        row.study_id,
        row.sorted_at,
        row.completed_at,
        row.standing,
        PolicyVersion(row.policy_version),
        PolicyVersion(row.assigned_version),
        Plan(row.plan),
        row.imported_at,
    )
