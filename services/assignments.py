"""Settling which policy governs: one administrator proposes, another one confirms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from data_access import assignments, standings
from data_access import studies as study_rows
from data_access.assignments import AssignmentRow as AssignmentRow
from data_access.standings import SessionFactsRow as SessionFactsRow
from domain.digests import digest
from domain.errors import BadInput, Refused
from domain.permissions import Act, Actor, check
from domain.policy import PolicyTable, governing_version
from domain.policy.assignments import (
    MOST_SESSIONS,
    Difference,
    Settlement,
    ToAssign,
    assignment_differences,
    check_assignment,
    check_reason,
)
from domain.policy.holds import GRANTED, WAITED_FOR, WHICH_POLICY, held_under
from domain.policy.selections import select
from domain.policy.standings import Answers, StandingCount, cuts, slot_of
from domain.vocabulary import PolicyVersion
from services import policy
from services.acts import act, reading
from services.installation import Installation
from services.policy_standings import counted

_BROKEN_RULE = "23514"


@dataclass(frozen=True, slots=True)
class Meant:
    """Which sessions are meant: by their numbers, or all that wait for it in a study and period.

    The first and the last day of the period are both included, in UTC.
    """

    numbers: tuple[int, ...] = ()
    study: str | None = None
    completed_from: date | None = None
    completed_until: date | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """The sessions meant and what would be answered otherwise; ``digest`` names exactly this."""

    sessions: tuple[SessionFactsRow, ...]
    differences: tuple[Difference, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal that waits, with what it would alter as things stand now."""

    row: AssignmentRow
    differences: tuple[Difference, ...]
    mine: bool


@dataclass(frozen=True, slots=True)
class Assignments:
    """What waits, and what was settled."""

    waiting: tuple[Waiting, ...]
    settled: tuple[AssignmentRow, ...]
    table: PolicyTable
    studies: tuple[tuple[str, str], ...] = field(default=())


def every(installation: Installation, actor: Actor) -> Assignments:
    """The newest proposals, for administrators; a refusal is audited."""
    with reading(
        installation, actor, Act.ASSIGN_POLICY, "assignment.list", "assignment"
    ) as connection:
        table = policy.in_force(connection)
        rows = assignments.newest(connection)
        waiting = []
        # A handful at most wait at a time, each for two people.
        for row in (each for each in rows if each.outcome is None):
            held = standings.assigned_in(connection, row.id)
            told = _differences(installation, table, held, row.version)
            waiting.append(Waiting(row, told, row.proposed_by == actor.staff_id))
        studies = tuple((each.slug, each.title) for each in study_rows.visible(connection))
    settled = tuple(each for each in rows if each.outcome is not None)
    return Assignments(tuple(waiting), settled, table, studies)


def preview(
    installation: Installation, actor: Actor, meant: Meant, version: PolicyVersion
) -> Preview:
    """What settling on a policy would alter, before anybody proposes it.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    BadInput
        When a session cannot be settled so; naming it.
    """
    with reading(
        installation, actor, Act.ASSIGN_POLICY, "assignment.preview", "assignment"
    ) as connection:
        table = policy.in_force(connection)
        return _preview(installation, connection, table, meant, version)


def propose(
    installation: Installation,
    actor: Actor,
    meant: Meant,
    version: PolicyVersion,
    reason: str,
    *,
    shown: str | None = None,
) -> UUID:
    """Propose that a policy governs these sessions.

    Parameters
    ----------
    shown
        The digest of the preview that was looked at; another one than now is refused.

    Raises
    ------
    Refused
        When the actor is no administrator, or what was looked at is no longer what would be
        proposed; audited.
    BadInput
        When a session cannot be settled so, or the reason says too little.
    """
    with act(installation, actor, "assignment.propose", "assignment") as done:
        check(actor, Act.ASSIGN_POLICY)
        said = check_reason(reason)
        table = policy.in_force(done.connection)
        found = _preview(installation, done.connection, table, meant, version)
        if shown is not None and shown != found.digest:
            raise Refused(
                "The sessions on hold changed since they were shown.",
                rule="assignment.as-shown",
                remedy="Look at them again and propose what you see.",
            )
        assignment_id = assignments.propose(
            done.connection,
            version=version,
            sessions=[(row, governing_version(row.completed_at, table)) for row in found.sessions],
            policy_digest=table.digest,
            reason=said,
            by=actor.staff_id,
            now=installation.now(),
        )
        done.object_id = str(assignment_id)
        done.purpose = said
        done.detail.update(_told(table, version, found.sessions))
    return assignment_id


