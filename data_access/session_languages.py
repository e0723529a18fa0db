"""The languages that occur among sessions."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, select, text

from data_access.tables import InterviewSession


def of_flagged(connection: Connection) -> list[str]:
    """The languages of flagged sessions, which are few and have an index of their own."""
    rows = connection.execute(
        select(InterviewSession.language).where(InterviewSession.flag_state != "none").distinct()
    )
    return sorted(row.language for row in rows)


def in_studies(connection: Connection, studies: Sequence[UUID]) -> list[str]:
    """The languages there are, found by stepping through the index instead of reading it."""
    found = connection.execute(
        text(
            """
            WITH RECURSIVE step AS (
              SELECT s.study, (SELECT min(language) FROM session WHERE study_id = s.study) AS held
              FROM unnest(CAST(:studies AS uuid[])) AS s(study)
              UNION ALL
              SELECT step.study, (SELECT min(language) FROM session
                WHERE study_id = step.study AND language > step.held)
              FROM step WHERE step.held IS NOT NULL)
            SELECT DISTINCT held FROM step WHERE held IS NOT NULL ORDER BY held
            """
        ),
        {"studies": list(studies)},
    )
    return [row.held for row in found]
