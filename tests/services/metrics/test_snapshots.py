"""Snapshots for leads: frozen, protected around all before, and no row behind them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data_access import metrics as stored
from data_access.studies import StudyRow
from domain.errors import Refused
from domain.metrics import EVERYBODY, RETURNS, snapshot_week
from domain.permissions import Actor
from domain.vocabulary import Role
from services import metrics
from services.installation import Installation
from services.metrics_snapshots import audit_ledgers, take_due
from tests.conftest import Clock, Hire
from tests.services.metrics.worlds import cells, come, interviews
from tests.services.worlds import read_by_the_machine, take_in


def test_a_snapshot_counts_people_and_hides_the_few_and_what_would_tell_them(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    service: Actor,
    leo: Actor,
    clock: Clock,
) -> None:
    rows = [*interviews(0, 20), *interviews(20, 15, "free"), *interviews(35, 3, "max")]
    come(installation, administrator, study, tmp_path, *rows)
    assert metrics.read(installation, leo, study) is None
    assert take_due(installation, service) == 1
    held = metrics.read(installation, leo, study)
    assert held is not None
    assert (held.everybody.people, held.snapshot.week) == (38, snapshot_week(clock()))
    shown = cells(installation, leo, study, "plan")
    assert shown["max"] is None
    assert shown["other"] is None
    # Everybody has one plan: 38 - 20 - 15 would be the three.
    assert (shown["pro"], shown["free"]) == (20, None)
    # Nobody is once and twice: with nobody in two of three, the third would tell of both.
    assert cells(installation, leo, study, "returning") == dict.fromkeys(RETURNS)
    for _, told in held.breakdowns:
        for cell in told:
            assert (cell.people is None) != (cell.why is None)
            assert cell.people is None or cell.people >= 10


def test_a_week_is_taken_once_and_a_few_more_people_are_not_told_the_week_after(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    service: Actor,
    leo: Actor,
    clock: Clock,
) -> None:
    come(
        installation,
        administrator,
        study,
        tmp_path,
        *interviews(0, 30),
        *interviews(30, 12, "free"),
    )
    assert take_due(installation, service) == 1
    assert take_due(installation, service) == 0
    first = metrics.read(installation, leo, study)
    assert first is not None
    come(installation, administrator, study, tmp_path, *interviews(100, 9))
    clock.advance(timedelta(days=7))
    assert take_due(installation, service) == 1
    assert not metrics.any_due(installation, service)
    assert metrics.read(installation, leo, study) == first
    come(installation, administrator, study, tmp_path, *interviews(200, 1))
    clock.advance(timedelta(days=7))
    assert take_due(installation, service) == 1
    third = metrics.read(installation, leo, study)
    assert third is not None
    assert third.everybody.people == 52
    # Ten more came on one plan; that nobody more came on the other cannot be told.
    assert cells(installation, leo, study, "plan")["free"] is None
    (audited,) = audit_ledgers(installation, service, [study.id])
    assert audited.opened == 0
    assert audited.narrowest is not None
    assert audited.narrowest.width >= 10


def test_a_study_that_the_machine_has_not_read_waits(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    service: Actor,
) -> None:
    take_in(installation, administrator, study, tmp_path, *interviews(0, 12))
    assert not metrics.any_due(installation, service)
    assert take_due(installation, service) == 0
    read_by_the_machine(installation, ["Mo Smith"])
    assert metrics.any_due(installation, service)


def test_the_download_has_the_cells_of_the_screen_and_is_on_record(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    service: Actor,
    leo: Actor,
    hire: Hire,
) -> None:
    come(
        installation, administrator, study, tmp_path, *interviews(0, 25), *interviews(25, 3, "max")
    )
    take_due(installation, service)
    name, content = metrics.as_csv(installation, leo, study.slug)
    assert name.startswith(study.slug)
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    shown = cells(installation, leo, study, "plan")
    (question,) = {row["question"] for row in rows if row["category"] == "max"}
    told = {row["category"]: row["people"] for row in rows if row["question"] == question}
    assert told == {name: str(people or "") for name, people in shown.items()}
    name, content = metrics.as_csv(installation, leo, study.slug, "plan")
    alone = list(csv.DictReader(io.StringIO(content.decode())))
    assert "-plan-" in name
    assert alone == [row for row in rows if row["question"] == question]
    with pytest.raises(Refused, match="no such chart"):
        metrics.as_csv(installation, leo, study.slug, "names")
    for other in (hire("Lea", Role.LEAD), hire("Rosa", Role.REVIEWER, study=study)):
        with pytest.raises(Refused):
            metrics.as_csv(installation, other, study.slug)
        with pytest.raises(Refused):
            metrics.read(installation, other, study)


@pytest.mark.parametrize(
    "table", ["session", "turn", "finding", "consent_event", "participant", "deidentification_run"]
)
def test_a_lead_reads_no_row_in_sql(
    table: str,
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    service: Actor,
    leo: Actor,
) -> None:
    come(installation, administrator, study, tmp_path, *interviews(0, 12))
    take_due(installation, service)
    with installation.database.transaction(leo.staff_id) as connection:
        rows = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        counts = connection.execute(
            text(
                "SELECT coalesce(sum(people), 0) FROM metric_people(:study, now(),"
                " 'infinity', now(), '{}', interval '14 hours', NULL)"
            ),
            {"study": study.id},
        ).scalar_one()
        medians = connection.execute(
            text("SELECT count(*) FROM metric_medians(:study, now(), 'infinity')"),
            {"study": study.id},
        ).scalar_one()
        ledger = connection.execute(
            text("SELECT metric_ledger(:study)"), {"study": study.id}
        ).scalar_one()
        shown = connection.execute(text("SELECT count(*) FROM metric_cell")).scalar_one()
    assert (rows, ledger, counts, medians) == (0, None, 0, 0)
    assert shown > 0


def test_nobody_selects_the_ledger_writes_a_cell_or_shows_a_small_one(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    service: Actor,
    leo: Actor,
) -> None:
    come(installation, administrator, study, tmp_path, *interviews(0, 12))
    take_due(installation, service)
    cell = (
        "INSERT INTO metric_cell (snapshot_id, study_id, breakdown, ordinal, category, people, why)"
        " SELECT snapshot_id, study_id, 'x', 0, 'x', {}, NULL FROM metric_cell_of"
    )
    view = (
        "INSERT INTO metric_view (snapshot_id, study_id, name, counted_on, people, rounded)"
        " SELECT snapshot_id, study_id, 'x', '2026-11-23', {}, false FROM metric_view_of"
    )
    source = "(SELECT id AS snapshot_id, study_id FROM metric_snapshot LIMIT 1) AS held"
    for actor, statement, said in (
        (service, "SELECT ledger FROM metric_snapshot", "permission denied"),
        (service, "UPDATE metric_cell SET people = 11", "permission denied"),
        (service, "UPDATE metric_view SET kept = ''", "permission denied"),
        (leo, view.format(11).replace("metric_view_of", source), "row-level security"),
        (service, view.format(9).replace("metric_view_of", source), "threshold"),
        (leo, cell.format(11).replace("metric_cell_of", source), "row-level security"),
        (service, cell.format(9).replace("metric_cell_of", source), "threshold"),
    ):
        with (
            pytest.raises(DBAPIError, match=said),
            installation.database.transaction(actor.staff_id) as connection,
        ):
            connection.execute(text(statement))


def test_everybody_is_one_cell_for_all_breakdowns(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    service: Actor,
    leo: Actor,
) -> None:
    come(installation, administrator, study, tmp_path, *interviews(0, 12))
    take_due(installation, service)
    with installation.database.transaction(leo.staff_id) as connection:
        snapshot = stored.latest(connection, study.id)
        assert snapshot is not None
        found = stored.cells(connection, snapshot.id)
    assert [each.people for each in found if each.breakdown == EVERYBODY] == [12]


def test_of_fewer_than_ten_people_nothing_is_shown_at_all(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    service: Actor,
    leo: Actor,
) -> None:
    come(installation, administrator, study, tmp_path, *interviews(0, 9))
    take_due(installation, service)
    assert metrics.read(installation, leo, study) is None
    come(installation, administrator, study, tmp_path, *interviews(9, 1))
    assert take_due(installation, service) == 0  # this week's was looked at


def test_a_lead_reads_views_of_their_own_studies_alone(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    service: Actor,
    leo: Actor,
    hire: Hire,
) -> None:
    come(installation, administrator, study, tmp_path, *interviews(0, 12))
    take_due(installation, service)
    counts = []
    for actor in (leo, hire("Lea", Role.LEAD), hire("Rosa", Role.REVIEWER, study=study)):
        with installation.database.transaction(actor.staff_id) as connection:
            counts.append(connection.execute(text("SELECT count(*) FROM metric_view")).scalar_one())
    assert counts[0] > 20
    assert counts[1:] == [0, 0]
