"""Sessions whose date leaves it open which policy governs, and what is answered about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.sessions import SessionRow
from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.policy import Use
from domain.session_filters import SessionFilter
from domain.vocabulary import Role
from services import policy, sessions
from services.installation import Installation
from tests.conftest import Hire
from tests.services.shares.worlds import record_retention
from tests.services.worlds import full, take_in


@pytest.fixture
def gap(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> Actor:
    """Four sessions: two of the gap, one near its end, one of April; their reviewer."""
    record_retention(installation, administrator, hire)
    times = {
        "early": "2026-02-02T09:20:00Z",
        "late": "2026-03-10T09:20:00Z",
        "edge": "2026-03-23T05:00:00Z",
        "april": "2026-04-02T09:20:00Z",
    }
    take_in(
        installation,
        administrator,
        study,
        tmp_path,
        *(
            full(
                name,
                started_at=at.replace(":20:", ":00:").replace("05:00", "04:30"),
                completed_at=at,
            )
            for name, at in times.items()
        ),
        choices="".join(
            f"{name},share_researchers,granted,2026-04-02T09:21:00Z\n" for name in times
        ),
    )
    return hire("Rosa", Role.REVIEWER, study=study)


def rows(installation: Installation, rosa: Actor) -> dict[str, SessionRow]:
    listed = sessions.list_sessions(installation, rosa, SessionFilter()).rows
    names = {(2, 2): "early", (3, 10): "late", (3, 23): "edge", (4, 2): "april"}
    return {
        names[row.completed_at.month, row.completed_at.day]: row
        for row in listed
        if row.completed_at is not None
    }


def rules(installation: Installation, rosa: Actor) -> dict[str, str]:
    table = sessions.list_sessions(installation, rosa, SessionFilter()).table
    return {
        name: dict(policy.every_use(table, rosa, row, installation.now()))[
            Use.SHARE_RESEARCHER
        ].rule
        for name, row in rows(installation, rosa).items()
    }
