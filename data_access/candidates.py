"""Which sessions a filter names, without what is in them: for choosing very many at once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from data_access.sessions import _conditions, _order
from data_access.tables import InterviewSession
from domain.session_filters import SessionFilter


def named(
    connection: Connection,
    wanted: SessionFilter,
    study_id: UUID,
    at_most: int,
    found: Sequence[UUID] | None,
) -> list[UUID]:
    """The sessions of one study that match, in the filter's order.

    ``found`` is what :func:`data_access.sessions.matching` said of the filter's search.
    """
    return list(
        connection.execute(
            select(InterviewSession.id)
            .where(InterviewSession.study_id == study_id, *_conditions(wanted, found))
            .order_by(*_order(wanted.sort, False))
            .limit(at_most)
        ).scalars()
    )
