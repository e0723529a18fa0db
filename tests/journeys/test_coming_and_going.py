"""Signing in and out as people do it: deep links, two tabs, the back button, the uninvited."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from services import access
from tests.journeys.conftest import Visitor, drawn

ROSA, BEN = "rosa@clearance.example", "ben@clearance.example"
#: "Within seconds": the gate looks every two, and a busy machine takes its time.
_SECONDS_MS = 8_000


def no_trace(page: Page, name: str) -> None:
    expect(page.get_by_text("Signed in as")).to_have_count(0)
    expect(page.get_by_text(name)).to_have_count(0)


def test_a_link_into_the_house_opens_after_the_sign_in(visitor: Visitor) -> None:
    page = visitor.sign_in(ROSA, "/sessions?status=completed")
    drawn(page)
    assert page.url == visitor.address("/sessions?status=completed")
    expect(page.get_by_role("heading", level=1, name="Sessions")).to_be_visible()


def test_the_uninvited_are_told_why_and_stay_where_they_are(visitor: Visitor) -> None:
    page = visitor.sign_in("nobody@elsewhere.example", "/access")
    expect(page.get_by_role("status")).to_contain_text("nobody has invited you")
    assert page.url == visitor.address("/sign-in?reason=sign-in.unknown")
    page.goto(visitor.address("/access"))
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    no_trace(page, "Ada Osei")


def test_a_cancelled_sign_in_says_so(visitor: Visitor) -> None:
    page = visitor.tab()
    page.goto(visitor.address("/"))
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Cancel the sign-in").click()
    expect(page.get_by_role("status")).to_contain_text("did not complete")


def test_signing_out_in_one_tab_clears_the_other_within_seconds(visitor: Visitor) -> None:
    page = visitor.sign_in(ROSA)
    drawn(page)
    other = visitor.tab()
    visitor.open(other, "/sessions")
    page.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/sign-in?reason=signed-out", timeout=_SECONDS_MS)
    no_trace(other, "Rosa Lindqvist")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in?reason=signed-out")
    expect(page.get_by_role("status")).to_contain_text("signed out")


@pytest.mark.parametrize("at_the_provider", [True, False], ids=["both", "only here"])
def test_the_back_button_shows_nothing_after_the_sign_out(
    visitor: Visitor, at_the_provider: bool
) -> None:
    page = visitor.sign_in(ROSA, "/sessions")
    drawn(page)
    visitor.open(page, "/session?id=1")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Clearance has ended your session already")).to_be_visible()
    if at_the_provider:
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in?reason=signed-out")
    for _ in range(3):
        page.go_back(wait_until="load")
        expect(page.get_by_text("Signed in as")).to_have_count(0)
        if page.url.startswith(visitor.live.web.origin):  # the provider lists everybody
            no_trace(page, "Rosa Lindqvist")
    page.goto(visitor.address("/sessions"))
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_going_back_to_the_provider_after_the_sign_in_does_no_harm(visitor: Visitor) -> None:
    page = visitor.sign_in(ROSA)
    drawn(page)
    page.go_back(wait_until="load")
    page.go_forward(wait_until="load")
    drawn(page)


def test_a_screen_nobody_touches_clears_when_an_administrator_ends_the_sign_in(
    visitor: Visitor,
) -> None:
    page = visitor.sign_in(BEN, "/access")
    drawn(page)
    installation = visitor.live.installation
    administrator = access.actor_by_email(installation, "ada@clearance.example")
    ben = access.actor_by_email(installation, BEN)
    access.end_sign_ins(installation, administrator, ben.staff_id)
    page.wait_for_url("**/sign-in?reason=by-administrator", timeout=_SECONDS_MS)
    expect(page.get_by_role("status")).to_contain_text("An administrator ended your session")
    no_trace(page, "Ben Novak")


def test_two_people_in_two_browsers_stay_apart(visit: Callable[[], Visitor]) -> None:
    rosa, uma = visit(), visit()
    first, second = rosa.sign_in(ROSA), uma.sign_in("uma@clearance.example")
    drawn(first)
    drawn(second)
    expect(first.get_by_text("Signed in as Rosa Lindqvist")).to_be_visible()
    expect(second.get_by_text("Signed in as Uma Petrov")).to_be_visible()
    no_trace_of_the_other = second.get_by_text("Rosa Lindqvist")
    expect(no_trace_of_the_other).to_have_count(0)
    first.get_by_role("button", name="Sign out").click()
    expect(first.get_by_text("Clearance has ended your session already")).to_be_visible()
    uma.open(second, "/audit")


def test_scripts_in_the_page_cannot_read_who_is_signed_in(visitor: Visitor) -> None:
    page = visitor.sign_in(ROSA)
    drawn(page)
    readable = page.evaluate("document.cookie")
    assert "_streamlit_user" not in readable
    held = {cookie["name"]: cookie for cookie in visitor.context.cookies()}
    assert held["_streamlit_user"]["httpOnly"]
    assert held["_streamlit_user"]["sameSite"] == "Lax"
