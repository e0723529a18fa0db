"""The desk: one session's original with its redactions to decide, beside what would leave."""

from __future__ import annotations

from typing import cast
from uuid import UUID

import streamlit as st

from components import words
from components.redaction_editor import EditorAct, EditorEvents, redaction_editor, take_events
from components.redaction_editor.data import Conflict, EditorState, Survivor
from components.typed import as_typed
from domain.errors import BadInput, ChangedMeanwhile, Refused
from domain.permissions import Actor
from domain.redaction import DecisionKind, RedactionDecision
from domain.vocabulary import ReviewState
from pages.front.visitor import require_visitor
from pages.review.desk_data import conflict_since, desk_name, editor_data
from pages.review.jump import take_jump
from pages.review.purpose import forget_purpose, state_purpose
from services import confirming, installation, review_queue, reviewing, traits
from services.reviewing import Desk
from services.traits import RareTrait

_OPENED = "desk.opened"
_SURVIVORS = "desk.survivors"
_FLASH = "desk.flash"
_TRAITS = "desk.traits"


@st.fragment
def draw_desk(session_id: UUID, purpose: str) -> None:
    """Draw the editor; a decision redraws nothing else."""
    actor = require_visitor()
    conflict: Conflict | None = None
    notice: str | None = None
    events: EditorEvents | None = None
    try:
        desk = _open(actor, session_id, purpose)
        try:
            events = take_events(_key(desk))
            if events is not None and events.session_id == desk_name(desk):
                _keep(actor, desk, events)
                _do(actor, desk, events, purpose)
        except ChangedMeanwhile as changed:
            notice = str(changed)
            if events is not None:
                now = reviewing.look_again(installation.current(), actor, session_id)
                conflict = conflict_since(now, events, actor)
        except (BadInput, Refused) as error:
            notice = str(error)
        desk = reviewing.look_again(installation.current(), actor, session_id)
    except (BadInput, Refused) as error:
        forget_purpose()
        st.error(as_typed(str(error)))
        return
    if _FLASH in st.session_state:
        st.toast(st.session_state.pop(_FLASH), icon=":material/check:")
    _say_who_else(actor, desk)
    _say_double(actor, desk)
    confirmed = desk.row.review_state is ReviewState.CONFIRMED and not desk.blind
    data = editor_data(
        desk,
        actor,
        conflict=conflict,
        notice=notice,
        survivors=_survivors(desk),
        state=EditorState.CONFIRMED if confirmed else EditorState.EDITING,
        types=reviewing.entity_types(),
        traits=_traits(actor, desk),
        jump=take_jump(session_id),
    )
    redaction_editor(data, _key(desk))


def _key(desk: Desk) -> str:
    return f"desk-{desk_name(desk)}"


def _open(actor: Actor, session_id: UUID, purpose: str) -> Desk:
    """Open the desk; the first time in this tab and for this purpose it goes on record."""
    here = installation.current()
    if st.session_state.get(_OPENED) == (session_id, purpose):
        return reviewing.look_again(here, actor, session_id)
    desk = reviewing.open_desk(here, actor, session_id, purpose)
    st.session_state[_OPENED] = (session_id, purpose)
    st.session_state.pop(_SURVIVORS, None)
    return desk


def _traits(actor: Actor, desk: Desk) -> tuple[RareTrait, ...]:
    """What few share: counted once for an opening, since decisions change nothing of it."""
    asked = (desk.row.id, desk.row.current_run_id)
    held = st.session_state.get(_TRAITS)
    if held is None or held[0] != asked:
        found = traits.rare_traits(installation.current(), actor, desk.row.id)
        held = st.session_state[_TRAITS] = (asked, found)
    return cast(tuple[RareTrait, ...], held[1])


def _say_who_else(actor: Actor, desk: Desk) -> None:
    name = review_queue.holder(installation.current(), actor, desk.row.id)
    if name is not None:
        st.info(
            f"{name} has this session on their desk. What you decide is kept; each of you is "
            "told of the other's decisions.",
            icon=":material/group:",
        )


