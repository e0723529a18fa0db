"""The review queue: whose turn it is, what lies where, how far a study is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from data_access import double_reviews, review_queue, sessions, studies
from data_access.double_reviews import SecondOnDesk
from data_access.review_queue import PersonsWork as PersonsWork
from data_access.review_queue import QueuedSession as QueuedSession
from data_access.studies import StudyRow
from domain.permissions import Act, Actor, check
from domain.policy import Use
from domain.vocabulary import ReviewState, Role
from services import policy
from services.acts import act, reading
from services.installation import Installation

#: How long a session lies on a desk on which nothing happens. Every decision renews it.
LEASE = timedelta(minutes=30)
#: How long a session that somebody left for later is not offered to them again.
SKIPPED_FOR = timedelta(hours=8)
#: Over how long a person's work is counted.
WORK_WINDOW = timedelta(days=7)
SHOWN = 25
#: How many sessions that the policy closes are passed over in one go; the next ask goes on.
_PASSED_OVER = 25
SECOND_REVIEW = "A second review: what the first reviewer decided is hidden until yours is done."


@dataclass(frozen=True, slots=True)
class StudyQueue:
    """One study's queue as a reviewer sees it.

    ``people`` are those who confirmed sessions within :data:`WORK_WINDOW`; ``seconds`` counts the
    second reviews that wait, the actor's own sessions among them.
    """

    study: StudyRow
    counts: Mapping[ReviewState, int]
    head: tuple[QueuedSession, ...]
    people: tuple[PersonsWork, ...]
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """The studies somebody reviews, one study's queue, and what lies on their desk."""

    studies: tuple[StudyRow, ...]
    shown: StudyQueue | None
    on_desk: tuple[QueuedSession, ...]


def queue(installation: Installation, actor: Actor, study_slug: str | None) -> ReviewQueue:
    """The queue of a study; of the first one when none is named or the name is not theirs.

    Raises
    ------
    Refused
        When the actor's roles do not allow reviewing; audited.
    """
    now = installation.now()
    with reading(installation, actor, Act.REVIEW, "review.queue", "study") as connection:
        granted = actor.studies(Role.REVIEWER, now)
        mine = tuple(study for study in studies.visible(connection) if study.id in granted)
        if not mine:
            return ReviewQueue((), None, ())
        study = next((study for study in mine if study.slug == study_slug), mine[0])
        shown = StudyQueue(
            study=study,
            counts=review_queue.counts(connection).get(study.id, {}),
            head=review_queue.first(connection, study.id, SHOWN),
            people=review_queue.work_since(connection, study.id, now - WORK_WINDOW),
            seconds=double_reviews.waiting(connection, study.id),
        )
        on_desk = review_queue.on_desk(connection, actor.staff_id, now, SHOWN)
        seconds = double_reviews.on_desk(connection, actor.staff_id, now, SHOWN)
        on_desk = (*(_second(each, actor) for each in seconds), *on_desk)
    return ReviewQueue(mine, shown, on_desk)


def claim_next(
    installation: Installation, actor: Actor, study_id: UUID, *, but_not: UUID | None = None
) -> UUID | None:
    """Put the next session of a study on the actor's desk; None when none is free for them.

    A second review that the actor may do comes first; then unreviewed before begun, riskiest
    first. What two reviews differ on is offered to a third. Two people never get the same one;
    one whose lease ran out comes back. What the policy closes to reviewers, and what the actor
    skipped within :data:`SKIPPED_FOR`, is passed over.

    Raises
    ------
    Refused
        When the actor's roles do not allow reviewing; audited.
    """
    passed = set() if but_not is None else {but_not}
    with act(installation, actor, "review.claim", "session", study_id=study_id) as done:
        check(actor, Act.REVIEW)
        now = installation.now()
        table = policy.in_force(done.connection)
        for _ in range(_PASSED_OVER):
            claimed, second = _claim(done.connection, study_id, actor, now, passed)
            row = None if claimed is None else sessions.find(done.connection, claimed)
            if claimed is None or row is None:
                break
            if policy.decision(table, actor, row, Use.INTERNAL_RAW_TEXT, now).allowed:
                done.object_id = str(claimed)
                done.detail.update(second=second)
                return claimed
            _give_back(done.connection, claimed, actor)
            passed.add(claimed)
        done.changed_nothing = True
    return None


def put_aside(installation: Installation, actor: Actor, session_id: UUID) -> None:
    """Take a session off the actor's desk and offer them others first.

    Raises
    ------
    Refused
        When the actor's roles do not allow reviewing; audited.
    """
    with act(installation, actor, "review.skip", "session", object_id=str(session_id)) as done:
        check(actor, Act.REVIEW)
        row = sessions.find(done.connection, session_id)
        if row is None or row.study_id not in actor.studies(Role.REVIEWER, installation.now()):
            done.changed_nothing = True
            return
        done.study_id = row.study_id
        review_queue.skip(
            done.connection, session_id, row.study_id, actor.staff_id, installation.now()
        )
        _give_back(done.connection, session_id, actor)


def holder(installation: Installation, actor: Actor, session_id: UUID) -> str | None:
    """Who else has a session on their desk now; None when nobody, or the actor themselves."""
    with installation.database.transaction(actor.staff_id) as connection:
        held = review_queue.holder(connection, session_id, installation.now())
    return None if held is None or held[0] == actor.staff_id else held[1]


def _claim(
    connection: Connection, study_id: UUID, actor: Actor, now: datetime, passed: Collection[UUID]
) -> tuple[UUID | None, bool]:
    """The next session for somebody, and whether it is for a second review."""
    for second, claim in ((True, double_reviews.claim_next), (False, review_queue.claim_next)):
        claimed = claim(
            connection,
            study_id,
            actor.staff_id,
            now=now,
            lease=LEASE,
            skipped_since=now - SKIPPED_FOR,
            but_not=passed,
        )
        if claimed is not None:
            return claimed, second
    return None, False


def _give_back(connection: Connection, session_id: UUID, actor: Actor) -> None:
    review_queue.give_back(connection, session_id, actor.staff_id)
    double_reviews.give_back(connection, session_id, actor.staff_id)


def _second(each: SecondOnDesk, actor: Actor) -> QueuedSession:
    return QueuedSession(
        each.session_id,
        each.number,
        each.language,
        each.coverage,
        each.word_count,
        begun=False,
        risk=None,
        why=SECOND_REVIEW,
        lease_staff=actor.staff_id,
        lease_name=actor.label,
        lease_until=each.lease_until,
    )
