"""The sessions of a request as one approver goes through them: in an order by lot of their own."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

#: Places of one page of the order.
PAGE = 20

#: Begins both questions below.
_LOT = """
WITH lot AS MATERIALIZED (
  SELECT part.session_id, part.pseudonym, opening.session_id IS NOT NULL AS opened,
    row_number() OVER (
      ORDER BY sha256(convert_to(:seed || part.session_id::text, 'UTF8'))) AS place
  FROM share_session part
  LEFT JOIN share_opening opening ON opening.share_id = part.share_id
    AND opening.round = :round AND opening.staff_id = :staff
    AND opening.session_id = part.session_id
  WHERE part.share_id = :share
), told AS (
  SELECT count(*) AS total, count(*) FILTER (WHERE opened) AS opened_in_all,
    least(greatest(CAST(:place AS bigint), 1), count(*)) AS here
  FROM lot
)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A session's place in the order; ``pseudonym`` is its name in the package, once submitted."""

    place: int
    session_id: UUID
    pseudonym: str | None
    opened: bool


@dataclass(frozen=True, slots=True)
class Lot:
    """One page of the order, and where one stands in the whole of it.

    ``next_unopened`` is the first place after this one that was not opened, round by the start.
    """

    page: tuple[Place, ...]
    here: Place
    total: int
    opened: int
    next_unopened: int | None


def lot(
    connection: Connection, share_id: UUID, round_: int, staff_id: UUID, place: int
) -> Lot | None:
    """The page of a request's order that holds a place; None when no session is in it.

    A place beyond either end is the nearest there is.
    """
    rows = connection.execute(
        text(
            _LOT  # noqa: S608 - two constants
            + "SELECT lot.*, told.*, (SELECT coalesce(min(place) FILTER (WHERE place > told.here),"
            " min(place)) FROM lot WHERE NOT opened AND place <> told.here) AS next_unopened"
            " FROM told JOIN lot ON (lot.place - 1) / :size = (told.here - 1) / :size"
            " ORDER BY lot.place"
        ),
        _asked(share_id, round_, staff_id) | {"place": place, "size": PAGE},
    ).all()
    if not rows:
        return None
    page = tuple(Place(row.place, row.session_id, row.pseudonym, row.opened) for row in rows)
    first = rows[0]
    here = next(each for each in page if each.place == first.here)
    return Lot(page, here, first.total, first.opened_in_all, first.next_unopened)


def place_of(
    connection: Connection, share_id: UUID, round_: int, staff_id: UUID, pseudonym: str
) -> int | None:
    """The place of a session by its name in the package, in somebody's own order."""
    return connection.execute(
        text(_LOT + "SELECT place FROM lot WHERE pseudonym = :name"),  # noqa: S608 - two constants
        _asked(share_id, round_, staff_id) | {"place": 1, "name": pseudonym},
    ).scalar()


def _asked(share_id: UUID, round_: int, staff_id: UUID) -> dict[str, object]:
    # Another order for each person and round, the same each time: nobody chooses what comes first.
    return {
        "share": share_id,
        "round": round_,
        "staff": staff_id,
        "seed": f"{share_id}:{round_}:{staff_id}:",
    }
