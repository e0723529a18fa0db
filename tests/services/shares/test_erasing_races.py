"""Erasure beside what others do in the same moment: whatever comes first, nothing is left."""

from __future__ import annotations

from typing import Any

import pytest

from data_access.erasure import ERASED
from domain.errors import Refused
from domain.shares.lifecycle import ShareState
from services import erasure, reviewing
from services.shares import releasing
from tests.services.reviews import PURPOSE, decide, place
from tests.services.rights_worlds import as_owner, erased
from tests.services.shares.test_races import at_once
from tests.services.shares.worlds import World, confirm


def test_who_opens_a_desk_at_that_moment_is_told_in_a_sentence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, session_id = world.installation, world.sessions["a"]
    load = reviewing.load_desk

    def load_and_erase(*given: Any) -> reviewing.Desk:
        desk = load(*given)
        erased(world, "a")
        return desk

    monkeypatch.setattr(reviewing, "load_desk", load_and_erase)
    with pytest.raises(Refused, match="has been erased") as refused:
        reviewing.open_desk(here, world.rosa, session_id, PURPOSE)
    assert refused.value.rule == "R05"
    assert as_owner(
        here,
        "SELECT outcome FROM audit_event WHERE action = 'review.open' AND object_id = :id"
        " AND actor_id = :who ORDER BY seq DESC LIMIT 1",
        id=str(session_id),
        who=world.rosa.staff_id,
    ) == [("refused",)]


@pytest.mark.parametrize("_again", range(4))
def test_an_erasure_against_a_confirmation_leaves_nothing(world: World, _again: int) -> None:
    here = world.installation
    desk = reviewing.open_desk(here, world.rosa, world.sessions["a"], PURPOSE)
    reviewing.save(
        here, world.rosa, world.sessions["a"], desk.version, [decide(place(desk, "workshop", 1))]
    )
    results = at_once(
        lambda: confirm(here, world.rosa, world.sessions["a"]),
        lambda: erased(world, "a"),
    )
    assert isinstance(results[0], Refused | None)
    assert isinstance(results[1], erasure.Erased)
    for table in ERASED:
        assert as_owner(
            here, f"SELECT count(*) FROM {table} WHERE session_id = :id", id=world.sessions["a"]
        ) == [(0,)], table
    assert as_owner(
        here,
        "SELECT count(*) FROM redaction_set WHERE session_id = :id AND redactions <> '[]'",
        id=world.sessions["a"],
    ) == [(0,)]


@pytest.mark.parametrize("_again", range(4))
def test_an_erasure_against_a_release_is_either_before_it_or_after_it(
    world: World, _again: int
) -> None:
    share_id = world.approved("a", "c")
    here = world.installation
    released, gone = at_once(
        lambda: releasing.release(here, world.service, share_id, world.ravi.staff_id),
        lambda: erased(world, "a"),
    )
    assert isinstance(gone, erasure.Erased)
    packages = as_owner(here, "SELECT package FROM share_release")
    if released is None:
        # It left a moment before: our copy is gone all the same, and the release is listed.
        assert packages == [(b"",)]
        assert world.state(share_id) is ShareState.RELEASED
    else:
        assert isinstance(released, Refused)
        assert packages == []
        assert world.state(share_id) is ShareState.STALE


@pytest.mark.parametrize("_again", range(3))
def test_two_who_erase_the_last_two_sessions_of_a_person_forget_the_person(
    world: World, _again: int
) -> None:
    before = as_owner(world.installation, "SELECT count(account_digest) FROM participant")
    results = at_once(lambda: erased(world, "a"), lambda: erased(world, "b"))
    assert all(isinstance(each, erasure.Erased) for each in results)
    after = as_owner(world.installation, "SELECT count(account_digest) FROM participant")
    assert int(str(after[0][0])) == int(str(before[0][0])) - 1
