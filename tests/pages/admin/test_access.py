"""The access page: people and grants, acts by forms, refusals as sentences."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access
from services.installation import Installation
from tests.conftest import Hire
from tests.pages.conftest import Visit, legible, shown


def press(at: AppTest, label: str) -> AppTest:
    (button,) = [each for each in at.button if each.label == label]
    return button.click().run()


def field(at: AppTest, kind: str, label: str) -> Any:
    (found,) = [each for each in getattr(at, kind) if each.label == label]
    return found


def test_somebody_is_invited_and_stands_in_the_list(visit: Visit, administrator: Actor) -> None:
    at = visit_as_ada(visit, administrator)
    field(at, "text_input", "Name").set_value("Rosa <b>Lind</b>")
    field(at, "text_input", "E-mail").set_value("rosa@clearance.example")
    press(at, "Invite")
    assert "Rosa &lt;b&gt;Lind&lt;/b&gt;" in shown(at)
    assert "invited, not signed in yet" in shown(at)


def test_what_cannot_be_done_is_said_as_a_sentence(visit: Visit, administrator: Actor) -> None:
    at = visit_as_ada(visit, administrator)
    field(at, "text_input", "Name").set_value("Rosa")
    field(at, "text_input", "E-mail").set_value("rosa")
    press(at, "Invite")
    assert "not an e-mail address" in legible(at.error[0])
    press(at, "Switch off")
    assert "Nobody switches themselves" in legible(at.error[0])


def test_a_grant_is_given_and_ended(
    visit: Visit,
    administrator: Actor,
    installation: Installation,
    hire: Hire,
    study: StudyRow,
) -> None:
    hire("Rosa", Role.REVIEWER)
    at = visit_as_ada(visit, administrator)
    field(at, "text_input", "Purpose").set_value("Review this study in full")
    press(at, "Give the grant")
    assert "in force" in shown(at)
    (held,) = access.grants(installation, administrator)
    assert (held.staff_name, held.purpose) == ("Rosa", "Review this study in full")
    field(at, "selectbox", "Grant").select(held.id)
    press(at, "End the grant")
    assert access.grants(installation, administrator)[0].revoked_at is not None


def visit_as_ada(visit: Visit, administrator: Actor) -> AppTest:
    at = visit(administrator, "access")
    assert not at.exception
    return at
