"""An act: one transaction that checks, changes and audits, or does nothing at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from data_access import audit
from data_access.audit import NewEntry
from domain.errors import Refused
from domain.permissions import Act, Actor, check
from services.installation import Installation

NOBODY = "nobody"


@dataclass
class ActInProgress:
    """The open transaction of an act, and what its audit row will say.

    ``object_id``, ``study_id`` and ``detail`` may be set as they become known; the row is
    written last, in the same transaction.
    """

    connection: Connection
    object_id: str = ""
    study_id: UUID | None = None
    purpose: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    #: Set when somebody else had done it already: then there is nothing to record.
    changed_nothing: bool = False


@contextmanager
def act(
    installation: Installation,
    actor: Actor | None,
    action: str,
    object_kind: str,
    *,
    object_id: str = "",
    study_id: UUID | None = None,
    purpose: str | None = None,
    long: bool = False,
    record: bool = True,
) -> Iterator[ActInProgress]:
    """Run a change as one audited transaction.

    With ``record`` False only a refusal is audited: for a reading that is already on record.

    When the block raises :class:`~domain.errors.Refused`, everything in it is undone and
    the refusal itself is audited, in a transaction of its own, before the error goes on.
    Any other error undoes the block and leaves no row: the act did not happen. An erasure that came
    between is such a refusal, though it is the database that tells of it.
    """
    staff_id = None if actor is None else actor.staff_id
    entry = NewEntry(
        actor_id=staff_id,
        actor_label=NOBODY if actor is None else actor.label,
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        outcome="done",
        detail="{}",
    )
    progress: ActInProgress | None = None
    try:
        with (
            _erasure_as_refusal(),
            installation.database.transaction(staff_id, long=long) as connection,
        ):
            progress = ActInProgress(connection, object_id, study_id, purpose)
            yield progress
            if not record or progress.changed_nothing:
                return
            audit.record(connection, _filled(entry, progress))
            head = _head(connection)
    except Refused as refused:
        with installation.database.transaction(staff_id) as connection:
            if progress is None:
                progress = ActInProgress(connection, object_id, study_id, purpose)
            progress.detail = {"rule": refused.rule, "why": refused.message}
            audit.record(connection, replace(_filled(entry, progress), outcome="refused"))
            head = _head(connection)
        installation.checkpoints.advance(*head, installation.now())
        raise
    installation.checkpoints.advance(*head, installation.now())


@contextmanager
def reading(
    installation: Installation, actor: Actor, right: Act, action: str, object_kind: str
) -> Iterator[Connection]:
    """A transaction that only reads, for those whose roles allow it.

    The reading itself leaves no row, its refusal does.

    Raises
    ------
    Refused
        When the actor's roles do not allow it; audited.
    """
    with act(installation, actor, action, object_kind, record=False) as done:
        check(actor, right)
        yield done.connection


def refuse(
    installation: Installation,
    actor: Actor | None,
    action: str,
    object_kind: str,
    refused: Refused,
    *,
    object_id: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Audit a refusal that happened outside an act, such as a denied sign-in."""
    staff_id = None if actor is None else actor.staff_id
    said = {"rule": refused.rule, "why": refused.message, **(detail or {})}
    with installation.database.transaction(staff_id) as connection:
        audit.record(
            connection,
            NewEntry(
                actor_id=staff_id,
                actor_label=NOBODY if actor is None else actor.label,
                action=action,
                object_kind=object_kind,
                object_id=object_id,
                outcome="refused",
                detail=canonical(said),
            ),
        )
        head = _head(connection)
    installation.checkpoints.advance(*head, installation.now())


def write_row(
    connection: Connection, actor_id: UUID, action: str, object_kind: str, object_id: str
) -> tuple[int, bytes]:
    """Record a done act in a transaction of the caller's own; its place and hash.

    For what the app role may not do itself; everything else is an :func:`act`.
    """
    audit.record(
        connection, NewEntry(actor_id, NOBODY, action, object_kind, object_id, "done", "{}")
    )
    return _head(connection)


def canonical(value: Mapping[str, Any]) -> str:
    """Canonical JSON: sorted keys, no spaces, so that equal content has equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@contextmanager
def _erasure_as_refusal() -> Iterator[None]:
    """The database lets nobody write about an erased session, whoever read it just before."""
    try:
        yield
    except DBAPIError as error:
        if "session.erased" not in str(error.orig):
            raise
        raise Refused(
            "What was said in this session has been erased.",
            rule="R05",
            remedy="Nothing of it is left to work on. Go back to the list.",
        ) from None


def _filled(entry: NewEntry, progress: ActInProgress) -> NewEntry:
    return replace(
        entry,
        object_id=progress.object_id,
        study_id=progress.study_id,
        purpose=progress.purpose,
        detail=canonical(progress.detail),
    )


def _head(connection: Connection) -> tuple[int, bytes]:
    """Place and hash of the row this transaction wrote, for the checkpoint."""
    row = connection.execute(text("SELECT seq, hash FROM audit_head()")).one()
    return row.seq, bytes(row.hash)
