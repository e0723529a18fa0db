"""The report line by line: all that runs, calm where it is fine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from domain.metrics import snapshot_week
from domain.operations.catalogue import LETTERS, MAIL, ROUNDS, SNAPSHOTS, VERIFY, errand
from domain.operations.machine import ROUND_LATE, is_late
from domain.operations.report import Report

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


class State(StrEnum):
    """How something stands, in a word."""

    FINE = "fine"
    WORKS = "at work"
    WAITS = "waits"
    FAILS = "fails"
    OFF = "off"
    NOT_YET = "not yet"


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of work: how it stands, what waits, since when, when it was done and is due."""

    name: str
    state: State
    waiting: int = 0
    running: int = 0
    oldest: datetime | None = None
    last_done: datetime | None = None
    next_due: datetime | None = None


def asked_for(report: Report) -> tuple[Line, ...]:
    """What somebody asked for, kind by kind, empty ones too."""
    failed = {each.kind for each in report.failures if each.unexpected}
    lines = []
    for queue in report.every_queue:
        if queue.kind in (MAIL, LETTERS) and not report.mail.server:
            state = State.OFF
        elif queue.kind in failed or queue.lapsed or (queue.kind == LETTERS and _rest(report)):
            state = State.FAILS
        elif queue.running:
            state = State.WORKS
        else:
            state = State.WAITS if queue.waiting else State.FINE
        lines.append(
            Line(
                errand(queue.kind).name,
                state,
                queue.waiting,
                queue.running,
                queue.oldest,
                queue.last_done,
                _walk_due(report) if queue.kind == VERIFY else None,
            )
        )
    return tuple(lines)


def by_the_clock(report: Report) -> tuple[Line, ...]:
    """What workers do by themselves, round by round; ``waiting`` counts what one would find."""
    finds = {
        SNAPSHOTS: sum(_wants_snapshot(report)),
        "share.expire": report.people.lapsed.count,
        "recall.block": len(report.recalls),
        "retention.look": sum(each.due_since is not None for each in report.studies),
    }
    lines = []
    for each in ROUNDS:
        gone = report.round(each.name)
        if gone.failures:
            state = State.FAILS
        elif gone.done_at is None:
            state = State.NOT_YET
        else:
            late = report.now - gone.done_at >= ROUND_LATE
            state = State.WAITS if late else State.FINE
        last, due = gone.done_at, None if gone.done_at is None else gone.done_at + each.every
        if each.name == SNAPSHOTS:
            last, due = report.snapshots_at, _snapshot_due(report, finds[SNAPSHOTS])
        lines.append(Line(each.what, state, finds.get(each.name, 0), last_done=last, next_due=due))
    return tuple(lines)


def _rest(report: Report) -> bool:
    """Whether a letter to participants rests because of the mail server."""
    return any(each.problem for each in report.letters)


def _wants_snapshot(report: Report) -> list[bool]:
    week = snapshot_week(report.now)
    return [
        each.has_sessions and (each.snapshot is None or each.snapshot < week)
        for each in report.studies
    ]


def _snapshot_due(report: Report, wanted: int) -> datetime:
    """The next Monday; this week's while a study has none."""
    monday = datetime.combine(snapshot_week(report.now), time(), UTC)
    return monday if wanted else monday + _WEEK


def _walk_due(report: Report) -> datetime | None:
    at = report.trail.verified_at
    return None if at is None else at + _DAY


def late_snapshots(report: Report) -> frozenset[str]:
    """Names of the studies whose snapshot should be there by now."""
    return frozenset(each.slug for each in report.studies if is_late(each, report))
