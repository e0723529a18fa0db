"""The page of what is on hold: what must be settled, by whom, and the way there."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.vocabulary import Role
from pages.front.rooms import ROOMS
from pages.policy import holds as holds_page
from services import holds
from services.installation import Installation
from tests.conftest import Hire
from tests.pages.conftest import Visit, legible, shown
from tests.services.worlds import full, take_in

GAP = {"started_at": "2026-02-02T09:00:00Z", "completed_at": "2026-02-02T09:20:00Z"}


@pytest.fixture
def rosa(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> Actor:
    rows = [full(f"gap{n}", **GAP) for n in range(holds.PAGE_SIZE + 2)]
    take_in(installation, administrator, study, tmp_path, *rows, full("open", flag="open"))
    return hire("Rosa", Role.REVIEWER, study=study)


def test_the_ways_shown_are_the_acts_that_open_the_rooms() -> None:
    acts = {room.address: room.act for room in ROOMS}
    assert {name: acts[name] for name in holds_page._ENTERED_BY} == holds_page._ENTERED_BY


def test_administrators_see_each_rule_with_the_way_to_what_settles_it(
    visit: Visit, administrator: Actor, rosa: Actor
) -> None:
    at = visit(administrator, "holds", study="making-things")
    assert not at.exception
    screen = shown(at)
    assert "Two administrators. " in screen
    assert 'href="/assignments?study=making-things"' in screen
    assert 'href="/changes"' in screen
    assert f">{holds.PAGE_SIZE + 2}<" in screen
    assert "/session?id=" not in screen
    at.button(key="holds.on").click().run()
    assert shown(at).count(">Session ") == 2
    at.button(key="holds.back").click().run()
    assert shown(at).count(">Session ") == holds.PAGE_SIZE


def test_a_rule_of_the_address_is_shown_and_reviewers_may_open_its_sessions(
    visit: Visit, rosa: Actor
) -> None:
    at = visit(rosa, "holds", rule="R06")
    screen = shown(at)
    assert "1 session, the oldest first" in screen
    assert "/session?id=" in screen
    assert 'href="/assignments' not in screen
    assert "Policy assignments" in screen


def test_a_study_that_is_not_ones_own_is_refused(visit: Visit, rosa: Actor) -> None:
    at = visit(rosa, "holds", study="teaching")
    assert "[R10]" in legible(at.error[0])


def test_where_nothing_is_on_hold_the_page_says_so(
    visit: Visit, hire: Hire, other_study: StudyRow
) -> None:
    at = visit(hire("Tom", Role.REVIEWER, study=other_study), "holds")
    assert "Nothing is on hold" in shown(at)
    none = visit(hire("Nina", Role.REVIEWER), "holds")
    assert "You see no study yet" in shown(none)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.LEAD, Role.TRUST_SAFETY, Role.AUDITOR])
def test_the_page_does_not_exist_for_others(role: Role, visit: Visit, hire: Hire) -> None:
    at = visit(hire("Someone", role), "holds")
    assert "takes the role" in legible(at.error[0])
