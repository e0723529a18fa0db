"""Changing the policy takes two administrators, and holds from then on everywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data_access.studies import StudyRow
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.policy import Outcome, Use, current_table, edition_document
from domain.session_filters import SessionFilter
from domain.vocabulary import PolicyVersion, Role
from services import policy, policy_changes, sessions
from services.installation import Installation
from services.policy_table import table_in_force
from tests.conftest import Clock, Hire
from tests.services.worlds import full, take_in

MARCH = PolicyVersion.MARCH_2026
WHY = "The data protection officer fixed five years"


@pytest.fixture
def ben(hire: Hire) -> Actor:
    return hire("Ben", Role.ADMINISTRATOR)


def propose(installation: Installation, actor: Actor, years: int = 5) -> object:
    return policy_changes.propose_retention(
        installation, actor, MARCH, years, f"2026-12-0{years}", WHY
    )


def test_a_recorded_retention_lifts_the_hold_once_two_administrators_say_so(
    installation: Installation,
    administrator: Actor,
    ben: Actor,
    hire: Hire,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    granted = "t1,share_researchers,granted,2026-04-02T09:21:00Z\n"
    take_in(installation, administrator, study, tmp_path, full("t1"), choices=granted)
    rosa = hire("Rosa", Role.REVIEWER, study=study)

    def rule() -> str:
        page = sessions.list_sessions(installation, rosa, SessionFilter())
        ((_, answer, _),) = [
            tuple(decision for _, decision in answers)
            for answers in policy.at_a_glance(page.table, rosa, page.rows, installation.now())
        ]
        return answer.rule

    assert rule() == "R06"
    proposal = policy_changes.propose_retention(
        installation, administrator, MARCH, 5, "2026-12-01", WHY
    )
    assert rule() == "R06"
    with pytest.raises(Refused) as refused:
        policy_changes.settle(installation, administrator, proposal, accept=True)
    assert refused.value.rule == "policy.two-people"
    shown = policy_changes.preview(installation, ben, proposal, Use.SHARE_RESEARCHER)
    assert [(each.rule, each.outcome, each.sessions) for each in shown.now] == [
        ("R06", Outcome.HOLD, 1)
    ]
    assert [(each.rule, each.outcome, each.sessions) for each in shown.then] == [
        ("R40", Outcome.ALLOW, 1)
    ]
    policy_changes.settle(installation, ben, proposal, accept=True)
    assert rule() == "R40"
    assert policy_changes.counts(installation, ben, Use.SHARE_RESEARCHER) == shown.then
    assert table_in_force(installation, rosa).edition == "2026-12-01"


def test_a_proposal_that_is_turned_down_changes_nothing(
    installation: Installation, administrator: Actor, ben: Actor
) -> None:
    proposal = policy_changes.propose_retention(
        installation, administrator, MARCH, 5, "2026-12-01", WHY
    )
    policy_changes.settle(installation, ben, proposal, accept=False)
    assert table_in_force(installation, ben).digest == current_table().digest
    (row,) = policy_changes.proposals(installation, ben)
    assert (row.accepted, row.decider, row.proposer) == (False, "Ben", "Ada Osei")
    with pytest.raises(BadInput, match="decided already"):
        policy_changes.settle(installation, ben, proposal, accept=True)


def test_a_proposal_against_a_table_that_is_gone_is_not_put_in_force(
    installation: Installation, administrator: Actor, ben: Actor, clock: Clock
) -> None:
    one, two = (
        policy_changes.propose_retention(
            installation, administrator, MARCH, years, f"2026-12-0{years}", WHY
        )
        for years in (3, 4)
    )
    policy_changes.settle(installation, ben, one, accept=True)
    with pytest.raises(Refused) as refused:
        policy_changes.settle(installation, ben, two, accept=True)
    assert refused.value.rule == "policy.same-table"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_proposes_decides_or_counts(
    role: Role, installation: Installation, administrator: Actor, hire: Hire
) -> None:
    person = hire("Someone", role)
    proposal = policy_changes.propose_retention(
        installation, administrator, MARCH, 5, "2026-12-01", WHY
    )
    for try_ in (
        lambda: propose(installation, person),
        lambda: policy_changes.settle(installation, person, proposal, accept=True),
        lambda: policy_changes.counts(installation, person, Use.SHARE_RESEARCHER),
    ):
        with pytest.raises(Refused):
            try_()


def test_the_database_puts_nothing_in_force_by_one_person(
    installation: Installation, administrator: Actor, ben: Actor
) -> None:
    proposal = policy_changes.propose_retention(
        installation, administrator, MARCH, 5, "2026-12-01", WHY
    )
    for statement, said in (
        ("SELECT settle_policy_proposal(:proposal, true, now())", "policy.two-people"),
        ("UPDATE policy_proposal SET accepted = true WHERE id = :proposal", "permission denied"),
        ("INSERT INTO policy_document (digest, document) VALUES ('x', '{}')", "permission denied"),
    ):
        with (
            pytest.raises(DBAPIError, match=said),
            installation.database.transaction(administrator.staff_id) as connection,
        ):
            connection.execute(text(statement), {"proposal": proposal})


def test_a_document_is_read_with_its_faults_named(
    installation: Installation, administrator: Actor
) -> None:
    for content, said in (
        (b"\xff", "UTF-8"),
        (b'{"a": 1,\n]', "line 2"),
        (b"[]", "JSON object"),
    ):
        with pytest.raises(BadInput, match=said):
            policy_changes.read_document(content)
    document = policy_changes.read_document(json.dumps(edition_document()).encode())
    with pytest.raises(BadInput, match="Nothing would change"):
        policy_changes.propose(installation, administrator, document, WHY)
    del document["rows"]
    with pytest.raises(BadInput, match="rows"):
        policy_changes.propose(installation, administrator, document, WHY)
    with pytest.raises(BadInput, match="Say in a sentence"):
        policy_changes.propose(installation, administrator, document, "because")
