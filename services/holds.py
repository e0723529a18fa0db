"""What is on hold: how many sessions under which rule, which those are, and what settles them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from data_access import standings
from data_access import studies as study_rows
from data_access.standings import SessionFactsRow as SessionFactsRow
from data_access.studies import StudyRow
from domain.errors import Refused
from domain.permissions import Act, Actor
from domain.policy import PolicyTable, Use
from domain.policy.holds import (
    GRANTED,
    WAITED_FOR,
    HoldCount,
    count_holds,
    held_under,
    holds_of,
)
from domain.policy.selections import select
from domain.policy.standings import Answers, StandingCount, slot_of
from domain.vocabulary import Role
from services import policy
from services.acts import reading
from services.installation import Installation
from services.policy_standings import counted

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Holds:
    """What rests in the studies the actor may know of."""

    studies: tuple[StudyRow, ...]
    counts: tuple[HoldCount, ...]
    table: PolicyTable


@dataclass(frozen=True, slots=True)
class HeldSession:
    """A session on hold under a rule, and the uses that wait for it to be settled."""

    row: SessionFactsRow
    study_title: str
    uses: tuple[Use, ...]
    #: Whether the actor may open it.
    readable: bool


@dataclass(frozen=True, slots=True)
class Worklist:
    """A page of sessions on hold under one rule, the oldest first."""

    sessions: tuple[HeldSession, ...]
    #: After which session the next page begins; None when there is none.
    more: tuple[datetime, UUID] | None


@dataclass(frozen=True, slots=True)
class Look:
    """What a screen shows at once: the counts, and a page of one rule's sessions."""

    holds: Holds
    #: The rule asked for, or the first there is; None when nothing is on hold.
    rule: str | None
    worklist: Worklist


def overview(installation: Installation, actor: Actor, study: str | None = None) -> Holds:
    """How many sessions rest under each rule: of all studies for administrators, else one's own.

    Raises
    ------
    Refused
        When the actor is neither administrator nor reviewer, or under R10 when the study is none
        of theirs; audited.
    """
    with reading(installation, actor, Act.SEE_HOLDS, "hold.list", "session") as connection:
        return _counted(installation, actor, connection, study).holds()


def worklist(
    installation: Installation,
    actor: Actor,
    rule: str,
    study: str | None = None,
    after: tuple[datetime, UUID] | None = None,
) -> Worklist:
    """The sessions that rest under a rule, the oldest first. Raises as :func:`overview`."""
    with reading(installation, actor, Act.SEE_HOLDS, "hold.list", "session") as connection:
        counts = _counted(installation, actor, connection, study)
        return _listed(installation, actor, connection, counts, rule, after)


def look(
    installation: Installation,
    actor: Actor,
    study: str | None,
    rule: str | None,
    after: Callable[[str], tuple[datetime, UUID] | None],
) -> Look:
    """Both in one reading: the sessions of the rule asked for, or of the first that holds any.

    ``after`` says for that rule where its page begins. Raises as :func:`overview`.
    """
    with reading(installation, actor, Act.SEE_HOLDS, "hold.list", "session") as connection:
        counts = _counted(installation, actor, connection, study)
        held = counts.holds()
        rules = [each.rule for each in held.counts]
        if not rules:
            return Look(held, None, Worklist((), None))
        shown = rule if rule in rules else rules[0]
        listed = _listed(installation, actor, connection, counts, shown, after(shown))
    return Look(held, shown, listed)


@dataclass(frozen=True, slots=True)
class _Counted:
    """The counts of a reading, from which holds and lists come."""

    studies: tuple[StudyRow, ...]
    groups: list[StandingCount]
    answers: Answers

    def holds(self) -> Holds:
        return Holds(self.studies, count_holds(self.groups, self.answers), self.answers.table)


def _counted(
    installation: Installation, actor: Actor, connection: Connection, study: str | None
) -> _Counted:
    held = _studies(installation, actor, connection)
    groups, (answers,) = counted(
        connection,
        [each.id for each in _chosen(held, study)],
        WAITED_FOR,
        [policy.in_force(connection)],
        installation.now(),
        as_administrator=actor.holds(Role.ADMINISTRATOR),
    )
    return _Counted(tuple(held), groups, answers)


def _listed(
    installation: Installation,
    actor: Actor,
    connection: Connection,
    counts: _Counted,
    rule: str,
    after: tuple[datetime, UUID] | None,
) -> Worklist:
    meant = select(counts.groups, held_under(counts.answers, [rule]), lambda _study, _flag: GRANTED)
    found = standings.selected(
        connection,
        meant,
        PAGE_SIZE + 1,
        after=after,
        as_administrator=actor.holds(Role.ADMINISTRATOR),
    )
    mine = actor.studies(Role.REVIEWER, installation.now())
    titles = {each.id: each.title for each in counts.studies}
    shown = found[:PAGE_SIZE]
    return Worklist(
        tuple(
            HeldSession(
                row,
                titles[row.study_id],
                uses_held(counts.answers, row, rule),
                row.study_id in mine,
            )
            for row in shown
        ),
        (shown[-1].sorted_at, shown[-1].id) if len(found) > PAGE_SIZE else None,
    )


def uses_held(answers: Answers, row: SessionFactsRow, rule: str) -> tuple[Use, ...]:
    """For which uses a rule holds a session."""
    slot = slot_of(row.standing, row.completed_at, answers.at)
    return tuple(holds_of(answers, slot, row.standing).get(rule, ()))


def _studies(
    installation: Installation, actor: Actor, connection: Connection
) -> Sequence[StudyRow]:
    visible = study_rows.visible(connection)
    if actor.holds(Role.ADMINISTRATOR):
        return visible
    mine = actor.studies(Role.REVIEWER, installation.now())
    return [study for study in visible if study.id in mine]


def _chosen(held: Sequence[StudyRow], study: str | None) -> list[StudyRow]:
    chosen = [each for each in held if study is None or each.slug == study]
    if study is not None and not chosen:
        raise Refused(
            f"There is no study “{study}” that you can see.",
            rule="R10",
            remedy="Choose one of the list, or ask an administrator for a grant.",
        )
    return chosen
