"""Each row of the policy table, by an input that meets it and by its neighbours."""

from __future__ import annotations

import pytest

from domain.consent import Choices
from domain.policy import RecipientKind, Requirement, Use, current_table
from domain.vocabulary import ConsentScope, FlagState, Plan, PolicyVersion, SessionStatus
from tests.domain.policy.worlds import (
    DECLINED,
    GRANTED,
    IN_APRIL,
    IN_DECEMBER,
    IN_THE_GAP,
    LEAD,
    LINKING_REVIEWER,
    MAILER,
    NOBODY,
    NOT_ASKED,
    RECORDED,
    REVIEWER,
    TRUST_SAFETY,
    UNGRANTED_REVIEWER,
    WITHDRAWAL,
    WITHDRAWN,
    answer,
    asked,
    session,
)

DECEMBER = session(IN_DECEMBER)
APRIL = session(IN_APRIL)
UNFINISHED = session(None, status=SessionStatus.ABANDONED)
REMEMBERING = session(IN_DECEMBER, memory_on=True)


def chose(scope, choice, **facts):
    return session(IN_APRIL, choices=Choices(**{scope.value: choice}), **facts)


PUBLISH = ConsentScope.PUBLISH_RESPONSES
RESEARCHERS = ConsentScope.SHARE_RESEARCHERS
JOURNALISTS = ConsentScope.SHARE_JOURNALISTS
CONTACT = ConsentScope.CONTACT

