"""Medians and other quantiles of participants' own figures, guarded against being one person's."""

from __future__ import annotations

from collections.abc import Sequence

from domain.disclosure.cells import THRESHOLD, Cell, Shown, Suppressed, Why
from domain.errors import BadInput


def guarded_quantile(figures: Sequence[float], share: float, *, step: float, cell: Cell) -> Cell:
    """The quantile below which ``share`` of the participants lie, rounded to ``step``.

    ``figures`` has one figure per participant (the mean of theirs, where they have several) and
    ``cell`` is the shown or suppressed count of those participants: a suppressed one suppresses
    the quantile. At least the threshold of participants must rank on either side of it, so
    least and greatest are never shown; ``step``, in the unit of the figures, keeps it from being
    one person's exact figure.

    Raises:
        BadInput: ``share`` is not between 0 and 1, or ``step`` is not positive.
    """
    if not 0 < share < 1 or step <= 0:
        raise BadInput("A quantile needs a share between 0 and 1 and a step above 0.")
    if isinstance(cell, Suppressed):
        return cell
    ordered = sorted(figures)
    rank = share * (len(ordered) - 1)
    below, above = int(rank), len(ordered) - 1 - int(rank)
    if min(below, above) < THRESHOLD:
        return Suppressed(Why.FEW_ON_A_SIDE)
    between = ordered[below] + (ordered[below + 1] - ordered[below]) * (rank - below)
    return Shown(round(between / step) * step)
