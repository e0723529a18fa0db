"""Assignments that wait for a second administrator: who is told, and what an erasure does."""

from __future__ import annotations

import pytest

from domain.errors import Refused
from domain.notifications import Kind
from domain.permissions import Actor
from domain.policy.assignments import Settlement
from domain.vocabulary import PolicyVersion, Role
from services import assignments, notifications
from services.assignments import Meant
from services.erasure import erase
from services.installation import Installation
from tests.conftest import Hire
from tests.services.rights_worlds import EVIDENCE, as_owner
from tests.services.shares.conftest import world as world
from tests.services.undecided import gap as gap
from tests.services.undecided import rows, rules

MARCH = PolicyVersion.MARCH_2026
WHY = "They were shown the March policy before they began"
CONFIRMED = Settlement.CONFIRMED


@pytest.fixture
def cleo(hire: Hire) -> Actor:
    return hire("Cleo", Role.ADMINISTRATOR)


def test_a_proposal_waits_for_the_other_administrators_until_it_is_settled(
    installation: Installation, administrator: Actor, cleo: Actor, gap: Actor
) -> None:
    def told(actor: Actor) -> bool:
        found = notifications.page(installation, actor, new_only=True).rows
        return Kind.MAPPING_WAITING in {row.kind for row in found}

    proposal = assignments.propose(
        installation, administrator, Meant(study="making-things"), MARCH, WHY
    )
    assert (told(administrator), told(cleo), told(gap)) == (False, True, False)
    assignments.settle(installation, cleo, proposal, CONFIRMED)
    assert not told(cleo)


def test_a_proposal_that_waits_keeps_no_time_of_an_erased_session_and_is_proposed_anew(
    installation: Installation, administrator: Actor, cleo: Actor, gap: Actor
) -> None:
    proposal = assignments.propose(
        installation, administrator, Meant(study="making-things"), MARCH, WHY
    )
    numbers = [rows(installation, gap)["early"].number]
    erase(
        installation,
        administrator,
        numbers=numbers,
        whole_person=False,
        confirmation="erase 1 session",
        **EVIDENCE,
    )
    assert as_owner(
        installation,
        "SELECT count(*) FROM policy_assignment_session WHERE completed_at IS NULL",
    ) == [(1,)]
    with pytest.raises(Refused, match=r"assignment\.same-sessions"):
        assignments.settle(installation, cleo, proposal, CONFIRMED)
    assert rules(installation, gap)["late"] == "R03"
    assignments.settle(installation, cleo, proposal, Settlement.REJECTED)
