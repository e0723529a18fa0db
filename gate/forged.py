"""Messages that ask for a room by its hash while their address names another: forged ones."""

from __future__ import annotations

from domain.errors import Refused
from domain.permissions import Actor, check
from domain.rooms import ACTS
from gate import internals
from services.acts import refuse
from services.installation import Installation

_BY_HASH = {internals.page_hash(address): address for address in ACTS}


def forged_room(frame: bytes) -> str | None:
    """The room that a message names beside its own address; None for an honest one.

    One whose address names the room is the script's to answer, which says and audits a refusal.
    """
    asked = internals.page_asked_for(frame)
    if asked is None:
        return None
    room = _BY_HASH.get(asked[0])
    return None if room == asked[1] else room


def note_forged(installation: Installation, actor: Actor, room: str) -> None:
    """Audit that somebody asked so for a room that is not theirs; nothing of it can run."""
    act = ACTS[room]
    if act is None:
        return
    try:
        check(actor, act)
    except Refused as refused:
        refuse(
            installation,
            actor,
            "page.open",
            "page",
            refused,
            object_id=room,
            detail={"by": "hash"},
        )
