"""A study of one's own for a journey through shares, with sessions confirmed and ready to go."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.policy.uses import RecipientKind
from domain.session_filters import SessionFilter
from domain.vocabulary import PolicyVersion, ReviewState
from services import access, policy_changes, sessions, studies
from services.shares import composing, recipients, submitting
from tests.live.processes import Live
from tests.services.shares.worlds import SHARE_PURPOSE, WORDING, confirm
from tests.services.worlds import full, read_by_the_machine, take_in

NAME = "Ottoline Farthing"
_numbers = itertools.count(1)


class SharedStudy:
    """A study, its recipient and agreement, and who works on it."""

    def __init__(self, live: Live, directory: Path, said: list[str]) -> None:
        here = self.installation = live.installation
        number = next(_numbers)
        self.ada, self.ben, self.rosa, self.amina, self.bela = (
            access.actor_by_email(here, f"{name}@clearance.example")
            for name in ("ada", "ben", "rosa", "amina", "bela")
        )
        self.title = f"A study to share {number}"
        today = here.now().date()
        self.study: StudyRow = studies.add(
            here,
            self.ada,
            slug=f"a-study-to-share-{number}",
            title=self.title,
            opens_on=today - timedelta(days=400),
            closes_on=today,
        )
        names = [f"s{number}-{place}" for place in range(len(said))]
        take_in(
            here,
            self.ada,
            self.study,
            directory,
            *(full(name, "Who helps you?", words) for name, words in zip(names, said, strict=True)),
            choices="".join(
                f"{name},share_researchers,granted,2026-04-02T09:21:00Z\n" for name in names
            ),
        )
        read_by_the_machine(here, [NAME], self.study)
        for actor in (self.rosa, self.amina, self.bela):
            self._grant(actor)
        self.rosa, self.amina, self.bela = (
            access.actor_by_email(here, f"{name}@clearance.example")
            for name in ("rosa", "amina", "bela")
        )
        for row in self.rows():
            confirm(here, self.rosa, row)
        self._agree(number)

    def rows(self) -> list[UUID]:
        """The study's sessions."""
        wanted = SessionFilter(study=self.study.slug)
        return [row.id for row in sessions.list_sessions(self.installation, self.rosa, wanted).rows]

    def draft(self) -> UUID:
        """A draft of Rosa's with nothing in it."""
        share_id, _ = composing.begin(
            self.installation,
            self.rosa,
            study_id=self.study.id,
            recipient_id=self.recipient,
            agreement_id=self.agreement,
            purpose=SHARE_PURPOSE,
            fields=(),
        )
        return share_id

    def submitted(self) -> UUID:
        """A request of Rosa's for every session, up for votes."""
        share_id = self.draft()
        wanted = SessionFilter(review_states=(ReviewState.CONFIRMED,))
        shown = composing.candidates(self.installation, self.rosa, share_id, wanted)
        composing.add_all(self.installation, self.rosa, share_id, wanted, shown.seen)
        submitting.submit(self.installation, self.rosa, share_id)
        return share_id

    def end_grant(self, actor: Actor) -> None:
        """Take the actor's grants for this study away, as an administrator does."""
        for held in access.grants(self.installation, self.ada):
            if held.staff_id == actor.staff_id and held.study_id == self.study.id:
                access.revoke_grant(self.installation, self.ada, held.id)

    def _grant(self, actor: Actor) -> None:
        here = self.installation
        access.grant(
            here,
            self.ada,
            staff_id=actor.staff_id,
            study_id=self.study.id,
            role=next(each for each in actor.roles if each.value in ("reviewer", "approver")),
            purpose="Work on the shared study",
            starts_at=here.now() - timedelta(minutes=1),
            expires_at=here.now() + timedelta(days=1),
        )

    def _agree(self, number: int) -> None:
        here = self.installation
        if not policy_changes.proposals(here, self.ada):
            proposal = policy_changes.propose_retention(
                here,
                self.ada,
                PolicyVersion.MARCH_2026,
                5,
                "journey",
                "Recorded so that R06 holds nothing",
            )
            policy_changes.settle(here, self.ben, proposal, accept=True)
        self.recipient = recipients.record(
            here,
            self.ada,
            kind=RecipientKind.RESEARCHER,
            name="Odile Brandt",
            organisation=f"Institute of Crafts {number}",
            email=f"odile{number}@crafts.example",
        )
        self.agreement = recipients.record_agreement(
            here,
            self.ada,
            self.recipient,
            title="Data use agreement",
            wording=WORDING,
            data_uses=(),
            signed_at=here.now() - timedelta(days=1),
            expires_at=here.now() + timedelta(days=100),
        )
