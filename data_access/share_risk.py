"""The risk of a request: what it is counted from, and what was counted last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from data_access.tables import ShareRisk, ShareSession
from domain.quasi_identifiers import QuasiCategory, Trait


@dataclass(frozen=True, slots=True)
class StandingTrait:
    """A trait that stands in what would leave, or with ``share_number`` in what did."""

    session_id: UUID
    participant_id: UUID
    study_id: UUID
    share_number: int | None
    trait: Trait


def standing(connection: Connection, share_id: UUID) -> list[StandingTrait]:
    """What stands in a request's sessions and in what its recipient holds of the same people.

    For the release service.
    """
    rows = connection.execute(text("SELECT * FROM share_traits(:share)"), {"share": share_id})
    return [
        StandingTrait(
            row.session_id,
            row.participant_id,
            row.study_id,
            row.share_number,
            (QuasiCategory(row.category), row.value),
        )
        for row in rows
    ]


def people_of(connection: Connection, share_id: UUID) -> tuple[int, int, list[int]]:
    """How many take part in a request; for how many of its sessions the recipient holds something
    of the participant already, and by which shares. For the release service."""
    row = connection.execute(text("SELECT * FROM share_people(:share)"), {"share": share_id}).one()
    return row.participants, row.known_sessions, row.known_by


def holders(
    connection: Connection, studies: Sequence[UUID], traits: Sequence[Trait], at_most: int
) -> dict[Trait, list[UUID]]:
    """Who of some studies has each trait, up to a number of them; for the release service."""
    rows = connection.execute(
        text(
            "SELECT category, value, holders FROM trait_holders(CAST(:studies AS uuid[]),"
            " CAST(:categories AS text[]), CAST(:values AS text[]), :most)"
        ),
        {
            "studies": list(studies),
            "categories": [category.value for category, _ in traits],
            "values": [value for _, value in traits],
            "most": at_most,
        },
    )
    return {(QuasiCategory(row.category), row.value): row.holders for row in rows}


def basis(connection: Connection, share_id: UUID) -> bytes | None:
    """What the risk of a request is counted from as it stands now, as a digest."""
    held = connection.execute(text("SELECT share_basis(:share)"), {"share": share_id}).scalar_one()
    return None if held is None else bytes(held)


def keep(
    connection: Connection,
    share_id: UUID,
    counted_from: bytes,
    summary: Mapping[str, Any],
    people: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Keep what was counted, in place of what was counted before; for the release service."""
    values = {
        "basis": counted_from,
        "summary": dict(summary),
        "people": [dict(each) for each in people],
        "counted_at": now,
    }
    connection.execute(
        upsert(ShareRisk)
        .values(share_id=share_id, **values)
        .on_conflict_do_update(index_elements=[ShareRisk.share_id], set_=values)
    )


def counted(connection: Connection, share_id: UUID) -> tuple[bytes, dict[str, Any]] | None:
    """What was counted last: its basis and its summary."""
    row = connection.execute(
        select(ShareRisk.basis, ShareRisk.summary).where(ShareRisk.share_id == share_id)
    ).first()
    return None if row is None else (bytes(row.basis), row.summary)


def people(
    connection: Connection, share_id: UUID, begin: int, at_most: int
) -> list[dict[str, Any]]:
    """Those who stand out most, from a place on."""
    wanted = func.jsonb_path_query_array(
        ShareRisk.people,
        text("CAST(:path AS jsonpath)").bindparams(path=f"$[{begin} to {begin + at_most - 1}]"),
    )
    found = connection.execute(select(wanted).where(ShareRisk.share_id == share_id)).scalar()
    return found or []


def of_session(connection: Connection, share_id: UUID, session_id: UUID) -> dict[str, Any] | None:
    """How the participant of one session of a request stands out; None when they do not."""
    return connection.execute(
        text(
            "SELECT person FROM share_risk CROSS JOIN jsonb_array_elements(people) AS p (person)"
            " WHERE share_id = :share AND person -> 'sessions' ? :session"
        ),
        {"share": share_id, "session": str(session_id)},
    ).scalar()


def names(
    connection: Connection, share_id: UUID, sessions: Sequence[UUID]
) -> dict[UUID, str | None]:
    """What some sessions of a request are called in its package; None before it has names."""
    rows = connection.execute(
        select(ShareSession.session_id, ShareSession.pseudonym).where(
            ShareSession.share_id == share_id, ShareSession.session_id.in_(sessions)
        )
    )
    return {row.session_id: row.pseudonym for row in rows}
