"""Consent: the latest event holds, and a tie never widens anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent import (
    Choices,
    ConsentEvent,
    consent_version,
    current_choices,
    stricter,
    strictness,
)
from domain.vocabulary import ConsentChoice, ConsentScope

START = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
GRANTED, DECLINED = ConsentChoice.GRANTED, ConsentChoice.DECLINED
NOT_ASKED, WITHDRAWN = ConsentChoice.NOT_ASKED, ConsentChoice.WITHDRAWN
EVENTS = st.lists(
    st.builds(
        ConsentEvent,
        st.sampled_from(ConsentScope),
        st.sampled_from(ConsentChoice),
        st.integers(0, 3).map(lambda seconds: START + seconds * SECOND),
    ),
    max_size=12,
)


def chose(choice, after=0, scope=ConsentScope.SHARE_RESEARCHERS):
    return ConsentEvent(scope, choice, START + after * SECOND)


def test_what_was_never_asked_is_not_asked_in_every_scope():
    choices = current_choices([])
    assert {choices.of(scope) for scope in ConsentScope} == {NOT_ASKED}


@pytest.mark.parametrize("scope", ConsentScope)
def test_a_choice_in_one_scope_says_nothing_of_the_others(scope):
    choices = current_choices([chose(GRANTED, scope=scope)])
    assert {other for other in ConsentScope if choices.of(other) is GRANTED} == {scope}


def test_the_latest_choice_holds_in_whatever_order_the_events_arrive():
    events = [chose(GRANTED, 0), chose(DECLINED, 1), chose(GRANTED, 2), chose(WITHDRAWN, 3)]
    assert current_choices(events).share_researchers is WITHDRAWN
    assert current_choices(reversed(events)).share_researchers is WITHDRAWN


@pytest.mark.parametrize(
    ("after", "holds"), [(-1, GRANTED), (0, WITHDRAWN), (1, WITHDRAWN)], ids=["-1 s", "0", "+1 s"]
)
def test_a_withdrawal_holds_from_the_very_instant_of_the_grant_on(after, holds):
    events = [chose(GRANTED), chose(WITHDRAWN, after)]
    assert current_choices(events).share_researchers is holds


@pytest.mark.parametrize("choice", [DECLINED, NOT_ASKED, WITHDRAWN])
def test_of_two_choices_at_one_instant_the_stricter_holds(choice):
    for events in ([chose(GRANTED), chose(choice)], [chose(choice), chose(GRANTED)]):
        assert current_choices(events).share_researchers is choice


def test_instants_are_compared_across_time_zones():
    west = timezone(timedelta(hours=-8))
    granted = ConsentEvent(ConsentScope.CONTACT, GRANTED, START.astimezone(west))
    declined = ConsentEvent(ConsentScope.CONTACT, DECLINED, START)
    assert current_choices([granted, declined]).contact is DECLINED


def test_a_choice_given_anew_after_a_withdrawal_holds():
    events = [chose(WITHDRAWN), chose(GRANTED, 1)]
    assert current_choices(events).share_researchers is GRANTED


def test_the_order_of_strictness_is_that_of_the_database():
    by_strictness = sorted(ConsentChoice, key=strictness, reverse=True)
    assert by_strictness == [WITHDRAWN, DECLINED, NOT_ASKED, GRANTED]
    assert strictness(GRANTED) == 0


@given(st.sampled_from(ConsentChoice), st.sampled_from(ConsentChoice))
def test_the_stricter_of_two_does_not_depend_on_their_order(one, other):
    assert stricter(one, other) is stricter(other, one)
    assert strictness(stricter(one, other)) == max(strictness(one), strictness(other))


@given(EVENTS, st.randoms(use_true_random=False))
def test_the_standing_does_not_depend_on_the_order_of_arrival_or_on_repeats(events, random):
    shuffled = events * 2
    random.shuffle(shuffled)
    assert current_choices(shuffled) == current_choices(events)
    assert consent_version(shuffled) == consent_version(events)


@given(EVENTS, st.sampled_from(ConsentScope))
def test_a_later_withdrawal_always_holds_and_touches_no_other_scope(events, scope):
    before = current_choices(events)
    after = current_choices([*events, chose(WITHDRAWN, 10, scope)])
    assert after.of(scope) is WITHDRAWN
    assert all(after.of(other) is before.of(other) for other in ConsentScope if other is not scope)


def test_the_version_grows_with_each_new_event():
    events = [chose(GRANTED)]
    assert consent_version([]) == 0
    assert consent_version(events) == 1
    assert consent_version([*events, chose(WITHDRAWN, 1)]) == 2


def test_choices_are_plain_values():
    assert Choices(contact=GRANTED) == current_choices([chose(GRANTED, scope=ConsentScope.CONTACT)])
