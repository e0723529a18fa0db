"""What is on hold is counted and listed, for those who may settle it or review it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from data_access.studies import StudyRow
from domain.errors import Refused
from domain.permissions import Actor
from domain.policy import Use
from domain.vocabulary import Role
from services import holds
from services.installation import Installation
from tests.conftest import Hire
from tests.services.undecided import gap as gap
from tests.services.worlds import full, take_in


def test_holds_are_counted_and_listed_with_what_they_wait_for(
    installation: Installation, administrator: Actor, gap: Actor
) -> None:
    counts = {each.rule: each for each in holds.overview(installation, administrator).counts}
    assert {rule: each.sessions for rule, each in counts.items()} == {
        "R03": 2,
        "R04": 1,
        "R33": 1,
        "R45": 1,
        "R70": 2,
    }
    found = holds.worklist(installation, administrator, "R03")
    completed = [each.row.completed_at for each in found.sessions]
    assert [at.month for at in completed if at is not None] == [2, 3]
    assert Use.SHARE_RESEARCHER in found.sessions[0].uses
    assert not found.sessions[0].readable
    assert found.more is None
    (mine,) = holds.worklist(installation, gap, "R04", "making-things").sessions
    assert mine.readable
    assert holds.worklist(installation, gap, "R06").sessions == ()


def test_reviewers_see_what_rests_in_their_own_studies_alone(
    installation: Installation, hire: Hire, other_study: StudyRow, gap: Actor
) -> None:
    other = hire("Tom", Role.REVIEWER, study=other_study)
    assert holds.overview(installation, other).counts == ()
    assert holds.worklist(installation, other, "R03").sessions == ()
    assert [each.slug for each in holds.overview(installation, other).studies] == ["teaching"]
    with pytest.raises(Refused) as refused:
        holds.overview(installation, other, "making-things")
    assert refused.value.rule == "R10"


def test_the_worklist_goes_on_from_page_to_page(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    many = holds.PAGE_SIZE + 4
    take_in(
        installation,
        administrator,
        study,
        tmp_path,
        *(
            full(
                f"t{n}",
                started_at="2026-02-02T09:00:00Z",
                completed_at=f"2026-02-02T09:20:{n % 7:02}Z",
            )
            for n in range(many)
        ),
    )
    first = holds.worklist(installation, administrator, "R03")
    assert first.more is not None
    second = holds.worklist(installation, administrator, "R03", after=first.more)
    seen: list[UUID] = [each.row.id for each in (*first.sessions, *second.sessions)]
    assert len(seen) == len(set(seen)) == many
    assert second.more is None


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.ADMINISTRATOR, Role.REVIEWER)]
)
def test_nobody_else_sees_what_is_on_hold(
    role: Role, installation: Installation, hire: Hire, study: StudyRow, gap: Actor
) -> None:
    person = hire("Someone", role, study=study)
    for try_ in (
        lambda: holds.overview(installation, person),
        lambda: holds.worklist(installation, person, "R03"),
    ):
        with pytest.raises(Refused):
            try_()
