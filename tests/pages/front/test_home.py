"""Home: what is here for whom."""

from __future__ import annotations

from pathlib import Path

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.vocabulary import Role
from services.installation import Installation
from tests.conftest import Hire
from tests.pages.conftest import Visit, shown
from tests.services.worlds import full, read_by_the_machine, take_in


def test_somebody_without_a_role_is_told_what_to_do(visit: Visit, hire: Hire) -> None:
    assert "Ask an administrator for the role" in shown(visit(hire("Pat")))


def test_a_reviewer_sees_their_grants_and_how_far_the_machine_is_in_their_studies_alone(
    visit: Visit,
    hire: Hire,
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    other_study: StudyRow,
    tmp_path: Path,
) -> None:
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    take_in(installation, administrator, study, tmp_path, full("a"), full("b"))
    take_in(installation, administrator, other_study, tmp_path, full("c"))
    screen = shown(visit(rosa))
    assert "Making things with AI" in screen
    assert "Teaching with AI" not in screen
    assert "2 sessions still wait; rate and time left not known yet" in screen
    read_by_the_machine(installation, [], study)
    assert "still wait" not in shown(visit(rosa))
