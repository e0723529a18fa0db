"""The lifecycle's table: who leads where, and that nothing else does."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.shares.lifecycle import (
    BOUND_TO_ITS_DIGEST,
    OPEN_TO_CHANGE,
    TRANSITIONS,
    Party,
    ShareState,
    ShareStep,
    after,
    allowed_pairs,
    diagram,
    steps_from,
    transition,
)

#: As the domain's description says it, with the two states of its own that it names.
DESCRIBED = {
    ("draft", "submitted"),
    ("submitted", "approved"),
    ("approved", "released"),
    ("released", "recalled"),
    ("submitted", "returned"),
    ("returned", "submitted"),
    ("submitted", "rejected"),
    ("approved", "stale"),
    ("stale", "submitted"),
    ("approved", "expired"),
    ("draft", "withdrawn"),
    ("returned", "withdrawn"),
    ("submitted", "withdrawn"),
    ("approved", "withdrawn"),
}
#: What follows from a disagreement being a state, and from votes being voided before approval.
FOLLOWS = {
    ("submitted", "disputed"),
    ("disputed", "approved"),
    ("disputed", "returned"),
    ("disputed", "rejected"),
    ("disputed", "stale"),
    ("disputed", "withdrawn"),
    ("submitted", "stale"),
    ("stale", "withdrawn"),
}


def test_the_table_holds_what_is_described_and_what_follows_and_nothing_else() -> None:
    pairs = {(before.value, state.value) for before, state in allowed_pairs()}
    assert pairs == DESCRIBED | FOLLOWS


@pytest.mark.parametrize(
    ("state", "step"), list(itertools.product(ShareState, ShareStep)), ids=lambda each: each.value
)
def test_a_step_leads_on_from_its_states_and_is_refused_from_all_others(
    state: ShareState, step: ShareStep
) -> None:
    if step in steps_from(state):
        assert after(state, step) is transition(step).after
    else:
        with pytest.raises(Refused) as refused:
            after(state, step)
        assert refused.value.rule == "share.step"


def test_each_step_has_one_row() -> None:
    assert [row.step for row in TRANSITIONS] == list(ShareStep)


def test_nothing_leads_back_from_what_left_or_was_refused() -> None:
    ends = {state for state in ShareState if not steps_from(state)}
    assert ends == {
        ShareState.REJECTED,
        ShareState.EXPIRED,
        ShareState.WITHDRAWN,
        ShareState.RECALLED,
    }


def test_only_two_approvers_approve_and_nothing_is_released_unapproved() -> None:
    assert transition(ShareStep.APPROVE).party is Party.TWO_APPROVERS
    assert transition(ShareStep.RELEASE).before == {ShareState.APPROVED}
    assert not OPEN_TO_CHANGE & BOUND_TO_ITS_DIGEST


@given(st.lists(st.sampled_from(list(ShareStep)), max_size=30))
def test_whatever_is_tried_nothing_is_released_without_having_been_approved(
    tried: list[ShareStep],
) -> None:
    state, approved = ShareState.DRAFT, False
    for step in tried:
        if step not in steps_from(state):
            continue
        state = after(state, step)
        approved = state is ShareState.APPROVED or (
            approved and state in (ShareState.RELEASED, ShareState.RECALLED)
        )
        assert approved or state not in (ShareState.RELEASED, ShareState.RECALLED)


def test_the_diagram_shows_every_pair_once() -> None:
    drawn = diagram().splitlines()
    for before, state in allowed_pairs():
        assert sum(line.strip().startswith(f"{before} --> {state}:") for line in drawn) == 1
    assert "    [*] --> draft" in drawn
    assert "    recalled --> [*]" in drawn
