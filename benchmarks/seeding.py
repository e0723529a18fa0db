"""Filling a database with as many sessions as a benchmark asks for, by set-based SQL.

As the owner role, straight into the tables: what is measured afterwards is reading, and a
million sessions through the importer would take longer than all the rest. The spread of
studies, dates, languages, choices, states and flags is like the demonstration's; the words
are few, since no list reads them.
"""

from __future__ import annotations

from sqlalchemy import create_engine, text

from data_access.database import Database

#: The import batch that holds every seeded session.
BATCH = "00000000-0000-7000-8000-000000000001"
_SMALL_STUDY_SHARE = 1_000
#: One word in 10,000 sessions, for a search that finds little.
_RARE_EVERY = 10_000

_STATEMENTS = (
    """
    INSERT INTO study (slug, title, opens_on, closes_on)
    SELECT 'bench-' || n, 'Benchmark study ' || n, '2025-12-01', '2026-06-30'
    FROM generate_series(1, 4) AS n
    """,
    """
    INSERT INTO import_batch (id, study_id, file_name, state, started_by)
    SELECT CAST(:batch AS uuid), (SELECT id FROM study WHERE slug = 'bench-1'),
      'seeded', 'imported', id
    FROM staff WHERE kind = 'person' ORDER BY invited_at LIMIT 1
    """,
    """
    INSERT INTO participant (id, pseudonym)
    SELECT CAST(lpad(to_hex(n), 32, '0') AS uuid), 'P-' || lpad(to_hex(n), 12, '0')
    FROM generate_series(1, :sessions / 2 + 1) AS n
    """,
    # The fourth study holds one session in a thousand, and somebody has a grant there alone.
    """
    INSERT INTO session (study_id, participant_id, started_at, completed_at, sorted_at, language,
      status, plan, memory_on, flag_state, policy_version, choice_publish_responses,
      choice_share_researchers, choice_share_journalists, choice_contact, consent_version,
      turn_count, word_count, turns_digest, review_state, coverage, finding_count,
      import_batch_id)
    SELECT s.id, CAST(lpad(to_hex(n % (:sessions / 2) + 1), 32, '0') AS uuid),
      f.at - interval '20 minutes', CASE WHEN f.completed THEN f.at END, f.at,
      (ARRAY['en','en','en','en','en','en','de','es','fr','ja'])[1 + n % 10],
      CASE WHEN f.completed THEN 'completed' WHEN n % 2 = 0 THEN 'abandoned'
           ELSE 'in_progress' END,
      (ARRAY['free','pro','max'])[1 + n % 3], n % 4 = 0,
      CASE WHEN n % 1000 = 7 THEN 'open' WHEN n % 1000 = 8 THEN 'upheld'
           WHEN n % 500 = 9 THEN 'dismissed' ELSE 'none' END,
      CASE WHEN NOT f.completed THEN 'none' WHEN f.at < '2026-01-01' THEN '2025-12'
           WHEN f.at >= '2026-03-23' THEN '2026-03-23' ELSE 'none' END,
      c.choices[1 + n % 4], c.choices[1 + (n / 4) % 4], c.choices[1 + (n / 16) % 4],
      c.choices[1 + (n / 64) % 4], 4, 2, 200 + CAST((CAST(n AS bigint) * 7919) % 3000 AS integer),
      sha256(CAST(CAST(n AS text) AS bytea)),
      (ARRAY['unreviewed','unreviewed','in_review','confirmed'])[1 + (n / 3) % 4], 'full',
      n % 30, CAST(:batch AS uuid)
    FROM generate_series(1, :sessions) AS n
    CROSS JOIN LATERAL (SELECT n % 13 <> 0 AS completed, timestamptz '2025-12-01 08:00+00'
      + make_interval(secs => (n * 104729.0) % 18000000) AS at) AS f
    CROSS JOIN (SELECT ARRAY['granted','declined','not_asked','withdrawn'] AS choices) AS c
    JOIN LATERAL (SELECT id FROM study WHERE slug = 'bench-'
      || CASE WHEN n % :small = 0 THEN 4 ELSE 1 + n % 3 END) AS s ON true
    """,
    """
    INSERT INTO trust_safety_case (session_id, study_id, state, closed_at)
    SELECT id, study_id, flag_state, CASE WHEN flag_state <> 'open' THEN now() END
    FROM session WHERE import_batch_id = CAST(:batch AS uuid) AND flag_state <> 'none'
    """,
    """
    INSERT INTO turn (session_id, index, study_id, speaker, label, text)
    SELECT s.id, i, s.study_id, CASE i WHEN 0 THEN 'interviewer' ELSE 'participant' END,
      CASE i WHEN 0 THEN 'AI' ELSE 'User' END,
      CASE i WHEN 0 THEN 'What do you make, and how?' ELSE 'Chairs, mostly, of ash.' END
    FROM session s CROSS JOIN generate_series(0, 1) AS i
    WHERE s.import_batch_id = CAST(:batch AS uuid)
    """,
    """
    INSERT INTO session_search (session_id, study_id, document)
    SELECT id, study_id, to_tsvector('simple', 'what do you make and how chairs mostly of ash '
      || CASE WHEN number % :rare = 0 THEN 'lutherie' ELSE 'w' || number % 5000 END)
    FROM session WHERE import_batch_id = CAST(:batch AS uuid)
    """,
    """
    INSERT INTO deidentification_task (session_id, study_id, state)
    SELECT id, study_id, 'done' FROM session WHERE import_batch_id = CAST(:batch AS uuid)
    """,
    """
    INSERT INTO review_item (session_id, study_id, waiting, begun, risk, why)
    SELECT id, study_id, review_state IN ('unreviewed', 'in_review'), review_state = 'in_review',
      number % 100, 'Seeded.'
    FROM session
    WHERE import_batch_id = CAST(:batch AS uuid) AND review_state <> 'unprocessed'
    """,
)


def seed(database: Database, sessions: int) -> None:
    """Add four studies with that many sessions in all. The staff must be there already."""
    owner = database.addresses.owner
    assert owner is not None
    engine = create_engine(owner)
    values = {
        "sessions": sessions,
        "batch": BATCH,
        "small": _SMALL_STUDY_SHARE,
        "rare": _RARE_EVERY,
    }
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = off"))
        for statement in _STATEMENTS:
            connection.execute(text(statement), values)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
    engine.dispose()
