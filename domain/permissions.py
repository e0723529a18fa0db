"""Who may do what: one table of roles and acts, asked by services before anything happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.errors import Refused
from domain.vocabulary import Role


class Act(StrEnum):
    """What somebody can ask to do, where a role decides."""

    BROWSE_SESSIONS = "browse sessions"
    OPEN_ORIGINAL = "open an original transcript"
    REVIEW = "decide on redactions"
    HANDLE_CASES = "settle Trust & Safety cases"
    IMPORT = "import transcripts"
    MANAGE_STUDIES = "manage studies"
    MANAGE_ACCESS = "manage staff, roles and grants"
    RUN_DEIDENTIFICATION = "start de-identification"
    READ_AUDIT = "read the audit trail"
    SEE_ACCOUNTS = "see account data"
    READ_POLICY = "read the policy table"
    CHANGE_POLICY = "change the policy table"
    COUNT_BY_RULE = "count sessions by rule"
    ASSIGN_POLICY = "settle which policy governs a session"
    SEE_HOLDS = "see what is on hold"
    EXPLAIN_POLICY = "ask what may be done with a session"
    RECORD_WITHDRAWAL = "record a withdrawal"
    ERASE = "erase sessions"
    WRITE_TO_PARTICIPANTS = "write to participants about findings"
    SEE_SHARES = "see share requests"
    REQUEST_SHARE = "request a share"
    VOTE_ON_SHARE = "vote on a share request"
    RELEASE_SHARE = "release a share"
    RECALL_SHARE = "recall a release"
    MANAGE_RECIPIENTS = "manage recipients and agreements"
    SEE_METRICS = "see participation metrics"
    SEE_OPERATIONS = "see how the desk runs"
    TEND_WORK = "try failed work again, give it back or set it aside"
    SEE_PUBLICATIONS = "see publications"
    PROPOSE_PUBLICATION = "propose a publication"
    VOTE_ON_PUBLICATION = "vote on a publication"
    PUBLISH = "publish what was approved"
    WITHDRAW_PUBLICATION = "withdraw a publication"


#: Source: "Who may do what" in the domain's description. An act needs one of its roles.
ROLES_FOR: dict[Act, frozenset[Role]] = {
    Act.BROWSE_SESSIONS: frozenset({Role.REVIEWER, Role.TRUST_SAFETY}),
    Act.OPEN_ORIGINAL: frozenset({Role.REVIEWER, Role.TRUST_SAFETY}),
    Act.REVIEW: frozenset({Role.REVIEWER}),
    Act.HANDLE_CASES: frozenset({Role.TRUST_SAFETY}),
    Act.IMPORT: frozenset({Role.ADMINISTRATOR}),
    Act.MANAGE_STUDIES: frozenset({Role.ADMINISTRATOR}),
    Act.MANAGE_ACCESS: frozenset({Role.ADMINISTRATOR}),
    Act.RUN_DEIDENTIFICATION: frozenset({Role.ADMINISTRATOR}),
    Act.READ_AUDIT: frozenset({Role.AUDITOR}),
    # The rules are nobody's secret: whoever works under them may read them.
    Act.READ_POLICY: frozenset(Role),
    Act.CHANGE_POLICY: frozenset({Role.ADMINISTRATOR}),
    # Of all sessions for administrators, of their own studies for reviewers.
    Act.COUNT_BY_RULE: frozenset({Role.ADMINISTRATOR, Role.REVIEWER}),
    Act.ASSIGN_POLICY: frozenset({Role.ADMINISTRATOR}),
    Act.SEE_HOLDS: frozenset({Role.ADMINISTRATOR, Role.REVIEWER}),
    Act.EXPLAIN_POLICY: frozenset({Role.ADMINISTRATOR, Role.REVIEWER, Role.TRUST_SAFETY}),
    Act.RECORD_WITHDRAWAL: frozenset({Role.ADMINISTRATOR}),
    Act.ERASE: frozenset({Role.ADMINISTRATOR}),
    # One proposes the letter, another confirms it; addresses are seen by neither (R11, R60).
    Act.WRITE_TO_PARTICIPANTS: frozenset({Role.ADMINISTRATOR}),
    Act.SEE_SHARES: frozenset({Role.REVIEWER, Role.APPROVER, Role.ADMINISTRATOR}),
    Act.REQUEST_SHARE: frozenset({Role.REVIEWER}),
    Act.VOTE_ON_SHARE: frozenset({Role.APPROVER}),
    Act.RELEASE_SHARE: frozenset({Role.REVIEWER, Role.APPROVER}),
    Act.RECALL_SHARE: frozenset({Role.APPROVER, Role.ADMINISTRATOR}),
    Act.MANAGE_RECIPIENTS: frozenset({Role.ADMINISTRATOR}),
    Act.SEE_METRICS: frozenset({Role.LEAD}),
    Act.SEE_OPERATIONS: frozenset({Role.ADMINISTRATOR}),
    Act.TEND_WORK: frozenset({Role.ADMINISTRATOR}),
    Act.SEE_PUBLICATIONS: frozenset({Role.LEAD, Role.APPROVER, Role.ADMINISTRATOR}),
    Act.PROPOSE_PUBLICATION: frozenset({Role.LEAD}),
    Act.VOTE_ON_PUBLICATION: frozenset({Role.APPROVER}),
    Act.PUBLISH: frozenset({Role.LEAD, Role.APPROVER}),
    Act.WITHDRAW_PUBLICATION: frozenset({Role.LEAD, Role.APPROVER, Role.ADMINISTRATOR}),
    # Nobody: names and e-mails are read by the mailer and the withdrawal job alone (R11).
    Act.SEE_ACCOUNTS: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A need to know: one study, one role, one purpose, from and until.

    It holds from ``starts_at`` on and up to, not including, ``expires_at``.
    """

    study_id: UUID
    role: Role
    purpose: str
    starts_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is in force at that moment."""
        revoked = self.revoked_at is not None and self.revoked_at <= now
        return self.starts_at <= now < self.expires_at and not revoked


@dataclass(frozen=True, slots=True)
class Actor:
    """The signed-in member of staff, or the service, for whom a call is made.

    ``service`` names what a service does (``deidentification``); a person has none.
    """

    staff_id: UUID
    label: str
    roles: frozenset[Role]
    grants: tuple[Grant, ...] = ()
    service: str | None = None

    def holds(self, role: Role) -> bool:
        """Whether the person holds the role now."""
        return role in self.roles

    def studies(self, role: Role, now: datetime) -> frozenset[UUID]:
        """Studies for which a grant of that role is in force, when the role is held too."""
        if role not in self.roles:
            return frozenset()
        return frozenset(g.study_id for g in self.grants if g.role is role and g.holds(now))


def may(actor: Actor | None, act: Act) -> bool:
    """Whether the actor's roles allow the act; the question behind :func:`check`."""
    return actor is not None and not actor.roles.isdisjoint(ROLES_FOR[act])


