"""Operations: how the desk runs, for administrators and for monitoring."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from data_access import audit, jobs, operations, publications
from data_access.migrate import newest_revision
from domain.audit import verify_chain
from domain.errors import ClearanceError
from domain.operations import (
    Failure,
    Queue,
    Recall,
    Report,
    StudyWork,
    Trail,
    Worker,
)
from domain.permissions import Act, Actor, check
from services.acts import act, reading
from services.installation import Installation

#: The service account that monitors, and walks the audit chain.
SERVICE = "monitoring"
VERIFY = "audit.verify"
#: Jobs that are done in a process of their own (jobs/errands.py).
ERRANDS = (*publications.JOB_KINDS, VERIFY)
_LEASE = timedelta(minutes=30)


def report(installation: Installation, actor: Actor) -> Report:
    """How everything runs now, in one round trip.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    """
    with reading(
        installation, actor, Act.SEE_OPERATIONS, "operations.view", "operations"
    ) as connection:
        held = operations.report(connection, installation.now())
    return _report(installation, held)


def report_for_monitoring(installation: Installation, service: Actor) -> Report:
    """The same for `cli.py status`, in nobody's name.

    Raises
    ------
    ClearanceError
        When the database does not answer, or its schema is too old to.
    """
    try:
        with installation.database.transaction(service.staff_id) as connection:
            held = operations.report(connection, installation.now())
    except SQLAlchemyError as error:
        raise ClearanceError(
            f"The database does not tell how the desk runs ({type(error).__name__}). See that it "
            "is up, and run cli.py migrate when its schema is older than the program."
        ) from error
    return _report(installation, held)


def set_aside(installation: Installation, actor: Actor, job_id: UUID) -> None:
    """Note that a failure was seen to, so that it is listed no more.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    """
    with act(installation, actor, "job.set-aside", "job", object_id=str(job_id)) as done:
        check(actor, Act.SEE_OPERATIONS)
        if not operations.set_aside(done.connection, job_id, installation.now()):
            done.changed_nothing = True


def ask_verification(installation: Installation, actor: Actor) -> None:
    """Let a worker walk the audit chain; asking twice asks once.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    """
    with act(installation, actor, "audit.verify.ask", "audit") as done:
        check(actor, Act.SEE_OPERATIONS)
        newest = jobs.recent(done.connection, VERIFY, 1)
        if newest and newest[0].state in ("waiting", "running"):
            done.changed_nothing = True
            return
        jobs.add(
            done.connection,
            kind=VERIFY,
            study_id=None,
            payload={},
            by=actor.staff_id,
            now=installation.now(),
        )


def verify_one(installation: Installation, service: Actor, worker: str) -> bool:
    """Walk the chain when somebody asked for it; False when nobody did."""
    with installation.database.transaction(service.staff_id) as connection:
        job = jobs.claim(
            connection, kinds=(VERIFY,), worker=worker, lease=_LEASE, now=installation.now()
        )
    if job is None:
        return False
    try:
        with act(installation, service, VERIFY, "audit", long=True) as done:
            found = verify_chain(
                audit.stream(done.connection),
                installation.checkpoints.read(),
                installation.checkpoints.is_signed,
            )
            done.detail.update(rows=found.rows, whole=found.whole)
            if found.broken_at is not None:
                done.detail["broken_at"] = found.broken_at
        # What it found is on the trail and on the page; the job itself did what was asked.
        state, message = "done", found.how
    except ClearanceError as error:
        state, message = "failed", str(error)
    with installation.database.transaction(service.staff_id) as connection:
        jobs.finish(connection, job.id, state, message, installation.now())
    return True


def errand_waits(installation: Installation, service: Actor) -> bool:
    """Whether a worker should start a process for one of :data:`ERRANDS`; for the engine."""
    with installation.database.transaction(service.staff_id) as connection:
        return jobs.is_waiting(connection, ERRANDS, installation.now())


def beat(installation: Installation, service: Actor, name: str, started_at: datetime) -> None:
    """Say that a worker is there; for the engine.

    When the database does not answer, nothing is said: the work itself will tell what is wrong,
    and a missed beat is what an administrator should see.
    """
    with (
        suppress(SQLAlchemyError),
        installation.database.transaction(service.staff_id) as connection,
    ):
        operations.beat(connection, name, started_at, installation.now())


def leave(installation: Installation, service: Actor, name: str) -> None:
    """Say that a worker ends as it should; for the engine."""
    with (
        suppress(SQLAlchemyError),
        installation.database.transaction(service.staff_id) as connection,
    ):
        operations.leave(connection, name)


@cache
def _expected_revision() -> str:
    """Read once a process: the files of a program that runs do not change."""
    return newest_revision() or ""


def _report(installation: Installation, held: Mapping[str, Any] | None) -> Report:
    if held is None:
        raise ClearanceError("How the desk runs is told to administrators and monitoring alone.")
    checkpoint = installation.checkpoints.newest()
    verified = held["audit"]["verified"]
    return Report(
        now=installation.now(),
        queues=tuple(
            Queue(
                each["kind"],
                each["waiting"],
                each["running"],
                _moment(each["oldest"]),
                each["lapsed"],
                each["again"],
            )
            for each in held["queues"]
        ),
        failures=tuple(
            Failure(
                UUID(each["id"]),
                each["kind"],
                each["message"],
                _moment(each["finished_at"]),
                each["number"],
                None if each["about"] is None else UUID(each["about"]),
            )
            for each in held["failures"]
        ),
        studies=tuple(
            StudyWork(
                UUID(each["id"]),
                each["slug"],
                each["title"],
                _moment(each["oldest"]),
                each["waiting"],
                each["claimed"],
                each["failed"],
                None if each["snapshot"] is None else date.fromisoformat(each["snapshot"]),
                bool(each["shown"]),
                each["has_sessions"],
            )
            for each in held["studies"]
        ),
        recalls=tuple(
            Recall(each["number"], UUID(each["about"]), datetime.fromisoformat(each["due_at"]))
            for each in held["recalls"]
        ),
        workers=tuple(
            Worker(
                each["name"],
                datetime.fromisoformat(each["started_at"]),
                datetime.fromisoformat(each["seen_at"]),
            )
            for each in held["workers"]
        ),
        trail=Trail(
            held["audit"]["head"] or 0,
            None if checkpoint is None else checkpoint.seq,
            None if checkpoint is None else checkpoint.at,
            None if verified is None else datetime.fromisoformat(verified["at"]),
            None if verified is None else bool(verified["detail"].get("whole")),
        ),
        tasks_lapsed=held["tasks_lapsed"],
        tasks_again=held["tasks_again"],
        desks_left=held["desks_left"],
        database_bytes=held["bytes"],
        revision=held["revision"],
        expected_revision=_expected_revision(),
        policy_edition=held["policy"]["edition"],
        policy_digest=held["policy"]["digest"],
        policy_since=datetime.fromisoformat(held["policy"]["since"]),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
