"""Staging an import in temporary tables, checking it as a whole, and moving it in.

Everything happens in the caller's one transaction: nothing of a file is seen by anybody until
all of it is there. Rows are streamed with COPY, so memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

#: Any fixed number, the same for everyone who imports into this product.
_LOCK = 4_611_904
_STAGING = """
CREATE TEMPORARY TABLE staged_session (
  row integer, transcript_id text, session_id uuid DEFAULT uuidv7(), content_digest bytea,
  turns_digest bytea, started_at timestamptz, completed_at timestamptz, sorted_at timestamptz,
  completion_is_stated boolean, language text, status text, plan text, memory_on boolean,
  questions_asked integer, flag_state text, policy_version text, participant_key bytea,
  turn_count integer, word_count integer, known boolean DEFAULT false,
  participant_id uuid) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_turn (
  row integer, index integer, speaker text, label text, text text) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_account (
  row integer, transcript_id text, participant_key bytea, account_id bytea, full_name bytea,
  email bytea, plan text, country text) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_choice (
  row integer, transcript_id text, scope text, choice text, at timestamptz) ON COMMIT DROP;
"""

_COLUMNS = {
    "staged_session": (
        "row, transcript_id, content_digest, turns_digest, started_at, completed_at, sorted_at,"
        " completion_is_stated, language, status, plan, memory_on, questions_asked, flag_state,"
        " policy_version, participant_key, turn_count, word_count"
    ),
    "staged_turn": "row, index, speaker, label, text",
    "staged_account": (
        "row, transcript_id, participant_key, account_id, full_name, email, plan, country"
    ),
    "staged_choice": "row, transcript_id, scope, choice, at",
}


@dataclass(frozen=True, slots=True)
class StagedProblem:
    """A row that is sound by itself and cannot be imported beside what there is."""

    kind: str
    row: int
    transcript_id: str


@dataclass(frozen=True, slots=True)
class Moved:
    """How much an import moved in."""

    sessions: int
    skipped: int
    choices: int


def prepare(connection: Connection) -> None:
    """Make the temporary tables of this transaction."""
    connection.exec_driver_sql(_STAGING)


def stage(connection: Connection, table: str, rows: Iterable[Sequence[Any]]) -> None:
    """Stream rows into one of the temporary tables."""
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table} ({_COLUMNS[table]}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def take_turns(connection: Connection) -> None:
    """Wait until no other import is moving its rows in; holds until the transaction ends.

    Two at once could bring the same transcript or the same person, and neither would see
    what the other is adding.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def problems(connection: Connection, study_id: UUID) -> list[StagedProblem]:
    """Rows that clash with each other or with what was imported before; marks the known ones."""
    connection.execute(text("ANALYZE staged_session, staged_choice, staged_account"))
    connection.execute(
        text(
            """
            UPDATE staged_session s SET known = true, session_id = k.session_id
            FROM session_source k
            WHERE k.study_id = :study AND k.transcript_id = s.transcript_id
              AND k.content_digest = s.content_digest
            """
        ),
        {"study": study_id},
    )
    found = connection.execute(
        text(
            """
            SELECT kind, row, transcript_id FROM (
              SELECT 'duplicate' AS kind, row, transcript_id,
                     row_number() OVER (PARTITION BY transcript_id ORDER BY row) AS place
              FROM staged_session) d
            WHERE place > 1
            UNION ALL
            SELECT 'changed', s.row, s.transcript_id FROM staged_session s
            JOIN session_source k
              ON k.study_id = :study AND k.transcript_id = s.transcript_id
            WHERE k.content_digest <> s.content_digest AND k.content_digest <> ''
            UNION ALL
            SELECT 'erased', s.row, s.transcript_id FROM staged_session s
            JOIN session_source k
              ON k.study_id = :study AND k.transcript_id = s.transcript_id
            WHERE k.content_digest = ''
            UNION ALL
            SELECT 'account without session', a.row, a.transcript_id FROM staged_account a
            WHERE NOT EXISTS (
              SELECT 1 FROM staged_session s WHERE s.transcript_id = a.transcript_id)
            UNION ALL
            SELECT 'account twice', row, transcript_id FROM (
              SELECT row, transcript_id,
                     row_number() OVER (PARTITION BY transcript_id ORDER BY row) AS place
              FROM staged_account) d
            WHERE place > 1
            UNION ALL
            SELECT 'choice without session', c.row, c.transcript_id FROM staged_choice c
            WHERE NOT EXISTS (
              SELECT 1 FROM staged_session s WHERE s.transcript_id = c.transcript_id)
            ORDER BY 1, 2
            """
        ),
        {"study": study_id},
    )
    return [StagedProblem(*row) for row in found]


def drop_rows(connection: Connection, transcript_rows: Sequence[int]) -> None:
    """Leave staged sessions out of the import, with their turns, accounts and choices."""
    connection.execute(
        text("DELETE FROM staged_session WHERE row = ANY(:rows)"), {"rows": list(transcript_rows)}
    )
    connection.execute(
        text(
            """
            DELETE FROM staged_turn t WHERE NOT EXISTS (
              SELECT 1 FROM staged_session s WHERE s.row = t.row);
            DELETE FROM staged_account a WHERE NOT EXISTS (
              SELECT 1 FROM staged_session s WHERE s.transcript_id = a.transcript_id);
            DELETE FROM staged_choice c WHERE NOT EXISTS (
              SELECT 1 FROM staged_session s WHERE s.transcript_id = c.transcript_id);
            """
        )
    )


