"""Holds: every rule that holds says who settles what; counts are of sessions, not of uses."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent import Choices
from domain.errors import BadInput
from domain.policy import Outcome, Use, current_table, decide
from domain.policy.assignments import (
    MOST_SESSIONS,
    ToAssign,
    assignment_differences,
    check_assignment,
    check_reason,
)
from domain.policy.holds import (
    GRANTED,
    WAITED_FOR,
    count_holds,
    held_under,
    holds_of,
    settling,
)
from domain.policy.overview import asked_as
from domain.policy.selections import Stretch, select
from domain.policy.standing_codes import NOT_COMPLETED, facts_with, standing_of
from domain.policy.standings import Answers, StandingCount, cuts, slot_of
from domain.vocabulary import ConsentChoice, PolicyVersion
from tests.domain.policy.worlds import (
    IN_APRIL,
    IN_DECEMBER,
    IN_THE_GAP,
    NOW,
    RECORDED,
    SECOND,
    SESSIONS,
    session,
)

STUDY = UUID(int=1)
DECEMBER, MARCH, NONE = PolicyVersion.DECEMBER_2025, PolicyVersion.MARCH_2026, PolicyVersion.NONE


def answers_of(table):
    return Answers(table, NOW, cuts([table], NOW))


def group(facts, answers, sessions=1):
    standing = standing_of(facts)
    return StandingCount(
        STUDY, slot_of(standing, facts.completed_at, answers.at), standing, sessions
    )


def test_every_rule_that_can_hold_says_who_settles_it():
    table = current_table()
    holding = {rule.id for rule in table.rules if rule.outcome in (Outcome.HOLD, None)}
    assert holding == {
        *("R01", "R03", "R04", "R06", "R08", "R33", "R42", "R45", "R55", "R70", "R80")
    }
    for rule in holding:
        held = settling(rule)
        assert held.what.endswith(".")
        assert (held.room is None) == (held.way == "")
        assert held.who != "A named person"
    assert settling("R77").who == "A named person"


@given(st.lists(SESSIONS, max_size=15), st.sampled_from([current_table(), RECORDED]))
def test_a_rule_counts_each_session_that_it_holds_for_some_use(sessions, table):
    answers = answers_of(table)
    expected = Counter()
    for facts in sessions:
        rules = set()
        for use in WAITED_FOR:
            answer = decide(
                facts,
                use,
                clearance=asked_as(use, facts.flag, GRANTED),
                now=NOW,
                table=table,
            )
            if answer.outcome is Outcome.HOLD:
                rules.add(answer.rule)
        expected.update(rules)
    counted = count_holds([group(facts, answers) for facts in sessions], answers)
    assert {each.rule: each.sessions for each in counted} == expected
    assert [each.rule for each in counted] == sorted(expected)
    for rule, number in expected.items():
        meant = select(
            [group(facts, answers) for facts in sessions],
            held_under(answers, [rule]),
            lambda _study, _flag: GRANTED,
        )
        assert meant.sessions == number


def test_a_session_waits_for_each_use_that_a_rule_holds():
    answers = answers_of(RECORDED)
    gap = group(session(IN_THE_GAP), answers)
    assert set(holds_of(answers, gap.slot, gap.standing)) == {"R03"}
    april = group(session(IN_APRIL), answers)
    assert holds_of(answers, april.slot, april.standing) == {
        "R33": [Use.PUBLISH_RESPONSES],
        "R42": [Use.SHARE_RESEARCHER],
        "R45": [Use.SHARE_JOURNALIST],
        "R70": [Use.PRODUCT_IMPROVEMENT_EXPORT],
    }
    december = group(session(IN_DECEMBER, memory_on=True), answers)
    assert set(holds_of(answers, december.slot, december.standing)) == {"R55", "R70", "R80"}


def test_sessions_that_differ_in_what_some_use_does_not_ask_are_counted_together_for_it():
    answers = answers_of(RECORDED)
    published = session(IN_APRIL, choices=Choices(publish_responses=ConsentChoice.GRANTED))
    groups = [group(session(IN_APRIL), answers, 2), group(published, answers, 3)]
    counted = {each.rule: each.sessions for each in count_holds(groups, answers)}
    assert counted == {"R33": 2, "R42": 5, "R45": 5, "R70": 5}


def test_the_slot_of_a_session_is_the_stretch_it_was_completed_in():
    at = cuts([RECORDED], NOW)
    assert slot_of(0, IN_APRIL, at) == bisect_right(at, IN_APRIL)
    assert slot_of(NOT_COMPLETED, IN_APRIL, at) is None
    assert slot_of(0, None, at) is None


@pytest.mark.parametrize(
    ("stretch", "since", "before", "left"),
    [
        (Stretch(None, None), None, None, Stretch(None, None)),
        (Stretch(None, None), IN_DECEMBER, IN_APRIL, Stretch(IN_DECEMBER, IN_APRIL)),
        (Stretch(IN_THE_GAP, None), IN_DECEMBER, None, Stretch(IN_THE_GAP, None)),
        (Stretch(IN_DECEMBER, IN_THE_GAP), IN_THE_GAP, None, None),
        (Stretch(IN_THE_GAP, None), None, IN_THE_GAP, None),
        (Stretch(None, None, unfinished=True), IN_DECEMBER, None, None),
        (
            Stretch(None, None, unfinished=True),
            None,
            None,
            Stretch(None, None, unfinished=True),
        ),
    ],
)
def test_a_stretch_is_cut_to_a_period(stretch, since, before, left):
    assert stretch.cut_to(since, before) == left


def test_a_selection_is_cut_to_a_period():
    answers = answers_of(RECORDED)
    meant = select(
        [group(session(IN_THE_GAP), answers)],
        held_under(answers, ["R03"]),
        lambda _study, _flag: GRANTED,
    )
    assert meant.completed_within(IN_APRIL, None).parts == ()
    (part,) = meant.completed_within(IN_THE_GAP, IN_APRIL).parts
    assert part.stretch.since == IN_THE_GAP


# Assignments -----------------------------------------------------------------------------------


def to_assign(number=1, at=IN_THE_GAP, assigned=NONE):
    return ToAssign(number, at, assigned)


@pytest.mark.parametrize(
    ("sessions", "version", "said"),
    [
        ([], MARCH, "No session is meant"),
        ([to_assign()] * (MOST_SESSIONS + 1), MARCH, "More than 5,000"),
        ([to_assign(7, IN_APRIL)], MARCH, "The date decides which policy governs session 7"),
        ([to_assign(8, None)], MARCH, "The date decides which policy governs session 8"),
        ([to_assign(9)], NONE, "No policy was settled for session 9"),
        ([to_assign(4, assigned=MARCH)], MARCH, "governs session 4 already"),
        (
            [to_assign(5, RECORDED.boundaries[2] + SECOND)],
            DECEMBER,
            "is on no side of the boundary near session 5",
        ),
        (
            [to_assign(n, IN_APRIL) for n in range(1, 9)],
            MARCH,
            "session 1, 2, 3, 4, 5 and 3 more",
        ),
    ],
)
def test_what_cannot_be_settled_so_is_refused_by_number(sessions, version, said):
    with pytest.raises(BadInput, match=said):
        check_assignment(RECORDED, sessions, version)


@pytest.mark.parametrize(
    ("sessions", "version"),
    [
        ([to_assign()], MARCH),
        ([to_assign()], DECEMBER),
        ([to_assign(assigned=DECEMBER)], MARCH),
        ([to_assign(assigned=DECEMBER)], NONE),
        ([to_assign(1, RECORDED.boundaries[2] + SECOND)], MARCH),
    ],
)
def test_what_the_date_leaves_open_can_be_settled(sessions, version):
    check_assignment(RECORDED, sessions, version)


@pytest.mark.parametrize(
    ("reason", "said"), [("", "Say in a sentence"), ("ask jo@example.org", "no address")]
)
def test_an_assignment_needs_its_reason(reason, said):
    with pytest.raises(BadInput, match=said):
        check_reason(reason)
    assert check_reason("  They were told of the March policy. ") == (
        "They were told of the March policy."
    )


def test_a_session_of_the_gap_is_told_as_it_would_be_answered():
    answers = answers_of(RECORDED)
    gap = group(session(IN_THE_GAP), answers)
    told = assignment_differences([gap, gap], answers, MARCH)
    assert told
    assert {(each.outcome, each.sessions) for each in told} == {(Outcome.HOLD, 2)}
    assert all(each.rule != each.rule_then for each in told)


@given(st.lists(SESSIONS, min_size=1, max_size=8), st.sampled_from([DECEMBER, MARCH, NONE]))
def test_the_differences_are_those_of_each_session(sessions, version):
    answers = answers_of(RECORDED)
    expected = Counter()
    for facts in sessions:
        then_facts = facts_with(standing_of(facts) & 0x7FFF, facts.completed_at)
        for use in WAITED_FOR:
            now, then = (
                decide(
                    one,
                    use,
                    clearance=asked_as(use, facts.flag, GRANTED),
                    now=NOW,
                    table=RECORDED,
                )
                for one in (
                    facts_with(standing_of(facts), facts.completed_at),
                    facts_with(standing_of(then_facts) | _bits(version), facts.completed_at),
                )
            )
            if (now.rule, now.outcome) != (then.rule, then.outcome):
                expected[use, now.rule, then.rule] += 1
    told = assignment_differences([group(f, answers) for f in sessions], answers, version)
    assert {(each.use, each.rule, each.rule_then): each.sessions for each in told} == expected


def _bits(version):
    return [NONE, DECEMBER, MARCH].index(version) << 15
