"""Who is told of what, in the transaction of what they are told of, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from domain.notifications import Kind, sentence
from domain.permissions import Actor
from domain.shares.recall import RecallReason
from domain.shares.votes import Ballot
from domain.vocabulary import PolicyVersion, Role
from services import access, notifications, policy_changes
from services.installation import Installation
from services.shares import recalling, recipients, releasing, voting
from tests.conftest import Clock, Hire
from tests.services.rights_worlds import as_owner, erased
from tests.services.shares.worlds import World, bound


def told(world: World, actor: Actor, *, new_only: bool = True) -> list[Kind]:
    """What somebody finds, beside the grants they began with, the newest first."""
    held = notifications.page(world.installation, actor, new_only=new_only)
    return [row.kind for row in held.rows if row.kind is not Kind.GRANT_GIVEN]


def time_passes(installation: Installation) -> None:
    service = access.service_actor(installation, notifications.SERVICE)
    notifications.note_time_passing(installation, service)


def test_a_submitted_request_waits_for_those_who_may_vote_and_for_nobody_else(
    world: World, hire: Hire
) -> None:
    also = bound(world.installation, hire("Rosalind", Role.APPROVER))
    world.submitted("a")
    assert told(world, world.amina) == told(world, world.bela) == [Kind.VOTE_WAITING]
    for actor in (world.ravi, world.rosa, world.administrator, also):
        assert Kind.VOTE_WAITING not in told(world, actor)
    (row,) = (
        row
        for row in notifications.page(world.installation, world.amina).rows
        if row.kind is Kind.VOTE_WAITING
    )
    assert sentence(row.kind, row.number) == "Share 1 waits for your vote."


def test_an_approver_who_confirmed_what_is_in_it_or_asked_for_it_is_not_told(
    world: World, hire: Hire
) -> None:
    """Ravi asks; Rosa confirmed; both are given an approver's grant of the study as well."""
    for actor in (world.ravi, world.rosa):
        access.give_role(world.installation, world.administrator, actor.staff_id, Role.APPROVER)
        access.grant(
            world.installation,
            world.administrator,
            staff_id=actor.staff_id,
            study_id=world.study.id,
            role=Role.APPROVER,
            purpose="Vote where they may",
            starts_at=world.installation.now() - timedelta(minutes=1),
            expires_at=world.installation.now() + timedelta(days=20),
        )
    world.submitted("a")
    assert told(world, world.ravi) == told(world, world.rosa) == []


def test_what_waits_is_settled_by_the_vote_and_the_requester_hears_the_outcome(
    world: World,
) -> None:
    share_id = world.submitted("a")
    here = world.installation
    voting.vote(here, world.amina, share_id, Ballot.APPROVE)
    assert told(world, world.amina) == []
    assert told(world, world.bela) == [Kind.VOTE_WAITING]
    # Blind: the requester learns nothing of the first vote.
    assert told(world, world.ravi) == []
    voting.vote(here, world.bela, share_id, Ballot.APPROVE)
    assert told(world, world.bela) == []
    assert told(world, world.ravi) == [Kind.SHARE_APPROVED]
    releasing.release(here, world.service, share_id, world.ravi.staff_id)
    assert told(world, world.ravi) == [Kind.SHARE_RELEASED]
    assert told(world, world.amina) == [Kind.SHARE_RELEASED]


@pytest.mark.parametrize(
    ("ballot", "kind"),
    [(Ballot.RETURN, Kind.SHARE_RETURNED), (Ballot.REJECT, Kind.SHARE_REJECTED)],
)
def test_a_return_or_rejection_reaches_the_requester(
    world: World, ballot: Ballot, kind: Kind
) -> None:
    share_id = world.submitted("a")
    for approver in (world.amina, world.bela):
        voting.vote(world.installation, approver, share_id, ballot, "The purpose is too wide")
    assert told(world, world.ravi) == [kind]


