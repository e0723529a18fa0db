"""How the desk runs, read from the database: who may, what it tells, and what it never does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

import cli
from data_access import jobs
from data_access.studies import StudyRow
from domain.errors import Refused
from domain.operations import Weight, findings
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access, operations
from services import installation as installations
from services.installation import Installation
from tests.conftest import Clock, Hire
from tests.data_access.test_audit_chain import as_superuser
from tests.services.worlds import full, read_by_the_machine, take_in

SECRET = "Ottoline Farthing"


@pytest.fixture
def engine(installation: Installation) -> Actor:
    return access.service_actor(installation, "deidentification")


@pytest.fixture
def monitor(installation: Installation) -> Actor:
    return access.service_actor(installation, operations.SERVICE)


def beat(installation: Installation, engine: Actor, name: str = "vm:1") -> None:
    operations.beat(installation, engine, name, installation.now())


def said(installation: Installation, monitor: Actor) -> list[str]:
    return [each.what for each in findings(operations.report_for_monitoring(installation, monitor))]


def test_an_empty_desk_with_a_worker_runs(
    installation: Installation, administrator: Actor, engine: Actor, monitor: Actor
) -> None:
    beat(installation, engine)
    report = operations.report(installation, administrator)
    assert [each.weight for each in findings(report)] == [Weight.NOTICE]
    assert report.revision == report.expected_revision
    assert report.policy_edition
    assert report.database_bytes > 1_000_000
    operations.ask_verification(installation, administrator)
    operations.ask_verification(installation, administrator)
    assert operations.errand_waits(installation, engine)
    assert operations.verify_one(installation, monitor, "vm:1")
    assert not operations.verify_one(installation, monitor, "vm:1")
    assert not operations.errand_waits(installation, engine)
    report = operations.report(installation, administrator)
    assert findings(report) == ()
    assert (report.trail.whole, report.trail.signed) == (True, report.trail.head)


def test_a_broken_chain_is_found_behind_the_page_and_stays_said(
    installation: Installation, administrator: Actor, engine: Actor, monitor: Actor
) -> None:
    beat(installation, engine)
    as_superuser(installation, "UPDATE audit_event SET actor_label = 'x' WHERE seq = 1")
    operations.ask_verification(installation, administrator)
    assert operations.verify_one(installation, monitor, "vm:1")
    assert said(installation, monitor) == [
        "The audit chain was found broken when it was last walked."
    ]


def test_workers_that_left_are_forgotten_and_silent_ones_are_not(
    installation: Installation, engine: Actor, monitor: Actor, clock: Clock
) -> None:
    for name in ("vm:1", "vm:2"):
        beat(installation, engine, name)
    operations.leave(installation, engine, "vm:2")
    clock.advance(timedelta(minutes=3))
    report = operations.report_for_monitoring(installation, monitor)
    assert [each.name for each in report.workers] == ["vm:1"]
    assert report.alive == ()
    clock.advance(timedelta(days=1))
    beat(installation, engine, "vm:3")
    report = operations.report_for_monitoring(installation, monitor)
    assert [each.name for each in report.workers] == ["vm:3"]


def test_queues_leases_and_failures_are_told_with_what_they_were_about(
    installation: Installation,
    administrator: Actor,
    engine: Actor,
    monitor: Actor,
    clock: Clock,
) -> None:
    now = installation.now()
    with installation.database.transaction(administrator.staff_id) as connection:
        for _ in range(2):
            jobs.add(
                connection,
                kind="import",
                study_id=None,
                payload={},
                by=administrator.staff_id,
                now=now,
            )
    with installation.database.transaction(engine.staff_id) as connection:
        taken = jobs.claim(
            connection, kinds=("import",), worker="gone", lease=timedelta(minutes=2), now=now
        )
    assert taken is not None
    clock.advance(timedelta(minutes=20))
    beat(installation, engine)
    report = operations.report_for_monitoring(installation, monitor)
    (queue,) = report.queues
    assert (queue.waiting, queue.running, queue.lapsed, queue.oldest) == (1, 1, 1, now)
    assert {
        "Imports: the oldest has waited 20 minutes.",
        "Imports: 1 job lie with a worker that went away.",
    } <= set(said(installation, monitor))
    with installation.database.transaction(engine.staff_id) as connection:
        again = jobs.claim(
            connection,
            kinds=("import",),
            worker="vm:1",
            lease=timedelta(minutes=2),
            now=installation.now(),
        )
        assert again is not None
        jobs.finish(
            connection,
            again.id,
            "failed",
            "The import ended unexpectedly (KeyError).",
            installation.now(),
        )
    (failure,) = operations.report_for_monitoring(installation, monitor).failures
    assert (failure.id, failure.unexpected) == (again.id, True)
    operations.set_aside(installation, administrator, failure.id)
    operations.set_aside(installation, administrator, failure.id)
    assert operations.report_for_monitoring(installation, monitor).failures == ()


def test_what_the_machine_has_not_read_and_could_not_read_is_counted(
    installation: Installation,
    administrator: Actor,
    engine: Actor,
    monitor: Actor,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    beat(installation, engine)
    rows = [full(name, "Who helps you?", f"{SECRET} does.") for name in "abc"]
    take_in(installation, administrator, study, tmp_path, *rows)
    (held,) = operations.report_for_monitoring(installation, monitor).studies
    assert (held.waiting, held.claimed, held.failed) == (3, 0, 0)
    assert held.oldest is not None
    assert abs(held.oldest - installation.now()) < timedelta(minutes=5)
    read_by_the_machine(installation, [SECRET])
    (held,) = operations.report_for_monitoring(installation, monitor).studies
    assert (held.waiting, held.oldest, held.has_sessions) == (0, None, True)


@pytest.mark.parametrize(
    "role", [Role.REVIEWER, Role.APPROVER, Role.LEAD, Role.AUDITOR, Role.TRUST_SAFETY]
)
def test_only_administrators_see_it_on_the_page_and_in_sql(
    installation: Installation, hire: Hire, role: Role, study: StudyRow
) -> None:
    actor = hire("Someone", role, study=study if role is not Role.AUDITOR else None)
    with pytest.raises(Refused, match="takes the role administrator"):
        operations.report(installation, actor)
    with pytest.raises(Refused):
        operations.ask_verification(installation, actor)
    with installation.database.transaction(actor.staff_id) as connection:
        assert connection.execute(text("SELECT operations_report(now())")).scalar() is None
        assert connection.execute(text("SELECT count(*) FROM worker_heartbeat")).scalar() == 0


def test_nobody_beats_for_a_worker_and_the_monitor_writes_nothing(
    installation: Installation, administrator: Actor, monitor: Actor
) -> None:
    for actor in (administrator, monitor):
        with (
            pytest.raises(DBAPIError, match="row-level security"),
            installation.database.transaction(actor.staff_id) as connection,
        ):
            connection.execute(
                text("INSERT INTO worker_heartbeat (name, seen_at) VALUES ('x', now())")
            )


def test_nothing_that_anybody_said_is_in_it(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    monitor: Actor,
) -> None:
    take_in(installation, administrator, study, tmp_path, full("t1", "Who?", f"{SECRET} does."))
    with installation.database.transaction(monitor.staff_id) as connection:
        told = json.dumps(connection.execute(text("SELECT operations_report(now())")).scalar_one())
        rows = connection.execute(text("SELECT count(*) FROM session")).scalar()
    assert (SECRET in told, "t1" in told, rows) == (False, False, 0)


Run = Callable[..., Result]


@pytest.fixture
def run(installation: Installation) -> Iterator[Run]:
    def command(*words: str) -> Result:
        installations.use(installation)
        return CliRunner().invoke(cli.app, [*words])

    yield command
    installations.use(None)


def test_the_command_exits_with_0_when_everything_runs_and_1_when_not(
    run: Run, installation: Installation, administrator: Actor, engine: Actor
) -> None:
    wrong = run("status")
    assert wrong.exit_code == 1
    assert "PROBLEM: No worker is running" in wrong.output
    beat(installation, engine)
    well = run("status")
    assert well.exit_code == 0
    assert "NOTICE: The audit chain was never walked." in well.output
    assert "workers: 1 alive" in well.output
    assert "Everything runs." in well.output


def test_a_database_that_cannot_tell_is_a_sentence_and_1(
    run: Run, installation: Installation
) -> None:
    engine = create_engine(installation.database.addresses.owner or "")
    with engine.begin() as connection:
        connection.execute(text("DROP FUNCTION operations_report(timestamptz)"))
    engine.dispose()
    told = run("status")
    assert told.exit_code == 1
    assert "run cli.py migrate" in told.output
