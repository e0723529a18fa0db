"""Standings, asked of the policy: which sessions have an outcome, and how many by which rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from data_access import standings
from domain.permissions import Actor
from domain.policy import Clearance, Outcome, PolicyTable, Use, clearance_for
from domain.policy.counting import counting_plan
from domain.policy.selections import Selection, select, with_outcomes
from domain.policy.standings import Answers, StandingCount, cuts
from domain.vocabulary import FlagState


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
    tables: Iterable[PolicyTable],
    now: datetime,
    *,
    as_administrator: bool = False,
) -> tuple[list[StandingCount], tuple[datetime, ...]]:
    """How many sessions stand between the cuts of these tables, and the cuts."""
    at = cuts(tables, now)
    groups = standings.counts(
        connection, studies, counting_plan(at), as_administrator=as_administrator
    )
    return groups, at


def sessions_with(
    connection: Connection,
    actor: Actor,
    studies: Sequence[UUID],
    outcomes: Mapping[Use, Collection[Outcome]],
    table: PolicyTable,
    now: datetime,
) -> Selection:
    """The sessions of these studies for which the policy answers so, as the actor asks."""
    groups, at = counted(connection, studies, [table], now)
    answers = Answers(table, now, at)
    return select(groups, with_outcomes(answers, outcomes), AskedFor(actor, now))
