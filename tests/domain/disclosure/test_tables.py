"""Tables have every cell that an outsider sees, and every sum that an outsider knows."""

from __future__ import annotations

import pytest

from domain.disclosure.facts import EVERYBODY, Relation, Table, difference
from domain.disclosure.tables import (
    Dimension,
    Group,
    as_of,
    changes,
    cross_table,
    linked,
    running_total,
    showing,
)
from domain.errors import BadInput
from tests.domain.disclosure.worlds import fact, grid, row

LANGUAGES = Dimension(
    "language", ("de", "en", "es"), (Group("other", ("de", "es")), Group("any", ("en", "other")))
)
PLANS = Dimension("plan", ("free", "pro"))


def test_a_combination_nobody_is_in_counts_as_zero() -> None:
    table = cross_table([LANGUAGES, PLANS], {fact(language="en", plan="pro"): 12})
    assert table.values[fact(language="de", plan="free")] == 0
    assert table.values[fact(plan="pro")] == table.values[EVERYBODY] == 12
    assert len(table.cells) == (3 + 2 + 1) * (2 + 1)


def test_a_group_is_the_sum_of_its_members_and_groups_nest() -> None:
    counts = {fact(language=name): count for name, count in (("de", 3), ("en", 20), ("es", 8))}
    table = cross_table([LANGUAGES], counts)
    assert table.values[fact(language="other")] == 11
    assert table.values[fact(language="any")] == table.values[EVERYBODY] == 31
    members = (fact(language="de"), fact(language="es"))
    assert Relation((fact(language="other"),), members) in table.relations


def test_every_sum_of_a_table_holds() -> None:
    for relation in grid([[1, 2, 3], [4, 5, 60]]).relations:
        values = grid([[1, 2, 3], [4, 5, 60]]).values
        assert sum(values[f] for f in relation.whole) == sum(values[f] for f in relation.parts)


def test_people_in_several_categories_imply_an_overlap_and_a_rest() -> None:
    studies = Dimension("study", ("a", "b"), several=True)
    counts = {fact(study="a"): 40, fact(study="b"): 50, EVERYBODY: 75}
    table = cross_table([studies], counts)
    assert sorted(table.values[implied] for implied in table.implied) == [15, 25, 35]
    assert set(table.cells) == set(counts)


def test_a_margin_over_several_categories_must_be_counted() -> None:
    studies = Dimension("study", ("a", "b"), several=True)
    with pytest.raises(BadInput, match="a total is missing"):
        cross_table([studies], {fact(study="a"): 40, fact(study="b"): 50})


def test_a_margin_of_both_kinds_is_added_up_where_it_may_be() -> None:
    studies = Dimension("study", ("a", "b"), several=True)
    counts = {
        **{fact(study=study, plan=plan): 20 for study in "ab" for plan in ("free", "pro")},
        **{fact(plan=plan): 30 for plan in ("free", "pro")},
    }
    table = cross_table([PLANS, studies], counts)
    assert table.values[EVERYBODY] == 60
    assert cross_table([studies, PLANS], counts).values == table.values


@pytest.mark.parametrize("total", [39, 49, 91])
def test_an_overlap_that_cannot_be_is_refused(total: int) -> None:
    studies = Dimension("study", ("a", "b"), several=True)
    counts = {fact(study="a"): 40, fact(study="b"): 50, EVERYBODY: total}
    with pytest.raises(BadInput, match="do not agree"):
        cross_table([studies], counts)


def test_a_total_that_is_not_its_parts_is_refused() -> None:
    with pytest.raises(BadInput, match="do not agree"):
        cross_table([PLANS], {fact(plan="free"): 3, EVERYBODY: 4})


@pytest.mark.parametrize(
    ("name", "categories", "groups"),
    [
        ("", ("a",), ()),
        ("!d", ("a",), ()),
        ("d", (), ()),
        ("d", ("a", "a"), ()),
        ("d", ("a", ""), ()),
        ("d", ("!a",), ()),
        ("d", ("a",), (Group("a", ("a",)),)),
        ("d", ("a",), (Group("g", ()),)),
        ("d", ("a",), (Group("g", ("b",)),)),
    ],
)
def test_a_malformed_dimension_is_refused(
    name: str, categories: tuple[str, ...], groups: tuple[Group, ...]
) -> None:
    with pytest.raises(BadInput, match="A dimension needs"):
        Dimension(name, categories, groups)


def test_a_table_has_one_to_three_different_dimensions() -> None:
    many = [Dimension(name, ("x",)) for name in "abcd"]
    for wrong in ([], many, [PLANS, PLANS]):
        with pytest.raises(BadInput, match="one to three"):
            cross_table(wrong, {})
    with pytest.raises(BadInput, match="one to three"):
        cross_table([PLANS], {}, within=fact(plan="pro"))


def test_negative_and_undeclared_counts_are_refused() -> None:
    for counts in ({fact(plan="free"): -1}, {fact(plan="max"): 1}, {fact(country="x"): 1}):
        with pytest.raises(BadInput, match="negative or of a category"):
            cross_table([PLANS], counts)


def test_a_filter_is_part_of_every_cell() -> None:
    france = fact(country="France")
    table = cross_table([PLANS], {france | fact(plan="free"): 12}, within=france)
    assert table.values[france] == 12
    assert set(table.cells) == {france, france | fact(plan="free"), france | fact(plan="pro")}


def test_a_margin_of_one_table_is_the_cell_of_another() -> None:
    together = linked(row({"c0": 30, "c1": 40}), grid([[10, 20], [25, 15]]))
    assert set(together.values) == set(grid([[10, 20], [25, 15]]).values)
    assert len(together.relations) == len(set(together.relations))


def test_tables_with_different_counts_for_one_fact_are_not_linked() -> None:
    with pytest.raises(BadInput, match="two tables differ"):
        linked(row({"c0": 30}), row({"c0": 31}))


def test_a_running_total_implies_each_step() -> None:
    table = running_total([(fact(week="1"), 30), (fact(week="2"), 33)])
    assert table.values[difference(fact(week="2"), fact(week="1"))] == 3
    with pytest.raises(BadInput):
        running_total([(fact(week="1"), 30), (fact(week="2"), 29)])


def test_two_snapshots_imply_the_change_of_each_cell() -> None:
    earlier, later = (
        as_of(row({"a": 30, "b": 20}), "1"),
        as_of(row({"a": 34, "b": 15, "c": 9}), "2"),
    )
    implied = changes(earlier, later)
    assert sorted(implied.values.values()) == [4, 5, 8]
    merged = linked(earlier, later, implied)
    for relation in merged.relations:
        assert sum(merged.values[f] for f in relation.whole) == sum(
            merged.values[f] for f in relation.parts
        )


def test_one_snapshot_has_no_change() -> None:
    table = as_of(row({"a": 30}), "1")
    assert changes(table, table) == Table({}, ())


def test_cells_below_shown_margins_are_implied() -> None:
    table = showing(grid([[10, 20], [25, 15]]), {fact(country="c0"), EVERYBODY})
    assert set(table.cells) == {fact(country="c0"), EVERYBODY}
