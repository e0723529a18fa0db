"""Composing a request: recipient, agreement, purpose, fields, and which sessions go in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from data_access import candidates as candidate_rows
from data_access import recipients, sessions, shares
from data_access import studies as study_rows
from data_access.sessions import SessionRow
from data_access.shares import ShareRow
from domain.digests import digest
from domain.errors import BadInput, ChangedMeanwhile, Refused
from domain.permissions import Act, Actor, check
from domain.session_filters import SessionFilter
from domain.shares.agreements import check_receives
from domain.shares.contents import MOST_SESSIONS, ShareField, check_purpose
from domain.shares.lifecycle import OPEN_TO_CHANGE, ShareStep, after
from domain.vocabulary import Role, SessionStatus
from services import policy
from services.acts import act, reading
from services.installation import Installation
from services.shares.judging import Judgement, judge

#: Candidates of one page.
PAGE = 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """A session that could go into a request, and what stands between."""

    row: SessionRow
    judgement: Judgement
    inside: bool


@dataclass(frozen=True, slots=True)
class Candidates:
    """A page of the sessions that a filter names, in its order.

    ``total`` counts them all, up to as many as a request holds; ``more`` says that there are more
    than that. ``seen`` stands for the whole list as it was when it was read.
    """

    sessions: tuple[Candidate, ...]
    total: int
    more: bool
    seen: bytes


def begin(
    installation: Installation,
    actor: Actor,
    *,
    study_id: UUID,
    recipient_id: UUID,
    agreement_id: UUID,
    purpose: str,
    fields: Sequence[ShareField],
) -> tuple[UUID, int]:
    """Begin a draft; its id and number.

    Raises
    ------
    Refused
        Under R10 when the actor has no reviewer's grant for the study; under the recipient's or
        agreement's rule when they cannot receive now; audited.
    BadInput
        When the purpose says too little.
    """
    with act(installation, actor, "share.begin", "share", study_id=study_id) as done:
        check(actor, Act.REQUEST_SHARE)
        check_study(installation, actor, study_id)
        said = check_purpose(purpose)
        check_receives(
            *recipients.parties(done.connection, recipient_id, agreement_id), installation.now()
        )
        share_id, number = shares.create(
            done.connection,
            study_id=study_id,
            recipient_id=recipient_id,
            agreement_id=agreement_id,
            purpose=said,
            fields=fields,
            by=actor.staff_id,
            now=installation.now(),
        )
        done.object_id = str(share_id)
        done.purpose = said
        done.detail.update(number=number, recipient=str(recipient_id))
    return share_id, number


def change(
    installation: Installation,
    actor: Actor,
    share_id: UUID,
    *,
    agreement_id: UUID,
    purpose: str,
    fields: Sequence[ShareField],
) -> None:
    """Change what a request says, while it is its requester's to change.

    Raises
    ------
    Refused
        When it is another's, or not open to change; audited.
    BadInput
        When the purpose says too little.
    """
    with act(installation, actor, "share.change", "share", object_id=str(share_id)) as done:
        shares.hold(done.connection, share_id)
        row = own_request(installation, actor, done.connection, share_id)
        done.study_id = row.study_id
        _check_open(row)
        said = check_purpose(purpose)
        check_receives(
            *recipients.parties(done.connection, row.recipient_id, agreement_id), installation.now()
        )
        shares.change(
            done.connection,
            share_id,
            installation.now(),
            agreement_id=agreement_id,
            purpose=said,
            fields=[field.value for field in fields],
        )
        done.purpose = said


def candidates(
    installation: Installation,
    actor: Actor,
    share_id: UUID,
    wanted: SessionFilter,
    *,
    page: int = 0,
) -> Candidates:
    """A page of the study's completed sessions that a filter names, judged for the recipient.

    Raises
    ------
    Refused
        When the request is another's; audited.
    """
    with reading(installation, actor, Act.REQUEST_SHARE, "share.compose", "share") as connection:
        row = own_request(installation, actor, connection, share_id)
        recipient, _agreement = recipients.parties(connection, row.recipient_id, row.agreement_id)
        listed = _listed(connection, row, wanted)
        shown = listed[:MOST_SESSIONS][page * PAGE : (page + 1) * PAGE]
        inside = shares.inside(connection, share_id, shown)
        table = policy.in_force(connection)
        held = {each.id: each for each in sessions.several(connection, shown)}
    now = installation.now()
    return Candidates(
        tuple(
            Candidate(
                held[each],
                judge(
                    table,
                    policy.facts_of(held[each]),
                    held[each].review_state,
                    recipient.kind,
                    now,
                ),
                each in inside,
            )
            for each in shown
            if each in held
        ),
        min(len(listed), MOST_SESSIONS),
        len(listed) > MOST_SESSIONS,
        _seen(listed),
    )


def add_all(
    installation: Installation,
    actor: Actor,
    share_id: UUID,
    wanted: SessionFilter,
    seen: bytes,
) -> tuple[int, int]:
    """Put in what a filter names and may go in; how many were added, how many may not go in.

    ``seen`` is the list as the actor saw it: what is added is what they looked at.

    Raises
    ------
    Refused
        When the request is another's or not open; audited.
    ChangedMeanwhile
        When the filter names other sessions now; nothing was added.
    BadInput
        When the request would grow too long.
    """
    with act(installation, actor, "share.add", "share", object_id=str(share_id)) as done:
        shares.hold(done.connection, share_id)
        row = own_request(installation, actor, done.connection, share_id)
        done.study_id = row.study_id
        _check_open(row)
        listed = _listed(done.connection, row, wanted)
        if _seen(listed) != seen:
            raise ChangedMeanwhile(
                "The filter names other sessions than those you looked at, so nothing was added. "
                "Look at the list and add them again."
            )
        here = listed[:MOST_SESSIONS]
        inside = shares.inside(done.connection, share_id, here)
        recipient, _agreement = recipients.parties(
            done.connection, row.recipient_id, row.agreement_id
        )
        table = policy.in_force(done.connection)
        now = installation.now()
        fits = {
            each.id
            for each in sessions.several(done.connection, here)
            if judge(table, policy.facts_of(each), each.review_state, recipient.kind, now).may_go_in
        }
        adding = [each for each in here if each in fits and each not in inside]
        _check_length(row.sessions + len(adding))
        _put_in(done.connection, row, adding, now)
        done.detail.update(number=row.number, added=[str(each) for each in adding])
        done.changed_nothing = not adding
    return len(adding), len(here) - len(fits)


def add_sessions(
    installation: Installation, actor: Actor, share_id: UUID, chosen: Sequence[UUID]
) -> int:
    """Put exactly these sessions into a request; how many were not in it before.

    Raises
    ------
    Refused
        When one of them may not go in, under its rule and with nothing added; audited.
    BadInput
        When one is not a session of the study, or the request would grow too long.
    """
    with act(installation, actor, "share.add", "share", object_id=str(share_id)) as done:
        shares.hold(done.connection, share_id)
        row = own_request(installation, actor, done.connection, share_id)
        done.study_id = row.study_id
        _check_open(row)
        inside = shares.inside(done.connection, share_id, chosen)
        wanted = [each for each in dict.fromkeys(chosen) if each not in inside]
        _check_length(row.sessions + len(wanted))
        _check_each(installation, done.connection, row, wanted)
        _put_in(done.connection, row, wanted, installation.now())
        done.detail.update(number=row.number, added=[str(each) for each in wanted])
        done.changed_nothing = not wanted
    return len(wanted)


def remove_sessions(
    installation: Installation, actor: Actor, share_id: UUID, chosen: Sequence[UUID]
) -> int:
    """Take sessions out of a request; how many were in it. Raises as :func:`add_sessions`."""
    with act(installation, actor, "share.remove", "share", object_id=str(share_id)) as done:
        shares.hold(done.connection, share_id)
        row = own_request(installation, actor, done.connection, share_id)
        done.study_id = row.study_id
        _check_open(row)
        removed = shares.remove_sessions(done.connection, share_id, list(chosen))
        shares.change(done.connection, share_id, installation.now())
        done.detail.update(number=row.number, removed=[str(each) for each in chosen])
        done.changed_nothing = removed == 0
    return removed


def withdraw(installation: Installation, actor: Actor, share_id: UUID) -> None:
    """Take one's own request back, any time before it is released.

    Raises
    ------
    Refused
        When it is another's, or has gone too far; audited.
    """
    with act(installation, actor, "share.withdraw", "share", object_id=str(share_id)) as done:
        shares.hold(done.connection, share_id)
        row = own_request(installation, actor, done.connection, share_id)
        done.study_id = row.study_id
        state = after(row.state, ShareStep.WITHDRAW)
        shares.move(done.connection, share_id, state, installation.now())
        done.detail.update(number=row.number)


def own_request(
    installation: Installation, actor: Actor, connection: Connection, share_id: UUID
) -> ShareRow:
    """The actor's own request, of a study that they hold a grant for.

    Raises
    ------
    Refused
        Otherwise; which of the reasons it is, is not told.
    """
    check(actor, Act.REQUEST_SHARE)
    row = shares.find(connection, share_id)
    if row is None or row.requested_by != actor.staff_id:
        raise Refused(
            "There is no such request of yours.",
            rule="share.own",
            remedy="Only who made a request changes it; ask them.",
        )
    check_study(installation, actor, row.study_id)
    return row


def check_study(installation: Installation, actor: Actor, study_id: UUID) -> None:
    """See that the actor holds a reviewer's grant for a study.

    Raises
    ------
    Refused
        Under R10, otherwise.
    """
    if study_id not in actor.studies(Role.REVIEWER, installation.now()):
        raise Refused(
            "You have no grant for that study.",
            rule="R10",
            remedy="Ask an administrator for a grant that states your purpose.",
        )


def studies_to_share(installation: Installation, actor: Actor) -> list[study_rows.StudyRow]:
    """The studies whose sessions the actor may ask to share; a refusal is audited."""
    with reading(installation, actor, Act.REQUEST_SHARE, "share.compose", "share") as connection:
        held = actor.studies(Role.REVIEWER, installation.now())
        return [study for study in study_rows.visible(connection) if study.id in held]


def _listed(connection: Connection, row: ShareRow, wanted: SessionFilter) -> list[UUID]:
    """The completed sessions of the request's study that a filter names, one more than fit in."""
    narrowed = replace(wanted, study=None, statuses=(SessionStatus.COMPLETED,), cursor=None)
    found = sessions.matching(connection, narrowed.query, [row.study_id])
    return candidate_rows.named(connection, narrowed, row.study_id, MOST_SESSIONS + 1, found)


