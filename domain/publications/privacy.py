"""Differential privacy: noise instead of withheld counts, paid from a budget for each study.

Each person is in one category, so one person more or less changes one count by one. Noise of the
discrete Laplace distribution with the scale 1/epsilon then hides whether anybody took part, from
whoever knows whatever else; what several such publications tell adds up, and so do their epsilons.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.disclosure.cells import THRESHOLD
from domain.errors import Refused
from domain.metrics import Breakdown

#: What a lead chooses among; the smaller, the more noise.
EPSILONS = (Decimal("0.25"), Decimal("0.5"), Decimal("1"))
#: What all publications with noise of one study may spend together; the database holds to it.
BUDGET = Decimal("3")
#: How seldom a count may lie farther from the true one than is told.
_SELDOM = 0.05
BELOW = f"Not shown: with its noise it is under {THRESHOLD}."


@dataclass(frozen=True, slots=True)
class Spending:
    """What one publication spent."""

    number: int
    epsilon: Decimal


def scale_of(epsilon: Decimal) -> float:
    """The scale of the noise: a person changes one count by one."""
    return 1 / float(epsilon)


def said(epsilon: Decimal) -> str:
    """An epsilon as it is written everywhere: without zeros at its end."""
    return f"{epsilon.normalize():f}"


def within(epsilon: Decimal) -> int:
    """So far from the true count a count lies at most, 19 times out of 20."""
    scale = scale_of(epsilon)
    return math.floor(scale * math.log(2 / (_SELDOM * (math.exp(1 / scale) + 1))) + 1)


def left(spent: Decimal) -> Decimal:
    """What is left of a study's budget."""
    return max(Decimal(0), BUDGET - spent)


def check_can_have_noise(breakdown: Breakdown) -> None:
    """See that a person is in one category of the breakdown.

    Raises
    ------
    Refused
        When somebody can be in several: then one person changes many counts.
    """
    if breakdown.several:
        raise Refused(
            "One person can be in several groups of this chart, so noise for one count hides "
            "nobody.",
            rule="privacy.one-group",
            remedy="Propose it with exact counts, or another chart.",
        )


def check_budget(spent: Decimal, epsilon: Decimal) -> None:
    """See that the study's budget has so much left.

    Raises
    ------
    Refused
        When it has not.
    """
    if epsilon > left(spent):
        raise Refused(
            f"Publications with noise of this study have spent {said(spent)} of {said(BUDGET)}; "
            f"{said(epsilon)} more is too much.",
            rule="privacy.budget",
            remedy="Choose more noise, or propose exact counts.",
        )


def shown(noisy: Mapping[str, int]) -> dict[str, int | None]:
    """The noisy counts as they are shown: none under the threshold."""
    return {name: count if count >= THRESHOLD else None for name, count in noisy.items()}
