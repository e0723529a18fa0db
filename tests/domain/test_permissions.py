"""Who may do what: the whole table, the clock at its edges, and nobody's own doing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.permissions import (
    ROLES_FOR,
    Act,
    Actor,
    Grant,
    check,
    check_grant,
    check_not_self,
    may,
    may_give_to,
    may_work_on,
)
from domain.vocabulary import Role

STUDY, OTHER_STUDY = uuid4(), uuid4()
STARTS = datetime(2026, 11, 1, tzinfo=UTC)
ENDS = datetime(2026, 12, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def actor(*roles, grants=(), service=None, staff_id=None):
    return Actor(staff_id or uuid4(), "Rosa Lindqvist", frozenset(roles), tuple(grants), service)


def grant(role=Role.REVIEWER, study=STUDY, revoked_at=None):
    return Grant(study, role, "Review the interviews", STARTS, ENDS, revoked_at)


#: The table as a person reads it off the domain's description.
MAY = {
    Role.REVIEWER: {
        Act.READ_POLICY,
        Act.COUNT_BY_RULE,
        Act.SEE_HOLDS,
        Act.EXPLAIN_POLICY,
        Act.BROWSE_SESSIONS,
        Act.OPEN_ORIGINAL,
        Act.REVIEW,
        Act.SEE_SHARES,
        Act.REQUEST_SHARE,
        Act.RELEASE_SHARE,
    },
    Role.APPROVER: {
        Act.READ_POLICY,
        Act.SEE_SHARES,
        Act.VOTE_ON_SHARE,
        Act.RELEASE_SHARE,
        Act.RECALL_SHARE,
        Act.SEE_PUBLICATIONS,
        Act.VOTE_ON_PUBLICATION,
        Act.PUBLISH,
        Act.WITHDRAW_PUBLICATION,
    },
    Role.LEAD: {
        Act.READ_POLICY,
        Act.SEE_METRICS,
        Act.SEE_PUBLICATIONS,
        Act.PROPOSE_PUBLICATION,
        Act.PUBLISH,
        Act.WITHDRAW_PUBLICATION,
    },
    Role.TRUST_SAFETY: {
        Act.READ_POLICY,
        Act.EXPLAIN_POLICY,
        Act.BROWSE_SESSIONS,
        Act.OPEN_ORIGINAL,
        Act.HANDLE_CASES,
    },
    Role.ADMINISTRATOR: {
        Act.READ_POLICY,
        Act.IMPORT,
        Act.MANAGE_STUDIES,
        Act.MANAGE_ACCESS,
        Act.RUN_DEIDENTIFICATION,
        Act.RECORD_WITHDRAWAL,
        Act.ERASE,
        Act.WRITE_TO_PARTICIPANTS,
        Act.CHANGE_POLICY,
        Act.SEE_OPERATIONS,
        Act.TEND_WORK,
        Act.COUNT_BY_RULE,
        Act.ASSIGN_POLICY,
        Act.SEE_HOLDS,
        Act.EXPLAIN_POLICY,
        Act.SEE_SHARES,
        Act.RECALL_SHARE,
        Act.MANAGE_RECIPIENTS,
        Act.SEE_PUBLICATIONS,
        Act.WITHDRAW_PUBLICATION,
    },
    Role.AUDITOR: {Act.READ_POLICY, Act.READ_AUDIT},
}


@pytest.mark.parametrize(("role", "act"), list(product(Role, Act)))
def test_each_role_may_do_what_the_table_says_and_nothing_else(role, act):
    person = actor(role)
    assert may(person, act) == (act in MAY[role])
    if act in MAY[role]:
        assert check(person, act) is person
    else:
        with pytest.raises(Refused):
            check(person, act)


def test_every_act_has_its_line_in_the_table():
    assert set(ROLES_FOR) == set(Act)


@pytest.mark.parametrize("act", Act)
def test_nobody_may_do_anything_until_they_are_signed_in(act):
    assert not may(None, act)
    with pytest.raises(Refused, match="Nobody is signed in") as caught:
        check(None, act)
    assert caught.value.rule == "role.signed-in"


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("service", [None, "deidentification", "mailer"])
def test_somebody_without_a_role_may_do_nothing_that_takes_one(act, service):
    assert not may(actor(service=service), act)


def test_an_administrator_alone_opens_no_transcript():
    for act in (Act.BROWSE_SESSIONS, Act.OPEN_ORIGINAL):
        with pytest.raises(Refused, match="takes the role reviewer or trust & safety"):
            check(actor(Role.ADMINISTRATOR), act)


def test_all_roles_together_still_see_no_account_data():
    with pytest.raises(Refused, match="No role lets anybody see account data") as caught:
        check(actor(*Role), Act.SEE_ACCOUNTS)
    assert caught.value.rule == "R11"


def test_a_refusal_names_the_role_that_would_do_and_whom_to_ask():
    with pytest.raises(Refused) as caught:
        check(actor(Role.REVIEWER), Act.READ_AUDIT)
    assert caught.value.message == (
        "To read the audit trail takes the role auditor, which you do not hold."
    )
    assert caught.value.rule == "role.read-the-audit-trail"
    assert "Ask an administrator" in caught.value.remedy


@given(st.frozensets(st.sampled_from(Role)), st.sampled_from(Act), st.sampled_from(Role))
def test_one_more_role_never_takes_anything_away(roles, act, more):
    assert may(actor(*roles, more), act) >= may(actor(*roles), act)


@given(st.frozensets(st.sampled_from(Role)), st.sampled_from(Act))
def test_asking_and_checking_never_disagree(roles, act):
    person = actor(*roles)
    try:
        check(person, act)
        passed = True
    except Refused:
        passed = False
    assert passed == may(person, act)


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        (STARTS - SECOND, False),
        (STARTS, True),
        (STARTS + SECOND, True),
        (ENDS - SECOND, True),
        (ENDS, False),
        (ENDS + SECOND, False),
    ],
)
def test_a_grant_holds_from_its_start_and_up_to_but_not_at_its_end(now, holds):
    person = actor(Role.REVIEWER, grants=[grant()])
    assert grant().holds(now) == holds
    assert may_work_on(person, Role.REVIEWER, STUDY, now) == holds
    if holds:
        check_grant(person, Role.REVIEWER, STUDY, now)
    else:
        with pytest.raises(Refused, match="Your grant on this study is not in force"):
            check_grant(person, Role.REVIEWER, STUDY, now)


@pytest.mark.parametrize(("after", "holds"), [(-1, True), (0, False), (1, False)])
def test_a_revoked_grant_ends_at_the_very_instant(after, holds):
    revoked_at = STARTS + 60 * SECOND
    assert grant(revoked_at=revoked_at).holds(revoked_at + after * SECOND) == holds


@pytest.mark.parametrize(
    "grants",
    [[], [grant(study=OTHER_STUDY)], [grant(role=Role.APPROVER)]],
    ids=["none", "another study", "another role"],
)
def test_a_grant_counts_for_its_own_study_and_role_only(grants):
    with pytest.raises(Refused, match="You hold no grant here") as caught:
        check_grant(actor(Role.REVIEWER, grants=grants), Role.REVIEWER, STUDY, STARTS)
    assert caught.value.rule == "R10"


def test_a_grant_without_its_role_opens_nothing():
    person = actor(Role.ADMINISTRATOR, grants=[grant()])
    assert person.studies(Role.REVIEWER, STARTS) == frozenset()
    with pytest.raises(Refused, match="not in force"):
        check_grant(person, Role.REVIEWER, STUDY, STARTS)


def test_a_person_works_on_the_studies_of_their_grants_in_force():
    person = actor(
        *(Role.REVIEWER, Role.LEAD),
        grants=[
            grant(),
            grant(study=OTHER_STUDY, revoked_at=STARTS),
            grant(Role.LEAD, OTHER_STUDY),
        ],
    )
    assert person.studies(Role.REVIEWER, STARTS) == {STUDY}
    assert person.studies(Role.LEAD, STARTS) == {OTHER_STUDY}
    assert person.studies(Role.APPROVER, STARTS) == frozenset()
    assert person.holds(Role.LEAD)
    assert not person.holds(Role.AUDITOR)


def test_nobody_gives_to_themselves_whatever_name_they_go_by():
    one_id = uuid4()
    person = actor(Role.ADMINISTRATOR, staff_id=one_id)
    again = UUID(str(one_id).upper())
    assert not may_give_to(person, again)
    with pytest.raises(Refused, match="Nobody gives roles or grants to themselves") as caught:
        check_not_self(person, again)
    assert caught.value.rule == "grant.no-self"


def test_giving_to_somebody_else_of_the_same_name_is_no_self_service():
    person, namesake = actor(Role.ADMINISTRATOR), actor(Role.REVIEWER)
    assert person.label == namesake.label
    assert may_give_to(person, namesake.staff_id)
    check_not_self(person, namesake.staff_id)
