"""Who is at the screen, asked of the database once for every run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from domain.permissions import Actor
from services import installation, sign_in
from services.sign_in import SignedIn

_TOKEN_FIELD = "clearance_session"  # noqa: S105 - the name of a field, not a secret
#: The person of the run that is going on in this thread; empty between runs.
_present: ContextVar[Actor | None] = ContextVar("present", default=None)


@contextmanager
def visiting() -> Iterator[Actor | None]:
    """The person of one whole run, so that its pages need not ask again.

    It is forgotten when the run ends, however it ends: a fragment that is drawn later by
    itself asks anew.
    """
    person = _ask()
    remembered = _present.set(person)
    try:
        yield person
    finally:
        _present.reset(remembered)


def require_visitor() -> Actor:
    """The signed-in person; the run stops with a sentence when there is none."""
    person = _present.get() or _ask()
    if person is None:
        st.error("You are not signed in any more. Reload the page to sign in again.")
        st.stop()
    return person


def _ask() -> Actor | None:
    """The signed-in person with today's roles and grants, or None.

    The gate has asked the same before this script could run; asking again here means that a
    page is safe by itself, in a test or behind another server.
    """
    token = st.user.get(_TOKEN_FIELD)
    standing = sign_in.resume(
        installation.current(), token if isinstance(token, str) else None, active=False
    )
    return standing.actor if isinstance(standing, SignedIn) else None
