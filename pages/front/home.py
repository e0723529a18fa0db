"""Home: what is here for this person."""

from __future__ import annotations

import streamlit as st

from pages.front.visitor import require_visitor


def page() -> None:
    """Draw the home page."""
    person = require_visitor()
    st.title(f"Good day, {person.label.split()[0]}")
    st.write(", ".join(sorted(role.value for role in person.roles)))


def signed_out() -> None:
    """What a run without a sign-in draws; the gate lets none reach it."""
    st.title("Clearance")
    st.write("You are not signed in. Reload the page to sign in.")
