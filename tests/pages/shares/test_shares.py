"""The pages of shares: who sees what, and that each button does what it says."""

from __future__ import annotations

from uuid import UUID

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from domain.shares.lifecycle import ShareState
from domain.shares.votes import Ballot
from domain.vocabulary import Role
from services.shares import composing, recipients, requests, voting, working
from tests.conftest import Hire
from tests.pages.conftest import Visit, legible, shown
from tests.services.reviews import SECRET
from tests.services.shares.worlds import SHARE_PURPOSE, World


def button(at: AppTest, label: str) -> AppTest:
    (found,) = [each for each in at.button if each.label.startswith(label)]
    return found.click().run()


def field(at: AppTest, label: str) -> TextInput:
    return next(each for each in at.text_input if each.label == label)


def with_ballot(at: AppTest, world: World, share_id: UUID) -> AppTest:
    """Open the form of the vote: it is drawn for those who open it."""
    row = world.view(share_id, world.amina).row
    at.session_state[f"share.ballot.{row.id}.{row.round}.{row.state}"] = True
    return at.run()


def tab(at: AppTest, name: str) -> AppTest:
    """Choose a tab of a request's page: only what is chosen is read and drawn."""
    held = at.query_params["id"]
    share_id = held if isinstance(held, str) else held[0]
    at.session_state[f"share.tabs.{share_id}"] = name
    return at.run()


def test_a_reviewer_begins_composes_and_submits(visit: Visit, world: World) -> None:
    at = visit(world.ravi, "shares")
    assert "There is no request yet" in shown(at)
    field(at, "Purpose").input("research").run()
    button(at, "Begin the request")
    assert "in a sentence" in legible(at.error[0])
    share_id = world.draft("a")
    at = visit(world.ravi, "share", id=str(share_id))
    assert not at.exception
    assert "3 completed sessions · 2 may go in · 1 are in" in shown(at)
    button(at, "Add all of the 3")
    assert world.view(share_id).row.sessions == 3
    button(at, "Submit 3 sessions")
    assert world.state(share_id) is ShareState.SUBMITTED
    assert "Choose sessions" not in [tab.label for tab in at.tabs]


def test_an_approver_reads_what_would_leave_and_votes(visit: Visit, world: World) -> None:
    share_id = world.submitted("a", "b")
    at = visit(world.amina, "shares")
    assert "Waits for your vote" in shown(at)
    assert SHARE_PURPOSE in shown(at)
    at = visit(world.amina, "share", id=str(share_id))
    screen = shown(at)
    assert not at.exception
    assert "[PERSON_1]" in screen
    assert SECRET not in screen
    assert "R40" in screen
    assert "Odile Brandt" in screen
    opened = requests.view(world.installation, world.amina, share_id, record=False).opened
    assert opened == 1
    assert not at.radio
    with_ballot(at, world, share_id).radio[0].set_value(Ballot.APPROVE)
    button(at, "Cast the vote")
    assert "Your vote is in" in legible(at.success[0])
    other = visit(world.bela, "share", id=str(share_id))
    assert "1 of 2 votes in" in shown(other)
    assert "One vote is in. It is shown when both are." in shown(tab(other, "Votes and comments"))
    button(with_ballot(other, world, share_id), "Cast the vote")
    assert "Choose one of the three." in [legible(each) for each in other.error]


def test_a_disagreement_is_shown_to_both_and_settled(visit: Visit, world: World) -> None:
    share_id = world.submitted("a")
    here = world.installation
    voting.vote(here, world.amina, share_id, Ballot.APPROVE)
    voting.vote(here, world.bela, share_id, Ballot.REJECT, "Too close to one workshop")
    at = visit(world.amina, "share", id=str(share_id))
    assert "Too close to one workshop" in shown(tab(at, "Votes and comments"))
    at.radio[0].set_value(Ballot.REJECT)
    at.text_input[0].input("I see it now")
    button(at, "Cast the vote")
    assert world.state(share_id) is ShareState.REJECTED


def test_the_requester_releases_links_and_an_approver_recalls(visit: Visit, world: World) -> None:
    share_id = world.approved("a")
    at = visit(world.ravi, "share", id=str(share_id))
    button(at, "Release it now")
    assert working.work_one(world.installation, world.service, "worker")
    at = visit(world.ravi, "share", id=str(share_id))
    assert "Package SHA-256" in shown(at)
    button(at, "Make a link")
    assert "Fetch the package" in shown(at)
    approver = visit(world.amina, "share", id=str(share_id))
    approver.text_area[0].input("Please destroy every copy of it and tell us.")
    button(approver, "Recall the package")
    assert world.state(share_id) is ShareState.RECALLED
    assert "Called back" in shown(approver)
    button(approver, "Record the attestation")
    assert "Name where the attestation is kept" in legible(approver.error[0])


def test_a_stale_request_says_why_at_its_head(visit: Visit, world: World) -> None:
    share_id = world.approved("a")
    recipients.block(world.installation, world.administrator, world.recipient, "They quoted a name")
    at = visit(world.ravi, "share", id=str(share_id))
    assert "The recipient was blocked." in [legible(each) for each in at.warning]
    button(at, "Submit")
    assert "They quoted a name" in legible(at.error[0])


def test_a_request_that_is_not_theirs_to_see_is_refused(
    visit: Visit, world: World, hire: Hire
) -> None:
    share_id = world.submitted("a")
    stranger = hire("Cleo", Role.APPROVER)
    at = visit(stranger, "share", id=str(share_id))
    assert "There is no such request" in legible(at.error[0])
    assert SHARE_PURPOSE not in shown(at)
    at = visit(stranger, "share", id="nonsense")
    assert "No request is named" in shown(at)


def test_markup_in_purpose_and_comment_shows_as_text(visit: Visit, world: World) -> None:
    share_id = world.draft("a")
    composing.change(
        world.installation,
        world.ravi,
        share_id,
        agreement_id=world.agreement,
        purpose="A **bold** <script>alert(1)</script> purpose :smile: $x$",
        fields=(),
    )
    voting.comment(world.installation, world.ravi, share_id, "<b>hello</b> **you**")
    at = visit(world.ravi, "share", id=str(share_id))
    (purpose,) = [each.value for each in at.markdown if each.value.startswith("**Purpose:**")]
    assert r"\*\*bold\*\*" in purpose
    assert "<script>" not in purpose
    tab(at, "Votes and comments")
    assert "<b>hello</b> **you**" in [each.value for each in at.text]


def test_an_administrator_records_recipients_and_agreements(visit: Visit, world: World) -> None:
    at = visit(world.administrator, "recipients")
    assert not at.exception
    assert "Odile Brandt, Institute of Crafts" in shown(at)
    field(at, "Name").input("Nadia Rahal")
    field(at, "Organisation").input("The Evening Post")
    field(at, "E-mail").input("nobody")
    at.button[0].click().run()
    assert "no e-mail address" in legible(at.error[0])
    field(at, "E-mail").input("nadia@post.example")
    at.button[0].click().run()
    assert "Nadia Rahal, The Evening Post" in shown(at)
    assert "No agreement yet" in shown(at)
