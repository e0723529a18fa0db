"""Votes of two different approvers, of whatever they decide on: whose stand, and what they come to.

People are compared by who they are at the identity provider, never by e-mail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

#: Two different approvers decide (R30 to R45, R48: "two approvals").
VOTES_NEEDED = 2


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the identity provider knows them."""

    issuer: str
    subject: str


Said = TypeVar("Said", bound=StrEnum, covariant=True)


class Cast(Protocol[Said]):
    """A vote: who cast it, which of theirs it is, and what it says."""

    @property
    def person(self) -> Person: ...

    @property
    def turn(self) -> int: ...

    @property
    def ballot(self) -> Said: ...


Held = TypeVar("Held", bound=Cast[StrEnum])
Ballot = TypeVar("Ballot", bound=StrEnum)
Step = TypeVar("Step", bound=StrEnum)


def standing(votes: Sequence[Held]) -> tuple[Held, ...]:
    """The latest vote of each voter, in the order in which they first voted."""
    latest: dict[Person, Held] = {}
    for vote in votes:
        held = latest.get(vote.person)
        if held is None or vote.turn > held.turn:
            latest[vote.person] = vote
    return tuple(latest.values())


def lead_to(
    votes: Sequence[Cast[Ballot]], steps: Mapping[Ballot, Step], differing: Step | None
) -> Step | None:
    """The step of what both say, ``differing`` when they do not; None before both are in."""
    held = standing(votes)
    if len(held) < VOTES_NEEDED:
        return None
    ballots = {vote.ballot for vote in held}
    return steps[ballots.pop()] if len(ballots) == 1 else differing
