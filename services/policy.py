"""What may be done with a session, by the policy table in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from data_access import policy_documents
from data_access.sessions import SessionRow
from domain.consent import Choices
from domain.errors import ClearanceError
from domain.permissions import Actor
from domain.policy import (
    Clearance,
    Decision,
    PolicyTable,
    SessionFacts,
    Use,
    clearance_for,
    decide,
    read_table,
    what_may_be_done,
)
from domain.vocabulary import ConsentScope, FlagState

#: The uses a list shows at a glance; a session's own page shows all of them.
AT_A_GLANCE = (Use.PUBLISH_RESPONSES, Use.SHARE_RESEARCHER, Use.SHARE_JOURNALIST)


#: Tables that were read from their documents: few, for a change of the policy is rare, and what
#: a digest stands for never changes.
_TABLES: dict[str, PolicyTable] = {}


def in_force(connection: Connection) -> PolicyTable:
    """The table that every decision is read from now; asked of the database at each act."""
    digest = policy_documents.digest_in_force(connection)
    if digest is None:
        raise ClearanceError("No policy table is in force. Run the migrations.")
    table = _TABLES.get(digest)
    if table is None:
        table = read_table(policy_documents.document(connection, digest))
        _TABLES[digest] = table
    return table


def facts_of(row: SessionRow) -> SessionFacts:
    """What the policy table needs to know of a session."""
    return SessionFacts(
        status=row.status,
        completed_at=row.completed_at,
        plan=row.plan,
        memory_on=row.memory_on,
        flag=row.flag,
        choices=Choices(
            publish_responses=row.choices[ConsentScope.PUBLISH_RESPONSES],
            share_researchers=row.choices[ConsentScope.SHARE_RESEARCHERS],
            share_journalists=row.choices[ConsentScope.SHARE_JOURNALISTS],
            contact=row.choices[ConsentScope.CONTACT],
        ),
        erased=row.erased_at is not None,
        withdrawn=row.withdrawn_at is not None,
        assigned_version=row.assigned_version,
    )


def decision(
    table: PolicyTable, actor: Actor, row: SessionRow, use: Use, now: datetime
) -> Decision:
    """The table's answer for one use."""
    return decide(facts_of(row), use, clearance=_clearance(actor, row, now), now=now, table=table)


def at_a_glance(
    table: PolicyTable, actor: Actor, rows: Sequence[SessionRow], now: datetime
) -> list[tuple[tuple[Use, Decision], ...]]:
    """The answers a list shows, row by row; what the actor holds is asked once for a study."""
    held: dict[tuple[UUID, FlagState], Clearance] = {}
    answers = []
    for row in rows:
        facts, place = facts_of(row), (row.study_id, row.flag)
        clearance = held.get(place) or held.setdefault(place, _clearance(actor, row, now))
        answers.append(
            tuple(
                (use, decide(facts, use, clearance=clearance, now=now, table=table))
                for use in AT_A_GLANCE
            )
        )
    return answers


def every_use(
    table: PolicyTable, actor: Actor, row: SessionRow, now: datetime
) -> tuple[tuple[Use, Decision], ...]:
    """The answers for every use there is."""
    clearance = _clearance(actor, row, now)
    return tuple(what_may_be_done(facts_of(row), clearance=clearance, now=now, table=table))


def _clearance(actor: Actor, row: SessionRow, now: datetime) -> Clearance:
    return clearance_for(actor, row.study_id, now, open_case=row.flag is FlagState.OPEN)
