"""The review desk: one session with its findings, decisions and what would leave, read once."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from data_access import decisions, double_reviews, review, sessions
from data_access.decisions import KeptDecision
from data_access.double_reviews import DoubleRow
from data_access.sessions import SessionRow
from domain.double_review import (
    Contested,
    Difference,
    DoubleState,
    contested,
    with_contested,
)
from domain.errors import Refused
from domain.findings import Finding
from domain.permissions import Act, Actor, check
from domain.policy import Use, check_allowed
from domain.redaction import RedactionSet, Run, make_redaction_set, undecided
from domain.transcripts import Turn
from domain.vocabulary import Coverage, Role
from services import policy
from services.hidden_checks import hidden_findings
from services.installation import Installation


@dataclass(frozen=True, slots=True)
class Disputes:
    """Where two reviews of a session differ, and the redactions that are contested by it."""

    differing: tuple[Difference, ...]
    contested: tuple[Contested, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """All that lies on a reviewer's desk for one session.

    Attributes
    ----------
    version
        Ordinal of the last decision; what is saved names the version it was made on.
    runs
        The de-identified text as a recipient would get it, turn by turn.
    open_findings
        Findings that nobody has decided.
    must_read_whole, read
        Whether the confirmer must have read every turn (no model reads the language), and
        which ones the actor has.
    hidden
        Findings kept from the reviewer, in ``findings`` and ``runs`` too, until they confirm.
    double
        The session's double review, where there is one.
    blind
        Whether this is the second review of it: ``decisions`` are the actor's own and apart from
        the session's, which are hidden from them.
    disputes
        Where two reviews differ, to be settled or settled.
    machine
        What the machine found; ``findings`` holds what is contested in its place.
    """

    row: SessionRow
    turns: tuple[Turn, ...]
    findings: tuple[Finding, ...]
    decisions: tuple[KeptDecision, ...]
    version: int
    runs: tuple[tuple[Run, ...], ...]
    open_findings: tuple[Finding, ...]
    must_read_whole: bool
    read: frozenset[int]
    hidden: tuple[Finding, ...] = ()
    double: DoubleRow | None = None
    blind: bool = False
    disputes: Disputes | None = None
    machine: tuple[Finding, ...] = ()

    @property
    def unsettled(self) -> bool:
        """Whether two reviews of it differ and nobody has settled it."""
        return self.double is not None and self.double.state is DoubleState.DIFFERS


def reviewable(
    installation: Installation, actor: Actor, connection: Connection, session_id: UUID
) -> tuple[SessionRow, str]:
    """The session, and the rule that allows its original to be read for review.

    Raises
    ------
    Refused
        Under the policy's rule when it does not allow the reading, R10 without a grant among
        them, and when the machine has not read the session yet.
    """
    check(actor, Act.REVIEW)
    row = sessions.find(connection, session_id)
    if row is None or row.study_id not in actor.studies(Role.REVIEWER, installation.now()):
        raise Refused(
            "There is no such session among those you may review.",
            rule="R10",
            remedy="Ask an administrator for a grant on its study that states your purpose.",
        )
    table = policy.in_force(connection)
    answer = check_allowed(
        policy.decision(table, actor, row, Use.INTERNAL_RAW_TEXT, installation.now())
    )
    if row.coverage not in (Coverage.FULL, Coverage.PATTERNS_ONLY):
        raise Refused(
            "The machine has not read this session, so there is nothing to review yet.",
            rule="review.read-by-machine",
            remedy="Wait until it has, or ask an administrator to run it again.",
        )
    return row, answer.rule


def load_desk(
    installation: Installation, connection: Connection, actor: Actor, row: SessionRow
) -> Desk:
    """All that lies on the desk, by a few queries whose number does not grow."""
    turns = sessions.turns(connection, row.id)
    found = (
        ()
        if row.current_run_id is None
        else review.findings(connection, row.id, row.current_run_id)
    )
    double = double_reviews.of_session(connection, row.id)
    blind = double is not None and double.blinds(actor.staff_id)
    held = decisions.kept(connection, row.id, second_of=actor.staff_id if blind else None)
    made = [kept.decision for kept in held]
    hidden = hidden_findings(installation, connection, row, found)
    disputes = None if double is None else disputes_of(connection, double)
    machine = tuple(finding for finding in found if finding not in hidden)
    found = with_contested(machine, () if disputes is None else disputes.contested)
    reading = decisions.reading(connection, row.id, actor.staff_id)
    return Desk(
        row=row,
        turns=turns,
        findings=found,
        decisions=held,
        version=held[-1].decision.ordinal if held else 0,
        runs=make_redaction_set(turns, found, made).runs(turns),
        open_findings=undecided(found, made),
        must_read_whole=row.coverage is Coverage.PATTERNS_ONLY,
        read=frozenset() if reading is None else reading.turns,
        hidden=hidden,
        double=double,
        blind=blind,
        disputes=disputes,
        machine=machine,
    )


def disputes_of(connection: Connection, double: DoubleRow) -> Disputes | None:
    """Where the two reviews differ; None while they do not, or were not compared."""
    if double.state not in (DoubleState.DIFFERS, DoubleState.SETTLED):
        return None
    differing = double_reviews.differences(connection, double.id)
    return Disputes(
        differing, contested(differing, *double_reviews.pair_of_sets(connection, double))
    )


def set_of(desk: Desk) -> RedactionSet:
    """The set of all that was found, what is hidden from the reviewer included."""
    return make_redaction_set(
        desk.turns,
        (*desk.findings, *desk.hidden),
        [kept.decision for kept in desk.decisions],
    )
