"""A report of a desk on which everything runs, to be changed by one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.operations.catalogue import ROUNDS
from domain.operations.finding import Finding
from domain.operations.findings import findings
from domain.operations.report import (
    Mail,
    People,
    Queue,
    Report,
    RoundDone,
    StudyWork,
    System,
    Trail,
    Worker,
)

#: A Wednesday.
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
JOB, SHARE = UUID(int=7), UUID(int=8)
STUDY = StudyWork(UUID(int=1), "making", "Making things", snapshot=date(2026, 11, 23), shown=True)
WORKER = Worker("vm:1", "0.1.0+abc", NOW - timedelta(days=1), NOW - timedelta(seconds=20))
SYSTEM = System("0.1.0+abc", "0018", "0018", 9_000_000, "2026-11-24", "d" * 64, NOW)
TRAIL = Trail(900, 890, NOW, verified_at=NOW - timedelta(hours=20), whole=True, rows=880)
WELL = Report(
    now=NOW,
    queues=(Queue("import", 1, 1, NOW - timedelta(minutes=14), last_done=NOW),),
    failures=(),
    studies=(STUDY,),
    desks=(),
    desks_left=0,
    people=People(),
    recalls=(),
    mail=Mail(server=True, sent_at=NOW),
    workers=(WORKER,),
    rounds=tuple(RoundDone(each.name, NOW - timedelta(seconds=9)) for each in ROUNDS),
    snapshots_at=NOW - timedelta(days=2),
    trail=TRAIL,
    system=SYSTEM,
)


def found(**changes: Any) -> tuple[Finding, ...]:
    """What is said of the desk with these changes."""
    return findings(replace(WELL, **changes))


def study(**changes: Any) -> tuple[StudyWork, ...]:
    """The one study, changed."""
    return (replace(STUDY, **changes),)


def worker(**changes: Any) -> tuple[Worker, ...]:
    """The one worker, changed."""
    return (replace(WORKER, **changes),)


def queue(**changes: Any) -> tuple[Queue, ...]:
    """One queue and nothing in it but this."""
    return (Queue("share.release", **changes),)


def rounds(name: str, **changes: Any) -> tuple[RoundDone, ...]:
    """All rounds, one of them changed."""
    return tuple(replace(each, **changes) if each.name == name else each for each in WELL.rounds)
