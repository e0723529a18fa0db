"""Real threads: whatever comes at once, one release, no early one, and no deadlock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from domain.errors import Refused
from domain.shares.lifecycle import ShareState
from domain.shares.votes import Ballot
from domain.vocabulary import ConsentScope
from services import reviewing
from services.shares import (
    fetching,
    releasing,
    voting,
    working,
)
from services.withdrawals import withdraw
from tests.services.reviews import PURPOSE, decide
from tests.services.shares.at_once import at_once, audited, rows, wait_until_blocked
from tests.services.shares.worlds import World, confirm, number_of


@pytest.mark.parametrize("_again", range(3))
def test_two_approvers_at_once_approve_once(world: World, _again: int) -> None:
    share_id = world.submitted("a")
    here = world.installation
    states = at_once(
        lambda: voting.vote(here, world.amina, share_id, Ballot.APPROVE),
        lambda: voting.vote(here, world.bela, share_id, Ballot.APPROVE),
    )
    assert sorted(map(str, states)) == ["approved", "submitted"]
    assert len(world.view(share_id).votes) == 2


def test_one_approver_twice_at_once_votes_once(world: World) -> None:
    share_id = world.submitted("a")
    here = world.installation
    results = at_once(
        *[lambda: voting.vote(here, world.amina, share_id, Ballot.APPROVE)] * 4,
    )
    assert sum(result is ShareState.SUBMITTED for result in results) == 1
    assert world.view(share_id).voters == 1


def test_many_releasers_at_once_release_once(world: World) -> None:
    share_id = world.approved("a", "b")
    here = world.installation

    def release() -> None:
        releasing.release(here, world.service, share_id, world.ravi.staff_id)

    assert at_once(*[release] * 4) == [None] * 4
    assert rows(world, "share_release") == 1
    assert audited(world, "share.release") == 1


def test_asking_at_once_asks_once(world: World) -> None:
    share_id = world.approved("a")
    here = world.installation
    at_once(
        *[lambda: releasing.ask(here, world.ravi, share_id)] * 3,
        lambda: releasing.ask(here, world.amina, share_id),
    )
    assert working.work_one(here, world.service, "worker")
    assert not working.work_one(here, world.service, "worker")


@pytest.mark.parametrize("_again", range(3))
def test_a_withdrawal_during_a_release_is_either_before_it_or_after_it(
    world: World, _again: int
) -> None:
    share_id = world.approved("a", "b", "c")
    here = world.installation
    number = number_of(world, "b")

    def take_back() -> object:
        return withdraw(
            here,
            world.administrator,
            numbers=[number],
            scopes=[ConsentScope.SHARE_RESEARCHERS],
            at=here.now(),
            evidence="Ticket 1",
            reason="They wrote to us",
        )

    _, released = at_once(
        take_back,
        lambda: releasing.release(here, world.service, share_id, world.ravi.staff_id),
    )
    state = world.state(share_id)
    if released is None:
        assert state is ShareState.RELEASED
    else:
        assert isinstance(released, Refused)
        assert state is ShareState.STALE
        assert rows(world, "share_release") == 0


def test_a_withdrawal_one_moment_before_the_release_commits_lets_nothing_leave(
    world: World,
) -> None:
    """The withdrawal is written and not yet committed when the release asks its last question."""
    share_id = world.approved("a", "b")
    here = world.installation
    database = here.database
    with database.transaction(world.administrator.staff_id) as withdrawing:
        withdrawing.execute(
            text(
                "INSERT INTO consent_event (session_id, study_id, scope, choice, at, source,"
                " recorded_by) VALUES (:session, :study, 'share_researchers', 'withdrawn', now(),"
                " 'staff', :by)"
            ),
            {
                "session": world.sessions["b"],
                "study": world.study.id,
                "by": world.administrator.staff_id,
            },
        )
        with ThreadPoolExecutor(1) as pool:
            release = pool.submit(
                releasing.release, here, world.service, share_id, world.ravi.staff_id
            )
            wait_until_blocked(world)
            withdrawing.commit()
            with pytest.raises(Refused) as refused:
                release.result(timeout=30)
    assert refused.value.rule in ("R41", "share.step")
    assert world.state(share_id) is ShareState.STALE
    assert rows(world, "share_release") == 0


@pytest.mark.parametrize("_again", range(3))
def test_an_editor_against_an_approver_leaves_no_vote_on_what_changed(
    world: World, _again: int
) -> None:
    share_id = world.submitted("a")
    here = world.installation
    desk = reviewing.open_desk(here, world.rosa, world.sessions["a"], PURPOSE)
    same = [decide(kept.decision.span) for kept in desk.decisions]
    at_once(
        lambda: reviewing.save(here, world.rosa, world.sessions["a"], desk.version, same),
        lambda: voting.vote(here, world.amina, share_id, Ballot.APPROVE),
    )
    assert world.state(share_id) is ShareState.STALE
    confirm(here, world.rosa, world.sessions["a"])
    assert world.state(share_id) is ShareState.STALE


def test_a_link_used_twice_at_once_opens_once(world: World) -> None:
    share_id = world.released("a")
    here = world.installation
    token = fetching.offer(here, world.ravi, share_id)
    results = at_once(*[lambda: fetching.take(here, world.ravi, token)] * 4)
    assert sum(isinstance(result, Refused) for result in results) == 3
