"""The rooms: each role finds its own; the others' do not exist, and asking is on record."""

from __future__ import annotations

import pytest

from data_access import audit
from data_access.audit import AuditFilter
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access
from services.installation import Installation
from tests.conftest import Hire
from tests.pages.conftest import Visit, legible, shown

_TITLES = {
    "sessions": "Sessions",
    "session": "Session",
    "imports": "Imports",
    "access": "Access",
    "studies": "Studies",
    "erasure": "Erasure",
    "retention": "Retention",
    "audit": "Audit trail",
}
_ROOMS = {
    Role.REVIEWER: {"sessions", "session"},
    Role.TRUST_SAFETY: {"sessions", "session"},
    Role.ADMINISTRATOR: {"imports", "access", "studies", "erasure", "retention"},
    Role.AUDITOR: {"audit"},
    Role.APPROVER: set(),
    Role.LEAD: set(),
}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_enters_its_own_rooms_and_finds_home_instead_of_the_others(
    role: Role, visit: Visit, hire: Hire
) -> None:
    person = hire("Pat", role)
    for address, title in _TITLES.items():
        at = visit(person, address)
        assert not at.exception, address
        entered = [each.value for each in at.title] == [title]
        assert entered is (address in _ROOMS[role]), address
        assert bool(at.error) is (address not in _ROOMS[role]), address


def test_asking_for_a_room_of_another_role_is_refused_on_record(
    visit: Visit, hire: Hire, installation: Installation
) -> None:
    rosa, uma = hire("Rosa", Role.REVIEWER), hire("Uma", Role.AUDITOR)
    at = visit(rosa, "audit")
    assert "auditor" in legible(at.error[0])
    at.run()
    with installation.database.transaction(uma.staff_id) as connection:
        rows = audit.page(connection, AuditFilter(actions=("page.open",)), 10)
    assert [(row.object_id, row.outcome, row.actor_label) for row in rows] == [
        ("audit", "refused", "Rosa")
    ]


def test_nobody_finds_nothing_anywhere(visit: Visit) -> None:
    for address in ("", *_TITLES):
        at = visit(None, address)
        assert [each.value for each in at.title] == ["Clearance"]
        assert "not signed in" in shown(at)
        assert not at.button


def test_who_is_switched_off_is_out_at_the_next_run(
    visit: Visit, hire: Hire, installation: Installation, administrator: Actor
) -> None:
    rosa = hire("Rosa", Role.REVIEWER)
    at = visit(rosa, "sessions")
    access.set_active(installation, administrator, rosa.staff_id, False)
    at.run()
    assert [each.value for each in at.title] == ["Clearance"]


def test_who_loses_the_role_loses_the_room_at_the_next_run(
    visit: Visit, hire: Hire, installation: Installation, administrator: Actor
) -> None:
    uma = hire("Uma", Role.AUDITOR)
    at = visit(uma, "audit")
    access.revoke_role(installation, administrator, uma.staff_id, Role.AUDITOR)
    at.run()
    assert [each.value for each in at.title] == ["Good day, Uma"]
    assert "You hold no role yet" in shown(at)
