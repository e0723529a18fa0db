"""Quasi-identifiers: what names nobody by itself, and somebody together.

``k`` is how many participants of a study share a combination. A special unique is a smallest
combination that only one participant has: none of its parts is alone in that (Elliot, Manning and
Ford, "A computational algorithm for handling the special uniques problem", 2002).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import TypeVar

from domain.digests import Json, digest
from domain.spans import Span

Who = TypeVar("Who")

#: Combinations of more values than this are not looked for: few remember more of a stranger.
LARGEST = 3
#: Traits of one participant that are combined: 10,700 combinations.
MOST_COMBINED = 40


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

    @property
    def categories(self) -> str:
        """What it is about, without what was said: "occupation with place"."""
        return " with ".join(category.value.replace("_", " ") for category, _value in self.traits)


def shared_with(who: Mapping[Trait, Set[Who]], traits: Set[Trait]) -> Set[Who]:
    """The other participants who share all of these traits."""
    held = [who[trait] for trait in traits]
    if not held:
        raise ValueError("Nothing is shared by everybody.")
    least = min(held, key=len)
    return {each for each in least if all(each in others for others in held)}


def special_uniques(
    who: Mapping[Trait, Set[Who]], at_most: int | None = None
) -> tuple[SpecialUnique, ...]:
    """The smallest combinations that no other participant shares, the smallest first.

    ``who`` holds for each trait of one participant the others who have it too. None of the
    combinations contains another. With ``at_most`` the search ends when so many are found.
    """
    found: list[frozenset[Trait]] = []
    for chosen in _combinations(who):
        if len(found) == at_most:
            break
        held = frozenset(chosen)
        if not any(smaller <= held for smaller in found) and not shared_with(who, held):
            found.append(held)
    return tuple(SpecialUnique(tuple(sorted(each))) for each in found)


def combination_digests(traits: Iterable[Trait]) -> tuple[int, ...]:
    """A number for each combination of traits, so that shared ones are found without the words.

    Of more than :data:`MOST_COMBINED` traits the first, in order, are combined.
    """
    held = sorted(set(traits))[:MOST_COMBINED]
    return tuple(combination_digest(chosen) for chosen in _combinations(held))


def combination_digest(traits: Iterable[Trait]) -> int:
    """64 bits of one combination's digest, signed, whatever order its traits come in."""
    said: list[Json] = [[category.value, value] for category, value in sorted(traits)]
    return int.from_bytes(digest(said)[:8], "big", signed=True)


def _combinations(traits: Iterable[Trait]) -> Iterator[tuple[Trait, ...]]:
    """Every combination that is looked at, the smallest first."""
    held = sorted(traits)
    for size in range(1, LARGEST + 1):
        yield from combinations(held, size)
