"""The policy table in force, for those who work under it."""

from __future__ import annotations

from domain.permissions import Act, Actor
from domain.policy import PolicyTable
from services import policy
from services.acts import reading
from services.installation import Installation


def table_in_force(installation: Installation, actor: Actor) -> PolicyTable:
    """The table that every decision is read from now.

    Raises
    ------
    Refused
        When the actor holds no role; audited.
    """
    with reading(installation, actor, Act.READ_POLICY, "policy.read", "policy") as connection:
        return policy.in_force(connection)
