"""Fixtures for tests of shares."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.studies import StudyRow
from domain.permissions import Actor
from services.installation import Installation
from tests.conftest import Hire
from tests.services.shares.worlds import World, make_world, record_retention


@pytest.fixture
def world(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> World:
    """A world in which a retention rule is recorded, so that R06 holds nothing back."""
    record_retention(installation, administrator, hire)
    return make_world(installation, administrator, study, hire, tmp_path)
