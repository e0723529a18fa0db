"""How the desk runs, read from the database: what it tells, who may, and what it never does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from data_access import jobs
from data_access.studies import StudyRow
from domain.errors import Refused
from domain.operations.catalogue import JOBS, LETTERS
from domain.operations.finding import Weight
from domain.operations.findings import findings
from domain.permissions import Actor
from domain.vocabulary import Role
from services import review_queue
from services.installation import Installation
from services.operations import reading, telling, tending, walking
from tests.conftest import Clock, Hire
from tests.data_access.test_audit_chain import as_superuser
from tests.services.operations.conftest import Said
from tests.services.rights_worlds import as_owner
from tests.services.worlds import full, read_by_the_machine, take_in

SECRET = "Ottoline Farthing"
_TWO_MINUTES = timedelta(minutes=2)
_SECOND = timedelta(seconds=1)


def test_an_empty_desk_with_a_worker_runs(
    installation: Installation, administrator: Actor, beat: Callable[..., None]
) -> None:
    beat()
    report = reading.report(installation, administrator)
    assert [each.weight for each in findings(report)] == [Weight.NOTICE]
    assert report.system.revision == report.system.expected_revision
    assert report.system.policy_edition
    assert report.system.database_bytes > 1_000_000
    assert (report.trail.agrees, report.trail.unreadable) == (True, None)
    assert report.trail.signed == report.trail.head
    assert report.studies == report.failures == report.recalls == ()
    (worker,) = report.alive
    assert worker.version == report.system.version


@pytest.mark.parametrize(("since", "alive"), [(-1, True), (0, False), (1, False)])
def test_a_worker_that_was_killed_does_not_answer_after_two_minutes(
    installation: Installation,
    administrator: Actor,
    beat: Callable[..., None],
    clock: Clock,
    since: int,
    alive: bool,
) -> None:
    beat("vm:1")
    clock.advance(_TWO_MINUTES + timedelta(seconds=since))
    report = reading.report(installation, administrator)
    assert [each.name for each in report.workers] == ["vm:1"]
    assert bool(report.alive) is alive
    # The database lets it go at the same second as the page says that it is gone.
    assert (tending.let_go(installation, administrator, "vm:1") is None) is alive


def test_workers_that_left_are_forgotten_and_silent_ones_for_a_day(
    installation: Installation,
    engine: Actor,
    monitor: Actor,
    beat: Callable[..., None],
    clock: Clock,
) -> None:
    for name in ("vm:1", "vm:2", "vm:3"):
        beat(name)
    telling.leave(installation, engine, "vm:2")
    telling.left(installation, ["vm:3"])
    clock.advance(timedelta(minutes=3))
    report = reading.report_for_monitoring(installation, monitor)
    assert [each.name for each in report.silent] == ["vm:1"]
    clock.advance(timedelta(days=1))
    beat("vm:4")
    report = reading.report_for_monitoring(installation, monitor)
    assert [each.name for each in report.workers] == ["vm:4"]


def test_what_a_worker_is_at_is_told(
    installation: Installation, engine: Actor, monitor: Actor, clock: Clock
) -> None:
    since = installation.now()
    clock.advance(timedelta(hours=2))
    telling.beat(installation, engine, "vm:1", since, ("import", since))
    (worker,) = reading.report_for_monitoring(installation, monitor).workers
    assert (worker.doing, worker.doing_since) == ("import", since)
    (_, said) = findings(reading.report_for_monitoring(installation, monitor))[-2:]
    assert "at one thing for 2 hours: imports" in said.what


def test_rounds_are_told_with_how_often_they_failed_until_one_is_gone(
    installation: Installation, engine: Actor, monitor: Actor
) -> None:
    for _ in range(2):
        telling.round_failed(installation, engine, "mail.gather", "vm:1", "KeyError")
    report = reading.report_for_monitoring(installation, monitor)
    held = report.round("mail.gather")
    assert (held.failures, held.problem, held.done_at) == (2, "KeyError", None)
    telling.round_done(installation, engine, "mail.gather", "vm:2")
    held = reading.report_for_monitoring(installation, monitor).round("mail.gather")
    assert (held.failures, held.problem, held.done_at) == (0, None, installation.now())


def test_jobs_that_wait_and_jobs_of_a_worker_that_is_gone_are_told(
    installation: Installation,
    administrator: Actor,
    engine: Actor,
    monitor: Actor,
    beat: Callable[..., None],
    said: Said,
    clock: Clock,
) -> None:
    now = installation.now()
    with installation.database.transaction(administrator.staff_id) as connection:
        for later in range(2):
            jobs.add(
                connection,
                kind="import",
                study_id=None,
                payload={},
                by=administrator.staff_id,
                now=now + later * _SECOND,
            )

    def claimed(worker: str) -> jobs.JobRow:
        with installation.database.transaction(engine.staff_id) as connection:
            taken = jobs.claim(
                connection,
                kinds=("import",),
                worker=worker,
                lease=_TWO_MINUTES,
                now=installation.now(),
            )
        assert taken is not None
        return taken

    claimed("gone")
    clock.advance(timedelta(minutes=20) + _SECOND)
    beat()
    queue = reading.report_for_monitoring(installation, monitor).queue("import")
    assert (queue.waiting, queue.running, queue.lapsed, queue.oldest) == (1, 1, 1, now + _SECOND)
    assert {
        "Imports: the oldest has waited 20 minutes.",
        "Imports: 1 job lies with a worker that went away.",
    } <= set(said())
    again = claimed("vm:1")
    assert "Imports: 1 job had to be begun again." in said()
    with installation.database.transaction(engine.staff_id) as connection:
        jobs.finish(connection, again.id, "done", "Imported.", installation.now())
    queue = reading.report_for_monitoring(installation, monitor).queue("import")
    assert (queue.running, queue.last_done) == (0, installation.now())


def test_a_studys_queues_are_told_with_what_waits_longest(
    installation: Installation,
    administrator: Actor,
    monitor: Actor,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    rows = [full(name, "Who helps you?", f"{SECRET} does.") for name in "abc"]
    take_in(installation, administrator, study, tmp_path, *rows)
    (held,) = reading.report_for_monitoring(installation, monitor).studies
    assert (held.unread, held.failed, held.review) == (3, 0, 0)
    assert held.unread_since is not None
    assert abs(held.unread_since - installation.now()) < timedelta(minutes=5)
    read_by_the_machine(installation, [SECRET])
    report = reading.report_for_monitoring(installation, monitor)
    (held,) = report.studies
    assert (held.unread, held.unread_since, held.review) == (0, None, 3)
    assert held.review_since is not None
    assert (held.has_sessions, held.snapshot) == (True, None)
    assert report.reading.last_done is not None
    assert report.reading.oldest is None


def test_a_session_waits_from_when_it_came_into_the_queue_and_anew_when_it_is_opened_again(
    installation: Installation,
    administrator: Actor,
    monitor: Actor,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    take_in(installation, administrator, study, tmp_path, full("a"), full("b"))
    read_by_the_machine(installation, [])
    as_owner(installation, "UPDATE review_item SET waiting_since = now() - interval '40 days'")
    as_superuser(installation, "UPDATE review_item SET waiting = false")
    as_owner(installation, "UPDATE review_item SET waiting = true")
    (held,) = reading.report_for_monitoring(installation, monitor).studies
    assert held.review_since is not None
    assert installation.now() - held.review_since < timedelta(minutes=5)
    # A step that leaves it waiting leaves its place in time.
    as_owner(installation, "UPDATE review_item SET waiting_since = now() - interval '40 days'")
    as_owner(installation, "UPDATE review_item SET begun = true, waiting = true")
    (held,) = reading.report_for_monitoring(installation, monitor).studies
    assert held.review_since is not None
    assert installation.now() - held.review_since > timedelta(days=39)


def test_desks_are_told_by_who_has_them_and_what_was_left_on_them(
    installation: Installation,
    administrator: Actor,
    hire: Hire,
    monitor: Actor,
    study: StudyRow,
    tmp_path: Path,
    clock: Clock,
) -> None:
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    take_in(installation, administrator, study, tmp_path, full("a"), full("b"))
    read_by_the_machine(installation, [])
    assert review_queue.claim_next(installation, rosa, study.id) is not None
    report = reading.report_for_monitoring(installation, monitor)
    ((name, count),) = ((each.name, each.sessions) for each in report.desks)
    assert (name, count, report.desks_left) == ("Rosa", 1, 0)
    as_owner(installation, "UPDATE review_item SET begun = true WHERE lease_staff IS NOT NULL")
    clock.advance(review_queue.LEASE)
    report = reading.report_for_monitoring(installation, monitor)
    assert (report.desks, report.desks_left) == ((), 1)


def test_a_lease_that_is_renewed_counts_from_its_begin_and_one_taken_anew_begins_anew(
    installation: Installation,
    administrator: Actor,
    hire: Hire,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    rosa, ravi = (hire(name, Role.REVIEWER, study=study) for name in ("Rosa", "Ravi"))
    take_in(installation, administrator, study, tmp_path, full("a"))
    read_by_the_machine(installation, [])
    assert review_queue.claim_next(installation, rosa, study.id) is not None

    def since() -> object:
        return as_owner(installation, "SELECT lease_since FROM review_item")[0][0]

    began = since()
    renew = "UPDATE review_item SET lease_until = lease_until + interval '1 minute'"
    as_owner(installation, renew)
    assert since() == began
    as_superuser(installation, "UPDATE review_item SET lease_until = now() - interval '1 hour'")
    as_owner(installation, "UPDATE review_item SET lease_until = now() + interval '9 minutes'")
    assert since() != began
    began = since()
    as_superuser(installation, "UPDATE review_item SET lease_until = now() - interval '1 hour'")
    assert review_queue.claim_next(installation, ravi, study.id) is not None
    assert since() != began
    as_owner(installation, "UPDATE review_item SET lease_staff = NULL, lease_until = NULL")
    assert since() is None


def test_the_letters_are_told_by_their_state(
    installation: Installation, administrator: Actor, monitor: Actor, said: Said
) -> None:
    letter = (
        "INSERT INTO outgoing_mail (staff_id, state, not_before, problem, created_at, finished_at)"
        " VALUES (:who, :state, now(), :problem, now() - CAST(:ago AS interval),"
        " CASE WHEN :state <> 'waiting' THEN now() END)"
    )
    for state, problem, ago in (
        ("waiting", "connection refused", "2 hours"),
        ("waiting", None, "1 hour"),
        ("failed", "550", "2 days"),
        ("failed", "550", "8 days"),
        ("unsure", "The sender was cut off.", "2 days"),
        ("sent", None, "3 days"),
    ):
        as_owner(
            installation,
            letter,
            who=administrator.staff_id,
            state=state,
            problem=problem,
            ago=ago,
        )
    held = reading.report_for_monitoring(installation, monitor).mail
    assert (held.server, held.waiting, held.failed, held.unsure) == (False, 2, 1, 1)
    assert held.problem == "connection refused"
    assert held.sent_at is not None
    assert "2 letters wait, and no mail server is named." in said()
    named = replace(
        installation,
        settings=installation.settings.model_copy(update={"smtp_host": "mail.example"}),
    )
    report = reading.report_for_monitoring(named, monitor)
    assert any(
        "The last attempt ended with: connection refused." in each.what for each in findings(report)
    )


def test_a_checkpoint_that_was_touched_or_is_anothers_is_a_problem(
    installation: Installation, administrator: Actor, beat: Callable[..., None], said: Said
) -> None:
    beat()
    as_superuser(
        installation,
        "UPDATE audit_event SET hash = sha256('x') WHERE seq = (SELECT max(seq) FROM audit_event)",
    )
    assert any("is not the one that was signed for" in each for each in said())
    as_superuser(
        installation,
        "DELETE FROM audit_event WHERE seq = (SELECT max(seq) FROM audit_event)",
    )
    assert any("is not the one that was signed for" in each for each in said())
    head = installation.checkpoints.directory / "head.json"
    kept = head.read_text()
    head.write_text("{}")
    assert "The newest checkpoint of the audit trail cannot be read." in said()
    head.write_text(kept)
    other = replace(installation.checkpoints, key=Ed25519PrivateKey.generate())
    report = reading.report(replace(installation, checkpoints=other), administrator)
    assert "signature is of another key" in (report.trail.unreadable or "")


@pytest.mark.parametrize(
    "role", [Role.REVIEWER, Role.APPROVER, Role.LEAD, Role.AUDITOR, Role.TRUST_SAFETY]
)
def test_only_administrators_see_it_on_the_page_and_in_sql(
    installation: Installation,
    hire: Hire,
    role: Role,
    study: StudyRow,
    beat: Callable[..., None],
) -> None:
    beat()
    actor = hire("Someone", role, study=study if role is not Role.AUDITOR else None)
    with pytest.raises(Refused, match="takes the role administrator"):
        reading.report(installation, actor)
    with pytest.raises(Refused):
        walking.ask(installation, actor)
    with installation.database.transaction(actor.staff_id) as connection:
        told = connection.execute(text("SELECT operations_report(now(), 1, '{}')")).scalar()
        seen = connection.execute(text("SELECT count(*) FROM worker_heartbeat")).scalar()
    assert (told, seen) == (None, 0)


def test_nothing_that_anybody_said_is_in_it(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    monitor: Actor,
) -> None:
    take_in(installation, administrator, study, tmp_path, full("t1", "Who?", f"{SECRET} does."))
    kinds = [each.kind for each in JOBS]
    with installation.database.transaction(monitor.staff_id) as connection:
        told = json.dumps(
            connection.execute(
                text("SELECT operations_report(now(), 1, :kinds)"), {"kinds": kinds}
            ).scalar_one()
        )
        rows = connection.execute(text("SELECT count(*) FROM session")).scalar()
    assert (SECRET in told, "t1" in told, rows) == (False, False, 0)


def test_a_letter_to_participants_is_told_of_as_it_waits_and_rests(
    installation: Installation, administrator: Actor, monitor: Actor, study: StudyRow
) -> None:
    letter = (
        "INSERT INTO participant_letter (study_id, subject, body, link, finding, digest, state,"
        " proposed_by, decided_by, decided_at, not_before, problem) VALUES (:study, 'Found', 'It',"
        " 'https://findings.example/' || :n, CAST(:n AS bytea), :n, :state, :who,"
        " CASE :state WHEN 'sending' THEN (SELECT id FROM staff WHERE service = 'mailer') END,"
        " CASE :state WHEN 'sending' THEN now() - interval '2 hours' END, now(), :problem)"
    )
    for n, state, problem in (("1", "proposed", None), ("2", "sending", "connection refused")):
        as_owner(
            installation,
            letter,
            study=study.id,
            n=n,
            state=state,
            who=administrator.staff_id,
            problem=problem,
        )
    for report in (
        reading.report(installation, administrator),
        reading.report_for_monitoring(installation, monitor),
    ):
        assert report.people.letters.count == 1
        (going,) = report.letters
        assert (going.waiting, going.problem) == (0, "connection refused")
        assert report.queue(LETTERS).oldest == going.since
