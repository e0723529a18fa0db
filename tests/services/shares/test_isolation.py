"""Row locks and not serializable isolation: the schedules in which it would matter."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data_access import audit, share_votes
from data_access.audit import NewEntry
from domain.errors import Refused
from domain.shares.lifecycle import ShareState
from domain.shares.votes import Ballot
from domain.vocabulary import ConsentScope
from services.shares import (
    voting,
)
from services.withdrawals import withdraw
from tests.services.shares.at_once import wait_until_blocked
from tests.services.shares.worlds import World, number_of


def test_two_acts_that_would_each_read_before_the_other_writes_take_turns(world: World) -> None:
    """The schedule of a write skew: each reads what the other is about to change.

    Under serializable isolation one of the two would be ended by the database and tried again.
    Here the second waits for what the first holds, and then reads what it left: no vote is cast
    on what was withdrawn a moment ago, and nothing is tried twice.
    """
    share_id = world.submitted("a")
    here = world.installation
    number = number_of(world, "a")
    read, go = Event(), Event()
    plain = share_votes.votes

    def slow(*asked: Any) -> Any:
        # The vote has read the request and its votes, and has written nothing yet.
        found = plain(*asked)
        if not read.is_set():
            read.set()
            assert go.wait(30)
        return found

    with ThreadPoolExecutor(2) as pool, pytest.MonkeyPatch.context() as patch:
        patch.setattr(share_votes, "votes", slow)
        vote = pool.submit(voting.vote, here, world.amina, share_id, Ballot.APPROVE)
        assert read.wait(30)
        taking_back = pool.submit(
            withdraw,
            here,
            world.administrator,
            numbers=[number],
            scopes=[ConsentScope.SHARE_RESEARCHERS],
            at=here.now(),
            evidence="Ticket 1",
            reason="They wrote to us",
        )
        wait_until_blocked(world)
        assert not taking_back.done()
        go.set()
        assert vote.result(timeout=30) is ShareState.SUBMITTED
        taking_back.result(timeout=30)
    # One after the other: the vote was on what stood then, and is void with what came after it.
    assert world.state(share_id) is ShareState.STALE
    with pytest.raises(Refused) as refused:
        voting.vote(here, world.bela, share_id, Ballot.APPROVE)
    assert refused.value.rule == "share.up-for-votes"


def test_two_blind_votes_cannot_both_believe_to_be_the_first(world: World) -> None:
    """The other skew: each counts the votes before the other's is there, and neither decides."""
    share_id = world.submitted("a")
    here = world.installation
    read, go = Event(), Event()
    plain = share_votes.cast

    def slow(*asked: Any) -> None:
        if not read.is_set():
            read.set()
            assert go.wait(30)
        plain(*asked)

    with ThreadPoolExecutor(2) as pool, pytest.MonkeyPatch.context() as patch:
        patch.setattr(share_votes, "cast", slow)
        first = pool.submit(voting.vote, here, world.amina, share_id, Ballot.APPROVE)
        assert read.wait(30)
        second = pool.submit(voting.vote, here, world.bela, share_id, Ballot.APPROVE)
        wait_until_blocked(world)
        go.set()
        states = [each.result(timeout=30) for each in (first, second)]
    assert states == [ShareState.SUBMITTED, ShareState.APPROVED]


def test_a_serializable_snapshot_would_not_see_the_last_row_of_the_audit_chain(
    world: World,
) -> None:
    """Why row locks: two acts at once under serializable isolation, and one of them always ends."""
    here = world.installation
    entry = NewEntry(world.ravi.staff_id, "Ravi", "share.try", "share", "", "done", "{}")
    with here.database.app.connect().execution_options(isolation_level="SERIALIZABLE") as late:
        late.execute(
            text("SELECT set_config('clearance.actor', :who, true)"),
            {"who": str(world.ravi.staff_id)},
        )
        # Its snapshot is of now, before the other's row.
        late.execute(text("SELECT count(*) FROM share_request"))
        with here.database.transaction(world.ravi.staff_id) as other:
            audit.record(other, entry)
        with pytest.raises(DBAPIError) as error:
            audit.record(late, entry)
        late.rollback()
    assert getattr(error.value.orig, "sqlstate", None) in ("40001", "23505")
