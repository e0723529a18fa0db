"""Erasure is confirmed in words that count, and recorded on evidence that names nobody."""

import pytest

from domain.erasure import (
    ErasureReason,
    check_confirmation,
    check_no_open_case,
    confirmation,
)
from domain.errors import BadInput, Refused
from domain.evidence import check_evidence


@pytest.mark.parametrize(("sessions", "words"), [(1, "erase 1 session"), (3, "erase 3 sessions")])
def test_the_words_count_the_sessions(sessions, words):
    assert confirmation(sessions) == words
    check_confirmation(f" {words.upper()} ", sessions)


@pytest.mark.parametrize("typed", ["", "yes", "erase", "erase 2 sessions", "erase 1 sessions"])
def test_other_words_confirm_nothing(typed):
    with pytest.raises(BadInput, match="Type “erase 1 session”"):
        check_confirmation(typed, 1)


def test_each_reason_has_a_sentence_for_the_tombstone():
    assert len({reason.sentence for reason in ErasureReason}) == len(ErasureReason)


def test_evidence_says_something_and_names_nobody():
    check_evidence("Ticket 4711", "They wrote to us")
    for evidence, reason, what in (
        ("", "They wrote to us", "State the evidence"),
        ("Ticket 4711", "  it ", "State the reason"),
        ("mail of a@b.example", "They wrote to us", "no address into the evidence"),
        ("Ticket 4711", "a@b.example asked", "no address into the reason"),
    ):
        with pytest.raises(BadInput, match=what):
            check_evidence(evidence, reason)


def test_an_open_case_comes_first_and_the_refusal_says_what_holds_at_once():
    check_no_open_case([])
    with pytest.raises(Refused, match=r"session 3, 12, so it is not erased yet\. Record"):
        check_no_open_case([12, 3])
