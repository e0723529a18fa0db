"""The life of a publication as one table: which step leads from which state to which, and whose.

Buttons, checks, the database's own check and the diagram in the documentation come from it. What
was frozen is never changed: something that turned out wrong is proposed anew, from a snapshot.
"""

from __future__ import annotations

from enum import StrEnum

from domain.lifecycle import Lifecycle, Transition


class PublicationState(StrEnum):
    """Where a publication stands."""

    #: Behind the page its cells are counted, protected, drawn and frozen.
    PREPARING = "preparing"
    #: The policy, or what was shown before, allows no such publication.
    REFUSED = "refused"
    PROPOSED = "proposed"
    #: The two votes differ; both are open now, and the voters settle it with a comment.
    DISPUTED = "disputed"
    REJECTED = "rejected"
    APPROVED = "approved"
    #: Somebody counted in it may no longer be counted, or who would receive it may not.
    STALE = "stale"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class PublicationStep(StrEnum):
    """What moves a publication on."""

    FREEZE = "freeze"
    REFUSE = "refuse"
    APPROVE = "approve"
    REJECT = "reject"
    DISAGREE = "disagree"
    GO_STALE = "go stale"
    EXPIRE = "expire"
    TAKE_BACK = "take back"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


class Party(StrEnum):
    """Whose step it is."""

    PROPOSER = "its proposer"
    TWO_APPROVERS = "two approvers"
    PROPOSER_OR_APPROVER = "its proposer or one of its approvers"
    ANYBODY_RESPONSIBLE = "its proposer, an approver or an administrator"
    #: No person: what it rests on does not hold, or its time is up.
    THE_DESK = "the desk itself"


_VOTED = frozenset({PublicationState.PROPOSED, PublicationState.DISPUTED})
#: States in which it waits on what was frozen.
WAITING = frozenset({*_VOTED, PublicationState.APPROVED})
#: States in which its frozen cells are there to be seen.
FROZEN = frozenset(PublicationState) - {PublicationState.PREPARING, PublicationState.REFUSED}

TRANSITIONS = (
    Transition(
        PublicationStep.FREEZE,
        frozenset({PublicationState.PREPARING}),
        PublicationState.PROPOSED,
        Party.THE_DESK,
        "the policy lets its people be counted, and no small count can be worked out",
    ),
    Transition(
        PublicationStep.REFUSE,
        frozenset({PublicationState.PREPARING}),
        PublicationState.REFUSED,
        Party.THE_DESK,
        "a rule speaks against it",
    ),
    Transition(
        PublicationStep.APPROVE,
        _VOTED,
        PublicationState.APPROVED,
        Party.TWO_APPROVERS,
        "both voted to approve the same digest",
    ),
    Transition(
        PublicationStep.REJECT,
        _VOTED,
        PublicationState.REJECTED,
        Party.TWO_APPROVERS,
        "both voted to reject",
    ),
    Transition(
        PublicationStep.DISAGREE,
        frozenset({PublicationState.PROPOSED}),
        PublicationState.DISPUTED,
        Party.TWO_APPROVERS,
        "both votes are in and differ",
    ),
    Transition(
        PublicationStep.GO_STALE,
        WAITING,
        PublicationState.STALE,
        Party.THE_DESK,
        "somebody counted in it may no longer be counted, or it may no longer be received",
    ),
    Transition(
        PublicationStep.EXPIRE,
        frozenset({PublicationState.APPROVED}),
        PublicationState.EXPIRED,
        Party.THE_DESK,
        "it was not published in time",
    ),
    Transition(
        PublicationStep.TAKE_BACK,
        WAITING,
        PublicationState.TAKEN_BACK,
        Party.PROPOSER,
        "any time before it is published",
    ),
    Transition(
        PublicationStep.PUBLISH,
        frozenset({PublicationState.APPROVED}),
        PublicationState.PUBLISHED,
        Party.PROPOSER_OR_APPROVER,
        "everything still holds at that moment",
    ),
    Transition(
        PublicationStep.WITHDRAW,
        frozenset({PublicationState.PUBLISHED}),
        PublicationState.WITHDRAWN,
        Party.ANYBODY_RESPONSIBLE,
        "with a reason",
    ),
)
_LIFE = Lifecycle(
    TRANSITIONS,
    first=PublicationState.PREPARING,
    rule="publication.step",
    called=lambda state: f"A publication that is {state.value.replace('_', ' ')}",
)
steps_from = _LIFE.steps_from
after = _LIFE.after
allowed_pairs = _LIFE.allowed_pairs
diagram = _LIFE.diagram
