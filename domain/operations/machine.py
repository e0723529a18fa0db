"""What can be wrong with what runs by itself: workers, rounds, queues, snapshots, the trail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.metrics import snapshot_week
from domain.operations.catalogue import READING, ROUNDS, SNAPSHOTS, VERIFY, doing, errand
from domain.operations.finding import (
    Deed,
    Finding,
    Weight,
    jobs,
    lie,
    notice,
    problem,
    sessions,
    times,
)
from domain.operations.report import Failure, Report, StudyWork, age

#: Work that waits longer than this while workers are alive is stuck, or they are too few.
WAITS_LONG = timedelta(minutes=15)
#: De-identification takes seconds a session, so a large study may wait longer.
READS_LONG = timedelta(hours=12)
#: A round that was not gone for this long is kept from it: a worker does one thing at a time.
ROUND_LATE = timedelta(minutes=30)
#: A worker that is at one thing for longer may hang.
BUSY_LONG = timedelta(hours=1)
#: A week's snapshot is taken on its Monday, once the machine has read everything.
SNAPSHOT_LATE = timedelta(days=1, hours=12)
#: From the machine's last session on, a worker has this long to take the snapshot.
SNAPSHOT_AFTER_READING = timedelta(hours=1)
#: The chain is walked every day.
VERIFIED_LONG_AGO = timedelta(days=2)
#: Fewer rows than this may be written between a signature and the look at it.
UNSIGNED_ROWS = 50
#: A refusal of a rule was told to who asked; it is no news for longer.
RULE_NEWS = timedelta(days=7)
#: Kinds of failed jobs that can be taken up where they ended; others are asked for anew.
TAKEN_UP = ("retention.erase",)


def system(report: Report) -> Iterator[Finding]:
    """Whether program and schema fit."""
    held = report.system
    if held.revision != held.expected_revision:
        yield problem(
            f"The database's schema is at {held.revision}, and this program expects "
            f"{held.expected_revision}.",
            "Run cli.py migrate as the owner role, with the version of the program that runs.",
        )


def trail(report: Report) -> Iterator[Finding]:
    """Whether the audit chain is whole, signed for, and walked."""
    trail = report.trail
    if trail.unreadable is not None:
        yield problem("The newest checkpoint of the audit trail cannot be read.", trail.unreadable)
    elif not trail.agrees:
        yield problem(
            f"Row {trail.signed:,} of the audit trail is not the one that was signed for.",
            "Run cli.py audit verify: it names the first broken row. See docs/audit.md.",
        )
    elif trail.head and trail.signed is None:
        yield problem(
            "No row of the audit trail is signed for.",
            "Web process, workers and commands must see the same CLEARANCE_CHECKPOINT_DIR.",
        )
    elif trail.signed is not None and trail.head - trail.signed > UNSIGNED_ROWS:
        yield problem(
            "The newest rows of the audit trail are not signed for.",
            "Web process, workers and commands must see the same CLEARANCE_CHECKPOINT_DIR.",
        )
    if trail.whole is False:
        at = "" if trail.broken_at is None else f" at row {trail.broken_at:,}"
        yield problem(
            f"The audit chain was found broken{at} when it was last walked.",
            "Run cli.py audit verify: it says how. See docs/audit.md, “When it is broken”.",
        )
    elif trail.verified_at is None or report.now - trail.verified_at >= VERIFIED_LONG_AGO:
        yield Finding(
            Weight.NOTICE,
            "The audit chain was never walked."
            if trail.verified_at is None
            else f"The audit chain was last walked {age(trail.verified_at, report.now)} ago.",
            "A worker walks it every day by itself, and cli.py audit verify does.",
            None,
            (Deed.VERIFY,),
        )


def workers(report: Report) -> Iterator[Finding]:
    """Whether workers answer, by the same program, and get on."""
    if not report.alive:
        last = max((each.seen_at for each in report.workers), default=None)
        said = "" if last is None else f" The last one answered {age(last, report.now)} ago."
        yield problem(
            f"No worker is running, so nothing is imported, read, released, sent or erased.{said}",
            "Start one: python -m jobs.worker, or systemctl start clearance-worker@1.",
        )
    for worker in report.silent:
        held = " and ".join(
            said
            for said in (
                sessions(worker.sessions) if worker.sessions else "",
                jobs(worker.jobs) if worker.jobs else "",
            )
            if said
        )
        with_it = f" with {held} in hand" if held else ""
        yield Finding(
            Weight.PROBLEM if held else Weight.NOTICE,
            f"Worker {worker.name} has not answered for {age(worker.seen_at, report.now)}"
            f"{with_it}.",
            "It was killed or hangs. Look at its log and its memory, then let it go: what it held "
            "is given back at once, and otherwise when its lease ends.",
            None,
            (Deed.LET_GO,),
            worker.name,
        )
    for worker in report.alive:
        if worker.version != report.system.version:
            yield problem(
                f"Worker {worker.name} runs {worker.version}, and this program is "
                f"{report.system.version}.",
                "Restart it, so that both work by the same rules.",
            )
        if worker.doing_since is not None and report.now - worker.doing_since >= BUSY_LONG:
            yield notice(
                f"Worker {worker.name} has been at one thing for "
                f"{age(worker.doing_since, report.now)}: {doing(worker.doing).lower()}.",
                "A very large file or study may take that long. If nothing of it moves, restart "
                "the worker: what it holds is taken over.",
            )


def rounds(report: Report) -> Iterator[Finding]:
    """Whether what the clock asks for is done."""
    watched = any(report.now - each.started_at >= ROUND_LATE for each in report.alive)
    for each in ROUNDS:
        gone = report.round(each.name)
        if gone.failures and gone.failed_at is not None:
            yield problem(
                f"“{each.what}” failed {times(gone.failures)}, last "
                f"{age(gone.failed_at, report.now)} ago ({gone.problem}).",
                "It is tried again by itself. Look for that time in the worker's log.",
            )
        elif watched and (gone.done_at is None or report.now - gone.done_at >= ROUND_LATE):
            yield problem(
                f"“{each.what}” was "
                + (
                    "never done."
                    if gone.done_at is None
                    else f"last done {age(gone.done_at, report.now)} ago."
                ),
                "Every worker is busy with something longer. Start another one.",
            )


def queues(report: Report) -> Iterator[Finding]:
    """Whether what was asked for moves."""
    # What lies with a silent worker is said there.
    told_sessions = sum(each.sessions for each in report.silent)
    told_jobs = sum(each.jobs for each in report.silent)
    for queue in report.queues:
        what = errand(queue.kind)
        reads = queue.kind == READING
        in_words = sessions if reads else jobs
        if not reads and queue.oldest and report.now - queue.oldest >= WAITS_LONG:
            yield problem(
                f"{what.name}: the oldest has waited {age(queue.oldest, report.now)}.",
                "Start another worker; what is busy with something long does this next.",
                what.place,
            )
        lapsed = max(0, queue.lapsed - (told_sessions if reads else told_jobs))
        if lapsed:
            yield problem(
                f"{what.name}: {in_words(lapsed)} {lie(lapsed)} with a worker that went away.",
                "The next worker takes over by itself; start one if none is alive.",
                what.place,
            )
        elif queue.again > queue.lapsed:
            yield notice(
                f"{what.name}: {in_words(queue.again)} had to be begun again.",
                "A worker ended in the middle, or an attempt failed; a few are made. If it goes "
                "on, look at the workers' log and memory.",
                what.place,
            )


def failures(report: Report) -> Iterator[Finding]:
    """What failed and nobody saw to."""
    for failure in report.failures:
        if not failure.unexpected and report.now - failure.finished_at >= RULE_NEWS:
            continue
        which = "" if failure.number is None else f" (share {failure.number})"
        yield Finding(
            Weight.PROBLEM if failure.unexpected else Weight.NOTICE,
            f"{errand(failure.kind).name}{which}: one failed {age(failure.finished_at, report.now)}"
            f" ago. {failure.message}",
            _way_out(failure),
            _place_of(failure),
            (Deed.ORDER_AGAIN, Deed.SET_ASIDE)
            if failure.kind in TAKEN_UP
            else (Deed.VERIFY, Deed.SET_ASIDE)
            if failure.kind == VERIFY
            else (Deed.SET_ASIDE,),
            str(failure.id),
        )


def _way_out(failure: Failure) -> str:
    if not failure.unexpected:
        return "The sentence says what to do. Set it aside when it is seen to."
    again = (
        "Try again: it goes on with the rest of what was ordered."
        if failure.kind in TAKEN_UP
        else "Whoever asked for it asks again on that page."
    )
    return (
        f"{again} If it fails once more, look for that time in the worker's log "
        f"(reference {str(failure.id)[-8:]})."
    )


def _place_of(failure: Failure) -> str | None:
    if failure.about is not None:
        return f"/share?id={failure.about}"
    return errand(failure.kind).place


def reading(report: Report) -> Iterator[Finding]:
    """Whether the machine reads."""
    for study in report.studies:
        if study.unread_since and report.now - study.unread_since >= READS_LONG:
            yield problem(
                f"“{study.title}”: {sessions(study.unread)} wait for the machine, the oldest for "
                f"{age(study.unread_since, report.now)}.",
                f"Start more workers, or run cli.py deidentify-study {study.slug}.",
                "/studies",
            )
        if study.failed:
            with_what = f" ({study.errors})" if study.errors else ""
            yield Finding(
                Weight.PROBLEM,
                f"“{study.title}”: {sessions(study.failed)} could not be read by the "
                f"machine{with_what}.",
                "Let it read them again, after an update of the engine at the latest. What fails "
                "once more has to be looked at by whoever maintains the engine.",
                "/studies",
                (Deed.READ_AGAIN,),
                str(study.id),
            )


def is_late(study: StudyWork, report: Report) -> bool:
    """Whether the study should have a snapshot of this week by now."""
    week = snapshot_week(report.now)
    since = report.now - datetime(week.year, week.month, week.day, tzinfo=report.now.tzinfo)
    read = report.reading.last_done
    return (
        study.has_sessions
        and (study.snapshot is None or study.snapshot < week)
        and not study.unread
        and since >= SNAPSHOT_LATE
        and (read is None or report.now - read >= SNAPSHOT_AFTER_READING)
    )


def snapshots(report: Report) -> Iterator[Finding]:
    """Whether each study has its snapshot of the week."""
    failing = report.round(SNAPSHOTS).failures > 0
    for study in report.studies:
        # Why they fail is said once, by the round.
        if is_late(study, report) and not failing:
            last = "it never had one" if study.snapshot is None else f"the last is {study.snapshot}"
            yield problem(
                f"“{study.title}” has no snapshot of this week; {last}.",
                "A worker takes it by itself. Run cli.py metrics snapshot and see what it says.",
            )
