"""The life of a publication: who leads where, and that nothing else does."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.publications.lifecycle import (
    FROZEN,
    TRANSITIONS,
    WAITING,
    Party,
    PublicationState,
    PublicationStep,
    after,
    allowed_pairs,
    diagram,
    steps_from,
)

ROW = {row.step: row for row in TRANSITIONS}


@pytest.mark.parametrize(
    ("state", "step"),
    list(itertools.product(PublicationState, PublicationStep)),
    ids=lambda each: each.value,
)
def test_a_step_leads_on_from_its_states_and_is_refused_from_all_others(
    state: PublicationState, step: PublicationStep
) -> None:
    if step in steps_from(state):
        assert after(state, step) is ROW[step].after
    else:
        with pytest.raises(Refused) as refused:
            after(state, step)
        assert refused.value.rule == "publication.step"


def test_each_step_has_one_row() -> None:
    assert [row.step for row in TRANSITIONS] == list(PublicationStep)


def test_nothing_leads_on_from_what_is_over() -> None:
    assert {state for state in PublicationState if not steps_from(state)} == {
        PublicationState.REFUSED,
        PublicationState.REJECTED,
        PublicationState.STALE,
        PublicationState.EXPIRED,
        PublicationState.TAKEN_BACK,
        PublicationState.WITHDRAWN,
    }


def test_only_two_approvers_approve_and_nothing_is_published_unapproved() -> None:
    assert ROW[PublicationStep.APPROVE].party is Party.TWO_APPROVERS
    assert ROW[PublicationStep.PUBLISH].before == {PublicationState.APPROVED}
    assert WAITING < FROZEN


@given(st.lists(st.sampled_from(list(PublicationStep)), max_size=30))
def test_whatever_is_tried_nothing_leaves_without_having_been_frozen_and_approved(
    tried: list[PublicationStep],
) -> None:
    state, passed = PublicationState.PREPARING, set[PublicationState]()
    for step in tried:
        if step in steps_from(state):
            state = after(state, step)
            passed.add(state)
    if passed & {PublicationState.PUBLISHED, PublicationState.WITHDRAWN}:
        assert {PublicationState.PROPOSED, PublicationState.APPROVED} <= passed


def test_the_diagram_shows_every_pair_once() -> None:
    drawn = diagram().splitlines()
    for before, state in allowed_pairs():
        assert sum(line.strip().startswith(f"{before} --> {state}:") for line in drawn) == 1
    assert "    [*] --> preparing" in drawn
    assert "    withdrawn --> [*]" in drawn
