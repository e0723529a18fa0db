"""Who could this be? Traits that still stand, the rarest combinations first."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components.plain_table import Column, draw_table


def draw_uniques(combinations: Sequence[Sequence[str]]) -> None:
    """Each combination that nobody else shares, in words."""
    for parts in combinations:
        said = " and ".join(parts)
        st.warning(f"Nobody else in this study: {said}.", icon=":material/person_search:")


def draw_traits(rows: Sequence[tuple[str, str, str, str]]) -> None:
    """Category, value, turn, and who shares it."""
    draw_table(
        [
            Column("What", [row[0] for row in rows], whole=True),
            Column("Said", [row[1] for row in rows]),
            Column("Turn", [row[2] for row in rows], number=True),
            Column("Shared with", [row[3] for row in rows]),
        ]
    )
