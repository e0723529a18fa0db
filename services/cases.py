"""Trust & Safety's work: open cases oldest first, one case, opening one, recording an outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from data_access import cases
from data_access.cases import CaseRow as CaseRow
from domain.cases import CaseOutcome, CaseReason, check_outcome
from domain.counts import COUNTED_AT_MOST
from domain.errors import BadInput, Refused
from domain.permissions import Act, Actor, check
from services.acts import act, reading
from services.installation import Installation

PAGE_SIZE = 25
_SETTLED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class CaseQueue:
    """A page of open cases, and what was settled last."""

    waiting: tuple[CaseRow, ...]
    #: How many are open, counted no further than one past the cap.
    count: int
    settled: tuple[CaseRow, ...]
    #: After which case the next page begins; None when there is none.
    more: tuple[datetime, UUID] | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case, and the other cases of its session."""

    case: CaseRow
    others: tuple[CaseRow, ...]


def queue(
    installation: Installation, actor: Actor, after: tuple[datetime, UUID] | None = None
) -> CaseQueue:
    """Open cases, the oldest first.

    Raises
    ------
    Refused
        When the actor is not Trust & Safety; audited.
    """
    with reading(installation, actor, Act.HANDLE_CASES, "case.list", "case") as connection:
        found = cases.waiting(connection, PAGE_SIZE + 1, after)
        count = cases.open_count(connection, COUNTED_AT_MOST + 1)
        settled = cases.settled(connection, _SETTLED_SHOWN)
    shown = found[:PAGE_SIZE]
    more = (shown[-1].opened_at, shown[-1].id) if len(found) > PAGE_SIZE else None
    return CaseQueue(tuple(shown), count, tuple(settled), more)


def open_count(installation: Installation, actor: Actor) -> int:
    """How many cases wait; a refusal is audited."""
    with reading(installation, actor, Act.HANDLE_CASES, "case.list", "case") as connection:
        return cases.open_count(connection, COUNTED_AT_MOST + 1)


def view(installation: Installation, actor: Actor, case_id: UUID) -> CaseView:
    """One case.

    Raises
    ------
    Refused
        When the actor is not Trust & Safety, or there is no such case; audited.
    """
    with reading(installation, actor, Act.HANDLE_CASES, "case.view", "case") as connection:
        held = _find(connection, case_id)
        others = [
            each for each in cases.of_session(connection, held.session_id) if each.id != case_id
        ]
    return CaseView(held, tuple(others))


def of_session(installation: Installation, actor: Actor, session_id: UUID) -> tuple[CaseRow, ...]:
    """Every case of a flagged session, the newest first; a refusal is audited."""
    with reading(installation, actor, Act.HANDLE_CASES, "case.view", "case") as connection:
        return tuple(cases.of_session(connection, session_id))


def begin(installation: Installation, actor: Actor, session_id: UUID) -> UUID:
    """Open a case on a flagged session that has none open: it is on hold from then on (R08).

    Raises
    ------
    Refused
        When the actor is not Trust & Safety, or the session is not among the flagged ones;
        which sessions there are besides is not told. Audited.
    BadInput
        When a case is open on it already.
    """
    with act(installation, actor, "case.open", "session", object_id=str(session_id)) as done:
        check(actor, Act.HANDLE_CASES)
        opened = cases.begin(done.connection, session_id, installation.now())
        if opened is None:
            if cases.of_session(done.connection, session_id):
                raise BadInput("A case is open on this session already. Reload the page.")
            raise Refused(
                "There is no such session among the flagged ones.",
                rule="case.flagged",
                remedy="Open a case on a session of your list.",
            )
        done.study_id = _find(done.connection, opened).study_id
        done.detail.update(case=str(opened))
    return opened


def close(
    installation: Installation,
    actor: Actor,
    case_id: UUID,
    outcome: CaseOutcome,
    reason: CaseReason,
    note: str,
) -> None:
    """Record how a case ended; it holds at once for all that is asked about its session.

    Raises
    ------
    Refused
        When the actor is not Trust & Safety, or there is no such case; audited.
    BadInput
        When reason or note do not do, or somebody settled it first; the sentence says who.
    """
    with act(installation, actor, "case.close", "case", object_id=str(case_id)) as done:
        check(actor, Act.HANDLE_CASES)
        said = check_outcome(outcome, reason, note)
        held = _find(done.connection, case_id)
        done.study_id = held.study_id
        if not cases.close(
            done.connection, case_id, outcome.value, reason.value, said, installation.now()
        ):
            settled = _find(done.connection, case_id)
            raise BadInput(
                f"{settled.closer or 'Somebody'} settled this case first: "
                f"{settled.state.value}. Nothing was changed; open a new case if that is wrong."
            )
        done.purpose = said
        done.detail.update(session=str(held.session_id), outcome=outcome.value, reason=reason.value)


def _find(connection: Connection, case_id: UUID) -> CaseRow:
    held = cases.find(connection, case_id)
    if held is None:
        raise Refused(
            "There is no such case.",
            rule="case.known",
            remedy="Choose one of the list.",
        )
    return held
