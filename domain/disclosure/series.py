"""A series of weeks: each is counted once, when it is over, and told so for ever.

Were closed weeks counted anew with every snapshot, they would have to be hidden: that nobody was
added to them is a count as well. Who comes late to a week counts as in no listed week, until
there are enough to count that week again.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.disclosure.cells import THRESHOLD
from domain.disclosure.facts import Fact, Relation, Table
from domain.disclosure.lists import SNAPSHOT, counted_at

Held = dict[str, tuple[str, int]]
"""For each week the snapshot at which it was counted, and the count."""


def recounted(table: Table, live: Mapping[str, int], name: str, rest: str, snapshot: str) -> Held:
    """Each week as it is told: as it was, or as it is where it is new or changed by enough.

    ``table`` has all that was counted before; ``live`` are the counts of the listed weeks, and
    ``rest`` is the category of all others. Weeks that are no longer listed stay.
    """
    held: Held = {}
    for fact, value in sorted(table.values.items(), key=lambda each: sorted(each[0])):
        named = dict(fact)
        counted = set(named) == {name, SNAPSHOT} and fact not in table.implied
        if counted and named[name] != rest:
            before = held.get(named[name], ("", 0))
            held[named[name]] = max(before, (named[SNAPSHOT], int(value)))
    for week, count in live.items():
        if week not in held or abs(count - held[week][1]) >= THRESHOLD:
            held[week] = (snapshot, count)
    return held


def series(
    names: tuple[str, str],
    held: Held,
    periods: Mapping[str, tuple[str, ...]],
    rest: tuple[Fact, int],
    whole: tuple[Fact, int],
) -> tuple[Table, dict[tuple[str, str], Fact]]:
    """The weeks, the periods that they make, and the facts of both by name and category.

    ``rest`` are those of no listed week; with the weeks they make up ``whole``.
    """
    week_name, period_name = names
    weeks = {
        week: counted_at(snapshot) | {(week_name, week)} for week, (snapshot, _) in held.items()
    }
    facts = {(week_name, week): fact for week, fact in weeks.items()}
    values: dict[Fact, float] = dict([whole, rest])
    values |= {weeks[week]: count for week, (_, count) in held.items()}
    relations = [Relation((whole[0],), (*weeks.values(), rest[0]))]
    for period, members in periods.items():
        # A week that was counted again makes another count of its period.
        newest = max(held[week][0] for week in members)
        fact = counted_at(newest) | {(period_name, period)}
        facts[period_name, period] = fact
        values[fact] = sum(held[week][1] for week in members)
        relations.append(Relation((fact,), tuple(weeks[week] for week in members)))
    return Table(values, tuple(relations)), facts
