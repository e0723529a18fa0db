"""Who may enter which room: the whole table, as a person reads it off the description of roles."""

from __future__ import annotations

import pytest

from domain.permissions import ROLES_FOR
from domain.rooms import ACTS
from domain.vocabulary import Role

EVERYBODY = frozenset(Role)
REVIEWER, APPROVER, LEAD = Role.REVIEWER, Role.APPROVER, Role.LEAD
SAFETY, ADMINISTRATOR, AUDITOR = Role.TRUST_SAFETY, Role.ADMINISTRATOR, Role.AUDITOR

ENTER = {
    "": EVERYBODY,
    "notifications": EVERYBODY,
    "policy": EVERYBODY,
    "review": {REVIEWER},
    "sessions": {REVIEWER, SAFETY},
    "session": {REVIEWER, SAFETY},
    "cases": {SAFETY},
    "case": {SAFETY},
    "holds": {REVIEWER, ADMINISTRATOR},
    "shares": {REVIEWER, APPROVER, ADMINISTRATOR},
    "share": {REVIEWER, APPROVER, ADMINISTRATOR},
    "metrics": {LEAD},
    "publications": {LEAD, APPROVER, ADMINISTRATOR},
    "publication": {LEAD, APPROVER, ADMINISTRATOR},
    "publish": {LEAD},
    "imports": {ADMINISTRATOR},
    "access": {ADMINISTRATOR},
    "studies": {ADMINISTRATOR},
    "quality": {ADMINISTRATOR},
    "withdrawals": {ADMINISTRATOR},
    "erasure": {ADMINISTRATOR},
    "retention": {ADMINISTRATOR},
    "letters": {ADMINISTRATOR},
    "recipients": {ADMINISTRATOR},
    "assignments": {ADMINISTRATOR},
    "changes": {ADMINISTRATOR},
    "operations": {ADMINISTRATOR},
    "audit": {AUDITOR},
}


def test_every_room_is_in_the_table():
    assert ENTER.keys() == ACTS.keys()


@pytest.mark.parametrize("room", sorted(ENTER))
@pytest.mark.parametrize("role", Role)
def test_a_room_opens_for_its_roles_alone(room, role):
    act = ACTS[room]
    opens = act is None or role in ROLES_FOR[act]
    assert opens is (role in ENTER[room])
