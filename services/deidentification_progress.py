"""How far de-identification has come; apart from the work, so that screens load no engine."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from data_access import review
from data_access.review import Progress as Progress
from domain.pace import WINDOW, pace
from domain.permissions import Actor
from services.installation import Installation

_NOTHING = Progress(0, 0, 0)
#: Of very fast work the last ones tell the rate as well as all of them would.
_COUNTED = 500


def progress(installation: Installation, actor: Actor, study_id: UUID) -> Progress:
    """How far a study has come, how fast it goes and how long it will take."""
    now = installation.now()
    with installation.database.transaction(actor.staff_id) as connection:
        held = review.progress(connection).get(study_id, _NOTHING)
        lately = (
            review.finished_lately(connection, now - WINDOW, _COUNTED, study_id)
            if held.waiting
            else []
        )
    return replace(held, pace=pace(held.waiting, [at for _study, at in lately], now))


def every(installation: Installation, actor: Actor) -> dict[UUID, Progress]:
    """How far each study that has sessions has come, and how fast it goes."""
    now = installation.now()
    with installation.database.transaction(actor.staff_id) as connection:
        held = review.progress(connection)
        waits = any(each.waiting for each in held.values())
        lately = review.finished_lately(connection, now - WINDOW, _COUNTED) if waits else []
    return {
        study_id: replace(
            each, pace=pace(each.waiting, [at for study, at in lately if study == study_id], now)
        )
        for study_id, each in held.items()
    }


def overall(installation: Installation, actor: Actor) -> Progress:
    """How far all studies together have come, and how fast the machine reads."""
    now = installation.now()
    with installation.database.transaction(actor.staff_id) as connection:
        held = review.progress(connection).values()
        waiting = sum(each.waiting for each in held)
        lately = review.finished_lately(connection, now - WINDOW, _COUNTED) if waiting else []
    return Progress(
        waiting,
        sum(each.done for each in held),
        sum(each.failed for each in held),
        pace(waiting, [at for _study, at in lately], now),
    )
