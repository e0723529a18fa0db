"""The frame round every page: who is signed in, the way out, calm margins."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from components.typed import as_typed

_STYLE = """<style>
.stMainBlockContainer { padding-top: 2.75rem; padding-bottom: 4rem; max-width: 92rem; }
.stMainBlockContainer h1 { padding-top: 0; }
[data-testid="InputInstructions"] { display: none; }
[data-testid="stSidebarHeader"] { height: 3.25rem; }
[data-testid="stSidebarHeader"]::before { content: "Clearance"; font-size: 1.15rem;
  font-weight: 700; letter-spacing: -.01em; padding-left: .5rem; }
/* White on the dark theme's light teal would be 2 to 1. */
@media (prefers-color-scheme: dark) {
  [data-testid^="stBaseButton-primary"] { color: #15181b; }
}
</style>"""


def draw_frame(name: str, roles: Sequence[str], sign_out: Callable[[], object]) -> None:
    """Margins for every page, and in the sidebar the person with the way out."""
    st.html(_STYLE)
    with st.sidebar:
        st.space("small")
        st.caption(f"Signed in as **{as_typed(name)}**  \n{', '.join(roles) or 'no role yet'}")
        if st.button("Sign out", icon=":material/logout:", width="stretch"):
            sign_out()
