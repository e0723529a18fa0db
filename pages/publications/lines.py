"""From a publication as services give it to what lists and heads show."""

from __future__ import annotations

from components import words
from components.publication_table import PublicationLine
from domain.publications.contents import Audience
from domain.publications.lifecycle import PublicationState
from services.publications.reading import PublicationRow

STATES = {
    PublicationState.PREPARING: ("being prepared", "wait", "It is counted, drawn and frozen."),
    PublicationState.REFUSED: ("not possible", "bad", "A rule speaks against it."),
    PublicationState.PROPOSED: ("proposed", "wait", "Two approvers vote, blind to each other."),
    PublicationState.DISPUTED: ("disputed", "wait", "The two approvers differ and settle it."),
    PublicationState.REJECTED: ("rejected", "bad", "Two approvers turned it down."),
    PublicationState.APPROVED: ("approved", "good", "It waits to be published."),
    PublicationState.STALE: ("stale", "bad", "What it counts may not be counted any more."),
    PublicationState.EXPIRED: ("expired", "bad", "It was approved and not published in time."),
    PublicationState.TAKEN_BACK: ("taken back", "plain", "Its proposer took it back."),
    PublicationState.PUBLISHED: ("published", "good", "Its package may be handed out."),
    PublicationState.WITHDRAWN: ("withdrawn", "bad", "It no longer stands."),
}


def line(row: PublicationRow) -> PublicationLine:
    """One line of a list."""
    state, tone, hint = STATES[row.state]
    return PublicationLine(
        address=f"/publication?id={row.id}",
        number=row.number,
        title=row.title,
        study=row.study_title,
        audience=audience(row).capitalize() if row.recipient_id is None else audience(row),
        proposer=row.proposer_name,
        state=state,
        tone=tone,
        hint=row.state_reason or hint,
        changed=words.moment(row.changed_at),
    )


def audience(row: PublicationRow) -> str:
    """Who may read it."""
    if row.audience is Audience.THIRD_PARTY:
        return row.recipient_name or "one named recipient"
    return row.audience.label
