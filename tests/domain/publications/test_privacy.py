"""Noise for counts: what it costs, how far it goes, and what is left to spend."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import pytest

from domain.errors import Refused
from domain.metrics import breakdowns
from domain.publications.contents import methods_note, numbers_csv
from domain.publications.privacy import (
    BUDGET,
    EPSILONS,
    check_budget,
    check_can_have_noise,
    left,
    scale_of,
    shown,
    within,
)
from tests.domain.publications.worlds import frozen

DAY = date(2026, 11, 23)
DECLARED = {each.name: each for each in breakdowns(DAY, DAY, DAY)}


def farther_than(bound: int, scale: float) -> float:
    """How often discrete Laplace noise goes farther than that: its own sum, term by term."""
    base = (math.exp(1 / scale) - 1) / (math.exp(1 / scale) + 1)
    near = sum(base * math.exp(-abs(each) / scale) for each in range(-bound, bound + 1))
    return 1 - near


@pytest.mark.parametrize("epsilon", EPSILONS)
def test_a_count_lies_within_what_is_told_nineteen_times_out_of_twenty(epsilon: Decimal) -> None:
    bound = within(epsilon)
    assert farther_than(bound, scale_of(epsilon)) <= 0.05
    assert farther_than(bound - 1, scale_of(epsilon)) > 0.05


def test_the_smaller_epsilon_the_more_noise() -> None:
    assert [scale_of(each) for each in EPSILONS] == [4, 2, 1]
    assert [within(each) for each in EPSILONS] == [12, 6, 3]


@pytest.mark.parametrize(
    ("spent", "epsilon", "fits"),
    [("0", "1", True), ("2", "1", True), ("2.25", "1", False), ("2.75", "0.25", True)],
)
def test_no_more_is_spent_than_the_budget(spent: str, epsilon: str, fits: bool) -> None:
    if fits:
        check_budget(Decimal(spent), Decimal(epsilon))
        return
    with pytest.raises(Refused, match=r"spent 2\.25 of 3; 1 more is too much.*privacy\.budget"):
        check_budget(Decimal(spent), Decimal(epsilon))


def test_what_is_left_is_never_less_than_nothing() -> None:
    assert left(Decimal(0)) == BUDGET
    assert left(Decimal("2.75")) == Decimal("0.25")
    assert left(Decimal(4)) == 0


def test_noise_is_for_charts_in_which_a_person_is_once() -> None:
    check_can_have_noise(DECLARED["plan"])
    with pytest.raises(Refused, match=r"privacy\.one-group"):
        check_can_have_noise(DECLARED["redactions"])


def test_a_noisy_count_under_the_threshold_is_not_shown_nor_one_under_nothing() -> None:
    told = {"free": 10, "pro": 9, "max": 0, "other": -3}
    assert shown(told) == {"free": 10, "pro": None, "max": None, "other": None}


def test_the_files_say_that_there_is_noise_and_not_how_many_are_counted() -> None:
    held = frozen(epsilon=Decimal("0.50"), everybody=None)
    said = methods_note(held).decode()
    for part in (
        "epsilon = 0.5 for each participant",
        "the scale 2 by OpenDP",
        "within 6 of the true one 19 times out of 20",
        "may spend an epsilon of 3 together",
        "Withheld here: 1 of 3 counts.",
    ):
        assert part in said
    assert "distinct participants are counted" not in said
    assert "linear programming" not in said
    rows = numbers_csv(held).decode()
    assert "everybody" not in rows
    assert rows.startswith('"category","distinct participants, with noise"')
