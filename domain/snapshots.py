"""One snapshot of a study: which of its views are counted anew, and which stay as they were.

Each view has a clock of its own. It is renewed when the newer counts, protected around all that
was told before, tell of at least as many people as those on show; otherwise these stay, with
their date. So a view moves on when enough people have, and never shrinks to what may be told of
a few who came or moved meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from domain.counted import Counted
from domain.crossed_counts import crossed
from domain.crossings import CROSSINGS, Crossing
from domain.disclosure.cells import Cell, Suppressed, Why
from domain.disclosure.facts import Fact, Interval, Relation, Table
from domain.disclosure.ledger import Ledger, admit, guarded
from domain.disclosure.lists import any_number, cell_facts, counted_at, one_each
from domain.disclosure.medians import Band, shown_median
from domain.disclosure.patience import OutOfTime, Patience
from domain.disclosure.series import recounted, series
from domain.disclosure.tables import Dimension, as_of, cross_table, linked
from domain.errors import Refused
from domain.metrics import OUTSIDE, PERIOD, WEEK, Breakdown, Within, listed_periods
from domain.views import Kept, View, ViewCell

#: No view may take longer: one with very many small counts leaves time for the others.
VIEW_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Occasion:
    """When it is counted, and whom: all who came before ``cohort``, the week last told.

    ``new`` says that these are more people than before. Otherwise they are the same ones, and
    only what moves is counted again. ``held_back`` are breakdowns that another study's counts
    would be subtracted from.
    """

    week: date
    cohort: date
    opens_on: date
    closes_on: date
    new: bool
    held_back: frozenset[str] = frozenset()


@dataclass
class Taken:
    """The views of a snapshot, the ledgers behind them, and which were renewed or ran late."""

    views: dict[str, View]
    ledgers: dict[str, Ledger]
    renewed: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)


def take(
    occasion: Occasion,
    declared: Sequence[Breakdown],
    counted: Counted,
    ledgers: Mapping[str, Ledger],
    before: Mapping[str, View],
    patience: Patience | None = None,
) -> Taken:
    """The snapshot, around everything in the ledgers.

    ``before`` are the views on show. What cannot be protected within the patience stays as it
    was, or is withheld whole.
    """
    taking = _Taking(
        occasion,
        {each.name: each for each in declared},
        counted,
        before,
        patience,
        Taken({}, dict(ledgers)),
    )
    for each in declared:
        if each.name == WEEK:
            taking.weeks()
        elif each.name != PERIOD and each.within is None:
            taking.family(each)
    for crossing in CROSSINGS:
        taking.crossing(crossing)
    return taking.taken


@dataclass
class _Taking:
    occasion: Occasion
    declared: Mapping[str, Breakdown]
    counted: Counted
    before: Mapping[str, View]
    patience: Patience | None
    taken: Taken

    def family(self, root: Breakdown) -> None:
        """Renew a breakdown, then those that are about some of its categories, in one ledger.

        One after the other: what the first shows is not hidden again for the sake of the next.
        """
        chains = [[root]]
        for chain in chains:
            chains += [
                [*chain, each]
                for each in self.declared.values()
                if each.within is not None and each.within.breakdown == chain[-1].name
            ]
        for chain in chains:
            if not self.occasion.new and not root.moving:
                self._leave(chain[-1].name)
            elif root.name in self.occasion.held_back:
                self._stay({chain[-1].name: chain[-1].categories}, Kept.FEW)
            else:
                self._member(chain)

    def _member(self, chain: Sequence[Breakdown]) -> None:
        """Renew the last of a chain of breakdowns, each about categories of the one before."""
        root, breakdown = chain[0], chain[-1]
        table, facts = self._table(chain)
        found = self._protected(self._knowing(root.name, {self._whole: None}), table)
        if isinstance(found, Kept):
            return self._stay({breakdown.name: breakdown.categories}, found)
        ledger, cells = found
        views = [
            self._view(each, {name: cells[fact] for name, fact in facts[each.name].items()})
            for each in chain
        ]
        view = views[-1]
        if breakdown.within is not None:
            view = replace(view, people=_people(views[-2], breakdown.within))
        if breakdown.median is not None and view.is_worth(self.before.get(view.name)):
            median, ledger = self._median(breakdown, ledger, list(facts[view.name].values()))
            view = replace(view, median=median)
        return self._take(root.name, ledger, {view.name: view})

    def weeks(self) -> None:
        """The weeks and the periods that they make, each counted once unless many came late."""
        declared = {name: self.declared[name].categories for name in (WEEK, PERIOD)}
        if not self.occasion.new:
            return self._leave(*declared)
        ledger = self._knowing(WEEK, {self._whole: None})
        counts = self.counted.by_category(self.declared[WEEK])
        live = {week: people for week, people in counts.items() if week != OUTSIDE}
        held = recounted(ledger.table, live, WEEK, OUTSIDE, self._snapshot)
        others = self.counted.everybody - sum(people for _, people in held.values())
        if others < 0:
            # More were erased than came late: the weeks as told are more than all who are here.
            return self._stay(declared, Kept.FEW)
        outside = counted_at(self._snapshot) | {(WEEK, OUTSIDE)}
        table, facts = series(
            (WEEK, PERIOD),
            held,
            self._periods,
            (outside, others),
            (self._whole, self.counted.everybody),
        )
        found = self._protected(ledger, table)
        if isinstance(found, Kept):
            return self._stay(declared, found)
        ledger, cells = found
        views = {
            name: self._view(
                self.declared[name],
                {each: cells[facts.get((name, each), outside)] for each in categories},
            )
            for name, categories in declared.items()
        }
        # Those of no period that is over are not those of no listed week.
        late = views[PERIOD].cells[:-1]
        views[PERIOD] = replace(views[PERIOD], cells=late)
        return self._take(WEEK, ledger, views)

    def crossing(self, crossing: Crossing) -> None:
        """Renew a cross table where both its sides were renewed and are known; else keep it."""
        names = (crossing.rows, crossing.columns)
        spread = None
        if set(names) <= set(self.taken.renewed):
            spread = crossed(
                crossing,
                self.declared,
                self.counted,
                tuple(self.taken.views[name].told for name in names),
                self.before.get(crossing.name),
                self._periods,
            )
        if spread is None:
            return self._stay({crossing.name: ()}, Kept.FEW)
        rows, columns, counts = spread
        when = counted_at(self._snapshot)
        sides = (
            Dimension(crossing.rows, tuple(rows)),
            Dimension(crossing.columns, tuple(columns)),
        )
        known: dict[Fact, int | None] = {when: self.counted.everybody}
        known |= {when | {(crossing.rows, name)}: people for name, people in rows.items()}
        known |= {when | {(crossing.columns, name)}: people for name, people in columns.items()}
        found = self._protected(
            self._knowing(crossing.name, known, rounding=crossing.rounded),
            as_of(cross_table(sides, counts), self._snapshot),
        )
        if isinstance(found, Kept):
            return self._stay({crossing.name: ()}, found)
        ledger, cells = found
        shown = tuple(
            ViewCell.of(
                row, column, cells[when | {(crossing.rows, row), (crossing.columns, column)}]
            )
            for row in rows
            for column in columns
        )
        view = View(
            crossing.name,
            self.occasion.week,
            shown,
            self.counted.everybody,
            rounded=crossing.rounded,
        )
        return self._take(crossing.name, ledger, {crossing.name: view})

    @property
    def _snapshot(self) -> str:
        return self.occasion.week.isoformat()

    @property
    def _whole(self) -> Fact:
        """Everybody: the same fact in all snapshots of the same people."""
        return counted_at(self.occasion.cohort.isoformat())

    @property
    def _periods(self) -> dict[str, tuple[str, ...]]:
        occasion = self.occasion
        return listed_periods(occasion.week, occasion.opens_on, occasion.closes_on)

    def _view(self, breakdown: Breakdown, cells: Mapping[str, Cell]) -> View:
        shown = tuple(ViewCell.of(name, "", cell) for name, cell in cells.items())
        return View(breakdown.name, self.occasion.week, shown, self.counted.everybody)

    def _table(self, members: Sequence[Breakdown]) -> tuple[Table, dict[str, dict[str, Fact]]]:
        """The counts of a family and the sums among them, and the fact of each category."""
        tables: list[Table] = []
        facts: dict[str, dict[str, Fact]] = {}
        for each in members:
            counts = self.counted.by_category(each)
            facts[each.name] = cell_facts(each.name, counts, self._snapshot)
            if each.within is None:
                build = any_number if each.several else one_each
                tables.append(
                    build(
                        each.name,
                        counts,
                        whole=self._whole,
                        people=self.counted.everybody,
                        snapshot=self._snapshot,
                    )
                )
            else:
                parents = facts[each.within.breakdown]
                whole = tuple(parents[name] for name in each.within.categories)
                parts = tuple(facts[each.name].values())
                values = {fact: counts[name] for name, fact in facts[each.name].items()}
                tables.append(Table(values, (Relation(whole, parts),)))
        return linked(*tables), facts

    def _median(
        self, breakdown: Breakdown, ledger: Ledger, facts: Sequence[Fact]
    ) -> tuple[Cell, Ledger]:
        declared = breakdown.median
        figure = self.counted.medians.get(breakdown.name)
        if declared is None or figure is None:
            return Suppressed(Why.FEW_ON_A_SIDE), ledger
        tops = (*declared.ends[1:], float("inf"))
        bands = [
            Band(fact, low, high)
            for fact, low, high in zip(facts, declared.ends, tops, strict=False)
        ]
        try:
            return shown_median(ledger, figure, bands, step=declared.step, patience=self.patience)
        except OutOfTime:
            return Suppressed(Why.TIME), ledger

    def _knowing(
        self, name: str, known: Mapping[Fact, int | None], *, rounding: bool = False
    ) -> Ledger:
        """The ledger with what others tell of this one's margins; None is everybody."""
        ledger = self.taken.ledgers.get(name, Ledger(rounding=rounding))
        told = dict(ledger.told)
        for fact, people in known.items():
            value = self.counted.everybody if people is None else people
            told[fact] = Interval(value, value)
        return replace(ledger, told=told)

    def _protected(self, ledger: Ledger, table: Table) -> tuple[Ledger, Mapping[Fact, Cell]] | Kept:
        """The ledger with the table in it, and its cells; or why it stays as it was."""
        patience = None if self.patience is None else self.patience.at_most(VIEW_SECONDS)
        try:
            view = guarded(ledger, table, patience)
            return admit(ledger, view, patience), view.cells
        except OutOfTime:
            return Kept.TIME
        except Refused:
            return Kept.FEW

    def _take(self, name: str, ledger: Ledger, views: Mapping[str, View]) -> None:
        """Show those of a ledger's views that are worth it; the others stay."""
        for each, view in views.items():
            if view.is_worth(self.before.get(each)):
                self.taken.views[each] = view
                self.taken.ledgers[name] = ledger
                self.taken.renewed.append(each)
            else:
                self._stay({each: ()}, Kept.FEW)

    def _leave(self, *names: str) -> None:
        """Leave views as they are: nobody whom they count can have moved."""
        self.taken.views |= {name: self.before[name] for name in names if name in self.before}

    def _stay(self, categories: Mapping[str, Sequence[str]], kept: Kept) -> None:
        """Keep views on show and say why; where there is none, withhold every cell."""
        why = Why.TIME if kept is Kept.TIME else Why.THRESHOLD
        if kept is Kept.TIME:
            self.taken.late += categories
        for name, names in categories.items():
            old = self.before.get(name)
            if old is None:
                cells = tuple(ViewCell(each, "", None, why.sentence) for each in names)
                self.taken.views[name] = View(name, self.occasion.week, cells)
            elif self.occasion.new or name in self.declared:
                self.taken.views[name] = replace(old, kept=kept)
            else:
                self.taken.views[name] = old


def _people(parent: View, within: Within) -> int | None:
    """How many are in these categories of the parent, as its shown cells tell; None if not."""
    inside, told = set(within.categories), parent.told
    if inside <= set(told):
        return sum(told[name] for name in within.categories)
    outside = {each.category for each in parent.cells} - inside
    if outside <= set(told) and parent.people is not None:
        return parent.people - sum(told[name] for name in outside)
    return None
