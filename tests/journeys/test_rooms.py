"""Everybody walks the house: their own rooms open, the others do not exist for them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from domain.permissions import Act, may
from jobs.demonstration_staff import PEOPLE
from pages.front.rooms import ROOMS, Room
from services import access
from tests.journeys.conftest import Visitor, drawn

INVITED = [person for person in PEOPLE if person.invited]
#: What stands at the head of each room; a session's own page asks for a session first.
HEADS = {
    "review": "Review",
    "sessions": "Sessions",
    "cases": "Cases",
    "holds": "On hold",
    "assignments": "Policy assignments",
    "imports": "Imports",
    "access": "Access",
    "studies": "Studies",
    "quality": "Review quality",
    "withdrawals": "Withdrawals",
    "notifications": "Notifications",
    "erasure": "Erasure",
    "retention": "Retention",
    "letters": "Letters to participants",
    "shares": "Shares",
    "metrics": "Participation",
    "publications": "Publications",
    "publish": "Propose a chart for publication",
    "recipients": "Recipients",
    "policy": "Policy",
    "changes": "Policy changes",
    "operations": "Operations",
    "audit": "Audit trail",
}


def theirs(visitor: Visitor, email: str) -> dict[str, tuple[Room, bool]]:
    actor = access.actor_by_email(visitor.live.installation, email)
    return {room.address: (room, room.act is None or may(actor, room.act)) for room in ROOMS}


@pytest.mark.parametrize("person", INVITED, ids=lambda person: person.name.split()[0])
def test_each_person_finds_their_own_rooms_and_no_others(visitor: Visitor, person) -> None:
    page = visitor.sign_in(person.email)
    drawn(page)
    expect(page.get_by_text(f"Signed in as {person.name}")).to_be_visible()
    rooms = theirs(visitor, person.email)
    listed = {room.title for room, open_ in rooms.values() if open_ and room.listed}
    links = page.get_by_test_id("stSidebarNavLink").all_inner_texts()
    shown = {link.split("\n")[-1].strip() for link in links}
    assert shown == (listed if len(listed) > 1 else set())
    for address, (_, open_) in rooms.items():
        visitor.open(page, f"/{address}")
        expect(page.get_by_text("Something went wrong")).to_have_count(0)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        if address in HEADS:
            head = page.get_by_role("heading", level=1, name=HEADS[address], exact=True)
            expect(head).to_have_count(1 if open_ else 0)
        if not open_:
            expect(page.get_by_test_id("stAlert").first).to_be_visible()


def test_the_rooms_of_the_navigation_open_by_a_click(visitor: Visitor) -> None:
    page = visitor.sign_in("ada@clearance.example")
    drawn(page)
    for room in ROOMS:
        if room.act in (Act.IMPORT, Act.MANAGE_ACCESS, Act.MANAGE_STUDIES):
            page.get_by_test_id("stSidebarNavLink").filter(has_text=room.title).click()
            expect(page.get_by_role("heading", level=1, name=HEADS[room.address])).to_be_visible()
            assert page.url == visitor.address(f"/{room.address}")


def test_the_browser_shows_our_name_and_our_icon(visitor: Visitor) -> None:
    page = visitor.sign_in("uma@clearance.example", "/audit")
    drawn(page)
    assert page.title().startswith(("Audit trail", "Clearance"))
    icon = page.locator('link[rel="shortcut icon"], link[rel="icon"]').first.get_attribute("href")
    assert icon is not None
    assert icon.removeprefix(visitor.live.web.origin).lstrip(".") == "/favicon.png"
    assert [text for text in visitor.complaints if "favicon" in text] == []
