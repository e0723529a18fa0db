"""The table's data file: read whole, refused when anything in it is off, named by its digest."""

from __future__ import annotations

import copy
from datetime import timedelta
from itertools import product

import pytest

from domain.digests import digest
from domain.errors import BadInput
from domain.policy import Outcome, Use, current_table, edition_document, read_table
from domain.policy.conditions import _CONDITIONS
from domain.policy.table import Condition
from domain.vocabulary import ConsentChoice


def document():
    return copy.deepcopy(edition_document())


def refused(changed):
    with pytest.raises(BadInput) as caught:
        read_table(changed)
    message = str(caught.value)
    assert message.startswith("The policy table cannot be used: ")
    return message


def gate(changed, rule):
    return next(entry for entry in changed["gates"] if entry["id"] == rule)


def row(changed, rule):
    return next(entry for entry in changed["rows"] if entry["id"] == rule)


def test_the_edition_in_force_is_read_once_and_knows_its_digest():
    table = current_table()
    assert table is current_table()
    assert table.digest == digest(edition_document()).hex()
    assert table.edition == "2026-11-24"
    assert table.band == timedelta(hours=14)


def test_changing_a_single_word_gives_another_digest():
    changed = document()
    changed["otherwise"]["reason"] += "!"
    assert read_table(changed).digest != current_table().digest


def test_the_rules_print_in_the_order_of_their_identifiers():
    names = [rule.id for rule in current_table().rules]
    assert names == sorted(names)
    assert names[0] == "R01"
    assert names[-1] == "R99"


def test_every_reason_and_remedy_is_a_sentence():
    for rule in current_table().rules:
        for sentence in (rule.reason, rule.remedy):
            assert sentence[0].isupper(), rule.id
            assert sentence.endswith("."), rule.id


def test_no_two_rows_contend_for_one_case():
    for version, use, choice in product(current_table().versions, Use, ConsentChoice):
        met = [
            row
            for row in current_table().rows
            if version.id in row.versions
            and use in row.uses
            and (row.scope is None or choice in row.choices)
        ]
        # R61 takes up what R60 leaves of the e-mails about a finding.
        assert len(met) <= 1 or [row.rule.id for row in met] == ["R60", "R61"]


def test_every_row_by_choice_has_an_answer_for_every_choice():
    by_choice = [row for row in current_table().rows if row.scope is not None]
    for use in {use for row in by_choice for use in row.uses} - {Use.EMAIL_FINDING}:
        answered = [choice for row in by_choice if use in row.uses for choice in row.choices]
        assert sorted(answered) == sorted(ConsentChoice)


def test_every_condition_that_the_table_may_name_is_known_and_used():
    table = current_table()
    named = {gate.when for gate in (*table.gates, *table.tightenings)}
    named |= {row.needs for row in table.rows if row.needs is not None}
    assert named == set(Condition) == set(_CONDITIONS)


def test_every_use_is_spoken_of_by_some_rule_of_its_own():
    table = current_table()
    everything = frozenset(Use)
    spoken = {use for gate in table.gates if gate.uses != everything for use in gate.uses}
    spoken |= {use for row in table.rows for use in row.uses}
    assert spoken == everything


def test_gates_in_another_order_are_refused():
    changed = document()
    changed["gates"].reverse()
    assert "the gates are asked in the order R11, R12, R13, R01" in refused(changed)


def test_a_gate_left_out_is_refused():
    changed = document()
    changed["gates"].remove(gate(changed, "R10"))
    assert "the gates are asked in the order" in refused(changed)


@pytest.mark.parametrize("field", ["versions", "gates", "otherwise", "clauses", "edition"])
def test_a_missing_part_is_named(field):
    changed = document()
    del changed[field]
    assert f"'{field}' is missing" in refused(changed)


@pytest.mark.parametrize("field", ["id", "clause", "reason", "remedy", "outcome"])
def test_a_missing_field_of_a_rule_is_named(field):
    changed = document()
    del row(changed, "R20")[field]
    assert f"'{field}' is missing" in refused(changed)


