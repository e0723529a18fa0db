"""Dates: which policy governs a completion instant, where that is in doubt, and retention."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.policy.table import PolicyTable, Version
from domain.vocabulary import PolicyVersion

_JUST = timedelta(microseconds=1)


def version_at(table: PolicyTable, instant: datetime) -> Version | None:
    """The policy that governs a session completed at that instant, if any."""
    return next((version for version in table.versions if version.governs(instant)), None)


def versions_near(table: PolicyTable, instant: datetime) -> tuple[Version | None, ...]:
    """Every policy the session might fall under, the one of the instant itself first.

    A policy names dates without a time zone. A date begins somewhere on earth 14 hours
    before it does in UTC, and nowhere 14 hours after: within that band, ends included, both
    sides of the boundary are meant.
    """
    near = [b for b in table.boundaries if abs(instant - b) <= table.band]
    sides = [side for boundary in near for side in (boundary - _JUST, boundary)]
    return tuple(dict.fromkeys(version_at(table, moment) for moment in (instant, *sides)))


def assignable_at(table: PolicyTable, instant: datetime) -> tuple[Version, ...]:
    """The policies that people may settle on for a session completed at that instant.

    None where the date decides. Within the band round a boundary one of its two sides; in no
    policy's range any policy.
    """
    near = versions_near(table, instant)
    if len(near) > 1:
        return tuple(version for version in near if version is not None)
    return table.versions if near[0] is None else ()


def governing_sides(
    table: PolicyTable, instant: datetime | None, assigned: PolicyVersion
) -> tuple[Version | None, ...]:
    """Every policy that may govern a session: one, once its date or two people settled it."""
    if instant is None:
        return (None,)
    if assigned is not PolicyVersion.NONE:
        for version in assignable_at(table, instant):
            if version.id is assigned:
                return (version,)
    return versions_near(table, instant)


def unfinished_due_at(table: PolicyTable, began_at: datetime) -> datetime | None:
    """From when on a session that was never completed may no longer be kept.

    The policies speak of completed sessions alone, and allow nothing with this one (R02). It is
    kept no longer than one completed at the moment it began would be: by the policy of that
    moment, and where none governs it, by the shortest retention that any policy states. None
    when no rule is recorded.
    """
    governing = version_at(table, began_at)
    if governing is not None:
        return retention_due_at(governing, began_at)
    dues = [retention_due_at(version, began_at) for version in table.versions]
    return min((due for due in dues if due is not None), default=None)


def retention_due_at(version: Version | None, completed_at: datetime) -> datetime | None:
    """From when on a session may no longer be kept; None when no rule is recorded.

    Whole calendar years in UTC; a session of 29 February is due on 28 February.
    """
    if version is None or version.retention_years is None:
        return None
    completed = completed_at.astimezone(UTC)
    year = completed.year + version.retention_years
    leap_day = (completed.month, completed.day) == (2, 29)
    return completed.replace(year=year, day=28 if leap_day else completed.day)
