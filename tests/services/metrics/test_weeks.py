"""From week to week: what stays, what moves on, and what takes too long."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.views import Kept
from services import metrics
from services.installation import Installation
from services.metrics_snapshots import audit_ledgers, take_due
from tests.conftest import Clock
from tests.services.metrics.worlds import cells, come, interviews, owner


def test_a_snapshot_that_takes_too_long_keeps_the_one_before_and_says_why(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    service: Actor,
    leo: Actor,
    clock: Clock,
) -> None:
    come(installation, administrator, study, tmp_path, *interviews(0, 40))
    take_due(installation, service)
    first = metrics.read(installation, leo, study)
    assert first is not None
    clock.advance(timedelta(days=7))
    come(installation, administrator, study, tmp_path, *interviews(100, 60, "free"))
    take_due(installation, service, seconds=0.0)
    second = metrics.read(installation, leo, study)
    assert second is not None
    assert second.everybody.people == 100
    plan, before = second.view("plan"), first.view("plan")
    assert plan is not None
    assert before is not None
    assert (plan.cells, plan.counted_on) == (before.cells, before.counted_on)
    assert plan.kept is Kept.TIME
    clock.advance(timedelta(days=7))
    come(installation, administrator, study, tmp_path, *interviews(200, 60, "free"))
    take_due(installation, service)
    third = metrics.read(installation, leo, study)
    assert third is not None
    renewed = third.view("plan")
    assert renewed is not None
    assert (renewed.told, renewed.kept) == ({"free": 120}, None)


def test_a_closed_studys_review_moves_on_when_enough_of_it_was_confirmed(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    service: Actor,
    leo: Actor,
    clock: Clock,
) -> None:
    come(installation, administrator, study, tmp_path, *interviews(0, 60))
    confirm(installation, 20)
    clock.advance(timedelta(days=7))
    take_due(installation, service)
    assert cells(installation, leo, study, "review") == {"waits": 40, "confirmed": 20}
    confirm(installation, 25)
    clock.advance(timedelta(days=7))
    take_due(installation, service)
    assert cells(installation, leo, study, "review") == {"waits": 40, "confirmed": 20}
    confirm(installation, 35)
    clock.advance(timedelta(days=7))
    take_due(installation, service)
    held = metrics.read(installation, leo, study)
    assert held is not None
    assert cells(installation, leo, study, "review") == {"waits": 25, "confirmed": 35}
    # Everybody is still those who took part before the first snapshot.
    assert held.people.counted_on < held.snapshot.week
    (audited,) = audit_ledgers(installation, service, [study.id])
    assert (audited.opened, audited.ledgers > 10) == (0, True)


def test_nothing_moves_on_after_somebody_was_erased(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    service: Actor,
    leo: Actor,
    clock: Clock,
) -> None:
    """What is counted of the others would say how many are gone."""
    come(installation, administrator, study, tmp_path, *interviews(0, 60))
    confirm(installation, 20)
    clock.advance(timedelta(days=7))
    take_due(installation, service)
    first = metrics.read(installation, leo, study)
    owner(
        installation,
        "UPDATE session SET erased_at = now(), erasure_reason = 'asked'"
        " WHERE number IN (SELECT min(number) FROM session)",
    )
    confirm(installation, 50)
    clock.advance(timedelta(days=7))
    assert take_due(installation, service) == 1
    assert metrics.read(installation, leo, study) == first


def confirm(installation: Installation, count: int) -> None:
    """Let the first so many sessions be reviewed, as the counting sees it."""
    # The database confirms nothing that nobody read: what is counted is set past its guard.
    owner(installation, "ALTER TABLE session DISABLE TRIGGER confirmation_guarded")
    owner(
        installation,
        "UPDATE session SET review_state = 'confirmed' WHERE number IN"
        f" (SELECT number FROM session ORDER BY number LIMIT {count})",
    )
    owner(installation, "ALTER TABLE session ENABLE TRIGGER confirmation_guarded")
