"""A share from request to package, by four people in four browsers."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services import access
from services.shares import working
from services.shares.assembling import SERVICE
from tests.journeys.conftest import Visitor, drawn
from tests.journeys.shares import NAME, SharedStudy
from tests.live.processes import Live

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def study(live: Live, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A study with one confirmed session that may be shared, and somebody to share it with."""
    said = [f"{NAME} does. <b>=1+1</b> \u202e😀"]
    return SharedStudy(live, tmp_path_factory.mktemp("share"), said).title


def vote(visitor: Visitor, name: str, path: str) -> Page:
    page = visitor.sign_in(f"{name}@clearance.example", path)
    drawn(page)
    expect(page.get_by_text("[PERSON_1]").first).to_be_visible()
    assert NAME not in page.content()
    page.get_by_text("nobody sees it before both are in").click()
    page.get_by_text("Approve", exact=True).click()
    page.get_by_role("button", name="Cast the vote").click()
    return page


def test_a_share_is_asked_for_approved_by_two_released_and_fetched_once(
    live: Live, visit: Callable[[], Visitor], study: str, tmp_path: Path
) -> None:
    fetched_before = live.count("package.fetch", outcome="done")
    refused_before = live.count("package.fetch", outcome="refused")
    asking = visit()
    rosa = asking.sign_in("rosa@clearance.example", "/shares")
    drawn(rosa)
    rosa.get_by_text("Ask for a new share").click()
    rosa.get_by_label("Study").click()
    # A long list draws only what is in sight: typing finds the rest.
    rosa.keyboard.type(study)
    rosa.get_by_role("option", name=study, exact=True).click()
    drawn(rosa)
    rosa.get_by_label("Recipient").click()
    rosa.get_by_role("option", name="Odile Brandt, Institute of Crafts").first.click()
    drawn(rosa)
    rosa.get_by_label("Purpose").fill("A study of how crafts people work with AI tools")
    rosa.get_by_label("Purpose").press("Enter")
    drawn(rosa)
    rosa.get_by_role("button", name="Begin the request").click()
    rosa.get_by_role("button", name="Add all of the 1 that may go in").click()
    rosa.get_by_role("button", name="Submit 1 session to two approvers").click()
    expect(rosa.get_by_text("0 of 2 votes in")).to_be_visible()
    path = rosa.url.removeprefix(live.web.origin)
    # The requester is offered no vote, by no address.
    expect(rosa.get_by_text("nobody sees it before both are in")).to_have_count(0)

    amina = vote(visit(), "amina", path)
    expect(amina.get_by_text("Your vote is in.")).to_be_visible()
    bela = vote(visit(), "bela", path)
    expect(bela.get_by_text("approved").first).to_be_visible()

    asking.open(rosa, path)
    rosa.get_by_role("button", name="Release it now").click()
    expect(rosa.get_by_text("Building the package")).to_be_visible()
    service = access.service_actor(live.installation, SERVICE)
    assert working.work_one(live.installation, service, "journey")
    rosa.get_by_role("button", name="Make a link to the package").click()
    link = rosa.get_by_role("link", name="Fetch the package")
    with rosa.expect_download() as download:
        link.click()
    package = tmp_path / "package.zip"
    download.value.save_as(package)
    with zipfile.ZipFile(package) as held:
        (line,) = held.read("sessions.jsonl").splitlines()
        assert json.loads(held.read("manifest.json"))["approved_by"] == [
            "Amina Haddad",
            "Béla Kovács",
        ]
    assert json.loads(line)["turns"][1]["text"] == "[PERSON_1] does. <b>=1+1</b> \u202e😀"
    address = asking.address(str(link.get_attribute("href")).removeprefix(live.web.origin))
    again = asking.context.request.get(address)
    assert (again.status, "opens nothing" in again.text()) == (403, True)
    stranger = visit().tab().goto(address)
    assert stranger is not None
    assert stranger.status == 401
    assert live.count("package.fetch", outcome="done") == fetched_before + 1
    assert live.count("package.fetch", outcome="refused") == refused_before + 1
