"""Counting for a publication: whom the policy lets be counted, and how many; for one service."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, text

from data_access.policy_documents import facts_count
from domain.policy.standings import FactsCount


@dataclass(frozen=True, slots=True)
class Whom:
    """Sessions of a study, begun before an instant, of the groups that may be counted."""

    study_id: UUID
    before: datetime
    cuts: tuple[datetime, ...]
    allowed: tuple[FactsCount, ...]

    def parameters(self) -> dict[str, object]:
        """As the statements below take them."""
        return {
            "study": self.study_id,
            "before": self.before,
            "cuts": list(self.cuts),
            "allowed": json.dumps([_as_json(each) for each in self.allowed]),
        }


def facts(
    connection: Connection, study_id: UUID, before: datetime, cuts: Sequence[datetime]
) -> list[FactsCount]:
    """The study's sessions in groups that the policy cannot tell apart."""
    rows = connection.execute(
        text(
            "SELECT * FROM publication_facts(:study, :before, CAST(:cuts AS timestamptz[]))"
            " ORDER BY slot, status, plan, memory_on, flag_state"
        ),
        {"study": study_id, "before": before, "cuts": list(cuts)},
    )
    return [facts_count(row) for row in rows]


def session_numbers(connection: Connection, whom: Whom) -> list[int]:
    """The numbers of the sessions that are counted."""
    return list(
        connection.execute(
            text(
                "SELECT number FROM publication_sessions(:study, :before,"
                " CAST(:cuts AS timestamptz[]), CAST(:allowed AS jsonb))"
            ),
            whom.parameters(),
        ).scalars()
    )


def counts(
    connection: Connection, whom: Whom, breakdown: str, first_week: date, last_week: date
) -> tuple[int, dict[str, int]]:
    """Distinct participants: everybody counted, and by category."""
    rows = connection.execute(
        text(
            "SELECT * FROM publication_counts(:study, :breakdown, :before, :first, :last,"
            " CAST(:cuts AS timestamptz[]), CAST(:allowed AS jsonb))"
        ),
        whom.parameters() | {"breakdown": breakdown, "first": first_week, "last": last_week},
    )
    told = {row.category: row.people for row in rows}
    return told.pop("", 0), told


def _as_json(group: FactsCount) -> dict[str, object]:
    return {
        "slot": -1 if group.slot is None else group.slot,
        "status": group.status.value,
        "plan": group.plan.value,
        "memory_on": group.memory_on,
        "flag_state": group.flag.value,
        "publish": group.choices.publish_responses.value,
        "researchers": group.choices.share_researchers.value,
        "journalists": group.choices.share_journalists.value,
        "contact": group.choices.contact.value,
        "erased": group.erased,
        "withdrawn": group.withdrawn,
    }
