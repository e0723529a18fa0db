"""The redaction editor: one person decides, finding by finding, what leaves a transcript.

Two components, so that little is resent. The *editor* is the screen: its script, style and
markup never change, and Streamlit's message cache sends them to a tab once. The *feed* is
invisible and small: it carries what changed to the editor, and what the person did back.

A page asks for what the person did first, stores it, and then draws with what holds now::

    events = take_events(key)
    if events is not None:
        ...store events.decisions and events.read, do events.act...
    redaction_editor(data, key)
"""

from __future__ import annotations

from functools import partial
from typing import Any, cast

import streamlit as st

from components.redaction_editor.assets import FEED_SCRIPT, MARKUP, SCRIPT, STYLE
from components.redaction_editor.data import (
    Conflict,
    EditorData,
    EditorDecision,
    EditorFinding,
    EditorState,
    EditorTrait,
    EntityLabel,
    PreviewRun,
    Survivor,
)
from components.redaction_editor.events import (
    EditorAct,
    EditorEvents,
    ProposedDecision,
    ProposedKind,
    parse_events,
)
from components.redaction_editor.parcels import Parcels
from domain.errors import BadInput

__all__ = [
    "Conflict",
    "EditorAct",
    "EditorData",
    "EditorDecision",
    "EditorEvents",
    "EditorFinding",
    "EditorState",
    "EditorTrait",
    "EntityLabel",
    "PreviewRun",
    "ProposedDecision",
    "ProposedKind",
    "Survivor",
    "parse_events",
    "redaction_editor",
    "take_events",
]

# Not in a shadow root: a keystroke inside one reaches Streamlit's own shortcuts as if it
# were typed on the page, and browsers differ in what they tell of a selection in one.
_EDITOR = st.components.v2.component(
    "clearance_redaction_editor", html=MARKUP, css=STYLE, js=SCRIPT, isolate_styles=False
)
_FEED = st.components.v2.component("clearance_redaction_feed", js=FEED_SCRIPT)


def take_events(key: str) -> EditorEvents | None:
    """What the person did since the last run, once; None when nothing.

    Raises
    ------
    BadInput
        When the message is not one of ours: see :func:`parse_events`. It counts as answered,
        and the browser keeps what it has not saved.
    """
    inbox = st.session_state.pop(_inbox(key), None)
    if inbox is None:
        return None
    parcels = _parcels(key)
    parcels.heard(inbox.get("have") if isinstance(inbox, dict) else None)
    try:
        events = parse_events(inbox)
    except BadInput:
        named = inbox.get("message_id") if isinstance(inbox, dict) else None
        parcels.answered = named if isinstance(named, str) and len(named) <= 36 else None
        raise
    parcels.answered = events.message_id
    return events


def redaction_editor(data: EditorData, key: str) -> EditorEvents | None:
    """Draw the editor; returns what the person did, unless :func:`take_events` already did.

    Parameters
    ----------
    data
        What holds now, after everything that was taken is stored.
    key
        Names the editor within the app; one editor a key, one key a page.
    """
    left = take_events(key)
    _EDITOR(key=f"{key}-screen", data={"key": key})
    _FEED(
        key=f"{key}-feed",
        data={"key": key, "parcel": cast(Any, _parcels(key).pack(data))},
        on_message_change=partial(_receive, key),
    )
    return left


def _receive(key: str) -> None:
    """Keep a message before the script runs: inside it a trigger can be read only once."""
    state = st.session_state.get(f"{key}-feed")
    message = None if state is None else state.get("message")
    if message is not None:
        st.session_state[_inbox(key)] = message


def _inbox(key: str) -> str:
    return f"{key}:inbox"


def _parcels(key: str) -> Parcels:
    held = st.session_state.setdefault(f"{key}:parcels", Parcels())
    return cast(Parcels, held)
