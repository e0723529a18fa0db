"""The operations page: what needs somebody first with the way out, and calm when all is well."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from data_access import jobs
from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access, operations, retention
from services.installation import Installation
from services.operations import reading, telling, walking
from tests.conftest import Clock, Hire
from tests.pages.conftest import Visit, legible, shown
from tests.services.rights_worlds import as_owner
from tests.services.worlds import full, read_by_the_machine, take_in


def beat(installation: Installation, name: str = "vm:1") -> None:
    engine = access.service_actor(installation, telling.ENGINE)
    telling.beat(installation, engine, name, installation.now())


def click(at: AppTest, label: str) -> AppTest:
    (button,) = (each for each in at.button if each.label == label)
    return button.click().run()


def failed_erasure(installation: Installation, administrator: Actor) -> UUID:
    now = installation.now()
    with installation.database.transaction(administrator.staff_id) as connection:
        job_id = jobs.add(
            connection,
            kind=retention.KIND,
            study_id=None,
            payload={"sessions": 2, "at": now.isoformat(), "until": [now.isoformat(), ""]},
            by=administrator.staff_id,
            now=now,
        )
        jobs.finish(connection, job_id, "failed", "It ended unexpectedly (KeyError).", now)
    return job_id


def test_an_empty_installation_without_a_worker_says_what_to_start(
    visit: Visit, administrator: Actor
) -> None:
    at = visit(administrator, "operations")
    assert not at.exception
    assert "1 thing needs somebody." in legible(at.error[0])
    screen = shown(at)
    assert screen.index("No worker is running") < screen.index("At a glance")
    assert "python -m jobs.worker" in screen
    assert "There is no study yet." in screen
    assert "None was seen in the last day." in screen
    assert "not yet" in screen


def test_a_desk_on_which_everything_runs_says_so(
    visit: Visit,
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    take_in(installation, administrator, study, tmp_path, full("a"), full("b"))
    read_by_the_machine(installation, [])
    beat(installation)
    at = visit(administrator, "operations")
    assert not at.exception
    assert not at.error
    assert "Everything runs." in shown(at)
    assert "The audit chain was never walked." in shown(at)
    at = click(at, "Walk the chain now")
    assert not at.exception
    monitor = access.service_actor(installation, operations.SERVICE)
    assert walking.walk_one(installation, monitor, "vm:1")
    screen = shown(visit(administrator, "operations"))
    assert "Worth a look" not in screen
    assert "whole" in screen
    assert "vm:1" in screen
    assert study.title in screen
    assert "2 · " in screen


def test_several_problems_come_first_each_with_what_to_do(
    visit: Visit,
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    clock: Clock,
) -> None:
    take_in(installation, administrator, study, tmp_path, full("a"), full("b"))
    as_owner(
        installation,
        "UPDATE deidentification_task SET state = 'failed', last_error = 'KeyError'"
        " WHERE session_id = (SELECT min(session_id::text)::uuid FROM deidentification_task)",
    )
    beat(installation, "vm:2")
    as_owner(
        installation,
        "UPDATE deidentification_task SET state = 'claimed', worker = 'vm:2',"
        " lease_until = now() + interval '1 hour' WHERE state = 'waiting'",
    )
    clock.advance(timedelta(minutes=2))
    beat(installation, "vm:1")
    job_id = failed_erasure(installation, administrator)
    at = visit(administrator, "operations")
    assert not at.exception
    assert "3 things need somebody." in legible(at.error[0])
    screen = shown(at)
    assert "Worker vm:2 has not answered for 2 minutes with 1 session in hand." in screen
    assert "1 session could not be read by the machine (KeyError)." in screen
    assert str(job_id)[-8:] in screen
    assert screen.index("could not be read") < screen.index("Worth a look")
    at = click(at, "Let it go")
    at = click(at, "Read again")
    assert "1 thing needs somebody." in legible(at.error[0])
    at = click(at, "Try again")
    assert not at.error
    report = reading.report(installation, administrator)
    assert (report.reading.waiting, report.reading.running) == (2, 0)
    assert report.queue(retention.KIND).waiting == 1


def test_a_failure_can_be_set_aside_and_many_notices_are_folded(
    visit: Visit, installation: Installation, administrator: Actor, hire: Hire
) -> None:
    beat(installation)
    failed_erasure(installation, administrator)
    for number in range(6):
        with installation.database.transaction(administrator.staff_id) as connection:
            job_id = jobs.add(
                connection,
                kind="import",
                study_id=None,
                payload={},
                by=administrator.staff_id,
                now=installation.now() - timedelta(hours=number),
            )
            jobs.finish(
                connection,
                job_id,
                "failed",
                f"Nothing was imported: {number + 1} of 9 rows were refused.",
                installation.now() - timedelta(hours=number),
            )
    at = visit(administrator, "operations")
    assert "6 of 9 rows" not in shown(at)
    at = click(at, "Show all 7")
    assert "6 of 9 rows" in shown(at)
    aside = [each for each in at.button if each.label == "Set aside"]
    assert len(aside) == 7
    at = aside[0].click().run()
    assert not at.error
    assert "Everything runs." in shown(at)
    assert not at.exception


def test_an_administrators_home_leads_there_while_something_needs_somebody(
    visit: Visit, installation: Installation, administrator: Actor, hire: Hire
) -> None:
    at = visit(administrator)
    assert "1 thing behind the screens needs somebody." in legible(at.warning[0])
    assert "(/operations)" in legible(at.warning[0])
    assert not visit(hire("Uma", Role.AUDITOR)).warning
    beat(installation)
    assert not visit(administrator).warning


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.LEAD])
def test_nobody_else_enters(visit: Visit, hire: Hire, role: Role) -> None:
    at = visit(hire("Uma", role), "operations")
    assert "takes the role administrator" in legible(at.error[0])
