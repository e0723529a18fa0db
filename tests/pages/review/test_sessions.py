"""The sessions page: empty states, the address as its filter, participants' words as text."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from data_access.studies import StudyRow
from domain.page_cursor import Cursor, Sort
from domain.permissions import Actor
from domain.vocabulary import Role
from services.installation import Installation
from tests.conftest import Hire
from tests.pages.conftest import Visit, legible, shown
from tests.services.worlds import full, take_in


def test_without_a_grant_it_says_how_to_get_one(visit: Visit, hire: Hire, study: StudyRow) -> None:
    screen = shown(visit(hire("Rosa", Role.REVIEWER), "sessions"))
    assert "You have no grant yet" in screen
    assert study.title not in screen


def test_without_sessions_it_says_where_they_come_from(
    visit: Visit, hire: Hire, study: StudyRow
) -> None:
    at = visit(hire("Rosa", Role.REVIEWER, study=study), "sessions")
    assert "No sessions yet" in shown(at)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "finished"),
        ("from", "2026-02-30"),
        ("cursor", "AAAA"),
        ("colour", "red"),
        ("study", "UPPER"),
        ("sort", "random"),
        ("q", "\x00"),
    ],
)
def test_an_invalid_filter_is_refused_and_never_dropped(
    name: str,
    value: str,
    visit: Visit,
    hire: Hire,
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    take_in(installation, administrator, study, tmp_path, full("a"))
    at = visit(hire("Rosa", Role.REVIEWER, study=study), "sessions", **{name: value})
    assert len(at.error) == 1
    assert not at.exception
    assert "Session 1" not in shown(at)


def test_one_session_is_listed_with_its_chips_and_a_filter_that_fits_none_says_so(
    visit: Visit,
    hire: Hire,
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    take_in(
        installation,
        administrator,
        study,
        tmp_path,
        full("a"),
        choices="a,publish_responses,granted,2026-04-02T09:21:00Z\n",
    )
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    screen = shown(visit(rosa, "sessions"))
    assert "1 session matches" in screen
    assert 'href="/session?id=' in screen
    assert "✓ Publish" in screen
    assert "◦ Researchers" in screen
    assert "No session matches" in shown(visit(rosa, "sessions", language="de"))


def test_a_study_of_others_in_the_address_is_refused_as_one_that_is_not_there(
    visit: Visit, hire: Hire, study: StudyRow, other_study: StudyRow
) -> None:
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    said = {
        legible(visit(rosa, "sessions", study=slug).error[0]).replace(slug, "…")
        for slug in (other_study.slug, "no-such-study")
    }
    assert len(said) == 1
    assert "[R10]" in said.pop()


def test_a_cursor_of_another_order_is_refused(visit: Visit, hire: Hire, study: StudyRow) -> None:
    word = Cursor(Sort.LONGEST, 3, uuid4()).encode()
    at = visit(hire("Rosa", Role.REVIEWER, study=study), "sessions", cursor=word)
    assert "belongs to another order" in legible(at.error[0])
