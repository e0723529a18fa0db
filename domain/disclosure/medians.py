"""Medians beside the bands that they lie in: what a median says of them is attacked with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.disclosure.cells import THRESHOLD, Cell, Shown, Suppressed, Why
from domain.disclosure.facts import NO_COUNT, Fact, Relation, Table
from domain.disclosure.ledger import Ledger, attacked
from domain.disclosure.patience import Patience
from domain.disclosure.protection import sensitive
from domain.disclosure.tables import linked


@dataclass(frozen=True, slots=True)
class Band:
    """One band of a list: its fact, and from where to where it goes (``low`` is in it)."""

    fact: Fact
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A median of so many people's figures, as it was counted."""

    value: float
    people: int


def shown_median(
    ledger: Ledger,
    figure: Figure,
    bands: Sequence[Band],
    *,
    step: float,
    patience: Patience | None = None,
) -> tuple[Cell, Ledger]:
    """The median rounded to ``step``, and the ledger with what it tells.

    That half of the people lie below it is a sum of bands that everybody knows. It is suppressed
    where a hidden band would no longer be hidden, and where fewer than the threshold lie on a
    side, so that it would be close to one person's own figure.

    Raises:
        OutOfTime: it took longer than the patience allows.
    """
    below = (figure.people - 1) // 2
    if min(below, figure.people - 1 - below) < THRESHOLD:
        return Suppressed(Why.FEW_ON_A_SIDE), ledger
    told = round(figure.value / step) * step
    sums = _sums(ledger, bands, told - step / 2, told + step / 2)
    wider = replace(ledger, table=linked(ledger.table, sums))
    derived = attacked(wider, patience)
    if all(derived[fact].covers(each) for fact, each in sensitive(wider.table).items()):
        return Shown(told), wider
    return Suppressed(Why.THRESHOLD), ledger


def _sums(ledger: Ledger, bands: Sequence[Band], low: float, high: float) -> Table:
    """No more people lie wholly below the median than not, nor wholly above it than not."""
    values: dict[Fact, float] = {}
    relations = []
    for side in (
        [band.fact for band in bands if band.high <= low],
        [band.fact for band in bands if band.low > high],
    ):
        rest = [band.fact for band in bands if band.fact not in side]
        if not side:
            continue
        count = ledger.table.values
        more = frozenset().union(*side) | {(NO_COUNT, f"{low:g} to {high:g}")}
        values[more] = sum(count[fact] for fact in rest) - sum(count[fact] for fact in side)
        relations.append(Relation(tuple(rest), (*side, more)))
    return Table(values, tuple(relations), frozenset(values))
