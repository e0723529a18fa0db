"""From the question who a participant could be to the place in the transcript that tells."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from domain.spans import Span

#: Under which the page keeps which of its tabs is open.
TABS = "session.tabs"
TRANSCRIPT = "Transcript"
_WANTED = "session.jump"


def jump_to(session_id: UUID, span: Span) -> None:
    """Open the transcript's tab; its editor, once it is open, goes to the place."""
    st.session_state[TABS] = TRANSCRIPT
    st.session_state[_WANTED] = (session_id, span)


def wanted(session_id: UUID) -> bool:
    """Whether a place of this session is asked for and the editor is not open yet."""
    held = st.session_state.get(_WANTED)
    return held is not None and held[0] == session_id


def take_jump(session_id: UUID) -> Span | None:
    """The place that was asked for, once."""
    held = st.session_state.pop(_WANTED, None)
    return held[1] if held is not None and held[0] == session_id else None