def test_a_disagreement_waits_for_both_who_voted(world: World) -> None:
    share_id = world.submitted("a")
    voting.vote(world.installation, world.amina, share_id, Ballot.APPROVE)
    voting.vote(world.installation, world.bela, share_id, Ballot.REJECT, "Not for this purpose")
    assert told(world, world.amina) == [Kind.VOTE_DISPUTED]
    # Who brought it about knows; it is on their list of shares.
    assert told(world, world.bela) == []


def test_what_an_erasure_stops_and_what_left_before_is_told_to_those_it_concerns(
    world: World,
) -> None:
    world.approved("a")
    world.released("a", "b")
    for actor in (world.ravi, world.amina, world.administrator):
        notifications.mark_read(world.installation, actor)
    erased(world, "a")
    assert set(told(world, world.ravi)) == {Kind.SHARE_STALE, Kind.RECALL_TO_CONSIDER}
    assert told(world, world.amina) == [Kind.RECALL_TO_CONSIDER]
    assert told(world, world.rosa) == []


def test_a_recall_that_is_overdue_waits_until_it_is_attested(world: World, clock: Clock) -> None:
    share_id = world.released("a")
    here = world.installation
    recalling.recall(
        here,
        world.amina,
        share_id,
        reason=RecallReason.MISTAKE,
        notice="Please destroy every copy and tell us when it is done",
        due_at=here.now() + timedelta(days=2),
    )
    assert Kind.SHARE_RECALLED in told(world, world.ravi)
    time_passes(here)
    assert Kind.RECALL_OVERDUE not in told(world, world.administrator)
    clock.advance(timedelta(days=2))
    time_passes(here)
    time_passes(here)
    assert told(world, world.administrator).count(Kind.RECALL_OVERDUE) == 1
    assert Kind.RECALL_OVERDUE in told(world, world.amina)
    recalling.attest(here, world.administrator, share_id, "Ticket 12")
    assert Kind.RECALL_OVERDUE not in told(world, world.administrator)
    assert Kind.RECALL_OVERDUE in told(world, world.administrator, new_only=False)


def test_a_grant_near_its_end_and_at_its_end_is_told_once_each(
    world: World, hire: Hire, clock: Clock
) -> None:
    rory = hire("Rory", Role.REVIEWER, study=world.study, days=10)
    here = world.installation
    for days, kinds in (
        (2, [Kind.GRANT_GIVEN]),
        (2, [Kind.GRANT_ENDING, Kind.GRANT_GIVEN]),
        (7, [Kind.GRANT_ENDED]),
    ):
        clock.advance(timedelta(days=days))
        time_passes(here)
        time_passes(here)
        assert [row.kind for row in notifications.page(here, rory, new_only=True).rows] == kinds


def test_a_grant_that_is_taken_back_is_told(world: World, administrator: Actor) -> None:
    here = world.installation
    (row,) = (
        each for each in access.grants(here, administrator) if each.staff_name == world.rosa.label
    )
    access.revoke_grant(here, administrator, row.id)
    held = notifications.page(here, world.rosa, new_only=True)
    assert [each.kind for each in held.rows] == [Kind.GRANT_ENDED]


def test_an_agreement_near_its_end_is_told_to_administrators_and_those_whose_shares_rest_on_it(
    world: World, clock: Clock
) -> None:
    world.draft("a")
    here = world.installation
    clock.advance(timedelta(days=334))
    time_passes(here)
    assert Kind.AGREEMENT_ENDING not in told(world, world.administrator)
    clock.advance(timedelta(days=2))
    time_passes(here)
    for actor in (world.administrator, world.ravi):
        assert told(world, actor).count(Kind.AGREEMENT_ENDING) == 1
    assert Kind.AGREEMENT_ENDING not in told(world, world.amina)
    clock.advance(timedelta(days=30))
    time_passes(here)
    assert Kind.AGREEMENT_ENDED in told(world, world.ravi)
    assert Kind.AGREEMENT_ENDING not in told(world, world.ravi)


