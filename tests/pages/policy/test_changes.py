"""The page of policy changes: counts, a proposal, and the second administrator."""

from __future__ import annotations

from domain.permissions import Actor
from domain.vocabulary import Role
from tests.conftest import Hire
from tests.pages.conftest import Visit, legible, shown
from tests.services.shares.worlds import World


def test_one_administrator_proposes_and_another_puts_in_force(
    visit: Visit, administrator: Actor, hire: Hire
) -> None:
    ben = hire("Ben", Role.ADMINISTRATOR)
    at = visit(administrator, "changes")
    assert "Nothing is proposed" in shown(at)
    (edition,) = [each for each in at.text_input if each.label == "Edition"]
    edition.input("2026-12-01")
    reason = next(each for each in at.text_input if each.label == "Reason")
    reason.input("The board fixed five years")
    at.button[0].click().run()
    assert "is kept for 5 years" in shown(at)
    assert "another administrator decides" in shown(at)
    other = visit(ben, "changes")
    (accept,) = [each for each in other.button if each.label == "Put in force"]
    accept.click().run()
    assert "put in force" in shown(other)
    assert "edition 2026-12-01" in shown(other)


def test_counts_by_rule_are_shown_to_administrators_alone(visit: Visit, world: World) -> None:
    at = visit(world.administrator, "changes")
    assert not at.toggle
    assert ">R40<" in shown(at)
    other = visit(world.ravi, "changes")
    assert ">R40<" not in shown(other)
    assert "takes the role" in legible(other.error[0])
