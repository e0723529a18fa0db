"""Proposing: a lead takes a chart of a frozen snapshot, and says what for and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection

from data_access import (
    jobs,
    metrics,
    policy_documents,
    privacy,
    publication_receivers,
    publications,
)
from data_access import studies as study_rows
from data_access.metrics import SnapshotRow
from data_access.publication_receivers import ReceiverRow
from data_access.publications import PREPARE
from data_access.studies import StudyRow
from domain.errors import BadInput, Refused
from domain.metrics import EVERYBODY, Breakdown, breakdowns
from domain.permissions import Act, Actor, check, check_grant
from domain.publications.charts import (
    check_as_old_as_everybody,
    check_is_publishable,
    is_offered,
)
from domain.publications.contents import Audience, check_receiver, check_words
from domain.publications.privacy import (
    EPSILONS,
    Spending,
    check_budget,
    check_can_have_noise,
    left,
    said,
)
from domain.views import View
from domain.vocabulary import Role
from services.acts import act, reading
from services.installation import Installation


@dataclass(frozen=True, slots=True)
class Offered:
    """What a lead can propose of one study, and to whom."""

    study: StudyRow
    snapshot: SnapshotRow
    #: Who began before that day is counted.
    counted_before: date
    breakdowns: tuple[Breakdown, ...]
    receivers: tuple[ReceiverRow, ...]
    #: What publications with noise of the study have spent.
    spendings: tuple[Spending, ...]

    @property
    def left(self) -> Decimal:
        """What is left of the study's privacy budget."""
        return left(sum((each.epsilon for each in self.spendings), Decimal(0)))


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
    #: Of the noise in its counts; None for exact ones.
    epsilon: Decimal | None = None


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
        newest = metrics.newest(connection, study.id)
        if newest is None:
            return None
        receivers = publication_receivers.receivers(connection, installation.now())
        spent = privacy.spendings(connection, study.id)
    snapshot, views = newest
    everybody = _everybody(views)
    named = {view.name: view for view in views}
    return Offered(
        study,
        snapshot,
        everybody.counted_on,
        tuple(
            each
            for each in breakdowns(everybody.counted_on, study.opens_on, study.closes_on)
            if each.name in named and is_offered(everybody, named[each.name])
        ),
        tuple(receivers),
        spent,
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
        newest = metrics.newest(done.connection, proposal.study_id)
        snapshot, views = newest or (None, [])
        view = next((each for each in views if each.name == proposal.breakdown), None)
        if snapshot is None or view is None or not view.told:
            raise Refused(
                "No count of that chart is shown, so there is nothing to publish.",
                rule="publication.shown",
                remedy="Propose a chart of the newest snapshot on which counts are shown.",
            )
        week = _everybody(views).counted_on
        check_is_publishable(view)
        check_as_old_as_everybody(view, week)
        if proposal.epsilon is not None:
            _check_noise(done.connection, proposal, view, proposal.epsilon)
        if proposal.audience is Audience.THIRD_PARTY:
            _check_offered(done.connection, proposal, now)
        publication_id, number = publications.propose(
            done.connection,
            study_id=proposal.study_id,
            snapshot_id=snapshot.id,
            week=week,
            breakdown=proposal.breakdown,
            epsilon=proposal.epsilon,
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
            epsilon=None if proposal.epsilon is None else said(proposal.epsilon),
            week=week.isoformat(),
            audience=proposal.audience.value,
            recipient=None if proposal.recipient_id is None else str(proposal.recipient_id),
            policy=policy_documents.digest_in_force(done.connection),
        )
    return publication_id, number


def _everybody(views: Sequence[View]) -> View:
    return next(view for view in views if view.name == EVERYBODY)


def _check_noise(connection: Connection, proposal: Proposal, chart: View, epsilon: Decimal) -> None:
    """See that the chart can have that noise, and that the study's budget has so much left.

    It is checked again, and spent, when the counts are frozen.
    """
    if epsilon not in EPSILONS:
        raise BadInput("Choose one of the epsilons that the form offers.")
    day = chart.counted_on
    check_can_have_noise(next(e for e in breakdowns(day, day, day) if e.name == chart.name))
    spent = privacy.spendings(connection, proposal.study_id)
    check_budget(sum((each.epsilon for each in spent), Decimal(0)), epsilon)


def _check_offered(connection: Connection, proposal: Proposal, now: datetime) -> None:
    """See that the named recipient may receive something under the named agreement now."""
    offered = {
        (each.recipient_id, each.agreement_id)
        for each in publication_receivers.receivers(connection, now)
    }
    if (proposal.recipient_id, proposal.agreement_id) not in offered:
        raise Refused(
            "That recipient may receive nothing now: blocked, or without an agreement in force.",
            rule="publication.receiver",
            remedy="Choose one of those that the form offers, or ask an administrator.",
        )
