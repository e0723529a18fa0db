"""The rooms of the house, and who may enter which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st

from domain.errors import Refused
from domain.permissions import Act, Actor, check, may
from pages.admin import access, imports, quality, recipients, studies, withdrawals
from pages.audit import trail
from pages.front import home
from pages.metrics import participation
from pages.operations import overview
from pages.policy import changes
from pages.policy import table as policy_table
from pages.publications import board as publications
from pages.publications import propose, publication
from pages.review import queue, session, sessions
from pages.shares import board, share
from services import installation
from services.acts import refuse

_REFUSED = "rooms.refused"

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage


@dataclass(frozen=True, slots=True)
class Room:
    """One page: its address, and the act that opens it (None: anybody signed in)."""

    address: str
    title: str
    icon: str
    draw: Callable[[], None]
    act: Act | None = None
    listed: bool = True


ROOMS = (
    Room("", "Home", ":material/home:", home.page),
    Room("review", "Review", ":material/rate_review:", queue.page, Act.REVIEW),
    Room("sessions", "Sessions", ":material/forum:", sessions.page, Act.BROWSE_SESSIONS),
    Room("session", "Session", "", session.page, Act.BROWSE_SESSIONS, listed=False),
    Room("shares", "Shares", ":material/outbox:", board.page, Act.SEE_SHARES),
    Room("share", "Share", "", share.page, Act.SEE_SHARES, listed=False),
    Room(
        "metrics",
        "Participation",
        ":material/bar_chart:",
        participation.page,
        Act.SEE_METRICS,
    ),
    Room(
        "publications",
        "Publications",
        ":material/publish:",
        publications.page,
        Act.SEE_PUBLICATIONS,
    ),
    Room("publication", "Publication", "", publication.page, Act.SEE_PUBLICATIONS, listed=False),
    Room("publish", "Propose", "", propose.page, Act.PROPOSE_PUBLICATION, listed=False),
    Room("imports", "Imports", ":material/upload_file:", imports.page, Act.IMPORT),
    Room("access", "Access", ":material/key:", access.page, Act.MANAGE_ACCESS),
    Room("studies", "Studies", ":material/science:", studies.page, Act.MANAGE_STUDIES),
    Room("quality", "Review quality", ":material/fact_check:", quality.page, Act.MANAGE_STUDIES),
    Room(
        "withdrawals",
        "Withdrawals",
        ":material/undo:",
        withdrawals.page,
        Act.RECORD_WITHDRAWAL,
    ),
    Room("recipients", "Recipients", ":material/contacts:", recipients.page, Act.MANAGE_RECIPIENTS),
    Room("policy", "Policy", ":material/gavel:", policy_table.page, Act.READ_POLICY),
    Room("changes", "Policy changes", ":material/edit_note:", changes.page, Act.CHANGE_POLICY),
    Room(
        "operations",
        "Operations",
        ":material/monitor_heart:",
        overview.page,
        Act.SEE_OPERATIONS,
    ),
    Room("audit", "Audit trail", ":material/history:", trail.page, Act.READ_AUDIT),
)


def rooms_for(person: Actor | None) -> list[StreamlitPage]:
    """The pages of somebody's navigation; a page that is not theirs does not exist for them."""
    if person is None:
        return [st.Page(home.signed_out, title="Clearance", url_path="", default=True)]
    return [
        st.Page(
            room.draw,
            title=room.title,
            icon=room.icon or None,
            url_path=room.address or None,
            default=not room.address,
            visibility="visible" if room.listed else "hidden",
        )
        for room in ROOMS
        if room.act is None or may(person, room.act)
    ]


def note_refusal(person: Actor) -> None:
    """Say and audit that an address was asked for that is not this person's to enter.

    The page itself is not in their navigation, so nothing of it can run; what is left to do
    is to tell them why, and the trail that they asked.
    """
    asked = urlsplit(st.context.url or "").path.strip("/")
    room = next((room for room in ROOMS if room.address and room.address == asked), None)
    if room is None or room.act is None or may(person, room.act):
        st.session_state.pop(_REFUSED, None)
        return
    try:
        check(person, room.act)
    except Refused as refused:
        if st.session_state.get(_REFUSED) != asked:
            st.session_state[_REFUSED] = asked
            refuse(installation.current(), person, "page.open", "page", refused, object_id=asked)
        st.error(str(refused))
