"""The funnel adds what is shown, and stops where something is withheld."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from domain.funnel import STAGES, funnel
from domain.metrics import STOPS
from domain.views import View, ViewCell

DAY = date(2026, 6, 1)
STATUS = View("status", DAY, (ViewCell("completed", "", 70, None),), 120)


def stopped(*counts: int | None) -> View:
    cells = (ViewCell(stop, "", n, None) for stop, n in zip(STOPS, counts, strict=True))
    return View("stopped", DAY, tuple(cells), 50)


def counts(view: View) -> list[int | None]:
    assert [cell.category for cell in view.cells] == list(STAGES)
    assert all((cell.people is None) != (cell.why is None) for cell in view.cells)
    return [cell.people for cell in view.cells]


def test_those_who_finished_and_those_who_stopped_later_reached_a_stage() -> None:
    assert counts(funnel(STATUS, stopped(10, 11, 12, 13, None))) == [120, 106, 95, 83, 70]


def test_a_stage_before_a_withheld_stop_is_withheld() -> None:
    assert counts(funnel(STATUS, stopped(10, 11, None, 13, None))) == [120, None, None, 83, 70]


def test_nothing_is_added_to_a_withheld_count_or_to_one_of_another_day() -> None:
    hidden = replace(STATUS, cells=(ViewCell("completed", "", None, "Not shown."),))
    assert counts(funnel(hidden, stopped(10, 11, 12, 13, None))) == [120, None, None, None, None]
    late = replace(stopped(10, 11, 12, 13, None), counted_on=date(2026, 6, 8))
    assert counts(funnel(STATUS, late)) == [120, None, None, None, 70]
