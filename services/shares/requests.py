"""Reading requests: lists, what waits for whom, one request, one session as it would leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from data_access import recipients, releases, share_contents, share_votes, shares
from data_access.releases import RELEASE as RELEASE
from data_access.releases import SUBMIT as SUBMIT
from data_access.releases import JobProgress, OfferRow, RecallRow, ReleaseRow
from data_access.share_votes import Comment
from data_access.shares import ShareRow as ShareRow
from domain.errors import Refused
from domain.permissions import Act, Actor
from domain.shares.agreements import Agreement, Recipient
from domain.shares.lifecycle import BOUND_TO_ITS_DIGEST, UP_FOR_VOTES, ShareState
from domain.shares.votes import Vote
from domain.vocabulary import Role
from services import access, policy
from services.acts import act, reading
from services.installation import Installation
from services.shares import risk
from services.shares.assembling import SERVICE, AssembledSession, How, assemble
from services.shares.judging import judge
from services.shares.risk import RiskSummary as RiskSummary
from services.shares.risk import Standout as Standout
from services.shares.visibility import visible

#: Requests of one list.
AT_MOST = 100


@dataclass(frozen=True, slots=True)
class ShareList:
    """What waits for the actor, what is theirs, and everything else they may see."""

    waiting: tuple[ShareRow, ...]
    own: tuple[ShareRow, ...]
    others: tuple[ShareRow, ...]


@dataclass(frozen=True, slots=True)
class ShareView:
    """One request as its page shows it, however many sessions are in it.

    ``opened`` counts those that the actor opened in this round; ``risk`` is None for those who
    may not read what would leave.
    """

    row: ShareRow
    recipient: Recipient
    agreement: Agreement
    votes: tuple[Vote, ...]
    voters: int
    opened: int
    comments: tuple[Comment, ...]
    risk: RiskSummary | None
    earlier: tuple[ShareRow, ...]
    release: ReleaseRow | None
    offers: tuple[OfferRow, ...]
    recall: RecallRow | None
    releasing: JobProgress | None
    is_mine: bool
    may_vote: bool


@dataclass(frozen=True, slots=True)
class OutgoingView:
    """One session of a request, byte for byte as it would leave."""

    number: int
    assembled: AssembledSession
    is_what_was_frozen: bool
    stands_out: Standout | None


def listed(installation: Installation, actor: Actor) -> ShareList:
    """The requests the actor may see; a refusal is audited."""
    with reading(installation, actor, Act.SEE_SHARES, "share.list", "share") as connection:
        mine = shares.listed(
            connection,
            states=list(ShareState),
            at_most=AT_MOST,
            requested_by=actor.staff_id,
        )
        seen = shares.listed(
            connection,
            states=[state for state in ShareState if state is not ShareState.DRAFT],
            at_most=AT_MOST,
        )
        wait = share_votes.waiting_for(connection, actor.staff_id)
    voter = actor.holds(Role.APPROVER)
    waiting = tuple(row for row in seen if voter and row.id in wait)
    others = tuple(row for row in seen if row.requested_by != actor.staff_id and row not in waiting)
    return ShareList(waiting, tuple(mine), others)


def waiting_count(installation: Installation, actor: Actor) -> int:
    """How many requests wait for the actor's vote, or lie with them to be changed."""
    held = listed(installation, actor)
    returned = sum(
        row.state in (ShareState.RETURNED, ShareState.STALE, ShareState.APPROVED)
        for row in held.own
    )
    return len(held.waiting) + returned


