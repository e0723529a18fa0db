"""Reviewing a session by keyboard alone, through the real gate and into the database."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from domain.session_filters import SessionFilter
from domain.vocabulary import ReviewState
from services import access, reviewing, sessions
from tests.journeys.conftest import Visitor, drawn
from tests.live.processes import Live
from tests.services.worlds import read_by_the_machine

pytestmark = pytest.mark.browser

_ROSA = "rosa@clearance.example"
_PURPOSE = "Review the redactions before a share"


def open_desk(visitor: Visitor, page: Page, session_id: UUID) -> None:
    visitor.open(page, f"/session?id={session_id}")
    page.get_by_text("Review beside the original").click()
    page.get_by_label("What do you need the original for?").fill(_PURPOSE)
    page.get_by_role("button", name="Open the original").click()
    expect(page.get_by_text("What a recipient gets")).to_be_visible()
    drawn(page)


def test_a_session_is_reviewed_by_keyboard_and_confirmed(
    live: Live, visit: Callable[[], Visitor]
) -> None:
    read_by_the_machine(live.installation, ["shelf"])
    rosa = access.actor_by_email(live.installation, _ROSA)
    row = sessions.list_sessions(live.installation, rosa, SessionFilter()).rows[0]
    visitor = visit()
    page = visitor.sign_in(_ROSA, "/sessions")
    drawn(page)
    open_desk(visitor, page, row.id)
    progress = page.locator(".rx-progress")
    expect(progress).to_have_text("1 undecided: 1 Person")
    page.keyboard.press("a")
    expect(progress).to_have_text("All decided")
    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()
    desk = reviewing.look_again(live.installation, rosa, row.id)
    assert [kept.name for kept in desk.decisions] == [rosa.label]
    page.keyboard.press("f")
    expect(progress).to_have_text("Confirmed")
    found = sessions.open_session(live.installation, rosa, row.id)
    assert found.row.review_state is ReviewState.CONFIRMED
    assert "[PERSON_1]" in found.turns[1].text
