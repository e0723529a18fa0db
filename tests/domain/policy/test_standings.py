"""Counting by rule: a group's answer is that of each session in it, to the microsecond."""

from __future__ import annotations

import copy
from bisect import bisect_right
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent import Choices
from domain.policy import (
    Clearance,
    SessionFacts,
    current_table,
    decide,
    edition_document,
    read_table,
)
from domain.policy.decision import Outcome
from domain.policy.standings import ASKED, FactsCount, allowed_groups, count_by_rule, cuts
from domain.vocabulary import ConsentChoice, FlagState, Plan, SessionStatus
from tests.domain.policy.worlds import NOW, RECORDED, contiguous

TABLES = (current_table(), RECORDED, contiguous())
NOWS = (
    NOW,
    datetime(2031, 1, 1, tzinfo=UTC),
    datetime(2033, 2, 28, 12, tzinfo=UTC),
    datetime(2032, 2, 29, 12, tzinfo=UTC),
    datetime(2032, 2, 28, 12, tzinfo=UTC),
)


def kept_for_four_years():
    document = copy.deepcopy(edition_document())
    document["versions"][1]["retention_years"] = 4
    return read_table(document)


@st.composite
def near_a_cut(draw):
    """An instant at a cut, or within a second or two days of one, or anywhere."""
    now = draw(st.sampled_from(NOWS))
    tables = (*TABLES, kept_for_four_years())
    at = draw(st.sampled_from(cuts(tables, now)))
    away = draw(
        st.one_of(
            st.integers(-2, 2).map(lambda n: timedelta(microseconds=n)),
            st.integers(-172_800, 172_800).map(lambda n: timedelta(seconds=n)),
        )
    )
    return now, at + away


FACTS = st.builds(
    SessionFacts,
    status=st.sampled_from(SessionStatus),
    completed_at=st.none(),
    plan=st.sampled_from(Plan),
    memory_on=st.booleans(),
    flag=st.sampled_from(FlagState),
    choices=st.builds(Choices, *[st.sampled_from(ConsentChoice)] * 4),
    erased=st.booleans(),
    withdrawn=st.booleans(),
)


def grouped(facts, slot, sessions=3):
    return FactsCount(
        slot,
        facts.status,
        facts.plan,
        facts.memory_on,
        facts.flag,
        facts.choices,
        facts.erased,
        facts.withdrawn,
        sessions,
    )


@given(
    FACTS, near_a_cut(), st.sampled_from((*TABLES, kept_for_four_years())), st.sampled_from(ASKED)
)
def test_a_groups_answer_is_that_of_every_session_in_it(facts, when, table, use):
    now, completed = when
    at = cuts((*TABLES, kept_for_four_years()), now)
    one = SessionFacts(
        facts.status,
        completed,
        facts.plan,
        facts.memory_on,
        facts.flag,
        facts.choices,
        facts.erased,
        facts.withdrawn,
    )
    expected = decide(one, use, clearance=Clearance(), now=now, table=table)
    (told,) = count_by_rule([grouped(facts, bisect_right(at, completed))], at, table, use, now)
    assert (told.rule, told.outcome, told.sessions) == (expected.rule, expected.outcome, 3)


@pytest.mark.parametrize("use", ASKED)
def test_what_was_not_completed_is_counted_too(use):
    facts = SessionFacts(SessionStatus.ABANDONED, None, Plan.PRO, memory_on=False)
    at = cuts(TABLES, NOW)
    (told,) = count_by_rule([grouped(facts, None, 7)], at, current_table(), use, NOW)
    assert (told.rule, told.sessions) == ("R02", 7)


def test_counts_add_up_and_the_largest_comes_first():
    at = cuts(TABLES, NOW)
    granted = SessionFacts(SessionStatus.COMPLETED, None, Plan.PRO, memory_on=False)
    slot = bisect_right(at, datetime(2026, 4, 15, 12, tzinfo=UTC))
    gap = bisect_right(at, datetime(2026, 2, 1, tzinfo=UTC))
    groups = [grouped(granted, slot, 5), grouped(granted, gap, 2), grouped(granted, slot, 1)]
    told = count_by_rule(groups, at, current_table(), ASKED[2], NOW)
    assert [(each.rule, each.sessions) for each in told] == [("R06", 6), ("R03", 2)]


@given(
    FACTS, near_a_cut(), st.sampled_from((*TABLES, kept_for_four_years())), st.sampled_from(ASKED)
)
def test_a_group_is_allowed_when_each_session_in_it_is(facts, when, table, use):
    now, completed = when
    at = cuts((*TABLES, kept_for_four_years()), now)
    group = grouped(facts, bisect_right(at, completed))
    (told,) = count_by_rule([group], at, table, use, now)
    allowed = allowed_groups([group], at, table, use, now)
    assert [each for each, _ in allowed] == ([group] if told.outcome is Outcome.ALLOW else [])
    assert all(answer.rule == told.rule for _, answer in allowed)
