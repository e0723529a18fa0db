"""Notifications: what waits for me, and what of mine changed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from components import words
from components.empty import draw_empty
from components.notices import Notice, draw_notices
from components.plain_table import Column, draw_table
from domain.errors import Refused
from domain.notifications import WAITING, address, sentence
from domain.permissions import Act, Actor, may
from pages.front.visitor import require_visitor
from services import installation, mail, notifications
from services.notifications import NotificationRow

_BEFORE = "notifications.before"
_NEW = "notifications.new"


def page() -> None:
    """Draw the list."""
    actor = require_visitor()
    st.title("Notifications")
    only_new = st.toggle("Only what is new", key=_NEW, on_change=_start_over)
    before: UUID | None = st.session_state.get(_BEFORE)
    held = notifications.page(installation.current(), actor, before=before, new_only=only_new)
    _list(actor, held.rows, held.new)
    newest, older, _rest = st.columns([2, 2, 8])
    if before is not None and newest.button("Newest", width="stretch"):
        _start_over()
        st.rerun()
    if held.older is not None and older.button("Older", width="stretch"):
        st.session_state[_BEFORE] = held.older
        st.rerun()
    st.divider()
    _letters(actor, held.wants_mail)
    if may(actor, Act.MANAGE_ACCESS):
        _trouble(actor)


def draw_at_a_glance(actor: Actor) -> None:
    """The newest of what is new, for the home page; nothing when there is none."""
    held = notifications.page(
        installation.current(), actor, new_only=True, size=notifications.AT_A_GLANCE
    )
    if not held.rows:
        return
    many = f"{notifications.COUNTED}+" if held.new > notifications.COUNTED else str(held.new)
    st.subheader(f"New for you ({many})")
    draw_notices(notices(held.rows))
    st.link_button("All notifications", "/notifications")


def notices(rows: Sequence[NotificationRow]) -> list[Notice]:
    """Notifications as they are drawn."""
    return [
        Notice(
            said=sentence(row.kind, row.number),
            address=address(row.kind, row.subject_id),
            when=words.moment(row.at),
            new=row.is_new,
            waits=row.kind in WAITING and row.settled_at is None,
        )
        for row in rows
    ]


def _list(actor: Actor, rows: Sequence[NotificationRow], new: int) -> None:
    if not rows:
        draw_empty("Nothing here", "You are told here when something waits for you or changes.")
        return
    for row in rows:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            draw_notices(notices([row]))
            if row.is_new:
                st.button(
                    "Mark as read",
                    key=f"read.{row.id}",
                    type="tertiary",
                    on_click=_read,
                    args=(actor, row.id),
                )
    if new and st.button("Mark all as read", icon=":material/done_all:"):
        notifications.mark_read(installation.current(), actor)
        st.rerun()


def _read(actor: Actor, wanted: UUID) -> None:
    notifications.mark_read(installation.current(), actor, [wanted])


def _letters(actor: Actor, wanted: bool) -> None:
    if installation.current().settings.smtp_host is None:
        st.caption("This installation sends no letters: what you are told is told here.")
        return
    chosen = st.checkbox(
        "Also write to me by e-mail",
        value=wanted,
        help="At once when something waits for you that holds others up, otherwise once a day. A "
        "letter says how many things of which kinds wait, and links here.",
    )
    if chosen != wanted:
        notifications.choose_mail(installation.current(), actor, wanted=chosen)


def _trouble(actor: Actor) -> None:
    """Letters that did not arrive, for administrators."""
    try:
        found = mail.troubled(installation.current(), actor)
    except Refused:
        return
    if not found:
        return
    st.subheader("Letters that did not arrive")
    draw_table(
        [
            Column("To", [each.name for each in found]),
            Column(
                "What became of it",
                ["failed" if each.state == "failed" else "may have arrived" for each in found],
                whole=True,
            ),
            Column("Problem", [each.problem or "–" for each in found]),
            Column("Tried", [str(each.attempts) for each in found], number=True),
            Column("Written", [words.moment(each.created_at) for each in found], whole=True),
        ]
    )


def _start_over() -> None:
    st.session_state.pop(_BEFORE, None)
