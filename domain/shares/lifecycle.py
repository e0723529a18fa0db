"""The share lifecycle as one table: which step leads from which state to which, and whose it is.

Buttons, checks, the database's own check and the diagram in the documentation come from it.
Source: "Share lifecycle" in the domain's description; a disagreement between two approvers is
a state of its own, and votes that something voided make a request stale before its approval
as after it.
"""

from __future__ import annotations

from enum import StrEnum

from domain.lifecycle import Lifecycle, Transition


class ShareState(StrEnum):
    """Where a share request stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    #: The two votes differ; both are open now, and the voters settle it with a comment.
    DISPUTED = "disputed"
    RETURNED = "returned"
    REJECTED = "rejected"
    APPROVED = "approved"
    #: Something it was submitted with no longer holds; its votes are void.
    STALE = "stale"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"
    RECALLED = "recalled"


class ShareStep(StrEnum):
    """What moves a share request on."""

    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    DISAGREE = "disagree"
    GO_STALE = "go stale"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    RECALL = "recall"


class Party(StrEnum):
    """Whose step it is."""

    REQUESTER = "the requester"
    TWO_APPROVERS = "two approvers"
    REQUESTER_OR_APPROVER = "the requester or one of its approvers"
    APPROVER_OR_ADMINISTRATOR = "an approver or an administrator"
    #: No person: what the request was submitted with changed, or its time is up.
    THE_DESK = "the desk itself"


#: States in which approvers vote.
UP_FOR_VOTES = frozenset({ShareState.SUBMITTED, ShareState.DISPUTED})
#: States in which what is asked for may still be changed.
OPEN_TO_CHANGE = frozenset({ShareState.DRAFT, ShareState.RETURNED, ShareState.STALE})
#: States in which a request waits on its digest: a change of what it covers makes it stale.
BOUND_TO_ITS_DIGEST = frozenset({*UP_FOR_VOTES, ShareState.APPROVED})

TRANSITIONS = (
    Transition(
        ShareStep.SUBMIT,
        OPEN_TO_CHANGE,
        ShareState.SUBMITTED,
        Party.REQUESTER,
        "every session is confirmed and allowed, the recipient active, the agreement in force",
    ),
    Transition(
        ShareStep.APPROVE,
        UP_FOR_VOTES,
        ShareState.APPROVED,
        Party.TWO_APPROVERS,
        "both voted to approve the same digest",
    ),
    Transition(
        ShareStep.RETURN,
        UP_FOR_VOTES,
        ShareState.RETURNED,
        Party.TWO_APPROVERS,
        "both voted to return",
    ),
    Transition(
        ShareStep.REJECT,
        UP_FOR_VOTES,
        ShareState.REJECTED,
        Party.TWO_APPROVERS,
        "both voted to reject",
    ),
    Transition(
        ShareStep.DISAGREE,
        frozenset({ShareState.SUBMITTED}),
        ShareState.DISPUTED,
        Party.TWO_APPROVERS,
        "both votes are in and differ",
    ),
    Transition(
        ShareStep.GO_STALE,
        BOUND_TO_ITS_DIGEST,
        ShareState.STALE,
        Party.THE_DESK,
        "something it was submitted with no longer holds",
    ),
    Transition(
        ShareStep.EXPIRE,
        frozenset({ShareState.APPROVED}),
        ShareState.EXPIRED,
        Party.THE_DESK,
        "it was not released in time",
    ),
    Transition(
        ShareStep.WITHDRAW,
        frozenset({*OPEN_TO_CHANGE, *BOUND_TO_ITS_DIGEST}),
        ShareState.WITHDRAWN,
        Party.REQUESTER,
        "any time before it is released",
    ),
    Transition(
        ShareStep.RELEASE,
        frozenset({ShareState.APPROVED}),
        ShareState.RELEASED,
        Party.REQUESTER_OR_APPROVER,
        "everything still holds at that moment",
    ),
    Transition(
        ShareStep.RECALL,
        frozenset({ShareState.RELEASED}),
        ShareState.RECALLED,
        Party.APPROVER_OR_ADMINISTRATOR,
        "with a reason, a notice and a due date",
    ),
)
_LIFE = Lifecycle(
    TRANSITIONS,
    first=ShareState.DRAFT,
    rule="share.step",
    called=lambda state: f"A {state.value} request",
)
transition = _LIFE.transition
steps_from = _LIFE.steps_from
after = _LIFE.after
allowed_pairs = _LIFE.allowed_pairs
diagram = _LIFE.diagram
