"""The completion funnel: how many got how far, from shown counts alone."""

from __future__ import annotations

from domain.disclosure.cells import Why
from domain.metrics import STOPS, Breakdown
from domain.views import View, ViewCell

STAGES = (
    "began",
    "a quarter of the questions",
    "half of the questions",
    "three quarters of the questions",
    "finished",
)
FUNNEL = Breakdown("funnel", "How many got how far through the questions?", STAGES)


def funnel(status: View, stopped: View) -> View:
    """How many reached each stage: those who finished and all who stopped later.

    It adds shown counts and nothing else, so that it tells what they tell. A stage for which one
    of them is withheld, or of another date, is withheld. Whoever stopped nobody knows where counts
    in the stage that everybody reached.
    """
    told = stopped.told if stopped.counted_on == status.counted_on else {}
    finished = status.told.get("completed")
    counts: list[int | None] = [finished]
    # Backwards from those who finished. A stop in the first quarter is before the first stage.
    for stop in reversed(STOPS[1:4]):
        later, here = counts[-1], told.get(stop)
        counts.append(None if later is None or here is None else later + here)
    counts.append(status.people)
    why = Why.THRESHOLD.sentence
    cells = tuple(
        ViewCell(stage, "", count, why if count is None else None)
        for stage, count in zip(STAGES, reversed(counts), strict=True)
    )
    return View("funnel", status.counted_on, cells, status.people, kept=status.kept)
