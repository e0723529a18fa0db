"""Notifications: every kind says something, leads somewhere, and gives nobody away in a letter."""

from uuid import UUID

import pytest

from domain.notifications import (
    AT_ONCE,
    WAITING,
    Kind,
    address,
    letter,
    sentence,
    subject_line,
)

SUBJECT = UUID(int=7)
LINK = "https://clearance.example.org/notifications"


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_a_sentence_and_leads_somewhere(kind):
    said = sentence(kind, 12)
    assert said[0].isupper()
    assert said.endswith(".")
    assert "{" not in said
    assert address(kind, SUBJECT).startswith("/")
    about_one = address(kind, SUBJECT).startswith(("/share?id=", "/publication?id="))
    assert ("12" in said) is about_one


def test_a_share_is_led_to_by_its_id():
    assert address(Kind.VOTE_WAITING, SUBJECT) == f"/share?id={SUBJECT}"
    assert address(Kind.IMPORT_DONE, SUBJECT) == "/imports"


def test_only_what_waits_goes_out_at_once():
    assert set(AT_ONCE) < set(WAITING)
    assert Kind.VOTE_WAITING in AT_ONCE
    assert Kind.IMPORT_DONE not in WAITING


@pytest.mark.parametrize(
    ("waiting", "others", "line"),
    [
        (1, 4, "1 thing waits for you in Clearance"),
        (2, 0, "2 things wait for you in Clearance"),
        (0, 1, "1 piece of news in Clearance"),
        (0, 3, "3 pieces of news in Clearance"),
    ],
)
def test_the_subject_says_how_much_and_nothing_else(waiting, others, line):
    assert subject_line(waiting, others) == line


def test_a_letter_sorts_what_waits_from_what_changed_and_says_nothing_twice():
    said = letter(
        [
            (Kind.GRANT_GIVEN, None),
            (Kind.VOTE_WAITING, 4),
            (Kind.GRANT_GIVEN, None),
            (Kind.VOTE_WAITING, 9),
        ],
        LINK,
        LINK,
    )
    assert said == (
        "Waits for you:\n- Share 4 waits for your vote.\n- Share 9 waits for your vote.\n\n"
        "What else changed:\n- You were given a grant.\n\n"
        f"See it in Clearance: {LINK}\n\n"
        f"To get no more of these letters, say so here: {LINK}\n"
    )


def test_a_letter_of_news_alone_has_no_empty_heading():
    assert letter([(Kind.GRANT_GIVEN, None)], LINK, LINK).startswith("What else changed:")
    assert "What else" not in letter([(Kind.VOTE_WAITING, 1)], LINK, LINK)
