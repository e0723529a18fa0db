"""Retention: what is due, that nothing of it leaves, and erasing it when somebody says so.

A session that is due may do nothing from that instant on: every question is answered by R05,
whether or not this module ran. What it adds is the list, the stale requests, and the erasing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from data_access import erasure, jobs
from data_access import staff as staff_rows
from data_access import studies as study_rows
from data_access.erasure import DueCount as DueCount
from data_access.erasure import DueSession as DueSession
from data_access.jobs import JobRow as JobRow
from data_access.notifications import note_due
from domain.erasure import ErasureReason, check_confirmation
from domain.errors import BadInput, Refused
from domain.evidence import check_evidence
from domain.permissions import Act, Actor, check
from services.acts import act, reading
from services.installation import Installation
from services.job_work import take_one

SERVICE = "retention"
KIND = "retention.erase"
#: How far ahead the page looks, beside what is due now.
AHEAD = (timedelta(days=30), timedelta(days=90))
PAGE = 50
#: The page counts no further for each study; an order counts on, up to :data:`MOST_AT_ONCE`.
COUNTED = 1_000
#: Sessions erased in one transaction: short enough that nobody waits for it.
BATCH = 100
#: Sessions one order covers; a study has more seldom, and then it is given again.
MOST_AT_ONCE = 10_000
LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class RetentionView:
    """What is due now, within 30 and within 90 days, by study and policy version.

    ``by_itself`` is whether the worker erases what is due without being asked.
    """

    counts: tuple[DueCount, ...]
    running: tuple[JobRow, ...]
    by_itself: bool
    #: Due, and resting until Trust & Safety settled a case on them.
    held: int


def view(installation: Installation, actor: Actor) -> RetentionView:
    """The page's counts and the erasures that are under way; a refusal is audited."""
    now = installation.now()
    with reading(installation, actor, Act.ERASE, "retention.read", "retention") as connection:
        counts = erasure.due_counts(connection, [now, *(now + ahead for ahead in AHEAD)], COUNTED)
        running = jobs.open_of(connection, KIND)
        held = erasure.due_and_held(connection, now)
    return RetentionView(tuple(counts), tuple(running), erases_by_itself(installation), held)


def due(
    installation: Installation,
    actor: Actor,
    study_id: UUID,
    after: tuple[datetime, UUID] | None = None,
) -> list[DueSession]:
    """One page of the sessions of a study that are due now; a refusal is audited."""
    with reading(installation, actor, Act.ERASE, "retention.read", "retention") as connection:
        return erasure.due(connection, study_id, installation.now(), after=after, at_most=PAGE + 1)


def count_due(installation: Installation, actor: Actor, study_id: UUID) -> int:
    """How many sessions of a study one order would erase now; a refusal is audited."""
    with reading(installation, actor, Act.ERASE, "retention.read", "retention") as connection:
        counts = erasure.due_counts(connection, [installation.now()], MOST_AT_ONCE - 1, study_id)
    return min(sum(row.sessions[0] for row in counts), MOST_AT_ONCE)


def ask(
    installation: Installation,
    actor: Actor,
    study_id: UUID,
    *,
    evidence: str,
    reason: str,
    confirmation: str,
) -> UUID:
    """Have the worker erase what is due in a study now; the job's id.

    What falls due after this is not meant by it.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    BadInput
        When nothing is due, an erasure of the study is under way, the confirmation does not count
        what is due, or evidence or reason say too little.
    """
    now = installation.now()
    with act(installation, actor, "retention.order", "study", study_id=study_id) as done:
        check(actor, Act.ERASE)
        check_evidence(evidence, reason)
        study = study_rows.by_id(done.connection, study_id)
        if study is None:
            raise BadInput("There is no such study. Reload the page and choose another.")
        if any(job.study_id == study_id for job in jobs.open_of(done.connection, KIND)):
            raise BadInput("An erasure of this study is under way. Wait until it is done.")
        found = erasure.due(done.connection, study_id, now, at_most=MOST_AT_ONCE)
        if not found:
            raise BadInput("Nothing is due in this study.")
        check_confirmation(confirmation, len(found))
        done.object_id = study.slug
        done.purpose = reason.strip()
        done.detail.update(evidence=evidence.strip(), sessions=len(found), at=now.isoformat())
        return jobs.add(
            done.connection,
            kind=KIND,
            study_id=study_id,
            payload={
                "at": now.isoformat(),
                "sessions": len(found),
                # What is due later in the list was not counted by who confirmed.
                "until": [found[-1].counted_from.isoformat(), str(found[-1].session_id)],
            },
            by=actor.staff_id,
            now=now,
        )


