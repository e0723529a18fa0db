"""An erasure from the administrator's screen to what a reviewer then finds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from domain.session_filters import SessionFilter
from services import access, sessions, studies
from tests.journeys.conftest import Visitor, drawn
from tests.live.processes import Live
from tests.services.worlds import full, read_by_the_machine, take_in

pytestmark = pytest.mark.browser

_WORDS = "Petronella makes harpsichords"


@pytest.fixture(scope="module")
def session(live: Live, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, int]:
    """A session that Rosa may read: its address and number."""
    here = live.installation
    ada = access.actor_by_email(here, "ada@clearance.example")
    today = here.now().date()
    made = studies.add(
        here,
        ada,
        slug="a-study-to-erase",
        title="A study to erase",
        opens_on=today - timedelta(days=400),
        closes_on=today,
    )
    take_in(
        here, ada, made, tmp_path_factory.mktemp("rights"), full("e1", "Who is it?", f"{_WORDS}.")
    )
    read_by_the_machine(here, [], made)
    rosa = access.actor_by_email(here, "rosa@clearance.example")
    access.grant(
        here,
        ada,
        staff_id=rosa.staff_id,
        study_id=made.id,
        role=next(iter(rosa.roles)),
        purpose="Read it before it goes",
        starts_at=here.now() - timedelta(minutes=1),
        expires_at=here.now() + timedelta(days=1),
    )
    rosa = access.actor_by_email(here, "rosa@clearance.example")
    (row,) = sessions.list_sessions(here, rosa, SessionFilter(study="a-study-to-erase")).rows
    return f"/session?id={row.id}", row.number


def test_what_is_erased_on_one_screen_is_gone_from_the_other(
    live: Live, visit: Callable[[], Visitor], session: tuple[str, int]
) -> None:
    path, number = session
    reading = visit()
    rosa = reading.sign_in("rosa@clearance.example", path)
    drawn(rosa)
    expect(rosa.get_by_text(_WORDS)).to_be_visible()

    ada = visit().sign_in("ada@clearance.example", "/erasure")
    drawn(ada)
    ada.get_by_role("textbox", name="Session numbers").fill(str(number))
    ada.get_by_role("button", name="See what would go").click()
    expect(ada.get_by_text("1 session would be erased")).to_be_visible()
    assert _WORDS not in ada.content()
    ada.get_by_role("textbox", name="Evidence").fill("Ticket 4711")
    ada.get_by_role("textbox", name="Reason").fill("The participant asked for it")
    ada.get_by_role("button", name="Erase for good").click()
    expect(ada.get_by_text("This cannot be undone.")).to_be_visible()
    ada.get_by_role("textbox", name="Type “erase 1 session”").fill("erase 1 session")
    ada.get_by_role("button", name="Erase for good").click()
    expect(ada.get_by_text(f"Erased: session {number}.")).to_be_visible()
    assert live.count("session.erase", outcome="done") == 1

    reading.open(rosa, path)
    expect(rosa.get_by_text("What was said here was erased on")).to_be_visible()
    assert _WORDS not in rosa.content()
    reading.open(rosa, "/notifications")
    expect(rosa.get_by_text("You were given a grant.").first).to_be_visible()