def move_in(
    connection: Connection, *, study_id: UUID, batch_id: UUID, actor_id: UUID, now: datetime
) -> Moved:
    """Move what is staged into the study; what is known already stays as it is."""
    who = {"study": study_id, "batch": batch_id, "actor": actor_id, "now": now}
    for statement in _MOVES:
        connection.execute(text(statement), who)
    choices = connection.execute(text(_MOVE_CHOICES), who).rowcount
    counted = connection.execute(
        text(
            "SELECT count(*) FILTER (WHERE NOT known), count(*) FILTER (WHERE known)"
            " FROM staged_session"
        )
    ).one()
    return Moved(counted[0], counted[1], choices)


#: A participant is the same person wherever the keyed digest of the account id is the same;
#: without an account id every session is somebody of its own.
_MOVES = (
    """
    UPDATE staged_session s SET participant_key = a.participant_key
    FROM staged_account a
    WHERE a.transcript_id = s.transcript_id AND s.participant_key IS NULL
      AND a.participant_key IS NOT NULL
    """,
    """
    INSERT INTO participant (pseudonym, account_digest)
    SELECT 'P-' || upper(substr(gen_random_uuid()::text, 1, 13)), key
    FROM (SELECT DISTINCT participant_key AS key FROM staged_session
          WHERE NOT known AND participant_key IS NOT NULL) AS keys
    ON CONFLICT (account_digest) DO NOTHING
    """,
    """
    UPDATE staged_session s SET participant_id = p.id
    FROM participant p WHERE p.account_digest = s.participant_key AND NOT s.known
    """,
    """
    UPDATE staged_session SET participant_id = uuidv7()
    WHERE participant_id IS NULL AND NOT known
    """,
    """
    INSERT INTO participant (id, pseudonym)
    SELECT participant_id, 'P-' || upper(substr(gen_random_uuid()::text, 1, 13))
    FROM staged_session WHERE participant_key IS NULL AND NOT known
    """,
    """
    INSERT INTO session (id, study_id, participant_id, started_at, completed_at, sorted_at,
      completion_is_stated, language, status, plan, memory_on, questions_asked, flag_state,
      policy_version, turn_count, word_count, turns_digest, import_batch_id, imported_at,
      choice_publish_responses, choice_share_researchers, choice_share_journalists,
      choice_contact, consent_version)
    SELECT s.session_id, :study, s.participant_id, s.started_at, s.completed_at, s.sorted_at,
      s.completion_is_stated, s.language, s.status, s.plan, s.memory_on, s.questions_asked,
      s.flag_state, s.policy_version, s.turn_count, s.word_count, s.turns_digest, :batch, :now,
      coalesce(c.publish, 'not_asked'), coalesce(c.researchers, 'not_asked'),
      coalesce(c.journalists, 'not_asked'), coalesce(c.contact, 'not_asked'),
      coalesce(c.version, 0)
    FROM staged_session s
    LEFT JOIN (
      -- The standing as the trigger will find it, so that it has nothing left to change.
      SELECT transcript_id,
        max(choice) FILTER (WHERE scope = 'publish_responses') AS publish,
        max(choice) FILTER (WHERE scope = 'share_researchers') AS researchers,
        max(choice) FILTER (WHERE scope = 'share_journalists') AS journalists,
        max(choice) FILTER (WHERE scope = 'contact') AS contact,
        max(events) AS version
      FROM (
        SELECT DISTINCT ON (transcript_id, scope) transcript_id, scope, choice,
          count(*) OVER (PARTITION BY transcript_id) AS events
        FROM (SELECT DISTINCT transcript_id, scope, choice, at FROM staged_choice) AS e
        ORDER BY transcript_id, scope, at DESC,
          array_position(ARRAY['withdrawn', 'declined', 'not_asked', 'granted'], choice)
      ) AS latest GROUP BY transcript_id
    ) AS c USING (transcript_id)
    WHERE NOT s.known
    ORDER BY s.row
    """,
    """
    INSERT INTO session_source (study_id, transcript_id, session_id, content_digest)
    SELECT :study, transcript_id, session_id, content_digest
    FROM staged_session WHERE NOT known
    """,
    """
    INSERT INTO turn (session_id, index, study_id, speaker, label, text)
    SELECT s.session_id, t.index, :study, t.speaker, t.label, t.text
    FROM staged_turn t JOIN staged_session s USING (row) WHERE NOT s.known
    """,
    """
    INSERT INTO identity.account
      (participant_id, account_id, full_name, email, plan, country, recorded_at)
    SELECT DISTINCT ON (s.participant_id)
      s.participant_id, a.account_id, a.full_name, a.email, a.plan, a.country, :now
    FROM staged_account a JOIN staged_session s USING (transcript_id) WHERE NOT s.known
    ORDER BY s.participant_id, a.row
    ON CONFLICT (participant_id) DO NOTHING
    """,
    """
    INSERT INTO trust_safety_case (session_id, study_id, state, opened_at, closed_at)
    SELECT session_id, :study, flag_state, :now,
      CASE WHEN flag_state = 'open' THEN NULL ELSE :now END
    FROM staged_session WHERE NOT known AND flag_state <> 'none'
    """,
    """
    INSERT INTO deidentification_task (session_id, study_id)
    SELECT session_id, :study FROM staged_session WHERE NOT known
    """,
)

_MOVE_CHOICES = """
    INSERT INTO consent_event
      (session_id, study_id, scope, choice, at, source, recorded_at, recorded_by)
    SELECT DISTINCT s.session_id, CAST(:study AS uuid), c.scope, c.choice, c.at, 'import',
      CAST(:now AS timestamptz), CAST(:actor AS uuid)
    FROM staged_choice c JOIN staged_session s USING (transcript_id)
    ON CONFLICT DO NOTHING
"""
