"""Outcomes of cases: each reason belongs to one, and the note says something."""

from __future__ import annotations

import pytest

from domain.cases import CaseOutcome, CaseReason, check_outcome, reasons_for
from domain.errors import BadInput
from domain.vocabulary import FlagState


def test_each_reason_is_one_for_a_single_outcome():
    upheld, dismissed = (reasons_for(outcome) for outcome in CaseOutcome)
    assert set(upheld) | set(dismissed) == set(CaseReason)
    assert not set(upheld) & set(dismissed)
    assert upheld
    assert dismissed
    assert len({reason.label for reason in CaseReason}) == len(CaseReason)


def test_the_flag_follows_the_outcome_and_the_effect_is_said():
    assert CaseOutcome.UPHELD.flag is FlagState.UPHELD
    assert CaseOutcome.DISMISSED.flag is FlagState.DISMISSED
    assert "R07" in CaseOutcome.UPHELD.effect
    assert CaseOutcome.DISMISSED.effect.endswith(".")


def test_a_note_is_kept_without_the_space_round_it():
    said = check_outcome(CaseOutcome.UPHELD, CaseReason.HARM, "  A threat in turn 12.\n")
    assert said == "A threat in turn 12."


@pytest.mark.parametrize("outcome", CaseOutcome)
def test_a_reason_for_the_other_outcome_is_refused(outcome):
    (other,) = set(CaseOutcome) - {outcome}
    for reason in reasons_for(other):
        with pytest.raises(BadInput, match="is no reason"):
            check_outcome(outcome, reason, "What was found is here.")


@pytest.mark.parametrize("note", ["", "short", " " * 40, "x" * 2_001])
def test_a_note_that_says_too_little_or_too_much_is_refused(note):
    with pytest.raises(BadInput, match="sentence or two"):
        check_outcome(CaseOutcome.DISMISSED, CaseReason.FICTION, note)


def test_a_note_with_an_address_is_refused():
    with pytest.raises(BadInput, match="no address"):
        check_outcome(CaseOutcome.DISMISSED, CaseReason.FICTION, "Asked jo@example.org about it")
