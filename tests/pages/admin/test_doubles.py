"""Double reviews on the review quality page: the share to set, and what they say."""

from __future__ import annotations

from uuid import UUID

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.vocabulary import Role
from services import confirming, review_queue, reviewing, studies
from services.installation import Installation
from tests.conftest import Hire
from tests.pages.conftest import Visit, shown
from tests.services.conftest import rosa, session_id
from tests.services.reviews import PURPOSE, accept_all, decide, place

__all__ = ["rosa", "session_id"]


def test_the_share_of_second_reviews_is_set_on_the_page(
    visit: Visit, installation: Installation, administrator: Actor, study: StudyRow
) -> None:
    at = visit(administrator, "quality")
    assert "No session was drawn for it yet." in shown(at)
    at.number_input(f"quality.doubles.{study.slug}").set_value(12)
    at.button("quality.doubles.set").click().run()

    assert not at.exception
    assert studies.by_slug(installation, administrator, study.slug).double_percent == 12
    assert studies.by_slug(installation, administrator, study.slug).check_percent == 0


def test_an_administrator_sees_who_differs_and_who_missed_what(
    visit: Visit,
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    rosa: Actor,
    hire: Hire,
    session_id: UUID,
) -> None:
    studies.set_double_percent(installation, administrator, study, 100)
    ravi = hire("Ravi", Role.REVIEWER, study=study)
    for person, more in ((rosa, ()), (ravi, ("Kelpwick",))):
        if person is ravi:
            review_queue.claim_next(installation, ravi, study.id)
        desk = reviewing.open_desk(installation, person, session_id, PURPOSE)
        made = accept_all(desk) + [decide(place(desk, word, 1)) for word in more]
        version = reviewing.save(installation, person, session_id, desk.version, made)
        confirming.confirm(installation, person, session_id, version)

    said = shown(visit(administrator, "quality"))

    assert "1 is open again to be settled." in said
    assert "Ravi and Rosa" in said
    assert "too few" in said
    assert "none: a person marked it" in said
    assert "Kelpwick" not in said


def test_the_queue_and_the_desk_say_that_a_review_is_a_second_one(
    visit: Visit,
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    rosa: Actor,
    hire: Hire,
    session_id: UUID,
) -> None:
    studies.set_double_percent(installation, administrator, study, 100)
    desk = reviewing.open_desk(installation, rosa, session_id, PURPOSE)
    version = reviewing.save(installation, rosa, session_id, 0, accept_all(desk))
    confirming.confirm(installation, rosa, session_id, version)
    ravi = hire("Ravi", Role.REVIEWER, study=study)

    at = visit(ravi, "review")

    assert "1 confirmed session waits for a second review" in shown(at)
    at.text_input("queue.purpose").set_value(PURPOSE)
    at.button[0].click().run()
    assert not at.exception
    assert review_queue.queue(installation, ravi, study.slug).on_desk[0].session_id == session_id
