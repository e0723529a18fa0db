"""Who is at the screen, asked of the database at every run."""

from __future__ import annotations

import streamlit as st

from domain.permissions import Actor
from services import installation, sign_in
from services.sign_in import SignedIn

_TOKEN_FIELD = "clearance_session"  # noqa: S105 - the name of a field, not a secret


def visitor() -> Actor | None:
    """The signed-in person with today's roles and grants, or None.

    The gate has asked the same before this script could run; asking again here means that a
    page is safe by itself, in a test or behind another server.
    """
    token = st.user.get(_TOKEN_FIELD)
    standing = sign_in.resume(
        installation.current(), token if isinstance(token, str) else None, active=False
    )
    return standing.actor if isinstance(standing, SignedIn) else None


def require_visitor() -> Actor:
    """The signed-in person; the run stops with a sentence when there is none."""
    person = visitor()
    if person is None:
        st.error("You are not signed in any more. Reload the page to sign in again.")
        st.stop()
    return person
