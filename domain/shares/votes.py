"""Votes: two different approvers, neither of whom asked for the share or worked on what is in it.

People are compared by who they are at the identity provider, never by e-mail.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.errors import BadInput, Refused
from domain.shares.lifecycle import ShareState, ShareStep
from domain.votes import VOTES_NEEDED, Person, lead_to, standing

_SHORTEST_COMMENT = 5


class Ballot(StrEnum):
    """What an approver says of a request."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"


_STEPS = {
    Ballot.APPROVE: ShareStep.APPROVE,
    Ballot.RETURN: ShareStep.RETURN,
    Ballot.REJECT: ShareStep.REJECT,
}


@dataclass(frozen=True, slots=True)
class Vote:
    """One approver's say in one round.

    ``turn`` counts a voter's own votes in the round: the first is cast blind, later ones settle a
    disagreement. ``opened`` of ``sessions`` were actually opened by the voter.
    """

    staff_id: UUID
    person: Person
    name: str
    ballot: Ballot
    comment: str
    content_digest: bytes
    turn: int
    opened: int
    sessions: int
    memory_acknowledged: bool
    at: datetime


def step_of(state: ShareState, votes: Sequence[Vote]) -> ShareStep | None:
    """Where the votes of a round lead from a state; None while nothing follows from them."""
    differing = ShareStep.DISAGREE if state is ShareState.SUBMITTED else None
    return lead_to(votes, _STEPS, differing)


def check_vote(
    state: ShareState,
    voter: Person | None,
    *,
    requester: Person | None,
    confirmers: Collection[Person],
    cast: Sequence[Vote],
) -> int:
    """Which turn of the voter's this vote would be, when they may cast it.

    ``cast`` are the votes of the round so far, as the voter may see them; blind ones of others
    are not among them, so the database counts voters again.

    Raises
    ------
    Refused
        When the request is not up for votes, or the voter asked for it, worked on redactions
        in it, has voted and nothing is in dispute, or would be a third.
    """
    if state not in (ShareState.SUBMITTED, ShareState.DISPUTED):
        raise Refused(
            f"The request is {state.value}, so there is nothing to vote on.",
            rule="share.up-for-votes",
            remedy="Reload the page; if it was submitted anew, it is in the queue again.",
        )
    if voter is None:
        raise Refused(
            "You are not bound to an identity at the sign-in provider, so you cannot vote.",
            rule="share.known-person",
            remedy="Sign in once, then vote.",
        )
    if voter == requester:
        raise Refused(
            "You asked for this share, so you cannot vote on it.",
            rule="share.not-own-request",
            remedy="Two other approvers decide.",
        )
    if voter in confirmers:
        raise Refused(
            "You worked on the redactions of a session in this request, so you cannot vote on it.",
            rule="share.not-own-redactions",
            remedy="Two approvers who reviewed none of its sessions decide.",
        )
    mine = [vote for vote in cast if vote.person == voter]
    if not mine and len(standing(cast)) >= VOTES_NEEDED:
        raise Refused(
            "Two approvers have voted already.",
            rule="share.two-votes",
            remedy="They settle it between them; nothing is left for you to do.",
        )
    if mine and state is ShareState.SUBMITTED:
        raise Refused(
            "You have voted in this round, and a vote stands until both are in.",
            rule="share.vote-once",
            remedy="Wait for the second approver; if you differ, you can settle it then.",
        )
    return len(mine) + 1


def check_ballot(ballot: Ballot, comment: str, state: ShareState) -> str:
    """The comment, trimmed, when it says enough for that ballot.

    Raises
    ------
    BadInput
        When a return, a rejection or the settling of a disagreement has no reason.
    """
    said = comment.strip()
    if len(said) < _SHORTEST_COMMENT and (
        ballot is not Ballot.APPROVE or state is ShareState.DISPUTED
    ):
        raise BadInput("Say why in a few words: the requester and the other approver read it.")
    return said
