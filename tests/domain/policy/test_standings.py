"""Standings: a group's answer is that of each session in it, to the microsecond."""

from __future__ import annotations

import copy
from bisect import bisect_right
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policy import (
    Clearance,
    Outcome,
    SessionFacts,
    Use,
    current_table,
    decide,
    edition_document,
    read_table,
    standings,
    what_may_be_done,
)
from domain.policy.counting import counting_plan
from domain.policy.selections import select, with_outcomes
from domain.policy.standing_codes import (
    NOT_COMPLETED,
    assigned_to,
    every_standing,
    facts_with,
    flag_of,
    standing_of,
)
from domain.policy.standings import ASKED, Answers, StandingCount, count_by_rule, cuts
from domain.vocabulary import FlagState, Plan, PolicyVersion, Role, SessionStatus
from tests.domain.policy.worlds import (
    CLEARANCES,
    IN_APRIL,
    IN_DECEMBER,
    IN_THE_GAP,
    NOW,
    RECORDED,
    REVIEWER,
    SESSIONS,
    contiguous,
    session,
)

TABLES = (current_table(), RECORDED, contiguous())
NOWS = (
    NOW,
    datetime(2031, 1, 1, tzinfo=UTC),
    datetime(2033, 2, 28, 12, tzinfo=UTC),
    datetime(2032, 2, 29, 12, tzinfo=UTC),
    datetime(2032, 2, 28, 12, tzinfo=UTC),
    datetime(2032, 3, 1, tzinfo=UTC),
)
STUDY = UUID(int=1)


def kept_for_four_years():
    document = copy.deepcopy(edition_document())
    document["versions"][1]["retention_years"] = 4
    return read_table(document)


ALL_TABLES = (*TABLES, kept_for_four_years())


@st.composite
def near_a_cut(draw):
    """An instant at a cut, or within a second or two days of one, or anywhere."""
    now = draw(st.sampled_from(NOWS))
    at = draw(st.sampled_from(cuts(ALL_TABLES, now)))
    away = draw(
        st.one_of(
            st.integers(-2, 2).map(lambda n: timedelta(microseconds=n)),
            st.integers(-172_800, 172_800).map(lambda n: timedelta(seconds=n)),
        )
    )
    return now, at + away


def completed(facts, at):
    return SessionFacts(
        facts.status,
        at,
        facts.plan,
        facts.memory_on,
        facts.flag,
        facts.choices,
        facts.erased,
        facts.withdrawn,
        facts.assigned_version,
    )


def grouped(facts, at, sessions=3, study=STUDY):
    standing = standing_of(facts)
    slot = None if standing & NOT_COMPLETED else bisect_right(at, facts.completed_at)
    return StandingCount(study, slot, standing, sessions)


@given(SESSIONS, near_a_cut(), st.sampled_from(ALL_TABLES), st.sampled_from(ASKED))
def test_a_groups_answer_is_that_of_every_session_in_it(facts, when, table, use):
    now, at_instant = when
    at = cuts(ALL_TABLES, now)
    one = completed(facts, at_instant)
    expected = decide(one, use, clearance=Clearance(), now=now, table=table)
    (told,) = count_by_rule([grouped(one, at)], Answers(table, now, at), use)
    assert (told.outcome, told.sessions) == (expected.outcome, 3)
    assert told.rule == expected.rule


@given(
    SESSIONS,
    near_a_cut(),
    st.sampled_from(ALL_TABLES),
    st.sampled_from(Use),
    st.sampled_from(CLEARANCES),
)
def test_every_use_is_answered_as_on_the_sessions_own_page(facts, when, table, use, who):
    now, at_instant = when
    at = cuts((table,), now)
    one = completed(facts, at_instant)
    group = grouped(one, at)
    told = Answers(table, now, at).of(use, group.slot, group.standing, who)
    expected = dict(what_may_be_done(one, clearance=who, now=now, table=table))[use]
    assert (told.outcome, told.rule) == (expected.outcome, expected.rule)


@given(
    st.lists(st.tuples(SESSIONS, near_a_cut()), min_size=1, max_size=12),
    st.sampled_from(NOWS),
    st.sampled_from(ALL_TABLES),
    st.dictionaries(
        st.sampled_from(Use), st.sets(st.sampled_from(Outcome), min_size=1), min_size=1, max_size=3
    ),
    st.sampled_from(CLEARANCES),
)
def test_a_selection_holds_exactly_the_sessions_with_the_outcomes(drawn, now, table, outcomes, who):
    at = cuts((table,), now)
    sessions = [completed(facts, instant) for facts, (_, instant) in drawn]
    chosen = select(
        [grouped(one, at, 1) for one in sessions],
        with_outcomes(Answers(table, now, at), outcomes),
        lambda _study, _flag: who,
    )
    expected = []
    for one in sessions:
        answers = dict(what_may_be_done(one, clearance=who, now=now, table=table))
        expected.append(all(answers[use].outcome in held for use, held in outcomes.items()))
    assert chosen.sessions == sum(expected)
    assert [is_in(one, chosen) for one in sessions] == expected
    assert all(part.sessions <= part.among for part in chosen.parts)