def check(actor: Actor | None, act: Act) -> Actor:
    """The actor, if their roles allow the act.

    Raises
    ------
    Refused
        With the roles that would do, and whom to ask.
    """
    if actor is None:
        raise Refused(
            f"Nobody is signed in, so nobody may {act}.",
            rule="role.signed-in",
            remedy="Sign in first.",
        )
    if not may(actor, act):
        wanted = " or ".join(sorted(str(role).replace("_", " & ") for role in ROLES_FOR[act]))
        if not wanted:
            raise Refused(
                f"No role lets anybody {act}.",
                rule="R11",
                remedy="Work with the participant's pseudonym.",
            )
        raise Refused(
            f"To {act} takes the role {wanted}, which you do not hold.",
            rule=f"role.{act.replace(' ', '-')}",
            remedy="Ask an administrator for the role if your work needs it.",
        )
    return actor


def may_work_on(actor: Actor, role: Role, study_id: UUID, now: datetime) -> bool:
    """Whether a grant is in force; the question behind :func:`check_grant`."""
    return study_id in actor.studies(role, now)


def check_grant(actor: Actor, role: Role, study_id: UUID, now: datetime) -> None:
    """Refuse unless a grant of that role on that study is in force (R10).

    Raises
    ------
    Refused
        Under R10; the sentence says whether a grant ended or never was.
    """
    if may_work_on(actor, role, study_id, now):
        return
    had_one = any(g.study_id == study_id and g.role is role for g in actor.grants)
    raise Refused(
        "Your grant on this study is not in force." if had_one else "You hold no grant here.",
        rule="R10",
        remedy="Ask an administrator for a grant that states your purpose.",
    )


def may_give_to(actor: Actor, staff_id: UUID) -> bool:
    """Whether it is somebody else; the question behind :func:`check_not_self`."""
    return actor.staff_id != staff_id


def check_not_self(actor: Actor, staff_id: UUID) -> None:
    """Refuse giving oneself a role or a grant; people are compared by staff id.

    Raises
    ------
    Refused
        When both are the same person.
    """
    if not may_give_to(actor, staff_id):
        raise Refused(
            "Nobody gives roles or grants to themselves.",
            rule="grant.no-self",
            remedy="Ask another administrator to do it.",
        )
