"""The ledger: every cell ever shown, and whether one more view would open what it keeps hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from domain.disclosure.attack import derive, narrowest
from domain.disclosure.facts import Fact, Interval, Table, in_order
from domain.disclosure.patience import Patience
from domain.disclosure.protection import Protected, protect_counts, sensitive
from domain.disclosure.tables import Dimension, changes, linked
from domain.disclosure.ties import tied
from domain.errors import Refused

RULE = "aggregates.ledger"


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was ever told, and the true counts and sums of every table it was told from.

    One ledger holds one snapshot, or several whose facts are bound to theirs (``as_of``): then
    the changes between them are protected too. ``dimensions`` are those that the snapshot
    declares. ``rounding`` holds for all its views, for a count told once in full and once rounded
    is told in full.
    """

    dimensions: tuple[Dimension, ...] = ()
    rounding: bool = False
    table: Table = field(default_factory=lambda: Table({}, ()))
    told: Mapping[Fact, Interval] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a view may be shown, why not, and the fact that would then be known best.

    ``reason`` names no cell: it is read by those from whom the cell is hidden. ``closest`` is for
    the audit alone; None where no count is under the threshold.
    """

    allowed: bool
    reason: str
    closest: tuple[Fact, Interval] | None


def may_show(ledger: Ledger, view: Protected, patience: Patience | None = None) -> Verdict:
    """Whether the view, together with all that was shown before, keeps every small count hidden.

    Raises:
        BadInput: the view's counts are not of the snapshot that the ledger has.
    """
    table = _together(ledger, view.table)
    known = _told(ledger, view)
    required = sensitive(table)
    derived = derive(known, table.relations, list(required), patience=patience)
    opened = {fact: each for fact, each in derived.items() if not each.covers(required[fact])}
    if not opened:
        return Verdict(True, "", narrowest(derived))
    if any(fact in ledger.table.values for fact in opened):
        reason = "Together with what was shown before, this view would reveal a hidden count."
    else:
        reason = "This view, with what was shown before, would reveal a count under the threshold."
    return Verdict(False, reason, narrowest(opened))


def admit(ledger: Ledger, view: Protected, patience: Patience | None = None) -> Ledger:
    """The ledger with the view in it, written before anybody sees the view.

    Raises:
        Refused: the view would give a small count away.
        OutOfTime: finding out took longer than the patience allows.
        BadInput: the view's counts are not of the snapshot that the ledger has.
    """
    verdict = may_show(ledger, view, patience)
    if not verdict.allowed:
        raise Refused(
            verdict.reason,
            rule=RULE,
            remedy="Ask for a breakdown that was declared beforehand, or wait for more people.",
        )
    return replace(ledger, table=_joined(ledger, view.table), told=_told(ledger, view))


def guarded(ledger: Ledger, table: Table, patience: Patience | None = None) -> Protected:
    """The table protected around all that was shown before, so that ``admit`` takes it.

    Raises:
        Refused: what was shown before gives one of its small counts away, whatever is hidden.
        OutOfTime: it took longer than the patience allows.
        BadInput: the table's counts are not of the snapshot that the ledger has.
    """
    merged = _together(ledger, table)
    visible = set(table.cells) | set(ledger.told)
    merged = replace(merged, implied=frozenset(merged.values) - visible)
    whole = protect_counts(merged, rounding=ledger.rounding, pinned=ledger.told, patience=patience)
    return replace(
        whole,
        cells={fact: whole.cells[fact] for fact in table.cells},
        table=table,
        told={fact: whole.told[fact] for fact in table.cells if fact in whole.told},
        required=sensitive(table),
    )


def attacked(ledger: Ledger, patience: Patience | None = None) -> dict[Fact, Interval]:
    """What an outsider who saw everything knows of each small count and each hidden one."""
    table = tied(ledger.table, ledger.dimensions)
    targets = in_order([*sensitive(table), *(set(ledger.table.values) - set(ledger.told))])
    return derive(ledger.told, table.relations, targets, patience=patience)


def _joined(ledger: Ledger, table: Table) -> Table:
    return linked(ledger.table, table, changes(ledger.table, table))


def _together(ledger: Ledger, table: Table) -> Table:
    return tied(_joined(ledger, table), ledger.dimensions)


def _told(ledger: Ledger, view: Protected) -> dict[Fact, Interval]:
    """What was told of each cell, the narrower where it was told twice."""
    known = dict(ledger.told)
    for fact, now in view.told.items():
        before = known.get(fact, now)
        known[fact] = Interval(max(before.low, now.low), min(before.high, now.high))
    return known