#: rule, outcome, session, use, who asks. Sessions of March 2026 are asked about with a
#: retention rule recorded, as without one R06 answers every external use of theirs.
ROWS = [
    ("R01", "hold", session(plan=Plan.COMMERCIAL), Use.INTERNAL_CHARTS, REVIEWER),
    ("R01", "hold", session(plan=Plan.UNKNOWN), Use.SHARE_RESEARCHER, REVIEWER),
    ("R02", "deny", UNFINISHED, Use.INTERNAL_CHARTS, REVIEWER),
    ("R02", "deny", session(None, status=SessionStatus.IN_PROGRESS), Use.USAGE_ROW, REVIEWER),
    ("R02", "deny", session(None), Use.INTERNAL_RAW_TEXT, REVIEWER),
    ("R03", "hold", session(IN_THE_GAP), Use.INTERNAL_DEIDENTIFIED_TEXT, REVIEWER),
    ("R04", "deny", session(IN_DECEMBER.replace(day=31)), Use.PUBLISH_RESPONSES, REVIEWER),
    ("R04", "hold", session(IN_DECEMBER.replace(day=31)), Use.PUBLISH_SUMMARY, REVIEWER),
    ("R05", "deny", session(erased=True), Use.INTERNAL_CHARTS, REVIEWER),
    ("R07", "deny", session(flag=FlagState.UPHELD), Use.PUBLISH_SUMMARY, REVIEWER),
    ("R08", "hold", session(flag=FlagState.OPEN), Use.PUBLISH_SUMMARY, REVIEWER),
    ("R09", "deny", session(withdrawn=True), Use.INTERNAL_DEIDENTIFIED_TEXT, REVIEWER),
    ("R09", "allow", session(withdrawn=True), Use.WITHDRAWAL_JOB, WITHDRAWAL),
    ("R10", "deny", DECEMBER, Use.INTERNAL_RAW_TEXT, UNGRANTED_REVIEWER),
    ("R10", "deny", APRIL, Use.LINK_PARTICIPANT_STUDIES, REVIEWER),
    ("R11", "deny", DECEMBER, Use.ACCOUNT_IDENTITY, REVIEWER),
    ("R11", "deny", DECEMBER, Use.EMAIL_FINDING, REVIEWER),
    ("R12", "allow", session(flag=FlagState.OPEN), Use.TRUST_SAFETY_RAW, TRUST_SAFETY),
    ("R13", "allow", DECEMBER, Use.PARTICIPATION_COUNTS, LEAD),
    ("R20", "allow", DECEMBER, Use.INTERNAL_DEIDENTIFIED_TEXT, REVIEWER),
    ("R20", "allow", APRIL, Use.INTERNAL_DEIDENTIFIED_TEXT, REVIEWER),
    ("R21", "allow", DECEMBER, Use.INTERNAL_RAW_TEXT, REVIEWER),
    ("R21", "allow", APRIL, Use.INTERNAL_RAW_TEXT, REVIEWER),
    ("R22", "allow", DECEMBER, Use.INTERNAL_CHARTS, NOBODY),
    ("R22", "allow", APRIL, Use.INTERNAL_CHARTS, NOBODY),
    ("R23", "deny", DECEMBER, Use.ACCOUNT_JOIN_ROW, REVIEWER),
    ("R24", "allow", DECEMBER, Use.ACCOUNT_JOIN_AGGREGATE, NOBODY),
    ("R25", "allow", APRIL, Use.ACCOUNT_JOIN_ROW, REVIEWER),
    ("R25", "allow", APRIL, Use.ACCOUNT_JOIN_AGGREGATE, LEAD),
    ("R30", "allow", DECEMBER, Use.PUBLISH_SUMMARY, REVIEWER),
    ("R30", "allow", APRIL, Use.PUBLISH_SUMMARY, REVIEWER),
    ("R31", "allow", chose(PUBLISH, GRANTED), Use.PUBLISH_RESPONSES, REVIEWER),
    ("R32", "deny", chose(PUBLISH, DECLINED), Use.PUBLISH_RESPONSES, REVIEWER),
    ("R32", "deny", chose(PUBLISH, WITHDRAWN), Use.PUBLISH_RESPONSES, REVIEWER),
    ("R33", "hold", chose(PUBLISH, NOT_ASKED), Use.PUBLISH_RESPONSES, REVIEWER),
    ("R34", "deny", DECEMBER, Use.PUBLISH_RESPONSES, REVIEWER),
    ("R40", "allow", chose(RESEARCHERS, GRANTED), Use.SHARE_RESEARCHER, REVIEWER),
    ("R41", "deny", chose(RESEARCHERS, DECLINED), Use.SHARE_RESEARCHER, REVIEWER),
    ("R41", "deny", chose(RESEARCHERS, WITHDRAWN), Use.SHARE_RESEARCHER, REVIEWER),
    ("R42", "hold", chose(RESEARCHERS, NOT_ASKED), Use.SHARE_RESEARCHER, REVIEWER),
    ("R43", "allow", chose(JOURNALISTS, GRANTED), Use.SHARE_JOURNALIST, REVIEWER),
    ("R44", "deny", chose(JOURNALISTS, DECLINED), Use.SHARE_JOURNALIST, REVIEWER),
    ("R44", "deny", chose(JOURNALISTS, WITHDRAWN), Use.SHARE_JOURNALIST, REVIEWER),
    ("R45", "hold", chose(JOURNALISTS, NOT_ASKED), Use.SHARE_JOURNALIST, REVIEWER),
    ("R46", "deny", APRIL, Use.SHARE_OTHER_THIRD_PARTY, REVIEWER),
    ("R47", "deny", DECEMBER, Use.SHARE_RESEARCHER, REVIEWER),
    ("R47", "deny", DECEMBER, Use.SHARE_JOURNALIST, REVIEWER),
    ("R47", "deny", DECEMBER, Use.SHARE_OTHER_THIRD_PARTY, REVIEWER),
    ("R48", "allow", DECEMBER, Use.THIRD_PARTY_AGGREGATE, REVIEWER),
    ("R48", "allow", APRIL, Use.THIRD_PARTY_AGGREGATE, REVIEWER),
    ("R49", "deny", DECEMBER, Use.THIRD_PARTY_IDENTIFIERS, REVIEWER),
    ("R49", "deny", APRIL, Use.THIRD_PARTY_IDENTIFIERS, REVIEWER),
    ("R50", "allow", APRIL, Use.USAGE_AGGREGATE, REVIEWER),
    ("R51", "deny", APRIL, Use.USAGE_ROW, REVIEWER),
    ("R52", "allow", DECEMBER, Use.USAGE_AGGREGATE, REVIEWER),
    ("R52", "deny", DECEMBER, Use.USAGE_ROW, REVIEWER),
    ("R53", "allow", DECEMBER, Use.AUTOMATED_GROUPING, NOBODY),
    ("R53", "allow", APRIL, Use.AUTOMATED_GROUPING, NOBODY),
    ("R54", "allow", APRIL, Use.LINK_PARTICIPANT_STUDIES, LINKING_REVIEWER),
    ("R55", "hold", DECEMBER, Use.LINK_PARTICIPANT_STUDIES, LINKING_REVIEWER),
    ("R56", "deny", DECEMBER, Use.LINKED_TIMELINE_THIRD_PARTY, REVIEWER),
    ("R56", "deny", APRIL, Use.LINKED_TIMELINE_THIRD_PARTY, REVIEWER),
    ("R60", "allow", DECEMBER, Use.EMAIL_FINDING, MAILER),
    ("R60", "allow", APRIL, Use.EMAIL_FINDING, MAILER),
    ("R60", "allow", chose(CONTACT, GRANTED), Use.EMAIL_FINDING, MAILER),
    ("R61", "deny", chose(CONTACT, DECLINED), Use.EMAIL_FINDING, MAILER),
    ("R61", "deny", chose(CONTACT, WITHDRAWN), Use.EMAIL_FINDING, MAILER),
    ("R61", "deny", APRIL, Use.EMAIL_FINDING, WITHDRAWAL),
    ("R61", "deny", DECEMBER, Use.EMAIL_OTHER, MAILER),
    ("R61", "deny", APRIL, Use.EMAIL_OTHER, MAILER),
    ("R70", "hold", DECEMBER, Use.PRODUCT_IMPROVEMENT_EXPORT, REVIEWER),
    ("R70", "hold", APRIL, Use.PRODUCT_IMPROVEMENT_EXPORT, REVIEWER),
    ("R80", "hold", REMEMBERING, Use.PUBLISH_SUMMARY, REVIEWER),
    ("R80", "hold", REMEMBERING, Use.THIRD_PARTY_AGGREGATE, REVIEWER),
    ("R99", "deny", APRIL, Use.ACCOUNT_JOIN_AGGREGATE, NOBODY),
    ("R99", "deny", DECEMBER, Use.ACCOUNT_IDENTITY, MAILER),
    ("R99", "deny", DECEMBER, Use.WITHDRAWAL_JOB, MAILER),
    ("R99", "deny", DECEMBER, Use.PARTICIPATION_COUNTS, REVIEWER),
    ("R99", "deny", session(IN_THE_GAP), Use.PARTICIPATION_COUNTS, REVIEWER),
    ("R99", "deny", UNFINISHED, Use.PARTICIPATION_COUNTS, REVIEWER),
]