def is_in(one, chosen):
    return any(
        part.study_id == STUDY
        and standing_of(one) & chosen.mask in part.codes
        and within(one, part.stretch)
        for part in chosen.parts
    )


def within(one, stretch):
    if stretch.unfinished or standing_of(one) & NOT_COMPLETED:
        return stretch.unfinished and bool(standing_of(one) & NOT_COMPLETED)
    since = stretch.since is None or one.completed_at >= stretch.since
    return since and (stretch.before is None or one.completed_at < stretch.before)


def test_every_code_stands_for_itself():
    for code in every_standing():
        facts = facts_with(code, IN_APRIL)
        assert standing_of(facts) == code
        assert flag_of(code) is facts.flag


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize("status", SessionStatus)
@pytest.mark.parametrize("use", ASKED)
def test_what_a_code_leaves_out_changes_no_answer(plan, status, use):
    for at_instant in (None, IN_DECEMBER, IN_APRIL, IN_THE_GAP):
        facts = session(at_instant, plan=plan, status=status)
        stand_in = facts_with(standing_of(facts), at_instant)
        for who in CLEARANCES:
            told, expected = (
                decide(each, use, clearance=who, now=NOW) for each in (stand_in, facts)
            )
            assert (told.rule, told.outcome) == (expected.rule, expected.outcome)


def test_a_code_is_assigned_to_a_policy_and_taken_back():
    code = standing_of(session(IN_THE_GAP, flag=FlagState.OPEN))
    settled = assigned_to(code, PolicyVersion.MARCH_2026)
    assert facts_with(settled, IN_THE_GAP).assigned_version is PolicyVersion.MARCH_2026
    assert assigned_to(settled, PolicyVersion.NONE) == code


@pytest.mark.parametrize("use", ASKED)
def test_what_was_not_completed_is_counted_too(use):
    facts = SessionFacts(SessionStatus.ABANDONED, None, Plan.PRO, memory_on=False)
    at = cuts(TABLES, NOW)
    (told,) = count_by_rule([grouped(facts, at, 7)], Answers(current_table(), NOW, at), use)
    assert (told.rule, told.sessions) == ("R02", 7)


def test_counts_add_up_and_the_largest_comes_first():
    at = cuts(TABLES, NOW)
    april, gap = session(IN_APRIL), session(IN_THE_GAP)
    other = uuid5(STUDY, "another")
    groups = [grouped(april, at, 5), grouped(gap, at, 2), grouped(april, at, 1, other)]
    told = count_by_rule(groups, Answers(current_table(), NOW, at), ASKED[2])
    assert [(each.rule, each.sessions) for each in told] == [("R06", 6), ("R03", 2)]


def test_two_uses_together_are_met_where_each_is_by_itself():
    answers = Answers(current_table(), NOW, cuts((current_table(),), NOW))
    wanted = {
        Use.PUBLISH_SUMMARY: {Outcome.ALLOW, Outcome.HOLD},
        Use.SHARE_RESEARCHER: {Outcome.ALLOW, Outcome.HOLD},
    }
    together = with_outcomes(answers, wanted)
    alone = [with_outcomes(answers, {use: outcomes}) for use, outcomes in wanted.items()]
    clearance = CLEARANCES[0]
    met = set()
    for code in every_standing():
        slots = together.slots(code, clearance)
        assert slots == alone[0].slots(code, clearance) & alone[1].slots(code, clearance)
        met.add(slots)
    assert len(met) > 1


def test_groups_with_one_code_are_selected_together():
    at = cuts(TABLES, NOW)
    groups = [grouped(session(IN_APRIL), at, many) for many in (5, 2)]
    chosen = select(
        groups,
        with_outcomes(Answers(current_table(), NOW, at), {Use.INTERNAL_CHARTS: {Outcome.ALLOW}}),
        lambda _study, _flag: Clearance(),
    )
    assert chosen.sessions == 7


def test_what_is_held_for_a_study_decides_what_is_selected_of_it():
    at = cuts(TABLES, NOW)
    mine, other = STUDY, uuid5(STUDY, "another")
    groups = [grouped(session(IN_APRIL), at, 5, study) for study in (mine, other)]
    reviewer = Clearance(roles=frozenset({Role.REVIEWER}), grants=frozenset({Role.REVIEWER}))
    chosen = select(
        groups,
        with_outcomes(Answers(current_table(), NOW, at), {Use.INTERNAL_RAW_TEXT: {Outcome.ALLOW}}),
        lambda study, _flag: reviewer if study == mine else Clearance(),
    )
    assert {part.study_id for part in chosen.parts} == {mine}
    assert chosen.sessions == 5


def test_studies_with_the_same_kinds_of_sessions_are_selected_alike():
    at = cuts(TABLES, NOW)
    mine, other = STUDY, uuid5(STUDY, "another")
    groups = [grouped(session(IN_APRIL), at, 5, study) for study in (mine, other)]
    reviewer = Clearance(roles=frozenset({Role.REVIEWER}), grants=frozenset({Role.REVIEWER}))
    chosen = select(
        groups,
        with_outcomes(Answers(current_table(), NOW, at), {Use.INTERNAL_RAW_TEXT: {Outcome.ALLOW}}),
        lambda _study, _flag: reviewer,
    )
    assert {part.study_id for part in chosen.parts} == {mine, other}
    assert chosen.sessions == 10


