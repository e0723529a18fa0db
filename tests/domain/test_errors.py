"""Errors: sentences that say which rule and what to do."""

from __future__ import annotations

import pytest

from domain.errors import BadInput, ChangedMeanwhile, ClearanceError, Refused


def test_a_refusal_reads_as_what_was_refused_what_to_do_and_by_which_rule():
    refusal = Refused("You hold no grant here.", rule="R10", remedy="Ask an administrator.")
    assert str(refusal) == "You hold no grant here. Ask an administrator. [R10]"
    assert (refusal.message, refusal.rule, refusal.remedy) == (
        "You hold no grant here.",
        "R10",
        "Ask an administrator.",
    )


@pytest.mark.parametrize("kind", [BadInput, ChangedMeanwhile])
def test_everything_raised_on_purpose_is_caught_as_one_kind(kind):
    with pytest.raises(ClearanceError, match="Read it again"):
        raise kind("Read it again.")


def test_a_refusal_is_of_the_same_kind_and_of_no_other():
    refusal = Refused("No.", rule="R99", remedy="Ask.")
    assert isinstance(refusal, ClearanceError)
    assert not isinstance(refusal, BadInput | ChangedMeanwhile)
