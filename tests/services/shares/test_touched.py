"""Withdrawals and auditors: which requests hold a session, and what of it left."""

from __future__ import annotations

import pytest

from domain.errors import Refused
from domain.vocabulary import Role
from services import trail
from services.withdrawals import touched
from tests.services.shares.worlds import World, number_of


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
