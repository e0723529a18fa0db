"""The page of letters: one writes and sees what would arrive, another reads and confirms."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from domain.permissions import Actor
from domain.vocabulary import Role
from services import installation as installations
from tests.conftest import Hire
from tests.live import mail_server as mail
from tests.pages.conftest import Visit, legible, shown
from tests.services.letters.conftest import post as post
from tests.services.letters.worlds import LETTER, Post


@pytest.fixture
def here(post: Post) -> Post:
    sending = post.with_mail(9)
    installations.use(sending.installation)
    return sending


def press(at: AppTest, label: str) -> AppTest:
    (button,) = [each for each in at.button if each.label == label]
    return button.click().run()


def fill(at: AppTest, here: Post, **changes: str) -> AppTest:
    asked = {**LETTER, **changes}
    at.selectbox[0].select(here.study.slug)
    for label, what in (("Subject", "subject"), ("Where the finding is published", "link")):
        (field,) = [each for each in at.text_input if each.label == label]
        field.input(asked[what])
    at.text_area[0].input(asked["text"])
    return press(at, "See the letter")


def test_one_proposes_and_another_reads_confirms_stops_and_lets_it_go_on(
    visit: Visit, here: Post
) -> None:
    at = fill(visit(here.ada, "letters"), here)
    screen = shown(at)
    assert "Participants of 3 sessions may be told" in screen
    assert "answers@research.example" in screen
    press(at, "Propose it")
    assert "Letter 1 waits for another administrator" in shown(at)
    assert "You proposed it" in shown(at)
    assert not [each for each in at.button if each.label in ("Confirm and send", "Reject")]
    other = visit(here.ben, "letters")
    assert LETTER["text"] in shown(other)
    press(other, "Confirm and send")
    assert "Letter 1 goes out now" in shown(other)
    press(other, "Stop")
    assert "Letter 1 is stopped" in shown(other)
    press(other, "Go on")
    assert "goes on with who was not written to yet" in shown(other)


def test_how_it_ended_is_counted_and_no_name_or_address_is_on_the_screen(
    visit: Visit, here: Post
) -> None:
    arrived = mail.Post(replies_to_rcpt=["550 No such person"])
    with mail.mail_server(arrived) as port:
        sending = here.with_mail(port)
        sending.confirmed()
        sending.send()
    screen = shown(visit(here.ada, "letters"))
    assert "1 failed (reply 550), 2 sent, 1 withheld (R61)." in screen
    assert "people.example" not in screen
    assert "Quibble" not in screen


def test_a_letter_that_may_not_go_out_so_is_said_before_it_is_proposed(
    visit: Visit, here: Post
) -> None:
    at = fill(visit(here.ada, "letters"), here, text=LETTER["text"] + " Write to a@b.example.")
    assert "no e-mail address" in legible(at.warning[0])
    assert not [each for each in at.button if each.label == "Propose it"]


def test_what_is_not_set_is_said(visit: Visit, post: Post) -> None:
    screen = shown(visit(post.ada, "letters"))
    assert "CLEARANCE_SMTP_HOST and CLEARANCE_PARTICIPANT_CONTACT are not set" in screen


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_the_page_does_not_exist_for_others(
    role: Role, visit: Visit, hire: Hire, administrator: Actor
) -> None:
    assert "takes the role" in legible(visit(hire("Someone", role), "letters").error[0])
