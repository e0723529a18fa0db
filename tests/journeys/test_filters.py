"""The filters of the sessions page: what is behind the button holds while it is closed."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Visitor, drawn


def test_a_filter_behind_the_button_holds_when_it_is_closed_and_another_is_set(
    visitor: Visitor,
) -> None:
    page = visitor.sign_in("rosa@clearance.example", "/sessions?language=en")
    drawn(page)
    expect(page.get_by_text("1 filter set under “More filters”")).to_be_visible()
    page.get_by_test_id("stPopover").get_by_role("button").click()
    status = page.get_by_role("combobox", name="Status")
    status.fill("Completed")
    page.get_by_role("option", name="Completed", exact=True).click()
    expect(page).to_have_url(re.compile(r"status=completed"))
    # It stays open for the next choice.
    expect(page.get_by_text("2 filters set under “More filters”")).to_be_visible()
    drawn(page)
    expect(page.get_by_role("combobox", name="Review")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("heading", level=1).click()
    expect(page.get_by_role("combobox", name="Review")).to_have_count(0)
    expect(page.get_by_text("2 filters set under “More filters”")).to_be_visible()
    page.get_by_role("combobox", name="Order").click()
    page.get_by_role("option", name="Longest first").click()
    expect(page).to_have_url(re.compile(r"sort=longest"))
    assert {"language=en", "status=completed"} <= set(page.url.partition("?")[2].split("&"))
    expect(page.get_by_text("2 filters set under “More filters”")).to_be_visible()
