"""How the desk runs: each thing that can be wrong is said, with its way out, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.operations import (
    QUEUES,
    READING,
    Failure,
    Finding,
    Queue,
    Recall,
    Report,
    StudyWork,
    Trail,
    Weight,
    Worker,
    age,
    findings,
    queue_name,
)

#: A Wednesday.
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
JOB, SHARE = UUID(int=7), UUID(int=8)
STUDY = StudyWork(
    UUID(int=1), "making", "Making things", None, 0, 0, 0, date(2026, 11, 23), True, True
)
WELL = Report(
    now=NOW,
    queues=(Queue("import", 1, 1, NOW - timedelta(minutes=14), 0, 0),),
    failures=(),
    studies=(STUDY,),
    recalls=(),
    workers=(Worker("vm:1", NOW - timedelta(days=1), NOW - timedelta(seconds=20)),),
    trail=Trail(900, 890, NOW, NOW - timedelta(hours=20), True),
    tasks_lapsed=0,
    tasks_again=0,
    desks_left=0,
    database_bytes=1,
    revision="0014",
    expected_revision="0014",
    policy_edition="2026-11-24",
    policy_digest="d",
    policy_since=NOW,
)


def found(**changes: Any) -> tuple[Finding, ...]:
    return findings(replace(WELL, **changes))


def study(**changes: Any) -> tuple[StudyWork, ...]:
    return (replace(STUDY, **changes),)


def queue(**changes: Any) -> tuple[Queue, ...]:
    return (replace(Queue("share.release", 0, 0, None, 0, 0), **changes),)


def test_where_everything_runs_nothing_is_said() -> None:
    assert findings(WELL) == ()


PROBLEMS: list[tuple[dict[str, Any], str, str]] = [
    ({"revision": "0009"}, "schema is at 0009", "cli.py migrate"),
    ({"workers": ()}, "No worker is running", "jobs.worker"),
    (
        {"workers": (replace(WELL.workers[0], seen_at=NOW - timedelta(minutes=2)),)},
        "last one was seen 2 minutes ago",
        "jobs.worker",
    ),
    (
        {"queues": queue(waiting=3, oldest=NOW - timedelta(minutes=15))},
        "Releases of shares: the oldest has waited 15 minutes",
        "another worker",
    ),
    ({"queues": queue(running=1, lapsed=1, again=1)}, "1 job lie with", "takes them over"),
    (
        {"studies": study(waiting=5, claimed=1, oldest=NOW - timedelta(hours=12))},
        "6 sessions wait for the machine, the oldest since 12 hours",
        "deidentify-study making",
    ),
    ({"studies": study(failed=1)}, "1 session could not be read", "making --again"),
    ({"studies": study(snapshot=date(2026, 11, 16))}, "no snapshot of this week", "snapshot"),
    ({"studies": study(snapshot=None)}, "no snapshot of this week", "metrics snapshot"),
    ({"trail": replace(WELL.trail, whole=False)}, "found broken", "audit verify"),
    ({"trail": replace(WELL.trail, signed=849)}, "newest rows", "CHECKPOINT_DIR"),
    ({"trail": replace(WELL.trail, signed=None)}, "No row", "CHECKPOINT_DIR"),
    (
        {"recalls": (Recall(4, SHARE, NOW - timedelta(days=3)),)},
        "Share 4 was recalled, and its destruction is overdue by 3 days",
        "attestation",
    ),
    ({"tasks_lapsed": 2}, "2 sessions lie with a worker", "takes them over"),
    (
        {
            "failures": (
                Failure(
                    JOB,
                    "share.release",
                    "It ended unexpectedly (KeyError).",
                    NOW - timedelta(hours=1),
                    4,
                    SHARE,
                ),
            )
        },
        "Releases of shares 4 failed, 1 hour ago (reference 00000007)",
        "worker's log",
    ),
]


@pytest.mark.parametrize(("changes", "what", "remedy"), PROBLEMS)
def test_a_problem_is_said_with_its_way_out(
    changes: dict[str, Any], what: str, remedy: str
) -> None:
    (said,) = found(**changes)
    assert said.weight is Weight.PROBLEM
    assert what in said.what
    assert remedy in said.remedy


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"queues": queue(running=1, again=1)}, "had to be begun again"),
        ({"trail": replace(WELL.trail, verified_at=None, whole=None)}, "never walked"),
        (
            {"trail": replace(WELL.trail, verified_at=NOW - timedelta(days=2))},
            "last walked 2 days ago",
        ),
        ({"tasks_again": 1}, "1 session had to be tried again"),
        ({"desks_left": 3}, "3 sessions were begun and left"),
        (
            {"failures": (Failure(JOB, "import", "Nothing was imported.", None, None, None),)},
            "Imports failed (reference 00000007): Nothing was imported.",
        ),
    ],
)
def test_what_is_worth_a_look_is_no_problem(changes: dict[str, Any], what: str) -> None:
    (said,) = found(**changes)
    assert said.weight is Weight.NOTICE
    assert what in said.what
    assert said.remedy


@pytest.mark.parametrize(
    "changes",
    [
        # One second short of each limit.
        {"queues": queue(waiting=1, oldest=NOW - timedelta(minutes=14, seconds=59))},
        {"studies": study(waiting=1, oldest=NOW - timedelta(hours=11, minutes=59))},
        # It is being read, or has nothing to count.
        {"studies": study(snapshot=None, claimed=1, oldest=NOW)},
        {"studies": study(snapshot=None, has_sessions=False)},
        {"trail": replace(WELL.trail, signed=850)},
        {"trail": Trail(0, None, None, NOW, True)},
        {"workers": (*WELL.workers, replace(WELL.workers[0], name="vm:2", seen_at=NOW))},
    ],
)
def test_within_its_limits_nothing_is_said(changes: dict[str, Any]) -> None:
    assert found(**changes) == ()


def test_a_snapshot_is_late_on_tuesday_noon_and_not_before() -> None:
    tuesday = datetime(2026, 11, 24, 12, tzinfo=UTC)
    for now, late in ((tuesday, True), (tuesday - timedelta(seconds=1), False)):
        said = findings(
            replace(
                WELL,
                now=now,
                queues=(),
                workers=(replace(WELL.workers[0], seen_at=now),),
                studies=study(snapshot=date(2026, 11, 16)),
            )
        )
        assert bool(said) is late


def test_problems_come_first_and_point_to_where_they_are_settled() -> None:
    said = found(
        desks_left=1,
        failures=(
            Failure(JOB, "publication.publish", "A rule. [R30]", NOW, 2, SHARE),
            Failure(JOB, "something.new", "It ended unexpectedly (E).", NOW, None, None),
        ),
        tasks_lapsed=1,
    )
    assert [each.weight for each in said] == [Weight.PROBLEM] * 2 + [Weight.NOTICE] * 2
    by_place = {each.place for each in said}
    assert f"/publication?id={SHARE}" in by_place
    assert {each.failure for each in said} == {JOB, None}


def test_every_queue_is_listed_with_the_machines_first() -> None:
    listed = replace(
        WELL,
        queues=(*WELL.queues, Queue("something.new", 1, 0, NOW, 0, 0)),
        studies=(*study(waiting=4, claimed=2, oldest=NOW), *study(waiting=1)),
        tasks_again=3,
    ).every_queue
    assert [each.kind for each in listed] == [*QUEUES, "something.new"]
    assert listed[0] == Queue(READING, 5, 2, NOW, 0, 3)
    assert listed[1] == WELL.queues[0]
    assert queue_name("something.new") == "something.new"
    assert queue_name("import") == "Imports"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "less than a minute"),
        (59, "less than a minute"),
        (60, "1 minute"),
        (7_199, "1 hour"),
        (172_800, "2 days"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(seconds: int, said: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == said
