"""The review page: what waits, on whose desk, and the way to the next session."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.vocabulary import Role
from services import review_queue
from services.installation import Installation
from tests.conftest import Hire
from tests.pages.conftest import Visit, legible, shown
from tests.services.worlds import full, read_by_the_machine, take_in


@pytest.fixture
def rosa(hire: Hire, study: StudyRow) -> Actor:
    return hire("Rosa", Role.REVIEWER, study=study)


@pytest.fixture
def waiting(
    installation: Installation, administrator: Actor, study: StudyRow, tmp_path: Path
) -> None:
    take_in(
        installation, administrator, study, tmp_path, full("t1", "Who?", "Zephyrine."), full("t2")
    )
    read_by_the_machine(installation, ["Zephyrine"])


def test_the_queue_says_what_waits_and_how_far_the_study_is(
    visit: Visit, rosa: Actor, waiting: None
) -> None:
    said = shown(visit(rosa, "review"))

    assert "<b>2</b> wait for review" in said
    assert said.count("/session?id=") == 2
    assert "free" in said


@pytest.mark.parametrize("purpose", ["", "because"])
def test_taking_a_session_needs_a_purpose(
    visit: Visit,
    installation: Installation,
    rosa: Actor,
    study: StudyRow,
    waiting: None,
    purpose: str,
) -> None:
    at = visit(rosa, "review")
    at.text_input(key="queue.purpose").input(purpose)
    at.button[0].click().run()

    assert "State your purpose" in legible(at.error[0])
    assert review_queue.queue(installation, rosa, study.slug).on_desk == ()


def test_when_nothing_is_free_the_page_says_why(
    visit: Visit,
    installation: Installation,
    hire: Hire,
    rosa: Actor,
    study: StudyRow,
    waiting: None,
) -> None:
    ravi = hire("Ravi", Role.REVIEWER, study=study)
    for _ in range(2):
        assert review_queue.claim_next(installation, ravi, study.id) is not None
    at = visit(rosa, "review")
    assert "on Ravi&#x27;s desk until" in shown(at) or "on Ravi's desk until" in shown(at)

    at.text_input(key="queue.purpose").input("Review before a share")
    at.button[0].click().run()

    assert "Nothing is free to review here" in legible(at.info[0])


def test_a_reviewer_without_a_grant_is_told_what_to_do(visit: Visit, hire: Hire) -> None:
    at = visit(hire("Nina", Role.REVIEWER), "review")

    assert "You have no grant yet" in shown(at)
    assert not at.exception
