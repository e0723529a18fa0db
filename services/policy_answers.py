"""Asking the policy about one session by its number, as pages and jobs ask."""

from __future__ import annotations

from dataclasses import dataclass

from data_access import standings
from data_access.standings import SessionFactsRow as SessionFactsRow
from domain.errors import Refused
from domain.permissions import Act, Actor, check
from domain.policy import Decision, Use, clearance_for, what_may_be_done
from domain.policy.standing_codes import facts_with, flag_of
from domain.vocabulary import FlagState
from services import policy
from services.acts import act
from services.installation import Installation


@dataclass(frozen=True, slots=True)
class Explained:
    """What may be done with a session, use by use, by which edition of the table."""

    row: SessionFactsRow
    edition: str
    digest: str
    answers: tuple[tuple[Use, Decision], ...]


def explain(installation: Installation, actor: Actor, number: int) -> Explained:
    """The table's answer for every use, as the session's own page gives it to the actor.

    Reviewers ask about their own studies' sessions, Trust & Safety about flagged ones,
    administrators about all: answers and rules tell nothing that was said.

    Raises
    ------
    Refused
        Under R10, audited, when there is no such session or it is not the actor's to ask about;
        which of the two is not told.
    """
    with act(
        installation, actor, "policy.explain", "session", object_id=str(number), record=False
    ) as done:
        check(actor, Act.EXPLAIN_POLICY)
        found = standings.numbered(done.connection, [number])
        if not found:
            raise Refused(
                "There is no such session among those you may ask about.",
                rule="R10",
                remedy="Check its number, or ask for a grant on its study.",
            )
        table = policy.in_force(done.connection)
    (row,) = found
    now = installation.now()
    clearance = clearance_for(
        actor, row.study_id, now, open_case=flag_of(row.standing) is FlagState.OPEN
    )
    facts = facts_with(row.standing, row.completed_at)
    answers = what_may_be_done(facts, clearance=clearance, now=now, table=table)
    return Explained(row, table.edition, table.digest, answers)
