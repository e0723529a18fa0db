"""Quotas: which sessions carry which peculiarity, so that 200 in a row hold all of them.

A session's index alone decides, never how many are made: ranges can be made apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from demonstration.studies import STUDIES, DemonstrationStudy
from domain.vocabulary import FlagState, SessionStatus

#: Three answers to four questions.
CHOICE_COMBINATIONS = 81
_FLAGS = {7: FlagState.OPEN, 23: FlagState.UPHELD, 41: FlagState.DISMISSED}
#: Of forty participants, who speaks another language than English.
_LANGUAGES = {
    2: "de",
    7: "es",
    10: "fr",
    13: "de",
    16: "pt",
    21: "ja",
    24: "es",
    29: "ar",
    33: "de",
    36: "fr",
}


class Hostility(StrEnum):
    """What text in a session would break a careless screen, file or parser."""

    HTML = "html"
    MARKDOWN = "markdown"
    SCRIPT = "script"
    RIGHT_TO_LEFT = "right_to_left"
    ZERO_WIDTH = "zero_width"
    FORMULA = "formula"
    LABELS = "labels"
    LONG = "long"


_HOSTILITIES = tuple(Hostility)


@dataclass(frozen=True, slots=True)
class Quota:
    """What one session is to be.

    Attributes
    ----------
    person
        Key of the participant; the same key in another study is the same person.
    returning
        Whether that person takes part in more than one study.
    language
        The participant's language.
    status, flag
        As in the full form.
    near_boundary
        Number of the boundary near which it ends, counted on through the study's
        boundaries, or None.
    combination
        Number of the combination of choices, or None where the participant's own
        inclination decides.
    is_unrecorded
        Whether no choice at all is on record.
    hostility
        What hostile-looking text it holds, if any.
    returns_after
        Index of the broken-off session that this one makes up for, or None.
    """

    person: str
    returning: bool
    language: str
    status: SessionStatus
    flag: FlagState
    near_boundary: int | None
    combination: int | None
    is_unrecorded: bool
    hostility: Hostility | None
    returns_after: int | None


def quota(study: DemonstrationStudy, index: int) -> Quota:
    """What the session of that index (from 0) in the study is to be."""
    returns_after = index - 1 if index % 40 == 39 else None
    person_index = index if returns_after is None else returns_after
    shared = _shared_with(study, person_index)
    near_boundary = index // 25 if index % 25 == 8 else None
    hostile = index % 25 == 11
    return Quota(
        person=f"{shared or study.slug}/{person_index}",
        returning=shared is not None,
        language=_LANGUAGES.get(person_index % 40, "en"),
        # What a session is there to show must be reached before it breaks off.
        status=_status(index) if near_boundary is None and not hostile else SessionStatus.COMPLETED,
        flag=_FLAGS.get(index % 50, FlagState.NONE),
        near_boundary=near_boundary,
        combination=index // 2 * 32 % CHOICE_COMBINATIONS if index % 2 == 0 else None,
        is_unrecorded=index % 50 == 27,
        hostility=_HOSTILITIES[index // 25 % len(_HOSTILITIES)] if hostile else None,
        returns_after=returns_after,
    )


def _shared_with(study: DemonstrationStudy, index: int) -> str | None:
    """The name of the group of participants that several studies draw from, if this is one."""
    place = STUDIES.index(study)
    match index % 8:
        case 3:
            return "all"
        case 5 if place < 2:
            return "first-two"
        case 6 if place > 0:
            return "last-two"
    return None


def _status(index: int) -> SessionStatus:
    if index % 40 == 38 or index % 14 == 5:
        return SessionStatus.ABANDONED
    if index % 40 == 17:
        return SessionStatus.IN_PROGRESS
    return SessionStatus.COMPLETED
