"""The sessions page's filter: what an address says is read whole or refused by name."""

from __future__ import annotations

import string
from contextlib import suppress
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.page_cursor import Cursor, Direction, Sort
from domain.policy import Outcome, Use
from domain.session_filters import LONGEST_QUERY, PARAMETERS, SessionFilter, parse
from domain.vocabulary import (
    ConsentChoice,
    ConsentScope,
    FlagState,
    PolicyVersion,
    ReviewState,
    SessionStatus,
)
from tests.domain.test_page_cursor import CURSORS

NEWEST = ("sort", "newest")
CURSOR = Cursor(Sort.NEWEST, datetime(2026, 4, 1, tzinfo=UTC), uuid4())
FULL = {
    "study": "writing-with-ai",
    "from": "2025-12-01",
    "until": "2026-04-30",
    "language": "en,pt-BR",
    "status": "completed,abandoned",
    "publish": "granted",
    "researchers": "granted",
    "journalists": "not_asked",
    "contact": "withdrawn",
    "policy": "2025-12,none",
    "review": "unreviewed,confirmed",
    "flag": "open",
    "outcome": "share_researcher:allow,share_researcher:hold,publish_responses:deny",
    "q": "night shifts & coffee",
    "sort": "longest",
    "cursor": Cursor(Sort.LONGEST, 120, uuid4(), Direction.PREVIOUS).encode(),
}


def several(kind):
    return st.lists(st.sampled_from(kind), unique=True).map(tuple)


@st.composite
def filters(draw):
    days = sorted(draw(st.lists(st.dates(date(2020, 1, 1), date(2099, 12, 31)), max_size=2)))
    cursor = draw(st.none() | CURSORS)
    return SessionFilter(
        study=draw(st.none() | st.sampled_from(["a", "writing-with-ai", "7-years"])),
        completed_from=days[0] if days else None,
        completed_until=days[-1] if len(days) > 1 else None,
        languages=draw(several(["en", "de", "pt-BR", "zh-Hant"])),
        statuses=draw(several(SessionStatus)),
        choices=tuple(
            (scope, draw(st.sampled_from(ConsentChoice)))
            for scope in ConsentScope
            if draw(st.booleans())
        ),
        policy_versions=draw(several(PolicyVersion)),
        review_states=draw(several(ReviewState)),
        flags=draw(several(FlagState)),
        outcomes=draw(several([(use, outcome) for use in Use for outcome in Outcome])),
        query=draw(
            st.none()
            | st.text(string.printable[:94] + " éß漢👩🏽", min_size=1).filter(
                lambda text: len(text.strip()) > 0 and len(text) <= LONGEST_QUERY
            )
        ),
        sort=draw(st.sampled_from(Sort)) if cursor is None else cursor.sort,
        cursor=cursor,
    )


@given(filters())
def test_a_filter_comes_back_from_its_address_the_same(wanted):
    written = wanted.to_params()
    assert parse(written) == wanted
    assert parse({name: [value] for name, value in written.items()}) == wanted
    assert parse(written).to_params() == written


@given(st.dictionaries(st.sampled_from(PARAMETERS) | st.text(max_size=4), st.text(max_size=12)))
def test_any_address_is_read_whole_or_refused(params):
    with suppress(BadInput):
        written = parse(params).to_params()
        assert set(written) == {name for name in params if (name, params[name]) != NEWEST}


