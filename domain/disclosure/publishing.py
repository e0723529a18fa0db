"""Publishing beside what leads saw: one more view of a study, of those who may be counted outside.

Whoever reads a publication may have seen the charts too. Where everybody may be counted, the
publication says what a chart said. Where some may not, its counts are others, and each difference
to a chart, to an earlier publication, or between two totals is a count of those few: protected
like any count, nobody included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from domain.disclosure.facts import Fact, Interval, Table
from domain.disclosure.ledger import Ledger, admit, guarded
from domain.disclosure.protection import Protected
from domain.disclosure.tables import as_of

_SNAPSHOT = "snapshot"


@dataclass(frozen=True, slots=True)
class Published:
    """A view as it may be published; ``bound_to`` is what its facts are bound to.

    ``ledger`` is the breakdown's with the view in it.
    """

    view: Protected
    bound_to: str
    ledger: Ledger

    def fact(self, *predicates: tuple[str, str]) -> Fact:
        """A fact of the view: no predicate for everybody."""
        return frozenset({*predicates, (_SNAPSHOT, self.bound_to)})


def totals_told(ledgers: Iterable[Ledger]) -> dict[Fact, Interval]:
    """Every total that was told of a study, of whichever breakdown."""
    return {
        fact: told
        for ledger in ledgers
        for fact, told in ledger.told.items()
        if {name for name, _ in fact} == {_SNAPSHOT}
    }


def published(
    ledger: Ledger,
    counted: Table,
    *,
    week: str,
    population: str,
    totals: Mapping[Fact, Interval],
) -> Published:
    """The counted table as it may be published after all that was shown.

    ``counted`` is bound to no snapshot; ``week`` is the snapshot that leads saw it in, and
    ``population`` names whom it counts, so that the same people are the same facts.

    Raises
    ------
    Refused
        When something that was shown gives one of its small counts away, whatever is hidden.
    BadInput
        When the counts do not agree with those that the ledger has.
    """
    alike = as_of(counted, week)
    same = alike.values.items() <= ledger.table.values.items()
    bound_to = week if same else f"{week}, outside, {population}"
    table = as_of(counted, bound_to)
    before = replace(
        ledger,
        table=Table(
            {fact: told.low for fact, told in totals.items()} | dict(ledger.table.values),
            ledger.table.relations,
            ledger.table.implied - set(totals),
        ),
        told={**totals, **ledger.told},
    )
    view = guarded(before, table)
    return Published(view, bound_to, admit(before, view))
