"""What is done behind the page with publications: freezing a proposal, publishing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from data_access import jobs
from data_access.jobs import JobRow
from data_access.publications import JOB_KINDS, PREPARE
from domain.errors import ClearanceError
from domain.permissions import Actor
from services.installation import Installation
from services.publications.preparing import prepare
from services.publications.publishing import publish

#: Protecting a study with many snapshots behind it takes a while; a worker that went away is
#: waited for no longer than this.
LEASE = timedelta(minutes=10)


def work_one(installation: Installation, service: Actor, worker: str) -> bool:
    """Do the oldest waiting one; False when none waits."""
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
    except Exception as error:  # noqa: BLE001 - one bad proposal must not end the worker for ever
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
    publication_id = UUID(job.payload["publication"])
    if job.kind == PREPARE:
        prepare(installation, service, publication_id)
    else:
        publish(installation, service, publication_id, job.requested_by)
