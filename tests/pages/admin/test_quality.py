"""The review quality page: checks, recognizers, reviewers, in counts."""

from __future__ import annotations

from uuid import UUID

from data_access.studies import StudyRow
from domain.permissions import Actor
from services import confirming, reviewing, studies
from services.installation import Installation
from tests.pages.conftest import Visit, shown
from tests.services.conftest import rosa, session_id
from tests.services.reviews import PURPOSE, accept_all

__all__ = ["rosa", "session_id"]


def test_an_administrator_sees_what_reviews_made_of_the_machines_findings(
    visit: Visit,
    installation: Installation,
    administrator: Actor,
    rosa: Actor,
    session_id: UUID,
) -> None:
    desk = reviewing.open_desk(installation, rosa, session_id, PURPOSE)
    version = reviewing.save(installation, rosa, session_id, 0, accept_all(desk))
    confirming.confirm(installation, rosa, session_id, version)

    said = shown(visit(administrator, "quality"))

    assert "No check was resolved yet." in said
    assert "Rosa" in said
    assert "0.0 %" in said


def test_the_share_of_checks_is_set_on_the_page(
    visit: Visit, installation: Installation, administrator: Actor, study: StudyRow
) -> None:
    at = visit(administrator, "quality")
    at.number_input[0].set_value(7)
    at.button[0].click().run()

    assert not at.exception
    assert studies.by_slug(installation, administrator, study.slug).check_percent == 7
    assert "No review was confirmed yet." in shown(at)
