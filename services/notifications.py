"""What one is told: read, marked as read, and whether letters are wanted too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from data_access import notifications
from data_access.notifications import NotificationRow as NotificationRow
from domain.permissions import Actor
from services.installation import Installation

SERVICE = "notifications"
PAGE = 30
#: How many the home page shows.
AT_A_GLANCE = 5
COUNTED = 99


@dataclass(frozen=True, slots=True)
class NotificationPage:
    """One page of one's notifications, the newest first.

    ``new`` counts what is neither read nor settled, no further than one past :data:`COUNTED`.
    ``older`` is where the next page begins, None on the last.
    """

    rows: tuple[NotificationRow, ...]
    new: int
    older: UUID | None
    wants_mail: bool


def page(
    installation: Installation,
    actor: Actor,
    *,
    before: UUID | None = None,
    new_only: bool = False,
    size: int = PAGE,
) -> NotificationPage:
    """One's own notifications; nobody has a right to another's."""
    with installation.database.transaction(actor.staff_id) as connection:
        rows = notifications.newest(
            connection, actor.staff_id, before=before, new_only=new_only, at_most=size + 1
        )
        new = notifications.count_new(connection, actor.staff_id, COUNTED)
        wants = notifications.wants_mail(connection, actor.staff_id)
    shown = tuple(rows[:size])
    return NotificationPage(shown, new, shown[-1].id if len(rows) > size else None, wants)


def mark_read(
    installation: Installation, actor: Actor, wanted: Sequence[UUID] | None = None
) -> int:
    """Mark some of one's own as read, or all of them; how many."""
    with installation.database.transaction(actor.staff_id) as connection:
        return notifications.mark_read(connection, actor.staff_id, wanted, installation.now())


def choose_mail(installation: Installation, actor: Actor, *, wanted: bool) -> None:
    """Keep whether one wants letters as well."""
    with installation.database.transaction(actor.staff_id) as connection:
        notifications.choose_mail(connection, actor.staff_id, wanted)


def note_time_passing(installation: Installation, service: Actor) -> None:
    """Tell of grants and agreements that end, and of recalls that are overdue; each once."""
    with installation.database.transaction(service.staff_id) as connection:
        notifications.note_time_passing(connection, installation.now())
