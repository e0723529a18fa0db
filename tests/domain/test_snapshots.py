"""Snapshots over time: each view by its own clock, and nothing small for an outsider to find."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.counted import Counted, declared_category
from domain.crossed_counts import crossed
from domain.crossings import CROSSINGS, REST
from domain.disclosure.cells import Suppressed, Why
from domain.disclosure.medians import Figure
from domain.disclosure.patience import Patience
from domain.metrics import NOT_MEANT, OTHER, OUTSIDE, PERSONAL, Neighbour, breakdowns
from domain.snapshots import Occasion, take
from domain.views import Kept, View, ViewCell
from tests.domain.disclosure.outsider import Seen, opened
from tests.domain.people import CLOSES, OPENS, WEEK, Desk, Person, counted

FIRST = OPENS + 9 * WEEK


def person(
    week: int = 0, status: str = "completed", plan: str = "pro", choice: str = "granted"
) -> Person:
    finished = status == "completed"
    return {
        "week": (OPENS + week * WEEK).isoformat(),
        "status": status,
        "plan": plan,
        "researchers": choice,
        "language": "en",
        "stopped": NOT_MEANT if finished else "in the first quarter",
        "duration": "5 to 15 minutes" if finished else NOT_MEANT,
    }


def people(count: int, **facts: object) -> list[Person]:
    return [person(number % 9, **facts) for number in range(count)]  # type: ignore[arg-type]


def test_each_list_adds_up_and_hides_the_few_with_the_least_beside_them() -> None:
    desk = Desk("status", "plan")
    held = [*people(60), *people(40, plan="free"), *people(3, plan="max")]
    views = desk.snapshot(FIRST, held).views
    assert views["plan"].told == {"pro": 60}
    assert views["plan"].people == 103
    # All have completed, so that the others' being nobody would be told.
    assert views["status"].told == {}
    assert {cell.why for cell in views["status"].cells} != {None}


def test_what_is_about_some_alone_adds_up_to_them() -> None:
    desk = Desk("status", "stopped", "duration")
    left = people(30, status="abandoned")
    other = [{**each, "stopped": "in the last quarter"} for each in people(20, status="abandoned")]
    slow = [{**each, "duration": "over an hour"} for each in people(25)]
    views = desk.snapshot(FIRST, [*people(50), *slow, *left, *other]).views
    assert views["status"].told == {"completed": 75}
    assert (views["stopped"].people, views["duration"].people) == (50, 75)
    assert views["duration"].told == {"5 to 15 minutes": 50}
    assert sum(views["stopped"].told.values()) in (20, 30)


def test_a_closed_week_is_told_again_and_a_late_guest_is_nowhere_in_particular() -> None:
    desk = Desk("plan")
    early = [person(week) for week in range(9) for _ in range(12)]
    first = desk.snapshot(FIRST, early).views["week"]
    # One of them is hidden beside those of no listed week, who are nobody.
    assert list(first.told.values()) == [12] * 8
    late = [person(0)] * 3
    more = [person(9)] * 15
    second = desk.snapshot(FIRST + WEEK, [*early, *late, *more]).views["week"]
    assert first.told.items() <= second.told.items()
    assert opened(desk.seen, desk.declared(FIRST + WEEK), desk.truth) == []


def test_weeks_stay_as_they_are_when_more_were_erased_than_came_late() -> None:
    desk = Desk("plan")
    early = [person(week) for week in range(9) for _ in range(12)]
    before = desk.snapshot(FIRST, early).views["week"]
    # Eight of every week are gone, and very many came since.
    after = [person(week) for week in range(9) for _ in range(4)]
    kept = desk.snapshot(FIRST + WEEK, [*after, *[person(9)] * 90]).views["week"]
    assert (kept.told, kept.counted_on) == (before.told, before.counted_on)
    assert kept.kept is Kept.FEW


def test_a_view_stays_with_its_date_until_enough_people_moved() -> None:
    desk = Desk("review", "shares", "plan")
    waiting = [{**person(), "review": "waits", "shares": NOT_MEANT}] * 80
    done = [{**person(), "review": "confirmed", "shares": "in no request"}] * 40
    first = desk.snapshot(FIRST, [*waiting, *done]).views["review"]
    assert first.told == {"waits": 80, "confirmed": 40}
    moved = [*waiting[:75], *done, *done[:5]]
    second = desk.snapshot(FIRST + WEEK, moved).views["review"]
    assert (second.told, second.counted_on, second.kept) == (first.told, FIRST, Kept.FEW)
    moved = [*waiting[:60], *done, *done[:20]]
    third = desk.snapshot(FIRST + 2 * WEEK, moved).views["review"]
    assert (third.told, third.kept) == ({"waits": 60, "confirmed": 60}, None)
    assert desk.taken.views["plan"].counted_on == FIRST
    assert opened(desk.seen, desk.declared(FIRST), desk.truth) == []


def test_shares_move_while_the_review_stands_still() -> None:
    desk = Desk("review", "shares", "decision")
    confirmed = {**person(), "review": "confirmed", "decision": NOT_MEANT}
    waiting = [{**confirmed, "review": "waits", "shares": NOT_MEANT}] * 30
    none, asked = (
        {**confirmed, "shares": "in no request"},
        {**confirmed, "shares": "in preparation"},
    )
    desk.snapshot(FIRST, [*waiting, *[none] * 60, *[asked] * 20])
    first = desk.taken.views["shares"]
    assert first.people == 80
    released = {**confirmed, "shares": "released", "decision": "within a week"}
    people_now = [*waiting, *[none] * 30, *[asked] * 20, *[released] * 30]
    views = desk.snapshot(FIRST + WEEK, people_now).views
    assert views["review"].counted_on == FIRST
    assert opened(desk.seen, desk.declared(FIRST), desk.truth) == []


def test_a_cross_table_shows_how_people_spread_over_known_rows_and_columns() -> None:
    desk = Desk("status", "plan", "researchers", "language")
    held = [
        *people(60),
        *people(40, plan="free"),
        *people(30, status="abandoned"),
        *people(20, plan="free", status="abandoned"),
        *people(15, plan="max", choice="declined"),
        *people(12, choice="declined"),
    ]
    views = desk.snapshot(FIRST, held).views
    table = {(c.category, c.crossed): c.people for c in views["plan by status"].cells}
    assert table["pro", "completed"] in (72, None)
    assert sum(each is not None for each in table.values()) >= 2
    assert {row for row, _ in table} <= {"free", "pro", "max", REST}
    assert opened(desk.seen, desk.declared(FIRST), desk.truth) == []
    # Nothing of it can be counted anew when nobody came.
    again = desk.snapshot(FIRST + WEEK, held).views["plan by status"]
    assert again == views["plan by status"]


def test_a_cross_table_keeps_its_rows_and_waits_until_they_are_known_again() -> None:
    desk = Desk("status", "plan")
    held = [
        *people(60),
        *people(60, plan="free"),
        *people(30, status="abandoned"),
        *people(30, plan="free", status="abandoned"),
        *people(25, plan="max"),
        *people(25, plan="max", status="abandoned"),
    ]
    first = desk.snapshot(FIRST, held).views["plan by status"]
    assert first.reach > 0
    new = [*people(60), *people(60, plan="free"), *people(40, status="abandoned")]
    more = [*held, *({**each, "week": person(9)["week"]} for each in new)]
    later = desk.snapshot(FIRST + WEEK, more).views["plan by status"]
    assert {c.category for c in later.cells} == {c.category for c in first.cells}
    assert opened(desk.seen, desk.declared(FIRST + WEEK), desk.truth) == []


def test_a_table_whose_weeks_were_told_otherwise_stays() -> None:
    desk = Desk("status", "researchers")
    early = [person(week, choice=c) for week in range(8) for c in ("granted", "declined") * 10]
    before = desk.snapshot(FIRST, early).views["period by researchers"]
    assert before.reach > 0
    more = [*early, *[person(0)] * 2, *[person(8)] * 30, *[person(8, choice="declined")] * 30]
    after = desk.snapshot(FIRST + WEEK, more).views["period by researchers"]
    assert (after.cells, after.kept) == (before.cells, Kept.FEW)


def test_medians_stand_beside_their_bands() -> None:
    week = FIRST
    declared = [each for each in breakdowns(week, OPENS, CLOSES) if each.name == "length"]
    held = [{"length": "10 to 19 turns"}] * 60 + [{"length": "20 to 39 turns"}] * 40
    occasion = Occasion(week, week, OPENS, CLOSES, new=True)
    told = take(occasion, declared, counted(held, {"length": Figure(16, 100)}), {}, {})
    assert told.views["length"].median is not None
    without = take(occasion, declared, counted(held), {}, {})
    assert without.views["length"].median != told.views["length"].median


@pytest.mark.parametrize(
    "shares", [{"only_here": 4, "only_there": 300}, {"only_here": 0, "only_there": 0}]
)
def test_what_stays_with_a_person_is_held_back_beside_a_study_of_nearly_the_same(
    shares: dict[str, int],
) -> None:
    assert Neighbour(shared=90, **shares).tells_people
    declared = [each for each in breakdowns(FIRST, OPENS, CLOSES) if each.name in PERSONAL]
    held = [{"country": "US"}] * 60 + [{"country": "GB"}] * 40
    occasion = Occasion(FIRST, FIRST, OPENS, CLOSES, new=True, held_back=PERSONAL)
    assert take(occasion, declared, counted(held), {}, {}).views["country"].told == {}


@pytest.mark.parametrize(
    ("only_here", "only_there", "tells"),
    [(0, 0, False), (0, 1, True), (4, 5, True), (5, 5, False), (0, 10, False)],
)
def test_two_totals_that_differ_by_a_few_people_are_not_both_told(
    only_here: int, only_there: int, tells: bool
) -> None:
    assert Neighbour(50, only_here, only_there).tells_total is tells
    assert not Neighbour(50, 10, 12).tells_people


def test_a_table_whose_rest_was_nobody_waits_when_somebody_is_in_it() -> None:
    """It was settled without a row for all others; now somebody is in none of its rows."""
    plan = next(each for each in CROSSINGS if each.name == "plan by status")
    cells = tuple(
        ViewCell(row, column, 20, None) for row in ("free", "pro") for column in ("completed", REST)
    )
    told = ({"free": 40, "pro": 40}, {"completed": 50})
    known = {each.name: each for each in breakdowns(FIRST, OPENS, CLOSES)}
    held = counted(
        [*people(40), *people(10, plan="free"), *people(30, plan="free", status="abandoned")]
    )
    before = View(plan.name, FIRST, cells)
    assert crossed(plan, known, held, told, before, {}) is not None
    odd = counted(
        [*people(40), *people(10, plan="max"), *people(30, plan="free", status="abandoned")]
    )
    assert crossed(plan, known, odd, told, before, {}) is None


class Jumping:
    """A clock on which the time is over after so many looks."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def __call__(self) -> float:
        self.looks -= 1
        return 0.0 if self.looks >= 0 else 100.0


