"""Which requests somebody may see: asked by everything that is done with one."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from data_access import shares
from data_access.shares import ShareRow
from domain.errors import Refused
from domain.permissions import Act, Actor, check


def visible(connection: Connection, actor: Actor, share_id: UUID) -> ShareRow:
    """A request, when the actor may see it.

    Raises
    ------
    Refused
        Otherwise; whether there is one is not told.
    """
    check(actor, Act.SEE_SHARES)
    row = shares.find(connection, share_id)
    if row is None:
        raise Refused(
            "There is no such request among those you may see.",
            rule="R10",
            remedy="Ask an administrator for a grant on its study that states your purpose.",
        )
    return row
