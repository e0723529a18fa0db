"""A study of which leads saw a snapshot, with people who may be counted outside, and approvers."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.policy.uses import RecipientKind
from domain.publications.contents import Audience
from domain.publications.lifecycle import PublicationState
from domain.publications.votes import Ballot
from domain.vocabulary import Role
from services import access, metrics_snapshots
from services.installation import Installation
from services.publications import proposing, reading, releasing, voting, working
from services.publications.proposing import Proposal
from services.publications.reading import PublicationView
from services.shares import recipients
from tests.conftest import Hire
from tests.services.metrics.worlds import come, interviews
from tests.services.shares.worlds import WORDING, bound, record_retention

TITLE = "On which plans people were"
PURPOSE = "For our public report on making things"


@dataclass
class World:
    """Everybody whom a publication needs: Leo proposes, Amina and Bela decide."""

    installation: Installation
    study: StudyRow
    administrator: Actor
    leo: Actor
    amina: Actor
    bela: Actor
    recipient: UUID
    agreement: UUID
    hire: Hire

    @property
    def service(self) -> Actor:
        """The service that counts, freezes and publishes."""
        return access.service_actor(self.installation, metrics_snapshots.SERVICE)

    def proposal(self, breakdown: str = "plan", **changes: Any) -> Proposal:
        """A proposal of Leo's; with ``audience`` a third party's too."""
        third = changes.get("audience") is Audience.THIRD_PARTY
        return Proposal(
            **{
                "study_id": self.study.id,
                "breakdown": breakdown,
                "audience": Audience.PUBLIC,
                "title": TITLE,
                "note": "",
                "purpose": PURPOSE,
                "recipient_id": self.recipient if third else None,
                "agreement_id": self.agreement if third else None,
            }
            | changes
        )

    def proposed(self, breakdown: str = "plan", **changes: Any) -> UUID:
        """A proposal that was prepared."""
        publication_id, _ = proposing.propose(
            self.installation, self.leo, self.proposal(breakdown, **changes)
        )
        assert working.work_one(self.installation, self.service, "worker")
        return publication_id

    def approved(self, breakdown: str = "plan", **changes: Any) -> UUID:
        """One that both approvers approved."""
        publication_id = self.proposed(breakdown, **changes)
        for approver in (self.amina, self.bela):
            voting.vote(self.installation, approver, publication_id, Ballot.APPROVE)
        return publication_id

    def published(self, breakdown: str = "plan", **changes: Any) -> UUID:
        """One that left."""
        publication_id = self.approved(breakdown, **changes)
        self.publish(publication_id)
        return publication_id

    def publish(self, publication_id: UUID) -> None:
        """Ask for it and let the worker do it."""
        releasing.ask(self.installation, self.leo, publication_id)
        assert working.work_one(self.installation, self.service, "worker")

    def vote(self, approver: Actor, publication_id: UUID) -> None:
        """A vote to approve."""
        voting.vote(self.installation, approver, publication_id, Ballot.APPROVE)

    def take_back(self, publication_id: UUID) -> None:
        """Leo takes it back."""
        releasing.take_back(self.installation, self.leo, publication_id)

    def view(self, publication_id: UUID, actor: Actor | None = None) -> PublicationView:
        """As somebody sees it; Leo, when nobody is named."""
        return reading.view(self.installation, actor or self.leo, publication_id, record=False)

    def state(self, publication_id: UUID) -> PublicationState:
        return self.view(publication_id).row.state

    def counts(self, publication_id: UUID) -> dict[str, int | None]:
        """Its cells by category."""
        return {cell.category: cell.people for cell in self.view(publication_id).cells}

    def package(self, publication_id: UUID, actor: Actor | None = None) -> dict[str, bytes]:
        """The files of its package."""
        taken = reading.take_package(self.installation, actor or self.leo, publication_id)
        with zipfile.ZipFile(io.BytesIO(taken.package)) as package:
            return {name: package.read(name) for name in package.namelist()}


def audited(world: World, action: str) -> list[tuple[str, dict[str, object]]]:
    """What the trail says of an action: its outcomes, with their details."""
    auditor = world.hire("Uma", Role.AUDITOR)
    with world.installation.database.transaction(auditor.staff_id) as connection:
        rows = connection.execute(
            text("SELECT outcome, detail FROM audit_event WHERE action = :action ORDER BY seq"),
            {"action": action},
        ).all()
    return [(row.outcome, json.loads(row.detail)) for row in rows]


def make_world(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    directory: Path,
    *,
    flagged: int = 0,
    more: Sequence[dict[str, object]] = (),
) -> World:
    """Eighty people on two plans, and on each as many as are said whose flag was upheld."""
    record_retention(installation, administrator, hire)
    flags = [*interviews(500, flagged), *interviews(600, flagged, "free")]
    upheld = [row | {"flag": "upheld"} for row in flags]
    rows = [*interviews(0, 50), *interviews(100, 30, "free"), *upheld, *more]
    come(installation, administrator, study, directory, *rows)
    recipient = recipients.record(
        installation,
        administrator,
        kind=RecipientKind.JOURNALIST,
        name="Nadia Rahal",
        organisation="The Evening Post",
        email="nadia@post.example",
    )
    agreement = recipients.record_agreement(
        installation,
        administrator,
        recipient,
        title="Data use agreement",
        wording=WORDING,
        data_uses=(),
        signed_at=installation.now() - timedelta(days=1),
        expires_at=installation.now() + timedelta(days=365),
    )
    world = World(
        installation,
        study,
        administrator,
        bound(installation, hire("Leo", Role.LEAD, study=study)),
        bound(installation, hire("Amina", Role.APPROVER, study=study)),
        bound(installation, hire("Bela", Role.APPROVER, study=study)),
        recipient,
        agreement,
        hire,
    )
    assert metrics_snapshots.take_due(installation, world.service) == 1
    return world
