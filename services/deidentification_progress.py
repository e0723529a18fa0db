"""How far de-identification has come; apart from the work, so that screens load no engine."""

from __future__ import annotations

from uuid import UUID

from data_access import review
from data_access.review import Progress as Progress
from domain.counts import COUNTED_AT_MOST
from domain.permissions import Actor
from services.installation import Installation


def progress(installation: Installation, actor: Actor, study_id: UUID) -> Progress:
    """How far a study has come."""
    with installation.database.transaction(actor.staff_id) as connection:
        return review.progress(connection, study_id)


def waiting(installation: Installation, actor: Actor) -> tuple[int, int]:
    """How many sessions of all studies wait, and how many failed, counted up to a cap."""
    with installation.database.transaction(actor.staff_id) as connection:
        return review.open_counts(connection, COUNTED_AT_MOST + 1)
