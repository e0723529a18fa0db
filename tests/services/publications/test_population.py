"""Whom a publication counts, and that beside all that was shown it tells of no few."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from data_access import metrics as stored
from data_access.metrics import Population
from data_access.studies import StudyRow
from domain.errors import Refused
from domain.permissions import Actor
from domain.publications.contents import Audience
from domain.publications.lifecycle import PublicationState
from services import access, metrics_snapshots, studies
from services.installation import Installation
from services.publications import proposing, working
from services.publications.population import may_be_counted
from tests.conftest import Clock, Hire
from tests.services.metrics.worlds import cells, come, interviews, owner
from tests.services.publications.worlds import World, audited, make_world
from tests.services.shares.worlds import record_retention
from tests.services.worlds import read_by_the_machine, take_in


def test_only_those_are_counted_whom_the_policy_lets_be_counted(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> None:
    """Leads see 65 on pro, fifteen of them upheld by Trust & Safety (R07), and so on free."""
    world = make_world(installation, administrator, study, hire, tmp_path, flagged=15)
    publication_id = world.proposed()
    assert world.counts(publication_id)["pro"] == 50
    assert world.view(publication_id).row.everybody == 80
    assert "80 distinct participants are counted" in world.view(publication_id).methods


def test_where_leads_know_a_count_close_to_every_other_nothing_can_be_published(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> None:
    world = make_world(installation, administrator, study, hire, tmp_path, flagged=3)
    publication_id = world.proposed()
    view = world.view(publication_id)
    assert view.row.state is PublicationState.REFUSED
    assert "[publication.too-close]" in view.row.state_reason
    assert [outcome for outcome, _ in audited(world, "publication.freeze")] == ["refused"]
    # What nobody saw is not in the ledger.
    with installation.database.transaction(world.service.staff_id) as connection:
        kept = connection.execute(
            text("SELECT metric_ledger(:study)"), {"study": study.id}
        ).scalar_one()
    assert "outside" not in json.dumps(kept)


@pytest.mark.parametrize("published_before", [False, True])
def test_two_publications_that_are_each_safe_and_together_are_not_are_refused(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
    published_before: bool,
) -> None:
    """Fifty on pro, then three of them withdraw: 47 can be told, not to readers of the fifty."""
    world = make_world(installation, administrator, study, hire, tmp_path, flagged=15)
    if published_before:
        assert world.counts(world.published())["pro"] == 50
    owner(
        installation,
        "UPDATE session SET withdrawn_at = now() WHERE number IN (SELECT number FROM session"
        " WHERE plan = 'pro' AND flag_state = 'none' ORDER BY number LIMIT 3)",
    )
    row = world.view(world.proposed()).row
    if published_before:
        assert row.state is PublicationState.REFUSED
        assert "[publication.too-close]" in row.state_reason
    else:
        assert (row.state, row.everybody) == (PublicationState.PROPOSED, 77)
    (audited,) = metrics_snapshots.audit_ledgers(installation, world.service, [study.id])
    assert audited.opened == 0


def test_where_everybody_may_be_counted_it_says_what_the_chart_says_and_tells_nothing_new(
    world: World,
) -> None:
    with world.installation.database.transaction(world.service.staff_id) as connection:
        before = stored.ledger(connection, world.study.id)
    publication_id = world.proposed()
    chart = cells(world.installation, world.leo, world.study, "plan")
    assert world.counts(publication_id) == chart
    with world.installation.database.transaction(world.service.staff_id) as connection:
        assert stored.ledger(connection, world.study.id) == before


def test_publications_are_in_what_the_audit_attacks_and_in_the_next_snapshot(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
    clock: Clock,
) -> None:
    world = make_world(installation, administrator, study, hire, tmp_path, flagged=15)
    (before,) = metrics_snapshots.audit_ledgers(installation, world.service, [study.id])
    assert world.state(world.proposed()) is PublicationState.PROPOSED
    (after,) = metrics_snapshots.audit_ledgers(installation, world.service, [study.id])
    assert after.targets > before.targets
    assert after.opened == 0
    more = [*interviews(700, 40), *interviews(750, 30, "free"), *interviews(800, 40, "max")]
    come(installation, administrator, study, tmp_path, *more)
    clock.advance(timedelta(days=7))
    assert metrics_snapshots.take_due(installation, world.service) == 1
    (later,) = metrics_snapshots.audit_ledgers(installation, world.service, [study.id])
    assert later.targets > after.targets
    assert later.opened == 0
    assert cells(installation, world.leo, study, "plan")["pro"] == 105
    with installation.database.transaction(world.service.staff_id) as connection:
        kept = connection.execute(
            text("SELECT metric_ledger(:study)"), {"study": study.id}
        ).scalar_one()
    assert "outside" in json.dumps(kept["plan"])


def test_who_has_one_interview_that_may_not_be_counted_is_not_counted_at_all(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> None:
    """Fifteen people on each plan came back, and what they said then was upheld."""
    again = [
        row | {"transcript_id": f"again-{row['transcript_id']}", "flag": "upheld"}
        for row in (*interviews(0, 15), *interviews(100, 15, "free"))
    ]
    world = make_world(installation, administrator, study, hire, tmp_path, more=again)
    publication_id = world.proposed()
    assert world.counts(publication_id)["pro"] == 35
    assert world.view(publication_id).row.everybody == 50


KINDS = {
    "is upheld": {"flag": "upheld"},
    "is open": {"flag": "open"},
    "had memory on under the first policy": {
        "memory_on": True,
        "started_at": "2025-12-10T09:00:00Z",
        "completed_at": "2025-12-10T09:20:00Z",
    },
    "was not finished": {"status": "abandoned", "completed_at": None},
    "lies in no policy's dates": {
        "started_at": "2026-02-02T09:00:00Z",
        "completed_at": "2026-02-02T09:20:00Z",
    },
}


def test_every_kind_of_interview_that_the_policy_holds_or_denies_is_left_out(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
    clock: Clock,
) -> None:
    """Flags, withdrawals, memory, dates and assignments, and at last their retention."""
    held = [row | kind for row, kind in zip(interviews(300, 5), KINDS.values(), strict=True)]
    record_retention(installation, administrator, hire)
    come(installation, administrator, study, tmp_path, *interviews(0, 12), *held)
    service = access.service_actor(installation, metrics_snapshots.SERVICE)
    whom = Population(installation.now(), installation.now())

    def counted(audience: Audience) -> int:
        with installation.database.transaction(service.staff_id) as connection:
            found = may_be_counted(connection, study.id, whom, audience, installation.now())
        assert found.left_out
        return int.from_bytes(found.sessions, "little").bit_count()

    for audience in Audience:
        assert counted(audience) == 12
    first = "number = (SELECT min(number) FROM session)"
    owner(installation, f"UPDATE session SET withdrawn_at = now() WHERE {first}")
    assert counted(Audience.THIRD_PARTY) == 11
    owner(
        installation,
        "UPDATE session SET assigned_version = '2026-03-23', policy_version = '2026-03-23'"
        " WHERE completed_at BETWEEN '2026-02-01' AND '2026-03-01'",
    )
    assert counted(Audience.THIRD_PARTY) == 12
    clock.advance(timedelta(days=365 * 8))
    with pytest.raises(Refused, match=r"Nobody of the study may be counted.*R05"):
        counted(Audience.THIRD_PARTY)


def test_a_withdrawal_before_it_leaves_makes_it_stale(world: World) -> None:
    publication_id = world.approved()
    owner(
        world.installation,
        "UPDATE session SET withdrawn_at = now() WHERE number = (SELECT min(number) FROM session)",
    )
    world.publish(publication_id)
    view = world.view(publication_id)
    assert view.row.state is PublicationState.STALE
    assert "may not be counted any more" in view.row.state_reason
    assert [outcome for outcome, _ in audited(world, "publication.publish")] == ["refused"]


def test_nearly_the_same_people_in_another_study_are_not_told_of_twice(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> None:
    """Leads of another study see 83 people: the eighty who may be counted here, and three more."""
    world = make_world(installation, administrator, study, hire, tmp_path, flagged=15)
    other = studies.add(
        installation,
        administrator,
        slug="the-other-study",
        title="The other study",
        opens_on=study.opens_on,
        closes_on=study.closes_on,
    )
    rows = [*interviews(0, 50), *interviews(100, 30, "free"), *interviews(900, 3)]
    elsewhere = [row | {"transcript_id": f"other-{row['transcript_id']}"} for row in rows]
    take_in(installation, administrator, other, tmp_path, *elsewhere)
    read_by_the_machine(installation, ["Mo Smith"], other)
    assert metrics_snapshots.take_due(installation, world.service) == 1
    row = world.view(world.proposed()).row
    assert row.state is PublicationState.REFUSED
    assert "[aggregates.other-study]" in row.state_reason


def test_a_snapshot_between_proposal_and_counting_is_the_one_that_counts(
    world: World, tmp_path: Path, clock: Clock
) -> None:
    publication_id, _ = proposing.propose(world.installation, world.leo, world.proposal())
    more = [*interviews(700, 40), *interviews(750, 30, "free")]
    come(world.installation, world.administrator, world.study, tmp_path, *more)
    clock.advance(timedelta(days=7))
    assert metrics_snapshots.take_due(world.installation, world.service) == 1
    assert working.work_one(world.installation, world.service, "worker")
    row = world.view(publication_id).row
    assert row.state is PublicationState.REFUSED
    assert "[publication.newest-snapshot]" in row.state_reason
    assert world.state(world.proposed()) is PublicationState.PROPOSED


def test_a_snapshot_that_would_open_what_was_published_is_not_shown(
    world: World, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cells(world.installation, world.leo, world.study, "plan")
    more = [*interviews(700, 40), *interviews(750, 30, "free")]
    come(world.installation, world.administrator, world.study, tmp_path, *more)
    clock.advance(timedelta(days=7))
    monkeypatch.setattr("services.metrics_snapshots.opens_published", lambda *_: True)
    assert metrics_snapshots.take_due(world.installation, world.service) == 1
    assert cells(world.installation, world.leo, world.study, "plan") == before
    ((_, told),) = audited(world, "metrics.snapshot")[-1:]
    assert told["kept_for_publications"] is True
    monkeypatch.undo()
    clock.advance(timedelta(days=7))
    assert metrics_snapshots.take_due(world.installation, world.service) == 1
    assert cells(world.installation, world.leo, world.study, "plan")["pro"] == 90
