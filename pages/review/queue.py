"""The review page: what waits, riskiest first, on whose desk what lies, how far the study is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components import words
from components.empty import draw_empty
from components.plain_table import Column, draw_table
from components.queue_table import QueueRow, draw_queue
from components.review_progress import ProgressPart, draw_review_progress
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.vocabulary import Coverage, ReviewState
from pages.front.visitor import require_visitor
from pages.review import session
from pages.review.purpose import state_purpose
from services import installation, review_queue, reviewing
from services.review_queue import QueuedSession, ReviewQueue, StudyQueue

_STUDY = "study"
_LOOKS = (
    (ReviewState.CONFIRMED, "confirmed", "done"),
    (ReviewState.IN_REVIEW, "in review", "begun"),
    (ReviewState.UNREVIEWED, "wait for review", "waits"),
    (ReviewState.UNPROCESSED, "not yet read by the machine", "unread"),
)


def page() -> None:
    """Draw the review page for the study that the address names."""
    actor = require_visitor()
    st.title("Review")
    try:
        held = review_queue.queue(installation.current(), actor, st.query_params.get(_STUDY))
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return
    if held.shown is None:
        draw_empty(
            "You have no grant yet",
            "Sessions wait here once an administrator gives you a grant for a study, with a "
            "purpose and an end date.",
        )
        return
    _choose_study(held, held.shown)
    draw_review_progress(
        [ProgressPart(name, held.shown.counts.get(state, 0), look) for state, name, look in _LOOKS]
    )
    _take_next(actor, held.shown)
    if held.on_desk:
        st.subheader("On your desk")
        draw_queue([_row(each, actor) for each in held.on_desk])
    _next(actor, held.shown)
    _people(held.shown)


def _choose_study(held: ReviewQueue, shown: StudyQueue) -> None:
    if len(held.studies) == 1:
        st.caption(shown.study.title)
        return
    titles = {study.slug: study.title for study in held.studies}
    chosen = st.selectbox(
        "Study",
        list(titles),
        index=list(titles).index(shown.study.slug),
        format_func=titles.__getitem__,
        key=f"queue.study.{shown.study.slug}",
    )
    if chosen != shown.study.slug:
        st.query_params[_STUDY] = chosen
        st.rerun()


def _take_next(actor: Actor, shown: StudyQueue) -> None:
    with st.form("next", border=False):
        stated, go = st.columns([8, 3], vertical_alignment="bottom")
        purpose = stated.text_input(
            "What do you review for?",
            placeholder="for example: confirm the redactions before a share",
            help="Recorded with your name in the audit trail for each session you open.",
            key="queue.purpose",
        )
        if not go.form_submit_button("Review the next session", type="primary", width="stretch"):
            return
    here = installation.current()
    try:
        reviewing.check_purpose(purpose)
        claimed = review_queue.claim_next(here, actor, shown.study.id)
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    if claimed is None:
        st.info(
            "Nothing is free to review here: what is left is on somebody's desk, put aside by "
            "you, or closed by the policy."
        )
        return
    state_purpose(claimed, purpose.strip())
    st.switch_page(
        st.Page(session.page, title="Session", url_path="session"),
        query_params={"id": str(claimed)},
    )


def _next(actor: Actor, shown: StudyQueue) -> None:
    st.subheader("Next in the queue")
    if shown.seconds:
        wait = "waits" if shown.seconds == 1 else "wait"
        st.caption(
            f"{words.plural(shown.seconds, 'confirmed session')} {wait} for a second review, by "
            "somebody who has not seen what the first decided. Those come first."
        )
    if not shown.head:
        draw_empty("Nothing waits for review", "What the machine reads next shows here.")
        return
    draw_queue([_row(each, actor) for each in shown.head])
    waiting = sum(
        shown.counts.get(state, 0) for state in (ReviewState.UNREVIEWED, ReviewState.IN_REVIEW)
    )
    if waiting > len(shown.head):
        st.caption(
            f"The first {len(shown.head)} of {waiting:,}. Sessions that the policy closes to "
            "reviewers are passed over."
        )


def _row(each: QueuedSession, actor: Actor) -> QueueRow:
    return QueueRow(
        address=f"/session?id={each.session_id}",
        name=f"Session {each.number}",
        risk=each.risk,
        why=each.why or "The machine read it before risks were weighed.",
        language=words.language(each.language)
        + (" · patterns only" if each.coverage == Coverage.PATTERNS_ONLY else ""),
        words=each.word_count,
        state=_state(each, actor),
    )


def _state(each: QueuedSession, actor: Actor) -> str:
    if each.lease_until is not None and each.lease_until > installation.current().now():
        whose = "your" if each.lease_staff == actor.staff_id else f"{each.lease_name}'s"
        return f"on {whose} desk until {words.clock(each.lease_until)}"
    return "begun" if each.begun else "free"


def _people(shown: StudyQueue) -> None:
    if not shown.people:
        return
    st.subheader("Confirmed in the last seven days")
    people: Sequence[review_queue.PersonsWork] = shown.people
    draw_table(
        [
            Column("Reviewer", [each.name for each in people]),
            Column("Sessions", [f"{each.confirmed:,}" for each in people], number=True),
            Column("Last", [words.moment(each.last_at) for each in people], whole=True),
        ]
    )
