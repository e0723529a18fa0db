"""Voting: two approvers, each for themselves, about one digest."""

from __future__ import annotations

from uuid import UUID

from data_access import recipients, share_contents, share_votes, shares
from domain.errors import BadInput, Refused
from domain.permissions import Act, Actor, check
from domain.shares.agreements import check_receives
from domain.shares.lifecycle import ShareState, ShareStep, after
from domain.shares.release import APPROVAL_HOLDS_FOR
from domain.shares.votes import Ballot, Vote, check_ballot, check_vote, step_of
from domain.vocabulary import Role
from services import access, policy
from services.acts import act
from services.installation import Installation
from services.shares.assembling import SERVICE
from services.shares.judging import judge
from services.shares.visibility import visible


def vote(
    installation: Installation,
    actor: Actor,
    share_id: UUID,
    ballot: Ballot,
    comment: str = "",
    *,
    memory_acknowledged: bool = False,
) -> ShareState:
    """Cast a vote on a request as it stands; the state it is in afterwards.

    Raises
    ------
    Refused
        When the actor is no approver of the study, asked for the share, confirmed what is in it,
        has voted already, or approves what may not be approved now; audited.
    BadInput
        When a return or rejection has no reason, or "may contain facts from other chats" was
        not ticked where the policy asks for it.
    """
    service = access.service_actor(installation, SERVICE)
    now = installation.now()
    with act(installation, actor, "share.vote", "share", object_id=str(share_id)) as done:
        check(actor, Act.VOTE_ON_SHARE)
        connection = done.connection
        shares.hold(connection, share_id)
        row = visible(connection, actor, share_id)
        done.study_id = row.study_id
        done.detail.update(number=row.number, ballot=ballot.value, round=row.round)
        if row.study_id not in actor.studies(Role.APPROVER, now):
            raise Refused(
                "You have no approver's grant for that study.",
                rule="R10",
                remedy="Ask an administrator for a grant that states your purpose.",
            )
        cast = share_votes.votes(connection, share_id, row.round)
        confirmers = shares.confirmers(connection, share_id)
        known = share_votes.people(connection, {actor.staff_id, row.requested_by, *confirmers})
        turn = check_vote(
            row.state,
            known.get(actor.staff_id),
            requester=known.get(row.requested_by),
            confirmers={known[each] for each in confirmers if each in known},
            cast=cast,
        )
        said = check_ballot(ballot, comment, row.state)
        if ballot is Ballot.APPROVE:
            recipient, agreement = recipients.parties(
                connection, row.recipient_id, row.agreement_id
            )
            check_receives(recipient, agreement, now)
            with installation.database.transaction(service.staff_id) as reader:
                covered = share_contents.covered(reader, share_id)
            table = policy.in_force(connection)
            ticks = any(
                judge(table, each.facts, each.review_state, recipient.kind, now).needs_memory_tick
                for each in covered
                if each.facts.memory_on
            )
            if ticks and not memory_acknowledged:
                raise BadInput(
                    "Some of these sessions had memory on. Tick that they may contain facts from "
                    "other chats, or return the request. [R80]"
                )
        if row.content_digest is None:
            raise AssertionError("A request is up for votes without a digest.")
        mine = Vote(
            staff_id=actor.staff_id,
            person=known[actor.staff_id],
            name=actor.label,
            ballot=ballot,
            comment=said,
            content_digest=row.content_digest,
            turn=turn,
            opened=share_votes.count_opened(connection, share_id, row.round, actor.staff_id),
            sessions=row.sessions,
            memory_acknowledged=memory_acknowledged,
            at=now,
        )
        share_votes.cast(connection, share_id, row.round, mine)
        done.detail.update(
            content=row.content_digest.hex(), opened=mine.opened, sessions=mine.sessions
        )
        # Once two have voted the database shows both; before, it shows one's own alone.
        step = step_of(row.state, share_votes.votes(connection, share_id, row.round))
        if step is None:
            return row.state
        state = after(row.state, step)
        done.detail["state"] = state.value
        shares.move(
            connection,
            share_id,
            state,
            now,
            decided_at=None if step is ShareStep.DISAGREE else now,
            lapses_at=now + APPROVAL_HOLDS_FOR if step is ShareStep.APPROVE else None,
        )
    return state


def comment(
    installation: Installation,
    actor: Actor,
    share_id: UUID,
    said: str,
    *,
    session_id: UUID | None = None,
    turn: int | None = None,
) -> None:
    """Say something about a request, one of its sessions or one turn, for all who see it.

    Raises
    ------
    Refused
        When the actor may not see the request; audited.
    BadInput
        When nothing is said.
    """
    with act(installation, actor, "share.comment", "share", object_id=str(share_id)) as done:
        row = visible(done.connection, actor, share_id)
        done.study_id = row.study_id
        if not said.strip():
            raise BadInput("Write what you want to say.")
        if session_id is not None:
            try:
                shares.line_digest(done.connection, share_id, session_id)
            except LookupError:
                raise BadInput(
                    "That session is not in the request any more. Say it about the whole request."
                ) from None
        share_votes.comment(
            done.connection,
            share_id,
            actor.staff_id,
            said.strip(),
            installation.now(),
            session_id,
            turn,
        )
        done.detail.update(
            number=row.number, session=None if session_id is None else str(session_id), turn=turn
        )