def test_every_parameter_is_read():
    read = parse(FULL)
    assert read.study == "writing-with-ai"
    assert (read.completed_from, read.completed_until) == (date(2025, 12, 1), date(2026, 4, 30))
    assert read.languages == ("en", "pt-BR")
    assert read.statuses == (SessionStatus.COMPLETED, SessionStatus.ABANDONED)
    assert read.choices == (
        (ConsentScope.PUBLISH_RESPONSES, ConsentChoice.GRANTED),
        (ConsentScope.SHARE_RESEARCHERS, ConsentChoice.GRANTED),
        (ConsentScope.SHARE_JOURNALISTS, ConsentChoice.NOT_ASKED),
        (ConsentScope.CONTACT, ConsentChoice.WITHDRAWN),
    )
    assert read.policy_versions == (PolicyVersion.DECEMBER_2025, PolicyVersion.NONE)
    assert read.review_states == (ReviewState.UNREVIEWED, ReviewState.CONFIRMED)
    assert read.flags == (FlagState.OPEN,)
    assert read.outcomes_by_use == {
        Use.SHARE_RESEARCHER: {Outcome.ALLOW, Outcome.HOLD},
        Use.PUBLISH_RESPONSES: {Outcome.DENY},
    }
    assert read.query == "night shifts & coffee"
    assert read.sort is Sort.LONGEST
    assert read.cursor is not None
    assert read.cursor.direction is Direction.PREVIOUS
    assert list(read.to_params()) == list(PARAMETERS)


def test_an_empty_address_filters_nothing_and_shows_the_newest_first():
    assert parse({}) == SessionFilter()
    assert SessionFilter().to_params() == {}
    assert SessionFilter().sort is Sort.NEWEST


def test_values_stay_in_the_order_they_were_chosen_so_that_nothing_jumps_on_the_screen():
    read = parse({"language": "pt-BR,de,en", "status": "abandoned,completed"})
    assert read.languages == ("pt-BR", "de", "en")
    assert read.statuses == (SessionStatus.ABANDONED, SessionStatus.COMPLETED)
    assert read.to_params() == {"language": "pt-BR,de,en", "status": "abandoned,completed"}


def test_a_period_holds_its_first_and_its_last_day_whole():
    day = parse({"from": "2026-03-23", "until": "2026-03-23"})
    assert day.completed_since == datetime(2026, 3, 23, tzinfo=UTC)
    assert day.completed_before == datetime(2026, 3, 24, tzinfo=UTC)
    assert SessionFilter().completed_since is None
    assert SessionFilter().completed_before is None


def test_another_page_of_the_same_filter_differs_by_its_cursor_alone():
    first = parse({"study": "a"})
    second = first.at(CURSOR)
    assert second.to_params() == {"study": "a", "cursor": CURSOR.encode()}
    assert second.at(None) == first


def test_an_unknown_parameter_is_refused_and_the_known_ones_are_named():
    with pytest.raises(BadInput) as caught:
        parse({"studdy": "a"})
    assert "a parameter that this page does not know" in str(caught.value)
    assert ", ".join(PARAMETERS) in str(caught.value)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_repeated_parameter_is_refused(name):
    with pytest.raises(BadInput, match=f"“{name}” is given more than once"):
        parse({name: [FULL[name], FULL[name]]})


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("value", ["", [""]])
def test_an_empty_parameter_is_refused(name, value):
    with pytest.raises(BadInput, match=f"“{name}” is empty"):
        parse({name: value})


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("status", "done", "completed, abandoned, in_progress"),
        ("status", "completed,done", "completed, abandoned, in_progress"),
        ("status", "COMPLETED", "completed, abandoned, in_progress"),
        ("status", "completed,", "completed, abandoned, in_progress"),
        ("outcome", "share_researcher", "allow, hold, deny"),
        ("outcome", "share_researcher:", "allow, hold, deny"),
        ("outcome", "share_researcher:maybe", "allow, hold, deny"),
        ("outcome", "share_researcher:allow:hold", "allow, hold, deny"),
        ("outcome", "sell:allow", ", ".join(Use)),
        ("outcome", ":allow", ", ".join(Use)),
        ("publish", "yes", "granted, declined, not_asked, withdrawn"),
        ("researchers", "granted,declined", "granted, declined, not_asked, withdrawn"),
        ("journalists", " granted", "granted, declined, not_asked, withdrawn"),
        ("contact", "1", "granted, declined, not_asked, withdrawn"),
        ("policy", "2026", "2025-12, 2026-03-23, none"),
        ("review", "new", "unprocessed, unreviewed, in_review, confirmed"),
        ("flag", "red", "none, open, upheld, dismissed"),
        ("sort", "random", "newest, oldest, longest, shortest"),
    ],
)
def test_an_unknown_value_is_refused_and_the_known_ones_are_named(name, value, allowed):
    with pytest.raises(BadInput) as caught:
        parse({name: value})
    assert f"The parameter “{name}” holds an unknown value. It takes {allowed}." == str(
        caught.value
    )


