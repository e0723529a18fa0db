"""What tests of double reviews share: three reviewers, and one way to review a session."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.redaction import DecisionKind
from domain.vocabulary import Role
from services import confirming, reviewing, studies
from services.installation import Installation
from tests.conftest import Hire
from tests.services.reviews import PURPOSE, accept_all, decide, place


@pytest.fixture
def ravi(hire: Hire, study: StudyRow) -> Actor:
    return hire("Ravi", Role.REVIEWER, study=study)


@pytest.fixture
def tara(hire: Hire, study: StudyRow) -> Actor:
    return hire("Tara", Role.REVIEWER, study=study)


@pytest.fixture
def every_one_twice(installation: Installation, administrator: Actor, study: StudyRow) -> None:
    studies.set_double_percent(installation, administrator, study, 100)


Review = Callable[..., confirming.Confirmation]


@pytest.fixture
def review(installation: Installation, session_id: UUID) -> Review:
    """Open it, accept what the machine found and take out more words, or keep all; confirm."""

    def done(person: Actor, *words: str, keep: bool = False) -> confirming.Confirmation:
        desk = reviewing.open_desk(installation, person, session_id, PURPOSE)
        made = accept_all(desk)
        made += [decide(place(desk, word, 1)) for word in words]
        if keep:
            made = [
                decide(finding.span, DecisionKind.KEEP, "An everyday word.")
                for finding in desk.open_findings
            ]
        version = reviewing.save(installation, person, session_id, desk.version, made)
        return confirming.confirm(installation, person, session_id, version)

    return done
