"""Which policy governs, once two people settled it where the date leaves it open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent import Choices
from domain.policy import Outcome, Use, current_table
from domain.policy.dates import assignable_at, governing_sides
from domain.vocabulary import PolicyVersion
from tests.domain.policy.worlds import (
    GRANTED,
    IN_APRIL,
    IN_DECEMBER,
    IN_THE_GAP,
    PEOPLE,
    RECORDED,
    SECOND,
    SESSIONS,
    USES,
    answer,
    asked,
    contiguous,
    session,
)

DECEMBER, MARCH, NONE = PolicyVersion.DECEMBER_2025, PolicyVersion.MARCH_2026, PolicyVersion.NONE
BEGINS = datetime(2025, 12, 1, tzinfo=UTC)
ENDS = datetime(2026, 1, 1, tzinfo=UTC)
NEXT = datetime(2026, 3, 23, tzinfo=UTC)
BAND = timedelta(hours=14)
WILLING = Choices(*[GRANTED] * 4)


def ids(table, instant):
    return tuple(version.id for version in assignable_at(table, instant))


@pytest.mark.parametrize(
    ("instant", "versions"),
    [
        (IN_DECEMBER, ()),
        (IN_APRIL, ()),
        (IN_THE_GAP, (DECEMBER, MARCH)),
        (BEGINS - BAND - SECOND, (DECEMBER, MARCH)),
        (BEGINS - BAND, (DECEMBER,)),
        (BEGINS - SECOND, (DECEMBER,)),
        (BEGINS, (DECEMBER,)),
        (BEGINS + BAND, (DECEMBER,)),
        (BEGINS + BAND + SECOND, ()),
        (ENDS - BAND - SECOND, ()),
        (ENDS - BAND, (DECEMBER,)),
        (ENDS, (DECEMBER,)),
        (ENDS + BAND, (DECEMBER,)),
        (ENDS + BAND + SECOND, (DECEMBER, MARCH)),
        (NEXT - BAND, (MARCH,)),
        (NEXT, (MARCH,)),
        (NEXT + BAND, (MARCH,)),
        (NEXT + BAND + SECOND, ()),
    ],
)
def test_only_a_date_that_leaves_it_open_leaves_something_to_settle(instant, versions):
    assert ids(current_table(), instant) == versions


def test_where_two_policies_meet_either_may_be_settled_on():
    assert set(ids(contiguous(), ENDS)) == {DECEMBER, MARCH}


@pytest.mark.parametrize(
    ("assigned", "use", "expected"),
    [
        (NONE, Use.SHARE_RESEARCHER, ("R03", "hold")),
        (MARCH, Use.SHARE_RESEARCHER, ("R40", "allow")),
        (DECEMBER, Use.SHARE_RESEARCHER, ("R47", "deny")),
        (MARCH, Use.INTERNAL_RAW_TEXT, ("R21", "allow")),
        (DECEMBER, Use.ACCOUNT_JOIN_ROW, ("R23", "deny")),
    ],
)
def test_a_session_of_the_gap_is_answered_by_the_policy_settled_on(assigned, use, expected):
    facts = session(IN_THE_GAP, choices=WILLING, assigned_version=assigned)
    assert answer(facts, use, table=RECORDED) == expected


@pytest.mark.parametrize("instant", [NEXT, NEXT + SECOND, NEXT + BAND])
def test_a_session_near_a_boundary_is_answered_by_the_side_settled_on(instant):
    facts = session(instant, choices=WILLING)
    assert answer(facts, Use.SHARE_RESEARCHER, table=RECORDED) == ("R04", "hold")
    settled = replace(facts, assigned_version=MARCH)
    assert answer(settled, Use.SHARE_RESEARCHER, table=RECORDED) == ("R40", "allow")
    # The other policy is no side of this boundary, so it cannot have been meant.
    elsewhere = replace(facts, assigned_version=DECEMBER)
    assert answer(elsewhere, Use.SHARE_RESEARCHER, table=RECORDED) == ("R04", "hold")


def test_the_decision_names_the_policy_settled_on_and_its_retention_counts():
    facts = session(IN_THE_GAP, assigned_version=DECEMBER)
    assert asked(facts, Use.INTERNAL_CHARTS).policy_version is DECEMBER
    due = IN_THE_GAP.replace(year=IN_THE_GAP.year + 5)
    assert answer(facts, Use.INTERNAL_CHARTS, now=due - SECOND) == ("R22", "allow")
    assert answer(facts, Use.INTERNAL_CHARTS, now=due) == ("R05", "deny")


@pytest.mark.parametrize("instant", [IN_DECEMBER, IN_APRIL, None])
@pytest.mark.parametrize("assigned", PolicyVersion)
def test_where_the_date_decides_an_assignment_means_nothing(instant, assigned):
    for use in Use:
        plain = session(instant, choices=WILLING)
        settled = replace(plain, assigned_version=assigned)
        assert asked(settled, use) == asked(plain, use)
    assert governing_sides(current_table(), instant, assigned) == governing_sides(
        current_table(), instant, NONE
    )


@given(SESSIONS, USES, PEOPLE, st.sampled_from([DECEMBER, MARCH]))
def test_an_assignment_settles_what_was_on_hold_for_it_and_nothing_else(facts, use, who, version):
    before = asked(replace(facts, assigned_version=NONE), use, who, table=RECORDED)
    after = asked(replace(facts, assigned_version=version), use, who, table=RECORDED)
    if after.outcome is Outcome.ALLOW and before.outcome is not Outcome.ALLOW:
        # R10 and R99 answer for uses that no version's rows were reached for.
        assert before.rule in {"R03", "R04"}
