"""Everything that runs behind the screens, by its name: what is asked for, and what the clock asks.

The worker takes its intervals from here, and the operations page its lines, so that neither
can know of something that the other does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

READING = "deidentification"
MAIL = "mail.send"
LETTERS = "letters.send"
VERIFY = "audit.verify"
SNAPSHOTS = "metrics.snapshot"
#: What a worker says it is at while it does either job of shares, or of publications.
SHARES = "share"
PUBLICATIONS = "publication"


@dataclass(frozen=True, slots=True)
class Errand:
    """Work that somebody asks for; ``place`` is the page where that is done, and done again."""

    kind: str
    name: str
    place: str | None


@dataclass(frozen=True, slots=True)
class Round:
    """Work that workers do by themselves, each time that ``every`` has passed."""

    name: str
    what: str
    every: timedelta


#: Kinds of jobs, by their name in the table of jobs.
JOBS = (
    Errand("import", "Imports", "/imports"),
    Errand("share.submit", "Leak checks of long submissions", "/shares"),
    Errand("share.release", "Releases of shares", "/shares"),
    Errand("publication.prepare", "Freezing of proposed publications", "/publications"),
    Errand("publication.publish", "Packages of publications", "/publications"),
    Errand("retention.erase", "Erasures that were ordered", "/retention"),
    Errand(VERIFY, "Walks of the audit chain", None),
)
#: What waits for the machine or the mail server, beside the jobs.
ERRANDS = (
    Errand(READING, "Sessions for the machine to read", "/studies"),
    *JOBS,
    Errand(MAIL, "Letters to staff", "/access"),
    Errand(LETTERS, "Letters to participants", "/letters"),
)

_OFTEN = timedelta(seconds=30)
_SELDOM = timedelta(minutes=5)
ROUNDS = (
    Round("share.expire", "Let approvals that were not used in time lapse", _OFTEN),
    Round("publication.expire", "Let approved publications that were not used lapse", _OFTEN),
    Round("recall.block", "Block recipients who are overdue with a recall", _OFTEN),
    Round("standing.add-up", "Put together the counts of policy answers", _OFTEN),
    Round(SNAPSHOTS, "Take this week's snapshots", _OFTEN),
    Round("mail.gather", "Write the letters that are due", _OFTEN),
    Round("time.note", "Tell of grants, agreements and recalls that end", _SELDOM),
    Round("retention.look", "Find what may no longer be kept", _SELDOM),
    Round("import.tidy", "Delete uploaded files that nobody reads any more", _SELDOM),
    Round("audit.daily", "Have the audit chain walked once a day", _SELDOM),
)
_ERRANDS = {each.kind: each for each in ERRANDS}


def errand(kind: str) -> Errand:
    """What is known of a kind; one that is not in the list goes by its own name."""
    return _ERRANDS.get(kind, Errand(kind, kind, None))


def doing(name: str) -> str:
    """What a worker says it is at, in words; nothing when it waits for work."""
    if name == SHARES:
        return "Leak checks and releases of shares"
    if name == PUBLICATIONS:
        return "Freezing and packing of publications"
    by_clock = next((each.what for each in ROUNDS if each.name == name), None)
    return by_clock or (errand(name).name if name else "")
