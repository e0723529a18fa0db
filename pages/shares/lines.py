"""From a request as services give it to what lists and heads show."""

from __future__ import annotations

from components import words
from components.share_table import ShareLine
from domain.shares.lifecycle import ShareState
from services.shares.requests import ShareRow

STATES = {
    ShareState.DRAFT: ("draft", "plain", "Its requester composes it."),
    ShareState.SUBMITTED: ("submitted", "wait", "Two approvers vote, blind to each other."),
    ShareState.DISPUTED: ("disputed", "wait", "The two approvers differ and settle it."),
    ShareState.RETURNED: ("returned", "wait", "Its requester changes it and submits it again."),
    ShareState.REJECTED: ("rejected", "bad", "Two approvers turned it down."),
    ShareState.APPROVED: ("approved", "good", "It waits to be released."),
    ShareState.STALE: ("stale", "bad", "Something it was submitted with no longer holds."),
    ShareState.EXPIRED: ("expired", "bad", "It was approved and not released in time."),
    ShareState.WITHDRAWN: ("withdrawn", "plain", "Its requester took it back."),
    ShareState.RELEASED: ("released", "good", "Its package left."),
    ShareState.RECALLED: ("recalled", "bad", "Its package was called back."),
}


def line(row: ShareRow) -> ShareLine:
    """One line of a list."""
    state, tone, hint = STATES[row.state]
    return ShareLine(
        address=f"/share?id={row.id}",
        number=row.number,
        recipient=row.recipient_name,
        study=row.study_title,
        purpose=row.purpose,
        sessions=row.sessions,
        state=state,
        tone=tone,
        hint=row.state_reason or hint,
        changed=words.moment(row.changed_at),
    )
