"""What the database itself refuses, whatever a service forgets to ask."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access
from services.installation import Installation
from tests.conftest import Hire

_JOB = (
    "INSERT INTO job (kind, study_id, requested_by, created_at) VALUES ('import', :s, :by, now())"
)


def run(installation: Installation, actor: Actor | None, statement: str, **values: Any) -> int:
    staff_id = None if actor is None else actor.staff_id
    with installation.database.transaction(staff_id) as connection:
        return connection.execute(text(statement), values).rowcount


def test_a_job_is_asked_for_in_ones_own_name_by_administrators_alone(
    installation: Installation, administrator: Actor, hire: Hire, study: StudyRow
) -> None:
    rosa, ben = hire("Rosa", Role.REVIEWER, study=study), hire("Ben", Role.ADMINISTRATOR)
    for actor, by in ((rosa, rosa), (rosa, administrator), (ben, administrator)):
        with pytest.raises(ProgrammingError, match="row-level security"):
            run(installation, actor, _JOB, s=study.id, by=by.staff_id)
    assert run(installation, ben, _JOB, s=study.id, by=ben.staff_id) == 1
    assert run(installation, rosa, "SELECT * FROM job") == 0
    assert run(installation, rosa, "UPDATE job SET stop_requested = true") == 0
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(installation, ben, "UPDATE job SET requested_by = :a", a=administrator.staff_id)


def test_a_revoked_role_or_grant_cannot_be_revived(
    installation: Installation, administrator: Actor, hire: Hire, study: StudyRow
) -> None:
    ben = hire("Ben", Role.ADMINISTRATOR, Role.REVIEWER, study=study)
    for row in access.grants(installation, administrator):
        access.revoke_grant(installation, administrator, row.id)
    access.revoke_role(installation, administrator, ben.staff_id, Role.REVIEWER)
    for table in ("study_grant", "staff_role"):
        revive = (
            f"UPDATE {table} SET revoked_at = NULL, revoked_by = :me"
            " WHERE staff_id = :me AND revoked_at IS NOT NULL"
        )
        assert run(installation, ben, revive, me=ben.staff_id) == 0
    # One that still holds is ended by setting when, not by saying who alone.
    with pytest.raises(ProgrammingError, match="row-level security"):
        run(installation, ben, "UPDATE staff_role SET revoked_by = :me", me=ben.staff_id)


def test_an_audit_row_bears_the_name_of_its_actor_whatever_it_is_told(
    installation: Installation, hire: Hire
) -> None:
    rosa, uma = hire("Rosa", Role.REVIEWER), hire("Uma", Role.AUDITOR)
    row = (
        "INSERT INTO audit_event (actor_id, actor_label, action, object_kind, object_id, outcome,"
        " detail) VALUES (:who, 'Ada Osei', 'test.forged', 'x', 'y', 'done', '{}')"
    )
    run(installation, rosa, row, who=rosa.staff_id)
    run(installation, None, row, who=None)
    with installation.database.transaction(uma.staff_id) as connection:
        labels = connection.execute(
            text("SELECT actor_label FROM audit_event WHERE action = 'test.forged' ORDER BY seq")
        ).scalars()
        assert list(labels) == ["Rosa", "nobody"]


@pytest.mark.parametrize(
    "call",
    [
        "search_sessions(ARRAY[gen_random_uuid()], 'who', 10)",
        "readable_studies()",
        "known_studies()",
        "actor_has_role('auditor')",
        "session_has_open_case(gen_random_uuid())",
        "audit_head()",
    ],
)
def test_the_identity_role_cannot_go_round_by_a_function(
    call: str, installation: Installation, administrator: Actor
) -> None:
    with installation.database.identity_transaction() as connection:
        connection.execute(
            text("SELECT set_config('clearance.actor', :who, true)"),
            {"who": str(administrator.staff_id)},
        )
        with pytest.raises(ProgrammingError, match="permission denied for function"):
            connection.execute(text(f"SELECT {call}"))


@pytest.mark.parametrize("role", [None, Role.LEAD, Role.APPROVER, Role.AUDITOR])
def test_participants_and_tasks_are_hidden_from_who_works_with_no_session(
    role: Role | None,
    installation: Installation,
    hire: Hire,
    study: StudyRow,
    two_studies: None,
) -> None:
    actor = None if role is None else hire("Someone", role)
    assert run(installation, actor, "SELECT * FROM participant") == 0
    assert run(installation, actor, "SELECT * FROM deidentification_task") == 0


def test_a_reviewer_learns_nothing_of_the_queue_of_other_studies(
    installation: Installation, hire: Hire, study: StudyRow, two_studies: None
) -> None:
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    for table, rows in (("deidentification_task", 3), ("deidentification_progress", 1)):
        held = f"SELECT * FROM {table}"
        assert run(installation, rosa, f"{held} WHERE study_id = :s", s=study.id) >= rows
        assert run(installation, rosa, f"{held} WHERE study_id <> :s", s=study.id) == 0


@pytest.mark.parametrize("role", ["clearance_identity", "clearance_owner", "postgres"])
def test_the_app_role_cannot_become_another(role: str, installation: Installation) -> None:
    for command in ("SET ROLE", "SET SESSION AUTHORIZATION"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            run(installation, None, f"{command} {role}")


def test_the_end_of_a_grant_is_not_part_of_it(
    installation: Installation, administrator: Actor, hire: Hire, study: StudyRow
) -> None:
    """Inside one transaction now() stands still, so the very instant can be asked about."""
    rosa = hire("Rosa", Role.REVIEWER)
    engine = create_engine(installation.database.addresses.owner or "")
    for starts, ends, holds in (
        ("interval '0'", "interval '1 second'", True),
        ("interval '1 microsecond'", "interval '1 second'", False),
        ("interval '-1 second'", "interval '0'", False),
        ("interval '-1 second'", "interval '1 microsecond'", True),
        ("interval '-2 seconds'", "interval '-1 second'", False),
    ):
        with engine.connect() as connection:
            connection.execute(
                text(
                    "INSERT INTO study_grant (staff_id, study_id, role, purpose, starts_at,"
                    " expires_at, granted_by) VALUES (:who, :study, 'reviewer', 'Review it now',"
                    f" now() + {starts}, now() + {ends}, :by)"
                ),
                {"who": rosa.staff_id, "study": study.id, "by": administrator.staff_id},
            )
            connection.execute(
                text("SELECT set_config('clearance.actor', :who, true)"),
                {"who": str(rosa.staff_id)},
            )
            readable = connection.execute(text("SELECT readable_studies()")).scalar_one()
            assert (study.id in readable) is holds, (starts, ends)
            connection.rollback()
    engine.dispose()
