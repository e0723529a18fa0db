"""Changes of the policy table: told apart in words, and never to what is no table."""

from __future__ import annotations

import copy

import pytest

from domain.errors import BadInput
from domain.policy import current_table, edition_document, read_table
from domain.policy.changes import check_change, differences, with_retention
from domain.vocabulary import PolicyVersion

MARCH = PolicyVersion.MARCH_2026


def changed(change):
    document = copy.deepcopy(edition_document())
    change(document)
    return document


def told(change):
    return differences(current_table(), read_table(changed(change)))


def test_recording_a_retention_says_just_that():
    document = with_retention(edition_document(), MARCH, 3, "2026-12-01")
    assert document["edition"] == "2026-12-01"
    assert differences(current_table(), read_table(document)) == (
        "Policy version 2026-03-23 is kept for 3 years; until now no recorded time.",
    )
    again = with_retention(document, MARCH, 1, "2026-12-02")
    assert (
        "for 1 year; until now 3 years" in differences(read_table(document), read_table(again))[0]
    )


def test_a_version_that_there_is_none_of_is_named():
    with pytest.raises(BadInput, match="no policy version none"):
        with_retention(edition_document(), PolicyVersion.NONE, 3, "x")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda d: d["versions"][1].update(completed_from="2026-03-24T00:00:00+00:00"),
            "Policy version 2026-03-23 governs other dates.",
        ),
        (lambda d: d.update(boundary_band_hours=20), "The band round a boundary is 20 hours wide."),
        (lambda d: d["rows"][0].update(reason="Another."), "Rule R20 is changed."),
        (lambda d: d["clauses"].update(M1="Another."), "The wording of the clauses is another."),
        (lambda d: d["otherwise"].update(reason="Another."), "Rule R99 is changed."),
    ],
)
def test_each_kind_of_change_is_a_sentence(change, sentence):
    assert told(change) == (sentence,)


def test_a_rule_that_comes_or_goes_is_told():
    def swap(document):
        document["rows"][0]["id"] = "R19"

    assert told(swap) == ("Rule R20 is taken out.", "Rule R19 is added.")


def test_a_version_that_comes_or_goes_is_told():
    without = read_table(changed(lambda d: d["versions"].pop(0)))
    assert differences(current_table(), without)[0] == "Policy version 2025-12 is taken out."
    assert differences(without, current_table())[0] == "Policy version 2025-12 is added."


def test_nothing_changed_and_no_edition_are_refused():
    with pytest.raises(BadInput, match="Nothing would change"):
        check_change(edition_document(), edition_document())
    with pytest.raises(BadInput, match="edition"):
        with_retention(edition_document(), MARCH, 3, " ")
    with pytest.raises(BadInput):
        with_retention(edition_document(), MARCH, 0, "2026-12-01")
