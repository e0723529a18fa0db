"""Every refusal of every service is on record, with its rule, in the name of who was refused."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from data_access import audit
from data_access.audit import AuditFilter
from data_access.studies import StudyRow
from domain.audit import AuditEntry
from domain.errors import Refused
from domain.permissions import Actor
from domain.session_filters import SessionFilter
from domain.vocabulary import Role
from services import access, deidentification, import_jobs, sessions, studies, trail
from services.import_jobs import Offered
from services.importing.load import ImportFiles, import_transcripts
from services.installation import Installation
from tests.conftest import Hire

Call = Callable[[Installation, Actor, StudyRow], object]

#: Each service that asks for a role: who may, the act on record, and the call.
CALLS: dict[str, tuple[Role, str, Call]] = {
    "people": (Role.ADMINISTRATOR, "staff.list", lambda i, a, s: access.people(i, a)),
    "grants": (Role.ADMINISTRATOR, "grant.list", lambda i, a, s: access.grants(i, a)),
    "invite": (
        Role.ADMINISTRATOR,
        "staff.invite",
        lambda i, a, s: access.invite(i, a, "new@clearance.example", "New"),
    ),
    "switch off": (
        Role.ADMINISTRATOR,
        "staff.switch-off",
        lambda i, a, s: access.set_active(i, a, uuid4(), False),
    ),
    "switch on": (
        Role.ADMINISTRATOR,
        "staff.switch-on",
        lambda i, a, s: access.set_active(i, a, uuid4(), True),
    ),
    "end sign-ins": (
        Role.ADMINISTRATOR,
        "staff.end-sign-ins",
        lambda i, a, s: access.end_sign_ins(i, a, uuid4()),
    ),
    "give role": (
        Role.ADMINISTRATOR,
        "role.give",
        lambda i, a, s: access.give_role(i, a, uuid4(), Role.LEAD),
    ),
    "take role": (
        Role.ADMINISTRATOR,
        "role.revoke",
        lambda i, a, s: access.revoke_role(i, a, uuid4(), Role.LEAD),
    ),
    "grant": (
        Role.ADMINISTRATOR,
        "grant.give",
        lambda i, a, s: access.grant(
            i,
            a,
            staff_id=uuid4(),
            study_id=s.id,
            role=Role.REVIEWER,
            purpose="Review this study",
            starts_at=i.now(),
            expires_at=i.now() + timedelta(days=1),
        ),
    ),
    "end grant": (
        Role.ADMINISTRATOR,
        "grant.revoke",
        lambda i, a, s: access.revoke_grant(i, a, uuid4()),
    ),
    "add study": (
        Role.ADMINISTRATOR,
        "study.add",
        lambda i, a, s: studies.add(
            i,
            a,
            slug="new",
            title="New",
            opens_on=date(2026, 1, 1),
            closes_on=date(2026, 2, 1),
        ),
    ),
    "import": (
        Role.ADMINISTRATOR,
        "import",
        lambda i, a, s: import_transcripts(
            i, a, s, ImportFiles(i.settings.data_dir / "none.jsonl")
        ),
    ),
    "queue import": (
        Role.ADMINISTRATOR,
        "import.queue",
        lambda i, a, s: import_jobs.offer(
            i, a, study_id=s.id, transcripts=Offered("s.jsonl", io.BytesIO(b"{}"))
        ),
    ),
    "stop import": (
        Role.ADMINISTRATOR,
        "import.stop",
        lambda i, a, s: import_jobs.stop(i, a, uuid4()),
    ),
    "jobs": (Role.ADMINISTRATOR, "import.list", lambda i, a, s: import_jobs.recent_jobs(i, a)),
    "batches": (
        Role.ADMINISTRATOR,
        "import.list",
        lambda i, a, s: import_jobs.recent_batches(i, a),
    ),
    "refused rows": (
        Role.ADMINISTRATOR,
        "import.list",
        lambda i, a, s: import_jobs.refusals(i, a, uuid4()),
    ),
    "de-identify": (
        Role.ADMINISTRATOR,
        "deidentification.start",
        lambda i, a, s: deidentification.start(i, a, s),
    ),
    "de-identify again": (
        Role.ADMINISTRATOR,
        "deidentification.again",
        lambda i, a, s: deidentification.run_again(i, a, s, "engine"),
    ),
    "list sessions": (
        Role.REVIEWER,
        "session.list",
        lambda i, a, s: sessions.list_sessions(i, a, SessionFilter()),
    ),
    "open a session": (
        Role.REVIEWER,
        "session.view",
        lambda i, a, s: sessions.open_session(i, a, uuid4()),
    ),
    "draw a session again": (
        Role.REVIEWER,
        "session.view",
        lambda i, a, s: sessions.open_session(i, a, uuid4(), record=False),
    ),
    "open an original": (
        Role.REVIEWER,
        "transcript.open",
        lambda i, a, s: sessions.open_original(i, a, uuid4(), "To check the redactions"),
    ),
    "trail": (Role.AUDITOR, "audit.read", lambda i, a, s: trail.read(i, a, AuditFilter())),
    "acts": (Role.AUDITOR, "audit.read", lambda i, a, s: trail.actions(i, a)),
    "actors": (Role.AUDITOR, "audit.read", lambda i, a, s: trail.people(i, a)),
    "verify": (Role.AUDITOR, "audit.verify", lambda i, a, s: trail.verify(i, a)),
}


def refusals(installation: Installation, uma: Actor, actor_id: UUID | None) -> list[AuditEntry]:
    with installation.database.transaction(uma.staff_id) as connection:
        return audit.page(connection, AuditFilter(actor_id=actor_id, outcome="refused"), 500)


def test_every_refusal_by_role_is_on_record(
    installation: Installation, hire: Hire, study: StudyRow
) -> None:
    uma = hire("Uma", Role.AUDITOR)
    outsiders = {
        Role.ADMINISTRATOR: hire("Rosa", Role.REVIEWER, Role.LEAD, Role.APPROVER, study=study),
        Role.REVIEWER: hire("Ben", Role.ADMINISTRATOR, Role.APPROVER, Role.LEAD),
        Role.AUDITOR: hire("Bea", Role.ADMINISTRATOR, Role.REVIEWER, study=study),
    }
    for name, (role, action, call) in CALLS.items():
        actor = outsiders[role]
        before = len(refusals(installation, uma, actor.staff_id))
        with pytest.raises(Refused) as refused:
            call(installation, actor, study)
        after = refusals(installation, uma, actor.staff_id)
        assert len(after) == before + 1, name
        assert (after[0].action, after[0].actor_label) == (action, actor.label), name
        assert json.loads(after[0].detail)["rule"] == refused.value.rule, name
    assert trail.verify_as_owner(installation).whole


def test_a_study_outside_ones_grants_is_refused_without_telling_whether_it_is_there(
    installation: Installation, hire: Hire, study: StudyRow, other_study: StudyRow
) -> None:
    rosa, uma = hire("Rosa", Role.REVIEWER, study=study), hire("Uma", Role.AUDITOR)
    said = []
    for slug in (other_study.slug, "no-such-study"):
        with pytest.raises(Refused) as refused:
            sessions.list_sessions(installation, rosa, SessionFilter(study=slug))
        assert refused.value.rule == "R10"
        said.append(str(refused.value).replace(slug, "…"))
    assert said[0] == said[1]
    assert [row.action for row in refusals(installation, uma, rosa.staff_id)] == [
        "session.list",
        "session.list",
    ]


def test_a_second_first_administrator_is_refused_on_record(
    installation: Installation, administrator: Actor, hire: Hire
) -> None:
    uma = hire("Uma", Role.AUDITOR)
    with pytest.raises(Refused, match="already"):
        access.first_administrator(installation, "eve@clearance.example", "Eve")
    assert refusals(installation, uma, None)[0].action == "staff.first-administrator"


def test_the_first_administrator_stands_in_the_first_row_in_their_own_name(
    installation: Installation, administrator: Actor, hire: Hire
) -> None:
    with installation.database.transaction(hire("Uma", Role.AUDITOR).staff_id) as connection:
        first = next(iter(audit.stream(connection)))
    assert (first.seq, first.action) == (1, "staff.first-administrator")
    assert (first.actor_id, first.actor_label) == (administrator.staff_id, administrator.label)
