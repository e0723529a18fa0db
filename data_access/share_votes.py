"""Votes on share requests, what was said about them, and what was opened before voting."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from data_access.tables import ShareComment, ShareOpening, ShareSession, ShareVote, Staff
from domain.shares.votes import Ballot, Vote
from domain.votes import Person


@dataclass(frozen=True, slots=True)
class Comment:
    """Something said about a request, one of its sessions or one turn.

    ``pseudonym`` is the session's name in the package; None once it was taken out.
    """

    session_id: UUID | None
    pseudonym: str | None
    turn: int | None
    name: str
    said: str
    at: datetime


def person(connection: Connection, staff_id: UUID) -> Person | None:
    """Who a member of staff is at the identity provider; None while they never signed in."""
    return people(connection, [staff_id]).get(staff_id)


def people(connection: Connection, staff_ids: Collection[UUID]) -> dict[UUID, Person]:
    """Who they are at the identity provider."""
    rows = connection.execute(
        select(Staff.id, Staff.issuer, Staff.subject).where(
            Staff.id.in_(staff_ids), Staff.subject.is_not(None)
        )
    )
    return {row.id: Person(row.issuer, row.subject) for row in rows}


def votes(connection: Connection, share_id: UUID, round_: int) -> tuple[Vote, ...]:
    """The votes of a round that the actor may see: their own, all once two voted."""
    rows = connection.execute(
        select(
            ShareVote.staff_id,
            Staff.issuer,
            Staff.subject,
            Staff.display_name,
            ShareVote.ballot,
            ShareVote.comment,
            ShareVote.content_digest,
            ShareVote.turn,
            ShareVote.opened,
            ShareVote.sessions,
            ShareVote.memory_acknowledged,
            ShareVote.at,
        )
        .join(Staff, Staff.id == ShareVote.staff_id)
        .where(ShareVote.share_id == share_id, ShareVote.round == round_)
        .order_by(ShareVote.at, ShareVote.id)
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
            row.opened,
            row.sessions,
            row.memory_acknowledged,
            row.at,
        )
        for row in rows
    )


def voters(connection: Connection, share_id: UUID, round_: int) -> int:
    """How many have voted in a round."""
    return int(
        connection.execute(
            text("SELECT share_voters(:share, :round)"), {"share": share_id, "round": round_}
        ).scalar_one()
    )


def cast(connection: Connection, share_id: UUID, round_: int, vote: Vote) -> None:
    """Keep a vote; the database checks who casts it."""
    connection.execute(
        insert(ShareVote).values(
            share_id=share_id,
            round=round_,
            staff_id=vote.staff_id,
            turn=vote.turn,
            ballot=vote.ballot.value,
            comment=vote.comment,
            content_digest=vote.content_digest,
            opened=vote.opened,
            sessions=vote.sessions,
            memory_acknowledged=vote.memory_acknowledged,
            at=vote.at,
        )
    )


def note_opened(
    connection: Connection,
    share_id: UUID,
    round_: int,
    staff_id: UUID,
    session_id: UUID,
    now: datetime,
) -> None:
    """Keep that somebody opened a session of a request in this round."""
    connection.execute(
        upsert(ShareOpening)
        .values(share_id=share_id, round=round_, staff_id=staff_id, session_id=session_id, at=now)
        .on_conflict_do_nothing()
    )


def comment(
    connection: Connection,
    share_id: UUID,
    staff_id: UUID,
    said: str,
    now: datetime,
    session_id: UUID | None = None,
    turn: int | None = None,
) -> None:
    """Keep something said."""
    connection.execute(
        insert(ShareComment).values(
            share_id=share_id,
            session_id=session_id,
            turn=turn,
            staff_id=staff_id,
            said=said,
            at=now,
        )
    )


def comments(connection: Connection, share_id: UUID, at_most: int = 200) -> tuple[Comment, ...]:
    """What was said about a request, the oldest first; the newest of very many."""
    newest = (
        select(
            ShareComment.session_id,
            ShareSession.pseudonym,
            ShareComment.turn,
            Staff.display_name.label("name"),
            ShareComment.said,
            ShareComment.at,
        )
        .join(Staff, Staff.id == ShareComment.staff_id)
        .outerjoin(
            ShareSession,
            (ShareSession.share_id == ShareComment.share_id)
            & (ShareSession.session_id == ShareComment.session_id),
        )
        .where(ShareComment.share_id == share_id)
        .order_by(ShareComment.at.desc())
        .limit(at_most)
    )
    return tuple(Comment(*row) for row in reversed(connection.execute(newest).all()))


def waiting_for(connection: Connection, staff_id: UUID) -> frozenset[UUID]:
    """Requests on which somebody has not voted in the present round, of those up for votes."""
    rows = connection.execute(
        text(
            "SELECT r.id FROM share_request r WHERE r.state IN ('submitted', 'disputed')"
            " AND r.requested_by <> :staff"
            " AND (r.state = 'disputed') = EXISTS (SELECT 1 FROM share_vote v"
            "   WHERE v.share_id = r.id AND v.round = r.round AND v.staff_id = :staff)"
        ),
        {"staff": staff_id},
    )
    return frozenset(rows.scalars())


def count_opened(connection: Connection, share_id: UUID, round_: int, staff_id: UUID) -> int:
    """How many sessions of a request somebody opened in a round."""
    return connection.execute(
        select(func.count()).where(
            ShareOpening.share_id == share_id,
            ShareOpening.round == round_,
            ShareOpening.staff_id == staff_id,
        )
    ).scalar_one()
