"""Fixtures for tests of letters to participants."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.vocabulary import Role
from services.installation import Installation
from tests.conftest import Hire
from tests.services.letters.worlds import Post, people_take_part
from tests.services.shares.worlds import bound


@pytest.fixture
def post(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> Post:
    people_take_part(installation, administrator, study, tmp_path)
    ben = bound(installation, hire("Ben", Role.ADMINISTRATOR))
    return Post(installation, study, bound(installation, administrator), ben)
