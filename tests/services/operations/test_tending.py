"""What administrators do about what does not run: done once, audited, and refused to others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from data_access import jobs, review
from data_access.review import MOST_ATTEMPTS
from data_access.studies import StudyRow
from domain.errors import BadInput, Refused
from domain.operations.catalogue import VERIFY
from domain.operations.finding import Deed
from domain.operations.findings import findings
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access, retention
from services.installation import Installation
from services.operations import reading, telling, tending, walking
from tests.conftest import Clock, Hire
from tests.data_access.test_audit_chain import as_superuser
from tests.services.operations.conftest import Said
from tests.services.rights_worlds import as_owner
from tests.services.worlds import full, read_by_the_machine, take_in

_DAY = timedelta(days=1)


def audited(installation: Installation, action: str) -> list[str]:
    rows = as_owner(
        installation,
        "SELECT outcome FROM audit_event WHERE action = :action ORDER BY seq",
        action=action,
    )
    return [str(outcome) for (outcome,) in rows]


def failed(
    installation: Installation,
    administrator: Actor,
    engine: Actor,
    kind: str,
    message: str = "It ended unexpectedly (KeyError).",
    **payload: object,
) -> UUID:
    now = installation.now()
    with installation.database.transaction(administrator.staff_id) as connection:
        job_id = jobs.add(
            connection,
            kind=kind,
            study_id=None,
            payload=payload,
            by=administrator.staff_id,
            now=now,
        )
    with installation.database.transaction(engine.staff_id) as connection:
        jobs.finish(connection, job_id, "failed", message, now)
    return job_id


def test_a_failure_is_listed_until_it_is_set_aside_which_is_audited_once(
    installation: Installation, administrator: Actor, engine: Actor, hire: Hire
) -> None:
    job_id = failed(installation, administrator, engine, "import")
    (failure,) = reading.report(installation, administrator).failures
    assert (failure.id, failure.unexpected) == (job_id, True)
    auditor = hire("Uma", Role.AUDITOR)
    with pytest.raises(Refused, match="takes the role administrator"):
        tending.set_aside(installation, auditor, job_id)
    assert len(reading.report(installation, administrator).failures) == 1
    tending.set_aside(installation, administrator, job_id)
    tending.set_aside(installation, administrator, job_id)
    assert reading.report(installation, administrator).failures == ()
    assert audited(installation, "job.set-aside") == ["refused", "done"]


def test_a_failed_erasure_is_taken_up_where_it_ended_and_done(
    installation: Installation, administrator: Actor, engine: Actor, clock: Clock
) -> None:
    now = installation.now()
    job_id = failed(
        installation,
        administrator,
        engine,
        retention.KIND,
        sessions=2,
        at=now.isoformat(),
        until=[now.isoformat(), str(UUID(int=1))],
    )
    (said,) = (
        each
        for each in findings(reading.report(installation, administrator))
        if each.subject == str(job_id)
    )
    assert said.deeds == (Deed.ORDER_AGAIN, Deed.SET_ASIDE)
    clock.advance(timedelta(hours=3))
    tending.order_again(installation, administrator, job_id)
    tending.order_again(installation, administrator, job_id)
    report = reading.report(installation, administrator)
    queue = report.queue(retention.KIND)
    # It waits from now on, not since it was first ordered.
    assert (report.failures, queue.waiting, queue.oldest) == ((), 1, clock.at)
    assert audited(installation, "job.again") == ["done"]
    # It is worked in the name of who ordered it; this one names no study, which is told.
    keeper = access.service_actor(installation, retention.SERVICE)
    assert retention.work_one(installation, keeper, "vm:1")
    (failure,) = reading.report(installation, administrator).failures
    assert not failure.unexpected


def test_only_erasures_are_taken_up_by_somebody_else(
    installation: Installation, administrator: Actor, engine: Actor, hire: Hire
) -> None:
    job_id = failed(installation, administrator, engine, "import")
    with pytest.raises(BadInput, match="asks again"):
        tending.order_again(installation, administrator, job_id)
    with pytest.raises(BadInput):
        tending.order_again(installation, administrator, UUID(int=5))
    with pytest.raises(Refused):
        tending.order_again(installation, hire("Rosa", Role.REVIEWER), job_id)


def test_what_the_machine_could_not_read_is_read_again(
    installation: Installation,
    administrator: Actor,
    engine: Actor,
    hire: Hire,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    take_in(installation, administrator, study, tmp_path, full("a"), full("b"))
    for _ in range(MOST_ATTEMPTS):
        with installation.database.transaction(engine.staff_id) as connection:
            (task,) = review.claim(
                connection,
                study_id=study.id,
                worker="vm:1",
                at_most=1,
                lease=timedelta(minutes=5),
                now=installation.now(),
            )
            review.give_back(connection, task, "ValueError", installation.now())
    (held,) = reading.report(installation, administrator).studies
    assert (held.failed, held.errors, held.unread) == (1, "ValueError", 1)
    with pytest.raises(Refused):
        tending.read_again(installation, hire("Rosa", Role.REVIEWER, study=study), study.id)
    assert tending.read_again(installation, administrator, study.id) == 1
    assert tending.read_again(installation, administrator, study.id) == 0
    (held,) = reading.report(installation, administrator).studies
    assert (held.failed, held.unread) == (0, 2)
    assert audited(installation, "deidentification.failed-again") == ["refused", "done"]
    read_by_the_machine(installation, [])
    (held,) = reading.report(installation, administrator).studies
    assert (held.failed, held.unread, held.review) == (0, 0, 2)


def test_what_a_silent_worker_held_is_given_back_and_an_answering_ones_is_not(
    installation: Installation,
    administrator: Actor,
    engine: Actor,
    hire: Hire,
    study: StudyRow,
    tmp_path: Path,
    beat: Callable[..., None],
    clock: Clock,
) -> None:
    take_in(installation, administrator, study, tmp_path, full("a"), full("b"), full("c"))
    failed(installation, administrator, engine, "import")
    lease = timedelta(hours=1)
    with installation.database.transaction(engine.staff_id) as connection:
        connection.execute(text("UPDATE job SET state = 'waiting'"))
        assert jobs.claim(
            connection, kinds=("import",), worker="vm:1", lease=lease, now=installation.now()
        )
        for name, count in (("vm:1", 2), ("vm:2", 1)):
            review.claim(
                connection,
                study_id=study.id,
                worker=name,
                at_most=count,
                lease=lease,
                now=installation.now(),
            )
    beat("vm:1")
    assert tending.let_go(installation, administrator, "vm:1") is None
    clock.advance(timedelta(minutes=2))
    beat("vm:2")
    (silent,) = reading.report(installation, administrator).silent
    assert (silent.name, silent.sessions, silent.jobs) == ("vm:1", 2, 1)
    with pytest.raises(Refused):
        tending.let_go(installation, hire("Uma", Role.AUDITOR), "vm:1")
    assert tending.let_go(installation, administrator, "vm:1") == 3
    assert tending.let_go(installation, administrator, "vm:1") is None
    assert tending.let_go(installation, administrator, "vm:2") is None
    report = reading.report(installation, administrator)
    assert [each.name for each in report.workers] == ["vm:2"]
    assert (report.reading.running, report.reading.waiting) == (1, 2)
    assert audited(installation, "worker.let-go") == ["refused", "done"]
    # Another takes the job over at once, before its lease would have ended.
    with installation.database.transaction(engine.staff_id) as connection:
        assert jobs.claim(
            connection, kinds=("import",), worker="vm:2", lease=lease, now=installation.now()
        )


def test_what_a_worker_held_that_was_ended_is_given_back_by_who_ended_it(
    installation: Installation,
    administrator: Actor,
    engine: Actor,
    study: StudyRow,
    tmp_path: Path,
    beat: Callable[..., None],
) -> None:
    take_in(installation, administrator, study, tmp_path, full("a"))
    with installation.database.transaction(engine.staff_id) as connection:
        review.claim(
            connection,
            study_id=study.id,
            worker="vm:1",
            at_most=1,
            lease=timedelta(hours=1),
            now=installation.now(),
        )
    beat("vm:1")
    telling.left(installation, ["vm:1", "vm:2"])
    report = reading.report(installation, administrator)
    assert (report.workers, report.reading.waiting, report.reading.running) == ((), 1, 0)


def test_the_chain_is_walked_when_it_is_asked_for_and_asking_twice_asks_once(
    installation: Installation,
    administrator: Actor,
    engine: Actor,
    monitor: Actor,
    beat: Callable[..., None],
    said: Said,
) -> None:
    beat()
    assert not walking.errand_waits(installation, engine)
    walking.ask(installation, administrator)
    walking.ask(installation, administrator)
    assert walking.errand_waits(installation, engine)
    assert walking.walk_one(installation, monitor, "vm:1")
    assert not walking.walk_one(installation, monitor, "vm:1")
    assert not walking.errand_waits(installation, engine)
    assert said() == []
    trail = reading.report(installation, administrator).trail
    assert trail.whole is True
    # The walk is itself a row, behind those that it walked.
    assert (trail.rows, trail.head, trail.signed) == (trail.head - 1, trail.head, trail.head)


def test_the_chain_is_walked_once_a_day_by_itself(
    installation: Installation, monitor: Actor, administrator: Actor, clock: Clock
) -> None:
    assert walking.ask_daily(installation, monitor)
    assert not walking.ask_daily(installation, monitor)
    assert walking.walk_one(installation, monitor, "vm:1")
    # The row's time is the database's; the day begins with it.
    at = reading.report(installation, administrator).trail.verified_at
    assert at is not None
    for off, asked in ((-1, False), (0, True), (1, False)):
        clock.at = at + _DAY + timedelta(seconds=off)
        assert walking.ask_daily(installation, monitor) is asked


def test_a_broken_chain_is_found_behind_the_page_and_stays_said(
    installation: Installation,
    administrator: Actor,
    monitor: Actor,
    beat: Callable[..., None],
    said: Said,
) -> None:
    beat()
    as_superuser(installation, "UPDATE audit_event SET actor_label = 'x' WHERE seq = 1")
    walking.ask(installation, administrator)
    assert walking.walk_one(installation, monitor, "vm:1")
    assert said() == ["The audit chain was found broken at row 1 when it was last walked."]


def test_a_walk_that_cannot_read_the_checkpoints_fails_and_is_not_asked_for_again_that_day(
    installation: Installation, administrator: Actor, monitor: Actor, clock: Clock
) -> None:
    walking.ask(installation, administrator)
    head = installation.checkpoints.directory / "head.json"
    kept = head.read_text()
    head.write_text("{}")
    assert walking.walk_one(installation, monitor, "vm:1")
    assert not walking.ask_daily(installation, monitor)
    head.write_text(kept)
    (failure,) = reading.report(installation, administrator).failures
    assert failure.kind == VERIFY
    assert "is not a checkpoint" in failure.message
    clock.advance(timedelta(minutes=1))
    # Walked since: nobody needs to see to it any more.
    walking.ask(installation, administrator)
    assert walking.walk_one(installation, monitor, "vm:1")
    assert reading.report(installation, administrator).failures == ()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO worker_heartbeat (name, version, seen_at) VALUES ('x', '1', now())",
        "INSERT INTO worker_round (name, worker, done_at) VALUES ('mail.gather', 'x', now())",
    ],
)
def test_nobody_beats_or_goes_rounds_for_a_worker(
    installation: Installation, administrator: Actor, monitor: Actor, statement: str
) -> None:
    for actor in (administrator, monitor, None):
        with (
            pytest.raises(DBAPIError, match="row-level security"),
            installation.database.transaction(
                None if actor is None else actor.staff_id
            ) as connection,
        ):
            connection.execute(text(statement))


def test_the_application_role_itself_changes_no_heartbeat_and_sets_nothing_aside_in_sql(
    installation: Installation,
    administrator: Actor,
    engine: Actor,
    hire: Hire,
    beat: Callable[..., None],
) -> None:
    beat("vm:1")
    job_id = failed(installation, administrator, engine, "import")
    uma = hire("Uma", Role.AUDITOR)
    for actor in (uma, administrator):
        with installation.database.transaction(actor.staff_id) as connection:
            gone = connection.execute(text("DELETE FROM worker_heartbeat")).rowcount
            told = connection.execute(text("UPDATE worker_round SET failures = 0")).rowcount
        assert (gone, told) == (0, 0)
    with installation.database.transaction(uma.staff_id) as connection:
        aside = text("SELECT set_job_aside(:job, now())")
        assert connection.execute(aside, {"job": job_id}).scalar_one() is False
    with (
        pytest.raises(ProgrammingError, match="only administrators"),
        installation.database.transaction(uma.staff_id) as connection,
    ):
        connection.execute(text("SELECT let_worker_go('vm:1', now() + interval '1 hour')"))
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        installation.database.transaction(administrator.staff_id) as connection,
    ):
        connection.execute(text("UPDATE job SET set_aside_at = now()"))


def test_monitoring_asks_for_walks_alone_and_in_its_own_name(
    installation: Installation, administrator: Actor, monitor: Actor
) -> None:
    ask = text("INSERT INTO job (kind, requested_by, created_at) VALUES (:kind, :by, now())")
    for kind, by in (("import", monitor), (VERIFY, administrator)):
        with (
            pytest.raises(DBAPIError, match="row-level security"),
            installation.database.transaction(monitor.staff_id) as connection,
        ):
            connection.execute(ask, {"kind": kind, "by": by.staff_id})
