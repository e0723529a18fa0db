"""Front door: who is this, and which rooms may they enter."""

from __future__ import annotations

import streamlit as st

from pages.front.rooms import rooms_for
from pages.front.visitor import visitor

st.set_page_config(page_title="Clearance", page_icon=":material/verified_user:", layout="wide")
person = visitor()
st.navigation(rooms_for(person)).run()
