"""How well the machine and the reviewers find things, for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from data_access import review_quality
from data_access.review_quality import CheckTally as CheckTally
from data_access.review_quality import OutcomeTally as OutcomeTally
from data_access.review_quality import PersonTally as PersonTally
from data_access.studies import StudyRow
from domain.permissions import Act, Actor
from services.acts import reading
from services.installation import Installation

#: Over how long reviews are counted.
WINDOW = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Quality:
    """One study's reviews within :data:`WINDOW`, in counts and without a word of a session."""

    checks: tuple[CheckTally, ...]
    recognizers: tuple[OutcomeTally, ...]
    reviewers: tuple[PersonTally, ...]


def quality(installation: Installation, actor: Actor, study: StudyRow) -> Quality:
    """What became of hidden checks, and of the machine's findings, in a study.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    """
    since = installation.now() - WINDOW
    with reading(installation, actor, Act.MANAGE_STUDIES, "review.quality", "study") as connection:
        return Quality(
            checks=review_quality.checks_since(connection, study.id, since),
            recognizers=review_quality.by_recognizer(connection, study.id, since),
            reviewers=review_quality.by_reviewer(connection, study.id, since),
        )
