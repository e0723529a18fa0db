"""How the desk runs: what is known of its queues and workers, and what of it is a problem.

Counts here are of work: jobs, sessions in a queue, workers. None is of people, and nothing that
anybody said is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.metrics import snapshot_week

#: A worker that said nothing for this long has gone.
SILENT_AFTER = timedelta(minutes=2)
#: Work that waits longer than this while workers are alive is stuck, or they are too few.
WAITS_LONG = timedelta(minutes=15)
#: De-identification takes seconds a session, so a large study may wait longer.
READS_LONG = timedelta(hours=12)
#: A week's snapshot is taken on its Monday, once the machine has read everything.
SNAPSHOT_LATE = timedelta(days=1, hours=12)
#: The chain is verified every day (README, "In production").
VERIFIED_LONG_AGO = timedelta(days=2)
#: Fewer rows than this may be written between a signature and the look at it.
UNSIGNED_ROWS = 50


class Weight(StrEnum):
    """How much it matters."""

    #: Something does not run, or did not happen: `cli.py status` exits with 1.
    PROBLEM = "problem"
    #: Worth a look; nothing is broken.
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, and the way out; ``place`` is a page, if there is one.

    ``failure`` is the job that failed, which an administrator can set aside.
    """

    weight: Weight
    what: str
    remedy: str
    place: str | None = None
    failure: UUID | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """Jobs of one kind that wait or run."""

    kind: str
    waiting: int
    running: int
    oldest: datetime | None
    lapsed: int
    again: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that failed; ``number`` and ``about`` name the share or publication it was for."""

    id: UUID
    kind: str
    message: str
    finished_at: datetime | None
    number: int | None
    about: UUID | None

    @property
    def unexpected(self) -> bool:
        """Whether it is a defect of ours; otherwise a rule spoke, and its sentence says which."""
        return "ended unexpectedly" in self.message


@dataclass(frozen=True, slots=True)
class StudyWork:
    """What the machine has still to read of a study, and its last snapshot."""

    id: UUID
    slug: str
    title: str
    oldest: datetime | None
    waiting: int
    claimed: int
    failed: int
    snapshot: date | None
    shown: bool
    has_sessions: bool


@dataclass(frozen=True, slots=True)
class Recall:
    """A release whose recipient has not attested in time that it is destroyed."""

    number: int
    about: UUID
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker process."""

    name: str
    started_at: datetime
    seen_at: datetime

    def alive(self, now: datetime) -> bool:
        """Whether it said lately that it is there."""
        return now - self.seen_at < SILENT_AFTER


@dataclass(frozen=True, slots=True)
class Trail:
    """The audit chain: its newest row, what was last signed for, and when it was last walked.

    ``whole`` is what that walk found; None before the first.
    """

    head: int
    signed: int | None
    signed_at: datetime | None
    verified_at: datetime | None
    whole: bool | None