@pytest.mark.parametrize("name", ["language", "status", "policy", "review", "flag"])
def test_a_value_named_twice_is_refused(name):
    value = FULL[name].split(",")[0]
    with pytest.raises(BadInput, match=f"“{name}” names a value twice"):
        parse({name: f"{value},{value}"})


@pytest.mark.parametrize("name", ["from", "until"])
@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "2026-02-30",
        "2026-13-01",
        "20260401",
        "2026-W14-3",
        "2026-4-1",
        "01-04-2026",
        "2026-04-01T00:00:00Z",
        " 2026-04-01",
        "２０２６-04-01",
        "2019-12-31",
        "2100-01-01",
        "0001-01-01",
    ],
)
def test_what_is_no_day_is_refused_with_an_example(name, value):
    with pytest.raises(BadInput, match=f"“{name}” is no day. It takes a day from 2020-01-01"):
        parse({name: value})


def test_a_period_that_ends_before_it_begins_is_refused():
    assert parse({"from": "2026-04-01", "until": "2026-04-01"}).completed_until is not None
    with pytest.raises(BadInput, match="“until” is before “from”"):
        parse({"from": "2026-04-02", "until": "2026-04-01"})


@pytest.mark.parametrize("slug", ["A", "a_b", "-a", "a--b", "a/b", "a" * 81, "../a", "a\n"])
def test_what_is_no_study_name_is_refused(slug):
    with pytest.raises(BadInput, match="“study” is no study's name"):
        parse({"study": slug})


@pytest.mark.parametrize(
    "language",
    [
        "english",
        "e",
        "en,",
        "en_GB",
        "en-",
        "*",
        ",".join(f"a{c}" for c in "abcdefghijklmnopqrstu"),
    ],
)
def test_what_is_no_language_tag_is_refused(language):
    with pytest.raises(BadInput, match="“language” is no language tag"):
        parse({"language": language})


@pytest.mark.parametrize("query", ["   ", "a\x00b", "a\nb", "\ud800", "x" * (LONGEST_QUERY + 1)])
def test_a_query_that_cannot_be_searched_is_refused_without_repeating_it(query):
    with pytest.raises(BadInput, match="“q” cannot be searched") as caught:
        parse({"q": query})
    assert query not in str(caught.value)


@pytest.mark.parametrize("query", ["x" * LONGEST_QUERY, "می\u200cخواهم", "a\u00a0b", "<script>"])
def test_a_query_in_any_script_is_taken_as_it_is(query):
    assert parse({"q": query}).query == query


def test_a_cursor_that_is_not_ours_is_refused():
    with pytest.raises(BadInput, match="“cursor” is not one that this list gave out"):
        parse({"cursor": "abc"})


def test_a_cursor_of_another_order_is_refused():
    assert parse({"cursor": CURSOR.encode()}).cursor == CURSOR
    with pytest.raises(BadInput, match="“cursor” belongs to another order"):
        parse({"cursor": CURSOR.encode(), "sort": "oldest"})


@pytest.mark.parametrize(
    ("params", "narrowed"),
    [
        ({}, False),
        ({"study": "a", "outcome": "share_researcher:allow", "sort": "oldest"}, False),
        ({"outcome": "share_researcher:allow", "language": "en"}, True),
        ({"outcome": "share_researcher:allow", "from": "2026-04-01"}, True),
        ({"outcome": "share_researcher:allow", "q": "chairs"}, True),
    ],
)
def test_a_filter_knows_whether_more_than_study_and_outcomes_narrows_it(params, narrowed):
    assert parse(params).is_narrowed_beyond_outcomes is narrowed
