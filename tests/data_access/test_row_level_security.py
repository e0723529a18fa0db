"""SQL as the app role: a forgotten WHERE shows nobody what is not theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.vocabulary import Role
from services.installation import Installation
from tests.conftest import Hire

_ROWS = (
    "session",
    "turn",
    "consent_event",
    "finding",
    "deidentification_run",
    "session_search",
)


def seen(installation: Installation, actor: Actor | None, table: str) -> int:
    staff_id = None if actor is None else actor.staff_id
    with installation.database.transaction(staff_id) as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    return found


@pytest.mark.usefixtures("two_studies")
@pytest.mark.parametrize("table", [*_ROWS, "study", "study_grant", "audit_event", "job"])
def test_nobody_sees_nothing(table: str, installation: Installation) -> None:
    assert seen(installation, None, table) == 0


@pytest.mark.usefixtures("two_studies")
@pytest.mark.parametrize("table", _ROWS)
@pytest.mark.parametrize(
    "role", [Role.ADMINISTRATOR, Role.APPROVER, Role.LEAD, Role.AUDITOR, Role.REVIEWER]
)
def test_no_role_alone_opens_rows(
    role: Role, table: str, installation: Installation, hire: Hire
) -> None:
    assert seen(installation, hire("Someone", role), table) == 0


@pytest.mark.usefixtures("two_studies")
@pytest.mark.parametrize("role", [Role.APPROVER, Role.LEAD])
def test_a_grant_of_another_role_opens_no_transcript(
    role: Role, installation: Installation, hire: Hire, study: StudyRow
) -> None:
    actor = hire("Someone", role, study=study)
    assert seen(installation, actor, "turn") == 0
    assert seen(installation, actor, "session") == 0


@pytest.mark.usefixtures("two_studies")
def test_a_reviewer_sees_the_study_of_their_grant_alone(
    installation: Installation, hire: Hire, study: StudyRow
) -> None:
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    assert seen(installation, rosa, "session") == 3
    assert seen(installation, rosa, f"session WHERE study_id <> '{study.id}'") == 0
    assert seen(installation, rosa, "turn") == 6
    assert seen(installation, rosa, "finding") == 3
    assert seen(installation, rosa, "consent_event") == 1
    assert seen(installation, rosa, "study") == 1


@pytest.mark.usefixtures("two_studies")
@pytest.mark.parametrize(
    ("starts", "expires", "sees"),
    [(-60, 60, 3), (60, 120, 0), (-60, -1, 0), (0, 60, 3)],
)
def test_a_grant_counts_from_its_start_and_until_its_expiry(
    starts: int,
    expires: int,
    sees: int,
    installation: Installation,
    hire: Hire,
    study: StudyRow,
    administrator: Actor,
) -> None:
    rosa = hire("Rosa", Role.REVIEWER)
    with _owner(installation) as connection:
        connection.execute(
            text(
                "INSERT INTO study_grant (staff_id, study_id, role, purpose, starts_at,"
                " expires_at, granted_by) VALUES (:who, :study, 'reviewer', 'Review the study',"
                " now() + :starts, now() + :expires, :by)"
            ),
            {
                "who": rosa.staff_id,
                "study": study.id,
                "by": administrator.staff_id,
                "starts": timedelta(seconds=starts),
                "expires": timedelta(seconds=expires),
            },
        )
    assert seen(installation, rosa, "session") == sees


@pytest.mark.usefixtures("two_studies")
@pytest.mark.parametrize(
    "undoing",
    [
        "UPDATE study_grant SET revoked_at = now(), revoked_by = granted_by",
        "UPDATE staff_role SET revoked_at = now(), revoked_by = given_by WHERE role = 'reviewer'",
        "UPDATE staff SET active = false WHERE email = 'rosa@clearance.example'",
    ],
)
def test_what_is_taken_back_closes_at_once(
    undoing: str, installation: Installation, hire: Hire, study: StudyRow
) -> None:
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    assert seen(installation, rosa, "turn") == 6
    with _owner(installation) as connection:
        connection.execute(text(undoing))
    assert seen(installation, rosa, "turn") == 0


@pytest.mark.usefixtures("two_studies")
def test_trust_and_safety_sees_flagged_sessions_and_the_words_of_open_cases_alone(
    installation: Installation, hire: Hire
) -> None:
    tess = hire("Tess", Role.TRUST_SAFETY)
    assert seen(installation, tess, "session") == 4
    assert seen(installation, tess, "session WHERE flag_state = 'none'") == 0
    assert seen(installation, tess, "turn") == 4
    assert seen(installation, tess, "finding") == 0


@pytest.mark.usefixtures("two_studies")
def test_only_auditors_read_the_trail(installation: Installation, hire: Hire) -> None:
    assert seen(installation, hire("Uma", Role.AUDITOR), "audit_event") > 0
    assert seen(installation, hire("Ben", Role.ADMINISTRATOR), "audit_event") == 0


@pytest.mark.usefixtures("two_studies")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET purpose = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "UPDATE turn SET text = 'x'",
        "DELETE FROM turn",
        "UPDATE consent_event SET choice = 'granted'",
        "DELETE FROM consent_event",
        "UPDATE session SET choice_contact = 'granted'",
        "UPDATE session SET flag_state = 'none'",
        "DELETE FROM session",
        "UPDATE finding SET score = 0",
        "UPDATE decision SET kind = 'redact'",
        "UPDATE redaction_set SET confirmed_by = confirmed_by",
        "SELECT full_name FROM identity.account",
        "SELECT email FROM identity.account",
        "SELECT country FROM identity.account",
        "UPDATE identity.account SET email = NULL",
        "UPDATE staff SET email = 'x@y.example'",
        "INSERT INTO policy_document (digest, document) VALUES ('x', '{}')",
        "ALTER TABLE session DISABLE ROW LEVEL SECURITY",
        "SET ROLE clearance_owner",
        "CREATE TABLE mine (a int)",
    ],
)
def test_the_app_role_cannot(
    statement: str, installation: Installation, administrator: Actor
) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        installation.database.transaction(administrator.staff_id) as connection,
    ):
        connection.execute(text(statement))


def test_the_identity_role_sees_accounts_and_nothing_else(
    installation: Installation, administrator: Actor
) -> None:
    for table in ("session", "turn", "audit_event", "staff", "participant"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            installation.database.identity_transaction() as connection,
        ):
            connection.execute(text(f"SELECT * FROM {table}"))


def test_nobody_writes_an_audit_row_in_another_name(
    installation: Installation, administrator: Actor, hire: Hire
) -> None:
    rosa = hire("Rosa", Role.REVIEWER)
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        installation.database.transaction(rosa.staff_id) as connection,
    ):
        connection.execute(
            text(
                "INSERT INTO audit_event (actor_id, actor_label, action, object_kind, object_id,"
                " outcome, detail) VALUES (:who, 'Ada', 'x', 'y', 'z', 'done', '{}')"
            ),
            {"who": administrator.staff_id},
        )


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO study_grant (staff_id, study_id, role, purpose, starts_at, expires_at,"
        " granted_by) VALUES (:me, :study, 'reviewer', 'For my own reading', now(),"
        " now() + interval '1 day', :me)",
        "INSERT INTO study_grant (staff_id, study_id, role, purpose, starts_at, expires_at,"
        " granted_by) VALUES (:me, :study, 'reviewer', 'For my own reading', now(),"
        " now() + interval '1 day', :other)",
        "INSERT INTO staff_role (staff_id, role, given_by) VALUES (:me, 'auditor', :me)",
        "INSERT INTO staff_role (staff_id, role, given_by) VALUES (:me, 'auditor', :other)",
    ],
)
def test_the_database_refuses_giving_to_oneself(
    statement: str,
    installation: Installation,
    administrator: Actor,
    hire: Hire,
    study: StudyRow,
) -> None:
    ben = hire("Ben", Role.ADMINISTRATOR)
    with (
        pytest.raises(Exception, match=r"row-level security|not_to_self"),
        installation.database.transaction(ben.staff_id) as connection,
    ):
        connection.execute(
            text(statement),
            {"me": ben.staff_id, "other": administrator.staff_id, "study": study.id},
        )


@pytest.mark.usefixtures("two_studies")
def test_the_search_functions_are_no_way_round(
    installation: Installation, hire: Hire, study: StudyRow, other_study: StudyRow
) -> None:
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    with installation.database.transaction(rosa.staff_id) as connection:
        for one, found in ((study, 3), (other_study, 0)):
            rows = connection.execute(
                text("SELECT * FROM search_sessions(CAST(:studies AS uuid[]), 'who', 100)"),
                {"studies": [one.id]},
            ).all()
            assert len(rows) == found


def test_every_function_that_runs_as_the_owner_pins_its_search_path(
    installation: Installation,
) -> None:
    with _owner(installation) as connection:
        loose = connection.execute(
            text(
                "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
                " WHERE n.nspname = 'public' AND prosecdef"
                " AND NOT coalesce(proconfig::text, '') LIKE '%search_path=public, pg_temp%'"
            )
        ).all()
    assert loose == []


def _owner(installation: Installation):  # type: ignore[no-untyped-def]
    engine = create_engine(installation.database.addresses.owner or "")
    return engine.begin()
