"""Erasing sessions and finding which are due: functions of the owner's, asked for here.

The application's role deletes no turn; ``erase_sessions`` does, for administrators and for the
retention service, and takes everything of a session with it (:data:`ERASED`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, text

from data_access.tables import ShareRelease
from domain.erasure import ErasureReason

#: Tables that hold something of a session and what an erasure leaves of it. A test compares this
#: with the schema: a new table that refers to a session needs its line here, and in a migration
#: that renews ``erase_sessions``.
ERASED = (
    "turn",
    "finding",
    "decision",
    "deidentification_run",
    "deidentification_task",
    "double_outcome",
    "double_review",
    "quasi_identifier",
    "review_check",
    "review_difference",
    "review_item",
    "review_outcome",
    "review_skip",
    "second_decision",
    "session_search",
    "share_comment",
    "special_unique",
    "turns_read",
)
#: What stays, and what it then still says.
KEPT = {
    "redaction_set": "only those that a request names, by their digests; their redactions go",
    "session_source": "the transcript's id, so that its file does not bring it back",
    "policy_assignment_session": "that two administrators settled which policy governs it",
    "further_use_event": "that further use was forbidden, or allowed again, and when",
    "consent_event": "what was chosen and when: why it could be used until then",
    "trust_safety_case": "that a case was opened and how it ended, without what was noted of it",
    "share_session": "that a request covered it, by digests and the package's pseudonym",
    "share_opening": "who looked at what would have left",
}


_TOMBSTONES = 1_000


@dataclass(frozen=True, slots=True)
class ErasedSession:
    """A session that was erased just now."""

    session_id: UUID
    number: int
    study_id: UUID


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of a session that was erased."""

    number: int
    study_slug: str
    erased_at: datetime
    reason: ErasureReason


@dataclass(frozen=True, slots=True)
class DueSession:
    """A session that has reached the end of its retention."""

    session_id: UUID
    number: int
    #: The policy version, or 'unfinished' for what was never completed.
    version: str
    completed_at: datetime | None
    #: Its completion; its beginning, where it was never completed.
    counted_from: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class DueCount:
    """How many sessions of a study and version are due at each of some instants."""

    study_id: UUID
    study_title: str
    version: str
    sessions: tuple[int, ...]


def erase(
    connection: Connection, sessions: Sequence[UUID], reason: ErasureReason, now: datetime
) -> list[ErasedSession]:
    """Erase sessions, all in the caller's transaction; those erased before are passed over."""
    rows = connection.execute(
        text("SELECT * FROM erase_sessions(CAST(:sessions AS uuid[]), :why, :at)"),
        {"sessions": list(sessions), "why": reason.value, "at": now},
    )
    return [ErasedSession(row.session_id, row.number, row.study_id) for row in rows]


def tombstones(connection: Connection) -> Iterator[Tombstone]:
    """Every erased session by its number, for administrators; streamed in pages."""
    last = 0
    while True:
        rows = connection.execute(
            text("SELECT * FROM tombstones_after(:last, :at_most)"),
            {"last": last, "at_most": _TOMBSTONES},
        ).all()
        for row in rows:
            yield Tombstone(row.number, row.study_slug, row.erased_at, ErasureReason(row.reason))
        if len(rows) < _TOMBSTONES:
            return
        last = rows[-1].number


def due(
    connection: Connection,
    study_id: UUID,
    now: datetime,
    *,
    after: tuple[datetime, UUID] | None = None,
    at_most: int,
) -> list[DueSession]:
    """The sessions of a study that are due, those from which it is counted longest first."""
    rows = connection.execute(
        text("SELECT * FROM sessions_due(:study, :at, :after_at, :after_id, :at_most)"),
        {
            "study": study_id,
            "at": now,
            "after_at": None if after is None else after[0],
            "after_id": None if after is None else after[1],
            "at_most": at_most,
        },
    )
    return [DueSession(**row) for row in rows.mappings()]


def due_counts(
    connection: Connection,
    instants: Sequence[datetime],
    cap: int,
    study_id: UUID | None = None,
) -> list[DueCount]:
    """For each study and version with a retention, how many are due by each instant.

    Counted no further than one past ``cap``.
    """
    rows = connection.execute(
        text(
            "SELECT c.study_id, t.title, c.version,"
            " array_agg(c.sessions ORDER BY c.place) AS sessions"
            " FROM retention_counts(:study, CAST(:instants AS timestamptz[]), :cap) AS c"
            " JOIN study t ON t.id = c.study_id"
            " GROUP BY c.study_id, t.title, c.version ORDER BY t.title, c.version"
        ),
        {"study": study_id, "instants": list(instants), "cap": cap},
    )
    return [
        DueCount(row.study_id, row.title, row.version, tuple(map(int, row.sessions)))
        for row in rows
    ]


def due_and_held(connection: Connection, now: datetime) -> int:
    """How many sessions are due and rest because Trust & Safety is settling a case on them."""
    return int(connection.execute(text("SELECT due_and_held(:at)"), {"at": now}).scalar_one())


def studies_with_due(connection: Connection, now: datetime) -> list[UUID]:
    """The studies that have a session which is due, in a fixed order."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT study_id"
            " FROM retention_counts(NULL, ARRAY[CAST(:at AS timestamptz)], 0)"
            " WHERE sessions > 0 ORDER BY study_id"
        ),
        {"at": now},
    )
    return list(rows.scalars())


def make_due_shares_stale(connection: Connection, now: datetime) -> int:
    """Let open requests that hold a due session go stale; how many did."""
    return int(
        connection.execute(text("SELECT make_due_shares_stale(:at)"), {"at": now}).scalar_one()
    )


def package_destroyed_at(connection: Connection, share_id: UUID) -> datetime | None:
    """When our copy of a package was destroyed, because a session in it was erased."""
    return connection.execute(
        select(ShareRelease.package_destroyed_at).where(ShareRelease.share_id == share_id)
    ).scalar_one_or_none()
