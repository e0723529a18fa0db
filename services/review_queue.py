"""Which session to review next."""

from __future__ import annotations

from uuid import UUID

from data_access import sessions
from data_access.sessions import SessionRow
from domain.permissions import Act, Actor
from domain.policy import Use
from domain.session_filters import SessionFilter
from domain.vocabulary import ReviewState
from services import policy
from services.acts import reading
from services.installation import Installation

#: How many unreviewed sessions are looked at to find one that may be read.
_LOOKED_AT = 50


def next_to_review(installation: Installation, actor: Actor, after: SessionRow) -> UUID | None:
    """The session of the study to review after this one: unreviewed, the newest first.

    Raises
    ------
    Refused
        When the actor's roles do not allow reviewing; audited.
    """
    with reading(installation, actor, Act.REVIEW, "review.next", "session") as connection:
        wanted = SessionFilter(study=after.study_slug, review_states=(ReviewState.UNREVIEWED,))
        rows = sessions.page(connection, wanted, [after.study_id], _LOOKED_AT, None)
    # Not the one that is open, and no session whose words nobody may read yet.
    usable = (
        row.id
        for row in rows
        if row.id != after.id
        and policy.decision(actor, row, Use.INTERNAL_RAW_TEXT, installation.now()).allowed
    )
    return next(usable, None)
