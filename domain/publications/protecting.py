"""Publishing beside what leads saw: counts of those who may be counted outside.

Whoever reads a publication may have seen the charts too, and every publication before. Where
somebody may not be counted outside, its counts are others than the chart's, and each difference is
a count of those few: protected like any count, nobody included. How many are counted is told of
every publication, so that what one breakdown says of another is that number and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from domain.disclosure.cells import Cell
from domain.disclosure.facts import Fact, Interval, Relation, Table
from domain.disclosure.ledger import Ledger, admit, attacked, guarded
from domain.disclosure.lists import SNAPSHOT, any_number, cell_facts, counted_at, one_each
from domain.disclosure.patience import OutOfTime, Patience
from domain.disclosure.protection import sensitive
from domain.disclosure.tables import changes, linked
from domain.errors import Refused
from domain.metrics import PERIOD, WEEK, Breakdown

_OUTSIDE = ", outside, "
#: The ledger in which it is told how many finished: everybody who is counted outside did.
STATUS = "status"
_FINISHED = (STATUS, "completed")


@dataclass(frozen=True, slots=True)
class Published:
    """A view as it may be published: its cells by category, and what they are bound to.

    ``ledgers`` are those in which it is written, as they are with it.
    """

    cells: Mapping[str, Cell]
    bound_to: str
    ledgers: Mapping[str, Ledger]


@dataclass(frozen=True, slots=True)
class CountedOutside:
    """The people who are counted: how many, by a name that only the same people have.

    ``week`` is the snapshot's whose everybody they are of; ``at`` is when they are counted.
    """

    people: int
    name: str
    week: str
    at: str

    @property
    def label(self) -> str:
        """What facts about them are bound to."""
        return f"{self.week}{_OUTSIDE}{self.name}"


def ledger_of(breakdown: Breakdown) -> str:
    """The ledger that a publishable breakdown is protected in."""
    if breakdown.name == PERIOD:
        return WEEK
    return breakdown.name if breakdown.within is None else breakdown.within.breakdown


def totals_told(ledgers: Iterable[Ledger]) -> dict[Fact, Interval]:
    """Every total that was told of a study, of whichever breakdown."""
    return {
        fact: told
        for ledger in ledgers
        for fact, told in ledger.told.items()
        if {name for name, _ in fact} == {SNAPSHOT}
    }


def published(
    ledgers: Mapping[str, Ledger],
    breakdown: Breakdown,
    counts: Mapping[str, int],
    outside: CountedOutside,
    patience: Patience | None = None,
) -> Published:
    """The counts of a breakdown as they may be published after all that was shown.

    ``ledgers`` are all of the study; ``counts`` has every category that is declared.

    Raises
    ------
    Refused
        When how many are counted gives a small count away, or something that was shown does,
        whatever is hidden.
    OutOfTime
        When it took longer than the patience allows.
    """
    home = ledger_of(breakdown)
    whole = counted_at(outside.label)
    snapshot = _free_label(ledgers.get(home, Ledger()), breakdown, counts, outside)
    build = any_number if breakdown.several else one_each
    table = build(breakdown.name, counts, whole=whole, people=outside.people, snapshot=snapshot)
    who = _finished(whole, outside.people)
    exact = Interval(outside.people, outside.people)
    told = dict.fromkeys(who.values, exact)
    totals = totals_told(ledgers.values())
    before = _with_totals(_together(ledgers, {home, STATUS}), totals)
    # Told whatever becomes of the rest, so that no two breakdowns share a number that is hidden.
    before = replace(before, told={**before.told, **told})
    try:
        view = guarded(before, linked(table, who), patience)
        admit(before, view, patience)
    except OutOfTime:
        raise
    except Refused as refused:
        raise Refused(
            "What leads or readers saw before lies so close to these counts that the difference "
            "would tell of a few people, whatever is withheld.",
            rule="publication.too-close",
            remedy="Wait until more people took part, or until fewer or more may not be counted.",
        ) from refused
    facts = cell_facts(breakdown.name, counts, snapshot)
    changed = {
        name: _noted(ledger, who, told)
        for name, ledger in ledgers.items()
        if name == STATUS or _is_published(ledger)
    }
    changed[home] = _noted(
        _with_totals(changed.get(home, ledgers.get(home, Ledger())), totals),
        linked(table, who),
        {**told, **view.told},
    )
    return Published({name: view.cells[fact] for name, fact in facts.items()}, snapshot, changed)


def joined(ledgers: Mapping[str, Ledger]) -> list[Ledger]:
    """The ledgers as they are to be attacked: all in which something was published as one."""
    names = {name for name, ledger in ledgers.items() if _is_published(ledger)}
    alone = [ledger for name, ledger in ledgers.items() if name not in names]
    return [_together(ledgers, names), *alone] if names else alone


def opens_published(ledgers: Mapping[str, Ledger], patience: Patience | None = None) -> bool:
    """Whether a small count can be worked out where something was published; if in doubt, yes."""
    names = {name for name, ledger in ledgers.items() if _is_published(ledger)}
    if not names:
        return False
    together = _together(ledgers, names)
    try:
        derived = attacked(together, patience)
    except OutOfTime:
        return True
    required = sensitive(together.table)
    return any(not derived[fact].covers(each) for fact, each in required.items())


def check_apart(*, tells_total: bool, tells_people: bool) -> None:
    """See that the same people in another study do not give a few away.

    Raises
    ------
    Refused
        When how many they are could be subtracted from what is told of another study.
    """
    if tells_total or tells_people:
        raise Refused(
            "Nearly the same people took part in another study, so that the difference of the two "
            "would tell of a few.",
            rule="aggregates.other-study",
            remedy="Wait until more people took part in one of the two.",
        )


def _finished(whole: Fact, people: int) -> Table:
    """Everybody who is counted finished: the methods note says so, and leads saw how many did."""
    finished = whole | {_FINISHED}
    return Table({whole: people, finished: people}, (Relation((whole,), (finished,)),))


def _free_label(
    ledger: Ledger, breakdown: Breakdown, counts: Mapping[str, int], outside: CountedOutside
) -> str:
    """What the cells are bound to: the people, or, where these have moved since, the moment too."""
    label = outside.label
    facts = cell_facts(breakdown.name, counts, label)
    moved = any(
        ledger.table.values.get(fact, counts[name]) != counts[name] for name, fact in facts.items()
    )
    return f"{label}, {outside.at}" if moved else label


def _is_published(ledger: Ledger) -> bool:
    return any(_OUTSIDE in dict(fact).get(SNAPSHOT, "") for fact in ledger.table.values)


def _together(ledgers: Mapping[str, Ledger], names: set[str]) -> Ledger:
    """The ledgers of these names, and of all in which something was published, as one."""
    wanted = [ledger for name, ledger in ledgers.items() if name in names or _is_published(ledger)]
    told: dict[Fact, Interval] = {}
    for ledger in wanted:
        for fact, now in ledger.told.items():
            before = told.get(fact, now)
            told[fact] = Interval(max(before.low, now.low), min(before.high, now.high))
    return Ledger(table=linked(*(ledger.table for ledger in wanted)), told=told)


def _with_totals(ledger: Ledger, totals: Mapping[Fact, Interval]) -> Ledger:
    """The ledger with the totals that others told."""
    told = Table({fact: each.low for fact, each in totals.items()}, ())
    return replace(
        ledger,
        table=linked(ledger.table, told, changes(ledger.table, told)),
        told={**totals, **ledger.told},
    )


def _noted(ledger: Ledger, table: Table, told: Mapping[Fact, Interval]) -> Ledger:
    """The ledger with a table in it, and what was told of it."""
    return replace(
        ledger,
        table=linked(ledger.table, table, changes(ledger.table, table)),
        told={**ledger.told, **told},
    )
