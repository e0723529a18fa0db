"""What joining the sessions of a request gives away: counted once, kept until something changes.

The counting reads words of originals, so the release service does it. What it keeps names a trait
by its words only where they stand in what would leave, which whoever reads the request reads
anyway; what stands only in an earlier share is named by its category and that share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from data_access import share_risk
from data_access.quasi_identifiers import COMMON
from data_access.share_risk import StandingTrait
from domain.permissions import Act, Actor
from domain.quasi_identifiers import QuasiCategory, Trait
from domain.shares.risk import Combination, exposure
from services import access
from services.acts import reading
from services.installation import Installation
from services.shares.assembling import SERVICE
from services.shares.visibility import visible

#: People of one page.
PAGE = 10
#: Combinations kept of one participant, the rarest first.
_KEPT = 4


@dataclass(frozen=True, slots=True)
class RiskSummary:
    """What a request as a whole tells of its participants.

    For ``known_sessions`` of them the recipient holds something of the participant already, by
    the shares ``known_by``. ``alone`` are the only ones with some combination; ``few`` share one
    with fewer than the threshold, those alone included; ``joined`` stand out more by what the
    recipient holds already than by this request alone. ``smallest`` is the smallest k of all.
    """

    participants: int
    known_sessions: int
    known_by: list[int]
    alone: int
    few: int
    joined: int
    smallest: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """One trait of a combination; without ``value`` it stands only in an earlier share."""

    category: QuasiCategory
    value: str | None
    share_number: int | None


@dataclass(frozen=True, slots=True)
class Standout:
    """One participant whom few resemble: by which combinations, in which of the sessions.

    ``names`` are the sessions' in the package, in the same order; None before there are any.
    """

    sessions: tuple[UUID, ...]
    names: tuple[str | None, ...]
    alone: tuple[tuple[int, tuple[Part, ...]], ...]
    joined: tuple[tuple[int, tuple[Part, ...]], ...]


def current(
    installation: Installation, connection: Connection, share_id: UUID
) -> RiskSummary | None:
    """The summary as things stand, counted anew when what it was counted from is another.

    ``connection`` is of an actor who may read the request; None for one who may not.
    """
    now = share_risk.basis(connection, share_id)
    if now is None:
        return None
    held = share_risk.counted(connection, share_id)
    if held is not None and held[0] == now:
        return RiskSummary(**held[1])
    return RiskSummary(**_count(installation, share_id))


def standouts(
    installation: Installation, actor: Actor, share_id: UUID, page: int
) -> tuple[Standout, ...]:
    """A page of the participants of a request whom few resemble, the most exposed first.

    Raises
    ------
    Refused
        When the actor may not see the request; audited.
    """
    with reading(installation, actor, Act.SEE_SHARES, "share.risk", "share") as connection:
        visible(connection, actor, share_id)
        found = share_risk.people(connection, share_id, page * PAGE, PAGE)
        names = share_risk.names(connection, share_id, [i for each in found for i in _ids(each)])
    return tuple(_standout(each, names) for each in found)


def of_session(connection: Connection, share_id: UUID, session_id: UUID) -> Standout | None:
    """How the participant of one session stands out, as it was counted last."""
    found = share_risk.of_session(connection, share_id, session_id)
    if found is None:
        return None
    return _standout(found, share_risk.names(connection, share_id, _ids(found)))


def _count(installation: Installation, share_id: UUID) -> dict[str, Any]:
    """Count and keep; the summary."""
    service = access.service_actor(installation, SERVICE)
    with installation.database.transaction(service.staff_id) as connection:
        # Before the reading: a change in between makes it be counted again, not be missed.
        basis = share_risk.basis(connection, share_id)
        found = share_risk.standing(connection, share_id)
        who = _holders(connection, found)
        people = _people(found, who)
        participants, known_sessions, known_by = share_risk.people_of(connection, share_id)
        summary = {
            "participants": participants,
            "known_sessions": known_sessions,
            "known_by": known_by,
            "alone": sum(each["smallest"] == 1 for each in people),
            "few": len(people),
            "joined": sum(each["more"] for each in people),
            "smallest": min((each["smallest"] for each in people), default=None),
        }
        if basis is not None:
            share_risk.keep(connection, share_id, basis, summary, people, installation.now())
    return summary


def _holders(connection: Connection, found: Sequence[StandingTrait]) -> dict[Trait, int]:
    """For each trait that is not common, one bit for every participant who has it."""
    traits = sorted({each.trait for each in found})
    if not traits:
        return {}
    studies = sorted({each.study_id for each in found}, key=str)
    held = share_risk.holders(connection, studies, traits, COMMON + 1)
    bits: dict[UUID, int] = {}
    return {
        trait: sum(1 << bits.setdefault(each, len(bits)) for each in who)
        for trait, who in held.items()
        if len(who) <= COMMON
    }


def _people(found: Sequence[StandingTrait], who: dict[Trait, int]) -> list[dict[str, Any]]:
    by_person: defaultdict[UUID, list[StandingTrait]] = defaultdict(list)
    for each in found:
        by_person[each.participant_id].append(each)
    people = []
    for held in by_person.values():
        now = {each.trait for each in held if each.share_number is None}
        before = {
            each.trait: each.share_number
            for each in sorted(held, key=lambda it: -(it.share_number or 0))
            if each.share_number is not None
        }
        stands_out = exposure(now, before.keys(), who)
        if stands_out.smallest is None:
            continue
        sessions = {str(each.session_id) for each in held if each.share_number is None}
        people.append(
            {
                "sessions": sorted(sessions),
                "smallest": stands_out.smallest,
                "more": stands_out.is_more_than_alone,
                "alone": _combinations(stands_out.alone, now, before),
                "joined": _combinations(stands_out.joined, now, before),
            }
        )
    people.sort(key=lambda each: (each["smallest"], not each["more"], each["sessions"]))
    return people


def _combinations(
    found: Iterable[Combination], now: set[Trait], before: dict[Trait, int]
) -> list[dict[str, Any]]:
    return [
        {
            "k": each.k,
            "parts": [
                [category.value, value, None]
                if (category, value) in now
                else [category.value, None, before[category, value]]
                for category, value in each.traits
            ],
        }
        for each in list(found)[:_KEPT]
    ]


def _ids(held: dict[str, Any]) -> list[UUID]:
    return [UUID(each) for each in held["sessions"]]


def _standout(held: dict[str, Any], names: Mapping[UUID, str | None]) -> Standout:
    def read(found: list[dict[str, Any]]) -> tuple[tuple[int, tuple[Part, ...]], ...]:
        return tuple(
            (
                each["k"],
                tuple(Part(QuasiCategory(part[0]), part[1], part[2]) for part in each["parts"]),
            )
            for each in found
        )

    ids = _ids(held)
    return Standout(
        tuple(ids),
        tuple(names.get(each) for each in ids),
        read(held["alone"]),
        read(held["joined"]),
    )
