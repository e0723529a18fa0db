"""Real threads: whatever comes at once, one release, no early one, and no deadlock."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data_access import audit, share_votes
from data_access.audit import NewEntry
from domain.errors import BadInput, ChangedMeanwhile, ClearanceError, Refused
from domain.permissions import Actor
from domain.policy.uses import RecipientKind
from domain.shares.lifecycle import ShareState
from domain.shares.recall import RecallReason
from domain.shares.votes import Ballot
from domain.vocabulary import ConsentScope, Role
from services import access, reviewing
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
from services.withdrawals import withdraw
from tests.conftest import Clock, Hire
from tests.services.reviews import PURPOSE, decide
from tests.services.shares.worlds import World, bound, confirm, number_of


def at_once(*works: Callable[[], object]) -> list[object]:
    """Start them together; what each returned, or the rule that refused it."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        start.wait()
        try:
            return work()
        except ClearanceError as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


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


def refused_with(results: list[object], *allowed: type[ClearanceError]) -> list[str]:
    """The sentences of those who came second; anything but a sentence fails the test."""
    said = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(result, allowed) for result in said), said
    assert all(str(result) and str(result)[0].isupper() for result in said)
    return [str(result) for result in said]


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
    with here.database.transaction(world.ravi.staff_id, serializable=True) as late:
        # Its snapshot is of now, before the other's row.
        late.execute(text("SELECT count(*) FROM share_request"))
        with here.database.transaction(world.ravi.staff_id) as other:
            audit.record(other, entry)
        with pytest.raises(DBAPIError) as error:
            audit.record(late, entry)
        late.rollback()
    assert getattr(error.value.orig, "sqlstate", None) in ("40001", "23505")


def wait_until_blocked(world: World) -> None:
    """Until another transaction waits for a lock of ours: asked of the database, not guessed."""
    for _ in range(3_000):
        with world.installation.database.transaction(None) as connection:
            waiting = connection.execute(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND cardinality(pg_blocking_pids(pid)) > 0"
                    " AND pg_sleep(0.01) IS NOT NULL"
                )
            ).scalar_one()
        if waiting:
            return
    raise AssertionError("The release never waited for the withdrawal.")


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


def rows(world: World, table: str) -> int:
    with world.installation.database.transaction(world.service.staff_id) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def audited(world: World, action: str) -> int:
    """How often an act is on record, read as an auditor reads it."""
    auditor = world.hire("Uma", Role.AUDITOR)
    with world.installation.database.transaction(auditor.staff_id) as connection:
        return int(
            connection.execute(
                text(
                    "SELECT count(*) FROM audit_event WHERE action = :action AND outcome = 'done'"
                ),
                {"action": action},
            ).scalar_one()
        )
