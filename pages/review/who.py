"""The tab that asks who a participant could be, for a reviewer to generalise what tells."""

from __future__ import annotations

import streamlit as st

from components import words
from components.traits_panel import draw_traits, draw_uniques
from domain.quasi_identifiers import Trait
from services.sessions import SessionView
from services.traits import TraitView


def draw_who(view: SessionView) -> None:
    """Draw what still stands, the combinations that nobody shares first."""
    held = view.who
    if held is None:
        st.caption(
            "Reviewers of the study see here what could tell who this is, once the machine has "
            "read it."
        )
        return
    if not held.traits:
        st.caption("Nothing was found that would tell who this is together with other things.")
    else:
        st.markdown(
            "What the participant said of themselves, and how many others in this study said the "
            "same. Generalise or redact in the transcript what only few share."
        )
        draw_uniques([[_said(trait) for trait in each.traits] for each in held.uniques])
        draw_traits(
            [
                (
                    each.category.label,
                    each.value if each.stands else "taken out",
                    str(each.turn + 1),
                    _others(each),
                )
                for each in sorted(held.traits, key=_rarest_first)
            ]
        )
    if held.elsewhere:
        st.markdown("#### What they said in other studies of yours")
        for title, category, value in held.elsewhere:
            st.text(f"{title}: {category.label.lower()}, {value}")
    if held.studies_beyond:
        count = words.plural(held.studies_beyond, "other study", "other studies")
        st.caption(f"They took part in {count} that you hold no grant for.")


def _said(trait: Trait) -> str:
    category, value = trait
    return f"{category.label.lower()} “{value}”"


def _others(each: TraitView) -> str:
    if each.others is None:
        return "very many others"
    return "nobody else" if each.others == 0 else words.plural(each.others, "other")


def _rarest_first(each: TraitView) -> tuple[bool, float, str]:
    return (not each.stands, float("inf") if each.others is None else each.others, each.value)
