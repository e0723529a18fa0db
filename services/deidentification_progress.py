"""How far de-identification has come; apart from the work, so that screens load no engine."""

from __future__ import annotations

from uuid import UUID

from data_access import review
from data_access.review import Progress as Progress
from domain.permissions import Actor
from services.installation import Installation

_NOTHING = Progress(0, 0, 0)


def progress(installation: Installation, actor: Actor, study_id: UUID) -> Progress:
    """How far a study has come."""
    return every(installation, actor).get(study_id, _NOTHING)


def every(installation: Installation, actor: Actor) -> dict[UUID, Progress]:
    """How far each study that has sessions has come."""
    with installation.database.transaction(actor.staff_id) as connection:
        return review.progress(connection)


def waiting(installation: Installation, actor: Actor) -> tuple[int, int]:
    """How many sessions of all studies wait, and how many failed."""
    held = every(installation, actor).values()
    return sum(each.waiting for each in held), sum(each.failed for each in held)
