"""Total, deterministic, monotone: nothing that got worse ever widens what may be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.consent import strictness
from domain.policy import Outcome, Use, current_table, what_may_be_done
from domain.vocabulary import ConsentChoice, ConsentScope, FlagState
from tests.domain.policy.worlds import (
    PEOPLE,
    RECIPIENTS,
    SESSIONS,
    TABLES,
    TIMES,
    USES,
    asked,
)

FLAG_ORDER = (FlagState.NONE, FlagState.OPEN, FlagState.UPHELD)
ASKED = {
    "facts": SESSIONS,
    "use": USES,
    "who": PEOPLE,
    "now": TIMES,
    "table": TABLES,
    "recipient": RECIPIENTS,
}


def never_wider(before, after):
    assert after.outcome.strictness >= before.outcome.strictness, (before, after)


@given(**ASKED, acknowledged=st.booleans())
def test_every_combination_is_answered_once_and_always_alike(
    facts, use, who, now, table, recipient, acknowledged
):
    more = {"recipient": recipient, "memory_acknowledged": acknowledged, "table": table}
    decision = asked(facts, use, who, now=now, **more)
    assert decision == asked(facts, use, who, now=now, **more)
    assert isinstance(decision.outcome, Outcome)
    assert decision.rule in {rule.id for rule in current_table().rules}
    assert decision.reason.endswith(".")
    assert decision.remedy.endswith(".")


@given(**ASKED, scope=st.sampled_from(ConsentScope), choice=st.sampled_from(ConsentChoice))
def test_a_stricter_choice_never_widens_anything(
    facts, use, who, now, table, recipient, scope, choice
):
    if strictness(choice) < strictness(facts.choices.of(scope)):
        choice = facts.choices.of(scope)
    worse = replace(facts, choices=replace(facts.choices, **{scope.value: choice}))
    before = asked(facts, use, who, now=now, table=table, recipient=recipient)
    never_wider(before, asked(worse, use, who, now=now, table=table, recipient=recipient))


@given(**ASKED, one=st.integers(0, 2), other=st.integers(0, 2))
def test_a_flag_never_opens_anything(facts, use, who, now, table, recipient, one, other):
    lighter = replace(facts, flag=FLAG_ORDER[min(one, other)])
    heavier = replace(facts, flag=FLAG_ORDER[max(one, other)])
    before = asked(lighter, use, who, now=now, table=table, recipient=recipient)
    after = asked(heavier, use, who, now=now, table=table, recipient=recipient)
    # An open case is asked about before the rows and so holds even what they would deny:
    # nothing leaves either way. Once upheld it denies, which nothing is stricter than.
    if heavier.flag is FlagState.OPEN:
        assert before.allowed or not after.allowed
    else:
        never_wider(before, after)


@given(**ASKED, what=st.sampled_from(["withdrawn", "erased", "memory_on"]))
def test_a_withdrawal_an_erasure_or_memory_never_widens_anything(
    facts, use, who, now, table, recipient, what
):
    without, within = replace(facts, **{what: False}), replace(facts, **{what: True})
    before = asked(without, use, who, now=now, table=table, recipient=recipient)
    never_wider(before, asked(within, use, who, now=now, table=table, recipient=recipient))


@given(**ASKED, days=st.integers(0, 4000))
def test_a_later_date_never_widens_anything(facts, use, who, now, table, recipient, days):
    before = asked(facts, use, who, now=now, table=table, recipient=recipient)
    later = now + timedelta(days=days)
    never_wider(before, asked(facts, use, who, now=later, table=table, recipient=recipient))


@given(**ASKED)
def test_losing_a_grant_a_role_or_a_case_never_widens_anything(
    facts, use, who, now, table, recipient
):
    before = asked(facts, use, who, now=now, table=table, recipient=recipient)
    for poorer in (
        replace(who, grants=frozenset(), linking_grant=False),
        replace(who, roles=frozenset()),
        replace(who, open_case=False),
    ):
        never_wider(before, asked(facts, use, poorer, now=now, table=table, recipient=recipient))


@given(facts=SESSIONS, who=PEOPLE, now=TIMES, table=TABLES)
def test_the_session_page_shows_every_use_once(facts, who, now, table):
    shown = what_may_be_done(facts, clearance=who, now=now, table=table)
    assert [use for use, _ in shown] == list(Use)
    answers = dict(shown)
    for use in (Use.INTERNAL_RAW_TEXT, Use.SHARE_RESEARCHER, Use.ACCOUNT_IDENTITY):
        assert answers[use] == asked(facts, use, who, now=now, table=table)
