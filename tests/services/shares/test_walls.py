"""SQL as the app role: with every check above forgotten, the lifecycle still holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.permissions import Actor
from domain.shares.lifecycle import ShareState, allowed_pairs
from domain.vocabulary import Role
from services import access
from services.installation import Installation
from tests.services.shares.worlds import World, bound


def run(installation: Installation, actor: Actor, statement: str, **values: Any) -> int:
    with installation.database.transaction(actor.staff_id) as connection:
        return connection.execute(text(statement), values).rowcount


def refused(world: World, actor: Actor, statement: str, **values: Any) -> str:
    with pytest.raises(DBAPIError) as error:
        run(world.installation, actor, statement, **values)
    return str(error.value.orig)


def test_the_databases_steps_are_those_of_the_table(installation: Installation) -> None:
    with installation.database.transaction(None) as connection:
        steps = connection.execute(text("SELECT unnest(share_steps())")).scalars().all()
    assert {tuple(step.split(">")) for step in steps} == {
        (before.value, state.value) for before, state in allowed_pairs()
    }


@pytest.mark.parametrize("state", ["approved", "rejected", "returned", "released", "expired"])
def test_no_state_is_simply_written(world: World, state: str) -> None:
    share_id = world.submitted("a")
    for actor in (world.ravi, world.amina, world.administrator, world.service):
        said = refused(
            world,
            actor,
            "UPDATE share_request SET state = :state, lapses_at = now() + interval '1 day'"
            " WHERE id = :share",
            state=state,
            share=share_id,
        )
        assert "share." in said
    assert world.state(share_id) is ShareState.SUBMITTED


def test_one_vote_and_its_twin_do_not_approve(world: World) -> None:
    share_id = world.submitted("a")
    cast(world, world.amina, share_id)
    assert "share.vote-once" in refused_vote(world, world.amina, share_id, turn=2)
    assert "share.two-votes" in refused(
        world,
        world.amina,
        "UPDATE share_request SET state = 'approved', lapses_at = now() WHERE id = :share",
        share=share_id,
    )


VOTE = (
    "INSERT INTO share_vote (share_id, round, staff_id, turn, ballot, comment, content_digest,"
    " opened, sessions, memory_acknowledged) SELECT id, round, :staff, :turn, 'approve', '',"
    " coalesce(CAST(:digest AS bytea), content_digest), 0, 1, false"
    " FROM share_request WHERE id = :share"
)


def cast(world: World, actor: Actor, share_id: UUID) -> None:
    run(
        world.installation,
        actor,
        VOTE,
        share=share_id,
        staff=actor.staff_id,
        turn=1,
        digest=None,
    )


def refused_vote(
    world: World,
    actor: Actor,
    share_id: UUID,
    *,
    as_: Actor | None = None,
    turn: int = 1,
    digest: bytes | None = None,
) -> str:
    return refused(
        world,
        actor,
        VOTE,
        share=share_id,
        staff=(as_ or actor).staff_id,
        turn=turn,
        digest=digest,
    )


def test_nobody_votes_in_anothers_name_or_on_another_digest(world: World) -> None:
    share_id = world.submitted("a")
    assert "row-level security" in refused_vote(world, world.amina, share_id, as_=world.bela)
    assert "share.up-for-votes" in refused_vote(world, world.amina, share_id, digest=b"other")
    assert "share.approver" in refused_vote(world, world.rosa, share_id)


def test_requester_and_confirmer_do_not_vote_in_sql_either(world: World) -> None:
    here = world.installation
    share_id = world.submitted("a")
    for name, actor in (("ravi", world.ravi), ("rosa", world.rosa)):
        access.give_role(here, world.administrator, actor.staff_id, Role.APPROVER)
        access.grant(
            here,
            world.administrator,
            staff_id=actor.staff_id,
            study_id=world.study.id,
            role=Role.APPROVER,
            purpose="Approves what others ask for",
            starts_at=here.now() - timedelta(seconds=1),
            expires_at=here.now() + timedelta(days=1),
        )
        again = access.actor_by_email(here, f"{name}@clearance.example")
        assert "share.two-people" in refused_vote(world, again, share_id)


def test_a_third_approver_does_not_tip_the_scales(world: World) -> None:
    share_id = world.submitted("a")
    cleo = bound(world.installation, world.hire("Cleo", Role.APPROVER, study=world.study))
    cast(world, world.amina, share_id)
    cast(world, world.bela, share_id)
    assert "share.vote-once" in refused_vote(world, cleo, share_id)


@pytest.mark.parametrize("who", ["ravi", "amina", "administrator"])
def test_no_person_writes_a_release(world: World, who: str) -> None:
    share_id = world.approved("a")
    said = refused(
        world,
        getattr(world, who),
        "INSERT INTO share_release (share_id, content_digest, package, package_digest, size,"
        " sessions, destroy_by, asked_by, released_at) SELECT id, content_digest, '\\x00', '\\x00',"
        " 1, 1, now(), requested_by, now() FROM share_request WHERE id = :share",
        share=share_id,
    )
    assert "row-level security" in said


def test_a_release_of_what_is_not_approved_is_not_written_by_the_service_either(
    world: World,
) -> None:
    share_id = world.submitted("a")
    said = refused(
        world,
        world.service,
        "INSERT INTO share_release (share_id, content_digest, package, package_digest, size,"
        " sessions, destroy_by, asked_by, released_at) SELECT id, content_digest, '\\x00', '\\x00',"
        " 1, 1, now(), requested_by, now() FROM share_request WHERE id = :share",
        share=share_id,
    )
    assert "share.release" in said


@pytest.mark.parametrize("column", ["purpose = 'Another'", "fields = '{}'", "round = 9"])
def test_what_is_voted_on_is_not_changed(world: World, column: str) -> None:
    share_id = world.submitted("a")
    said = refused(
        world,
        world.ravi,
        f"UPDATE share_request SET {column} WHERE id = :share",
        share=share_id,
    )
    assert "share.fixed" in said
    for statement in (
        "DELETE FROM share_session WHERE share_id = :share",
        "UPDATE share_session SET line_digest = '\\x00' WHERE share_id = :share",
    ):
        assert "share.fixed" in refused(world, world.ravi, statement, share=share_id)


def test_a_session_of_another_study_does_not_go_in(world: World) -> None:
    share_id = world.draft("a")
    said = refused(
        world,
        world.ravi,
        "INSERT INTO share_session (share_id, session_id, study_id)"
        " VALUES (:share, :session, gen_random_uuid())",
        share=share_id,
        session=world.sessions["b"],
    )
    assert "row-level security" in said


@pytest.mark.parametrize(
    "function", ["share_sessions(:share)", "share_turns(:share, CAST(:all AS uuid[]))"]
)
@pytest.mark.parametrize("who", ["ravi", "amina", "administrator"])
def test_no_person_reads_by_the_services_functions(world: World, who: str, function: str) -> None:
    share_id = world.submitted("a")
    actor: Actor = getattr(world, who)
    with world.installation.database.transaction(actor.staff_id) as connection:
        rows = connection.execute(
            text(f"SELECT * FROM {function}"),
            {"share": share_id, "all": list(world.sessions.values())},
        ).all()
    assert rows == []


def test_the_service_reads_only_what_is_in_a_request(world: World) -> None:
    share_id = world.submitted("a")
    with world.installation.database.transaction(world.service.staff_id) as connection:
        read = connection.execute(
            text("SELECT DISTINCT session_id FROM share_turns(:share, CAST(:all AS uuid[]))"),
            {"share": share_id, "all": list(world.sessions.values())},
        ).scalars()
        assert list(read) == [world.sessions["a"]]
        assert connection.execute(text("SELECT count(*) FROM turn")).scalar_one() == 0


@pytest.mark.parametrize(
    "column", ["share_request.pseudonym_key", "share_release.package", "package_offer.token_digest"]
)
def test_keys_packages_and_tokens_are_not_selected(world: World, column: str) -> None:
    table, name = column.split(".")
    said = refused(world, world.service, f"SELECT {name} FROM {table}")
    assert "permission denied" in said


def test_a_vote_a_comment_and_a_recall_are_never_altered(world: World) -> None:
    share_id = world.approved("a")
    for table in ("share_vote", "share_comment", "share_release"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET share_id = :share"):
            assert "permission denied" in refused(world, world.amina, statement, share=share_id)
