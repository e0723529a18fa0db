"""Retention: due to the second, kept from leaving at once, erased when somebody says so."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data_access import erasure as stored
from domain.erasure import ErasureReason
from domain.errors import BadInput, Refused
from domain.policy import Clearance, SessionFacts, Use, decide
from domain.policy.dates import retention_due_at, unfinished_due_at
from domain.policy.reading import current_table
from domain.shares.lifecycle import ShareState
from domain.vocabulary import Plan, SessionStatus
from services import access, policy, retention, trail
from services.installation import Installation
from tests.conftest import Clock
from tests.services.rights_worlds import EVIDENCE, as_owner, numbers_of
from tests.services.shares.worlds import World

#: When the world's sessions are due: completed on 2 April 2026, kept for five years.
DUE = datetime(2031, 4, 2, 9, 20, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def keeper(world: World) -> Any:
    return access.service_actor(world.installation, retention.SERVICE)


def listed(world: World) -> list[int]:
    found = retention.due(world.installation, world.administrator, world.study.id)
    return sorted(each.number for each in found)


def order(world: World, sessions: int = 3, **changes: Any) -> UUID:
    asked = {"confirmation": f"erase {sessions} sessions", **EVIDENCE}
    return retention.ask(
        world.installation, world.administrator, world.study.id, **(asked | changes)
    )


def left(world: World) -> int:
    return int(
        str(
            as_owner(world.installation, "SELECT count(*) FROM session WHERE erased_at IS NULL")[0][
                0
            ]
        )
    )


@pytest.mark.parametrize(("at", "due"), [(DUE - SECOND, 0), (DUE, 3), (DUE + SECOND, 3)])
def test_a_session_is_due_from_its_instant_on_and_not_before(
    world: World, clock: Clock, at: datetime, due: int
) -> None:
    clock.at = at
    assert len(listed(world)) == due
    # The rule that keeps it from leaving asks the same instant.
    table = current_table()
    recorded = replace(
        table, versions=tuple(replace(each, retention_years=5) for each in table.versions)
    )
    facts = SessionFacts(
        SessionStatus.COMPLETED, datetime(2026, 4, 2, 9, 20, tzinfo=UTC), Plan.PRO, memory_on=False
    )
    answer = decide(facts, Use.INTERNAL_CHARTS, clearance=Clearance(), now=at, table=recorded)
    assert (answer.rule == "R05") is bool(due)


def test_what_is_due_soon_is_counted_by_study_and_policy(world: World, clock: Clock) -> None:
    for before, counts in (
        (91 * DAY, (0, 0, 0)),
        (90 * DAY, (0, 0, 3)),
        (30 * DAY, (0, 3, 3)),
        (timedelta(0), (3, 3, 3)),
    ):
        clock.at = DUE - before
        held = retention.view(world.installation, world.administrator)
        (row,) = (each for each in held.counts if each.version == "2026-03-23")
        assert (row.study_title, row.sessions) == (world.study.title, counts)
        assert not held.by_itself


def test_the_database_counts_what_was_never_completed_as_the_rule_does(world: World) -> None:
    here = world.installation
    with here.database.transaction(world.administrator.staff_id) as connection:
        table = policy.in_force(connection)
    for began in (
        *(datetime(2024, 2, 29, 12, tzinfo=UTC), datetime(2025, 12, 9, tzinfo=UTC)),
        *(datetime(2026, 2, 2, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC)),
    ):
        ((said,),) = as_owner(here, "SELECT unfinished_due_at(:at)", at=began)
        assert said == unfinished_due_at(table, began), began


def test_the_database_counts_calendar_years_as_the_rule_does(installation: Installation) -> None:
    ends_of_february = [
        datetime(year, 2, day, 23, 59, 59, 999_999, tzinfo=UTC)
        for year in (2024, 2025, 2028)
        for day in (27, 28)
    ]
    leap_days = [datetime(2024, 2, 29, hour, tzinfo=UTC) for hour in (0, 12, 23)]
    instants = st.integers(0, 500_000_000).map(
        lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    )
    with installation.database.transaction(None) as connection:

        @given(instants | st.sampled_from(ends_of_february + leap_days), st.integers(1, 12))
        def agree(completed: datetime, years: int) -> None:
            version = replace(current_table().versions[0], retention_years=years)
            said = connection.execute(
                text("SELECT retention_due_at(:at, :years)"), {"at": completed, "years": years}
            ).scalar_one()
            assert said == retention_due_at(version, completed)

        agree()


def test_the_leap_day_is_due_with_the_day_before_it(world: World, clock: Clock) -> None:
    """Kept by the hour of its own day, it would be due before a session of the 28th is."""
    as_owner(
        world.installation,
        "UPDATE session SET completed_at = '2028-02-29T10:00:00Z',"
        " sorted_at = '2028-02-29T10:00:00Z' WHERE id = :id",
        id=world.sessions["a"],
    )
    clock.at = datetime(2033, 2, 28, 10, 0, tzinfo=UTC)
    assert numbers_of(world, "a")[0] in listed(world)
    clock.at -= SECOND
    assert numbers_of(world, "a")[0] not in listed(world)


def test_open_requests_with_something_due_go_stale_by_themselves(
    world: World, clock: Clock
) -> None:
    share_id = world.approved("a")
    for at, state in ((DUE - SECOND, ShareState.APPROVED), (DUE, ShareState.STALE)):
        clock.at = at
        retention.look(world.installation, keeper(world))
        assert as_owner(
            world.installation, "SELECT state FROM share_request WHERE id = :id", id=share_id
        ) == [(state.value,)]
    assert left(world) == 3, "blocked from leaving, not erased"


def test_what_is_due_is_erased_on_an_administrators_order(world: World, clock: Clock) -> None:
    clock.at = DUE
    order(world)
    with pytest.raises(BadInput, match="under way"):
        order(world)
    assert retention.work_one(world.installation, keeper(world), "w")
    assert not retention.work_one(world.installation, keeper(world), "w")
    assert left(world) == 0
    assert as_owner(world.installation, "SELECT DISTINCT erasure_reason FROM session") == [
        ("retention",)
    ]
    assert as_owner(world.installation, "SELECT count(*) FROM turn") == [(0,)]
    (row,) = as_owner(
        world.installation,
        "SELECT actor_label, detail::json ->> 'numbers' FROM audit_event"
        " WHERE action = 'retention.erase'",
    )
    assert row == ("Ada Osei", str(sorted(numbers_of(world, *"abc"))).replace(" ", ""))
    assert trail.verify_as_owner(world.installation).whole
    with pytest.raises(BadInput, match="Nothing is due"):
        order(world)


def test_an_order_covers_what_was_due_when_it_was_confirmed(world: World, clock: Clock) -> None:
    as_owner(
        world.installation,
        "UPDATE session SET completed_at = completed_at + interval '1 hour',"
        " sorted_at = sorted_at + interval '1 hour' WHERE id = :id",
        id=world.sessions["c"],
    )
    clock.at = DUE
    order(world, 2)
    clock.advance(timedelta(hours=2))
    assert retention.work_one(world.installation, keeper(world), "w")
    assert left(world) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"confirmation": "erase 2 sessions"}, "erase 3 sessions"),
        ({"evidence": ""}, "evidence"),
        ({"reason": ""}, "reason"),
    ],
)
def test_an_order_is_confirmed_and_says_why(
    world: World, clock: Clock, changes: dict[str, str], why: str
) -> None:
    clock.at = DUE
    with pytest.raises(BadInput, match=why):
        order(world, **changes)


def test_nobody_but_an_administrator_sees_or_orders_it(world: World, clock: Clock) -> None:
    clock.at = DUE
    for call in (
        lambda: retention.view(world.installation, world.rosa),
        lambda: retention.due(world.installation, world.amina, world.study.id),
        lambda: retention.ask(
            world.installation, world.rosa, world.study.id, confirmation="", **EVIDENCE
        ),
    ):
        with pytest.raises(Refused, match="administrator"):
            call()
    with world.installation.database.transaction(world.rosa.staff_id) as connection:
        assert stored.due(connection, world.study.id, DUE, at_most=10) == []


def test_an_installation_that_erases_by_itself_does(world: World, clock: Clock) -> None:
    clock.at = DUE
    assert retention.look(world.installation, keeper(world)) == 0
    settings = world.installation.settings.model_copy(update={"retention_erasure": "by_itself"})
    here = replace(world.installation, settings=settings)
    assert retention.look(here, keeper(world)) == 3
    assert left(world) == 0


def test_the_service_erases_nothing_that_is_not_due_not_even_in_sql(world: World) -> None:
    here, service = world.installation, keeper(world)
    ids = list(world.sessions.values())
    with (
        here.database.transaction(service.staff_id) as connection,
        pytest.raises(DBAPIError, match=r"retention\.due"),
    ):
        stored.erase(connection, ids, ErasureReason.RETENTION, DUE - SECOND)
    with (
        here.database.transaction(service.staff_id) as connection,
        pytest.raises(DBAPIError, match="only administrators erase"),
    ):
        stored.erase(connection, ids, ErasureReason.ASKED, DUE)
    assert left(world) == 3


def test_an_order_whose_giver_was_switched_off_is_not_carried_out(
    world: World, clock: Clock
) -> None:
    clock.at = DUE
    order(world)
    as_owner(
        world.installation,
        "UPDATE staff SET active = false WHERE id = :id",
        id=world.administrator.staff_id,
    )
    assert retention.work_one(world.installation, keeper(world), "w")
    assert as_owner(world.installation, "SELECT state FROM job WHERE kind = 'retention.erase'") == [
        ("failed",)
    ]
    assert left(world) == 3


def _die_in_the_second_batch(installation: Installation, service: Any, pipe: Pipe) -> None:
    """In a process of its own: erase one session, begin the next, and stay there."""
    installation.database.app.dispose(close=False)
    retention.BATCH = 1
    real: Callable[..., Any] = stored.erase
    batches = 0

    def slow(*arguments: Any) -> Any:
        nonlocal batches
        batches += 1
        gone = real(*arguments)
        if batches == 2:
            pipe.send("in the middle")
            signal.pause()
        return gone

    stored.erase = slow
    retention.work_one(installation, service, "doomed")


def test_a_worker_killed_in_the_middle_leaves_whole_sessions_and_another_goes_on(
    world: World, clock: Clock
) -> None:
    clock.at = DUE
    order(world)
    here, there = multiprocessing.Pipe()
    fork = multiprocessing.get_context("fork")
    doomed = fork.Process(
        target=_die_in_the_second_batch, args=(world.installation, keeper(world), there)
    )
    doomed.start()
    assert here.poll(60)
    assert doomed.pid is not None
    os.kill(doomed.pid, signal.SIGKILL)
    doomed.join()
    assert left(world) == 2
    assert as_owner(world.installation, "SELECT count(DISTINCT session_id) FROM turn") == [(2,)]
    assert not retention.work_one(world.installation, keeper(world), "w"), "its lease still runs"
    clock.advance(retention.LEASE + SECOND)
    assert retention.work_one(world.installation, keeper(world), "w")
    assert left(world) == 0
    assert trail.verify_as_owner(world.installation).whole