def test_a_change_of_the_policy_waits_for_the_other_administrators(
    installation: Installation, administrator: Actor, hire: Hire
) -> None:
    ben, cleo = hire("Ben", Role.ADMINISTRATOR), hire("Cleo", Role.ADMINISTRATOR)
    proposal = policy_changes.propose_retention(
        installation,
        administrator,
        PolicyVersion.MARCH_2026,
        5,
        "e",
        "The officer fixed five years",
    )

    def kinds(actor: Actor) -> list[Kind]:
        return [row.kind for row in notifications.page(installation, actor, new_only=True).rows]

    assert kinds(ben) == kinds(cleo) == [Kind.POLICY_WAITING]
    assert kinds(administrator) == []
    policy_changes.settle(installation, ben, proposal, accept=True)
    assert kinds(ben) == kinds(cleo) == []
    assert kinds(administrator) == [Kind.POLICY_ACCEPTED]


def test_what_is_undone_is_told_to_nobody(world: World) -> None:
    """The notification belongs to the transaction of the act."""
    share_id = world.draft("a")
    with pytest.raises(DBAPIError):
        as_owner(
            world.installation,
            "UPDATE share_request SET state = 'approved' WHERE id = :id",
            id=share_id,
        )
    assert told(world, world.ravi) == []


def test_each_sees_and_marks_only_their_own_and_nobody_writes_one(world: World) -> None:
    world.submitted("a")
    here = world.installation
    with here.database.transaction(world.ravi.staff_id) as connection:
        count = "SELECT count(*) FROM notification WHERE staff_id <> current_actor()"
        assert connection.exec_driver_sql(count).scalar_one() == 0
        marked = connection.exec_driver_sql(
            f"UPDATE notification SET read_at = now() WHERE staff_id = '{world.amina.staff_id}'"
        )
        assert marked.rowcount == 0
    for statement in (
        "INSERT INTO notification (staff_id, kind, subject_id, occasion)"
        " SELECT id, 'vote_waiting', id, '' FROM staff LIMIT 1",
        "SELECT notify_staff(ARRAY(SELECT id FROM staff), 'vote_waiting', uuidv7(), '', 1)",
        "UPDATE notification SET settled_at = now()",
        "SELECT note_time_passing(now())",
    ):
        with (
            here.database.transaction(world.ravi.staff_id) as connection,
            pytest.raises(DBAPIError, match=r"permission denied|notification service"),
        ):
            connection.exec_driver_sql(statement)


def test_marking_one_or_all_as_read(world: World) -> None:
    here = world.installation
    world.submitted("a")
    world.submitted("b")
    first, *_ = notifications.page(here, world.amina, new_only=True).rows
    assert notifications.mark_read(here, world.amina, [first.id]) == 1
    assert notifications.mark_read(here, world.bela, [first.id]) == 0
    assert told(world, world.amina) == [Kind.VOTE_WAITING]
    notifications.mark_read(here, world.amina)
    assert notifications.page(here, world.amina).new == 0


def test_a_long_list_pages_without_gap_or_repeat(world: World) -> None:
    here = world.installation
    as_owner(
        here,
        "INSERT INTO notification (staff_id, kind, subject_id, occasion)"
        " SELECT :who, 'import_done', uuidv7(), n::text FROM generate_series(1, 70) AS n",
        who=world.amina.staff_id,
    )
    seen, before = [], None
    while True:
        held = notifications.page(here, world.amina, before=before)
        seen += [row.id for row in held.rows]
        if held.older is None:
            break
        before = held.older
    assert len(seen) == len(set(seen)) == 71
    assert seen == sorted(seen, reverse=True)


def test_a_recipient_that_is_blocked_tells_whose_request_went_stale(world: World) -> None:
    world.submitted("a")
    recipients.block(
        world.installation, world.administrator, world.recipient, "They broke the agreement"
    )
    assert told(world, world.ravi) == [Kind.SHARE_STALE]
    assert told(world, world.amina) == []


def test_the_database_knows_every_kind(installation: Installation) -> None:
    (source,) = as_owner(
        installation,
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conname = 'ck_notification__kind'",
    )
    assert [kind for kind in Kind if f"'{kind.value}'" not in str(source[0])] == []
