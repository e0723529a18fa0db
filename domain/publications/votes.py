"""Votes on a publication: two different approvers, neither of whom proposed it.

People are compared by who they are at the identity provider, never by e-mail. What is frozen is
not changed, so an approver says yes or no.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.errors import BadInput, Refused
from domain.publications.lifecycle import PublicationState, PublicationStep
from domain.votes import VOTES_NEEDED, Person, lead_to, standing

_SHORTEST_COMMENT = 5


class Ballot(StrEnum):
    """What an approver says of a publication."""

    APPROVE = "approve"
    REJECT = "reject"


_STEPS = {
    Ballot.APPROVE: PublicationStep.APPROVE,
    Ballot.REJECT: PublicationStep.REJECT,
}


@dataclass(frozen=True, slots=True)
class Vote:
    """One approver's say. ``turn`` 1 is cast blind, later ones settle a disagreement."""

    staff_id: UUID
    person: Person
    name: str
    ballot: Ballot
    comment: str
    content_digest: bytes
    turn: int
    at: datetime


def step_of(state: PublicationState, votes: Sequence[Vote]) -> PublicationStep | None:
    """Where the votes lead from a state; None while nothing follows from them."""
    differing = PublicationStep.DISAGREE if state is PublicationState.PROPOSED else None
    return lead_to(votes, _STEPS, differing)


def check_vote(
    state: PublicationState,
    voter: Person | None,
    *,
    proposer: Person | None,
    cast: Sequence[Vote],
) -> int:
    """Which turn of the voter's this vote would be, when they may cast it.

    ``cast`` are the votes so far, as the voter may see them; blind ones of others are not among
    them, so the database counts voters again.

    Raises
    ------
    Refused
        When it is not up for votes, or the voter proposed it, has voted and nothing is in
        dispute, or would be a third.
    """
    if state not in (PublicationState.PROPOSED, PublicationState.DISPUTED):
        raise Refused(
            f"The publication is {state.value.replace('_', ' ')}, so there is nothing to vote on.",
            rule="publication.up-for-votes",
            remedy="Reload the page and see where it stands.",
        )
    if voter is None:
        raise Refused(
            "You are not bound to an identity at the sign-in provider, so you cannot vote.",
            rule="publication.known-person",
            remedy="Sign in once, then vote.",
        )
    if voter == proposer:
        raise Refused(
            "You proposed this publication, so you cannot vote on it.",
            rule="publication.not-own-proposal",
            remedy="Two other approvers decide.",
        )
    mine = [vote for vote in cast if vote.person == voter]
    if not mine and len(standing(cast)) >= VOTES_NEEDED:
        raise Refused(
            "Two approvers have voted already.",
            rule="publication.two-votes",
            remedy="They settle it between them; nothing is left for you to do.",
        )
    if mine and state is PublicationState.PROPOSED:
        raise Refused(
            "You have voted, and a vote stands until both are in.",
            rule="publication.vote-once",
            remedy="Wait for the second approver; if you differ, you can settle it then.",
        )
    return len(mine) + 1


def check_ballot(ballot: Ballot, comment: str, state: PublicationState) -> str:
    """The comment, trimmed, when it says enough for that ballot.

    Raises
    ------
    BadInput
        When a rejection or the settling of a disagreement has no reason.
    """
    said = comment.strip()
    if len(said) < _SHORTEST_COMMENT and (
        ballot is not Ballot.APPROVE or state is PublicationState.DISPUTED
    ):
        raise BadInput("Say why in a few words: the proposer and the other approver read it.")
    return said
