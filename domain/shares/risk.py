"""What sessions that leave together give away: combinations that few participants share.

``k`` is how many participants of the study share a combination, whoever it is about included. A
combination counts when it is rarer than each smaller part of it, and ``k`` is under a threshold.
What a redaction took out is no part of one; what the recipient holds already is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from itertools import combinations

from domain.quasi_identifiers import LARGEST, Trait

#: Fewer who share a combination than this, and it is told to those who decide.
SMALLEST_K = 5
#: Of one participant the rarest traits are followed: the others make nothing rarer.
FOLLOWED = 12


@dataclass(frozen=True, slots=True)
class Combination:
    """Traits that stand together, and how many participants share them all."""

    k: int
    traits: tuple[Trait, ...]


@dataclass(frozen=True, slots=True)
class Exposure:
    """How one participant stands out: by what would leave, and by that joined to earlier shares.

    ``joined`` holds the combinations that neither has alone. The rarest come first.
    """

    alone: tuple[Combination, ...]
    joined: tuple[Combination, ...]

    @property
    def smallest(self) -> int | None:
        """The smallest number of participants that any combination leaves; None without one."""
        return min((each.k for each in (*self.alone, *self.joined)), default=None)

    @property
    def is_more_than_alone(self) -> bool:
        """Whether joining leaves fewer than what would leave does by itself."""
        least = min((each.k for each in self.joined), default=None)
        return least is not None and all(least < each.k for each in self.alone)


def exposure(now: Set[Trait], before: Set[Trait], who: Mapping[Trait, int]) -> Exposure:
    """How a participant stands out by what would leave and by what the recipient holds.

    ``who`` has one bit for each participant who has a trait; a trait that is not in it is common
    and followed no further.
    """
    return Exposure(
        rare_combinations(now, who),
        tuple(
            each
            for each in rare_combinations(now | before, who)
            if not now >= set(each.traits) and not before >= set(each.traits)
        ),
    )


def rare_combinations(
    traits: Iterable[Trait], who: Mapping[Trait, int], under: int = SMALLEST_K
) -> tuple[Combination, ...]:
    """The combinations of up to three traits that fewer share than ``under``, the rarest first.

    Each is rarer than every smaller part of it: what adds nothing is left out.
    """
    followed = sorted(
        (trait for trait in traits if trait in who),
        key=lambda trait: (who[trait].bit_count(), trait),
    )[:FOLLOWED]
    shared: dict[tuple[Trait, ...], int] = {(trait,): who[trait] for trait in sorted(followed)}
    for size in range(2, LARGEST + 1):
        for held in combinations(sorted(followed), size):
            shared[held] = shared[held[:-1]] & who[held[-1]]
    sizes = {held: bits.bit_count() for held, bits in shared.items()}
    return tuple(
        sorted(
            (
                Combination(k, held)
                for held, k in sizes.items()
                if k < under
                and all(sizes[part] > k for part in combinations(held, len(held) - 1) if part)
            ),
            key=lambda each: (each.k, len(each.traits), each.traits),
        )
    )
