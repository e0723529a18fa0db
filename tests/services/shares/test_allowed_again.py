"""Further use allowed again (R09): one event more, and never a deletion."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.errors import BadInput, Refused
from domain.notifications import Kind
from domain.shares.lifecycle import ShareState
from services import notifications, sessions
from services.withdrawals import allow_use_again, forbid_use
from tests.conftest import Clock
from tests.services.rights_worlds import EVIDENCE, as_owner, erased, numbers_of
from tests.services.shares.worlds import World

DAY = timedelta(days=1)


def forbidden(world: World, *names: str) -> None:
    forbid_use(
        world.installation,
        world.administrator,
        numbers=numbers_of(world, *names),
        at=world.installation.now(),
        **EVIDENCE,
    )


def allowed(world: World, *names: str, **changes: Any) -> list[int]:
    asked = {"numbers": numbers_of(world, *names), "at": world.installation.now(), **EVIDENCE}
    return allow_use_again(world.installation, world.administrator, **(asked | changes))


def history(world: World, name: str) -> list[object]:
    rows = as_owner(
        world.installation,
        "SELECT kind FROM further_use_event WHERE session_id = :id ORDER BY id",
        id=world.sessions[name],
    )
    return [kind for (kind,) in rows]


def test_what_is_said_later_holds_and_what_was_said_before_stays_on_record(
    world: World, clock: Clock
) -> None:
    share_id = world.approved("a", "c")
    forbidden(world, "a")
    clock.advance(DAY)
    assert allowed(world, "a") == numbers_of(world, "a")
    assert sessions.open_session(
        world.installation, world.rosa, world.sessions["a"]
    ).reading.allowed
    assert history(world, "a") == ["forbidden", "allowed_again"]
    assert world.state(share_id) is ShareState.STALE, "what was asked for before is asked anew"
    clock.advance(DAY)
    forbidden(world, "a")
    assert history(world, "a") == ["forbidden", "allowed_again", "forbidden"]


def test_only_what_is_named_is_allowed_again(world: World, clock: Clock) -> None:
    forbidden(world, "a", "b")
    clock.advance(DAY)
    allowed(world, "a")
    reading = sessions.open_session(world.installation, world.rosa, world.sessions["b"]).reading
    assert reading.rule == "R09"


def test_nobody_is_asked_about_a_recall_because_of_it(world: World, clock: Clock) -> None:
    world.released("a")
    forbidden(world, "a")
    notifications.mark_read(world.installation, world.ravi)
    clock.advance(2 * DAY)
    allowed(world, "a")
    page = notifications.page(world.installation, world.ravi, new_only=True)
    assert Kind.RECALL_TO_CONSIDER not in {row.kind for row in page.rows}


def test_what_was_not_forbidden_or_was_later_or_is_erased_is_said(
    world: World, clock: Clock
) -> None:
    with pytest.raises(BadInput, match="was not withdrawn"):
        allowed(world, "a")
    forbidden(world, "a")
    with pytest.raises(BadInput, match="said last holds"):
        allowed(world, "a", at=world.installation.now() - DAY)
    with pytest.raises(BadInput, match="said last holds"):
        allowed(world, "a")
    with pytest.raises(BadInput, match="past instant"):
        allowed(world, "a", at=world.installation.now() + DAY)
    with pytest.raises(BadInput, match="State the evidence"):
        allowed(world, "a", evidence=" ")
    erased(world, "c")
    with pytest.raises(BadInput, match="is erased"):
        allowed(world, "c")
    assert history(world, "a") == ["forbidden"]


def test_nobody_but_an_administrator_and_nobody_by_sql(world: World, clock: Clock) -> None:
    forbidden(world, "a")
    clock.advance(DAY)
    with pytest.raises(Refused, match="administrator"):
        allow_use_again(
            world.installation,
            world.rosa,
            numbers=numbers_of(world, "a"),
            at=world.installation.now(),
            **EVIDENCE,
        )
    ids = {"ids": [world.sessions["a"]]}
    for statement in (
        "SELECT allow_further_use(CAST(:ids AS uuid[]), now())",
        "DELETE FROM further_use_event WHERE session_id = ANY (:ids)",
        "UPDATE session SET withdrawn_at = NULL WHERE id = ANY (:ids)",
    ):
        with (
            pytest.raises(DBAPIError, match=r"only administrators|permission denied"),
            world.installation.database.transaction(world.rosa.staff_id) as connection,
        ):
            connection.execute(text(statement), ids)
