"""Votes by the wrong people, and SQL as the app role: with every check above forgotten it holds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data_access import jobs
from domain.errors import ClearanceError, Refused
from domain.permissions import Actor
from domain.publications.lifecycle import PublicationState, allowed_pairs
from domain.publications.votes import Ballot
from domain.vocabulary import Role
from services import access, metrics_snapshots
from services.installation import Installation
from services.publications import proposing, reading, releasing, voting, working
from tests.services.publications.worlds import World
from tests.services.shares.worlds import bound


def run(installation: Installation, actor: Actor, statement: str, **values: Any) -> int:
    with installation.database.transaction(actor.staff_id) as connection:
        return connection.execute(text(statement), values).rowcount


def refused(world: World, actor: Actor, statement: str, **values: Any) -> str:
    with pytest.raises(DBAPIError) as error:
        run(world.installation, actor, statement, **values)
    return str(error.value.orig)


VOTE = (
    "INSERT INTO publication_vote (publication_id, staff_id, turn, ballot, comment, content_digest)"
    " SELECT id, :staff, :turn, 'approve', '', coalesce(CAST(:digest AS bytea), content_digest)"
    " FROM publication WHERE id = :id"
)


def cast(world: World, actor: Actor, publication_id: UUID, **values: Any) -> None:
    run(
        world.installation,
        actor,
        VOTE,
        **{"id": publication_id, "staff": actor.staff_id, "turn": 1, "digest": None} | values,
    )


def refused_vote(world: World, actor: Actor, publication_id: UUID, **values: Any) -> str:
    with pytest.raises(DBAPIError) as error:
        cast(world, actor, publication_id, **values)
    return str(error.value.orig)


def test_the_databases_steps_are_those_of_the_table(installation: Installation) -> None:
    with installation.database.transaction(None) as connection:
        steps = connection.execute(text("SELECT unnest(publication_steps())")).scalars().all()
    assert {tuple(step.split(">")) for step in steps} == {
        (before.value, state.value) for before, state in allowed_pairs()
    }


def test_votes_are_blind_until_both_are_in(world: World) -> None:
    publication_id = world.proposed()
    voting.vote(world.installation, world.amina, publication_id, Ballot.REJECT, "Too few weeks")
    for other in (world.bela, world.leo, world.administrator):
        view = world.view(publication_id, other)
        assert (view.votes, view.voters) == ((), 1)
    assert len(world.view(publication_id, world.amina).votes) == 1
    with pytest.raises(Refused, match=r"publication\.vote-once"):
        voting.vote(world.installation, world.amina, publication_id, Ballot.APPROVE)
    voting.vote(world.installation, world.bela, publication_id, Ballot.APPROVE)
    assert world.state(publication_id) is PublicationState.DISPUTED
    assert len(world.view(publication_id, world.leo).votes) == 2
    third = bound(world.installation, world.hire("Cleo", Role.APPROVER, study=world.study))
    with pytest.raises(Refused, match=r"publication\.two-votes"):
        voting.vote(world.installation, third, publication_id, Ballot.APPROVE, "I tip the scales")
    voting.vote(world.installation, world.amina, publication_id, Ballot.APPROVE, "I see it now")
    assert world.state(publication_id) is PublicationState.APPROVED


def test_nobody_votes_on_their_own_proposal_whatever_else_they_are(world: World) -> None:
    both = bound(
        world.installation, world.hire("Lena", Role.LEAD, Role.APPROVER, study=world.study)
    )
    for role in (Role.LEAD, Role.APPROVER):
        access.grant(
            world.installation,
            world.administrator,
            staff_id=both.staff_id,
            study_id=world.study.id,
            role=role,
            purpose="Proposes and votes in this test",
            starts_at=world.installation.now(),
            expires_at=both.grants[0].expires_at,
        )
    lena = access.actor_by_email(world.installation, "lena@clearance.example")
    publication_id, _ = proposing.propose(world.installation, lena, world.proposal())
    assert working.work_one(world.installation, world.service, "worker")
    with pytest.raises(Refused, match=r"publication\.not-own-proposal"):
        voting.vote(world.installation, lena, publication_id, Ballot.APPROVE)
    assert "publication.two-people" in refused_vote(world, lena, publication_id)


@pytest.mark.parametrize("who", ["leo", "administrator"])
def test_who_is_no_approver_votes_neither_on_the_page_nor_in_sql(world: World, who: str) -> None:
    publication_id = world.proposed()
    actor = getattr(world, who)
    with pytest.raises(Refused):
        voting.vote(world.installation, actor, publication_id, Ballot.APPROVE)
    assert "publication." in refused_vote(world, actor, publication_id)


def test_an_approver_of_another_study_sees_and_votes_on_nothing(world: World) -> None:
    publication_id = world.proposed()
    stranger = bound(world.installation, world.hire("Cleo", Role.APPROVER))
    with pytest.raises(Refused):
        voting.vote(world.installation, stranger, publication_id, Ballot.APPROVE)
    cast(world, stranger, publication_id)  # sees no row to vote on
    assert world.view(publication_id).voters == 0


def test_one_vote_and_its_twin_do_not_approve_and_another_digest_counts_for_nothing(
    world: World,
) -> None:
    publication_id = world.proposed()
    assert "up-for-votes" in refused_vote(world, world.amina, publication_id, digest=b"other")
    cast(world, world.amina, publication_id)
    assert "publication.vote-once" in refused_vote(world, world.amina, publication_id, turn=2)
    assert "row-level security" in refused_vote(
        world, world.amina, publication_id, staff=world.bela.staff_id
    )
    assert "publication.two-votes" in refused(
        world,
        world.amina,
        "UPDATE publication SET state = 'approved', lapses_at = now() WHERE id = :id",
        id=publication_id,
    )


@pytest.mark.parametrize(
    "state",
    [
        *("approved", "rejected", "disputed", "published", "expired", "stale", "taken_back"),
        "withdrawn",
    ],
)
def test_no_state_is_simply_written(world: World, state: str) -> None:
    publication_id = world.proposed()
    for actor in (world.amina, world.administrator):
        said = refused(
            world,
            actor,
            "UPDATE publication SET state = :state, lapses_at = now() + interval '1 day',"
            " withdrawn_at = CASE WHEN :state = 'withdrawn' THEN now() END,"
            " withdrawn_by = CASE WHEN :state = 'withdrawn' THEN proposed_by END,"
            " withdrawal_reason = CASE WHEN :state = 'withdrawn' THEN 'x' END WHERE id = :id",
            state=state,
            id=publication_id,
        )
        assert "publication." in said
    assert world.state(publication_id) is PublicationState.PROPOSED


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE publication SET title = 'Another title'", "permission denied"),
        ("UPDATE publication SET everybody = 11", "publication.fixed"),
        ("UPDATE publication SET lapses_at = now()", "publication.clock"),
        ("UPDATE publication_cell SET people = 11", "permission denied"),
        ("UPDATE publication_file SET content = ''", "permission denied"),
        ("DELETE FROM publication_vote", "permission denied"),
        ("UPDATE publication_ledger SET ledger = '{}'", "permission denied"),
        ("DELETE FROM publication_ledger", "permission denied"),
        ("SELECT population FROM publication", "permission denied"),
        ("SELECT bound_to FROM publication", "permission denied"),
        ("SELECT ledger FROM publication_ledger", "permission denied"),
        ("SELECT package FROM publication_release", "permission denied"),
        (
            "INSERT INTO publication_cell SELECT id, 9, 'x', 'x', 11, NULL FROM publication",
            "row-level security",
        ),
        (
            "INSERT INTO publication_release (publication_id, content_digest, package,"
            " package_digest, size, asked_by) SELECT id, content_digest, '', '', 0, proposed_by"
            " FROM publication",
            "publication.release|row-level security",
        ),
    ],
)
def test_what_was_frozen_is_changed_by_nobody_and_secrets_are_read_by_nobody(
    world: World, statement: str, said: str
) -> None:
    world.proposed()
    for actor in (world.leo, world.amina, world.administrator, world.service):
        with (
            pytest.raises(DBAPIError, match=said),
            world.installation.database.transaction(actor.staff_id) as connection,
        ):
            connection.execute(text(statement))


@pytest.mark.parametrize("who", ["leo", "amina", "administrator"])
def test_no_person_counts_or_reads_the_ledger(world: World, who: str) -> None:
    actor = getattr(world, who)
    publication_id = world.proposed()
    with world.installation.database.transaction(actor.staff_id) as connection:
        assert connection.execute(text("SELECT count(*) FROM recipient")).scalar_one() == (
            0 if who == "leo" else 1
        )
        for question in (
            "SELECT count(*) FROM publication_standings(:study, now(), now(), '{now}')",
            "SELECT count(*) FROM publication_sessions(:study, now(), now(),"
            ' \'{"mask": 0, "parts": [{"code": 0}]}\')',
            "SELECT sum(people) FROM metric_people(:study, now(), now(), now(), '{}', '0',"
            ' \'{"mask": 0, "parts": [{"code": 0}]}\')',
            "SELECT count(*) FROM metric_neighbours(:study, now(), now(), NULL)",
        ):
            assert not connection.execute(text(question), {"study": world.study.id}).scalar()
        assert (
            connection.execute(
                text("SELECT metric_ledger(:study)"), {"study": world.study.id}
            ).scalar_one()
            is None
        )
        assert (
            connection.execute(
                text("SELECT publication_population(:id)"), {"id": publication_id}
            ).scalar_one()
            is None
        )


def test_only_those_concerned_ask_for_it_to_be_published(world: World) -> None:
    publication_id = world.approved()
    other = bound(world.installation, world.hire("Lea", Role.LEAD, study=world.study))
    with pytest.raises(Refused, match=r"publication\.publisher"):
        releasing.ask(world.installation, other, publication_id)
    access.revoke_grant(
        world.installation,
        world.administrator,
        next(
            row.id
            for row in access.grants(world.installation, world.administrator)
            if row.staff_name.startswith("Leo")
        ),
    )
    gone = access.actor_by_email(world.installation, "leo@clearance.example")
    with pytest.raises(Refused):
        releasing.ask(world.installation, gone, publication_id)
    releasing.ask(world.installation, world.amina, publication_id)
    assert working.work_one(world.installation, world.service, "worker")
    assert world.view(publication_id, world.amina).row.state is PublicationState.PUBLISHED


def test_who_lost_their_grant_after_asking_publishes_nothing_and_spoils_nothing(
    world: World,
) -> None:
    publication_id = world.approved()
    releasing.ask(world.installation, world.leo, publication_id)
    access.set_active(world.installation, world.administrator, world.leo.staff_id, False)
    assert working.work_one(world.installation, world.service, "worker")
    view = world.view(publication_id, world.amina)
    assert view.row.state is PublicationState.APPROVED
    assert view.job is not None
    assert "[R10]" in (view.job.message or "")


def test_a_job_asked_for_in_sql_publishes_nothing_and_spoils_nothing(world: World) -> None:
    publication_id = world.proposed()
    with world.installation.database.transaction(world.leo.staff_id) as connection:
        jobs.add(
            connection,
            kind="publication.publish",
            study_id=world.study.id,
            payload={"publication": str(publication_id)},
            by=world.leo.staff_id,
            now=world.installation.now(),
        )
    assert working.work_one(world.installation, world.service, "worker")
    view = world.view(publication_id)
    assert (view.row.state, view.left) == (PublicationState.PROPOSED, None)
    assert view.job is not None
    assert "[publication.step]" in (view.job.message or "")


def test_two_workers_and_two_clicks_publish_once(world: World) -> None:
    publication_id = world.approved()
    releasing.ask(world.installation, world.leo, publication_id)
    releasing.ask(world.installation, world.bela, publication_id)
    with ThreadPoolExecutor(4) as pool:
        worked = list(
            pool.map(
                lambda name: working.work_one(world.installation, world.service, str(name)),
                range(4),
            )
        )
    assert worked.count(True) == 1
    assert world.state(publication_id) is PublicationState.PUBLISHED


def test_two_who_vote_at_once_are_two_votes_and_one_decision(world: World) -> None:
    publication_id = world.proposed()

    def one(actor: Actor) -> PublicationState:
        return voting.vote(world.installation, actor, publication_id, Ballot.APPROVE)

    with ThreadPoolExecutor(2) as pool:
        states = set(pool.map(one, (world.amina, world.bela)))
    assert states == {PublicationState.PROPOSED, PublicationState.APPROVED}


def test_three_approvers_at_once_are_two_votes(world: World) -> None:
    publication_id = world.proposed()
    third = bound(world.installation, world.hire("Cleo", Role.APPROVER, study=world.study))

    def one(actor: Actor) -> bool:
        try:
            voting.vote(world.installation, actor, publication_id, Ballot.APPROVE)
        except ClearanceError:
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(one, (world.amina, world.bela, third))) == [False, True, True]
    assert world.view(publication_id).voters == 2


def test_proposals_prepared_at_once_never_overlook_each_other(world: World) -> None:
    """Each reads the ledger the other leaves: the last one kept holds the cells of both."""
    ids = [
        proposing.propose(world.installation, world.leo, world.proposal(name))[0]
        for name in ("plan", "plan", "plan")
    ]
    with ThreadPoolExecutor(3) as pool:
        done = list(
            pool.map(
                lambda name: working.work_one(world.installation, world.service, str(name)),
                range(3),
            )
        )
    assert done == [True] * 3
    assert {world.state(each) for each in ids} == {PublicationState.PROPOSED}
    (audited,) = metrics_snapshots.audit_ledgers(
        world.installation, world.service, [world.study.id]
    )
    assert audited.opened == 0


def test_a_board_is_read_by_an_administrator_without_cells_of_their_own(world: World) -> None:
    world.proposed()
    board = reading.board(world.installation, world.administrator)
    assert (len(board.waiting), len(board.others)) == (0, 1)
