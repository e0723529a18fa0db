"""Shares in a real browser, as somebody would who wants more than they may, or clicks twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from data_access import share_votes
from domain.shares.lifecycle import ShareState
from domain.shares.recall import RecallReason
from domain.shares.votes import Ballot
from services import access, reviewing
from services.shares import fetching, recalling, releasing, requests, voting
from services.shares.assembling import SERVICE
from tests.journeys.conftest import Visitor, drawn
from tests.journeys.shares import NAME, SharedStudy
from tests.live.browserless import Screen, screen, signed_in
from tests.live.processes import Live
from tests.services.reviews import PURPOSE, decide

pytestmark = pytest.mark.browser

_MANY = 45


@pytest.fixture
def study(live: Live, tmp_path: Path) -> SharedStudy:
    return SharedStudy(live, tmp_path, [f"{NAME} does, mostly.", "Nobody does, I work alone."])


def state(study: SharedStudy, share_id: UUID) -> ShareState:
    return requests.view(study.installation, study.rosa, share_id, record=False).row.state


def voters(study: SharedStudy, share_id: UUID) -> int:
    with study.installation.database.transaction(study.rosa.staff_id) as connection:
        return share_votes.voters(connection, share_id, 1)


def reopen(study: SharedStudy) -> None:
    """Decide once more on one of the sessions, which is not confirmed any longer then."""
    for session_id in study.rows():
        desk = reviewing.open_desk(study.installation, study.rosa, session_id, PURPOSE)
        same = [decide(kept.decision.span) for kept in desk.decisions]
        if same:
            reviewing.save(study.installation, study.rosa, session_id, desk.version, same)
            return
    raise AssertionError("No session has a decision.")


def fill_ballot(page: Page) -> None:
    page.get_by_text("nobody sees it before both are in").click()
    page.get_by_text("Approve", exact=True).click()


# Two tabs ---------------------------------------------------------------------------------------


def test_a_vote_from_a_second_tab_is_told_that_the_first_one_stands(
    visit: Callable[[], Visitor], study: SharedStudy
) -> None:
    share_id = study.submitted()
    amina = visit()
    first = amina.sign_in("amina@clearance.example", f"/share?id={share_id}")
    drawn(first)
    second = amina.tab()
    amina.open(second, f"/share?id={share_id}")
    for page in (first, second):
        fill_ballot(page)
    first.get_by_role("button", name="Cast the vote").click()
    expect(first.get_by_text("Your vote is in.")).to_be_visible()
    second.get_by_role("button", name="Cast the vote").click()
    expect(
        second.get_by_text("You have voted in this round")
        .or_(second.get_by_text("Your vote is in."))
        .first
    ).to_be_visible()
    assert voters(study, share_id) == 1


def test_a_vote_in_a_tab_that_was_left_open_is_not_a_vote_on_what_came_after(
    visit: Callable[[], Visitor], study: SharedStudy
) -> None:
    share_id = study.submitted()
    page = visit().sign_in("amina@clearance.example", f"/share?id={share_id}")
    drawn(page)
    fill_ballot(page)
    reopen(study)
    page.get_by_role("button", name="Cast the vote").click()
    expect(page.get_by_text("its redactions were opened or confirmed anew")).to_be_visible()
    assert voters(study, share_id) == 0


# One's own request ------------------------------------------------------------------------------


def test_the_requester_gets_no_vote_by_forging_the_approvers_form(
    live: Live, study: SharedStudy
) -> None:
    share_id = study.submitted()
    query = f"id={share_id}"
    with screen(live.web, signed_in(live.web, "amina@clearance.example")) as opened:
        box = ids(opened.run("share", query_string=query))["expandable"]
        form = ids(send(opened, query, {box: True}))
        assert {"radio", "button"} <= form.keys()
    with screen(live.web, signed_in(live.web, "rosa@clearance.example")) as opened:
        opened.run("share", query_string=query)
        came = send(opened, query, {box: True, form["radio"]: "Approve", form["button"]: "pressed"})
        assert came
        assert "radio" not in ids(came)
    assert voters(study, share_id) == 0
    # The very same message is a vote when it comes from somebody who may.
    with screen(live.web, signed_in(live.web, "amina@clearance.example")) as opened:
        opened.run("share", query_string=query)
        send(opened, query, {box: True})
        send(opened, query, {box: True, form["radio"]: "Approve", form["button"]: "pressed"})
    assert voters(study, share_id) == 1


def ids(messages: list[ForwardMsg]) -> dict[str, str]:
    """The ids of the widgets that a run drew which a vote needs, by kind; the last of each."""
    found = {}
    for message in messages:
        if message.WhichOneof("type") != "delta":
            continue
        delta = message.delta
        if delta.WhichOneof("type") == "add_block" and "vote" in delta.add_block.expandable.label:
            found["expandable"] = delta.add_block.expandable.id
        element = delta.new_element
        if element.WhichOneof("type") == "radio":
            found["radio"] = element.radio.id
        if element.WhichOneof("type") == "button" and element.button.label == "Cast the vote":
            found["button"] = element.button.id
    return found


def send(opened: Screen, query: str, values: dict[str, bool | str]) -> list[ForwardMsg]:
    """Ask for a run with widgets in the states given, as a frontend would or somebody forges it."""
    message = BackMsg()
    message.rerun_script.page_name = "share"
    message.rerun_script.query_string = query
    for name, value in values.items():
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id = name
        if value == "pressed":
            widget.trigger_value = True
        elif isinstance(value, bool):
            widget.bool_value = value
        else:
            widget.string_value = value
    opened.send(message.SerializeToString())
    return opened.until_finished()


# A filter that has gone stale -------------------------------------------------------------------


def test_adding_what_a_stale_list_named_adds_nothing_and_says_so(
    visit: Callable[[], Visitor], study: SharedStudy
) -> None:
    draft = study.draft()
    page = visit().sign_in("rosa@clearance.example", f"/share?id={draft}")
    drawn(page)
    expect(page.get_by_text("2 completed sessions")).to_be_visible()
    here = study.installation
    reopen(study)
    page.get_by_role("button", name="Add all of the 2 that may go in").click()
    expect(page.get_by_text("other sessions than those you looked at")).to_be_visible()
    assert requests.view(here, study.rosa, draft, record=False).row.sessions == 0


# Without a grant --------------------------------------------------------------------------------


def test_a_request_or_session_opened_by_its_address_without_a_grant_shows_nothing(
    visit: Callable[[], Visitor], study: SharedStudy
) -> None:
    share_id = study.submitted()
    ravi = visit()
    page = ravi.sign_in("ravi@clearance.example", f"/share?id={share_id}")
    drawn(page)
    expect(page.get_by_text("There is no such request among those you may see")).to_be_visible()
    ravi.open(page, f"/session?id={study.rows()[0]}")
    for word in (NAME, "mostly", "I work alone", study.title, "Odile"):
        assert word not in page.content()


def test_nothing_comes_back_by_the_back_button_once_the_grant_has_ended(
    visit: Callable[[], Visitor], study: SharedStudy
) -> None:
    share_id = study.submitted()
    amina = visit()
    page = amina.sign_in("amina@clearance.example", f"/share?id={share_id}")
    drawn(page)
    expect(page.get_by_text("leaves as")).to_be_visible()
    amina.open(page, "/shares")
    study.end_grant(study.amina)
    page.go_back()
    drawn(page)
    expect(page.get_by_text("There is no such request among those you may see")).to_be_visible()
    assert "work alone" not in page.content()
    page.go_forward()
    drawn(page)
    expect(page.get_by_role("link", name="Shares")).to_be_visible()
    assert study.title not in page.content()


def test_the_next_click_on_an_open_desk_shows_nothing_once_the_grant_has_ended(
    visit: Callable[[], Visitor], study: SharedStudy
) -> None:
    share_id = study.submitted()
    page = visit().sign_in("amina@clearance.example", f"/share?id={share_id}")
    drawn(page)
    expect(page.get_by_text("leaves as")).to_be_visible()
    study.end_grant(study.amina)
    page.keyboard.press("j")
    expect(page.get_by_text("There is no such request among those you may see")).to_be_visible()
    expect(page.get_by_text("leaves as")).to_have_count(0)
    for word in ("work alone", "[PERSON_1]"):
        assert word not in page.content()


# Links to a package -----------------------------------------------------------------------------


@pytest.fixture
def released(live: Live, study: SharedStudy) -> UUID:
    share_id = study.submitted()
    here = study.installation
    for name in ("amina", "bela"):
        # Who never signed in is nobody at the provider, and cannot vote.
        signed_in(live.web, f"{name}@clearance.example")
    for approver in (study.amina, study.bela):
        voting.vote(here, approver, share_id, Ballot.APPROVE)
    service = access.service_actor(here, SERVICE)
    releasing.release(here, service, share_id, study.rosa.staff_id)
    return share_id


def test_a_link_opens_for_its_person_once_and_for_nobody_after_a_recall(
    visit: Callable[[], Visitor], study: SharedStudy, released: UUID
) -> None:
    here = study.installation
    amina, rosa = visit(), visit()
    amina.sign_in("amina@clearance.example")
    rosa.sign_in("rosa@clearance.example")
    for visitor in (amina, rosa):
        drawn(visitor.context.pages[0])

    def fetch(visitor: Visitor, token: str) -> int:
        return visitor.context.request.get(visitor.address(f"/package?link={token}")).status

    hers = fetching.offer(here, study.rosa, released)
    approvers = fetching.offer(here, study.amina, released)
    assert fetch(amina, hers) == 403
    assert fetch(rosa, hers) == 200
    assert fetch(rosa, hers) == 403
    # Made before the package was fetched: it is handed over once all the same.
    assert fetch(amina, approvers) == 403
    again = fetching.offer(here, study.amina, released, "The requester has it, I need it too")
    last = fetching.offer(here, study.amina, released, "In case the first download breaks off")
    assert fetch(amina, again) == 200
    recalling.recall(
        here,
        study.ada,
        released,
        reason=RecallReason.MISTAKE,
        notice="Please destroy every copy of this package.",
        due_at=here.now() + timedelta(days=7),
    )
    assert fetch(amina, last) == 403
    assert state(study, released) is ShareState.RECALLED


# Long requests ----------------------------------------------------------------------------------


def test_an_approver_goes_through_a_long_request_by_keys_and_the_vote_says_how_far(
    live: Live, visit: Callable[[], Visitor], tmp_path: Path
) -> None:
    study = SharedStudy(live, tmp_path, [f"{NAME} does, in workshop {n}." for n in range(_MANY)])
    share_id = study.submitted()
    amina = visit()
    page = amina.sign_in("amina@clearance.example", f"/share?id={share_id}")
    drawn(page)
    place = page.get_by_label(f"Place, of {_MANY}")
    expect(page.get_by_text(f"You have opened 1 of {_MANY} sessions")).to_be_visible()
    expect(page.get_by_text("drawn by lot")).to_be_visible()
    first = page.get_by_text("leaves as").inner_text()
    page.keyboard.press("j")
    expect(place).to_have_value("2")
    expect(page.get_by_text(f"You have opened 2 of {_MANY} sessions")).to_be_visible()
    page.keyboard.press("k")
    expect(place).to_have_value("1")
    expect(page.get_by_text("you opened it before")).to_be_visible()
    page.keyboard.press("n")
    expect(place).to_have_value("3")
    # Any place, the last one too, and any name.
    place.fill(str(_MANY))
    place.press("Enter")
    expect(page.get_by_text(f"You have opened 4 of {_MANY} sessions")).to_be_visible()
    expect(page.get_by_role("button", name="Next Shortcut J")).to_be_disabled()
    name = first.split("leaves as ")[1].split()[0]
    page.get_by_label("Find by name").fill(name)
    page.get_by_label("Find by name").press("Enter")
    expect(place).to_have_value("1")
    # Another day, the same order and progress.
    amina.open(page, "/shares")
    amina.open(page, f"/share?id={share_id}")
    expect(page.get_by_text(f"You have opened 4 of {_MANY} sessions")).to_be_visible()
    assert name in page.get_by_text("leaves as").inner_text()
    fill_ballot(page)
    page.get_by_role("button", name="Cast the vote").click()
    expect(page.get_by_text("Your vote is in.")).to_be_visible()
    (vote,) = requests.view(live.installation, study.amina, share_id, record=False).votes
    assert (vote.opened, vote.sessions) == (4, _MANY)
