"""Fixtures for tests of services: a reviewer, and a session that the machine has read."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.session_filters import SessionFilter
from domain.vocabulary import Role
from services import sessions
from services.installation import Installation
from tests.conftest import Hire
from tests.services.reviews import SECRET
from tests.services.worlds import full, read_by_the_machine, take_in


@pytest.fixture
def rosa(hire: Hire, study: StudyRow) -> Actor:
    return hire("Rosa", Role.REVIEWER, study=study)


@pytest.fixture
def session_id(
    installation: Installation, administrator: Actor, study: StudyRow, tmp_path: Path, rosa: Actor
) -> UUID:
    said = ("Who helps you?", f"{SECRET} does. She lives in Kelpwick.", f"And {SECRET}?", "Yes.")
    take_in(installation, administrator, study, tmp_path, full("t1", *said))
    read_by_the_machine(installation, [SECRET])
    (row,) = sessions.list_sessions(installation, rosa, SessionFilter()).rows
    return row.id
