"""The share lifecycle as one table: which step leads from which state to which, and whose it is.

Buttons, checks, the database's own check and the diagram in the documentation come from it.
Source: "Share lifecycle" in the domain's description; a disagreement between two approvers is
a state of its own, and votes that something voided make a request stale before its approval
as after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Refused


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


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table; ``when`` says in words what else must hold."""

    step: ShareStep
    before: frozenset[ShareState]
    after: ShareState
    party: Party
    when: str


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
_BY_STEP = {transition.step: transition for transition in TRANSITIONS}


def transition(step: ShareStep) -> Transition:
    """The row of a step."""
    return _BY_STEP[step]


def steps_from(state: ShareState) -> tuple[ShareStep, ...]:
    """The steps that lead on from a state, in the table's order; none from a final one."""
    return tuple(row.step for row in TRANSITIONS if state in row.before)


def after(state: ShareState, step: ShareStep) -> ShareState:
    """The state that a step leads to.

    Raises
    ------
    Refused
        When the step does not lead on from there.
    """
    row = _BY_STEP[step]
    if state not in row.before:
        raise Refused(
            f"A {state.value} request cannot {step.value}.",
            rule="share.step",
            remedy="Reload the page: somebody may have moved it on meanwhile.",
        )
    return row.after


def allowed_pairs() -> frozenset[tuple[ShareState, ShareState]]:
    """Every pair of states with a step between them: what the database's check knows."""
    return frozenset((before, row.after) for row in TRANSITIONS for before in row.before)


def diagram() -> str:
    """The table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    for row in TRANSITIONS:
        lines += [
            f"    {before.value} --> {row.after.value}: {row.step.value}"
            for before in ShareState
            if before in row.before
        ]
    lines += [f"    {state.value} --> [*]" for state in ShareState if not steps_from(state)]
    return "\n".join(lines)
