"""The policy page: every rule of the table in force, for whoever works under it."""

from __future__ import annotations

import pytest

from domain.permissions import Actor
from domain.policy import Use, current_table
from domain.vocabulary import Role
from services.installation import Installation
from services.policy_table import table_in_force
from tests.conftest import Hire
from tests.pages.conftest import Visit, legible, shown
from tests.services.shares.worlds import World


@pytest.mark.parametrize("role", Role)
def test_whoever_holds_a_role_reads_every_rule_with_edition_and_digest(
    role: Role, visit: Visit, hire: Hire
) -> None:
    at = visit(hire("Rosa", role), "policy")
    assert not at.exception
    screen, table = shown(at), current_table()
    assert f"Edition {table.edition} · digest {table.digest}" in screen
    assert [r.id for r in table.rules if f'<td class="whole">{r.id}</td>' not in screen] == []
    assert [clause for clause in table.clauses if f">{clause}</td>" not in screen] == []
    assert "no rule recorded" in screen
    assert "5 years" in screen


def test_choosing_a_use_leaves_the_rules_of_that_use_and_the_last_one(
    visit: Visit, administrator: Actor
) -> None:
    at = visit(administrator, "policy")
    at.selectbox(key="policy.use").select(Use.SHARE_JOURNALIST).run()
    screen = shown(at)
    for rule in ("R43", "R44", "R45", "R47", "R80", "R99"):
        assert f'<td class="whole">{rule}</td>' in screen
    for rule in ("R20", "R40", "R60"):
        assert f'<td class="whole">{rule}</td>' not in screen


def test_the_page_does_not_exist_for_somebody_without_a_role(visit: Visit, hire: Hire) -> None:
    at = visit(hire("Nina"), "policy")
    assert "digest" not in shown(at)
    assert "takes the role" in legible(at.error[0])


def test_the_table_shown_is_the_one_decisions_are_read_from(
    installation: Installation, administrator: Actor
) -> None:
    assert table_in_force(installation, administrator).digest == current_table().digest


@pytest.mark.parametrize("role", Role)
def test_how_many_sessions_fall_under_each_rule_is_told_to_whom_it_may_be(
    role: Role, visit: Visit, world: World
) -> None:
    person = {Role.ADMINISTRATOR: world.administrator, Role.REVIEWER: world.ravi}.get(role)
    at = visit(person or world.hire("Someone", role), "policy")
    told = "Sessions by rule" in shown(at)
    assert told == (person is not None)
    if told:
        assert '<td class="whole">R40</td><td class="whole">allow</td>' in shown(at)
        at.selectbox(key="policy.counted").select(Use.PUBLISH_RESPONSES).run()
        assert '<td class="whole">R33</td><td class="whole">hold</td>' in shown(at)


def test_reviewers_count_their_own_studies_sessions_alone(visit: Visit, world: World) -> None:
    other = world.hire("Tom", Role.REVIEWER)
    assert "There is no session yet" in shown(visit(other, "policy"))
