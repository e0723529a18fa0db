"""The filter bar of the sessions page: its widgets follow the address, and write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from components import words
from domain.page_cursor import Sort
from domain.policy import Outcome, Use
from domain.session_filters import SessionFilter
from domain.vocabulary import (
    ConsentChoice,
    ConsentScope,
    FlagState,
    PolicyVersion,
    ReviewState,
    SessionStatus,
)

_SORTS = {
    Sort.NEWEST: "Newest first",
    Sort.OLDEST: "Oldest first",
    Sort.LONGEST: "Longest first",
    Sort.SHORTEST: "Shortest first",
}
_VERSIONS = {PolicyVersion.NONE: "no policy version"}
_DRAWN = "filter_bar.drawn_for"
#: Whether the filters behind the button are shown; only then are they drawn.
OPENED = "f.more"
_BEHIND = (
    *("f.since", "f.until", "f.outcomes", "f.statuses", "f.review", "f.flags", "f.languages"),
    *("f.policies", *(f"f.{scope}" for scope in ConsentScope)),
)
#: Each use with each outcome, what lists show at a glance first.
_FIRST = (Use.PUBLISH_RESPONSES, Use.SHARE_RESEARCHER, Use.SHARE_JOURNALIST)
_OUTCOMES = [
    (use, outcome)
    for use in (*_FIRST, *(use for use in Use if use not in _FIRST))
    for outcome in Outcome
]


def draw_filters(
    current: SessionFilter,
    *,
    studies: Sequence[tuple[str, str]],
    languages: Sequence[str],
) -> None:
    """Draw the widgets for the filter in force; a change goes to the address at once.

    Parameters
    ----------
    current
        The filter that the address asks for.
    studies
        Slug and title of each study to choose from.
    languages
        Language codes that occur.
    """
    _follow(current)
    titles = {"": "All my studies"} | dict(studies)
    first = st.columns([3, 3, 2, 2], vertical_alignment="bottom")
    first[0].selectbox(
        "Study",
        list(titles),
        format_func=lambda slug: titles.get(slug, slug),
        key="f.study",
        on_change=_write,
    )
    first[1].text_input(
        "Search the de-identified words",
        key="f.query",
        on_change=_write,
        max_chars=200,
        placeholder="for example: “first draft” -deadline",
        help="Words must all occur; “quotes” keep words together; - leaves out; or widens.",
    )
    first[2].selectbox(
        "Order", list(_SORTS), format_func=_SORTS.__getitem__, key="f.sort", on_change=_write
    )
    # The same label always: Streamlit takes another for another button, and closes this one.
    more = first[3].popover(
        "More filters",
        icon=":material/tune:",
        width="stretch",
        key=OPENED,
        on_change="rerun",
    )
    if not more.open:
        # Half of what the page would send; what is chosen there is kept while it is closed.
        for key in _BEHIND:
            st.session_state[key] = st.session_state[key]
        return
    with more:
        left, right = st.columns(2)
        left.date_input("Completed from", value=None, key="f.since", on_change=_write)
        right.date_input("Completed until", value=None, key="f.until", on_change=_write)
        _many(
            "What may be done",
            _OUTCOMES,
            {(use, outcome): f"{use.label}: {outcome}" for use, outcome in _OUTCOMES},
            "f.outcomes",
        )
        _many("Status", tuple(SessionStatus), words.STATUSES, "f.statuses")
        _many("Review", tuple(ReviewState), words.REVIEW_STATES, "f.review")
        _many("Flag", tuple(FlagState), words.FLAGS, "f.flags")
        codes = tuple(dict.fromkeys((*languages, *current.languages)))
        _many("Language", codes, {code: words.language(code) for code in codes}, "f.languages")
        _many("Policy version", tuple(PolicyVersion), _VERSIONS, "f.policies")
        for column, scope in zip((*st.columns(2), *st.columns(2)), ConsentScope, strict=True):
            column.selectbox(
                f"Choice: {words.SCOPES[scope].lower()}",
                list(ConsentChoice),
                format_func=words.CHOICES.__getitem__,
                index=None,
                key=f"f.{scope}",
                on_change=_write,
                placeholder="Any",
            )


def _many(label: str, options: Sequence[object], names: Mapping[Any, str], key: str) -> None:
    st.multiselect(
        label,
        list(options),
        format_func=lambda option: names.get(option, str(option)),
        key=key,
        on_change=_write,
        placeholder="Any",
    )


def set_behind(current: SessionFilter) -> int:
    """How many filters are set among those behind the button."""
    return sum(
        bool(part)
        for part in (
            current.completed_from or current.completed_until,
            current.statuses,
            current.review_states,
            current.flags,
            current.languages,
            current.policy_versions,
            current.outcomes,
            *current.choices,
        )
    )


def _follow(current: SessionFilter) -> None:
    """Set the widgets to what the address asks, once each time the address changes.

    Streamlit also drops a widget's state when its page is left; then it is set again.
    """
    asked = tuple(sorted(current.at(None).to_params().items()))
    if st.session_state.get(_DRAWN) == asked and "f.study" in st.session_state:
        return
    st.session_state[_DRAWN] = asked
    st.session_state["f.study"] = current.study or ""
    st.session_state["f.query"] = current.query or ""
    st.session_state["f.sort"] = current.sort
    st.session_state["f.since"] = current.completed_from
    st.session_state["f.until"] = current.completed_until
    st.session_state["f.statuses"] = list(current.statuses)
    st.session_state["f.review"] = list(current.review_states)
    st.session_state["f.flags"] = list(current.flags)
    st.session_state["f.languages"] = list(current.languages)
    st.session_state["f.policies"] = list(current.policy_versions)
    st.session_state["f.outcomes"] = list(current.outcomes)
    chosen = dict(current.choices)
    for scope in ConsentScope:
        st.session_state[f"f.{scope}"] = chosen.get(scope)


def _write() -> None:
    """Write what the widgets say to the address, from the first page on."""
    state = st.session_state
    chosen = SessionFilter(
        study=state["f.study"] or None,
        completed_from=_day(state["f.since"]),
        completed_until=_day(state["f.until"]),
        languages=tuple(state["f.languages"]),
        statuses=tuple(state["f.statuses"]),
        choices=tuple(
            (scope, state[f"f.{scope}"]) for scope in ConsentScope if state[f"f.{scope}"]
        ),
        policy_versions=tuple(state["f.policies"]),
        review_states=tuple(state["f.review"]),
        flags=tuple(state["f.flags"]),
        outcomes=tuple(state["f.outcomes"]),
        query=" ".join(state["f.query"].split()) or None,
        sort=state["f.sort"],
    )
    params = chosen.to_params()
    state[_DRAWN] = tuple(sorted(params.items()))
    st.query_params.from_dict(params)


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None
