"""Proposing: a lead takes a chart of a frozen snapshot, and says what for and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from data_access import jobs, metrics, policy_documents, publications
from data_access import recipients as recipient_rows
from data_access import studies as study_rows
from data_access.metrics import SnapshotRow
from data_access.publications import PREPARE
from data_access.studies import StudyRow
from domain.errors import Refused
from domain.metrics import Breakdown, breakdowns
from domain.permissions import Act, Actor, check, check_grant
from domain.policy.uses import fits
from domain.publications.contents import Audience, check_receiver, check_words
from domain.shares.agreements import Agreement, Recipient, check_receives
from domain.vocabulary import Role
from services.acts import act, reading
from services.installation import Installation

#: The breakdowns that can be counted for those who may be counted outside; the database knows
#: the same ones (publication_counts), and a test compares them.
PUBLISHABLE = frozenset(
    {
        *("week", "status", "duration", "length", "returning", "language", "plan", "publish"),
        *("researchers", "journalists", "contact", "policy", "review", "redactions"),
    }
)


@dataclass(frozen=True, slots=True)
class Offered:
    """What a lead can propose of one study, and to whom."""

    study: StudyRow
    snapshot: SnapshotRow
    breakdowns: tuple[Breakdown, ...]
    agreements: tuple[tuple[Recipient, Agreement], ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a lead says of a publication."""

    study_id: UUID
    breakdown: str
    audience: Audience
    title: str
    note: str
    purpose: str
    recipient_id: UUID | None = None
    agreement_id: UUID | None = None


def studies(installation: Installation, actor: Actor) -> list[StudyRow]:
    """The studies of which the actor may propose something; a refusal is audited."""
    with reading(
        installation, actor, Act.PROPOSE_PUBLICATION, "publication.offer", "study"
    ) as connection:
        held = actor.studies(Role.LEAD, installation.now())
        return [study for study in study_rows.visible(connection) if study.id in held]


def offered(installation: Installation, actor: Actor, study: StudyRow) -> Offered | None:
    """What can be proposed of a study's newest snapshot; None when nothing of it is shown.

    Raises
    ------
    Refused
        When the actor is no lead of the study; audited.
    """
    with reading(
        installation, actor, Act.PROPOSE_PUBLICATION, "publication.offer", "study"
    ) as connection:
        check_grant(actor, Role.LEAD, study.id, installation.now())
        snapshot = metrics.latest(connection, study.id)
        if snapshot is None:
            return None
        shown = {
            cell.breakdown
            for cell in metrics.cells(connection, snapshot.id)
            if cell.people is not None
        }
        now = installation.now()
        receive = {each.id: each for each in recipient_rows.every(connection) if not each.blocked}
        agreed = recipient_rows.agreements(connection)
    declared = breakdowns(snapshot.week, study.opens_on, study.closes_on)
    return Offered(
        study,
        snapshot,
        tuple(each for each in declared if each.name in shown & PUBLISHABLE),
        tuple(
            (receive[each.recipient_id], each)
            for each in agreed
            if each.recipient_id in receive and each.in_force(now)
        ),
    )


def propose(installation: Installation, actor: Actor, proposal: Proposal) -> tuple[UUID, int]:
    """Propose a chart of the newest snapshot; it is counted, drawn and frozen behind the page.

    Raises
    ------
    Refused
        When the actor is no lead of the study, nothing of the chart is shown, or the recipient
        may receive nothing; audited.
    BadInput
        When the words say too little, or the recipient does not fit the audience.
    """
    now = installation.now()
    with act(
        installation, actor, "publication.propose", "publication", study_id=proposal.study_id
    ) as done:
        check(actor, Act.PROPOSE_PUBLICATION)
        check_grant(actor, Role.LEAD, proposal.study_id, now)
        words = check_words(proposal.title, proposal.note, proposal.purpose)
        check_receiver(proposal.audience, proposal.recipient_id)
        snapshot = metrics.latest(done.connection, proposal.study_id)
        shown = () if snapshot is None else metrics.cells(done.connection, snapshot.id)
        if snapshot is None or not any(
            cell.breakdown == proposal.breakdown and cell.people is not None for cell in shown
        ):
            raise Refused(
                "No count of that chart is shown, so there is nothing to publish.",
                rule="publication.shown",
                remedy="Propose a chart of the newest snapshot on which counts are shown.",
            )
        if proposal.breakdown not in PUBLISHABLE:
            raise Refused(
                "That chart cannot be counted for readers outside yet.",
                rule="publication.breakdown",
                remedy="Propose one of the charts that the form offers.",
            )
        if proposal.recipient_id is not None and proposal.agreement_id is not None:
            recipient, agreement = recipient_rows.parties(
                done.connection, proposal.recipient_id, proposal.agreement_id
            )
            check_receives(recipient, agreement, now)
            if not fits(proposal.audience.use, recipient.kind):
                raise AssertionError("Every kind of recipient may receive an aggregate.")
        publication_id, number = publications.propose(
            done.connection,
            study_id=proposal.study_id,
            snapshot_id=snapshot.id,
            week=snapshot.week,
            breakdown=proposal.breakdown,
            audience=proposal.audience,
            recipient_id=proposal.recipient_id,
            agreement_id=proposal.agreement_id,
            title=words.title,
            note=words.note,
            purpose=words.purpose,
            by=actor.staff_id,
            now=now,
        )
        jobs.add(
            done.connection,
            kind=PREPARE,
            study_id=proposal.study_id,
            payload={"publication": str(publication_id)},
            by=actor.staff_id,
            now=now,
        )
        done.object_id = str(publication_id)
        done.purpose = words.purpose
        done.detail.update(
            number=number,
            breakdown=proposal.breakdown,
            week=snapshot.week.isoformat(),
            audience=proposal.audience.value,
            recipient=None if proposal.recipient_id is None else str(proposal.recipient_id),
            policy=policy_documents.digest_in_force(done.connection),
        )
    return publication_id, number