def settle(
    installation: Installation, actor: Actor, assignment_id: UUID, how: Settlement
) -> AssignmentRow:
    """Confirm or reject another's proposal, or withdraw one's own.

    Confirmed, it holds at once: each session's policy is another, and every open request that
    holds one of them is stale.

    Raises
    ------
    Refused
        When the actor is no administrator; when it is theirs to withdraw and not to decide, or
        another's; when table or sessions changed since it was proposed. Audited.
    BadInput
        When there is no such proposal, or it was settled already; the sentence says by whom.
    """
    with act(
        installation, actor, f"assignment.{how}", "assignment", object_id=str(assignment_id)
    ) as done:
        check(actor, Act.ASSIGN_POLICY)
        held = assignments.find(done.connection, assignment_id)
        if held is None:
            raise BadInput("There is no such proposal. Choose one of the list.")
        sessions = standings.assigned_in(done.connection, assignment_id)
        try:
            settled = assignments.settle(done.connection, assignment_id, how, installation.now())
        except DBAPIError as error:
            raise _refusal(error, how) from None
        if not settled:
            held = assignments.find(done.connection, assignment_id) or held
            raise BadInput(
                f"{held.decider or 'Somebody'} settled this proposal already: {held.outcome}. "
                "Reload the page."
            )
        done.purpose = held.reason
        done.detail.update(_told(policy.in_force(done.connection), held.version, sessions))
    return held


def _preview(
    installation: Installation,
    connection: Connection,
    table: PolicyTable,
    meant: Meant,
    version: PolicyVersion,
) -> Preview:
    found = _sessions(installation, connection, table, meant)
    check_assignment(
        table,
        [ToAssign(each.number, each.completed_at, each.assigned_version) for each in found],
        version,
    )
    return Preview(
        tuple(found),
        _differences(installation, table, found, version),
        digest(
            [
                table.digest,
                version.value,
                *([str(each.id), each.standing] for each in found),
            ]
        ).hex(),
    )


def _sessions(
    installation: Installation, connection: Connection, table: PolicyTable, meant: Meant
) -> Sequence[SessionFactsRow]:
    if meant.numbers:
        found = standings.numbered(connection, sorted(set(meant.numbers)))
        missing = sorted(set(meant.numbers) - {each.number for each in found})
        if missing:
            raise BadInput(f"There is no session {missing[0]}. Check the number.")
        return found
    studies = [
        each.id
        for each in study_rows.visible(connection)
        if meant.study is None or each.slug == meant.study
    ]
    groups, (answers,) = counted(
        connection, studies, WAITED_FOR, [table], installation.now(), as_administrator=True
    )
    waiting = select(groups, held_under(answers, WHICH_POLICY), lambda _study, _flag: GRANTED)
    since = None if meant.completed_from is None else _midnight(meant.completed_from)
    until = meant.completed_until
    before = None if until is None else _midnight(until + timedelta(days=1))
    return standings.selected(
        connection,
        waiting.completed_within(since, before),
        MOST_SESSIONS + 1,
        as_administrator=True,
    )


def _differences(
    installation: Installation,
    table: PolicyTable,
    rows: Sequence[SessionFactsRow],
    version: PolicyVersion,
) -> tuple[Difference, ...]:
    now = installation.now()
    at = cuts([table], now)
    groups = [
        StandingCount(row.study_id, slot_of(row.standing, row.completed_at, at), row.standing, 1)
        for row in rows
    ]
    return assignment_differences(groups, Answers(table, now, at), version)


def _refusal(error: DBAPIError, how: Settlement) -> Exception:
    """The database's refusal as a sentence; anything else is a defect."""
    said = str(error.orig)
    if getattr(error.orig, "sqlstate", None) != _BROKEN_RULE:
        return error
    if "assignment.same-" in said:
        return Refused(
            "The policy table or one of the sessions is another since this was proposed.",
            rule="assignment.same-table" if "same-table" in said else "assignment.same-sessions",
            remedy="Reject it and propose it anew, so that what it alters is seen as it is now.",
        )
    if how is Settlement.WITHDRAWN:
        return Refused(
            "Another administrator proposed this, so it is not yours to withdraw.",
            rule="assignment.two-people",
            remedy="Reject it instead.",
        )
    return Refused(
        "You proposed this, so another administrator decides on it.",
        rule="assignment.two-people",
        remedy="Ask a second administrator to look at it, or withdraw it.",
    )


def _told(
    table: PolicyTable, version: PolicyVersion, rows: Sequence[SessionFactsRow]
) -> dict[str, object]:
    return {
        "version": version.value,
        "policy": table.digest,
        "sessions": len(rows),
        "numbers": [each.number for each in rows],
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
