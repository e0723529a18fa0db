"""The page of policy assignments: one proposes with what would change, another confirms."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.session_filters import SessionFilter
from domain.vocabulary import PolicyVersion, Role
from services import sessions
from services.installation import Installation
from tests.conftest import Hire
from tests.pages.conftest import Visit, legible, shown
from tests.services.worlds import full, take_in

WHY = "They were shown the March policy before they began"
GAP = {"started_at": "2026-02-02T09:00:00Z", "completed_at": "2026-02-02T09:20:00Z"}


@pytest.fixture
def rosa(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> Actor:
    take_in(installation, administrator, study, tmp_path, full("a", **GAP), full("b", **GAP))
    return hire("Rosa", Role.REVIEWER, study=study)


def press(at: AppTest, label: str) -> AppTest:
    (button,) = [each for each in at.button if each.label == label]
    return button.click().run()


def proposed(visit: Visit, administrator: Actor) -> AppTest:
    at = visit(administrator, "assignments")
    assert "Choose the sessions and the policy" in shown(at)
    (version,) = [each for each in at.selectbox if each.label == "What is to hold"]
    version.select(PolicyVersion.MARCH_2026).run()
    screen = shown(at)
    assert "2 sessions" in screen
    assert "hold (R03)" in screen
    assert "allow (R20)" in screen
    (reason,) = [each for each in at.text_input if each.label == "Reason"]
    reason.input(WHY)
    return press(at, "Propose")


def test_one_administrator_proposes_and_another_confirms(
    visit: Visit,
    installation: Installation,
    administrator: Actor,
    hire: Hire,
    rosa: Actor,
) -> None:
    at = proposed(visit, administrator)
    assert "Another administrator confirms or rejects it" in shown(at)
    assert "You proposed it" in shown(at)
    assert not [each for each in at.button if each.label in ("Confirm", "Reject")]
    other = visit(hire("Ben", Role.ADMINISTRATOR), "assignments")
    assert WHY in shown(other)
    press(other, "Confirm")
    assert "from now on" in shown(other)
    assert "confirmed" in shown(other)
    found = sessions.list_sessions(installation, rosa, SessionFilter()).rows
    assert {row.policy_version for row in found} == {"2026-03-23"}


def test_one_withdraws_ones_own_and_rejects_anothers(
    visit: Visit, administrator: Actor, hire: Hire, rosa: Actor
) -> None:
    at = proposed(visit, administrator)
    press(at, "Withdraw")
    assert "The proposal is withdrawn" in shown(at)
    proposed(visit, administrator)
    other = visit(hire("Ben", Role.ADMINISTRATOR), "assignments")
    press(other, "Reject")
    assert "The proposal is rejected; nothing was changed" in shown(other)


def test_what_cannot_be_settled_is_said_before_it_is_proposed(
    visit: Visit, administrator: Actor, rosa: Actor
) -> None:
    at = visit(administrator, "assignments")
    at.radio[0].set_value("Some, by number").run()
    (numbers,) = [each for each in at.text_input if each.label == "Session numbers"]
    numbers.input("1; DROP").run()
    assert "Write the sessions' numbers" in legible(at.warning[0])
    numbers.input("1, 99").run()
    (version,) = [each for each in at.selectbox if each.label == "What is to hold"]
    version.select(PolicyVersion.NONE).run()
    assert "There is no session 99" in legible(at.warning[0])
    numbers.input("1").run()
    assert "No policy was settled for session 1" in legible(at.warning[0])


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_the_page_does_not_exist_for_others(role: Role, visit: Visit, hire: Hire) -> None:
    at = visit(hire("Someone", role), "assignments")
    assert "takes the role" in legible(at.error[0])
