"""Votes on publications."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from data_access.tables import PublicationVote, Staff
from domain.publications.votes import Ballot, Vote
from domain.votes import Person


def votes(connection: Connection, publication_id: UUID) -> tuple[Vote, ...]:
    """The votes that the actor may see: their own, all once two voted."""
    rows = connection.execute(
        select(
            PublicationVote.staff_id,
            Staff.issuer,
            Staff.subject,
            Staff.display_name,
            PublicationVote.ballot,
            PublicationVote.comment,
            PublicationVote.content_digest,
            PublicationVote.turn,
            PublicationVote.at,
        )
        .join(Staff, Staff.id == PublicationVote.staff_id)
        .where(PublicationVote.publication_id == publication_id)
        .order_by(PublicationVote.at, PublicationVote.id)
    )
    return tuple(
        Vote(
            row.staff_id,
            Person(row.issuer, row.subject),
            row.display_name,
            Ballot(row.ballot),
            row.comment,
            bytes(row.content_digest),
            row.turn,
            row.at,
        )
        for row in rows
    )


def voters(connection: Connection, publication_id: UUID) -> int:
    """How many have voted."""
    return int(
        connection.execute(
            text("SELECT publication_voters(:id)"), {"id": publication_id}
        ).scalar_one()
    )


def cast(connection: Connection, publication_id: UUID, vote: Vote) -> None:
    """Keep a vote; the database checks who casts it."""
    connection.execute(
        insert(PublicationVote).values(
            publication_id=publication_id,
            staff_id=vote.staff_id,
            turn=vote.turn,
            ballot=vote.ballot.value,
            comment=vote.comment,
            content_digest=vote.content_digest,
            at=vote.at,
        )
    )


def waiting_for(connection: Connection, staff_id: UUID) -> frozenset[UUID]:
    """Publications on which somebody has not voted, or has to settle, of those up for votes."""
    rows = connection.execute(
        text(
            "SELECT p.id FROM publication p WHERE p.state IN ('proposed', 'disputed')"
            " AND p.proposed_by <> :staff"
            " AND (p.state = 'disputed') = EXISTS (SELECT 1 FROM publication_vote v"
            "   WHERE v.publication_id = p.id AND v.staff_id = :staff)"
        ),
        {"staff": staff_id},
    )
    return frozenset(rows.scalars())
