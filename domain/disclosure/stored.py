"""The ledger as it is kept between snapshots: lists and numbers, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.disclosure.facts import Fact, Interval, Relation, Table, in_order, place
from domain.disclosure.ledger import Ledger
from domain.disclosure.tables import Dimension
from domain.errors import BadInput

_ENDLESS = "endless"


def as_json(ledger: Ledger) -> dict[str, Any]:
    """Everything of a ledger but its dimensions, which are declared in code."""
    facts = in_order(
        [
            *ledger.table.values,
            *ledger.told,
            *(fact for each in ledger.table.relations for fact in each.facts),
        ]
    )
    number = {fact: at for at, fact in enumerate(facts)}
    return {
        "facts": [[list(predicate) for predicate in place(fact)] for fact in facts],
        "values": [[number[fact], value] for fact, value in ledger.table.values.items()],
        "relations": [
            [[number[fact] for fact in side] for side in (each.whole, each.parts)]
            for each in ledger.table.relations
        ],
        "implied": [number[fact] for fact in in_order(ledger.table.implied)],
        "told": [
            [number[fact], each.low, _ENDLESS if each.high == float("inf") else each.high]
            for fact, each in ledger.told.items()
        ],
    }


def from_json(
    stored: Mapping[str, Any], dimensions: Sequence[Dimension], *, rounding: bool = False
) -> Ledger:
    """The ledger that was stored.

    Raises
    ------
    BadInput
        When it cannot be read.
    """
    try:
        facts = [_fact(each) for each in stored["facts"]]
        return Ledger(
            tuple(dimensions),
            rounding,
            Table(
                {facts[at]: value for at, value in stored["values"]},
                tuple(
                    Relation(tuple(facts[at] for at in whole), tuple(facts[at] for at in parts))
                    for whole, parts in stored["relations"]
                ),
                frozenset(facts[at] for at in stored["implied"]),
            ),
            {
                facts[at]: Interval(low, float("inf") if high == _ENDLESS else high)
                for at, low, high in stored["told"]
            },
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise BadInput(
            "The ledger of what was shown cannot be read, so nothing more is shown. "
            "Restore the table metric_snapshot from a backup."
        ) from error


def _fact(predicates: Iterable[Sequence[str]]) -> Fact:
    return frozenset((dimension, category) for dimension, category in predicates)
