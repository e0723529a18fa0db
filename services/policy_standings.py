"""Standings, asked of the policy: which sessions have an outcome, and how many by which rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from data_access import standings
from data_access.standings import Ways
from domain.permissions import Actor
from domain.policy import Clearance, Outcome, PolicyTable, Use, clearance_for
from domain.policy.counting import counting_plan
from domain.policy.selections import select, with_outcomes
from domain.policy.standings import Answers, StandingCount, cuts
from domain.vocabulary import FlagState
from services.installation import Installation


class AskedFor:
    """What an actor holds for each study, looked up once."""

    def __init__(self, actor: Actor, now: datetime) -> None:
        self._actor = actor
        self._now = now
        self._kept: dict[tuple[UUID, bool], Clearance] = {}

    def __call__(self, study_id: UUID, flag: FlagState) -> Clearance:
        """As :func:`services.policy.every_use` asks for a session of that study and flag."""
        key = (study_id, flag is FlagState.OPEN)
        held = self._kept.get(key)
        if held is None:
            held = clearance_for(self._actor, study_id, self._now, open_case=key[1])
            self._kept[key] = held
        return held


def counted(
    connection: Connection,
    studies: Sequence[UUID],
    uses: Collection[Use],
    tables: Sequence[PolicyTable],
    now: datetime,
    *,
    as_administrator: bool = False,
) -> tuple[list[StandingCount], list[Answers]]:
    """How many sessions stand where as far as these uses ask, and each table's answers."""
    at = cuts(tables, now)
    answers = [Answers(table, now, at) for table in tables]
    mask = 0
    for each in answers:
        mask |= each.mask(uses)
    groups = standings.counts(
        connection, studies, counting_plan(at), mask, as_administrator=as_administrator
    )
    return groups, answers


def sessions_with(
    connection: Connection,
    actor: Actor,
    studies: Sequence[UUID],
    outcomes: Mapping[Use, Collection[Outcome]],
    table: PolicyTable,
    now: datetime,
    *,
    by_completion_alone: bool,
) -> Ways:
    """The sessions of these studies for which the policy answers so, as the actor asks.

    ``by_completion_alone`` when nothing else narrows the list and it is in the order of time.
    """
    groups, (answers,) = counted(connection, studies, tuple(outcomes), [table], now)
    chosen = with_outcomes(answers, outcomes)
    meant = select(groups, chosen, AskedFor(actor, now))
    return standings.ways(connection, meant, by_completion_alone=by_completion_alone)


def add_up(installation: Installation, service: Actor) -> int:
    """Put the changes of the kept counts together, so that they stay few; how many they were.

    No act: it changes no answer and no count, only how many rows hold them.
    """
    with installation.database.transaction(service.staff_id, long=True) as connection:
        return standings.add_up(connection)
