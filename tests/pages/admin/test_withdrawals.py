"""The withdrawal form: what it records holds at once; what it cannot record it says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.session_filters import SessionFilter
from domain.vocabulary import ConsentChoice, ConsentScope, Role
from services import sessions
from services.installation import Installation
from tests.conftest import Hire
from tests.pages.admin.test_access import field, press
from tests.pages.conftest import Visit, legible
from tests.services.worlds import full, take_in


def test_a_withdrawal_by_the_form_holds_at_once(
    visit: Visit,
    installation: Installation,
    administrator: Actor,
    hire: Hire,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    take_in(installation, administrator, study, tmp_path, full("a"))
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    at = visit(administrator, "withdrawals")
    at.text_input(key="withdraw.numbers").set_value("1")
    field(at, "multiselect", "Choices taken back").set_value([ConsentScope.CONTACT])
    at.text_input(key="withdraw.evidence").set_value("Ticket 4711")
    at.text_input(key="withdraw.reason").set_value("The participant wrote to us")
    press(at, "Record the withdrawal")
    assert legible(at.success[0]) == "1 choice withdrawn, from now on."
    (row,) = sessions.list_sessions(installation, rosa, SessionFilter()).rows
    assert row.choices[ConsentScope.CONTACT] is ConsentChoice.WITHDRAWN


def test_what_is_no_number_is_said_as_a_sentence(visit: Visit, administrator: Actor) -> None:
    at = visit(administrator, "withdrawals")
    at.text_input(key="withdraw.numbers").set_value("one")
    press(at, "Record the withdrawal")
    assert "Write the sessions' numbers" in legible(at.error[0])


def test_the_form_does_not_exist_for_a_reviewer(visit: Visit, hire: Hire) -> None:
    assert "takes the role" in legible(visit(hire("Rosa", Role.REVIEWER), "withdrawals").error[0])


def test_no_further_use_by_the_form_holds_at_once(
    visit: Visit,
    installation: Installation,
    administrator: Actor,
    hire: Hire,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    take_in(installation, administrator, study, tmp_path, full("a"))
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    at = visit(administrator, "withdrawals")
    today = installation.now().date()
    at.text_input(key="forbid.numbers").set_value("1")
    at.date_input(key="forbid.said").set_value(today - timedelta(days=1))
    press(at, "Allow no further use")
    assert "State the evidence" in legible(at.error[0])
    at.text_input(key="forbid.evidence").set_value("Ticket 4711")
    at.text_input(key="forbid.reason").set_value("The participant wrote to us")
    press(at, "Allow no further use")
    assert legible(at.success[0]) == "No further use of session 1, from now on."
    (row,) = sessions.list_sessions(installation, rosa, SessionFilter()).rows
    assert row.withdrawn_at is not None
    assert sessions.open_session(installation, rosa, row.id).reading.rule == "R09"
    at.text_input(key="again.numbers").set_value("1")
    at.text_input(key="again.evidence").set_value("Ticket 4712")
    at.text_input(key="again.reason").set_value("The participant changed their mind")
    at.date_input(key="again.said").set_value(today - timedelta(days=1))
    press(at, "Allow further use again")
    assert "What was said last holds" in legible(at.error[0]), "the same instant is not later"
    at.date_input(key="again.said").set_value(today)
    press(at, "Allow further use again")
    assert legible(at.success[0]) == "Session 1 may be used as chosen, from now on."
    (row,) = sessions.list_sessions(installation, rosa, SessionFilter()).rows
    assert row.withdrawn_at is None
