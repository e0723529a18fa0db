"""The ledger on disk: what comes back is what was kept."""

from __future__ import annotations

import json

import pytest

from domain.disclosure.attack import UNKNOWN
from domain.disclosure.ledger import Ledger, admit, guarded
from domain.disclosure.stored import as_json, from_json
from domain.disclosure.tables import Dimension, as_of, cross_table
from domain.errors import BadInput

PLAN = Dimension("plan", ("free", "pro", "max"), several=True)


def ledger() -> Ledger:
    held = Ledger((PLAN,), rounding=True)
    for week, people in (("1", (30, 22, 4)), ("2", (41, 22, 5))):
        told = {frozenset({("plan", n)}): p for n, p in zip(PLAN.categories, people, strict=True)}
        table = as_of(cross_table([PLAN], {frozenset(): 50 if week == "1" else 60, **told}), week)
        held = admit(held, guarded(held, table))
    return held


def test_a_ledger_is_kept_and_read_back_whole() -> None:
    held = ledger()
    read = from_json(json.loads(json.dumps(as_json(held))), (PLAN,), rounding=True)
    assert read.dimensions == held.dimensions
    assert dict(read.table.values) == dict(held.table.values)
    assert read.table.relations == held.table.relations
    assert read.table.implied == held.table.implied
    assert dict(read.told) == dict(held.told)


def test_what_is_not_limited_stays_so() -> None:
    fact = frozenset({("plan", "free")})
    held = Ledger(told={fact: UNKNOWN})
    assert from_json(json.loads(json.dumps(as_json(held))), ()).told == {fact: UNKNOWN}


@pytest.mark.parametrize("broken", [{}, {"facts": [["plan"]]}, {"facts": [], "values": [[3, 1]]}])
def test_a_broken_ledger_is_named(broken: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        from_json(broken, ())
