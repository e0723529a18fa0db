"""Fixtures for tests of publications."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.studies import StudyRow
from domain.permissions import Actor
from services.installation import Installation
from tests.conftest import Hire
from tests.services.publications.worlds import World, make_world


@pytest.fixture
def world(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> World:
    """A world in which everybody may be counted outside."""
    return make_world(installation, administrator, study, hire, tmp_path)
