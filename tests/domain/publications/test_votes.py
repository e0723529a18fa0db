"""Votes on a publication: two different people, blind, neither of whom proposed it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput, Refused
from domain.publications.lifecycle import PublicationState, PublicationStep
from domain.publications.votes import (
    Ballot,
    Vote,
    check_ballot,
    check_vote,
    step_of,
)
from domain.votes import Person, standing

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ANN, BO, CY, LEO = (Person("https://p", name) for name in ("ann", "bo", "cy", "leo"))
A, J = Ballot.APPROVE, Ballot.REJECT
PROPOSED, DISPUTED = PublicationState.PROPOSED, PublicationState.DISPUTED


def vote(person: Person, ballot: Ballot = A, turn: int = 1) -> Vote:
    return Vote(uuid4(), person, person.subject, ballot, "", b"digest", turn, NOW)


@pytest.mark.parametrize(
    ("state", "votes", "step"),
    [
        (PROPOSED, [], None),
        (PROPOSED, [vote(ANN)], None),
        (PROPOSED, [vote(ANN), vote(ANN, turn=2)], None),
        (PROPOSED, [vote(ANN), vote(BO)], PublicationStep.APPROVE),
        (PROPOSED, [vote(ANN, J), vote(BO, J)], PublicationStep.REJECT),
        (PROPOSED, [vote(ANN), vote(BO, J)], PublicationStep.DISAGREE),
        (DISPUTED, [vote(ANN), vote(BO, J)], None),
        (DISPUTED, [vote(ANN), vote(BO, J), vote(BO, A, 2)], PublicationStep.APPROVE),
        (DISPUTED, [vote(ANN, J, 2), vote(BO, J), vote(ANN)], PublicationStep.REJECT),
    ],
)
def test_two_who_agree_decide_and_one_never_does(
    state: PublicationState, votes: list[Vote], step: PublicationStep | None
) -> None:
    assert step_of(state, votes) is step


@given(st.lists(st.sampled_from([vote(ANN), vote(ANN, J, 2), vote(ANN, A, 3)]), max_size=6))
def test_one_person_however_often_decides_nothing(votes: list[Vote]) -> None:
    assert step_of(PROPOSED, votes) is None
    assert len(standing(votes)) <= 1


@pytest.mark.parametrize(
    ("state", "voter", "cast", "rule"),
    [
        *(
            (state, ANN, [], "publication.up-for-votes")
            for state in PublicationState
            if state not in (PROPOSED, DISPUTED)
        ),
        (PROPOSED, None, [], "publication.known-person"),
        (PROPOSED, LEO, [], "publication.not-own-proposal"),
        (DISPUTED, LEO, [], "publication.not-own-proposal"),
        (PROPOSED, ANN, [vote(ANN)], "publication.vote-once"),
        (DISPUTED, CY, [vote(ANN), vote(BO, J)], "publication.two-votes"),
    ],
)
def test_who_may_not_vote_is_told_by_which_rule(
    state: PublicationState, voter: Person | None, cast: list[Vote], rule: str
) -> None:
    with pytest.raises(Refused) as refused:
        check_vote(state, voter, proposer=LEO, cast=cast)
    assert refused.value.rule == rule


def test_a_vote_is_the_voters_next() -> None:
    assert check_vote(PROPOSED, ANN, proposer=LEO, cast=[]) == 1
    assert check_vote(DISPUTED, ANN, proposer=None, cast=[vote(ANN), vote(BO, J)]) == 2


@pytest.mark.parametrize(
    ("ballot", "said", "state", "enough"),
    [
        (A, "", PROPOSED, True),
        (A, "", DISPUTED, False),
        (A, "I see it now", DISPUTED, True),
        (J, " no ", PROPOSED, False),
        (J, "Too few weeks", PROPOSED, True),
    ],
)
def test_a_rejection_and_a_settlement_say_why(
    ballot: Ballot, said: str, state: PublicationState, enough: bool
) -> None:
    if enough:
        assert check_ballot(ballot, said, state) == said.strip()
    else:
        with pytest.raises(BadInput, match="Say why"):
            check_ballot(ballot, said, state)
