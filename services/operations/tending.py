"""What an administrator does about what does not run: each an act of its own, audited."""

from __future__ import annotations

from uuid import UUID

from data_access import jobs, operations, review
from domain.errors import BadInput
from domain.operations.machine import TAKEN_UP
from domain.permissions import Act, Actor, check
from services.acts import act
from services.installation import Installation


def set_aside(installation: Installation, actor: Actor, job_id: UUID) -> None:
    """Note that a failure was seen to, so that it is listed no more.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    """
    with act(installation, actor, "job.set-aside", "job", object_id=str(job_id)) as done:
        check(actor, Act.TEND_WORK)
        if not operations.set_aside(done.connection, job_id, installation.now()):
            done.changed_nothing = True


def order_again(installation: Installation, actor: Actor, job_id: UUID) -> None:
    """Have a failed erasure taken up where it ended: what was ordered, and nothing more.

    It goes on in the name of who ordered it. Twice is once.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    BadInput
        When it is no failed job of a kind that can be taken up.
    """
    with act(installation, actor, "job.again", "job", object_id=str(job_id)) as done:
        check(actor, Act.TEND_WORK)
        check(actor, Act.ERASE)
        job = jobs.find(done.connection, job_id)
        if job is None or job.kind not in TAKEN_UP:
            raise BadInput(
                "That job cannot be taken up where it ended. Whoever asked for it asks again."
            )
        done.study_id = job.study_id
        if not jobs.again(done.connection, job_id, TAKEN_UP, installation.now()):
            done.changed_nothing = True


def read_again(installation: Installation, actor: Actor, study_id: UUID) -> int:
    """Let the machine read what it could not read of a study once more; how many sessions.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    """
    with act(
        installation, actor, "deidentification.failed-again", "study", study_id=study_id
    ) as done:
        check(actor, Act.TEND_WORK)
        check(actor, Act.RUN_DEIDENTIFICATION)
        queued = review.queue_failed(done.connection, study_id, installation.now())
        done.object_id = str(study_id)
        done.detail.update(queued=queued)
        done.changed_nothing = queued == 0
    return queued


def let_go(installation: Installation, actor: Actor, worker: str) -> int | None:
    """Give back what a worker held that does not answer, and forget it; how much that was.

    None, and nothing on record, when somebody else did it before. What it held would come back by
    itself when its lease ends; this is for who does not want to wait.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    """
    with act(installation, actor, "worker.let-go", "worker", object_id=worker) as done:
        check(actor, Act.TEND_WORK)
        held = operations.let_go(done.connection, worker, installation.now())
        done.detail.update(given_back=held or 0)
        done.changed_nothing = held is None
    return held
