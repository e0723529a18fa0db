"""Decisions together, decisions refused, and the words for people."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.permissions import Actor, Grant
from domain.policy import (
    Clearance,
    Decision,
    Outcome,
    Requirement,
    Use,
    check_allowed,
    clearance_for,
    strictest,
)
from domain.vocabulary import PolicyVersion, Role
from tests.domain.policy.worlds import (
    IN_APRIL,
    IN_DECEMBER,
    LINKING_REVIEWER,
    NOW,
    SECOND,
    asked,
    session,
)


def decided(outcome, rule="R00", *requirements):
    return Decision(
        outcome, rule, "–", "Because.", "Do.", PolicyVersion.NONE, "digest", requirements
    )


ALLOW, HOLD, DENY = (decided(outcome) for outcome in Outcome)


@given(st.lists(st.sampled_from([ALLOW, HOLD, DENY]), min_size=1))
def test_together_the_strictest_answer_holds(decisions):
    together = strictest(decisions)
    assert together.outcome.strictness == max(d.outcome.strictness for d in decisions)


def test_of_equally_strict_answers_the_first_is_named():
    assert strictest([decided(Outcome.HOLD, "R06"), decided(Outcome.HOLD, "R08")]).rule == "R06"


def test_allowances_together_keep_what_any_of_them_requires():
    one = decided(Outcome.ALLOW, "R30", Requirement.TWO_APPROVALS)
    other = decided(Outcome.ALLOW, "R48", Requirement.AT_THE_THRESHOLD, Requirement.TWO_APPROVALS)
    together = strictest([one, other])
    assert together.rule == "R30"
    assert together.requirements == (Requirement.TWO_APPROVALS, Requirement.AT_THE_THRESHOLD)


def test_there_is_no_decision_about_nothing():
    with pytest.raises(ValueError, match="nothing to decide"):
        strictest([])


def test_two_sessions_of_march_2026_may_be_linked_and_one_of_december_holds_them():
    april, december = (
        asked(session(when), Use.LINK_PARTICIPANT_STUDIES, LINKING_REVIEWER)
        for when in (IN_APRIL, IN_DECEMBER)
    )
    assert strictest([april, april]).rule == "R54"
    assert strictest([april, december]).rule == "R55"


def test_an_allowance_passes_the_check():
    assert check_allowed(ALLOW) is ALLOW


@pytest.mark.parametrize("decision", [HOLD, DENY])
def test_a_hold_and_a_denial_are_refused_with_rule_and_way_out(decision):
    with pytest.raises(Refused) as caught:
        check_allowed(decision)
    assert (caught.value.rule, caught.value.message, caught.value.remedy) == (
        "R00",
        "Because.",
        "Do.",
    )


@pytest.mark.parametrize("words", [Use, Requirement])
def test_everything_has_its_own_words_for_people(words):
    labels = [word.label for word in words]
    assert len(set(labels)) == len(labels)
    assert all(label.strip() and "_" not in label for label in labels)


def test_a_completion_time_without_its_zone_is_no_fact():
    with pytest.raises(ValueError, match="time zone"):
        session(datetime(2026, 4, 1))  # noqa: DTZ001


STUDY, OTHER_STUDY = uuid4(), uuid4()


def reviewer(*grants, roles=(Role.REVIEWER,), service=None):
    return Actor(uuid4(), "Rosa Lindqvist", frozenset(roles), tuple(grants), service)


def granted(role=Role.REVIEWER, study=STUDY):
    return Grant(study, role, "Review the interviews", NOW, NOW + 60 * SECOND)


@pytest.mark.parametrize(
    ("at", "held"), [(-1, False), (0, True), (1, True), (59, True), (60, False), (61, False)]
)
def test_a_clearance_holds_the_grants_in_force_at_that_second(at, held):
    clearance = clearance_for(reviewer(granted()), STUDY, NOW + at * SECOND)
    assert clearance.grants == (frozenset({Role.REVIEWER}) if held else frozenset())


def test_a_grant_on_another_study_or_for_a_role_not_held_clears_nothing():
    actor = reviewer(granted(study=OTHER_STUDY), granted(role=Role.APPROVER))
    assert clearance_for(actor, STUDY, NOW).grants == frozenset()


def test_an_open_case_counts_for_trust_and_safety_alone():
    assert not clearance_for(reviewer(), STUDY, NOW, open_case=True).open_case
    officer = reviewer(roles=(Role.TRUST_SAFETY,))
    assert clearance_for(officer, STUDY, NOW, open_case=True).open_case
    assert not clearance_for(officer, STUDY, NOW).open_case


def test_a_service_is_cleared_as_what_it_is():
    actor = reviewer(roles=(), service="mailer")
    assert clearance_for(actor, STUDY, NOW, linking_grant=True) == Clearance(
        linking_grant=True, service="mailer"
    )
