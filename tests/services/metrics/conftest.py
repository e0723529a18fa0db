"""Who takes snapshots, and who looks at them."""

from __future__ import annotations

import pytest

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access
from services.installation import Installation
from services.metrics_snapshots import SERVICE
from tests.conftest import Hire


@pytest.fixture
def service(installation: Installation) -> Actor:
    return access.service_actor(installation, SERVICE)


@pytest.fixture
def leo(hire: Hire, study: StudyRow) -> Actor:
    return hire("Leo", Role.LEAD, study=study)
