"""One demonstration of the default size, made once."""

from __future__ import annotations

import pytest

from demonstration.generate import generate_sessions
from demonstration.records import DemonstrationSession
from demonstration.studies import STUDIES

SEED = 7
SESSIONS_A_STUDY = 200


@pytest.fixture(scope="session")
def by_study() -> dict[str, list[DemonstrationSession]]:
    """The sessions of each study at the default size, by slug."""
    return {study.slug: list(generate_sessions(SEED, study, SESSIONS_A_STUDY)) for study in STUDIES}


@pytest.fixture(scope="session")
def sessions(by_study: dict[str, list[DemonstrationSession]]) -> list[DemonstrationSession]:
    """All sessions of the demonstration."""
    return [session for held in by_study.values() for session in held]
