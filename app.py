"""Front door: who is this, and which rooms may they enter."""

from __future__ import annotations

import streamlit as st

from components.frame import draw_frame
from pages.front.rooms import note_refusal, rooms_for
from pages.front.visitor import visiting

# Without an icon of ours Streamlit takes the room's, and asks another host for its picture.
st.set_page_config(page_title="Clearance", page_icon="/favicon.png", layout="wide")
with visiting() as person:
    # On every run and before anything can stop it: until then Streamlit would serve the files
    # of pages/ by itself.
    room = st.navigation(rooms_for(person), expanded=True)
    if person is not None:
        roles = sorted(role.value.replace("_", " & ") for role in person.roles)
        draw_frame(person.label, roles, st.logout)
        note_refusal(person)
    room.run()
