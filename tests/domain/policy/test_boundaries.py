"""Instants: the second before, the very one, the second after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from domain.policy import Requirement, Use, current_table, governing_version
from domain.policy.dates import (
    retention_due_at,
    unfinished_due_at,
    version_at,
    versions_near,
)
from domain.vocabulary import PolicyVersion
from tests.domain.policy.worlds import (
    GRANTED,
    IN_APRIL,
    IN_DECEMBER,
    RECORDED,
    REVIEWER,
    SECOND,
    answer,
    asked,
    contiguous,
    retention_recorded,
    session,
)

DECEMBER, MARCH, NONE = PolicyVersion.DECEMBER_2025, PolicyVersion.MARCH_2026, PolicyVersion.NONE
BEGINS = datetime(2025, 12, 1, tzinfo=UTC)
ENDS = datetime(2026, 1, 1, tzinfo=UTC)
NEXT = datetime(2026, 3, 23, tzinfo=UTC)
BAND = timedelta(hours=14)


@pytest.mark.parametrize(
    ("boundary", "before", "after"),
    [(BEGINS, NONE, DECEMBER), (ENDS, DECEMBER, NONE), (NEXT, NONE, MARCH)],
)
def test_a_boundary_belongs_to_what_begins_there(boundary, before, after):
    assert governing_version(boundary - SECOND) is before
    assert governing_version(boundary) is after
    assert governing_version(boundary + SECOND) is after


def test_a_session_that_was_not_completed_is_governed_by_nothing():
    assert governing_version(None) is NONE


def test_the_same_instant_told_in_another_zone_is_governed_alike():
    tokyo = timezone(timedelta(hours=9))
    assert governing_version(datetime(2026, 3, 23, 8, 59, 59, tzinfo=tokyo)) is NONE
    assert governing_version(datetime(2026, 3, 23, 9, 0, tzinfo=tokyo)) is MARCH


def test_the_boundaries_are_read_from_the_table():
    assert current_table().boundaries == (BEGINS, ENDS, NEXT)


@pytest.mark.parametrize("boundary", [BEGINS, ENDS, NEXT])
@pytest.mark.parametrize(
    ("offset", "in_doubt"),
    [
        (-BAND - SECOND, False),
        (-BAND, True),
        (-BAND + SECOND, True),
        (-SECOND, True),
        (timedelta(0), True),
        (SECOND, True),
        (BAND - SECOND, True),
        (BAND, True),
        (BAND + SECOND, False),
    ],
)
def test_within_fourteen_hours_of_a_boundary_both_sides_are_meant(boundary, offset, in_doubt):
    table = current_table()
    sides = versions_near(table, boundary + offset)
    assert sides[0] == version_at(table, boundary + offset)
    assert len(sides) == (2 if in_doubt else 1)


@pytest.mark.parametrize(
    ("completed_at", "publish_summary", "publish_responses"),
    [
        (BEGINS - SECOND, ("R03", "hold"), ("R03", "hold")),
        (BEGINS, ("R04", "hold"), ("R04", "deny")),
        (BEGINS + SECOND, ("R04", "hold"), ("R04", "deny")),
        (BEGINS + BAND, ("R04", "hold"), ("R04", "deny")),
        (BEGINS + BAND + SECOND, ("R30", "allow"), ("R34", "deny")),
        (ENDS - BAND - SECOND, ("R30", "allow"), ("R34", "deny")),
        (ENDS - BAND, ("R04", "hold"), ("R04", "deny")),
        (ENDS - SECOND, ("R04", "hold"), ("R04", "deny")),
        (ENDS, ("R03", "hold"), ("R03", "hold")),
        (NEXT - SECOND, ("R03", "hold"), ("R03", "hold")),
        (NEXT, ("R04", "hold"), ("R04", "hold")),
        (NEXT + BAND, ("R04", "hold"), ("R04", "hold")),
        (NEXT + BAND + SECOND, ("R30", "allow"), ("R33", "hold")),
    ],
)
def test_external_uses_near_a_boundary_take_the_stricter_side(
    completed_at, publish_summary, publish_responses
):
    facts = session(completed_at)
    assert answer(facts, Use.PUBLISH_SUMMARY, table=RECORDED) == publish_summary
    assert answer(facts, Use.PUBLISH_RESPONSES, table=RECORDED) == publish_responses


def test_near_a_boundary_uses_inside_the_house_follow_the_side_they_fell_on():
    assert answer(session(ENDS - SECOND), Use.INTERNAL_CHARTS) == ("R22", "allow")
    assert answer(session(ENDS), Use.INTERNAL_CHARTS) == ("R03", "hold")


def test_the_decision_near_a_boundary_says_which_side_was_the_stricter():
    decision = asked(session(ENDS - SECOND), Use.PUBLISH_SUMMARY)
    assert "R03 says: " in decision.reason
    assert decision.remedy == "A named person settles on which side it falls."
    assert decision.policy_version is DECEMBER
    denied = asked(session(ENDS - SECOND), Use.PUBLISH_RESPONSES)
    assert "R34 says: " in denied.reason
    assert denied.remedy == "Publish a summary instead."


@pytest.mark.parametrize("completed_at", [ENDS - SECOND, ENDS, ENDS + SECOND])
def test_where_two_policies_meet_an_allowance_of_both_keeps_what_either_requires(completed_at):
    table = contiguous()
    for use in (Use.PUBLISH_SUMMARY, Use.THIRD_PARTY_AGGREGATE):
        decision = asked(session(completed_at), use, table=table)
        assert (decision.rule, decision.outcome) == ("R04", "allow")
        assert Requirement.TWO_APPROVALS in decision.requirements
    granted = session(completed_at, choices=type(session().choices)(*[GRANTED] * 4))
    assert answer(granted, Use.SHARE_RESEARCHER, table=table) == ("R04", "deny")
    remembering = session(completed_at, memory_on=True)
    assert answer(remembering, Use.PUBLISH_SUMMARY, table=table) == ("R04", "hold")


DUE = IN_DECEMBER.replace(year=2030)


@pytest.mark.parametrize("use", Use)
def test_from_five_years_after_completion_on_a_december_session_serves_nothing(use):
    before = answer(session(), use, REVIEWER, now=DUE - SECOND)
    assert before[0] != "R05"
    for now in (DUE, DUE + SECOND):
        after = asked(session(), use, REVIEWER, now=now)
        assert not after.allowed
        assert after.rule in {"R05", "R11"}


def test_a_session_whose_policy_records_no_retention_is_never_due():
    far = IN_APRIL.replace(year=2090)
    assert answer(session(IN_APRIL), Use.INTERNAL_CHARTS, now=far) == ("R22", "allow")


@pytest.mark.parametrize("years", [1, 5, 30])
def test_a_recorded_retention_lifts_the_hold_and_sets_the_end(years):
    table = retention_recorded(years)
    due = IN_APRIL.replace(year=IN_APRIL.year + years)
    facts = session(IN_APRIL)
    assert answer(facts, Use.PUBLISH_SUMMARY, now=IN_APRIL, table=table) == ("R30", "allow")
    assert answer(facts, Use.PUBLISH_SUMMARY, now=due - SECOND, table=table) == ("R30", "allow")
    assert answer(facts, Use.PUBLISH_SUMMARY, now=due, table=table) == ("R05", "deny")


def test_retention_counts_calendar_years_in_utc_and_never_ends_late():
    version = current_table().versions[0]
    west = timezone(timedelta(hours=-8))
    assert retention_due_at(version, datetime(2025, 12, 30, 17, 0, tzinfo=west)) == datetime(
        2030, 12, 31, 1, 0, tzinfo=UTC
    )
    leap_day = datetime(2028, 2, 29, 12, 0, tzinfo=UTC)
    assert retention_due_at(version, leap_day) == datetime(2033, 2, 28, 12, 0, tzinfo=UTC)


def test_without_a_version_or_a_rule_there_is_no_retention():
    assert retention_due_at(None, IN_APRIL) is None
    assert retention_due_at(current_table().versions[1], IN_APRIL) is None


@pytest.mark.parametrize(
    ("began", "due"),
    [
        # By the policy of that moment; in the gap and before all by the shortest there is.
        (IN_DECEMBER, IN_DECEMBER.replace(year=IN_DECEMBER.year + 5)),
        (IN_APRIL, IN_APRIL.replace(year=IN_APRIL.year + 3)),
        (datetime(2026, 2, 2, tzinfo=UTC), datetime(2029, 2, 2, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), datetime(2027, 2, 28, tzinfo=UTC)),
    ],
)
def test_what_was_never_completed_is_kept_no_longer_than_if_it_had_been(began, due):
    december, march = current_table().versions
    table = replace(current_table(), versions=(december, replace(march, retention_years=3)))
    assert unfinished_due_at(table, began) == due


def test_without_a_recorded_retention_nothing_unfinished_is_due():
    table = current_table()
    assert unfinished_due_at(table, IN_APRIL) is None
    none = replace(
        table, versions=tuple(replace(each, retention_years=None) for each in table.versions)
    )
    assert unfinished_due_at(none, datetime(2026, 2, 2, tzinfo=UTC)) is None
