"""The retention page: what is due now and soon, and the order to erase it."""

from __future__ import annotations

from datetime import timedelta

from services import retention
from tests.conftest import Clock
from tests.pages.admin.test_access import field, press
from tests.pages.conftest import Visit, legible, shown
from tests.services.rights_worlds import as_owner
from tests.services.shares.conftest import world as world
from tests.services.shares.test_retention import DUE, keeper
from tests.services.shares.worlds import World


def test_what_is_due_soon_is_listed_and_nothing_can_be_ordered_yet(
    visit: Visit, world: World, clock: Clock
) -> None:
    assert "Nothing is due" in shown(visit(world.administrator, "retention"))
    clock.at = DUE - timedelta(days=29)
    at = visit(world.administrator, "retention")
    assert "Nothing is due now." in shown(at)
    assert world.study.title in shown(at)
    assert [each.label for each in at.button if each.label.startswith("Order")] == []


def test_what_is_due_is_listed_ordered_and_erased_by_the_worker(
    visit: Visit, world: World, clock: Clock
) -> None:
    clock.at = DUE
    at = visit(world.administrator, "retention")
    assert "2 April 2026" in shown(at)
    field(at, "text_input", "Evidence").set_value("Minutes of May")
    press(at, "Order the erasure")
    assert "Type “erase 3 sessions”" in legible(at.error[0])
    typed = "Type “erase 3 sessions” to say that you mean it"
    field(at, "text_input", typed).set_value("erase 3 sessions")
    press(at, "Order the erasure")
    assert "A worker erases it now" in legible(at.success[0])
    at = visit(world.administrator, "retention")
    assert [each.label for each in at.button if each.label.startswith("Order")] == []
    assert retention.work_one(world.installation, keeper(world), "w")
    assert as_owner(world.installation, "SELECT count(*) FROM turn") == [(0,)]
    assert "Nothing is due" in shown(visit(world.administrator, "retention"))
