"""How the desk runs: each thing that can be wrong is said, with its way out, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.operations.catalogue import (
    ERRANDS,
    MAIL,
    PUBLICATIONS,
    READING,
    ROUNDS,
    SHARES,
    VERIFY,
    doing,
)
from domain.operations.finding import Deed, Weight
from domain.operations.findings import findings, problems
from domain.operations.report import (
    Desk,
    Failure,
    GoingOut,
    Mail,
    People,
    Queue,
    Recall,
    Trail,
    Waits,
    age,
)
from tests.domain.operations.reports import (
    JOB,
    NOW,
    SECOND,
    SHARE,
    SYSTEM,
    TRAIL,
    WELL,
    WORKER,
    found,
    queue,
    rounds,
    study,
    worker,
)

UNEXPECTED = Failure(
    JOB, "share.release", "It ended unexpectedly (KeyError).", NOW - timedelta(hours=1), 4, SHARE
)
ERASURE = replace(UNEXPECTED, kind="retention.erase", number=None, about=None)
RULE = Failure(JOB, "import", "Nothing was imported.", NOW - timedelta(hours=2))


def test_where_everything_runs_nothing_is_said() -> None:
    assert findings(WELL) == ()


PROBLEMS: list[tuple[dict[str, Any], str, str]] = [
    ({"system": replace(SYSTEM, revision="0009")}, "schema is at 0009", "cli.py migrate"),
    ({"trail": replace(TRAIL, unreadable="Restore it.")}, "cannot be read", "Restore it."),
    ({"trail": replace(TRAIL, agrees=False)}, "Row 890", "audit verify"),
    ({"trail": replace(TRAIL, signed=849)}, "newest rows", "CHECKPOINT_DIR"),
    ({"trail": replace(TRAIL, signed=None)}, "No row", "CHECKPOINT_DIR"),
    (
        {"trail": replace(TRAIL, whole=False, broken_at=1_234)},
        "found broken at row 1,234 when it was last walked",
        "audit verify",
    ),
    ({"trail": replace(TRAIL, whole=False)}, "found broken when", "audit verify"),
    ({"workers": ()}, "No worker is running", "jobs.worker"),
    (
        {"workers": worker(version="0.1.0+old")},
        "Worker vm:1 runs 0.1.0+old, and this program is 0.1.0+abc",
        "Restart",
    ),
    (
        {"rounds": rounds("recall.block", failures=1, failed_at=NOW, problem="KeyError")},
        "“Block recipients who are overdue with a recall” failed once, last less than a minute",
        "worker's log",
    ),
    (
        {"rounds": rounds("mail.gather", failures=3, failed_at=NOW, problem="KeyError")},
        "failed 3 times in a row, last less than a minute ago (KeyError)",
        "tried again",
    ),
    (
        {"rounds": rounds("share.expire", done_at=NOW - timedelta(minutes=30))},
        "was last done 30 minutes ago",
        "Start another",
    ),
    ({"rounds": rounds("share.expire", done_at=None)}, "was never done", "Start another"),
    (
        {"queues": queue(waiting=3, oldest=NOW - timedelta(minutes=15))},
        "Releases of shares: the oldest has waited 15 minutes",
        "another worker",
    ),
    ({"queues": queue(running=1, lapsed=1, again=1)}, "1 job lies with", "takes over"),
    (
        {"queues": (Queue(READING, running=2, lapsed=2),)},
        "2 sessions lie with a worker that went away",
        "takes over",
    ),
    ({"failures": (UNEXPECTED,)}, "Releases of shares (share 4): one failed 1 hour", "asks again"),
    ({"failures": (ERASURE,)}, "Erasures that were ordered: one failed 1 hour", "Try again"),
    (
        {"studies": study(unread=6, unread_since=NOW - timedelta(hours=12))},
        "6 sessions wait for the machine, the oldest for 12 hours",
        "deidentify-study making",
    ),
    ({"studies": study(failed=1)}, "1 session could not be read by the machine.", "read them"),
    ({"studies": study(failed=2, errors="KeyError")}, "machine (KeyError).", "read them again"),
    ({"studies": study(snapshot=date(2026, 11, 16))}, "the last is 2026-11-16", "metrics snapshot"),
    ({"studies": study(snapshot=None)}, "it never had one", "metrics snapshot"),
    (
        {"mail": Mail(True, 3, NOW - timedelta(hours=1), "connection refused")},
        "3 letters wait to be sent, the oldest for 1 hour. The last attempt ended with: connection",
        "CLEARANCE_SMTP_",
    ),
    ({"mail": Mail(True, 1, NOW - timedelta(hours=2))}, "1 letter waits to be sent", "mail server"),
    (
        {"letters": (GoingOut(3, 40, NOW - timedelta(hours=1), "connection refused"),)},
        "Letter 3 to participants rests: the mail server ended the last attempt with connection "
        "refused, and 40 letters of it wait.",
        "nobody gets it twice",
    ),
    (
        {"recalls": (Recall(4, SHARE, NOW - timedelta(days=3)),)},
        "Share 4 was recalled, and its destruction is overdue by 3 days",
        "attestation",
    ),
    (
        {"studies": study(due_since=NOW - timedelta(days=7))},
        "may no longer be kept, for 7 days",
        "Retention page",
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
        ({"trail": replace(TRAIL, verified_at=None, whole=None)}, "never walked"),
        (
            {"trail": replace(TRAIL, verified_at=NOW - timedelta(days=2))},
            "last walked 2 days ago",
        ),
        (
            {"workers": worker(doing=SHARES, doing_since=NOW - timedelta(hours=1))},
            "at one thing for 1 hour: leak checks and releases of shares",
        ),
        ({"queues": queue(running=1, again=1)}, "had to be begun again"),
        ({"queues": (Queue(READING, waiting=1, again=1),)}, "1 session had to be begun again"),
        ({"failures": (RULE,)}, "Imports: one failed 2 hours ago. Nothing was imported."),
        ({"mail": Mail(False, 2, NOW)}, "2 letters wait, and no mail server is named"),
        ({"mail": Mail(True, failed=2, unsure=1)}, "3 letters of the last week did not arrive"),
        ({"studies": study(due_since=NOW - timedelta(days=6))}, "may no longer be kept"),
        (
            {"people": People(proposals=Waits(1, NOW - timedelta(days=1)))},
            "1 change of the policy waits for a second administrator, the oldest for 1 day",
        ),
        (
            {"people": People(assignments=Waits(2, NOW - timedelta(days=1)))},
            "2 policy assignments wait for a second administrator",
        ),
        (
            {"people": People(letters=Waits(1, NOW - timedelta(days=1)))},
            "1 letter written to participants waits for a second administrator",
        ),
        (
            {"people": People(agreements=Waits(1, NOW + timedelta(days=9)))},
            "1 agreement ends within thirty days, the first in 9 days",
        ),
        (
            {"people": People(agreements=Waits(2, NOW + timedelta(days=9)))},
            "2 agreements end within",
        ),
        (
            {"studies": study(review=9, review_since=NOW - timedelta(days=28))},
            "9 sessions wait for review, the oldest for 28 days",
        ),
        ({"desks_left": 1}, "1 session was begun and left on a desk"),
        ({"desks_left": 3}, "3 sessions were begun and left on a desk"),
        (
            {"desks": (Desk("Rosa", 2, NOW - timedelta(hours=8)),)},
            "Rosa has had 2 sessions on their desk, one for 8 hours",
        ),
    ],
)
def test_what_is_worth_a_look_is_no_problem(changes: dict[str, Any], what: str) -> None:
    (said,) = found(**changes)
    assert said.weight is Weight.NOTICE
    assert what in said.what
    assert said.remedy


#: Each limit: what is said from that age on, and not one second before.
LIMITS: list[tuple[timedelta, Any]] = [
    (timedelta(minutes=2), lambda at: {"workers": worker(seen_at=at)}),
    (timedelta(hours=1), lambda at: {"workers": worker(doing=MAIL, doing_since=at)}),
    (timedelta(minutes=30), lambda at: {"rounds": rounds("share.expire", done_at=at)}),
    (timedelta(minutes=15), lambda at: {"queues": queue(waiting=1, oldest=at)}),
    (timedelta(hours=12), lambda at: {"studies": study(unread=1, unread_since=at)}),
    (timedelta(days=2), lambda at: {"trail": replace(TRAIL, verified_at=at)}),
    (timedelta(hours=1), lambda at: {"mail": Mail(True, 1, at)}),
    (timedelta(hours=1), lambda at: {"letters": (GoingOut(1, 1, at, "reply 421"),)}),
    (timedelta(days=28), lambda at: {"studies": study(review=1, review_since=at)}),
    (timedelta(hours=8), lambda at: {"desks": (Desk("Rosa", 1, at),)}),
]


@pytest.mark.parametrize(("limit", "changes"), LIMITS)
def test_a_limit_holds_to_the_second(limit: timedelta, changes: Any) -> None:
    assert found(**changes(NOW - limit + SECOND)) == ()
    assert found(**changes(NOW - limit)) != ()
    assert found(**changes(NOW - limit - SECOND)) != ()


def test_what_is_due_becomes_a_problem_after_a_week_to_the_second() -> None:
    for off, weight in ((SECOND, Weight.NOTICE), (0 * SECOND, Weight.PROBLEM)):
        (said,) = found(studies=study(due_since=NOW - timedelta(days=7) + off))
        assert said.weight is weight
    by_itself = replace(SYSTEM, erases_by_itself=True)
    assert found(studies=study(due_since=NOW - timedelta(days=30)), system=by_itself) == ()


def test_a_rules_refusal_is_news_for_a_week_and_a_defect_until_somebody_saw_to_it() -> None:
    week = NOW - timedelta(days=7)
    assert len(found(failures=(replace(RULE, finished_at=week + SECOND),))) == 1
    assert found(failures=(replace(RULE, finished_at=week),)) == ()
    assert len(found(failures=(replace(UNEXPECTED, finished_at=week),))) == 1


def test_a_snapshot_is_late_on_tuesday_noon_and_not_before() -> None:
    tuesday = datetime(2026, 11, 24, 12, tzinfo=UTC)
    for now, late in ((tuesday - SECOND, False), (tuesday, True), (tuesday + SECOND, True)):
        at = {
            "now": now,
            "queues": (),
            "rounds": tuple(replace(each, done_at=now) for each in WELL.rounds),
            "workers": worker(seen_at=now),
        }
        assert bool(found(**at, studies=study(snapshot=date(2026, 11, 16)))) is late


@pytest.mark.parametrize(
    "changes",
    [
        # It is being read, was read just now, or has nothing to count.
        {"studies": study(snapshot=None, unread=1, unread_since=NOW)},
        {
            "studies": study(snapshot=None),
            "queues": (Queue(READING, last_done=NOW - timedelta(hours=1) + SECOND),),
        },
        {"studies": study(snapshot=None, has_sessions=False)},
        {"trail": replace(TRAIL, signed=850)},
        {"trail": Trail(0, None, None, verified_at=NOW, whole=True)},
        # The unlisted kind of a newer program.
        {"queues": (Queue("something.new", 1, 0, NOW),)},
        # Rounds are not missed before a worker had the time for them.
        {"rounds": (), "workers": worker(started_at=NOW - timedelta(minutes=29))},
        {"people": People(votes=Waits(3, NOW), cases=Waits(1, NOW))},
        {"desks": (Desk("Rosa", 2, NOW),)},
    ],
)
def test_within_its_limits_nothing_is_said(changes: dict[str, Any]) -> None:
    assert found(**changes) == ()


def test_snapshots_that_fail_are_said_once() -> None:
    failing = rounds("metrics.snapshot", failures=2, failed_at=NOW, problem="ProcessFailed")
    (said,) = found(rounds=failing, studies=study(snapshot=None))
    assert "snapshots” failed 2 times" in said.what


def test_a_silent_worker_is_a_problem_while_it_holds_something_and_can_be_let_go() -> None:
    gone = replace(WORKER, name="vm:2", seen_at=NOW - timedelta(minutes=5))
    (said,) = found(workers=(WORKER, gone))
    assert (said.weight, said.deeds, said.subject) == (Weight.NOTICE, (Deed.LET_GO,), "vm:2")
    assert "has not answered for 5 minutes." in said.what
    (said,) = found(workers=(WORKER, replace(gone, sessions=8, jobs=1)))
    assert said.weight is Weight.PROBLEM
    assert "5 minutes with 8 sessions and 1 job in hand." in said.what
    # The only one: nothing runs at all, and what it held can still be given back.
    none, silent = found(workers=(gone,))
    assert "The last one answered 5 minutes ago." in none.what
    assert silent.subject == "vm:2"


@pytest.mark.parametrize(
    ("failure", "place", "deeds"),
    [
        (UNEXPECTED, f"/share?id={SHARE}", (Deed.SET_ASIDE,)),
        (ERASURE, "/retention", (Deed.ORDER_AGAIN, Deed.SET_ASIDE)),
        (replace(ERASURE, kind=VERIFY), None, (Deed.VERIFY, Deed.SET_ASIDE)),
        (replace(ERASURE, kind="something.new"), None, (Deed.SET_ASIDE,)),
        (RULE, "/imports", (Deed.SET_ASIDE,)),
    ],
)
def test_a_failure_leads_to_where_it_is_settled(
    failure: Failure, place: str | None, deeds: tuple[Deed, ...]
) -> None:
    (said,) = found(failures=(failure,))
    assert (said.place, said.deeds, said.subject) == (place, deeds, str(JOB))


def test_problems_come_first() -> None:
    said = found(desks_left=1, failures=(RULE, UNEXPECTED), studies=study(failed=1))
    assert [each.weight for each in said] == [Weight.PROBLEM] * 2 + [Weight.NOTICE] * 2
    assert problems(WELL) == ()
    assert [each.place for each in problems(replace(WELL, failures=(RULE, UNEXPECTED)))] == [
        f"/share?id={SHARE}"
    ]


def test_every_queue_is_listed_the_machines_first_and_an_unknown_one_last() -> None:
    listed = replace(
        WELL,
        queues=(*WELL.queues, Queue("something.new", 1, 0, NOW), Queue(READING, 5, 2, NOW)),
        mail=Mail(True, 4, NOW, sent_at=NOW),
    )
    assert [each.kind for each in listed.every_queue] == [
        *(each.kind for each in ERRANDS),
        "something.new",
    ]
    assert listed.every_queue[0] == listed.reading == Queue(READING, 5, 2, NOW)
    assert listed.queue(MAIL) == Queue(MAIL, 4, oldest=NOW, last_done=NOW)
    assert listed.queue("share.submit") == Queue("share.submit")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", ""),
        (SHARES, "Leak checks and releases of shares"),
        (PUBLICATIONS, "Freezing and packing of publications"),
        ("import", "Imports"),
        ("something.new", "something.new"),
        (ROUNDS[0].name, ROUNDS[0].what),
    ],
)
def test_what_a_worker_is_at_is_said_in_words(name: str, said: str) -> None:
    assert doing(name) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (59, "less than a minute"),
        (60, "1 minute"),
        (-120, "2 minutes"),
        (7_199, "1 hour"),
        (172_800, "2 days"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(seconds: int, said: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == said


def test_no_round_shares_its_name_with_an_errand_and_none_is_named_twice() -> None:
    names = (
        [each.name for each in ROUNDS] + [each.kind for each in ERRANDS] + [SHARES, PUBLICATIONS]
    )
    assert len(names) == len(set(names))