def _seen(listed: Sequence[UUID]) -> bytes:
    return digest([str(each) for each in listed])


def _put_in(connection: Connection, row: ShareRow, wanted: Sequence[UUID], now: datetime) -> None:
    if wanted:
        shares.add_sessions(connection, row.id, row.study_id, wanted)
        shares.change(connection, row.id, now)


def _check_length(sessions_in_all: int) -> None:
    if sessions_in_all > MOST_SESSIONS:
        raise BadInput(
            f"A request holds at most {MOST_SESSIONS:,} sessions: more is not for two people "
            "to answer for. Make a second one."
        )


def _check_open(row: ShareRow) -> None:
    if row.state not in OPEN_TO_CHANGE:
        raise Refused(
            f"The request is {row.state.value}, so it is not changed any more.",
            rule="share.fixed",
            remedy="Withdraw it and begin another, or wait until it is returned.",
        )


def _check_each(
    installation: Installation, connection: Connection, row: ShareRow, wanted: Sequence[UUID]
) -> None:
    recipient, _agreement = recipients.parties(connection, row.recipient_id, row.agreement_id)
    found = {each.id: each for each in sessions.several(connection, wanted)}
    table = policy.in_force(connection)
    for session_id in wanted:
        held = found.get(session_id)
        if held is None or held.study_id != row.study_id:
            raise BadInput("One of the sessions is not of this study. Reload the list.")
        judgement = judge(
            table, policy.facts_of(held), held.review_state, recipient.kind, installation.now()
        )
        if not judgement.may_go_in:
            decision = judgement.decision
            raise Refused(
                f"Session {held.number} may not go in: {decision.reason}"
                if not decision.allowed
                else f"Session {held.number} may not go in: its redactions are not confirmed.",
                rule="share.confirmed" if decision.allowed else decision.rule,
                remedy="Leave it out; nothing was added.",
            )
