"""Voting on a publication: two approvers, each for themselves, about one digest."""

from __future__ import annotations

from uuid import UUID

from data_access import publication_votes, publications, share_votes
from domain.permissions import Act, Actor, check, check_grant
from domain.publications.lifecycle import PublicationState, PublicationStep, after
from domain.publications.votes import Ballot, Vote, check_ballot, check_vote, step_of
from domain.shares.release import APPROVAL_HOLDS_FOR
from domain.vocabulary import Role
from services.acts import act
from services.installation import Installation
from services.publications.reading import visible


def vote(
    installation: Installation,
    actor: Actor,
    publication_id: UUID,
    ballot: Ballot,
    comment: str = "",
) -> PublicationState:
    """Cast a vote on a publication as it was frozen; the state it is in afterwards.

    Raises
    ------
    Refused
        When the actor is no approver of the study, proposed it, or has voted already; audited.
    BadInput
        When a rejection has no reason.
    """
    now = installation.now()
    with act(
        installation, actor, "publication.vote", "publication", object_id=str(publication_id)
    ) as done:
        check(actor, Act.VOTE_ON_PUBLICATION)
        connection = done.connection
        publications.hold(connection, publication_id)
        row = visible(connection, actor, publication_id)
        done.study_id = row.study_id
        done.detail.update(number=row.number, ballot=ballot.value)
        check_grant(actor, Role.APPROVER, row.study_id, now)
        people = share_votes.people(connection, {actor.staff_id, row.proposed_by})
        turn = check_vote(
            row.state,
            people.get(actor.staff_id),
            proposer=people.get(row.proposed_by),
            cast=publication_votes.votes(connection, publication_id),
        )
        said = check_ballot(ballot, comment, row.state)
        if row.content_digest is None:
            raise AssertionError("A publication is up for votes without a digest.")
        publication_votes.cast(
            connection,
            publication_id,
            Vote(
                staff_id=actor.staff_id,
                person=people[actor.staff_id],
                name=actor.label,
                ballot=ballot,
                comment=said,
                content_digest=row.content_digest,
                turn=turn,
                at=now,
            ),
        )
        done.detail.update(content=row.content_digest.hex())
        # Once two have voted the database shows both; before, it shows one's own alone.
        step = step_of(row.state, publication_votes.votes(connection, publication_id))
        if step is None:
            return row.state
        state = after(row.state, step)
        done.detail["state"] = state.value
        publications.move(
            connection,
            publication_id,
            state,
            now,
            decided_at=None if step is PublicationStep.DISAGREE else now,
            lapses_at=now + APPROVAL_HOLDS_FOR if step is PublicationStep.APPROVE else None,
        )
    return state
