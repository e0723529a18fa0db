"""Consent events from a file about sessions that are known: staged, checked whole, moved in.

Everything happens in the caller's one transaction, and rows are streamed with COPY, as with
:mod:`data_access.importing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from data_access.importing import StagedProblem

_STAGING = """
CREATE TEMPORARY TABLE staged_event (
  row integer, transcript_id text, scope text, choice text, at timestamptz, session_id uuid)
  ON COMMIT DROP;
CREATE TEMPORARY TABLE version_before (session_id uuid, consent_version integer) ON COMMIT DROP;
"""


@dataclass(frozen=True, slots=True)
class TouchedByFile:
    """A request that holds sessions whose choices a file changed, and of how many."""

    share_number: int
    state: str
    recipient_name: str
    released_at: datetime | None
    sessions: int


@dataclass(frozen=True, slots=True)
class MovedEvents:
    """How many events were new, and about how many sessions."""

    events: int
    sessions: int


def stage(connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
    """Stream row number, transcript id, scope, choice and instant into a temporary table."""
    connection.exec_driver_sql(_STAGING)
    cursor = connection.connection.cursor()
    statement = "COPY staged_event (row, transcript_id, scope, choice, at) FROM STDIN"
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
    connection.execute(text("ANALYZE staged_event"))


def problems(connection: Connection, study_id: UUID) -> list[StagedProblem]:
    """Rows about transcripts that the study does not have, or no longer."""
    connection.execute(
        text(
            """
            UPDATE staged_event e SET session_id = k.session_id FROM session_source k
            WHERE k.study_id = :study AND k.transcript_id = e.transcript_id
              AND k.content_digest <> ''
            """
        ),
        {"study": study_id},
    )
    found = connection.execute(
        text(
            """
            SELECT CASE WHEN EXISTS (SELECT 1 FROM session_source k
                WHERE k.study_id = :study AND k.transcript_id = e.transcript_id)
              THEN 'erased' ELSE 'unknown' END, e.row, e.transcript_id
            FROM staged_event e WHERE e.session_id IS NULL ORDER BY e.row
            """
        ),
        {"study": study_id},
    )
    return [StagedProblem(*row) for row in found]


def move_in(connection: Connection, study_id: UUID, by: UUID, now: datetime) -> MovedEvents:
    """Add the events that are not known yet; each session's standing follows at once."""
    connection.execute(
        text(
            """
            INSERT INTO version_before SELECT * FROM hold_for_choices(
              ARRAY(SELECT DISTINCT session_id FROM staged_event))
            """
        )
    )
    events = connection.execute(
        text(
            """
            INSERT INTO consent_event
              (session_id, study_id, scope, choice, at, source, recorded_at, recorded_by)
            SELECT DISTINCT session_id, CAST(:study AS uuid), scope, choice, at, 'import',
              CAST(:now AS timestamptz), CAST(:by AS uuid)
            FROM staged_event ON CONFLICT DO NOTHING
            """
        ),
        {"study": study_id, "by": by, "now": now},
    ).rowcount
    connection.execute(
        text(
            """
            DELETE FROM version_before b USING hold_for_choices(
              ARRAY(SELECT session_id FROM version_before)) AS after
            WHERE after.session_id = b.session_id AND after.consent_version = b.consent_version
            """
        )
    )
    changed = connection.execute(text("SELECT count(*) FROM version_before")).scalar_one()
    return MovedEvents(events, changed)


def touched(connection: Connection) -> list[TouchedByFile]:
    """The requests that hold a session whose choices were changed just now."""
    rows = connection.execute(
        text(
            """
            SELECT share_number, state, recipient, released_at, count(*) AS sessions
            FROM shares_with(ARRAY(SELECT session_id FROM version_before))
            GROUP BY share_number, state, recipient, released_at ORDER BY share_number
            """
        )
    )
    return [TouchedByFile(*row) for row in rows]
