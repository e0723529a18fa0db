"""The pages of publications: who sees what, and that each button does what it says."""

from __future__ import annotations

from decimal import Decimal

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from domain.publications.contents import Audience
from domain.publications.lifecycle import PublicationState
from domain.publications.votes import Ballot
from domain.vocabulary import Role
from services.publications import reading, voting, working
from tests.conftest import Hire
from tests.pages.conftest import Visit, legible, shown
from tests.services.publications.worlds import PURPOSE, TITLE, World


def button(at: AppTest, label: str) -> AppTest:
    (found,) = [each for each in at.button if each.label.startswith(label)]
    return found.click().run()


def field(at: AppTest, label: str) -> TextInput:
    return next(each for each in at.text_input if each.label == label)


def test_a_lead_proposes_the_chart_that_the_metrics_page_names(visit: Visit, world: World) -> None:
    at = visit(world.leo, "publications")
    assert "Nothing is published or proposed yet" in shown(at)
    at = visit(world.leo, "publish", study=world.study.slug, chart="plan")
    assert not at.exception
    assert at.selectbox[1].value == "plan"
    field(at, "Title over the figure").input("Short")
    field(at, "Purpose").input(PURPOSE)
    button(at, "Propose it")
    assert "A title has" in legible(at.error[0])
    field(at, "Title over the figure").input(TITLE)
    button(at, "Propose it")
    (row,) = reading.board(world.installation, world.leo).others
    assert (row.breakdown, row.audience, row.title) == ("plan", Audience.PUBLIC, TITLE)
    at = visit(world.leo, "publication", id=str(row.id))
    assert "being prepared" in shown(at)
    assert "Counting, protecting" in shown(at)
    assert working.work_one(world.installation, world.service, "worker")
    at = visit(world.leo, "publication", id=str(row.id))
    assert "0 of 2 votes in" in shown(at)
    # Their own: no vote is offered.
    assert not at.radio


def test_a_third_partys_aggregate_names_the_recipient_everywhere(
    visit: Visit, world: World
) -> None:
    at = visit(world.leo, "publish", study=world.study.slug, chart="plan")
    at.radio[0].set_value(Audience.THIRD_PARTY).run()
    assert "Nadia Rahal, The Evening Post" in at.selectbox[2].options[0]
    field(at, "Title over the figure").input(TITLE)
    field(at, "Purpose").input(PURPOSE)
    button(at, "Propose it")
    assert working.work_one(world.installation, world.service, "worker")
    (row,) = reading.board(world.installation, world.leo).others
    at = visit(world.amina, "publication", id=str(row.id))
    assert "for Nadia Rahal, The Evening Post" in shown(at)
    assert "R48" in shown(at)


def test_noise_is_chosen_with_what_it_costs_and_the_budget_is_shown(
    visit: Visit, world: World
) -> None:
    at = visit(world.leo, "publish", study=world.study.slug, chart="plan")
    at.radio[1].set_value("With noise").run()
    assert not at.exception
    progress = [each.proto.text for each in at.get("progress")]
    assert progress == ["Privacy budget of this study: 0 of 3 spent, 3 left"]
    assert "0.5: within 6 people of the true count, 19 times out of 20" in at.radio[2].options
    at.radio[2].set_value(Decimal(1)).run()
    field(at, "Title over the figure").input(TITLE)
    field(at, "Purpose").input(PURPOSE)
    button(at, "Propose it")
    assert working.work_one(world.installation, world.service, "worker")
    (row,) = reading.board(world.installation, world.leo).others
    assert row.epsilon == 1
    at = visit(world.amina, "publication", id=str(row.id))
    screen = shown(at)
    assert "noise, epsilon 1" in screen
    assert "80 people" not in screen
    assert [each.proto.text for each in at.get("progress")] == ["1 of 3 spent, 2 left"]
    again = visit(world.leo, "publish", study=world.study.slug, chart="plan")
    again.radio[1].set_value("With noise").run()
    assert "1 of 3 spent, 2 left" in again.get("progress")[0].proto.text


def test_an_approver_sees_figure_numbers_and_method_and_votes(visit: Visit, world: World) -> None:
    publication_id = world.proposed(note="Counted once on each.")
    at = visit(world.amina, "publications")
    assert "Waits for your vote" in shown(at)
    assert TITLE in shown(at)
    at = visit(world.amina, "publication", id=str(publication_id))
    screen = shown(at)
    assert not at.exception
    assert f'src="/publication-file?id={publication_id}&amp;file=figure.png"' in screen
    assert "Free: withheld; Pro: 50" in screen
    assert "Not shown: fewer than 10 people" in screen
    assert "80 distinct participants are counted." in screen
    assert world.view(publication_id).file_digests["numbers.csv"].hex() in screen
    at.radio[0].set_value(Ballot.REJECT)
    button(at, "Cast the vote")
    assert "Say why in a few words" in legible(at.error[0])
    at.radio[0].set_value(Ballot.APPROVE)
    button(at, "Cast the vote")
    assert "Your vote is in" in legible(at.success[0])
    other = visit(world.bela, "publication", id=str(publication_id))
    assert "One vote is in. It is shown when both are." in shown(other)
    button(other, "Cast the vote")
    assert "Choose one of the two." in [legible(each) for each in other.error]


