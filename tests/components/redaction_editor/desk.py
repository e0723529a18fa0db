"""The page that the editor's tests open: one session, one person, both from the address."""

from __future__ import annotations

import os
import re
from pathlib import Path

import streamlit as st

from components.redaction_editor import redaction_editor, take_events
from domain.errors import BadInput
from tests.components.redaction_editor.store import LOCK, Store

st.set_page_config(page_title="Desk", page_icon="/favicon.png", layout="wide")
WHO = st.query_params.get("who", "Rosa Lindqvist")
SESSION = st.query_params.get("session", "short")
if not re.fullmatch(r"[a-z0-9-]+", SESSION):
    st.stop()
st.markdown("### Review of one session")
with LOCK:
    store = Store.open(Path(os.environ["EDITOR_TEST_DIR"]), SESSION)
    conflict = notice = None
    try:
        events = take_events("editor")
        if events is not None and events.session_id == SESSION:
            conflict, notice = store.take(events, WHO)
    except BadInput as refusal:
        notice = str(refusal)
    data = store.data(WHO, conflict, notice)
redaction_editor(data, "editor")
