"""Counting for a publication: which sessions the policy tells apart, and which are counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.expression import bindparam

from data_access.metrics import Population
from domain.policy.selections import Selection
from domain.policy.standings import StandingCount


def standings(
    connection: Connection, study_id: UUID, population: Population, cuts: Sequence[datetime]
) -> list[StandingCount]:
    """The study's sessions in groups that the policy cannot tell apart; for the service alone."""
    rows = connection.execute(
        text(
            "SELECT * FROM publication_standings(:study, :before, :known_by,"
            " CAST(:cuts AS timestamptz[])) ORDER BY slot, standing"
        ),
        {
            "study": study_id,
            "before": population.before,
            "known_by": population.known_by,
            "cuts": list(cuts),
        },
    )
    return [
        StandingCount(study_id, None if row.slot < 0 else row.slot, row.standing, row.sessions)
        for row in rows
    ]


def session_numbers(
    connection: Connection, study_id: UUID, population: Population, allowed: Selection
) -> list[int]:
    """The sessions of the people all of whose sessions are among the allowed ones."""
    statement = text(
        "SELECT * FROM publication_sessions(:study, :before, :known_by, :outside)"
    ).bindparams(bindparam("outside", type_=JSONB))
    return list(
        connection.execute(
            statement,
            {
                "study": study_id,
                "before": population.before,
                "known_by": population.known_by,
                "outside": as_json(allowed),
            },
        ).scalars()
    )


def as_json(allowed: Selection) -> Mapping[str, Any]:
    """The allowed sessions as the database asks about each: by code and completion."""
    return {
        "mask": allowed.mask,
        "parts": [
            {
                "code": code,
                "since": _instant(part.stretch.since),
                "until": _instant(part.stretch.before),
            }
            for part in allowed.parts
            for code in sorted(part.codes)
        ],
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
