"""Whoever comes second, in real threads: a sentence, and the step is taken once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import BadInput, ChangedMeanwhile, Refused
from domain.permissions import Actor
from domain.policy.uses import RecipientKind
from domain.shares.lifecycle import ShareState
from domain.shares.recall import RecallReason
from domain.shares.votes import Ballot
from domain.vocabulary import Role
from services import access
from services.shares import (
    composing,
    fetching,
    recalling,
    recipients,
    releasing,
    submitting,
    voting,
    working,
)
from tests.conftest import Clock, Hire
from tests.services.shares.at_once import at_once, audited, refused_with, rows
from tests.services.shares.worlds import World, bound


def test_two_administrators_who_recall_at_once_recall_once_and_the_second_is_told(
    world: World, clock: Clock
) -> None:
    share_id = world.released("a")
    here = world.installation
    ben = access.actor_by_email(here, "ben@clearance.example")

    def recall(actor: Actor) -> None:
        recalling.recall(
            here,
            actor,
            share_id,
            reason=RecallReason.MISTAKE,
            notice="Please destroy every copy of this package.",
            due_at=clock() + timedelta(days=7),
        )

    results = at_once(
        lambda: recall(world.administrator),
        lambda: recall(ben),
        lambda: recall(world.amina),
        lambda: recall(world.bela),
    )
    said = refused_with(results, Refused)
    assert len(said) == 3
    assert all("recalled request cannot recall" in each for each in said)
    assert world.state(share_id) is ShareState.RECALLED
    assert audited(world, "share.recall") == 1


def test_an_attestation_recorded_twice_at_once_is_recorded_once(world: World, clock: Clock) -> None:
    share_id = world.released("a")
    here = world.installation
    recalling.recall(
        here,
        world.amina,
        share_id,
        reason=RecallReason.MISTAKE,
        notice="Please destroy every copy of this package.",
        due_at=clock() + timedelta(days=7),
    )
    results = at_once(
        lambda: recalling.attest(here, world.administrator, share_id, "Ticket 1"),
        lambda: recalling.attest(here, world.amina, share_id, "Ticket 2"),
        lambda: recalling.attest(here, world.bela, share_id, "Ticket 3"),
    )
    assert len(refused_with(results, BadInput)) == 2
    assert audited(world, "share.attest") == 1


def test_submitting_twice_at_once_submits_once_and_the_second_is_told(world: World) -> None:
    share_id = world.draft("a", "b")
    here = world.installation
    results = at_once(*[lambda: submitting.ask(here, world.ravi, share_id)] * 4)
    assert len(refused_with(results, Refused)) == 3
    view = world.view(share_id)
    assert (view.row.state, view.row.round) == (ShareState.SUBMITTED, 1)


def test_asking_for_a_long_submission_at_once_asks_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submitting, "AT_ONCE", 0)
    share_id = world.draft("a")
    here = world.installation
    at_once(*[lambda: submitting.ask(here, world.ravi, share_id)] * 4)
    assert working.work_one(here, world.service, "worker")
    assert not working.work_one(here, world.service, "worker")


@pytest.mark.parametrize("_again", range(3))
def test_a_request_changed_while_it_is_submitted_is_either_in_it_or_refused(
    world: World, _again: int
) -> None:
    share_id = world.draft("a")
    here = world.installation
    other = "Another purpose, which two approvers are to judge"
    results = at_once(
        lambda: submitting.submit(here, world.ravi, share_id),
        lambda: composing.change(
            here, world.ravi, share_id, agreement_id=world.agreement, purpose=other, fields=()
        ),
    )
    refused_with(results, Refused, ChangedMeanwhile)
    row = world.view(share_id).row
    if row.state is ShareState.SUBMITTED:
        # What was frozen is what the request says now: nothing else can be approved and released.
        for approver in (world.amina, world.bela):
            voting.vote(here, approver, share_id, Ballot.APPROVE)
        releasing.release(here, world.service, share_id, world.ravi.staff_id)
        assert world.state(share_id) is ShareState.RELEASED
    else:
        assert (row.state, row.purpose) == (ShareState.DRAFT, other)


def test_sessions_put_in_and_taken_out_at_once_with_a_submission_get_sentences(
    world: World,
) -> None:
    share_id = world.draft("a", "b")
    here = world.installation
    results = at_once(
        lambda: submitting.submit(here, world.ravi, share_id),
        lambda: composing.add_sessions(here, world.ravi, share_id, [world.sessions["c"]]),
        lambda: composing.remove_sessions(here, world.ravi, share_id, [world.sessions["a"]]),
        lambda: composing.add_sessions(here, world.ravi, share_id, [world.sessions["c"]]),
    )
    refused_with(results, Refused, ChangedMeanwhile)


def test_withdrawing_twice_at_once_withdraws_once(world: World) -> None:
    share_id = world.approved("a")
    here = world.installation
    results = at_once(*[lambda: composing.withdraw(here, world.ravi, share_id)] * 3)
    assert len(refused_with(results, Refused)) == 2
    assert world.state(share_id) is ShareState.WITHDRAWN


@pytest.mark.parametrize("_again", range(3))
def test_a_release_and_a_withdrawal_of_the_request_at_once_are_one_of_the_two(
    world: World, _again: int
) -> None:
    share_id = world.approved("a")
    here = world.installation
    results = at_once(
        lambda: composing.withdraw(here, world.ravi, share_id),
        lambda: releasing.release(here, world.service, share_id, world.ravi.staff_id),
    )
    assert len(refused_with(results, Refused)) == 1
    released = world.state(share_id) is ShareState.RELEASED
    assert rows(world, "share_release") == int(released)


def test_both_settle_a_disagreement_at_once(world: World) -> None:
    share_id = world.submitted("a")
    here = world.installation
    voting.vote(here, world.amina, share_id, Ballot.APPROVE)
    voting.vote(here, world.bela, share_id, Ballot.RETURN, "It says too much")
    results = at_once(
        lambda: voting.vote(here, world.amina, share_id, Ballot.RETURN, "I see it now"),
        lambda: voting.vote(here, world.bela, share_id, Ballot.APPROVE, "I see it otherwise"),
    )
    refused_with(results, Refused)
    # Either they changed places, and differ still, or the first one's change of mind settled it.
    assert world.state(share_id) in (
        ShareState.DISPUTED,
        ShareState.RETURNED,
        ShareState.APPROVED,
    )


def test_three_approvers_at_once_are_two_votes(world: World, hire: Hire) -> None:
    share_id = world.submitted("a")
    here = world.installation
    cleo = bound(here, hire("Cleo", Role.APPROVER, study=world.study))
    results = at_once(
        *(
            lambda actor=actor: voting.vote(here, actor, share_id, Ballot.APPROVE)
            for actor in (world.amina, world.bela, cleo)
        )
    )
    assert len(refused_with(results, Refused)) == 1
    assert world.state(share_id) is ShareState.APPROVED
    assert rows(world, "share_vote") in (0, 2)


def test_two_links_used_at_once_hand_the_package_over_once(world: World) -> None:
    share_id = world.released("a")
    here = world.installation
    links = [(who, fetching.offer(here, who, share_id)) for who in (world.ravi, world.amina)] * 2
    results = at_once(
        *(lambda who=who, link=link: fetching.take(here, who, link) for who, link in links)
    )
    assert len(refused_with(results, Refused)) == 3
    again = fetching.offer(here, world.amina, share_id, "The requester took it, I need it too")
    assert fetching.take(here, world.amina, again).package


@pytest.mark.parametrize("_again", range(3))
def test_a_recall_and_a_fetch_at_once_are_one_before_the_other(
    world: World, clock: Clock, _again: int
) -> None:
    share_id = world.released("a")
    here = world.installation
    link = fetching.offer(here, world.ravi, share_id)
    results = at_once(
        lambda: recalling.recall(
            here,
            world.administrator,
            share_id,
            reason=RecallReason.MISTAKE,
            notice="Please destroy every copy of this package.",
            due_at=clock() + timedelta(days=7),
        ),
        lambda: fetching.take(here, world.ravi, link),
    )
    refused_with(results, Refused)
    assert world.state(share_id) is ShareState.RECALLED
    fetched = [offer for offer in world.view(share_id).offers if offer.fetched_at]
    assert bool(fetched) is not isinstance(results[1], Refused)


def test_one_recipient_recorded_twice_at_once_is_one(world: World) -> None:
    here = world.installation
    results = at_once(
        *[
            lambda: recipients.record(
                here,
                world.administrator,
                kind=RecipientKind.JOURNALIST,
                name="Nadia Rahal",
                organisation="The Evening Post",
                email="nadia@post.example",
            )
        ]
        * 3
    )
    assert len(refused_with(results, BadInput)) == 2


def test_agreements_recorded_and_ended_at_once_have_numbers_of_their_own(world: World) -> None:
    here = world.installation
    results = at_once(
        *[
            lambda: recipients.record_agreement(
                here,
                world.administrator,
                world.recipient,
                title="Another one",
                wording="An agreement of more than fifty letters, recorded by two at once.",
                data_uses=(),
                signed_at=here.now() - timedelta(days=1),
                expires_at=here.now() + timedelta(days=30),
            )
        ]
        * 3
    )
    assert refused_with(results) == []
    (file,) = recipients.every(here, world.ravi)
    assert [each.version for each in file.agreements] == [4, 3, 2, 1]
    results = at_once(
        *[
            lambda: recipients.end_agreement(
                here, world.administrator, world.agreement, "It was breached"
            )
        ]
        * 3
    )
    assert len(refused_with(results, BadInput)) == 2