@pytest.mark.parametrize(
    ("rule", "outcome", "facts", "use", "who"),
    ROWS,
    ids=[f"{row[0]}-{row[1]}-{row[3]}-{number}" for number, row in enumerate(ROWS)],
)
def test_the_row_answers_as_the_table_says(rule, outcome, facts, use, who):
    assert answer(facts, use, who, table=RECORDED) == (rule, outcome)


def test_without_a_recorded_retention_nothing_of_march_2026_leaves():
    granted = session(IN_APRIL, choices=Choices(GRANTED, GRANTED, GRANTED, GRANTED))
    for use in current_table().use_groups["external"]:
        assert answer(granted, use) == ("R06", "hold")


def test_every_rule_of_the_table_is_met_by_some_input():
    met = {row[0] for row in ROWS} | {"R06"}
    assert met == {rule.id for rule in current_table().rules}


def test_every_decision_carries_the_words_of_its_row():
    decision = asked(chose(RESEARCHERS, GRANTED), Use.SHARE_RESEARCHER, table=RECORDED)
    row = next(rule for rule in RECORDED.rules if rule.id == "R40")
    assert (decision.reason, decision.remedy, decision.clause) == (
        row.reason,
        row.remedy,
        "M8",
    )
    assert decision.policy_version is PolicyVersion.MARCH_2026
    assert decision.policy_digest == RECORDED.digest != current_table().digest


