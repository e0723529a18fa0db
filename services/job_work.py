"""Taking on a job that was asked for: it is done, or fails with a sentence, and ends no worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from data_access import jobs
from data_access.jobs import JobRow
from domain.errors import ClearanceError
from domain.permissions import Actor
from services.installation import Installation


def take_one(
    installation: Installation,
    service: Actor,
    worker: str,
    *,
    kinds: Sequence[str],
    lease: timedelta,
    work: Callable[[JobRow], str],
    then: str,
) -> bool:
    """Do the oldest waiting job of these kinds; False when none waits.

    Parameters
    ----------
    lease
        How long a worker may say nothing before another takes its job over.
    work
        Does it, and returns the sentence it ends with. A refusal's own sentence is kept.
    then
        What is to be said, and done, after an error that nobody foresaw: told by its class alone,
        because its text can hold what participants said.
    """
    with installation.database.transaction(service.staff_id) as connection:
        job = jobs.claim(
            connection, kinds=kinds, worker=worker, lease=lease, now=installation.now()
        )
    if job is None:
        return False
    try:
        state, message = "done", work(job)
    except ClearanceError as error:
        state, message = "failed", str(error)
    except Exception as error:  # noqa: BLE001 - one bad job must not end the worker for ever
        state, message = "failed", f"It ended unexpectedly ({type(error).__name__}){then}"
    with installation.database.transaction(service.staff_id) as connection:
        jobs.finish(connection, job.id, state, message, installation.now())
    return True
