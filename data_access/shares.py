"""Share requests and the sessions in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, text, update

from data_access.tables import (
    RecipientRow,
    ShareRequest,
    ShareSession,
    Staff,
    Study,
)
from domain.shares.contents import FrozenSession, ShareField
from domain.shares.lifecycle import ShareState


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One request, with the names that people know things by."""

    id: UUID
    number: int
    study_id: UUID
    study_title: str
    recipient_id: UUID
    recipient_name: str
    agreement_id: UUID
    purpose: str
    fields: tuple[ShareField, ...]
    requested_by: UUID
    requester_name: str
    state: ShareState
    state_reason: str
    round: int
    content_digest: bytes | None
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    lapses_at: datetime | None
    sessions: int


def create(
    connection: Connection,
    *,
    study_id: UUID,
    recipient_id: UUID,
    agreement_id: UUID,
    purpose: str,
    fields: Sequence[ShareField],
    by: UUID,
    now: datetime,
) -> tuple[UUID, int]:
    """Begin a request; its id and number."""
    row = connection.execute(
        insert(ShareRequest)
        .values(
            study_id=study_id,
            recipient_id=recipient_id,
            agreement_id=agreement_id,
            purpose=purpose,
            fields=[field.value for field in fields],
            requested_by=by,
            created_at=now,
            changed_at=now,
        )
        .returning(ShareRequest.id, ShareRequest.number)
    ).one()
    return row.id, row.number


def change(connection: Connection, share_id: UUID, now: datetime, **values: Any) -> None:
    """Set columns of a request."""
    connection.execute(
        update(ShareRequest)
        .where(ShareRequest.id == share_id)
        .values(changed_at=now, **values)
        .execution_options(synchronize_session=False)
    )


def move(
    connection: Connection, share_id: UUID, state: ShareState, now: datetime, **values: Any
) -> None:
    """Set the state, and what goes with it; the database checks the step."""
    change(connection, share_id, now, state=state.value, **({"state_reason": ""} | values))


def find(connection: Connection, share_id: UUID) -> ShareRow | None:
    """One request, when the actor may see it."""
    row = connection.execute(_requests().where(ShareRequest.id == share_id)).first()
    return None if row is None else _share(row)


def hold(connection: Connection, share_id: UUID) -> None:
    """Hold a request and its sessions still until the transaction ends."""
    connection.execute(text("SELECT hold_share(:share)"), {"share": share_id})


def listed(
    connection: Connection,
    *,
    states: Collection[ShareState],
    at_most: int,
    requested_by: UUID | None = None,
    recipient_id: UUID | None = None,
) -> list[ShareRow]:
    """Requests in those states, the latest changed first."""
    wanted = _requests().where(ShareRequest.state.in_([state.value for state in states]))
    if recipient_id is not None:
        wanted = wanted.where(ShareRequest.recipient_id == recipient_id)
    if requested_by is not None:
        wanted = wanted.where(ShareRequest.requested_by == requested_by)
    rows = connection.execute(
        wanted.order_by(ShareRequest.changed_at.desc(), ShareRequest.id).limit(at_most)
    )
    return [_share(row) for row in rows]


def inside(connection: Connection, share_id: UUID, sessions: Sequence[UUID]) -> frozenset[UUID]:
    """Which of some sessions are in a request."""
    return frozenset(
        connection.execute(
            select(ShareSession.session_id).where(
                ShareSession.share_id == share_id, ShareSession.session_id.in_(sessions)
            )
        ).scalars()
    )


def line_digest(connection: Connection, share_id: UUID, session_id: UUID) -> bytes | None:
    """The digest of what was frozen of one session of a request, once it was submitted.

    Raises
    ------
    LookupError
        When the session is not in the request, or the actor may not see it.
    """
    row = connection.execute(
        select(ShareSession.line_digest).where(
            ShareSession.share_id == share_id, ShareSession.session_id == session_id
        )
    ).first()
    if row is None:
        raise LookupError("That session is not in that request.")
    return None if row.line_digest is None else bytes(row.line_digest)


