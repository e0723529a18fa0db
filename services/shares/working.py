"""What is done behind the page with requests: long submissions, and releases."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from data_access import jobs, shares
from data_access import staff as staff_rows
from data_access.jobs import JobRow
from data_access.releases import JOB_KINDS, RELEASE
from domain.errors import ClearanceError, Refused
from domain.permissions import Actor
from services.installation import Installation
from services.shares.releasing import release
from services.shares.submitting import submit

#: A worker that says nothing for this long has gone; another takes its job over.
LEASE = timedelta(minutes=2)


def work_one(installation: Installation, service: Actor, worker: str) -> bool:
    """Do the oldest waiting submission or release; False when none waits."""
    with installation.database.transaction(service.staff_id) as connection:
        job = jobs.claim(
            connection, kinds=JOB_KINDS, worker=worker, lease=LEASE, now=installation.now()
        )
    if job is None:
        return False
    try:
        _do(installation, service, job)
        state, message = "done", "Done."
    except ClearanceError as error:
        state, message = "failed", str(error)
    except Exception as error:  # noqa: BLE001 - one bad request must not end the worker for ever
        state, message = (
            "failed",
            (
                f"It ended unexpectedly ({type(error).__name__}); nothing was changed and nothing "
                "left. Ask for it again."
            ),
        )
    with installation.database.transaction(service.staff_id) as connection:
        jobs.finish(connection, job.id, state, message, installation.now())
    return True


def _do(installation: Installation, service: Actor, job: JobRow) -> None:
    share_id = UUID(job.payload["share"])

    def progress(done: int, total: int) -> None:
        with installation.database.transaction(service.staff_id) as connection:
            jobs.beat(connection, job.id, done, total, installation.now() + LEASE)

    if job.kind == RELEASE:
        release(installation, service, share_id, job.requested_by, progress=progress)
        return
    if _is_submitted(installation, service, job):
        return
    with installation.database.transaction(job.requested_by) as connection:
        asker = staff_rows.load_actor(connection, job.requested_by)
    if asker is None:
        raise Refused(
            "Who submitted the request is switched off.",
            rule="share.requester",
            remedy="Somebody else asks for the share.",
        )
    submit(installation, asker, share_id, progress=progress)


def _is_submitted(installation: Installation, service: Actor, job: JobRow) -> bool:
    """Whether the submission was done by a worker that was gone before it could say so."""
    with installation.database.transaction(service.staff_id) as connection:
        row = shares.find(connection, UUID(job.payload["share"]))
    return row is not None and row.round > job.payload["round"]
