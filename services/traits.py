"""Who could this be? What a participant said of themselves, and who else of the study shares it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from data_access import quasi_identifiers
from data_access.quasi_identifiers import COMMON
from data_access.sessions import SessionRow
from domain.quasi_identifiers import (
    QuasiCategory,
    QuasiIdentifier,
    SpecialUnique,
    Trait,
    special_uniques,
)
from domain.redaction import RedactionSet


@dataclass(frozen=True, slots=True)
class TraitView:
    """One trait: whether it still stands in the text that would leave, and how many share it.

    ``value`` is empty where it was taken out: it is a word of the original then. ``others`` is
    None when more than :data:`~data_access.quasi_identifiers.COMMON` share it.
    """

    category: QuasiCategory
    value: str
    turn: int
    stands: bool
    others: int | None


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
            each.span.turn,
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


def _taken_out(found: Sequence[QuasiIdentifier], held: RedactionSet) -> set[Trait]:
    """The traits whose words a redaction covers, in whole or in part."""
    spans = [each.span for each in held.redactions if each.replacement is not None]
    return {each.trait for each in found if any(each.span.overlaps(covered) for covered in spans)}
