"""Sessions of every kind there can be, straight into the tables: the importer refuses many."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

from sqlalchemy import Connection, create_engine, text

from data_access.database import Database
from data_access.studies import StudyRow
from domain.policy import current_table, governing_version
from domain.policy.standings import cuts
from domain.vocabulary import (
    ConsentChoice,
    ConsentScope,
    FlagState,
    Plan,
    PolicyVersion,
    SessionStatus,
)

_MICROSECOND = timedelta(microseconds=1)
_BATCH = "00000000-0000-7000-8000-0000000000aa"
_INSERT = """
INSERT INTO session (study_id, participant_id, completed_at, sorted_at, language, status, plan,
  memory_on, flag_state, policy_version, assigned_version, choice_publish_responses,
  choice_share_researchers, choice_share_journalists, choice_contact, turn_count, word_count,
  turns_digest, import_batch_id, erased_at, erasure_reason,
  withdrawn_at)
VALUES (:study, :participant, :completed, :sorted, :language, :status, :plan, :memory, :flag,
  :version, :assigned, :publish_responses, :share_researchers, :share_journalists, :contact, 1,
  :words, 'x', CAST(:batch AS uuid), :erased,
  CASE WHEN CAST(:erased AS timestamptz) IS NOT NULL THEN 'asked' END, :withdrawn)
"""


def spread(dice: random.Random, count: int, now: datetime) -> list[dict[str, Any]]:
    """Sessions of every kind, many of them completed at or beside an instant that matters."""
    instants = [
        cut + away
        for cut in cuts([current_table()], now)
        for away in (-_MICROSECOND, timedelta(0), _MICROSECOND)
    ]
    anywhere = [datetime(2025, 11, 1, tzinfo=UTC) + timedelta(hours=7 * n) for n in range(700)]
    rows = []
    for number in range(count):
        at = dice.choice(instants if number % 2 else anywhere)
        status = dice.choice([SessionStatus.COMPLETED] * 8 + list(SessionStatus))
        completed = at if status is SessionStatus.COMPLETED else None
        version = governing_version(completed)
        rows.append(
            {
                "completed": completed,
                "sorted": at,
                "language": dice.choice(["en", "en", "de"]),
                "status": status,
                "plan": dice.choice([Plan.PRO] * 6 + list(Plan)),
                "memory": dice.random() < 0.3,
                "flag": dice.choice([FlagState.NONE] * 6 + list(FlagState)),
                "version": version,
                "assigned": dice.choice([PolicyVersion.NONE] * 4 + list(PolicyVersion)),
                "words": dice.randrange(1, 50),
                "erased": now if dice.random() < 0.05 else None,
                "withdrawn": now if dice.random() < 0.05 else None,
                **{scope.value: dice.choice(list(ConsentChoice)) for scope in ConsentScope},
            }
        )
    return rows


def spread_sessions(
    database: Database,
    studies: Sequence[StudyRow],
    rows: Sequence[dict[str, Any]],
    *,
    connection: Connection | None = None,
) -> None:
    """Put the rows into the studies in turn, as the owner."""
    if connection is not None:
        _put(connection, studies, rows)
        return
    engine = create_engine(database.addresses.owner or "")
    with engine.begin() as opened:
        _put(opened, studies, rows)
    engine.dispose()


def _put(
    connection: Connection, studies: Sequence[StudyRow], rows: Sequence[dict[str, Any]]
) -> None:
    connection.execute(
        text(
            "INSERT INTO import_batch (id, study_id, file_name, state, started_by)"
            " SELECT CAST(:batch AS uuid), :study, 'spread', 'imported', id FROM staff LIMIT 1"
            " ON CONFLICT DO NOTHING"
        ),
        {"batch": _BATCH, "study": studies[0].id},
    )
    participant = connection.execute(
        text(
            "INSERT INTO participant (pseudonym)"
            " VALUES ('P-' || upper(substr(gen_random_uuid()::text, 1, 13))) RETURNING id"
        )
    ).scalar_one()
    shared = {"batch": _BATCH, "participant": participant}
    connection.execute(
        text(_INSERT),
        [
            row | shared | {"study": study.id}
            for row, study in zip(rows, cycle(studies), strict=False)
        ],
    )