#: What waits for the machine, beside the jobs.
READING = "deidentification"
QUEUES = {
    READING: ("Sessions for the machine to read", "/studies"),
    "import": ("Imports", "/imports"),
    "share.submit": ("Submissions of shares", "/shares"),
    "share.release": ("Releases of shares", "/shares"),
    "publication.prepare": ("Publications to prepare", "/publications"),
    "publication.publish": ("Publications to publish", "/publications"),
    "audit.verify": ("Verifications of the audit chain", None),
}


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known of how the desk runs, at one moment."""

    now: datetime
    queues: tuple[Queue, ...]
    failures: tuple[Failure, ...]
    studies: tuple[StudyWork, ...]
    recalls: tuple[Recall, ...]
    workers: tuple[Worker, ...]
    trail: Trail
    tasks_lapsed: int
    tasks_again: int
    desks_left: int
    database_bytes: int
    revision: str
    expected_revision: str
    policy_edition: str
    policy_digest: str
    policy_since: datetime

    @property
    def alive(self) -> tuple[Worker, ...]:
        """The workers that are there."""
        return tuple(each for each in self.workers if each.alive(self.now))

    @property
    def every_queue(self) -> tuple[Queue, ...]:
        """Every kind of work, what the machine has to read first, empty ones too."""
        open_now = {each.kind: each for each in self.queues}
        reading = Queue(
            READING,
            sum(each.waiting for each in self.studies),
            sum(each.claimed for each in self.studies),
            min((each.oldest for each in self.studies if each.oldest is not None), default=None),
            self.tasks_lapsed,
            self.tasks_again,
        )
        jobs = [open_now.get(kind, Queue(kind, 0, 0, None, 0, 0)) for kind in QUEUES]
        others = [each for kind, each in open_now.items() if kind not in QUEUES]
        return (reading, *jobs[1:], *others)


def queue_name(kind: str) -> str:
    """A kind of job in words; an unknown one by its own name."""
    return QUEUES.get(kind, (kind, None))[0]


def findings(report: Report) -> tuple[Finding, ...]:
    """What is not as it should be: problems first, each with its way out."""
    found = [
        *_system(report),
        *_workers(report),
        *_queues(report),
        *_failures(report),
        *_reading(report),
        *_snapshots(report),
        *_trail(report),
        *_recalls(report),
        *_leases(report),
    ]
    return tuple(sorted(found, key=lambda each: each.weight is not Weight.PROBLEM))


def age(since: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that says enough."""
    seconds = max(0, int((now - since).total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


def _system(report: Report) -> Iterator[Finding]:
    if report.revision != report.expected_revision:
        yield Finding(
            Weight.PROBLEM,
            f"The database's schema is at {report.revision}, and this program expects "
            f"{report.expected_revision}.",
            "Run cli.py migrate as the owner role, with the version of the program that runs.",
        )


def _workers(report: Report) -> Iterator[Finding]:
    if not report.alive:
        last = max((each.seen_at for each in report.workers), default=None)
        said = "" if last is None else f" The last one was seen {age(last, report.now)} ago."
        yield Finding(
            Weight.PROBLEM,
            f"No worker is running, so nothing is imported, read, snapshot or released.{said}",
            "Start one: python -m jobs.worker, or systemctl start clearance-worker@1.",
        )


def _queues(report: Report) -> Iterator[Finding]:
    for queue in report.queues:
        name, place = QUEUES.get(queue.kind, (queue.kind, None))
        if queue.oldest is not None and report.now - queue.oldest >= WAITS_LONG:
            yield Finding(
                Weight.PROBLEM,
                f"{name}: the oldest has waited {age(queue.oldest, report.now)}.",
                "Start another worker; if one is busy with a long import, it is next.",
                place,
            )
        if queue.lapsed:
            yield Finding(
                Weight.PROBLEM,
                f"{name}: {_jobs(queue.lapsed)} lie with a worker that went away.",
                "The next worker takes them over by itself; start one if none is alive.",
                place,
            )
        elif queue.again:
            yield Finding(
                Weight.NOTICE,
                f"{name}: {_jobs(queue.again)} had to be begun again.",
                "A worker ended in the middle. If it goes on, look at its log and its memory.",
                place,
            )


def _failures(report: Report) -> Iterator[Finding]:
    for failure in report.failures:
        name, place = QUEUES.get(failure.kind, (failure.kind, None))
        page = {"share": "/share", "publication": "/publication"}.get(failure.kind.split(".")[0])
        if page is not None and failure.about is not None:
            place = f"{page}?id={failure.about}"
        which = "" if failure.number is None else f" {failure.number}"
        ago = "" if failure.finished_at is None else f", {age(failure.finished_at, report.now)} ago"
        yield Finding(
            Weight.PROBLEM if failure.unexpected else Weight.NOTICE,
            f"{name}{which} failed{ago} (reference {str(failure.id)[-8:]}): {failure.message}",
            "Ask for it again; if it fails again, look for that time in the worker's log."
            if failure.unexpected
            else "A rule spoke, and the sentence says what to do. Set it aside when it is seen to.",
            place,
            failure.id,
        )


def _reading(report: Report) -> Iterator[Finding]:
    for study in report.studies:
        if study.oldest is not None and report.now - study.oldest >= READS_LONG:
            yield Finding(
                Weight.PROBLEM,
                f"“{study.title}”: {_sessions(study.waiting + study.claimed)} wait for the "
                f"machine, the oldest since {age(study.oldest, report.now)}.",
                f"Start more workers, or run cli.py deidentify-study {study.slug}.",
                "/studies",
            )
        if study.failed:
            yield Finding(
                Weight.PROBLEM,
                f"“{study.title}”: {_sessions(study.failed)} could not be read by the machine.",
                f"Run cli.py deidentify-study {study.slug} --again; what fails again is named in "
                "the worker's log by its session.",
                "/studies",
            )


def _snapshots(report: Report) -> Iterator[Finding]:
    week = snapshot_week(report.now)
    since = report.now - datetime(week.year, week.month, week.day, tzinfo=report.now.tzinfo)
    for study in report.studies:
        late = study.snapshot is None or study.snapshot < week
        reading = study.waiting + study.claimed > 0
        if study.has_sessions and late and not reading and since >= SNAPSHOT_LATE:
            yield Finding(
                Weight.PROBLEM,
                f"“{study.title}” has no snapshot of this week.",
                "A worker takes it by itself. Run cli.py metrics snapshot and see what it says.",
            )


def _trail(report: Report) -> Iterator[Finding]:
    trail = report.trail
    if trail.whole is False:
        yield Finding(
            Weight.PROBLEM,
            "The audit chain was found broken when it was last walked.",
            "Run cli.py audit verify: it names the first broken row. See docs/audit.md.",
        )
    elif trail.verified_at is None or report.now - trail.verified_at >= VERIFIED_LONG_AGO:
        yield Finding(
            Weight.NOTICE,
            "The audit chain was never walked."
            if trail.verified_at is None
            else f"The audit chain was last walked {age(trail.verified_at, report.now)} ago.",
            "Let it be walked below, and every day by cli.py audit verify.",
        )
    if trail.head and (trail.signed is None or trail.head - trail.signed > UNSIGNED_ROWS):
        yield Finding(
            Weight.PROBLEM,
            "The newest rows of the audit trail are not signed for."
            if trail.signed is not None
            else "No row of the audit trail is signed for.",
            "Web process, workers and commands must see the same CLEARANCE_CHECKPOINT_DIR.",
        )


def _recalls(report: Report) -> Iterator[Finding]:
    for recall in report.recalls:
        yield Finding(
            Weight.PROBLEM,
            f"Share {recall.number} was recalled, and its destruction is overdue by "
            f"{age(recall.due_at, report.now)}.",
            "Ask the recipient for their attestation; they are blocked until it is recorded.",
            f"/share?id={recall.about}",
        )


def _leases(report: Report) -> Iterator[Finding]:
    if report.tasks_lapsed:
        yield Finding(
            Weight.PROBLEM,
            f"{_sessions(report.tasks_lapsed)} lie with a worker that went away while reading.",
            "The next worker takes them over by itself; start one if none is alive.",
        )
    if report.tasks_again:
        yield Finding(
            Weight.NOTICE,
            f"{_sessions(report.tasks_again)} had to be tried again by the machine.",
            "It tries a few times by itself. What fails for good is listed as such.",
        )
    if report.desks_left:
        yield Finding(
            Weight.NOTICE,
            f"{_sessions(report.desks_left)} were begun and left on somebody's desk.",
            "The queue gives them to the next reviewer by itself; nothing decided is lost.",
        )


def _jobs(count: int) -> str:
    return f"{count:,} job{'' if count == 1 else 's'}"


def _sessions(count: int) -> str:
    return f"{count:,} session{'' if count == 1 else 's'}"