def add_sessions(
    connection: Connection, share_id: UUID, study_id: UUID, sessions: Sequence[UUID]
) -> None:
    """Put sessions into a request; the database refuses those of another study."""
    connection.execute(
        insert(ShareSession),
        [
            {"share_id": share_id, "session_id": session_id, "study_id": study_id}
            for session_id in sessions
        ],
    )


def remove_sessions(connection: Connection, share_id: UUID, sessions: Sequence[UUID]) -> int:
    """Take sessions out of a request; how many were in it."""
    return connection.execute(
        delete(ShareSession).where(
            ShareSession.share_id == share_id, ShareSession.session_id.in_(sessions)
        )
    ).rowcount


def freeze(
    connection: Connection,
    share_id: UUID,
    frozen: Sequence[tuple[str, FrozenSession, bytes]],
) -> None:
    """Keep what each session stood at when the request was submitted: its name, and the seal of
    its leak check, with it."""
    connection.execute(
        text(
            "UPDATE share_session SET pseudonym = :name, redaction_set_id = :set,"
            " output_digest = :output, line_digest = :line, consent_version = :consent,"
            " rule = :rule, policy_version = :version, policy_digest = :policy, check_seal = :seal"
            " WHERE share_id = :share AND session_id = :session"
        ),
        [
            {
                "share": share_id,
                "session": each.session_id,
                "name": name,
                "set": each.redaction_set_id,
                "output": each.output_digest,
                "line": each.line_digest,
                "consent": each.consent_version,
                "rule": each.rule,
                "version": each.policy_version,
                "policy": each.policy_digest,
                "seal": seal,
            }
            for name, each, seal in frozen
        ],
    )


def confirmers(connection: Connection, share_id: UUID) -> frozenset[UUID]:
    """Who worked on the redactions of a session in a request, whether or not their set holds."""
    return frozenset(
        connection.execute(
            text("SELECT staff_id FROM share_confirmers(:share)"), {"share": share_id}
        ).scalars()
    )


def lapsed(connection: Connection, now: datetime) -> list[UUID]:
    """Approvals whose time is up."""
    return list(
        connection.execute(
            select(ShareRequest.id)
            .where(ShareRequest.state == ShareState.APPROVED.value, ShareRequest.lapses_at <= now)
            .limit(100)
        ).scalars()
    )


def _requests() -> Select[*tuple[Any, ...]]:
    inside = (
        select(func.count())
        .where(ShareSession.share_id == ShareRequest.id)
        .correlate(ShareRequest)
        .scalar_subquery()
    )
    return (
        select(
            ShareRequest.id,
            ShareRequest.number,
            ShareRequest.study_id,
            Study.title.label("study_title"),
            ShareRequest.recipient_id,
            (RecipientRow.name + ", " + RecipientRow.organisation).label("recipient_name"),
            ShareRequest.agreement_id,
            ShareRequest.purpose,
            ShareRequest.fields,
            ShareRequest.requested_by,
            Staff.display_name.label("requester_name"),
            ShareRequest.state,
            ShareRequest.state_reason,
            ShareRequest.round,
            ShareRequest.content_digest,
            ShareRequest.created_at,
            ShareRequest.changed_at,
            ShareRequest.submitted_at,
            ShareRequest.decided_at,
            ShareRequest.lapses_at,
            inside.label("sessions"),
        )
        .join(Staff, Staff.id == ShareRequest.requested_by)
        .join(RecipientRow, RecipientRow.id == ShareRequest.recipient_id)
        .join(Study, Study.id == ShareRequest.study_id)
    )


def _share(row: Row[Any]) -> ShareRow:
    values = row._asdict()
    digest = values["content_digest"]
    return ShareRow(
        **values
        | {
            "state": ShareState(values["state"]),
            "fields": tuple(ShareField(each) for each in values["fields"]),
            "content_digest": None if digest is None else bytes(digest),
        }
    )
