"""All that runs, line by line: calm where it is fine, and due when it is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.operations.catalogue import ERRANDS, LETTERS, MAIL, READING, ROUNDS, SNAPSHOTS, VERIFY
from domain.operations.lines import Line, State, asked_for, by_the_clock, late_snapshots
from domain.operations.report import (
    Failure,
    GoingOut,
    Mail,
    People,
    Queue,
    Recall,
    Report,
    RoundDone,
    Waits,
)
from tests.domain.operations.reports import JOB, NOW, SECOND, SHARE, TRAIL, WELL, rounds, study

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def asked(report: Report, kind: str) -> Line:
    lines = asked_for(report)
    assert len(lines) == len(ERRANDS)
    return lines[[each.kind for each in ERRANDS].index(kind)]


def clocked(report: Report, name: str) -> Line:
    lines = by_the_clock(report)
    assert len(lines) == len(ROUNDS)
    return lines[[each.name for each in ROUNDS].index(name)]


@pytest.mark.parametrize(
    ("queue", "state"),
    [
        (Queue("import"), State.FINE),
        (Queue("import", waiting=1), State.WAITS),
        (Queue("import", waiting=1, running=1), State.WORKS),
        (Queue("import", running=1, lapsed=1), State.FAILS),
    ],
)
def test_a_queue_stands_by_what_is_in_it(queue: Queue, state: State) -> None:
    assert asked(replace(WELL, queues=(queue,)), "import").state is state


def test_a_defect_shows_on_its_line_and_a_rules_refusal_does_not() -> None:
    defect = Failure(JOB, "import", "It ended unexpectedly (KeyError).", NOW)
    refusal = replace(defect, message="Nothing was imported.")
    assert asked(replace(WELL, queues=(), failures=(defect,)), "import").state is State.FAILS
    assert asked(replace(WELL, queues=(), failures=(refusal,)), "import").state is State.FINE


def test_letters_are_off_without_a_mail_server() -> None:
    assert asked(replace(WELL, mail=Mail(False)), MAIL).state is State.OFF
    assert asked(WELL, MAIL).state is State.FINE
    assert asked(replace(WELL, mail=Mail(False)), LETTERS).state is State.OFF


def test_letters_to_participants_wait_rest_or_are_all_sent() -> None:
    assert asked(WELL, LETTERS).state is State.FINE
    going = GoingOut(1, 3, NOW), GoingOut(2, 4, NOW - SECOND)
    line = asked(replace(WELL, letters=going), LETTERS)
    assert (line.state, line.waiting, line.oldest) == (State.WAITS, 7, NOW - SECOND)
    rests = replace(WELL, letters=(replace(going[0], problem="reply 421"),))
    assert asked(rests, LETTERS).state is State.FAILS
    assert asked(WELL, READING).state is State.FINE


def test_the_chain_is_walked_a_day_after_it_was() -> None:
    assert asked(WELL, VERIFY).next_due == NOW + timedelta(hours=4)
    never = replace(WELL, trail=replace(TRAIL, verified_at=None))
    assert asked(never, VERIFY).next_due is None


def test_a_round_is_fine_late_failing_or_not_yet_gone() -> None:
    name = "retention.look"
    fine = clocked(WELL, name)
    assert fine.state is State.FINE
    assert fine.next_due == NOW - timedelta(seconds=9) + timedelta(minutes=5)
    half_an_hour = NOW - timedelta(minutes=30)
    late = replace(WELL, rounds=rounds(name, done_at=half_an_hour))
    assert clocked(late, name).state is State.WAITS
    failing = replace(WELL, rounds=rounds(name, failures=1, failed_at=NOW, problem="KeyError"))
    assert clocked(failing, name).state is State.FAILS
    assert clocked(replace(WELL, rounds=()), name) == Line(
        "Find what may no longer be kept", State.NOT_YET
    )


def test_rounds_tell_what_the_next_one_would_find() -> None:
    report = replace(
        WELL,
        people=People(lapsed=Waits(2, NOW)),
        recalls=(Recall(4, SHARE, NOW),),
        studies=study(due_since=NOW),
    )
    names = ("share.expire", "recall.block", "retention.look", "time.note")
    assert [clocked(report, name).waiting for name in names] == [2, 1, 1, 0]


def test_snapshots_are_due_on_monday_and_this_monday_while_one_is_missing() -> None:
    taken = clocked(WELL, SNAPSHOTS)
    assert (taken.waiting, taken.last_done) == (0, NOW - timedelta(days=2))
    assert taken.next_due == MONDAY + timedelta(days=7)
    for missing in (None, date(2026, 11, 16)):
        report = replace(WELL, studies=study(snapshot=missing))
        line = clocked(report, SNAPSHOTS)
        assert (line.waiting, line.next_due) == (1, MONDAY)
        assert late_snapshots(report) == {"making"}
    empty = replace(WELL, studies=study(snapshot=None, has_sessions=False))
    assert clocked(empty, SNAPSHOTS).waiting == 0
    assert late_snapshots(WELL) == frozenset()
    assert WELL.round("nothing") == RoundDone("nothing")