@pytest.mark.parametrize("field", ["clause", "reason", "remedy"])
@pytest.mark.parametrize("value", ["", None, 7])
def test_a_rule_without_its_words_is_refused(field, value):
    changed = document()
    row(changed, "R20")[field] = value
    assert f"R20 needs a {field}" in refused(changed)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (lambda d: d, "the document holds surprise"),
        (lambda d: d["versions"][0], "version 2025-12 holds surprise"),
        (lambda d: gate(d, "R10"), "R10 holds surprise"),
        (lambda d: row(d, "R20"), "R20 holds surprise"),
    ],
)
def test_a_word_that_means_nothing_is_refused(place, said):
    changed = document()
    place(changed)["surprise"] = True
    assert said in refused(changed)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: row(d, "R20").update(outcome="maybe"),
        lambda d: row(d, "R20").update(uses=["teleport"]),
        lambda d: row(d, "R20").update(versions=["2031-01"]),
        lambda d: row(d, "R21").update(requirements=["a_wish"]),
        lambda d: row(d, "R25").update(needs="luck"),
        lambda d: row(d, "R31").update(choice={"scope": "moon", "is": ["granted"]}),
        lambda d: row(d, "R31").update(choice={"scope": "contact", "is": ["perhaps"]}),
        lambda d: gate(d, "R10").update(when="raining"),
        lambda d: gate(d, "R10").update(only=["nothing_known"]),
        lambda d: gate(d, "R02").update({"except": ["nothing_known"]}),
        lambda d: d.update(boundary_band_hours="14"),
        lambda d: d.update(boundary_band_hours=14.5),
        lambda d: d.update(versions=7),
        lambda d: d.update(clauses=[]),
        lambda d: d["versions"][0].update(completed_from="yesterday"),
    ],
)
def test_a_value_that_is_not_one_of_the_known_is_refused(change):
    changed = document()
    change(changed)
    refused(changed)


@pytest.mark.parametrize("document", [None, 7, [], "text"])
def test_what_is_no_table_at_all_is_refused(document):
    refused(document)


def test_a_rule_resting_on_no_known_clause_is_refused():
    changed = document()
    row(changed, "R20")["clause"] = "M13, M99"
    assert "R20 rests on M99, which is no clause" in refused(changed)


def test_only_r04_may_leave_its_outcome_to_two_sides():
    changed = document()
    row(changed, "R20")["outcome"] = None
    assert "R20 needs an outcome" in refused(changed)
    changed = document()
    gate(changed, "R04")["outcome"] = "allow"
    assert "R04 needs an outcome" in refused(changed)


def test_a_tightening_that_would_allow_is_refused():
    changed = document()
    changed["tightenings"][0]["outcome"] = "allow"
    assert "a tightening never allows" in refused(changed)


@pytest.mark.parametrize("outcome", ["allow", "hold"])
def test_what_no_rule_allows_cannot_be_anything_but_denied(outcome):
    changed = document()
    changed["otherwise"]["outcome"] = outcome
    assert "what no rule allows is denied" in refused(changed)


@pytest.mark.parametrize(
    ("version", "change", "said"),
    [
        (0, {"completed_before": "2025-12-01T00:00:00+00:00"}, "ends before it begins"),
        (0, {"completed_before": "2026-04-01T00:00:00+00:00"}, "begins while another one stands"),
        (0, {"completed_before": None}, "begins while another one stands"),
        (0, {"completed_from": "2025-12-01T00:00:00"}, "needs its offset from UTC"),
        (0, {"retention_years": 0}, "for a year at least"),
        (0, {"retention_years": "5"}, "in whole years"),
        (0, {"retention_years": True}, "in whole years"),
        (1, {"id": "2025-12"}, "named twice"),
    ],
)
def test_dates_and_retention_that_contradict_themselves_are_refused(version, change, said):
    changed = document()
    changed["versions"][version].update(change)
    assert said in refused(changed)


def test_a_band_of_less_than_nothing_is_refused():
    changed = document()
    changed["boundary_band_hours"] = -1
    assert "no less than 0 hours" in refused(changed)


def test_a_tightening_names_what_it_covers():
    tightening = current_table().tightenings[0]
    assert (tightening.rule.id, tightening.rule.outcome) == ("R80", Outcome.HOLD)
    assert tightening.uses == current_table().use_groups["external"]
