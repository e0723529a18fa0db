"""The attack: what an outsider can work out about every fact from all that was ever shown.

The outsider knows every value shown, every sum between the facts, that counts are whole and not
negative, and whatever a mark such as "suppressed" itself says. For each fact two programmes ask
for the least and the greatest value that agree with all of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from domain.disclosure.facts import Fact, Interval, Relation
from domain.disclosure.patience import Patience
from domain.disclosure.programme import System, ends

UNKNOWN = Interval(0, float("inf"))
"""What a suppressed cell tells of itself when all are marked alike: nothing."""


def derive(
    known: Mapping[Fact, Interval],
    relations: Sequence[Relation],
    targets: Sequence[Fact],
    *,
    whole: bool = True,
    patience: Patience | None = None,
) -> dict[Fact, Interval]:
    """The interval of each target; a fact of which nothing is ``known`` can be anything from zero.

    ``whole`` is for counts; False is for sums of measures. An end above four times the sum of all
    finite knowledge is infinite: no sum of shown cells reaches there.

    Raises:
        BadInput: the knowledge contradicts itself.
        OutOfTime: it took longer than the patience allows.
    """
    if not targets:
        return {}
    system = System.of([*known, *targets], relations)
    beliefs = [known.get(fact, UNKNOWN) for fact in system.facts]
    beyond = 4 * (1 + sum(belief.high for belief in beliefs if belief.high < float("inf")))
    low = np.array([belief.low for belief in beliefs], dtype=np.float64)
    beyond += float(low.sum())
    high = np.array([min(belief.high, beyond) for belief in beliefs], dtype=np.float64)
    wanted = [(system.column[fact], sign) for fact in targets for sign in (1, -1)]
    found = ends(system, low, high, wanted, whole=whole, patience=patience)
    return {
        fact: Interval(
            found[2 * number].value,
            found[2 * number + 1].value
            if found[2 * number + 1].value < beyond / 2
            else UNKNOWN.high,
        )
        for number, fact in enumerate(targets)
    }


def narrowest(intervals: Mapping[Fact, Interval]) -> tuple[Fact, Interval] | None:
    """The fact that is known best, the first in order among equals; None of none."""
    if not intervals:
        return None
    fact = min(intervals, key=lambda fact: (intervals[fact].width, tuple(sorted(fact))))
    return fact, intervals[fact]
