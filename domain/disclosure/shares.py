"""Percentages: nothing but two shown counts said otherwise, so they hide where a count would."""

from __future__ import annotations

from domain.disclosure.cells import THRESHOLD, Cell, Shown, Suppressed, Why
from domain.errors import BadInput


def percentage(part: Cell, whole: Cell) -> Cell:
    """The part in whole per cent of the whole, both cells as they are shown.

    Suppressed where either count is, and where the rest is under the threshold: 98 % says how
    many are not in it, and 100 % that nobody is.

    Raises:
        BadInput: the part is greater than the whole.
    """
    if isinstance(part, Suppressed) or isinstance(whole, Suppressed):
        return Suppressed(Why.THRESHOLD)
    rest = whole.value - part.value
    if rest < 0:
        raise BadInput("A part cannot be greater than its whole. Compare cells of one table.")
    if rest < THRESHOLD or part.value < THRESHOLD:
        return Suppressed(Why.SHARE)
    return Shown(round(100 * part.value / whole.value))
