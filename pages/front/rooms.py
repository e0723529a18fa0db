"""The rooms of the house, and who may enter which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st

from components.typed import as_typed
from domain.errors import Refused
from domain.permissions import Act, Actor, check, may
from domain.rooms import ACTS
from pages.admin import (
    access,
    erasure,
    imports,
    letters,
    quality,
    recipients,
    retention,
    studies,
    withdrawals,
)
from pages.audit import trail
from pages.front import home, notifications
from pages.metrics import participation
from pages.operations import overview
from pages.policy import assignments, changes, holds
from pages.policy import table as policy_table
from pages.publications import board as publications
from pages.publications import propose, publication
from pages.review import queue, session, sessions
from pages.safety import case, cases
from pages.shares import board, share
from services import installation
from services.acts import refuse

_REFUSED = "rooms.refused"

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage


@dataclass(frozen=True, slots=True)
class Room:
    """One page and its address."""

    address: str
    title: str
    icon: str
    draw: Callable[[], None]
    listed: bool = True
    #: Under which heading of the menu it stands, for who has many rooms.
    under: str = ""

    @property
    def act(self) -> Act | None:
        """The act that opens it; None where anybody signed in may enter."""
        return ACTS[self.address]


#: More rooms than this are told apart by headings.
_FEW = 8


ROOMS = (
    Room("", "Home", ":material/home:", home.page),
    Room("notifications", "Notifications", ":material/notifications:", notifications.page),
    Room("review", "Review", ":material/rate_review:", queue.page, under="Sessions"),
    Room(
        "sessions",
        "Sessions",
        ":material/forum:",
        sessions.page,
        under="Sessions",
    ),
    Room("session", "Session", "", session.page, listed=False),
    Room("cases", "Cases", ":material/shield:", cases.page, under="Sessions"),
    Room("case", "Case", "", case.page, listed=False),
    Room("holds", "On hold", ":material/front_hand:", holds.page, under="Sessions"),
    Room("shares", "Shares", ":material/outbox:", board.page, under="What leaves"),
    Room("share", "Share", "", share.page, listed=False),
    Room(
        "publications",
        "Publications",
        ":material/publish:",
        publications.page,
        under="What leaves",
    ),
    Room("publication", "Publication", "", publication.page, listed=False),
    Room("publish", "Propose", "", propose.page, listed=False),
    Room(
        "metrics",
        "Participation",
        ":material/bar_chart:",
        participation.page,
        under="Studies",
    ),
    Room("imports", "Imports", ":material/upload_file:", imports.page, under="Studies"),
    Room(
        "access",
        "Access",
        ":material/key:",
        access.page,
        under="People and trail",
    ),
    Room(
        "studies",
        "Studies",
        ":material/science:",
        studies.page,
        under="Studies",
    ),
    Room(
        "quality",
        "Review quality",
        ":material/fact_check:",
        quality.page,
        under="Studies",
    ),
    Room(
        "withdrawals",
        "Withdrawals",
        ":material/undo:",
        withdrawals.page,
        under="Participants",
    ),
    Room(
        "erasure",
        "Erasure",
        ":material/delete_forever:",
        erasure.page,
        under="Participants",
    ),
    Room(
        "retention",
        "Retention",
        ":material/hourglass_bottom:",
        retention.page,
        under="Participants",
    ),
    Room(
        "letters",
        "Letters to participants",
        ":material/mail:",
        letters.page,
        under="Participants",
    ),
    Room(
        "recipients",
        "Recipients",
        ":material/contacts:",
        recipients.page,
        under="What leaves",
    ),
    Room("policy", "Policy", ":material/gavel:", policy_table.page, under="Policy"),
    Room(
        "assignments",
        "Policy assignments",
        ":material/rule:",
        assignments.page,
        under="Policy",
    ),
    Room(
        "changes",
        "Policy changes",
        ":material/edit_note:",
        changes.page,
        under="Policy",
    ),
    Room(
        "operations",
        "Operations",
        ":material/monitor_heart:",
        overview.page,
        under="People and trail",
    ),
    Room(
        "audit",
        "Audit trail",
        ":material/history:",
        trail.page,
        under="People and trail",
    ),
)


def rooms_for(person: Actor | None) -> dict[str, list[StreamlitPage]]:
    """The pages of somebody's navigation under the headings of their menu.

    A page that is not theirs does not exist for them.
    """
    if person is None:
        return {"": [st.Page(home.signed_out, title="Clearance", url_path="", default=True)]}
    theirs = [room for room in ROOMS if room.act is None or may(person, room.act)]
    many = sum(room.listed for room in theirs) > _FEW
    menu: dict[str, list[StreamlitPage]] = {}
    for room in theirs:
        # One that is not listed makes no heading by itself.
        heading = room.under if many and room.listed else ""
        menu.setdefault(heading, []).append(_page(room))
    return menu


def _page(room: Room) -> StreamlitPage:
    return st.Page(
        room.draw,
        title=room.title,
        icon=room.icon or None,
        url_path=room.address or None,
        default=not room.address,
        visibility="visible" if room.listed else "hidden",
    )


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
        st.error(as_typed(str(refused)))
