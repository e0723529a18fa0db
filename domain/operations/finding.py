"""A finding: one thing that is not as it should be, how much it matters, and the way out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much it matters."""

    #: It needs somebody: `cli.py status` exits with 1.
    PROBLEM = "problem"
    #: Worth a look; nothing is broken.
    NOTICE = "notice"


class Deed(StrEnum):
    """What an administrator can do about a finding from where they read it."""

    SET_ASIDE = "Set aside"
    ORDER_AGAIN = "Try again"
    READ_AGAIN = "Read again"
    LET_GO = "Let it go"
    VERIFY = "Walk the chain now"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, and the way out.

    ``place`` is the page where it is settled, if there is one; ``deeds`` can be done at once, on
    ``subject``: a job's or study's id, or a worker's name.
    """

    weight: Weight
    what: str
    remedy: str
    place: str | None = None
    deeds: tuple[Deed, ...] = ()
    subject: str = ""


def problem(what: str, remedy: str, place: str | None = None) -> Finding:
    """One that needs somebody."""
    return Finding(Weight.PROBLEM, what, remedy, place)


def notice(what: str, remedy: str, place: str | None = None) -> Finding:
    """One that is worth a look."""
    return Finding(Weight.NOTICE, what, remedy, place)


def jobs(number: int) -> str:
    """Jobs, counted."""
    return counted(number, "job")


def sessions(number: int) -> str:
    """Sessions, counted."""
    return counted(number, "session")


def letters(number: int) -> str:
    """Letters, counted."""
    return counted(number, "letter")


def times(number: int) -> str:
    """How often in a row."""
    return "once" if number == 1 else f"{number:,} times in a row"


def counted(number: int, noun: str) -> str:
    """A count with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def waits(number: int) -> str:
    """The verb for so many."""
    return "waits" if number == 1 else "wait"


def lie(number: int) -> str:
    """The verb for so many."""
    return "lies" if number == 1 else "lie"


def were(number: int) -> str:
    """The verb for so many."""
    return "was" if number == 1 else "were"
