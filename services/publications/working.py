"""What is done behind the page with publications: freezing a proposal, publishing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from data_access.jobs import JobRow
from data_access.publications import JOB_KINDS, PREPARE
from domain.permissions import Actor
from services.installation import Installation
from services.job_work import take_one
from services.publications.preparing import prepare
from services.publications.publishing import publish

#: Protecting a study with many snapshots behind it takes a while; a worker that went away is
#: waited for no longer than this.
LEASE = timedelta(minutes=10)


def work_one(installation: Installation, service: Actor, worker: str) -> bool:
    """Do the oldest waiting one; False when none waits."""

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
    publication_id = UUID(job.payload["publication"])
    if job.kind == PREPARE:
        prepare(installation, service, publication_id)
    else:
        publish(installation, service, publication_id, job.requested_by)
