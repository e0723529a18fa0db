"""What tests of shares share: a study with confirmed sessions, a recipient, approvers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from data_access import staff
from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.policy.uses import RecipientKind
from domain.session_filters import SessionFilter
from domain.shares.agreements import DataUse
from domain.shares.contents import ShareField
from domain.shares.lifecycle import ShareState
from domain.shares.votes import Ballot
from domain.vocabulary import PolicyVersion, Role
from services import access, confirming, policy_changes, reviewing, sessions
from services.installation import Installation
from services.shares import (
    composing,
    desk,
    fetching,
    recipients,
    releasing,
    requests,
    submitting,
    voting,
)
from services.shares.assembling import SERVICE
from services.shares.desk import Place
from tests.conftest import Hire
from tests.services.reviews import PURPOSE, SECRET, accept_all
from tests.services.worlds import full, read_by_the_machine, take_in

WORDING = "The recipient uses the responses for the named project alone and destroys them after."
SHARE_PURPOSE = "A study of how crafts people work with AI tools"
SCOPES = ("share_researchers", "share_journalists")


@dataclass
class World:
    """Everybody and everything that a share needs; ``sessions`` are confirmed, by number."""

    installation: Installation
    study: StudyRow
    administrator: Actor
    rosa: Actor
    ravi: Actor
    amina: Actor
    bela: Actor
    recipient: UUID
    agreement: UUID
    hire: Hire
    sessions: dict[str, UUID] = field(default_factory=dict)

    @property
    def service(self) -> Actor:
        """The release service."""
        return access.service_actor(self.installation, SERVICE)

    def draft(self, *names: str, fields: Sequence[ShareField] = tuple(ShareField)) -> UUID:
        """A draft of Ravi's, with those sessions in it."""
        share_id, _ = composing.begin(
            self.installation,
            self.ravi,
            study_id=self.study.id,
            recipient_id=self.recipient,
            agreement_id=self.agreement,
            purpose=SHARE_PURPOSE,
            fields=fields,
        )
        chosen = [self.sessions[name] for name in names or ("a", "b")]
        composing.add_sessions(self.installation, self.ravi, share_id, chosen)
        return share_id

    def submitted(self, *names: str) -> UUID:
        """A request of Ravi's that two approvers can vote on."""
        share_id = self.draft(*names)
        submitting.submit(self.installation, self.ravi, share_id)
        return share_id

    def approved(self, *names: str) -> UUID:
        """A request that Amina and Béla approved."""
        share_id = self.submitted(*names)
        for approver in (self.amina, self.bela):
            voting.vote(self.installation, approver, share_id, Ballot.APPROVE)
        return share_id

    def released(self, *names: str) -> UUID:
        """A request that left."""
        share_id = self.approved(*names)
        releasing.release(self.installation, self.service, share_id, self.ravi.staff_id)
        return share_id

    def state(self, share_id: UUID) -> ShareState:
        """Where a request stands now."""
        return self.view(share_id).row.state

    def places(self, share_id: UUID) -> tuple[Place, ...]:
        """The sessions of a request, in Amina's order."""
        held = desk.lot(self.installation, self.amina, share_id, 1)
        return () if held is None else held.page

    def view(self, share_id: UUID, actor: Actor | None = None) -> requests.ShareView:
        """A request as somebody sees it; as Ravi by default."""
        return requests.view(self.installation, actor or self.ravi, share_id, record=False)


def bound(installation: Installation, actor: Actor) -> Actor:
    """The same person, after a first sign-in at the provider."""
    with installation.database.transaction(None) as connection:
        assert staff.bind(
            connection,
            actor.staff_id,
            "https://id.example",
            actor.label.split()[0].lower(),
            installation.now(),
        )
    return actor


def record_retention(installation: Installation, administrator: Actor, hire: Hire) -> None:
    """Two administrators put a retention of five years in force, which R06 waits for."""
    proposal = policy_changes.propose_retention(
        installation,
        administrator,
        PolicyVersion.MARCH_2026,
        5,
        "2026-11-25",
        "The data protection officer fixed five years",
    )
    policy_changes.settle(installation, hire("Ben", Role.ADMINISTRATOR), proposal, accept=True)


def make_world(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    directory: Path,
) -> World:
    """Three sessions that may be shared, confirmed by Rosa; Ravi asks, Amina and Béla decide."""
    rows = [
        full(
            name,
            "Who helps you?",
            f"{SECRET} does, in workshop {name}.",
            participant_ref=f"account-{'ab' if name in 'ab' else name}",
        )
        for name in "abc"
    ]
    choices = "".join(
        f"{name},{scope},granted,2026-04-02T09:21:00Z\n" for name in "abc" for scope in SCOPES
    )
    take_in(installation, administrator, study, directory, *rows, choices=choices)
    read_by_the_machine(installation, [SECRET])
    rosa = bound(installation, hire("Rosa", Role.REVIEWER, study=study))
    recipient = recipients.record(
        installation,
        administrator,
        kind=RecipientKind.RESEARCHER,
        name="Odile Brandt",
        organisation="Institute of Crafts",
        email="odile@crafts.example",
    )
    agreement = recipients.record_agreement(
        installation,
        administrator,
        recipient,
        title="Data use agreement",
        wording=WORDING,
        data_uses=(DataUse.NAMED_PROJECT,),
        signed_at=installation.now() - timedelta(days=1),
        expires_at=installation.now() + timedelta(days=365),
    )
    world = World(
        installation,
        study,
        administrator,
        rosa,
        bound(installation, hire("Ravi", Role.REVIEWER, study=study)),
        bound(installation, hire("Amina", Role.APPROVER, study=study)),
        bound(installation, hire("Bela", Role.APPROVER, study=study)),
        recipient,
        agreement,
        hire,
    )
    listed = sessions.list_sessions(installation, rosa, SessionFilter()).rows
    for row in listed:
        confirm(installation, rosa, row.id)
        original = sessions.open_session(installation, rosa, row.id, record=False).turns[1].text
        world.sessions[original.rstrip(".")[-1]] = row.id
    return world


def confirm(installation: Installation, actor: Actor, session_id: UUID) -> None:
    """Accept everything that the machine found, and confirm."""
    desk = reviewing.open_desk(installation, actor, session_id, PURPOSE)
    made = accept_all(desk)
    version = reviewing.save(installation, actor, session_id, desk.version, made)
    assert confirming.confirm(installation, actor, session_id, version).set_digest


def package_of(world: World, share_id: UUID) -> dict[str, bytes]:
    token = fetching.offer(world.installation, world.ravi, share_id)
    taken = fetching.take(world.installation, world.ravi, token)
    with zipfile.ZipFile(io.BytesIO(taken.package)) as package:
        return {name: package.read(name) for name in package.namelist()}


def number_of(world: World, name: str) -> int:
    view = composing.candidates(world.installation, world.ravi, world.draft("c"), SessionFilter())
    return next(each.row.number for each in view.sessions if each.row.id == world.sessions[name])
