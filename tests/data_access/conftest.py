"""Two studies with three sessions each: one plain, one with an open case, one with a closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.studies import StudyRow
from domain.permissions import Actor
from services.installation import Installation
from tests.services.worlds import full, read_by_the_machine, take_in


@pytest.fixture
def two_studies(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    other_study: StudyRow,
    tmp_path: Path,
) -> None:
    for place, one in enumerate((study, other_study)):
        take_in(
            installation,
            administrator,
            one,
            tmp_path,
            full(f"plain-{place}", "Who are you?", "I am Ada Byron."),
            full(f"open-{place}", "Who are you?", "I am Ada Byron.", flag="open"),
            full(f"over-{place}", "Who are you?", "I am Ada Byron.", flag="dismissed"),
            choices=f"plain-{place},contact,granted,2026-04-02T09:21:00Z\n",
        )
    read_by_the_machine(installation, ["Ada Byron"])