def test_a_median_for_which_no_time_is_left_is_withheld_and_its_bands_are_shown() -> None:
    declared = [each for each in breakdowns(FIRST, OPENS, CLOSES) if each.name == "length"]
    bands = [{"length": name} for name in declared[0].categories for _ in range(30)]
    occasion = Occasion(FIRST, FIRST, OPENS, CLOSES, new=True)
    held = counted([*bands, *bands[:5]], {"length": Figure(26, 155)})
    late = set()
    for looks in range(2, 14):
        patience = Patience.of(50, Jumping(looks))
        view = take(occasion, declared, held, {}, {}, patience).views["length"]
        if view.median == Suppressed(Why.TIME):
            late.add(len(view.told))
    assert late
    assert 0 not in late


class Ticking:
    """A clock that goes on by a second each time it is looked at."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        self.at += 1
        return self.at


@pytest.mark.parametrize("seconds", [0.5, 6.5, 12.5, 30.5])
def test_what_takes_too_long_stays_as_it_was_or_is_withheld(seconds: float) -> None:
    week = FIRST
    declared = breakdowns(week, OPENS, CLOSES)
    held = [{**each, "length": "10 to 19 turns"} for each in [*people(60), *people(5, plan="max")]]
    occasion = Occasion(week, week, OPENS, CLOSES, new=True)
    many = counted(held, {"length": Figure(16, 65)})
    taken = take(occasion, declared, many, {}, {}, Patience.of(seconds, Ticking()))
    assert taken.late
    for name in taken.late:
        for cell in taken.views[name].cells:
            assert cell.people is None
            assert "could not be protected" in (cell.why or "")
    old = take(occasion, declared, many, {}, {})
    again = take(
        Occasion(week + WEEK, week + WEEK, OPENS, CLOSES, new=True),
        declared,
        counted([*held, *held]),
        old.ledgers,
        old.views,
        Patience.of(0.5, Ticking()),
    )
    assert again.renewed == []
    assert {again.views[name].kept for name in again.late} == {Kept.TIME}


def test_what_is_of_no_declared_category_is_other() -> None:
    declared = {each.name: each for each in breakdowns(FIRST, OPENS, CLOSES)}
    assert declared_category(declared["language"], "ko") == OTHER
    assert declared_category(declared["week"], "2020-01-06") == OUTSIDE
    with pytest.raises(AssertionError, match="declares no category"):
        declared_category(declared["status"], "on leave")
    kinds = Counted(
        12, {frozenset({("redactions", kind)}): 9 for kind in ("RARE", "SELDOM", "PERSON")}
    )
    counts = kinds.by_category(declared["redactions"])
    assert (counts["PERSON"], counts[OTHER]) == (9, 12)


def test_a_view_is_worth_showing_when_it_tells_of_as_many_people() -> None:
    def view(*counts: int | None) -> View:
        return View("x", FIRST, tuple(ViewCell(str(n), "", n, None) for n in counts))

    assert view(None).is_worth(None)
    assert view(10, None).is_worth(view(None, None))
    assert not view(10, None).is_worth(view(10, 12))
    assert not view(None, None).is_worth(view(None, None))


CATEGORIES = {
    "status": ("completed", "abandoned", "in_progress"),
    "plan": ("free", "pro", "max"),
    "language": ("en", "de", "ja"),
    "researchers": ("granted", "declined", "not_asked"),
    "week": tuple((OPENS + week * WEEK).isoformat() for week in range(8)),
}


@st.composite
def crowds(draw: st.DrawFn, least: int) -> list[Person]:
    """People in few categories, some of them rare."""
    groups = draw(
        st.lists(
            st.tuples(
                st.integers(1, 25),
                st.fixed_dictionaries(
                    {name: st.sampled_from(each) for name, each in CATEGORIES.items()}
                ),
            ),
            min_size=3,
            max_size=9,
        )
    )
    held: list[Person] = [facts for count, facts in groups for _ in range(count)]
    return held + [groups[0][1]] * max(0, least - len(held))


def _moved(draw: st.DrawFn, held: Sequence[Person]) -> list[Person]:
    count = draw(st.integers(0, len(held)))
    choice = draw(st.sampled_from(CATEGORIES["researchers"]))
    return [*({**each, "researchers": choice} for each in held[:count]), *held[count:]]


@given(st.data())
@settings(max_examples=10, deadline=None)
def test_an_outsider_with_everything_ever_shown_finds_no_small_count(data: st.DataObject) -> None:
    """Breakdowns, cross tables and their slices, over three snapshots in which people come or move.

    The hidden vectors of two charts that are each safe and together are not are among them.
    """
    desk = Desk("status", "plan", "language", "researchers")
    held = data.draw(crowds(40))
    desk.snapshot(FIRST, held)
    came = person(9)["week"]
    new = [{**each, "week": came} for each in data.draw(crowds(len(held) // 10 + 10))]
    grown = [*held, *new]
    desk.snapshot(FIRST + WEEK, grown)

    @st.composite
    def later(draw: st.DrawFn) -> list[Person]:
        return _moved(draw, grown)

    desk.snapshot(FIRST + 2 * WEEK, data.draw(later()))
    assert opened(desk.seen, desk.declared(FIRST), desk.truth) == []


def test_the_outsider_finds_what_two_charts_together_give_away() -> None:
    """The attack can fail: two lists that are each safe, and their table that is not."""
    desk = Desk("status", "plan")
    held = [*people(60), *people(40, plan="free", status="abandoned"), *people(5, plan="free")]
    day = date(2026, 6, 1)
    desk.truths[day] = held
    seen = [
        Seen("a study", "everybody", day, {("", ""): 105}),
        Seen("a study", "plan", day, {("free", ""): 45, ("pro", ""): 60}),
        Seen("a study", "status", day, {("completed", ""): 65, ("abandoned", ""): 40}),
        Seen(
            "a study",
            "plan by status",
            day,
            {("free", "abandoned"): 40, ("pro", "abandoned"): None},
        ),
    ]
    found = opened(seen, desk.declared(day), desk.truth)
    assert any("plan by status" in each and "between 0 and 0" in each for each in found)