@pytest.mark.parametrize("hours", range(0, 72, 3))
def test_on_a_leap_day_what_was_completed_on_the_28th_is_due_and_nothing_of_march(hours):
    now = datetime(2032, 2, 29, 12, tzinfo=UTC)
    one = session(datetime(2027, 2, 27, 12, tzinfo=UTC) + timedelta(hours=hours))
    at = cuts([RECORDED], now)
    expected = decide(one, ASKED[0], clearance=Clearance(), now=now, table=RECORDED)
    (told,) = count_by_rule([grouped(one, at)], Answers(RECORDED, now, at), ASKED[0])
    assert told.rule == expected.rule


# Counting by whole months and days -------------------------------------------------------------


def counted_by_plan(plan, instants):
    """What the database does: months whole, days outside the run moved, cut days one by one."""
    told = Counter()
    by_month = {each.month: each for each in plan.months}
    for instant in instants:
        day = instant.date()
        month = by_month.get(day.replace(day=1))
        midnight = datetime(day.year, day.month, 1, tzinfo=UTC)
        if month is None:
            told[bisect_right(plan.cuts, midnight)] += 1
            continue
        told[month.run_slot] += 1
        if month.run_from <= day < month.run_until:
            continue
        told[month.run_slot] -= 1
        own = datetime(day.year, day.month, day.day, tzinfo=UTC)
        told[bisect_right(plan.cuts, instant if day in plan.days else own)] += 1
    return +told


@given(near_a_cut(), st.lists(near_a_cut(), min_size=1, max_size=20))
def test_whole_months_and_days_count_as_every_session_by_itself(moment, others):
    now, instant = moment
    instants = [instant, *(each for _, each in others)]
    plan = counting_plan(cuts(ALL_TABLES, now))
    expected = Counter(bisect_right(plan.cuts, each) for each in instants)
    assert counted_by_plan(plan, instants) == expected


def test_a_month_is_taken_for_its_longest_run_of_days_without_a_cut():
    plan = counting_plan(cuts([current_table()], NOW))
    march = next(each for each in plan.months if each.month == date(2026, 3, 1))
    assert (march.run_from, march.run_until) == (date(2026, 3, 1), date(2026, 3, 22))
    assert {date(2026, 3, 22), date(2026, 3, 23)} <= set(plan.days)


def test_a_cut_at_midnight_alone_parts_two_days_and_lies_in_neither():
    at = datetime(2026, 3, 11, tzinfo=UTC)
    plan = counting_plan([at])
    assert plan.days == ()
    (march,) = plan.months
    assert (march.run_from, march.run_until, march.run_slot) == (
        date(2026, 3, 11),
        date(2026, 4, 1),
        1,
    )


def test_a_month_with_a_cut_in_every_day_has_no_run():
    at = [datetime(2026, 4, day, 12, tzinfo=UTC) for day in range(1, 31)]
    (april,) = counting_plan(at).months
    assert april.run_from == april.run_until == date(2026, 4, 1)


def test_what_a_table_answered_before_is_never_told_of_another_moment_or_table():
    """Answers are remembered between calls: each must be what asking anew would answer."""
    december, march = current_table().versions
    tables = [
        current_table(),
        replace(current_table(), versions=(december, replace(march, retention_years=3))),
    ]
    codes = [standing_of(session(when)) for when in (IN_DECEMBER, IN_APRIL)]
    for now in (
        *(NOW, datetime(2029, 4, 30, tzinfo=UTC), datetime(2030, 12, 15, 12, tzinfo=UTC)),
        *(datetime(2035, 1, 1, tzinfo=UTC), NOW),
    ):
        for table in tables:
            at = cuts([table], now)
            answers = Answers(table, now, at)
            for code, slot in product(codes, range(len(at) + 1)):
                facts = facts_with(code, at[slot - 1] if slot else datetime(1970, 1, 1, tzinfo=UTC))
                for use in (Use.PUBLISH_RESPONSES, Use.SHARE_RESEARCHER, Use.INTERNAL_CHARTS):
                    anew = decide(facts, use, clearance=REVIEWER, now=now, table=table)
                    assert answers.of(use, slot, code, REVIEWER) == anew, (now, slot, use)


def test_only_the_tables_asked_last_are_remembered_and_not_without_bound(monkeypatch):
    monkeypatch.setattr(standings, "_ANSWERED", [])
    tables = [replace(current_table()) for _ in range(6)]
    for table in tables:
        Answers(table, NOW, cuts([table], NOW)).of(Use.INTERNAL_CHARTS, None, 0, REVIEWER)
    assert [held for held, _ in standings._ANSWERED] == tables[:1:-1]
    monkeypatch.setattr(standings, "_KINDS_KEPT", 0)
    (held, full), *_ = standings._ANSWERED
    assert full
    Answers(held, NOW, cuts([held], NOW))
    assert standings._ANSWERED[0] == (held, {})
