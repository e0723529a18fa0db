"""What rests, and how it is settled: by two administrators, and by Trust & Safety."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from services import access, policy_answers, studies
from services.installation import Installation
from tests.journeys.conftest import Visitor, drawn
from tests.live.processes import Live
from tests.services.rights_worlds import as_owner
from tests.services.worlds import full, read_by_the_machine, take_in

pytestmark = pytest.mark.browser

_TITLE = "A study with loose ends"
_SLUG = "a-study-with-loose-ends"
_WORDS = "I would smash their looms"
_GAP = {"started_at": "2026-02-02T09:00:00Z", "completed_at": "2026-02-02T09:20:00Z"}


@pytest.fixture(scope="module")
def numbers(live: Live, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """A session of the gap between the policies and one with an open case, by number."""
    here = live.installation
    ada = access.actor_by_email(here, "ada@clearance.example")
    today = here.now().date()
    made = studies.add(
        here,
        ada,
        slug=_SLUG,
        title=_TITLE,
        opens_on=today - timedelta(days=400),
        closes_on=today,
    )
    take_in(
        here,
        ada,
        made,
        tmp_path_factory.mktemp("holds"),
        full("gap", "What do you make?", "Baskets.", **_GAP),
        full("flagged", "What do you make?", f"{_WORDS}.", flag="open"),
    )
    read_by_the_machine(here, [], made)
    rows = as_owner(
        here,
        "SELECT k.transcript_id, s.number FROM session s JOIN session_source k"
        " ON k.session_id = s.id WHERE s.study_id = :study",
        study=made.id,
    )
    return {str(name): int(str(number)) for name, number in rows}


def answered_by(here: Installation, number: int, use: str) -> str:
    """The rule that answers for a use, as the command line tells an administrator."""
    ada = access.actor_by_email(here, "ada@clearance.example")
    found = policy_answers.explain(here, ada, number)
    return next(answer.rule for each, answer in found.answers if each.value == use)


def failures(visitor: Visitor) -> list[str]:
    """What the page's own code complained of; not of addresses that Streamlit tries first."""
    return [said for said in visitor.complaints if not said.startswith("Failed to load resource")]


def settled(page: Page, text: str) -> None:
    drawn(page)
    expect(page.get_by_text(text).first).to_be_visible()


def test_two_administrators_settle_which_policy_governs_what_rests(
    live: Live, visit: Callable[[], Visitor], numbers: dict[str, int]
) -> None:
    assert answered_by(live.installation, numbers["gap"], "share_researcher") == "R03"
    hers = visit()
    ada = hers.sign_in("ada@clearance.example", f"/holds?study={_SLUG}&rule=R03")
    settled(ada, "1 session, the oldest first.")
    expect(ada.get_by_text(f"Session {numbers['gap']}", exact=True)).to_be_visible()
    assert "Baskets" not in ada.content(), "an administrator reads no transcript"

    ada.get_by_role("link", name="Policy assignments").last.click()
    settled(ada, "Choose the sessions and the policy")
    hers.open(ada, f"/assignments?study={_SLUG}")
    drawn(ada)
    ada.get_by_role("combobox", name="What is to hold").click()
    ada.get_by_role("option", name="Policy 2026-03-23 governs").click()
    settled(ada, "hold (R03)")
    ada.get_by_role("textbox", name="Reason").fill("They were shown the March policy first")
    ada.get_by_role("button", name="Propose", exact=True).click()
    settled(ada, "Another administrator confirms or rejects it.")
    expect(ada.get_by_role("button", name="Confirm")).to_have_count(0)
    assert answered_by(live.installation, numbers["gap"], "share_researcher") == "R03"

    his = visit()
    ben = his.sign_in("ben@clearance.example", "/notifications")
    settled(ben, "Which policy governs a session waits for a second administrator.")
    his.open(ben, "/assignments")
    settled(ben, "They were shown the March policy first")
    ben.get_by_role("button", name="Confirm", exact=True).click()
    settled(ben, "from now on.")
    assert live.count("assignment.confirmed", outcome="done") == 1
    assert answered_by(live.installation, numbers["gap"], "share_researcher") != "R03"

    hers.open(ada, f"/holds?study={_SLUG}&rule=R03")
    settled(ada, "Nothing is on hold under R03 here.")
    assert failures(hers) == failures(his) == []


def test_trust_and_safety_reads_for_a_purpose_and_settles_a_case(
    live: Live, visit: Callable[[], Visitor], numbers: dict[str, int]
) -> None:
    number = numbers["flagged"]
    hers = visit()
    tess = hers.sign_in("tess@clearance.example", "/cases")
    drawn(tess)
    while not tess.get_by_role("link", name=f"Session {number}", exact=True).count():
        tess.get_by_role("button", name="Next page").click()
        drawn(tess)
    tess.get_by_role("link", name=f"Session {number}", exact=True).click()
    settled(tess, f"Case of session {number}")
    assert _WORDS not in tess.content(), "no word before a purpose is stated"
    tess.get_by_role("textbox", name="What do you need to find out?").fill("Was a threat made")
    tess.get_by_role("button", name="Read it within the case").click()
    settled(tess, _WORDS)

    ada = visit().sign_in("ada@clearance.example", "/erasure")
    drawn(ada)
    ada.get_by_role("textbox", name="Session numbers").fill(str(number))
    ada.get_by_role("button", name="See what would go").click()
    settled(ada, "Trust & Safety is settling a case")
    expect(ada.get_by_role("button", name="Erase for good")).to_have_count(0)

    tess.get_by_text("Upheld", exact=True).click()
    settled(tess, "What you found")
    tess.get_by_role("textbox", name="What you found").fill("A threat against looms, in turn 2")
    tess.get_by_role("button", name="Record the outcome").click()
    settled(tess, "The case is upheld.")
    assert _WORDS not in tess.content(), "what was read within the case closes with it"
    assert answered_by(live.installation, number, "share_researcher") == "R07"

    ada.get_by_role("button", name="See what would go").click()
    settled(ada, "1 session would be erased")
    expect(ada.get_by_role("button", name="Erase for good")).to_be_visible()
    assert failures(hers) == []
