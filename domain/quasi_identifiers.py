"""Quasi-identifiers: what names nobody by itself, and somebody together.

``k`` is how many participants of a study share a combination. A special unique is a smallest
combination that only one participant has: none of its parts is alone in that (Elliot, Manning and
Ford, "A computational algorithm for handling the special uniques problem", 2002).
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import TypeVar

from domain.spans import Span

Who = TypeVar("Who")

#: Combinations of more values than this are not looked for: few remember more of a stranger.
LARGEST = 3


class QuasiCategory(StrEnum):
    """What a value is about."""

    OCCUPATION = "occupation"
    EMPLOYER = "employer"
    PLACE = "place"
    EDUCATION = "education"
    AGE = "age"
    RESEARCH_AREA = "research_area"
    TOOL = "tool"
    PUBLICATION = "publication"
    CAREER_STAGE = "career_stage"
    PROJECT = "project"

    @property
    def label(self) -> str:
        """The category for people."""
        return self.value.replace("_", " ").capitalize()


#: A category and a folded value of it: what is compared between participants.
Trait = tuple[QuasiCategory, str]


@dataclass(frozen=True, slots=True)
class QuasiIdentifier:
    """Something a participant said of themselves, at its place; ``value`` is folded."""

    category: QuasiCategory
    value: str
    span: Span

    @property
    def trait(self) -> Trait:
        """What is compared."""
        return (self.category, self.value)


@dataclass(frozen=True, slots=True)
class SpecialUnique:
    """A smallest combination that nobody else of the study shares."""

    traits: tuple[Trait, ...]


def shared_with(who: Mapping[Trait, Set[Who]], traits: Set[Trait]) -> Set[Who]:
    """The other participants who share all of these traits."""
    held = [who[trait] for trait in traits]
    if not held:
        raise ValueError("Nothing is shared by everybody.")
    least = min(held, key=len)
    return {each for each in least if all(each in others for others in held)}


def special_uniques(who: Mapping[Trait, Set[Who]]) -> tuple[SpecialUnique, ...]:
    """The smallest combinations that no other participant shares, the smallest first.

    ``who`` holds for each trait of one participant the others who have it too. None of the
    combinations contains another.
    """
    found: list[frozenset[Trait]] = []
    traits = sorted(who)
    for size in range(1, min(LARGEST, len(traits)) + 1):
        for chosen in combinations(traits, size):
            held = frozenset(chosen)
            if any(smaller <= held for smaller in found):
                continue
            if not shared_with(who, held):
                found.append(held)
    return tuple(SpecialUnique(tuple(sorted(each))) for each in found)
