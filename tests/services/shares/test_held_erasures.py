"""An open case and an erasure: the outcome first, whoever asks, and nothing is lost meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.cases import CaseOutcome, CaseReason
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access, cases, erasure, retention
from services import withdrawals as withdrawals_service
from tests.conftest import Clock
from tests.services.rights_worlds import EVIDENCE, as_owner, erased, numbers_of
from tests.services.shares.test_retention import DUE, keeper, left, listed
from tests.services.shares.worlds import World


@pytest.fixture
def tess(world: World) -> Actor:
    tess = world.hire("Tess", Role.TRUST_SAFETY)
    as_owner(
        world.installation,
        "UPDATE session SET flag_state = 'dismissed' WHERE id = :id",
        id=world.sessions["a"],
    )
    cases.begin(world.installation, tess, world.sessions["a"])
    return tess


def settle(world: World, tess: Actor) -> None:
    (row,) = cases.queue(world.installation, tess).waiting
    cases.close(
        world.installation,
        tess,
        row.id,
        CaseOutcome.DISMISSED,
        CaseReason.NO_BREACH,
        "Nothing of it is against the rules",
    )


def test_a_session_with_an_open_case_is_not_erased_and_what_holds_at_once_is_said(
    world: World, tess: Actor
) -> None:
    (number,) = numbers_of(world, "a")
    seen = erasure.preview(world.installation, world.administrator, [number], whole_person=False)
    assert [each.case_open for each in seen.open_] == [True]
    with pytest.raises(Refused, match=rf"a case on session {number}.*no further use") as refused:
        erased(world, "a")
    assert refused.value.rule == "erasure.open-case"
    with pytest.raises(Refused):
        erased(world, "b", whole_person=True, sessions=2)
    assert left(world) == 3, "nothing of the whole order"
    withdrawals_service.forbid_use(
        world.installation,
        world.administrator,
        numbers=[number],
        at=world.installation.now(),
        **EVIDENCE,
    )
    settle(world, tess)
    erased(world, "a")
    assert left(world) == 2


def test_the_database_holds_to_it_whoever_calls(world: World, tess: Actor, clock: Clock) -> None:
    call = text("SELECT * FROM erase_sessions(CAST(:ids AS uuid[]), :why, :at)")
    ids = [world.sessions["a"]]
    with (
        pytest.raises(DBAPIError, match=r"erasure\.open-case"),
        world.installation.database.transaction(world.administrator.staff_id) as connection,
    ):
        connection.execute(call, {"ids": ids, "why": "asked", "at": clock()})
    with world.installation.database.transaction(keeper(world).staff_id) as connection:
        gone = connection.execute(call, {"ids": ids, "why": "retention", "at": DUE}).all()
    assert gone == []
    assert left(world) == 3


def test_a_case_opened_between_looking_and_erasing_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch, tess: Actor
) -> None:
    real = erasure.sessions_meant

    def looked_before(*args: Any, **options: Any) -> list[Any]:
        return [replace(each, case_open=False) for each in real(*args, **options)]

    monkeypatch.setattr(erasure, "sessions_meant", looked_before)
    with pytest.raises(BadInput, match="opened a case on one of them meanwhile"):
        erased(world, "a")


def test_what_is_due_and_has_an_open_case_rests_and_is_counted_apart(
    world: World, tess: Actor, clock: Clock
) -> None:
    clock.at = DUE
    assert listed(world) == sorted(numbers_of(world, "b", "c"))
    view = retention.view(world.installation, world.administrator)
    assert view.held == 1
    (row,) = (each for each in view.counts if each.version == "2026-03-23")
    assert row.sessions[0] == 2
    by_itself = world.installation.settings.model_copy(update={"retention_erasure": "by_itself"})
    here = replace(world.installation, settings=by_itself)
    assert retention.look(here, access.service_actor(here, retention.SERVICE)) == 2
    settle(world, tess)
    assert retention.look(here, access.service_actor(here, retention.SERVICE)) == 1
    assert left(world) == 0


def unfinished(world: World, name: str) -> None:
    as_owner(
        world.installation,
        "UPDATE session SET status = 'abandoned', completed_at = NULL,"
        " started_at = CAST('2026-04-01T08:00:00Z' AS timestamptz),"
        " sorted_at = CAST('2026-04-01T08:00:00Z' AS timestamptz) WHERE id = :id",
        id=world.sessions[name],
    )


def test_what_was_never_completed_is_due_from_its_beginning_on_and_erased_with_the_rest(
    world: World, clock: Clock
) -> None:
    as_owner(world.installation, "ALTER TABLE session DISABLE TRIGGER confirmation_guarded")
    unfinished(world, "b")
    begun_due = DUE.replace(day=1, hour=8, minute=0)
    clock.at = begun_due - timedelta(seconds=1)
    assert listed(world) == []
    clock.at = begun_due
    assert listed(world) == numbers_of(world, "b")
    view = retention.view(world.installation, world.administrator)
    (row,) = (each for each in view.counts if each.version == "unfinished")
    assert row.sessions == (1, 1, 1)
    clock.at = DUE
    found = retention.due(world.installation, world.administrator, world.study.id)
    assert [each.version for each in found] == ["unfinished", "2026-03-23", "2026-03-23"]
    assert found[0].completed_at is None
    # The next page goes on after it.
    rest = retention.due(
        world.installation,
        world.administrator,
        world.study.id,
        (found[0].counted_from, found[0].session_id),
    )
    assert [each.number for each in rest] == [each.number for each in found[1:]]
    retention.ask(
        world.installation,
        world.administrator,
        world.study.id,
        confirmation="erase 3 sessions",
        **EVIDENCE,
    )
    assert retention.work_one(world.installation, keeper(world), "test")
    assert left(world) == 0


@pytest.mark.parametrize(
    "changed",
    [
        "status = 'abandoned'",
        "withdrawn_at = now()",
        "erased_at = now(), erasure_reason = 'asked'",
    ],
)
def test_what_no_edition_lets_leave_is_not_put_into_a_request_in_sql_either(
    world: World, changed: str
) -> None:
    share_id = world.draft("a")
    as_owner(world.installation, "ALTER TABLE session DISABLE TRIGGER confirmation_guarded")
    as_owner(
        world.installation,
        f"UPDATE session SET {changed} WHERE id = :id",
        id=world.sessions["c"],
    )
    with (
        pytest.raises(DBAPIError, match=r"share\.never"),
        world.installation.database.transaction(world.ravi.staff_id) as connection,
    ):
        connection.execute(
            text(
                "INSERT INTO share_session (share_id, session_id, study_id, redaction_set_id)"
                " SELECT part.share_id, :session, part.study_id, part.redaction_set_id"
                " FROM share_session part WHERE part.share_id = :share"
            ),
            {"session": world.sessions["c"], "share": share_id},
        )
