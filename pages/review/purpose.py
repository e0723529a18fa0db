"""The purpose for which somebody has an original before them, in this tab."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

_STATED = "session.purpose"


def stated_purpose(session_id: UUID) -> str | None:
    """What was stated for this very session; another one needs a statement of its own."""
    held = st.session_state.get(_STATED)
    return held[1] if held is not None and held[0] == session_id else None


def state_purpose(session_id: UUID, purpose: str) -> None:
    """Remember a purpose; going on to the next review states the same one for it."""
    st.session_state[_STATED] = (session_id, purpose)


def forget_purpose() -> None:
    """Close the original."""
    st.session_state.pop(_STATED, None)
