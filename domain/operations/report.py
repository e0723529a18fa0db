"""What is known of how the desk runs, at one moment.

Counts here are of work: jobs, sessions in a queue, letters, workers. None is of participants,
and nothing that anybody said is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.operations.catalogue import ERRANDS, LETTERS, MAIL, READING

#: A worker that said nothing for this long does not answer. The database holds to it as well.
SILENT_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Queue:
    """Work of one kind that waits or is in hand.

    ``lapsed`` of it lies with a worker that went away, ``again`` had to be begun again.
    """

    kind: str
    waiting: int = 0
    running: int = 0
    oldest: datetime | None = None
    lapsed: int = 0
    again: int = 0
    last_done: datetime | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that failed; ``number`` and ``about`` name the share that it was for."""

    id: UUID
    kind: str
    message: str
    finished_at: datetime
    number: int | None = None
    about: UUID | None = None

    @property
    def unexpected(self) -> bool:
        """Whether it is a defect of ours; otherwise a rule spoke, and its sentence says which."""
        return "ended unexpectedly" in self.message


@dataclass(frozen=True, slots=True)
class StudyWork:
    """One study's queues: for the machine, for reviewers, for second reviewers; its snapshot.

    ``errors`` names the classes of what the machine failed with. ``due_since`` is since when
    something of it may no longer be kept.
    """

    id: UUID
    slug: str
    title: str
    unread: int = 0
    unread_since: datetime | None = None
    failed: int = 0
    errors: str = ""
    review: int = 0
    review_since: datetime | None = None
    seconds: int = 0
    seconds_since: datetime | None = None
    snapshot: date | None = None
    shown: bool = False
    due_since: datetime | None = None
    has_sessions: bool = True


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies with one reviewer: how many sessions, the longest since when."""

    name: str
    sessions: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Waits:
    """Something that waits for people: how much of it, and the oldest since when."""

    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class People:
    """What waits for people other than reviewers.

    ``lapsed`` are approvals past their clock that still stand; ``agreements`` those that end
    within thirty days, ``since`` being the end of the first.
    """

    votes: Waits = Waits()
    lapsed: Waits = Waits()
    cases: Waits = Waits()
    proposals: Waits = Waits()
    assignments: Waits = Waits()
    letters: Waits = Waits()
    agreements: Waits = Waits()


@dataclass(frozen=True, slots=True)
class Recall:
    """A release whose recipient has not attested in time that it is destroyed."""

    number: int
    about: UUID
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Mail:
    """The letters: whether a mail server is named, what waits, what did not arrive in a week."""

    server: bool
    waiting: int = 0
    oldest: datetime | None = None
    problem: str | None = None
    sent_at: datetime | None = None
    failed: int = 0
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class GoingOut:
    """A letter to participants that was confirmed: how many still wait for theirs, and why.

    ``since`` is when it was confirmed; ``problem`` what the mail server did, while the whole rests.
    """

    number: int
    waiting: int
    since: datetime
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker process, what it is at, and what it has claimed."""

    name: str
    version: str
    started_at: datetime
    seen_at: datetime
    doing: str = ""
    doing_since: datetime | None = None
    sessions: int = 0
    jobs: int = 0

    def alive(self, now: datetime) -> bool:
        """Whether it said lately that it is there."""
        return now - self.seen_at < SILENT_AFTER


@dataclass(frozen=True, slots=True)
class RoundDone:
    """How a round went: when it was done last, and how often it failed since, with what."""

    name: str
    done_at: datetime | None = None
    failures: int = 0
    failed_at: datetime | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """The audit chain: its newest row, the checkpoint outside, and when it was last walked.

    ``agrees`` is whether the row that the checkpoint was signed for is the one that stands there;
    ``unreadable`` is what is wrong with the checkpoint's file. ``whole`` is what the last walk
    found, over ``rows`` rows; None before the first.
    """

    head: int
    signed: int | None
    signed_at: datetime | None
    agrees: bool = True
    unreadable: str | None = None
    verified_at: datetime | None = None
    whole: bool | None = None
    rows: int = 0
    broken_at: int | None = None


@dataclass(frozen=True, slots=True)
class System:
    """The program that looks, the database's schema and size, the policy in force.

    ``erases_by_itself`` is whether what is due is erased without an order.
    """

    version: str
    revision: str
    expected_revision: str
    database_bytes: int
    policy_edition: str
    policy_digest: str
    policy_since: datetime
    erases_by_itself: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known of how the desk runs, at one moment."""

    now: datetime
    queues: tuple[Queue, ...]
    failures: tuple[Failure, ...]
    studies: tuple[StudyWork, ...]
    desks: tuple[Desk, ...]
    desks_left: int
    people: People
    recalls: tuple[Recall, ...]
    mail: Mail
    workers: tuple[Worker, ...]
    rounds: tuple[RoundDone, ...]
    snapshots_at: datetime | None
    trail: Trail
    system: System
    letters: tuple[GoingOut, ...] = ()

    @property
    def alive(self) -> tuple[Worker, ...]:
        """The workers that answer."""
        return tuple(each for each in self.workers if each.alive(self.now))

    @property
    def silent(self) -> tuple[Worker, ...]:
        """The workers that went without a word."""
        return tuple(each for each in self.workers if not each.alive(self.now))

    def queue(self, kind: str) -> Queue:
        """The queue of a kind, an empty one when nothing is known of it."""
        if kind == MAIL:
            return Queue(
                MAIL, self.mail.waiting, oldest=self.mail.oldest, last_done=self.mail.sent_at
            )
        if kind == LETTERS:
            return Queue(
                LETTERS,
                sum(each.waiting for each in self.letters),
                oldest=min((each.since for each in self.letters), default=None),
            )
        return next((each for each in self.queues if each.kind == kind), Queue(kind))

    @property
    def every_queue(self) -> tuple[Queue, ...]:
        """Every kind of work that is asked for, empty ones too; unlisted ones last."""
        known = [each.kind for each in ERRANDS]
        others = [each for each in self.queues if each.kind not in known]
        return (*(self.queue(kind) for kind in known), *others)

    def round(self, name: str) -> RoundDone:
        """How a round went; one that nobody told of yet has not gone at all."""
        return next((each for each in self.rounds if each.name == name), RoundDone(name))

    @property
    def reading(self) -> Queue:
        """What waits for the machine, all studies together."""
        return self.queue(READING)


def age(since: datetime, now: datetime) -> str:
    """How long ago, or how long until, in the largest unit that says enough."""
    seconds = abs(int((now - since).total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
