"""The queue: riskiest first, nobody gets what another has, what is abandoned comes back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from data_access import review_queue as rows
from data_access.studies import StudyRow
from domain.errors import Refused
from domain.permissions import Actor
from domain.session_filters import SessionFilter
from domain.vocabulary import ReviewState, Role
from services import confirming, review_queue, reviewing, sessions
from services.installation import Installation
from services.review_queue import LEASE, SKIPPED_FOR
from tests.conftest import Hire
from tests.services.reviews import accept_all
from tests.services.worlds import full, read_by_the_machine, take_in

_PURPOSE = "Review before a share"
#: Within the grants, which begin when the test does.
_NOW = datetime.now(UTC) + timedelta(hours=1)
_MOMENT = timedelta(seconds=1)


@pytest.fixture
def ravi(hire: Hire, study: StudyRow) -> Actor:
    return hire("Ravi", Role.REVIEWER, study=study)


@pytest.fixture
def waiting(
    installation: Installation, administrator: Actor, study: StudyRow, tmp_path: Path, rosa: Actor
) -> list[UUID]:
    """Three sessions by the queue's order: their risks are 30, 20 and 10."""
    take_in(
        installation,
        administrator,
        study,
        tmp_path,
        *(full(f"t{n}", "Who helps?", "Zephyrine does.") for n in range(3)),
    )
    read_by_the_machine(installation, ["Zephyrine"])
    held = sessions.list_sessions(installation, rosa, SessionFilter()).rows
    for place, row in enumerate(held):
        with installation.database.transaction(rosa.staff_id) as connection:
            rows.weigh(connection, row.id, 30 - 10 * place, f"Weighed as {place}.")
    return [row.id for row in held]


def at(installation: Installation, moment: datetime) -> Installation:
    return replace(installation, now=lambda: moment)


def confirm(installation: Installation, actor: Actor, session_id: UUID) -> None:
    desk = reviewing.open_desk(installation, actor, session_id, _PURPOSE)
    version = reviewing.save(installation, actor, session_id, desk.version, accept_all(desk))
    assert confirming.confirm(installation, actor, session_id, version).set_digest is not None


def test_the_riskiest_comes_first_and_nobody_gets_what_another_has(
    installation: Installation, rosa: Actor, ravi: Actor, study: StudyRow, waiting: list[UUID]
) -> None:
    here = at(installation, _NOW)
    assert review_queue.claim_next(here, rosa, study.id) == waiting[0]
    assert review_queue.claim_next(here, ravi, study.id) == waiting[1]
    assert review_queue.holder(here, ravi, waiting[0]) == "Rosa"
    assert review_queue.holder(here, rosa, waiting[0]) is None
    assert review_queue.claim_next(here, rosa, study.id) == waiting[2]
    assert review_queue.claim_next(here, ravi, study.id) is None
    desk = review_queue.queue(here, rosa, study.slug).on_desk
    assert [each.session_id for each in desk] == [waiting[0], waiting[2]]


def test_what_was_not_weighed_comes_before_what_was(
    installation: Installation, rosa: Actor, study: StudyRow, waiting: list[UUID]
) -> None:
    with installation.database.transaction(rosa.staff_id) as connection:
        connection.execute(
            text("UPDATE review_item SET risk = NULL WHERE session_id = :id"), {"id": waiting[2]}
        )

    assert review_queue.claim_next(installation, rosa, study.id) == waiting[2]


def test_what_somebody_began_comes_after_what_nobody_has_seen(
    installation: Installation, rosa: Actor, ravi: Actor, study: StudyRow, waiting: list[UUID]
) -> None:
    here = at(installation, _NOW)
    desk = reviewing.open_desk(here, rosa, waiting[0], _PURPOSE)
    reviewing.save(here, rosa, waiting[0], 0, accept_all(desk))

    head = review_queue.queue(here, ravi, study.slug).shown

    assert head is not None
    assert [each.session_id for each in head.head] == [waiting[1], waiting[2], waiting[0]]
    assert head.counts == {ReviewState.UNREVIEWED: 2, ReviewState.IN_REVIEW: 1} | {
        state: count for state, count in head.counts.items() if count == 0
    }


