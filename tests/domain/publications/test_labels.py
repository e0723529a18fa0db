"""Labels on a published figure are words, for every category there is."""

from __future__ import annotations

from datetime import date

import pytest

from domain.metrics import breakdowns
from domain.publications.charts import is_publishable
from domain.publications.labels import label

DECLARED = tuple(
    each
    for each in breakdowns(date(2026, 11, 23), date(2026, 4, 1), date(2026, 6, 30))
    if is_publishable(each)
)


@pytest.mark.parametrize("breakdown", DECLARED, ids=lambda each: each.name)
def test_every_category_has_a_label_of_its_own(breakdown: object) -> None:
    (held,) = [each for each in DECLARED if each is breakdown]
    labels = [label(held.name, each) for each in held.categories]
    assert len(set(labels)) == len(labels)
    for each in labels:
        assert "_" not in each
        assert each[0].isupper() or each[0].isdigit()


def test_dates_languages_and_kinds_are_spoken_of_as_people_do() -> None:
    assert label("period", "2026-03-02") == "2 Mar to 29 Mar 2026"
    assert label("period", "in other weeks") == "Other weeks"
    assert label("language", "pt") == "Portuguese"
    assert label("language", "xx") == "Xx"
    assert label("country", "GB") == "United Kingdom"
    assert label("country", "not known") == "Not known"
    assert label("redactions", "EMAIL_ADDRESS") == "E-mail addresses"
    assert label("publish", "not_asked") == "Not asked"
    assert label("duration", "5 to 15 minutes") == "5 to 15 minutes"
