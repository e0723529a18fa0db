"""How well the machine and the reviewers find things, for administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from data_access import review_quality
from data_access.review_quality import CheckTally as CheckTally
from data_access.review_quality import KindTally as KindTally
from data_access.review_quality import MissTally as MissTally
from data_access.review_quality import OutcomeTally as OutcomeTally
from data_access.review_quality import PairTally as PairTally
from data_access.review_quality import PersonTally as PersonTally
from data_access.studies import StudyRow
from domain.double_review import Agreement, DoubleState
from domain.permissions import Act, Actor
from services.acts import reading
from services.installation import Installation

#: Over how long reviews are counted.
WINDOW = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Grouped:
    """How double reviews agree on a recognizer's findings, or on a type of them."""

    source: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Quality:
    """One study's reviews within :data:`WINDOW`, in counts and without a word of a session.

    ``doubles`` counts double reviews by where they stand, whenever they were drawn.
    """

    checks: tuple[CheckTally, ...]
    recognizers: tuple[OutcomeTally, ...]
    reviewers: tuple[PersonTally, ...]
    doubles: Mapping[DoubleState, int]
    pairs: tuple[PairTally, ...]
    kinds: tuple[KindTally, ...]
    misses: tuple[MissTally, ...]

    @property
    def recognizer_agreement(self) -> tuple[Grouped, ...]:
        """How double reviews agree on each recognizer's findings."""
        return _grouped(self.kinds, lambda each: each.source)

    @property
    def type_agreement(self) -> tuple[Grouped, ...]:
        """How double reviews agree on each entity type."""
        return _grouped(self.kinds, lambda each: each.entity_type)


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
            doubles=review_quality.double_states(connection, study.id),
            pairs=review_quality.by_pair(connection, study.id, since),
            kinds=review_quality.by_kind(connection, study.id, since),
            misses=review_quality.misses(connection, study.id, since),
        )


def _grouped(tallies: Sequence[KindTally], name: Callable[[KindTally], str]) -> tuple[Grouped, ...]:
    """Sum agreement under a name, the most stretches first."""
    summed: dict[str, Agreement] = {}
    for each in tallies:
        summed[name(each)] = summed.get(name(each), Agreement()) + each.agreement
    ordered = sorted(summed.items(), key=lambda item: (-item[1].total, item[0]))
    return tuple(Grouped(*item) for item in ordered)
