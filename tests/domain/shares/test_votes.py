"""Votes: two different people, blind, neither of them in it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput, Refused
from domain.shares.lifecycle import ShareState, ShareStep
from domain.shares.votes import (
    Ballot,
    Vote,
    check_ballot,
    check_vote,
    step_of,
)
from domain.votes import Person, standing

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ANN, BO, CY, DEE = (Person("https://p", name) for name in ("ann", "bo", "cy", "dee"))


def vote(person: Person, ballot: Ballot = Ballot.APPROVE, turn: int = 1) -> Vote:
    return Vote(uuid4(), person, person.subject, ballot, "", b"digest", turn, 0, 1, False, NOW)


A, R, J = Ballot.APPROVE, Ballot.RETURN, Ballot.REJECT
SUBMITTED, DISPUTED = ShareState.SUBMITTED, ShareState.DISPUTED


@pytest.mark.parametrize(
    ("state", "votes", "step"),
    [
        (SUBMITTED, [], None),
        (SUBMITTED, [vote(ANN)], None),
        (SUBMITTED, [vote(ANN), vote(ANN, turn=2)], None),
        (SUBMITTED, [vote(ANN), vote(BO)], ShareStep.APPROVE),
        (SUBMITTED, [vote(ANN, R), vote(BO, R)], ShareStep.RETURN),
        (SUBMITTED, [vote(ANN, J), vote(BO, J)], ShareStep.REJECT),
        (SUBMITTED, [vote(ANN), vote(BO, R)], ShareStep.DISAGREE),
        (DISPUTED, [vote(ANN), vote(BO, R)], None),
        (DISPUTED, [vote(ANN), vote(BO, R), vote(BO, A, 2)], ShareStep.APPROVE),
        (DISPUTED, [vote(ANN, J, 2), vote(BO, J), vote(ANN)], ShareStep.REJECT),
    ],
)
def test_where_votes_lead(state: ShareState, votes: list[Vote], step: ShareStep | None) -> None:
    assert step_of(state, votes) is step


@given(
    st.lists(
        st.builds(
            vote, st.sampled_from([ANN, BO]), st.sampled_from(list(Ballot)), st.integers(1, 5)
        )
    ),
    st.sampled_from([SUBMITTED, DISPUTED]),
)
def test_one_person_never_approves_and_two_only_when_both_stand_by_it(
    votes: list[Vote], state: ShareState
) -> None:
    if step_of(state, votes) is ShareStep.APPROVE:
        held = standing(votes)
        assert {each.person for each in held} == {ANN, BO}
        assert {each.ballot for each in held} == {A}


def check(voter: Person | None, state: ShareState = SUBMITTED, cast: tuple[Vote, ...] = ()) -> int:
    return check_vote(state, voter, requester=CY, confirmers={DEE}, cast=cast)


def test_an_approver_votes_once_and_again_to_settle() -> None:
    assert check(ANN) == 1
    assert check(ANN, cast=(vote(BO),)) == 1
    assert check(ANN, DISPUTED, (vote(ANN), vote(BO, R))) == 2


@pytest.mark.parametrize(
    ("voter", "state", "cast", "rule"),
    [
        (ANN, ShareState.APPROVED, (), "share.up-for-votes"),
        (ANN, ShareState.DRAFT, (), "share.up-for-votes"),
        (None, SUBMITTED, (), "share.known-person"),
        (CY, SUBMITTED, (), "share.not-own-request"),
        (DEE, SUBMITTED, (), "share.not-own-redactions"),
        (ANN, SUBMITTED, (vote(ANN),), "share.vote-once"),
        (ANN, DISPUTED, (vote(BO), vote(Person("https://p", "eve"), R)), "share.two-votes"),
    ],
)
def test_who_may_not_vote(
    voter: Person | None, state: ShareState, cast: tuple[Vote, ...], rule: str
) -> None:
    with pytest.raises(Refused) as refused:
        check(voter, state, cast)
    assert refused.value.rule == rule


def test_the_same_subject_at_another_provider_is_another_person() -> None:
    elsewhere = Person("https://q", "cy")
    assert check(elsewhere) == 1


@pytest.mark.parametrize(
    ("ballot", "state", "comment", "enough"),
    [
        (A, SUBMITTED, "", True),
        (A, DISPUTED, "", False),
        (A, DISPUTED, "I see it now", True),
        (R, SUBMITTED, "    ", False),
        (R, SUBMITTED, "Too much of it", True),
        (J, SUBMITTED, "no", False),
    ],
)
def test_what_is_not_a_plain_approval_says_why(
    ballot: Ballot, state: ShareState, comment: str, enough: bool
) -> None:
    if enough:
        assert check_ballot(ballot, f" {comment} ", state) == comment
    else:
        with pytest.raises(BadInput, match="Say why"):
            check_ballot(ballot, comment, state)


def test_votes_stand_in_the_order_in_which_people_came() -> None:
    votes = [vote(BO), vote(ANN), vote(BO, R, 2)]
    assert [(each.person, each.ballot) for each in standing(votes)] == [(BO, R), (ANN, A)]
    assert isinstance(votes[0].staff_id, UUID)
