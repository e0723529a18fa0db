"""Sessions, people and tables that the policy's tests ask about."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from domain.consent import Choices
from domain.policy import (
    Clearance,
    RecipientKind,
    SessionFacts,
    Use,
    decide,
    edition_document,
    read_table,
)
from domain.vocabulary import (
    ConsentChoice,
    FlagState,
    Plan,
    PolicyVersion,
    Role,
    SessionStatus,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
IN_DECEMBER = datetime(2025, 12, 15, 12, 0, tzinfo=UTC)
IN_THE_GAP = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
IN_APRIL = datetime(2026, 4, 15, 12, 0, tzinfo=UTC)

GRANTED, DECLINED = ConsentChoice.GRANTED, ConsentChoice.DECLINED
NOT_ASKED, WITHDRAWN = ConsentChoice.NOT_ASKED, ConsentChoice.WITHDRAWN

NOBODY = Clearance()
REVIEWER = Clearance(roles=frozenset({Role.REVIEWER}), grants=frozenset({Role.REVIEWER}))
LINKING_REVIEWER = Clearance(
    roles=frozenset({Role.REVIEWER}), grants=frozenset({Role.REVIEWER}), linking_grant=True
)
UNGRANTED_REVIEWER = Clearance(roles=frozenset({Role.REVIEWER}))
APPROVER = Clearance(roles=frozenset({Role.APPROVER}), grants=frozenset({Role.APPROVER}))
LEAD = Clearance(roles=frozenset({Role.LEAD}), grants=frozenset({Role.LEAD}))
UNGRANTED_LEAD = Clearance(roles=frozenset({Role.LEAD}))
TRUST_SAFETY = Clearance(roles=frozenset({Role.TRUST_SAFETY}), open_case=True)
TRUST_SAFETY_WITHOUT_CASE = Clearance(roles=frozenset({Role.TRUST_SAFETY}))
ADMINISTRATOR = Clearance(roles=frozenset({Role.ADMINISTRATOR}))
AUDITOR = Clearance(roles=frozenset({Role.AUDITOR}))
MAILER = Clearance(service="mailer")
WITHDRAWAL = Clearance(service="withdrawal")
ENGINE = Clearance(service="deidentification")
CLEARANCES = (
    *(NOBODY, REVIEWER, LINKING_REVIEWER, UNGRANTED_REVIEWER, APPROVER, LEAD, UNGRANTED_LEAD),
    *(TRUST_SAFETY, TRUST_SAFETY_WITHOUT_CASE, ADMINISTRATOR, AUDITOR),
    *(MAILER, WITHDRAWAL, ENGINE),
)

EXTERNAL = frozenset(
    {
        Use.PUBLISH_SUMMARY,
        Use.PUBLISH_RESPONSES,
        Use.SHARE_RESEARCHER,
        Use.SHARE_JOURNALIST,
        Use.SHARE_OTHER_THIRD_PARTY,
        Use.THIRD_PARTY_AGGREGATE,
        Use.THIRD_PARTY_IDENTIFIERS,
        Use.LINKED_TIMELINE_THIRD_PARTY,
    }
)


def session(completed_at=IN_DECEMBER, **facts):
    """A completed, unflagged session of a Pro plan with memory off, but for what is said."""
    stated = {
        "status": SessionStatus.COMPLETED,
        "completed_at": completed_at,
        "plan": Plan.PRO,
        "memory_on": False,
    }
    return SessionFacts(**{**stated, **facts})


def retention_recorded(years=5):
    """The table in force, but with a retention rule for the policy of March 2026 (lifts R06)."""
    document = copy.deepcopy(edition_document())
    document["versions"][1]["retention_years"] = years
    return read_table(document)


RECORDED = retention_recorded()


def contiguous():
    """A table in which the policy of March 2026 follows the other with no gap between them."""
    document = copy.deepcopy(edition_document())
    document["versions"][1].update(completed_from="2026-01-01T00:00:00+00:00", retention_years=5)
    return read_table(document)


def asked(facts, use, clearance=LINKING_REVIEWER, *, now=NOW, table=None, **more):
    return decide(facts, use, clearance=clearance, now=now, table=table, **more)


def answer(facts, use, clearance=LINKING_REVIEWER, **more):
    """Rule and outcome, for short."""
    decision = asked(facts, use, clearance, **more)
    return decision.rule, decision.outcome.value


CHOICES = st.builds(Choices, *(st.sampled_from(ConsentChoice) for _ in range(4)))
MOMENTS = st.sampled_from([IN_DECEMBER, IN_THE_GAP, IN_APRIL]) | st.integers(0, 300 * 24).map(
    lambda hours: datetime(2025, 11, 1, tzinfo=UTC) + timedelta(hours=hours)
)
SESSIONS = st.builds(
    SessionFacts,
    status=st.sampled_from([SessionStatus.COMPLETED, *SessionStatus]),
    completed_at=MOMENTS | st.none(),
    plan=st.sampled_from(Plan),
    memory_on=st.booleans(),
    flag=st.sampled_from(FlagState),
    choices=CHOICES,
    erased=st.booleans(),
    withdrawn=st.booleans(),
    assigned_version=st.sampled_from([PolicyVersion.NONE, *PolicyVersion]),
)
USES = st.sampled_from(Use)
PEOPLE = st.builds(
    Clearance,
    roles=st.frozensets(st.sampled_from(Role)),
    grants=st.frozensets(st.sampled_from(Role)),
    linking_grant=st.booleans(),
    open_case=st.booleans(),
    service=st.sampled_from([None, "mailer", "withdrawal", "deidentification"]),
)
RECIPIENTS = st.none() | st.sampled_from(RecipientKind)
TABLES = st.sampled_from([None, RECORDED, contiguous()])
TIMES = st.integers(0, 14 * 365).map(
    lambda days: datetime(2025, 11, 1, tzinfo=UTC) + timedelta(days=days)
)
