"""Who could this be: counted across the study, for its reviewers, without the original's words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from data_access import quasi_identifiers
from data_access import sessions as stored
from data_access.studies import StudyRow
from deidentification.quasi_identifiers import find_quasi_identifiers
from domain.errors import Refused
from domain.permissions import Actor
from domain.quasi_identifiers import QuasiCategory
from domain.session_filters import SessionFilter
from domain.vocabulary import Role
from services import access, sessions, studies
from services.deidentification import SERVICE
from services.installation import Installation
from services.traits import WhoCouldThisBe, rare_traits
from tests.conftest import Hire
from tests.services.worlds import full, read_by_the_machine, take_in

SAID = {
    "a": "I'm a carpenter, I draw in Photoshop and I have a PhD.",
    "b": "I'm a carpenter. Photoshop? Sometimes.",
    "c": "I'm a potter and I draw in Photoshop. I have a PhD.",
}


@pytest.fixture
def rosa(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> Actor:
    rows = [full(name, "What do you do?", said) for name, said in SAID.items()]
    take_in(installation, administrator, study, tmp_path, *rows)
    read_by_the_machine(installation, ["Photoshop"])
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    keep_traits(installation, rosa)
    return rosa


def keep_traits(installation: Installation, rosa: Actor) -> None:
    service = access.service_actor(installation, SERVICE)
    for row in sessions.list_sessions(installation, rosa, SessionFilter()).rows:
        with installation.database.transaction(service.staff_id) as connection:
            found = find_quasi_identifiers(stored.turns(connection, row.id), ())
            quasi_identifiers.keep(connection, row.id, row.study_id, row.participant_id, found)


def who(installation: Installation, rosa: Actor, start: str) -> WhoCouldThisBe:
    for row in sessions.list_sessions(installation, rosa, SessionFilter()).rows:
        view = sessions.open_session(installation, rosa, row.id, record=False)
        if view.turns[1].text.startswith(start):
            assert view.who is not None
            return view.who
    raise AssertionError(start)


def test_traits_are_counted_among_the_others_of_the_study(
    installation: Installation, rosa: Actor
) -> None:
    held = who(installation, rosa, "I'm a carpenter, I")
    told = {(each.category.value, each.value): each.others for each in held.traits}
    assert told[("occupation", "carpenter")] == 1
    assert told[("education", "doctorate")] == 1
    (unique,) = held.uniques
    assert {value for _, value in unique.traits} == {"carpenter", "doctorate"}


def test_what_was_taken_out_is_counted_and_not_told(
    installation: Installation, rosa: Actor
) -> None:
    held = who(installation, rosa, "I'm a potter")
    (tool,) = [each for each in held.traits if each.category is QuasiCategory.TOOL]
    assert (tool.value, tool.stands, tool.others) == ("", False, 2)
    assert [{value for _, value in each.traits} for each in held.uniques] == [{"potter"}]


def test_a_run_of_the_machine_puts_new_traits_in_place_of_old(
    installation: Installation, rosa: Actor
) -> None:
    before = who(installation, rosa, "I'm a potter")
    keep_traits(installation, rosa)
    assert who(installation, rosa, "I'm a potter") == before


def test_what_few_share_is_told_with_its_place_the_rarest_first(
    installation: Installation, rosa: Actor, hire: Hire
) -> None:
    for row in sessions.list_sessions(installation, rosa, SessionFilter()).rows:
        turns = sessions.open_original(installation, rosa, row.id, "Look at the traits").turns
        held = rare_traits(installation, rosa, row.id)
        assert [each.others for each in held] == sorted(each.others for each in held)
        said = [turns[each.span.turn].text[each.span.start : each.span.end] for each in held]
        assert said
        assert set(said) <= {"carpenter", "potter", "Photoshop", "PhD"}
        with pytest.raises(Refused):
            rare_traits(installation, hire(f"Stranger{row.number}", Role.REVIEWER), row.id)


def test_other_studies_are_told_where_the_reviewer_may_read_and_counted_where_not(
    installation: Installation,
    administrator: Actor,
    rosa: Actor,
    hire: Hire,
    tmp_path: Path,
) -> None:
    other = studies.add(
        installation,
        administrator,
        slug="other",
        title="Other",
        opens_on=date(2026, 4, 1),
        closes_on=date(2026, 6, 30),
    )
    again = full("x", "And now?", "I'm a potter.", participant_ref="account-a")
    take_in(installation, administrator, other, tmp_path, again)
    read_by_the_machine(installation, [])
    held = who(installation, rosa, "I'm a carpenter, I")
    assert (held.elsewhere, held.studies_beyond) == ((), 1)
    both = hire("Ravi", Role.REVIEWER, study=other)
    keep_traits(installation, both)
    assert who(installation, both, "I'm a potter").studies_beyond == 1


@pytest.mark.parametrize("role", [Role.LEAD, Role.APPROVER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_nobody_else_reads_traits(
    role: Role, installation: Installation, rosa: Actor, hire: Hire, study: StudyRow
) -> None:
    grants = role in access.GRANTABLE
    person = hire("Someone", role, study=study if grants else None)
    with installation.database.transaction(person.staff_id) as connection:
        assert connection.execute(text("SELECT count(*) FROM quasi_identifier")).scalar_one() == 0
    with installation.database.transaction(rosa.staff_id) as connection:
        assert connection.execute(text("SELECT count(*) FROM quasi_identifier")).scalar_one() > 0
