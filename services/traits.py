"""Who could this be? What a participant said of themselves, and who else of the study shares it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from data_access import quasi_identifiers
from data_access.quasi_identifiers import COMMON
from data_access.sessions import SessionRow
from domain.permissions import Actor
from domain.quasi_identifiers import (
    QuasiCategory,
    QuasiIdentifier,
    SpecialUnique,
    Trait,
    special_uniques,
)
from domain.redaction import RedactionSet
from domain.spans import Span
from services.acts import act
from services.installation import Installation
from services.review_desk import reviewable

#: A trait that fewer others share is worth generalising: the threshold of the house.
RARE = 10


@dataclass(frozen=True, slots=True)
class TraitView:
    """One trait: whether it still stands in the text that would leave, and how many share it.

    ``value`` is empty where it was taken out: it is a word of the original then. ``others`` is
    None when more than :data:`~data_access.quasi_identifiers.COMMON` share it.
    """

    category: QuasiCategory
    value: str
    span: Span
    stands: bool
    others: int | None

    @property
    def rare(self) -> bool:
        """Whether it still stands and few others share it."""
        return self.stands and self.others is not None and self.others < RARE


@dataclass(frozen=True, slots=True)
class RareTrait:
    """A trait that few others of the study share, at its place in the original."""

    category: QuasiCategory
    span: Span
    others: int


@dataclass(frozen=True, slots=True)
class WhoCouldThisBe:
    """What is left that tells one participant from the others of their study.

    ``uniques`` are the smallest combinations of what still stands that nobody else shares;
    ``elsewhere`` what they said in other studies that the reader may see.
    """

    traits: tuple[TraitView, ...]
    uniques: tuple[SpecialUnique, ...]
    elsewhere: tuple[tuple[str, QuasiCategory, str], ...]
    studies_beyond: int


def who_could_this_be(
    connection: Connection, row: SessionRow, held: RedactionSet
) -> WhoCouldThisBe:
    """Count who shares what a session's participant said, as its redactions leave it."""
    found = quasi_identifiers.of_session(connection, row.id)
    others = (
        quasi_identifiers.others_with(
            connection, row.study_id, row.participant_id, [each.trait for each in found]
        )
        if found
        else {}
    )
    gone = _taken_out(found, held)
    traits = tuple(
        TraitView(
            each.category,
            "" if each.trait in gone else each.value,
            each.span,
            each.trait not in gone,
            None if len(others[each.trait]) > COMMON else len(others[each.trait]),
        )
        for each in found
    )
    followed = {
        trait: who for trait, who in others.items() if trait not in gone and len(who) <= COMMON
    }
    return WhoCouldThisBe(
        traits,
        special_uniques(followed),
        tuple(quasi_identifiers.elsewhere(connection, row.id, row.study_id, row.participant_id)),
        quasi_identifiers.studies_beyond(connection, row.id),
    )


def rare_traits(
    installation: Installation, actor: Actor, session_id: UUID
) -> tuple[RareTrait, ...]:
    """What of a session fewer than :data:`RARE` others share, the rarest first, taken out or not.

    Raises
    ------
    Refused
        As for opening the session for review; audited.
    """
    with act(
        installation, actor, "review.open", "session", object_id=str(session_id), record=False
    ) as done:
        row, _rule = reviewable(installation, actor, done.connection, session_id)
        found = quasi_identifiers.of_session(done.connection, row.id)
        if not found:
            return ()
        others = quasi_identifiers.others_with(
            done.connection, row.study_id, row.participant_id, [each.trait for each in found]
        )
    return tuple(
        sorted(
            (
                RareTrait(each.category, each.span, len(others[each.trait]))
                for each in found
                if len(others[each.trait]) < RARE
            ),
            key=lambda each: (each.others, each.span),
        )
    )


def _taken_out(found: Sequence[QuasiIdentifier], held: RedactionSet) -> set[Trait]:
    """The traits whose words a redaction covers, in whole or in part."""
    spans = [each.span for each in held.redactions if each.replacement is not None]
    return {each.trait for each in found if any(each.span.overlaps(covered) for covered in spans)}
