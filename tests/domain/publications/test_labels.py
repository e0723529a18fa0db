"""Labels on a published figure are words, for every category there is."""

from __future__ import annotations

from datetime import date

import pytest

from domain.metrics import breakdowns
from domain.publications.labels import label

DECLARED = breakdowns(date(2026, 11, 23), date(2026, 4, 1), date(2026, 6, 30))


@pytest.mark.parametrize("breakdown", DECLARED, ids=lambda each: each.name)
def test_every_category_has_a_label_of_its_own(breakdown: object) -> None:
    (held,) = [each for each in DECLARED if each is breakdown]
    labels = [label(held.name, each, over_time=held.over_time) for each in held.categories]
    assert len(set(labels)) == len(labels)
    for each in labels:
        assert "_" not in each
        assert each[0].isupper() or each[0].isdigit()


def test_dates_languages_and_kinds_are_spoken_of_as_people_do() -> None:
    assert label("week", "2026-03-02", over_time=True) == "2 Mar 2026"
    assert label("week", "in other weeks", over_time=True) == "Other weeks"
    assert label("language", "pt", over_time=False) == "Portuguese"
    assert label("language", "xx", over_time=False) == "xx"
    assert label("redactions", "EMAIL_ADDRESS", over_time=False) == "Email address"
    assert label("status", "in_progress", over_time=False) == "Still open"
    assert label("duration", "5 to 15 minutes", over_time=False) == "5 to 15 minutes"
