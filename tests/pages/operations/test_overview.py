"""The operations page: problems first with the way out, and a calm page when all is well."""

from __future__ import annotations

from datetime import timedelta

from data_access import jobs
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access, operations
from services.installation import Installation
from tests.conftest import Hire
from tests.pages.conftest import Visit, shown


def test_a_desk_that_runs_says_so(
    visit: Visit, installation: Installation, administrator: Actor
) -> None:
    operations.beat(
        installation,
        access.service_actor(installation, "deidentification"),
        "vm:1",
        installation.now(),
    )
    at = visit(administrator, "operations")
    assert not at.exception
    assert "Everything runs." in shown(at)
    assert not at.error
    walk = next(each for each in at.button if each.label.startswith("Let a worker walk"))
    walk.click().run()
    assert "A worker walks it" in shown(at)
    monitor = access.service_actor(installation, operations.SERVICE)
    assert operations.verify_one(installation, monitor, "vm:1")
    at = visit(administrator, "operations")
    assert "last walked less than a minute ago, whole" in shown(at)
    assert "vm:1" in shown(at)


def test_problems_come_first_and_a_failure_can_be_set_aside(
    visit: Visit, installation: Installation, administrator: Actor
) -> None:
    engine = access.service_actor(installation, "deidentification")
    with installation.database.transaction(administrator.staff_id) as connection:
        job_id = jobs.add(
            connection,
            kind="import",
            study_id=None,
            payload={},
            by=administrator.staff_id,
            now=installation.now() - timedelta(hours=1),
        )
    with installation.database.transaction(engine.staff_id) as connection:
        jobs.finish(
            connection, job_id, "failed", "The import ended unexpectedly.", installation.now()
        )
    at = visit(administrator, "operations")
    assert "2 problems to see to" in at.error[0].value
    screen = shown(at)
    assert screen.index("No worker is running") < screen.index("Queues")
    assert "python -m jobs.worker" in screen
    assert str(job_id)[-8:] in screen
    next(each for each in at.button if each.label == "Set aside").click().run()
    assert "1 problem to see to" in at.error[0].value


def test_nobody_else_enters(visit: Visit, hire: Hire) -> None:
    at = visit(hire("Uma", Role.AUDITOR), "operations")
    assert "takes the role administrator" in at.error[0].value
