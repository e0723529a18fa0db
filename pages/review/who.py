"""The tab that asks who a participant could be, for a reviewer to generalise what tells."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from components import words
from components.traits_panel import draw_traits, draw_uniques
from domain.quasi_identifiers import Trait
from pages.review.jump import jump_to
from services.sessions import SessionView
from services.traits import TraitView


def draw_who(view: SessionView, reviews: bool) -> None:
    """Draw what still stands, the combinations that nobody shares first.

    For who ``reviews``, what few share has a way to its place in the editor.
    """
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
        ordered = sorted(held.traits, key=_rarest_first)
        if reviews:
            _ways(view.row.id, [each for each in ordered if each.rare])
        draw_traits(
            [
                (
                    each.category.label,
                    each.value if each.stands else "taken out",
                    str(each.span.turn + 1),
                    _others(each),
                )
                for each in ordered
            ]
        )
    if held.elsewhere:
        st.markdown("#### What they said in other studies of yours")
        for title, category, value in held.elsewhere:
            st.text(f"{title}: {category.label.lower()}, {value}")
    if held.studies_beyond:
        count = words.plural(held.studies_beyond, "other study", "other studies")
        st.caption(f"They took part in {count} that you hold no grant for.")


def _ways(session_id: UUID, rare: Sequence[TraitView]) -> None:
    """A button for each thing that few share: to its place, and its category asked for there."""
    if not rare:
        return
    st.caption("Generalise in the transcript:")
    with st.container(horizontal=True, gap="small"):
        for place, each in enumerate(rare):
            st.button(
                f"{each.category.label} in turn {each.span.turn + 1}",
                key=f"who.generalise.{place}",
                help=f"Shared with {_others(each)}.",
                on_click=jump_to,
                args=(session_id, each.span),
            )


def _said(trait: Trait) -> str:
    category, value = trait
    return f"{category.label.lower()} “{value}”"


def _others(each: TraitView) -> str:
    if each.others is None:
        return "very many others"
    return "nobody else" if each.others == 0 else words.plural(each.others, "other")


def _rarest_first(each: TraitView) -> tuple[bool, float, str]:
    return (not each.stands, float("inf") if each.others is None else each.others, each.value)