def test_a_disagreement_is_shown_to_both_and_settled(visit: Visit, world: World) -> None:
    publication_id = world.proposed()
    voting.vote(world.installation, world.amina, publication_id, Ballot.APPROVE)
    voting.vote(world.installation, world.bela, publication_id, Ballot.REJECT, "Too few weeks")
    at = visit(world.amina, "publication", id=str(publication_id))
    assert "Too few weeks" in shown(at)
    at.radio[0].set_value(Ballot.REJECT)
    at.text_input[0].input("I see it now")
    button(at, "Cast the vote")
    assert world.state(publication_id) is PublicationState.REJECTED


def test_its_proposer_publishes_and_an_approver_withdraws(visit: Visit, world: World) -> None:
    publication_id = world.approved()
    button(visit(world.leo, "publication", id=str(publication_id)), "Publish it now")
    assert working.work_one(world.installation, world.service, "worker")
    at = visit(world.leo, "publication", id=str(publication_id))
    assert "Package SHA-256" in shown(at)
    assert "Fetch the package" in shown(at)
    approver = visit(world.amina, "publication", id=str(publication_id))
    field(approver, "Reason").input("wrong")
    button(approver, "Withdraw the publication")
    assert "Say in a sentence" in legible(approver.error[0])
    field(approver, "Reason").input("The title names the wrong year")
    button(approver, "Withdraw the publication")
    assert world.state(publication_id) is PublicationState.WITHDRAWN
    assert "Fetch the package" not in shown(approver)


def test_a_proposal_is_taken_back(visit: Visit, world: World) -> None:
    publication_id = world.proposed()
    button(visit(world.leo, "publication", id=str(publication_id)), "Yes, take it back")
    assert world.state(publication_id) is PublicationState.TAKEN_BACK


def test_what_is_not_theirs_to_see_is_refused(visit: Visit, world: World, hire: Hire) -> None:
    publication_id = world.proposed()
    stranger = hire("Cleo", Role.APPROVER)
    at = visit(stranger, "publication", id=str(publication_id))
    assert "There is no such publication" in legible(at.error[0])
    assert PURPOSE not in shown(at)
    assert "No publication is named" in shown(visit(stranger, "publication", id="nonsense"))
    reviewer = visit(hire("Rosa", Role.REVIEWER, study=world.study), "publications")
    assert "takes the role" in legible(reviewer.error[0])
    lea = visit(hire("Lea", Role.LEAD), "publish")
    assert "You have no study to propose from" in shown(lea)


def test_markup_in_words_shows_as_text(visit: Visit, world: World) -> None:
    publication_id = world.proposed(
        title="A **bold** <b>title</b> $x$", purpose="For <script>alert(1)</script> **everybody**"
    )
    at = visit(world.amina, "publication", id=str(publication_id))
    assert "Purpose: For <script>alert(1)</script> **everybody**" in [
        each.value for each in at.text
    ]
    board = shown(visit(world.amina, "publications"))
    assert "A **bold** &lt;b&gt;title&lt;/b&gt; $x$" in board


def test_the_home_page_says_what_waits(visit: Visit, world: World) -> None:
    publication_id = world.proposed()
    number = world.view(publication_id).row.number
    waits = f"Publication {number} waits for your vote."
    assert waits in shown(visit(world.amina))
    assert f"/publication?id={publication_id}" in shown(visit(world.amina))
    assert waits not in shown(visit(world.leo))
    for approver in (world.amina, world.bela):
        voting.vote(world.installation, approver, publication_id, Ballot.APPROVE)
        assert waits not in shown(visit(approver))
    assert f"Publication {number} is approved." in shown(visit(world.leo))


def test_a_chart_with_counts_can_be_proposed_from_the_metrics_page_and_no_other(
    visit: Visit, world: World
) -> None:
    at = visit(world.leo, "metrics")
    at.segmented_control[0].set_value("People").run()
    links = {each.proto.url for each in at.get("link_button")}
    assert f"/publish?study={world.study.slug}&chart=plan" in links
    at.segmented_control[0].set_value("Review and policy").run()
    links = {each.proto.url for each in at.get("link_button")}
    assert f"/publish?study={world.study.slug}&chart=review" not in links
