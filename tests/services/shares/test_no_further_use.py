"""No further use (R09) by hand: in force at once, for a session or a whole person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from domain.errors import BadInput, Refused
from domain.shares.lifecycle import ShareState
from services import sessions
from services.shares import voting
from services.withdrawals import forbid_use, touched
from tests.services.rights_worlds import EVIDENCE, as_owner, erased, numbers_of
from tests.services.shares.worlds import World


def forbidden(world: World, *names: str, **changes: Any) -> list[int]:
    asked = {"numbers": numbers_of(world, *names), "at": world.installation.now(), **EVIDENCE}
    return forbid_use(world.installation, world.administrator, **(asked | changes))


def test_it_holds_at_once_for_every_use_and_makes_requests_stale(world: World) -> None:
    share_id = world.approved("a", "c")
    released = world.released("a")
    assert forbidden(world, "a") == numbers_of(world, "a")
    assert world.state(share_id) is ShareState.STALE
    assert world.state(released) is ShareState.RELEASED
    view = sessions.open_session(world.installation, world.rosa, world.sessions["a"])
    assert (view.reading.rule, view.turns) == ("R09", ())
    found = touched(world.installation, world.administrator, numbers_of(world, "a"))
    assert [(each.share_number, each.state) for _, each in found] == [
        (1, "stale"),
        (2, "released"),
    ]


def test_the_same_persons_other_sessions_are_meant_only_when_said(world: World) -> None:
    forbidden(world, "a")
    here = world.installation
    assert sessions.open_session(here, world.rosa, world.sessions["b"]).reading.allowed
    assert forbidden(world, "a", whole_person=True) == numbers_of(world, "b")
    assert not sessions.open_session(here, world.rosa, world.sessions["b"]).reading.allowed
    assert sessions.open_session(here, world.rosa, world.sessions["c"]).reading.allowed


def test_a_second_time_changes_nothing_and_says_so(world: World) -> None:
    forbidden(world, "a")
    with pytest.raises(BadInput, match="Nothing would change"):
        forbidden(world, "a")
    erased(world, "c")
    with pytest.raises(BadInput, match="Nothing would change"):
        forbidden(world, "c")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"numbers": [999]}, "no session 999"),
        ({"numbers": []}, "Name 1 to"),
        ({"numbers": list(range(1, 102))}, "Name 1 to"),
        ({"evidence": ""}, "State the evidence"),
        ({"evidence": "mail of a@b.example"}, "no address"),
        ({"reason": "x"}, "State the reason"),
    ],
)
def test_what_cannot_be_recorded_is_said_and_nothing_changes(
    changes: dict[str, Any], why: str, world: World
) -> None:
    with pytest.raises(BadInput, match=why):
        forbidden(world, "a", **changes)
    assert as_owner(
        world.installation, "SELECT count(*) FROM session WHERE withdrawn_at IS NOT NULL"
    ) == [(0,)]


def test_it_is_recorded_once_it_was_said_and_not_before(world: World) -> None:
    with pytest.raises(BadInput, match="past instant"):
        forbidden(world, "a", at=world.installation.now() + timedelta(seconds=1))


def test_nobody_but_an_administrator_records_it_not_even_in_sql(world: World) -> None:
    with pytest.raises(Refused, match="administrator"):
        forbid_use(
            world.installation, world.rosa, numbers=[1], at=world.installation.now(), **EVIDENCE
        )
    with (
        world.installation.database.transaction(world.rosa.staff_id) as connection,
        pytest.raises(DBAPIError, match="only administrators"),
    ):
        connection.exec_driver_sql(
            "SELECT forbid_further_use(ARRAY(SELECT id FROM session), now())"
        )


def test_the_trail_keeps_evidence_reason_and_rule(world: World) -> None:
    forbidden(world, "a")
    (row,) = as_owner(
        world.installation,
        "SELECT purpose, detail::json ->> 'evidence', detail::json ->> 'rule' FROM audit_event"
        " WHERE action = 'consent.no-further-use' AND outcome = 'done'",
    )
    assert row == (EVIDENCE["reason"], EVIDENCE["evidence"], "R09")


def test_a_vote_on_it_is_refused_afterwards(world: World) -> None:
    from domain.shares.votes import Ballot

    share_id = world.submitted("a")
    forbidden(world, "a")
    with pytest.raises(Refused):
        voting.vote(world.installation, world.amina, share_id, Ballot.APPROVE)
