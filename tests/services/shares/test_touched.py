"""Withdrawals and auditors: which requests hold a session, and what of it left."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from domain.errors import Refused
from domain.vocabulary import Role
from services import sessions, trail
from services.shares import fetching, requests
from services.trail import AuditFilter
from services.withdrawals import touched
from tests.services.shares.worlds import SHARE_PURPOSE, World, number_of


def test_an_administrator_sees_what_a_withdrawal_touches(world: World) -> None:
    world.released("a")
    world.submitted("a", "b")
    here, number = world.installation, number_of(world, "a")
    found = touched(here, world.administrator, [number])
    told = [(n, each.share_number, each.state, each.released_at is None) for n, each in found]
    assert told == [(number, 1, "released", False), (number, 2, "submitted", True)]
    assert found[0][1].recipient_name == "Odile Brandt, Institute of Crafts"
    with pytest.raises(Refused):
        touched(here, world.ravi, [number])


def test_an_auditor_sees_who_received_a_session_and_nobody_else_does(world: World) -> None:
    world.released("a")
    uma = world.hire("Uma", Role.AUDITOR)
    (left,) = trail.received(world.installation, uma, world.sessions["a"])
    assert (left.share_number, left.state) == (1, "released")
    assert trail.received(world.installation, uma, world.sessions["c"]) == []
    with pytest.raises(Refused):
        trail.received(world.installation, world.amina, world.sessions["a"])


def test_who_saw_a_session_is_told_from_the_first_text_to_the_package(world: World) -> None:
    here, session_id = world.installation, world.sessions["a"]
    uma = world.hire("Uma", Role.AUDITOR)
    sessions.open_session(here, world.rosa, session_id)
    sessions.open_original(here, world.rosa, session_id, "Compare with the redactions")
    share_id = world.released("a")
    requests.open_session(here, world.amina, share_id, session_id)
    fetching.take(here, world.ravi, fetching.offer(here, world.ravi, share_id))
    seen = trail.read(here, uma, AuditFilter(object_id=str(session_id), actions=trail.SEEING))
    told = {(each.actor_label, each.action, each.purpose) for each in seen.entries}
    assert ("Rosa", "session.view", None) in told
    assert ("Rosa", "transcript.open", "Compare with the redactions") in told
    assert ("Amina", "share.open", SHARE_PURPOSE) in told
    (fetched,) = trail.fetched(here, uma, session_id)
    assert (fetched.share_number, fetched.who) == (1, "Ravi")
    assert trail.fetched(here, uma, world.sessions["c"]) == []
    with pytest.raises(Refused):
        trail.fetched(here, world.amina, session_id)


def test_what_somebody_saw_holds_openings_originals_and_downloads_and_no_clicks(
    world: World,
) -> None:
    here, session_id = world.installation, world.sessions["a"]
    uma = world.hire("Uma", Role.AUDITOR)
    share_id = world.released("a")
    requests.view(here, world.amina, share_id)
    requests.open_session(here, world.amina, share_id, session_id)
    fetching.take(here, world.amina, fetching.offer(here, world.amina, share_id))
    saw = trail.read(here, uma, AuditFilter(actor_id=world.amina.staff_id, actions=trail.SEEING))
    assert [(each.action, each.object_id) for each in saw.entries] == [
        ("package.fetch", str(share_id)),
        ("share.open", str(session_id)),
    ]


def test_everything_done_with_an_id_is_found_by_an_index(world: World) -> None:
    owner = world.installation.database.addresses.owner
    assert owner is not None
    engine = create_engine(owner)
    questions = {
        "object_id = 'x'": "ix_audit_event__id",
        "object_id = 'x' AND action IN ('share.open', 'session.view')": "ix_audit_event__id",
        f"actor_id = '{world.amina.staff_id}'": "ix_audit_event__actor",
        f"actor_id = '{world.amina.staff_id}' AND action IN ('share.open')": "ix_audit_event__",
    }
    with engine.connect() as connection:
        # As with very many rows: a table this small is read whole.
        connection.execute(text("SET enable_seqscan = off"))
        connection.execute(text("SET enable_sort = off"))
        for question, index in questions.items():
            plan = "\n".join(
                connection.execute(
                    text(
                        "EXPLAIN SELECT * FROM audit_event"
                        f" WHERE {question} AND seq < 1000 ORDER BY seq DESC LIMIT 50"
                    )
                ).scalars()
            )
            assert index in plan, plan
    engine.dispose()