def _say_double(actor: Actor, desk: Desk) -> None:
    if desk.blind:
        st.info(
            "This is a second review: what the first reviewer decided is hidden from you until "
            "yours is confirmed. Then the two are compared.",
            icon=":material/visibility_off:",
        )
    if desk.double is None or desk.disputes is None or not desk.unsettled:
        return
    one_of_two = actor.staff_id in (desk.double.first_staff, desk.double.second_staff)
    count = words.plural(len(desk.disputes.contested), "place")
    rule = (
        "You are one of the two: you may take it out, and leave nothing standing that either of "
        "you took out. A third reviewer may."
        if one_of_two
        else "You are neither of the two, so what you decide settles it."
    )
    st.warning(
        f"{desk.double.first_name} and {desk.double.second_name} reviewed this session apart and "
        f"differ in {count}. Undecided again, and taken out until somebody decides. {rule}",
        icon=":material/difference:",
    )


def _keep(actor: Actor, desk: Desk, events: EditorEvents) -> None:
    now = installation.current().now()
    made = [
        (
            one.id,
            RedactionDecision(
                DecisionKind(one.kind.value),
                one.span,
                one.entity_type,
                now,
                one.replacement,
                one.reason,
            ),
        )
        for one in events.decisions
    ]
    events.check_places(desk.turns)
    reviewing.save(installation.current(), actor, desk.row.id, events.version, made, events.read)


def _do(actor: Actor, desk: Desk, events: EditorEvents, purpose: str) -> None:
    """Confirm, go on, or leave the desk."""
    here = installation.current()
    if events.act is None:
        return
    if events.act in (EditorAct.CONFIRM, EditorAct.CONFIRM_NEXT):
        st.session_state[_FLASH] = _confirm(actor, desk)
    if events.act is EditorAct.SKIP:
        review_queue.put_aside(here, actor, desk.row.id)
    if events.act is EditorAct.RELEASE:
        forget_purpose()
        st.rerun()
    if events.act in (EditorAct.CONFIRM_NEXT, EditorAct.SKIP):
        following = review_queue.claim_next(here, actor, desk.row.study_id, but_not=desk.row.id)
        if following is None:
            raise BadInput(
                "No other session of this study is free to review: what is left is on somebody's "
                "desk, put aside by you, or closed by the policy. The review page shows which."
            )
        st.query_params["id"] = str(following)
        state_purpose(following, purpose)
        st.rerun()


def _confirm(actor: Actor, desk: Desk) -> str:
    """Confirm what is decided; what to say of it."""
    here = installation.current()
    now = reviewing.look_again(here, actor, desk.row.id)
    answer = confirming.confirm(here, actor, desk.row.id, now.version)
    st.session_state[_SURVIVORS] = (now.version, answer.survivors)
    if answer.missed:
        places = words.plural(answer.missed, "place")
        raise BadInput(
            f"Not confirmed: this review was a check. The machine had found something that was "
            f"hidden from you, and in {places} it would have left. It is shown now; decide it "
            "and confirm again."
        )
    if answer.survivors:
        raise BadInput(
            "Not confirmed: something that must not leave still stands. Each place is "
            "listed; decide it and confirm again."
        )
    if answer.differs is None:
        return f"Session {desk.row.number} is confirmed."
    if answer.differs == 0:
        return f"Session {desk.row.number}: your review agrees with the first."
    return (
        f"Session {desk.row.number}: your review differs from the first in "
        f"{words.plural(answer.differs, 'place')}, so it is open again to be settled."
    )


def _survivors(desk: Desk) -> tuple[Survivor, ...]:
    """What the last leak check found, until something is decided after it."""
    version, held = st.session_state.get(_SURVIVORS, (None, ()))
    if version != desk.version:
        return ()
    return tuple(
        Survivor(it.span, "leak check", f"Here an identifier would survive: {it.kind.value}.")
        for it in held
    )
