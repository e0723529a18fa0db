"""The comparison with stock Presidio measures what it says."""

from __future__ import annotations

from benchmarks import deidentification
from demonstration.planted import Manner
from jobs.labelled_rows import LabelledText

_LABELLED = (LabelledText("My name is Anna Kowalska and I restore lutes.", ((11, 24, "PERSON"),)),)


def test_every_reader_reads_the_same_and_is_counted() -> None:
    figures = deidentification.compare(9, _LABELLED, lambda _done, _total: None)

    stock, one_model, both, again = figures
    assert all(each.seconds > 0 for each in figures)
    assert all(0 < each.masked < 0.2 for each in figures)
    assert both.left_standing[Manner.STANDARD] < stock.left_standing[Manner.STANDARD]
    assert both.left_standing == again.left_standing
    assert one_model.labelled is not None
    assert one_model.labelled.recall == 1
