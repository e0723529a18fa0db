"""What joining the sessions gives away: how many stand out, who, and by what."""

from __future__ import annotations

import streamlit as st

from components import words
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.errors import Refused
from domain.permissions import Actor
from domain.shares.risk import SMALLEST_K
from services import installation
from services.shares import risk
from services.shares.requests import ShareView, Standout
from services.shares.risk import PAGE, Part, RiskSummary


def sentences(view: ShareView) -> list[str]:
    """The risk in a few sentences, the gravest first; none when nothing stands out."""
    held = view.risk
    if held is None:
        return []
    said = []
    if held.few:
        alone = f", {held.alone:,} of them with nobody at all" if held.alone else ""
        said.append(
            f"{words.plural(held.few, 'participant')} of {held.participants:,} can be told apart "
            f"by what still stands: fewer than {SMALLEST_K} of the study share it{alone}."
        )
    if held.joined:
        said.append(
            f"{words.plural(held.joined, 'participant')} would stand out more once this is joined "
            "to what the recipient already holds."
        )
    more = view.row.sessions - held.participants
    if more > 0:
        said.append(
            f"{words.plural(more, 'session')} of it come from somebody who is in it already: "
            "together they tell more of one person."
        )
    if held.known_sessions:
        listed = ", ".join(map(str, held.known_by))
        said.append(
            f"The recipient already holds something of the participants of "
            f"{words.plural(held.known_sessions, 'session')} here, by share {listed}. "
            "The pseudonyms differ, but the same words would join the two."
        )
    return said


def draw_risk(actor: Actor, view: ShareView) -> None:
    """Draw the sentences, and a page of those whom few resemble."""
    held = view.risk
    if held is None:
        st.caption("The risk is shown to those who may read what would leave.")
        return
    if not held.few:
        st.caption(
            f"No combination of what still stands is shared by fewer than {SMALLEST_K} "
            "participants of the study."
        )
        return
    _people(actor, view, held)
    st.caption(
        "Counted over occupation, employer, place, education, age and the like, up to three at a "
        "time, among all participants of the study. What was redacted does not count, and what "
        "stands only in an earlier share is named by that share."
    )


def draw_standout(held: Standout) -> None:
    """Draw by what one participant stands out."""
    found = [*held.alone, *held.joined]
    draw_table(
        [
            Column("Together", [_said(parts) for _, parts in found]),
            Column("k", [f"{k:,}" for k, _ in found], number=True),
        ]
    )


def _people(actor: Actor, view: ShareView, held: RiskSummary) -> None:
    pages = -(-held.few // PAGE)
    page = 0
    if pages > 1:
        # By what was counted: with other people in it the pages begin anew.
        key = f"share.risk.{view.row.id}.{held.few}"
        narrow, _rest = st.columns([2, 8])
        page = int(narrow.number_input(f"Page, of {pages:,}", 1, pages, step=1, key=key)) - 1
    try:
        people = risk.standouts(installation.current(), actor, view.row.id, page)
    except Refused as error:
        st.error(as_typed(str(error)))
        return
    rows = [
        ("" if again else _who(each), kind, k, parts)
        for each in people
        for again, (kind, k, parts) in enumerate(
            [("in this request", *found) for found in each.alone]
            + [("with earlier shares", *found) for found in each.joined]
        )
    ]
    draw_table(
        [
            Column("The participant of", [row[0] for row in rows]),
            Column("Stands", [row[1] for row in rows], whole=True),
            Column("Together", [_said(row[3]) for row in rows]),
            Column("k", [f"{row[2]:,}" for row in rows], number=True),
        ]
    )


def _who(each: Standout) -> str:
    """By the names of their sessions in the package, or by their number before it has any."""
    named = [name for name in each.names if name is not None]
    return ", ".join(named) or words.plural(len(each.sessions), "session")


def _said(parts: tuple[Part, ...]) -> str:
    return " + ".join(
        f"{each.category.label.lower()} “{each.value}”"
        if each.value is not None
        else f"{each.category.label.lower()} in share {each.share_number}"
        for each in parts
    )
