"""What is done behind the page with requests: long submissions, and releases."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from data_access import jobs, shares
from data_access import staff as staff_rows
from data_access.jobs import JobRow
from data_access.releases import JOB_KINDS, RELEASE
from domain.errors import Refused
from domain.permissions import Actor
from services.installation import Installation
from services.job_work import take_one
from services.shares.releasing import release
from services.shares.submitting import submit

#: A worker that says nothing for this long has gone; another takes its job over.
LEASE = timedelta(minutes=2)


def work_one(installation: Installation, service: Actor, worker: str) -> bool:
    """Do the oldest waiting submission or release; False when none waits."""

    def work(job: JobRow) -> str:
        _do(installation, service, job)
        return "Done."

    return take_one(
        installation,
        service,
        worker,
        kinds=JOB_KINDS,
        lease=LEASE,
        work=work,
        then="; nothing was changed and nothing left. Ask for it again.",
    )


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
