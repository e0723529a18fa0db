"""Standings: how many sessions the policy cannot tell apart, and which those are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from domain.policy.counting import CountingPlan
from domain.policy.selections import Part, Selection, Stretch
from domain.policy.standings import StandingCount
from domain.vocabulary import Plan, PolicyVersion

#: A stretch in which one session in so many is meant is walked in the list's own order; where
#: fewer are, they are found by what they have in common.
_DENSE = 4
#: A stretch with no more sessions than this is walked in any case.
_SHORT = 5_000
#: In another order or with other filters, no more sessions than this are found by their standing.
_FEW = 20_000


@dataclass(frozen=True, slots=True)
class Probe:
    """Sessions of one study with one standing code, completed in one stretch."""

    study_id: UUID
    standing: int
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class Ways:
    """How the sessions of a selection are found.

    By walking stretches in their order and by their standing; or, where both are empty, by
    walking whole studies in another order and asking of each session whether it is meant.
    """

    meant: Selection
    walks: tuple[Part, ...] = ()
    probes: tuple[Probe, ...] = ()


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
    mask: int,
    *,
    as_administrator: bool = False,
) -> list[StandingCount]:
    """How many sessions of each study stand between which cuts with which standing.

    Told apart by what the mask leaves of it. Of the actor's own studies, of flagged sessions for
    Trust & Safety; of all when an administrator asks as one.
    """
    rows = connection.execute(
        text(
            "SELECT * FROM standings_between(CAST(:studies AS uuid[]),"
            " CAST(:cuts AS timestamptz[]), CAST(:days AS date[]), CAST(:months AS date[]),"
            " CAST(:run_from AS date[]), CAST(:run_until AS date[]),"
            " CAST(:run_slots AS integer[]), :mask, :administering)"
        ),
        {
            "studies": list(studies),
            "cuts": list(plan.cuts),
            "days": list(plan.days),
            "months": [each.month for each in plan.months],
            "run_from": [each.run_from for each in plan.months],
            "run_until": [each.run_until for each in plan.months],
            "run_slots": [each.run_slot for each in plan.months],
            "mask": mask,
            "administering": as_administrator,
        },
    )
    return [
        StandingCount(study_id, None if slot < 0 else slot, standing, sessions)
        for study_id, slot, standing, sessions in rows
    ]


def add_up(connection: Connection) -> int:
    """Put the changes since the last time together, for the worker; how many they were."""
    return int(connection.execute(text("SELECT sum_standings()")).scalar_one())


def ways(connection: Connection, meant: Selection, *, by_completion_alone: bool) -> Ways:
    """How to find the sessions of a selection.

    ``by_completion_alone`` when nothing else narrows the list and it is in the order of time.
    """
    if by_completion_alone:
        walks = tuple(part for part in meant.parts if _is_walked(part))
    elif meant.sessions <= _FEW:
        walks = ()
    else:
        return Ways(meant)
    others = [part for part in meant.parts if part not in walks]
    return Ways(meant, walks, tuple(_probes(connection, meant.mask, others, False)))


def _is_walked(part: Part) -> bool:
    return part.among <= _SHORT or _is_dense(part)


def _is_dense(part: Part) -> bool:
    return part.sessions * _DENSE >= part.among


def _probes(
    connection: Connection, mask: int, parts: Sequence[Part], as_administrator: bool
) -> list[Probe]:
    """Each part by the whole codes that there are of those it means."""
    if not parts:
        return []
    rows = connection.execute(
        text(
            "SELECT * FROM standings_present(CAST(:studies AS uuid[]), :mask,"
            " CAST(:codes AS integer[]), :administering)"
        ),
        {
            "studies": list({part.study_id for part in parts}),
            "mask": mask,
            "codes": sorted({code for part in parts for code in part.codes}),
            "administering": as_administrator,
        },
    )
    present: dict[UUID, list[int]] = {}
    for row in rows:
        present.setdefault(row.study_id, []).append(row.standing)
    return [
        Probe(part.study_id, standing, part.stretch)
        for part in parts
        for standing in present.get(part.study_id, ())
        if standing & mask in part.codes
    ]


def selected(
    connection: Connection,
    selection: Selection,
    at_most: int,
    *,
    after: tuple[datetime, UUID] | None = None,
    as_administrator: bool = False,
) -> list[SessionFactsRow]:
    """The sessions of a selection, the oldest first, after a place in that order."""
    walks = [part for part in selection.parts if _is_dense(part) and not part.stretch.unfinished]
    others = [part for part in selection.parts if part not in walks]
    probes = _probes(connection, selection.mask, others, as_administrator)
    rows = connection.execute(
        text(
            "SELECT * FROM facts_of_selected(CAST(:studies AS uuid[]),"
            " CAST(:standings AS integer[]), CAST(:since AS timestamptz[]),"
            " CAST(:before AS timestamptz[]), CAST(:walked AS uuid[]),"
            " CAST(:walked_codes AS text[]), CAST(:walked_since AS timestamptz[]),"
            " CAST(:walked_before AS timestamptz[]), :mask, CAST(:after_at AS timestamptz),"
            " CAST(:after_id AS uuid), :at_most, :administering)"
        ),
        {
            "studies": [each.study_id for each in probes],
            "standings": [each.standing for each in probes],
            "since": [each.stretch.since for each in probes],
            "before": [each.stretch.before for each in probes],
            "walked": [each.study_id for each in walks],
            "walked_codes": [f"{{{','.join(map(str, sorted(each.codes)))}}}" for each in walks],
            "walked_since": [each.stretch.since for each in walks],
            "walked_before": [each.stretch.before for each in walks],
            "mask": selection.mask,
            "after_at": None if after is None else after[0],
            "after_id": None if after is None else after[1],
            "at_most": at_most,
            "administering": as_administrator,
        },
    )
    return [_row(row) for row in rows]


def numbered(connection: Connection, numbers: Sequence[int]) -> list[SessionFactsRow]:
    """The sessions with these numbers whose facts the actor may know; of others none."""
    rows = connection.execute(
        text("SELECT * FROM facts_of_numbered(CAST(:numbers AS bigint[]))"),
        {"numbers": list(numbers)},
    )
    return [_row(row) for row in rows]


def assigned_in(connection: Connection, assignment_id: UUID) -> list[SessionFactsRow]:
    """The sessions of a policy assignment, for an administrator."""
    rows = connection.execute(
        text("SELECT * FROM facts_of_assignment(:assignment)"), {"assignment": assignment_id}
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