@pytest.mark.parametrize(
    ("use", "facts", "who", "required"),
    [
        (Use.INTERNAL_RAW_TEXT, APRIL, REVIEWER, {Requirement.STATED_PURPOSE}),
        (Use.INTERNAL_CHARTS, APRIL, REVIEWER, {Requirement.AT_THE_THRESHOLD}),
        (Use.ACCOUNT_JOIN_ROW, APRIL, REVIEWER, {Requirement.WITHOUT_IDENTITY}),
        (Use.PUBLISH_SUMMARY, APRIL, REVIEWER, {Requirement.TWO_APPROVALS}),
        (
            Use.SHARE_RESEARCHER,
            chose(RESEARCHERS, GRANTED),
            REVIEWER,
            {Requirement.TWO_APPROVALS, Requirement.AGREEMENT_IN_FORCE},
        ),
        (
            Use.SHARE_JOURNALIST,
            chose(JOURNALISTS, GRANTED),
            REVIEWER,
            {Requirement.TWO_APPROVALS, Requirement.AGREEMENT_IN_FORCE},
        ),
        (
            Use.THIRD_PARTY_AGGREGATE,
            APRIL,
            REVIEWER,
            {Requirement.TWO_APPROVALS, Requirement.AT_THE_THRESHOLD},
        ),
        (
            Use.AUTOMATED_GROUPING,
            APRIL,
            REVIEWER,
            {Requirement.AT_THE_THRESHOLD, Requirement.LABEL_APPROVED},
        ),
        (Use.EMAIL_FINDING, APRIL, MAILER, {Requirement.ONCE_PER_FINDING}),
        (Use.TRUST_SAFETY_RAW, APRIL, TRUST_SAFETY, {Requirement.WITHIN_THE_CASE}),
    ],
)
def test_an_allowance_says_what_it_still_needs(use, facts, who, required):
    decision = asked(facts, use, who, table=RECORDED)
    assert decision.allowed
    assert required <= set(decision.requirements)


@pytest.mark.parametrize("plan", [Plan.FREE, Plan.PRO, Plan.MAX, Plan.CONSUMER])
def test_a_plan_in_scope_passes_whether_or_not_it_is_stated_which(plan):
    assert answer(session(plan=plan), Use.INTERNAL_CHARTS) == ("R22", "allow")


def test_a_choice_about_researchers_never_stands_in_for_one_about_journalists():
    facts = chose(RESEARCHERS, GRANTED)
    assert answer(facts, Use.SHARE_JOURNALIST, table=RECORDED) == ("R45", "hold")


@pytest.mark.parametrize(
    ("use", "recipient"),
    [
        (Use.SHARE_RESEARCHER, RecipientKind.JOURNALIST),
        (Use.SHARE_JOURNALIST, RecipientKind.RESEARCHER),
        (Use.SHARE_RESEARCHER, RecipientKind.OTHER),
        (Use.PUBLISH_SUMMARY, RecipientKind.RESEARCHER),
        (Use.INTERNAL_RAW_TEXT, RecipientKind.RESEARCHER),
        (Use.INTERNAL_CHARTS, RecipientKind.OTHER),
    ],
)
def test_a_recipient_that_does_not_fit_the_use_is_allowed_nothing(use, recipient):
    granted = session(IN_APRIL, choices=Choices(GRANTED, GRANTED, GRANTED, GRANTED))
    found = answer(granted, use, REVIEWER, recipient=recipient, table=RECORDED)
    assert found == ("R99", "deny")


@pytest.mark.parametrize(
    ("use", "who"),
    [
        (Use.TRUST_SAFETY_RAW, TRUST_SAFETY),
        (Use.PARTICIPATION_COUNTS, LEAD),
        (Use.WITHDRAWAL_JOB, WITHDRAWAL),
    ],
)
def test_no_inner_work_is_done_for_a_recipient(use, who):
    assert asked(DECEMBER, use, who).allowed
    assert not asked(DECEMBER, use, who, recipient=RecipientKind.JOURNALIST).allowed


def test_a_recipient_that_fits_changes_nothing():
    facts = chose(RESEARCHERS, GRANTED)
    fitting = asked(facts, Use.SHARE_RESEARCHER, recipient=RecipientKind.RESEARCHER, table=RECORDED)
    assert fitting == asked(facts, Use.SHARE_RESEARCHER, table=RECORDED)


def test_the_memory_tick_lifts_the_hold_but_no_refusal():
    assert answer(REMEMBERING, Use.PUBLISH_SUMMARY, memory_acknowledged=True) == ("R30", "allow")
    for acknowledged in (False, True):
        found = answer(REMEMBERING, Use.SHARE_RESEARCHER, memory_acknowledged=acknowledged)
        assert found == ("R47", "deny")


def test_memory_in_march_2026_or_inside_the_house_holds_nothing():
    remembering = session(IN_APRIL, memory_on=True)
    assert answer(remembering, Use.PUBLISH_SUMMARY, table=RECORDED) == ("R30", "allow")
    assert answer(REMEMBERING, Use.INTERNAL_CHARTS) == ("R22", "allow")