@pytest.mark.parametrize(
    ("after", "comes_back"),
    [(LEASE - _MOMENT, False), (LEASE, True), (LEASE + _MOMENT, True)],
)
def test_an_abandoned_session_comes_back_when_its_lease_ends(
    installation: Installation,
    rosa: Actor,
    ravi: Actor,
    study: StudyRow,
    waiting: list[UUID],
    after: timedelta,
    comes_back: bool,
) -> None:
    review_queue.claim_next(at(installation, _NOW), rosa, study.id)

    claimed = review_queue.claim_next(at(installation, _NOW + after), ravi, study.id)

    assert (claimed == waiting[0]) is comes_back


def test_deciding_keeps_a_session_on_ones_desk(
    installation: Installation, rosa: Actor, ravi: Actor, study: StudyRow, waiting: list[UUID]
) -> None:
    review_queue.claim_next(at(installation, _NOW), rosa, study.id)
    later = at(installation, _NOW + LEASE - _MOMENT)
    desk = reviewing.look_again(later, rosa, waiting[0])
    reviewing.save(later, rosa, waiting[0], 0, accept_all(desk))

    assert review_queue.holder(at(installation, _NOW + LEASE), ravi, waiting[0]) == "Rosa"


@pytest.mark.parametrize(
    ("after", "comes_back"),
    [(SKIPPED_FOR - _MOMENT, False), (SKIPPED_FOR, True), (SKIPPED_FOR + _MOMENT, True)],
)
def test_what_one_put_aside_is_offered_to_others_and_later_again(
    installation: Installation,
    rosa: Actor,
    ravi: Actor,
    study: StudyRow,
    waiting: list[UUID],
    after: timedelta,
    comes_back: bool,
) -> None:
    here, later = at(installation, _NOW), at(installation, _NOW + after)
    review_queue.claim_next(here, rosa, study.id)
    review_queue.put_aside(here, rosa, waiting[0])
    assert review_queue.claim_next(here, rosa, study.id) == waiting[1]

    assert (review_queue.claim_next(later, rosa, study.id) == waiting[0]) is comes_back
    if not comes_back:
        assert review_queue.claim_next(later, ravi, study.id) == waiting[0]


def test_a_confirmed_session_leaves_queue_and_desk_and_is_counted(
    installation: Installation, rosa: Actor, study: StudyRow, waiting: list[UUID]
) -> None:
    here = at(installation, _NOW)
    review_queue.claim_next(here, rosa, study.id)
    confirm(here, rosa, waiting[0])

    held = review_queue.queue(here, rosa, study.slug)

    assert held.shown is not None
    assert held.on_desk == ()
    assert [each.session_id for each in held.shown.head] == waiting[1:]
    assert held.shown.counts[ReviewState.CONFIRMED] == 1
    assert [(each.name, each.confirmed) for each in held.shown.people] == [("Rosa", 1)]
    a_week_later = at(installation, _NOW + review_queue.WORK_WINDOW + _MOMENT)
    shown = review_queue.queue(a_week_later, rosa, study.slug).shown
    assert shown is not None
    assert shown.people == ()


def test_many_who_ask_at_once_get_different_sessions(
    installation: Installation, hire: Hire, study: StudyRow, waiting: list[UUID]
) -> None:
    people = [hire(f"Reviewer{n}", Role.REVIEWER, study=study) for n in range(5)]
    together = Barrier(len(people))

    def ask(person: Actor) -> UUID | None:
        together.wait()
        return review_queue.claim_next(installation, person, study.id)

    with ThreadPoolExecutor(len(people)) as pool:
        got = list(pool.map(ask, people))

    assert sorted(str(one) for one in got if one) == sorted(str(one) for one in waiting)


def test_nobody_puts_a_session_on_anothers_desk_below_the_service_either(
    installation: Installation, rosa: Actor, ravi: Actor, waiting: list[UUID]
) -> None:
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        installation.database.transaction(rosa.staff_id) as connection,
    ):
        rows.take(connection, waiting[0], ravi.staff_id, now=_NOW, lease=LEASE)


def test_without_a_grant_there_is_no_queue_and_nothing_to_claim(
    installation: Installation, hire: Hire, study: StudyRow, waiting: list[UUID]
) -> None:
    stranger = hire("Stranger", Role.REVIEWER)
    assert review_queue.queue(installation, stranger, study.slug).shown is None
    assert review_queue.claim_next(installation, stranger, study.id) is None
    review_queue.put_aside(installation, stranger, waiting[0])
    lead = hire("Lead", Role.LEAD, study=study)
    with pytest.raises(Refused):
        review_queue.queue(installation, lead, study.slug)
    with pytest.raises(Refused):
        review_queue.claim_next(installation, lead, study.id)