def view(
    installation: Installation, actor: Actor, share_id: UUID, *, record: bool = True
) -> ShareView:
    """One request with everything that speaks for and against it.

    Nothing of it grows with the sessions: those are read a page and one at a time.

    Raises
    ------
    Refused
        When there is no such request among those the actor may see; audited.
    """
    with act(
        installation, actor, "share.view", "share", object_id=str(share_id), record=record
    ) as done:
        connection = done.connection
        row = visible(connection, actor, share_id)
        done.study_id = row.study_id
        recipient, agreement = recipients.parties(connection, row.recipient_id, row.agreement_id)
        votes = share_votes.votes(connection, share_id, row.round) if row.round else ()
        asked = row.requested_by == actor.staff_id
        may_vote = (
            not asked
            and row.study_id in actor.studies(Role.APPROVER, installation.now())
            and row.state in UP_FOR_VOTES
        )
        left = row.state in (ShareState.RELEASED, ShareState.RECALLED)
        return ShareView(
            row=row,
            recipient=recipient,
            agreement=agreement,
            votes=votes,
            voters=share_votes.voters(connection, share_id, row.round) if row.round else 0,
            opened=share_votes.count_opened(connection, share_id, row.round, actor.staff_id),
            comments=share_votes.comments(connection, share_id),
            risk=risk.current(installation, connection, share_id),
            earlier=tuple(
                each
                for each in shares.listed(
                    connection,
                    states=(ShareState.RELEASED, ShareState.RECALLED),
                    at_most=AT_MOST,
                    recipient_id=row.recipient_id,
                )
                if each.id != row.id
            ),
            release=releases.find(connection, share_id) if left else None,
            offers=tuple(releases.offers(connection, share_id)) if left else (),
            recall=releases.recall(connection, share_id) if left else None,
            releasing=releases.open_job(connection, share_id),
            is_mine=asked,
            may_vote=may_vote,
        )


def needs_memory_tick(installation: Installation, actor: Actor, share_id: UUID) -> bool:
    """Whether whoever approves must tick that sessions may hold facts from other chats.

    Raises
    ------
    Refused
        When the actor may not see the request; audited.
    """
    service = access.service_actor(installation, SERVICE)
    with reading(installation, actor, Act.SEE_SHARES, "share.view", "share") as connection:
        row = visible(connection, actor, share_id)
        recipient, _agreement = recipients.parties(connection, row.recipient_id, row.agreement_id)
        table = policy.in_force(connection)
    with installation.database.transaction(service.staff_id) as reader:
        found = share_contents.with_memory(reader, share_id)
    now = installation.now()
    return any(
        judge(table, each.facts, each.review_state, recipient.kind, now).needs_memory_tick
        for each in found
    )


def progress(
    installation: Installation, actor: Actor, share_id: UUID
) -> tuple[ShareRow, JobProgress | None]:
    """Where a request stands and what is done with it behind the page; a refusal is audited."""
    with reading(installation, actor, Act.SEE_SHARES, "share.view", "share") as connection:
        row = visible(connection, actor, share_id)
        return row, releases.open_job(connection, share_id)


def open_session(
    installation: Installation,
    actor: Actor,
    share_id: UUID,
    session_id: UUID,
    *,
    record: bool = True,
) -> OutgoingView:
    """One session of a request as it would leave; that it was opened goes on record.

    A screen that draws it again, without anybody having opened it anew, says so by ``record``.

    Raises
    ------
    Refused
        When the request is not to be seen, or the session may not be shared any more; audited.
    """
    service = access.service_actor(installation, SERVICE)
    with act(
        installation, actor, "share.open", "session", object_id=str(session_id), record=record
    ) as done:
        row = visible(done.connection, actor, share_id)
        done.study_id = row.study_id
        done.purpose = row.purpose
        done.detail.update(share=str(share_id), number=row.number)
        try:
            frozen = shares.line_digest(done.connection, share_id, session_id)
        except LookupError:
            raise Refused(
                "That session is not in this request.",
                rule="share.sessions",
                remedy="Go back to the request and choose one of its own.",
            ) from None
        recipient, _agreement = recipients.parties(
            done.connection, row.recipient_id, row.agreement_id
        )
        with installation.database.transaction(service.staff_id) as reader:
            key = share_contents.key(reader, share_id)
        # A draft has no key yet: its pseudonyms are made when it is submitted.
        how = How(recipient.kind, row.fields, key or bytes(32), installation.now(), True)
        (made,) = assemble(installation, service, share_id, how, only=session_id)
        same = frozen == made.frozen.line_digest
        if row.state in BOUND_TO_ITS_DIGEST and same:
            share_votes.note_opened(
                done.connection,
                share_id,
                row.round,
                actor.staff_id,
                session_id,
                installation.now(),
            )
        done.detail.update(line=made.frozen.line_digest.hex(), rule=made.frozen.rule)
        stands_out = risk.of_session(done.connection, share_id, session_id)
    return OutgoingView(made.covered.number, made, same, stands_out)


def expires_soon(view_: ShareView, now: datetime) -> bool:
    """Whether the request's agreement ends soon."""
    return view_.agreement.expires_soon(now)
