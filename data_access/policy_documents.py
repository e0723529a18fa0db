"""Policy tables that were in force, by digest: what a stored decision was made under."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from data_access.tables import PolicyDocument


def record(connection: Connection, digest: str, document: Mapping[str, Any]) -> None:
    """Keep a policy table under its digest; nothing happens when it is there."""
    connection.execute(
        insert(PolicyDocument)
        .values(digest=digest, document=dict(document))
        .on_conflict_do_nothing()
    )
