"""Walks of the audit chain behind the page: asked for by an administrator, and once a day."""

from __future__ import annotations

from datetime import timedelta

from data_access import audit, jobs, operations
from data_access.jobs import JobRow
from domain.audit import verify_chain
from domain.operations.catalogue import VERIFY
from domain.permissions import Act, Actor, check
from services.acts import act
from services.installation import Installation
from services.job_work import take_one

#: Jobs that are done in a process of their own (jobs/errands.py).
ERRANDS = (VERIFY,)
_OPEN = ("waiting", "running")
_EVERY = timedelta(days=1)
_LEASE = timedelta(minutes=30)


def ask(installation: Installation, actor: Actor) -> None:
    """Let a worker walk the audit chain; asking twice asks once.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    """
    with act(installation, actor, "audit.verify.ask", "audit") as done:
        check(actor, Act.TEND_WORK)
        newest = jobs.recent(done.connection, VERIFY, 1)
        if newest and newest[0].state in _OPEN:
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


def ask_daily(installation: Installation, service: Actor) -> bool:
    """Let the chain be walked when nobody did for a day; whether that was asked for.

    One that failed is not asked for again before the next day: an administrator is told of it.
    """
    now = installation.now()
    with installation.database.transaction(service.staff_id) as connection:
        last = operations.last_walk(connection)
        newest = jobs.recent(connection, VERIFY, 1)
        if last is not None and now - last < _EVERY:
            return False
        if newest and (newest[0].state in _OPEN or now - newest[0].created_at < _EVERY):
            return False
        jobs.add(connection, kind=VERIFY, study_id=None, payload={}, by=service.staff_id, now=now)
    return True


def errand_waits(installation: Installation, service: Actor) -> bool:
    """Whether a worker should start a process for one of :data:`ERRANDS`; for the engine."""
    with installation.database.transaction(service.staff_id) as connection:
        return jobs.is_waiting(connection, ERRANDS, installation.now())


def walk_one(installation: Installation, service: Actor, worker: str) -> bool:
    """Walk the chain when somebody asked for it; False when nobody did.

    The job is done whatever the walk finds: that is on the trail and on the page. It fails when
    the checkpoints cannot be read.
    """

    def walk(_job: JobRow) -> str:
        with act(installation, service, VERIFY, "audit", long=True) as done:
            found = verify_chain(
                audit.stream(done.connection),
                installation.checkpoints.read(),
                installation.checkpoints.is_signed,
            )
            done.detail.update(rows=found.rows, whole=found.whole)
            if found.broken_at is not None:
                done.detail["broken_at"] = found.broken_at
        return found.how

    return take_one(
        installation, service, worker, kinds=(VERIFY,), lease=_LEASE, work=walk, then="."
    )
