"""What may be done with a session, by the policy table in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from data_access.sessions import SessionRow
from domain.consent import Choices
from domain.permissions import Actor
from domain.policy import (
    Clearance,
    Decision,
    SessionFacts,
    Use,
    clearance_for,
    decide,
    what_may_be_done,
)
from domain.vocabulary import ConsentScope, FlagState

#: The uses a list shows at a glance; a session's own page shows all of them.
AT_A_GLANCE = (Use.PUBLISH_RESPONSES, Use.SHARE_RESEARCHER, Use.SHARE_JOURNALIST)


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
    )


def decision(actor: Actor, row: SessionRow, use: Use, now: datetime) -> Decision:
    """The table's answer for one use."""
    return decide(facts_of(row), use, clearance=_clearance(actor, row, now), now=now)


def at_a_glance(
    actor: Actor, rows: Sequence[SessionRow], now: datetime
) -> list[tuple[tuple[Use, Decision], ...]]:
    """The answers a list shows, row by row; what the actor holds is asked once for a study."""
    held: dict[tuple[UUID, FlagState], Clearance] = {}
    answers = []
    for row in rows:
        facts, place = facts_of(row), (row.study_id, row.flag)
        clearance = held.get(place) or held.setdefault(place, _clearance(actor, row, now))
        answers.append(
            tuple((use, decide(facts, use, clearance=clearance, now=now)) for use in AT_A_GLANCE)
        )
    return answers


def every_use(actor: Actor, row: SessionRow, now: datetime) -> tuple[tuple[Use, Decision], ...]:
    """The answers for every use there is."""
    return tuple(what_may_be_done(facts_of(row), clearance=_clearance(actor, row, now), now=now))


def _clearance(actor: Actor, row: SessionRow, now: datetime) -> Clearance:
    return clearance_for(actor, row.study_id, now, open_case=row.flag is FlagState.OPEN)
