"""Trust & Safety's rooms: the queue, one case with its reading, the outcome."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data_access.studies import StudyRow
from domain.cases import CaseOutcome, CaseReason
from domain.permissions import Actor
from domain.vocabulary import Role
from services import cases
from services.installation import Installation
from tests.conftest import Hire
from tests.pages.conftest import Visit, legible, shown
from tests.services.worlds import full, read_by_the_machine, take_in

NOTE = "A threat against a colleague, in turn 2"
PURPOSE = "To see whether a threat was made"


@pytest.fixture
def tess(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> Actor:
    take_in(
        installation,
        administrator,
        study,
        tmp_path,
        full("open", "Who are you?", "I am a mason.", flag="open"),
        full("plain", "Who are you?", "I am a turner."),
    )
    read_by_the_machine(installation, [])
    return hire("Tess", Role.TRUST_SAFETY)


def press(at: AppTest, label: str) -> AppTest:
    (button,) = [each for each in at.button if each.label == label]
    return button.click().run()


def the_case(installation: Installation, tess: Actor) -> str:
    return str(cases.queue(installation, tess).waiting[0].id)


def test_home_and_queue_lead_to_the_open_case(
    visit: Visit, installation: Installation, tess: Actor
) -> None:
    assert "1 case waits for an outcome" in shown(visit(tess))
    screen = shown(visit(tess, "cases"))
    assert "1 case waits for an outcome, the oldest first" in screen
    assert f"/case?id={the_case(installation, tess)}" in screen
    assert "Settled last" not in screen


def test_a_case_is_read_for_a_purpose_and_settled_with_reason_and_note(
    visit: Visit, installation: Installation, tess: Actor
) -> None:
    at = visit(tess, "case", id=the_case(installation, tess))
    assert "I am a mason." not in shown(at)
    at.text_input[0].set_value(PURPOSE)
    press(at, "Read it within the case")
    assert "I am a mason." in shown(at)
    at.radio[0].set_value(CaseOutcome.UPHELD).run()
    assert "R07" in shown(at)
    at.selectbox[0].select(CaseReason.HARM)
    at.text_area[0].set_value("short")
    press(at, "Record the outcome")
    assert "sentence or two" in legible(at.error[0])
    at.text_area[0].set_value(NOTE)
    press(at, "Record the outcome")
    screen = shown(at)
    assert "The case is upheld" in screen
    assert NOTE in screen
    assert "I am a mason." not in screen
    queue = shown(visit(tess, "cases"))
    assert "No case is open" in queue
    assert "Settled last" in queue


def test_a_settled_case_is_opened_anew(
    visit: Visit, installation: Installation, tess: Actor
) -> None:
    case_id = cases.queue(installation, tess).waiting[0].id
    cases.close(installation, tess, case_id, CaseOutcome.DISMISSED, CaseReason.FICTION, NOTE)
    at = visit(tess, "case", id=str(case_id))
    press(at, "Open a new case")
    assert len(cases.queue(installation, tess).waiting) == 1
    again = shown(visit(tess, "case", id=str(case_id)))
    assert "Other cases of this session" in again
    assert "Open a new case" not in again


def test_the_sessions_own_page_leads_to_its_case(
    visit: Visit, installation: Installation, tess: Actor
) -> None:
    (waiting,) = cases.queue(installation, tess).waiting
    at = visit(tess, "session", id=str(waiting.session_id))
    assert not at.exception
    assert not [each for each in at.button if each.label == "Open a case"]
    cases.close(installation, tess, waiting.id, CaseOutcome.DISMISSED, CaseReason.FICTION, NOTE)
    at = visit(tess, "session", id=str(waiting.session_id))
    press(at, "Open a case")
    assert len(cases.queue(installation, tess).waiting) == 1


@pytest.mark.parametrize("named", ["", "7", "01a21232-95ab-7f8f-864c-87d1432c5705"])
def test_an_address_that_names_no_case_leads_to_the_queue_or_says_so(
    named: str, visit: Visit, tess: Actor
) -> None:
    at = visit(tess, "case", **({"id": named} if named else {}))
    assert not at.exception
    assert "No case is named" in shown(at) or "no such case" in legible(at.error[0])


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRUST_SAFETY])
@pytest.mark.parametrize("room", ["cases", "case"])
def test_the_rooms_do_not_exist_for_others(room: str, role: Role, visit: Visit, hire: Hire) -> None:
    at = visit(hire("Someone", role), room)
    assert "takes the role" in legible(at.error[0])
