"""People of a study for tests: their categories, and the counts that a snapshot is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from domain.counted import Counted
from domain.crossings import CROSSINGS
from domain.disclosure.facts import Fact
from domain.disclosure.medians import Figure
from domain.metrics import Breakdown, breakdowns, listed_periods, may_show_total
from domain.snapshots import Occasion, Taken, take
from domain.views import View
from tests.domain.disclosure.outsider import Seen

Person = Mapping[str, str]
OPENS, CLOSES = date(2026, 3, 30), date(2026, 7, 5)
WEEK = timedelta(days=7)
STUDY = "a study"
_PAIRS = [
    tuple("week" if name == "period" else name for name in (each.rows, each.columns))
    for each in CROSSINGS
]


def counted(people: Sequence[Person], medians: Mapping[str, Figure] | None = None) -> Counted:
    """The counts of these people, as the database would give them."""
    counts: Counter[Fact] = Counter()
    for person in people:
        for item in person.items():
            counts[frozenset({item})] += 1
        for pair in _PAIRS:
            if set(pair) <= set(person):
                counts[frozenset((name, person[name]) for name in pair)] += 1
    return Counted(len(people), counts, medians or {})


class Desk:
    """A study whose snapshots are taken one after the other, and all that was seen of them."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.taken = Taken({}, {})
        self.seen: list[Seen] = []
        self.truths: dict[date, list[Person]] = {}
        self.total = (0, OPENS)

    def declared(self, week: date) -> tuple[Breakdown, ...]:
        """The breakdowns that are asked for; the weeks always are."""
        return tuple(
            each
            for each in breakdowns(week, OPENS, CLOSES)
            if not self.names or each.name in (*self.names, "week", "period")
        )

    def snapshot(self, week: date, people: Sequence[Person]) -> Taken:
        """Take one, and look at it."""
        new = may_show_total(len(people), [self.total[0]] if self.total[0] else [])
        if new:
            self.total = (len(people), week)
        assert new or len(people) == self.total[0]
        occasion = Occasion(week, self.total[1], OPENS, CLOSES, new)
        self.truths[week] = list(people)
        self.taken = take(
            occasion,
            self.declared(week),
            counted(people),
            self.taken.ledgers,
            self.taken.views,
        )
        self.seen.append(Seen(STUDY, "everybody", self.total[1], {("", ""): self.total[0]}))
        self.seen += [as_seen(view) for view in self.taken.views.values() if view.cells]
        return self.taken

    def truth(self, _study: str, day: date, wanted: Mapping[str, str]) -> int:
        """How many were so on that day."""
        periods = listed_periods(day, OPENS, CLOSES)

        def is_so(person: Person, name: str, category: str) -> bool:
            if name == "period":
                return person["week"] in periods.get(category, ())
            return person.get(name) == category

        return sum(
            all(is_so(person, *each) for each in wanted.items()) for person in self.truths[day]
        )


def as_seen(view: View) -> Seen:
    """A view as it is on the page."""
    fields = {(cell.category, cell.crossed): cell.people for cell in view.cells}
    return Seen(STUDY, view.name, view.counted_on, fields, view.rounded)
