"""Withdrawals by hand: in force at once, with evidence, and only by an administrator."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data_access import withdrawals as stored
from data_access.studies import StudyRow
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.session_filters import SessionFilter
from domain.vocabulary import ConsentChoice, ConsentScope, Role
from services import sessions
from services.installation import Installation
from services.withdrawals import withdraw
from tests.conftest import Hire
from tests.services.worlds import full, take_in

PUBLISH = ConsentScope.PUBLISH_RESPONSES


@pytest.fixture
def rosa(
    installation: Installation,
    administrator: Actor,
    hire: Hire,
    study: StudyRow,
    tmp_path: Path,
) -> Actor:
    granted = "a,publish_responses,granted,2026-04-02T09:21:00Z\n"
    take_in(installation, administrator, study, tmp_path, full("a"), choices=granted)
    return hire("Rosa", Role.REVIEWER, study=study)


def record(installation: Installation, actor: Actor, **changes: Any) -> int:
    asked = {
        "numbers": [1],
        "scopes": [PUBLISH],
        "at": installation.now(),
        "evidence": "Ticket 4711",
        "reason": "The participant wrote to us",
    }
    return withdraw(installation, actor, **(asked | changes))


def choice(installation: Installation, rosa: Actor) -> ConsentChoice:
    (row,) = sessions.list_sessions(installation, rosa, SessionFilter()).rows
    return row.choices[PUBLISH]


def test_a_withdrawal_holds_at_once_and_a_second_time_changes_nothing(
    installation: Installation, administrator: Actor, rosa: Actor
) -> None:
    assert choice(installation, rosa) is ConsentChoice.GRANTED
    assert record(installation, administrator) == 1
    assert choice(installation, rosa) is ConsentChoice.WITHDRAWN
    with pytest.raises(BadInput, match="withdrawn already"):
        record(installation, administrator)


def test_nobody_but_an_administrator_records_one_or_reads_choices_for_it(
    installation: Installation, rosa: Actor
) -> None:
    with pytest.raises(Refused, match="administrator"):
        record(installation, rosa)
    assert choice(installation, rosa) is ConsentChoice.GRANTED
    with installation.database.transaction(rosa.staff_id) as connection:
        assert stored.choices_of(connection, [1]) == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"numbers": [1, 99]}, "no session 99"),
        ({"numbers": []}, "Name 1 to"),
        ({"scopes": []}, "Name 1 to"),
        ({"evidence": " "}, "State the evidence"),
        ({"reason": "asked by a@b.example"}, "no address"),
    ],
)
def test_what_cannot_be_recorded_is_said_and_nothing_changes(
    changes: dict[str, Any],
    why: str,
    installation: Installation,
    administrator: Actor,
    rosa: Actor,
) -> None:
    with pytest.raises(BadInput, match=why):
        record(installation, administrator, **changes)
    assert choice(installation, rosa) is ConsentChoice.GRANTED


def test_a_withdrawal_neither_lies_ahead_nor_before_the_choice_it_takes_back(
    installation: Installation, administrator: Actor, rosa: Actor
) -> None:
    with pytest.raises(BadInput, match="past instant"):
        record(installation, administrator, at=installation.now() + timedelta(seconds=1))
    with pytest.raises(BadInput, match="later choice"):
        record(installation, administrator, at=installation.now() - timedelta(days=3650))
