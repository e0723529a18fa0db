"""The gates: which is asked first, what each covers, and an independent reading of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from domain.policy import RecipientKind, Use, current_table
from domain.vocabulary import FlagState, Plan, Role, SessionStatus
from tests.domain.policy.worlds import (
    ADMINISTRATOR,
    APPROVER,
    AUDITOR,
    ENGINE,
    EXTERNAL,
    IN_APRIL,
    IN_DECEMBER,
    IN_THE_GAP,
    LEAD,
    LINKING_REVIEWER,
    MAILER,
    NOBODY,
    NOW,
    RECORDED,
    REVIEWER,
    TRUST_SAFETY,
    TRUST_SAFETY_WITHOUT_CASE,
    WITHDRAWAL,
    answer,
    asked,
    session,
)

NEAR_MARCH = IN_APRIL.replace(month=3, day=23, hour=5)
#: A session against which every gate that can speak of an unfinished one speaks.
WORST = session(
    IN_THE_GAP,
    status=SessionStatus.ABANDONED,
    plan=Plan.UNKNOWN,
    memory_on=True,
    flag=FlagState.UPHELD,
    erased=True,
    withdrawn=True,
)


def test_the_gates_are_asked_in_the_order_of_the_table():
    asked_for = Use.PUBLISH_SUMMARY
    facts = WORST
    met = [answer(facts, asked_for)[0]]
    for mended in (
        {"plan": Plan.FREE},
        {"status": SessionStatus.COMPLETED},
        {"erased": False},
        {"withdrawn": False},
        {"flag": FlagState.OPEN},
        {"completed_at": NEAR_MARCH},
    ):
        facts = replace(facts, **mended)
        met.append(answer(facts, asked_for)[0])
    met.append(answer(facts, asked_for, table=RECORDED)[0])
    facts = replace(facts, flag=FlagState.NONE)
    met.append(answer(facts, asked_for, table=RECORDED)[0])
    facts = replace(facts, completed_at=IN_APRIL)
    met.append(answer(facts, asked_for, table=RECORDED)[0])
    assert met == ["R01", "R02", "R05", "R09", "R07", "R03", "R06", "R08", "R04", "R30"]


@pytest.mark.parametrize(
    ("use", "who", "expected"),
    [
        (Use.ACCOUNT_IDENTITY, REVIEWER, ("R11", "deny")),
        (Use.EMAIL_OTHER, LEAD, ("R11", "deny")),
        (Use.TRUST_SAFETY_RAW, TRUST_SAFETY, ("R12", "allow")),
        (Use.PARTICIPATION_COUNTS, LEAD, ("R13", "allow")),
    ],
)
def test_the_first_three_gates_come_before_anything_about_the_session(use, who, expected):
    assert answer(WORST, use, who) == expected


@pytest.mark.parametrize(
    "facts",
    [
        session(plan=Plan.UNKNOWN),
        session(status=SessionStatus.ABANDONED),
        session(erased=True),
        session(withdrawn=True),
        session(IN_THE_GAP),
    ],
)
def test_whether_somebody_has_a_grant_is_asked_last(facts):
    for use in (Use.INTERNAL_RAW_TEXT, Use.INTERNAL_DEIDENTIFIED_TEXT):
        assert answer(facts, use, NOBODY) == answer(facts, use, REVIEWER)


def test_the_withdrawal_job_goes_on_after_a_withdrawal_and_before_any_question_of_policy():
    for facts in (session(withdrawn=True), session(), session(IN_THE_GAP)):
        assert answer(facts, Use.WITHDRAWAL_JOB, WITHDRAWAL) == ("R09", "allow")
    assert answer(session(withdrawn=True), Use.WITHDRAWAL_JOB, REVIEWER) == ("R11", "deny")
    assert answer(session(withdrawn=True), Use.WITHDRAWAL_JOB, MAILER) == ("R99", "deny")


@pytest.mark.parametrize("use", Use)
def test_a_withdrawn_session_serves_nobody(use):
    for who in (LINKING_REVIEWER, APPROVER, MAILER, ENGINE, ADMINISTRATOR, AUDITOR):
        assert not asked(session(withdrawn=True), use, who).allowed


def test_a_person_who_wears_no_role_but_administrator_reads_no_row():
    for use in current_table().use_groups["row_level"]:
        assert answer(session(), use, ADMINISTRATOR) == ("R10", "deny")


def test_an_approver_reads_de_identified_text_only():
    assert answer(session(), Use.INTERNAL_DEIDENTIFIED_TEXT, APPROVER) == ("R20", "allow")
    assert answer(session(), Use.INTERNAL_RAW_TEXT, APPROVER) == ("R10", "deny")


def test_a_lead_reads_no_row_even_with_a_grant():
    for use in current_table().use_groups["row_level"]:
        assert not asked(session(), use, LEAD).allowed


def test_trust_and_safety_reads_no_session_without_an_open_case_on_it():
    for facts in (session(), session(IN_THE_GAP), session(flag=FlagState.UPHELD)):
        assert answer(facts, Use.TRUST_SAFETY_RAW, TRUST_SAFETY_WITHOUT_CASE) == ("R10", "deny")
    without_role = replace(TRUST_SAFETY, roles=frozenset({Role.REVIEWER}))
    assert answer(session(), Use.TRUST_SAFETY_RAW, without_role) == ("R10", "deny")


@pytest.mark.parametrize("flag", [FlagState.NONE, FlagState.DISMISSED])
def test_a_dismissed_flag_is_no_flag(flag):
    assert answer(session(flag=flag), Use.PUBLISH_SUMMARY) == ("R30", "allow")


def test_a_flag_stops_nothing_inside_the_house():
    for flag in FlagState:
        assert answer(session(flag=flag), Use.INTERNAL_CHARTS) == ("R22", "allow")


def test_the_groups_of_uses_are_those_of_the_table():
    groups = current_table().use_groups
    assert groups["external"] == EXTERNAL
    assert groups["identity"] == {
        Use.ACCOUNT_IDENTITY,
        Use.EMAIL_FINDING,
        Use.EMAIL_OTHER,
        Use.WITHDRAWAL_JOB,
    }


def read_independently(facts, use, who, recorded):
    """The gates as a person reads them off the written table, for IN_* moments only."""
    if use in current_table().use_groups["identity"] and who not in (MAILER, WITHDRAWAL):
        return "R11"
    if use is Use.TRUST_SAFETY_RAW and who is TRUST_SAFETY:
        return "R12"
    if use is Use.PARTICIPATION_COUNTS and who is LEAD:
        return "R13"
    if facts.plan in (Plan.COMMERCIAL, Plan.UNKNOWN):
        return "R01"
    if facts.status is not SessionStatus.COMPLETED and use is not Use.PARTICIPATION_COUNTS:
        return "R02"
    if facts.erased:
        return "R05"
    if use is Use.WITHDRAWAL_JOB and who is WITHDRAWAL:
        return "R09"
    if facts.withdrawn and use is not Use.WITHDRAWAL_JOB:
        return "R09"
    if facts.flag is FlagState.UPHELD and use in EXTERNAL:
        return "R07"
    counted = (Use.PARTICIPATION_COUNTS, Use.TRUST_SAFETY_RAW)
    if facts.completed_at == IN_THE_GAP and use not in counted:
        return "R03"
    if facts.completed_at == IN_APRIL and not recorded and use in EXTERNAL:
        return "R06"
    if facts.flag is FlagState.OPEN and use in EXTERNAL:
        return "R08"
    if use in current_table().use_groups["row_level"]:
        if use is Use.LINK_PARTICIPANT_STUDIES:
            return None if who is LINKING_REVIEWER else "R10"
        readers = {
            Use.INTERNAL_DEIDENTIFIED_TEXT: (REVIEWER, LINKING_REVIEWER, APPROVER),
            Use.TRUST_SAFETY_RAW: (),
        }
        if who not in readers.get(use, (REVIEWER, LINKING_REVIEWER)):
            return "R10"
    return None


@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize("status", SessionStatus)
def test_every_combination_meets_the_gate_that_a_person_reads_off_the_table(status, recorded):
    gates = {gate.rule.id for gate in current_table().gates}
    people = (NOBODY, REVIEWER, LINKING_REVIEWER, APPROVER, LEAD, TRUST_SAFETY, MAILER, WITHDRAWAL)
    for when, plan, flag, erased, withdrawn in product(
        (IN_DECEMBER, IN_THE_GAP, IN_APRIL),
        (Plan.CONSUMER, Plan.UNKNOWN),
        (FlagState.NONE, FlagState.OPEN, FlagState.UPHELD),
        (False, True),
        (False, True),
    ):
        facts = session(
            when, status=status, plan=plan, flag=flag, erased=erased, withdrawn=withdrawn
        )
        for use, who in product(Use, people):
            found = asked(
                facts, use, who, now=NOW, table=RECORDED if recorded else current_table()
            ).rule
            expected = read_independently(facts, use, who, recorded)
            assert (found if found in gates else None) == expected, (facts, use, who)


@pytest.mark.parametrize("recipient", RecipientKind)
def test_a_recipient_never_opens_a_gate(recipient):
    for use, who in product(Use, (REVIEWER, TRUST_SAFETY, LEAD, WITHDRAWAL, MAILER)):
        with_one = asked(session(), use, who, recipient=recipient)
        without = asked(session(), use, who)
        assert with_one.outcome.strictness >= without.outcome.strictness


def test_a_tombstone_that_no_longer_says_when_it_was_completed_is_answered_by_r05():
    erased = replace(session(erased=True), completed_at=None)
    assert answer(erased, Use.INTERNAL_CHARTS) == ("R05", "deny")
    assert answer(replace(erased, erased=False), Use.INTERNAL_CHARTS) == ("R02", "deny")