def work_one(installation: Installation, service: Actor, worker: str) -> bool:
    """Do the oldest erasure that was ordered, in the name of who did; False when none waits.

    Each batch is a transaction. A worker that is killed leaves what it erased erased; whoever takes
    the job over goes on with the rest.
    """
    return take_one(
        installation,
        service,
        worker,
        kinds=(KIND,),
        lease=LEASE,
        work=lambda job: _work(installation, service, job),
        then=". What was erased by then is erased; order the rest again.",
    )


def look(installation: Installation, service: Actor) -> int:
    """Let requests that hold something due go stale, tell administrators what is due, and erase it
    where the installation erases by itself; how many sessions were erased.
    """
    now = installation.now()
    with act(installation, service, "retention.stale", "share") as done:
        stale = erasure.make_due_shares_stale(done.connection, now)
        done.changed_nothing = stale == 0
        done.detail.update(requests=stale)
    with installation.database.transaction(service.staff_id) as connection:
        due_now = erasure.studies_with_due(connection, now)
        note_due(connection, due_now)
    if not erases_by_itself(installation):
        return 0
    return sum(_erase_due(installation, service, study, now) for study in due_now)


def erases_by_itself(installation: Installation) -> bool:
    """Whether what is due is erased without an administrator's order."""
    return installation.settings.retention_erasure == "by_itself"


def _work(installation: Installation, service: Actor, job: JobRow) -> str:
    with installation.database.transaction(job.requested_by) as connection:
        actor = staff_rows.load_actor(connection, job.requested_by)
    if actor is None or job.study_id is None:
        raise Refused(
            "Who ordered the erasure is switched off.",
            rule="retention.orderer",
            remedy="Another administrator orders it.",
        )
    total = int(job.payload["sessions"])

    def progress(erased: int) -> None:
        with installation.database.transaction(service.staff_id) as connection:
            jobs.beat(connection, job.id, erased, max(total, erased), installation.now() + LEASE)

    counted_from, last = job.payload["until"]
    erased = _erase_due(
        installation,
        actor,
        job.study_id,
        datetime.fromisoformat(job.payload["at"]),
        until=(datetime.fromisoformat(counted_from), UUID(last)),
        progress=progress,
    )
    return f"{erased:,} sessions erased."


def _erase_due(
    installation: Installation,
    actor: Actor,
    study_id: UUID,
    at: datetime,
    *,
    until: tuple[datetime, UUID] | None = None,
    progress: Callable[[int], None] = lambda _erased: None,
) -> int:
    """Erase what is due in a study at that instant, batch by batch, up to and with ``until`` in
    the order of the list; how many sessions.
    """
    erased = 0
    while True:
        with act(
            installation, actor, "retention.erase", "study", study_id=study_id, long=True
        ) as done:
            if actor.service is None:
                check(actor, Act.ERASE)
            found = [
                each
                for each in erasure.due(done.connection, study_id, at, at_most=BATCH)
                if until is None or (each.counted_from, each.session_id) <= until
            ]
            gone = erasure.erase(
                done.connection,
                [each.session_id for each in found],
                ErasureReason.RETENTION,
                installation.now(),
            )
            done.object_id = str(study_id)
            done.detail.update(numbers=sorted(each.number for each in gone), rule="R05")
            done.changed_nothing = not gone
        if not found:
            return erased
        erased += len(gone)
        progress(erased)
