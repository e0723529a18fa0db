"""Going through a request session by session: a place in an order by lot, and what is around it."""

from __future__ import annotations

from uuid import UUID

from data_access import share_desk
from data_access.share_desk import PAGE as PAGE
from data_access.share_desk import Lot as Lot
from data_access.share_desk import Place as Place
from domain.permissions import Act, Actor
from services.acts import reading
from services.installation import Installation
from services.shares.visibility import visible


def lot(installation: Installation, actor: Actor, share_id: UUID, place: int) -> Lot | None:
    """The page of the actor's own order that holds a place; None while no session is in it.

    Raises
    ------
    Refused
        When the actor may not see the request; audited.
    """
    with reading(installation, actor, Act.SEE_SHARES, "share.contents", "share") as connection:
        row = visible(connection, actor, share_id)
        return share_desk.lot(connection, share_id, row.round, actor.staff_id, place)


def place_of(
    installation: Installation, actor: Actor, share_id: UUID, pseudonym: str
) -> int | None:
    """The place of a session by its name in the package; raises as :func:`lot`."""
    with reading(installation, actor, Act.SEE_SHARES, "share.contents", "share") as connection:
        row = visible(connection, actor, share_id)
        return share_desk.place_of(
            connection, share_id, row.round, actor.staff_id, pseudonym.strip()
        )
