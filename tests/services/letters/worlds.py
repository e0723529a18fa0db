"""What tests of letters share: people with accounts, two administrators, a real mail server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from data_access.studies import StudyRow
from domain.letters import LetterStep
from domain.permissions import Actor
from services import access, letters, sending_letters
from services.importing.load import ImportFiles, import_transcripts
from services.installation import Installation
from tests.live.mail_server import HOST
from tests.services.rights_worlds import as_owner
from tests.services.worlds import full

LETTER = {
    "subject": "What we learned about making things",
    "text": "We have published what we learned from the interviews about making things with AI.",
    "link": "https://research.example/findings/making-things",
}
#: Who took part: what each chose about being written to, in the order of their sessions.
PEOPLE: Mapping[str, str] = {"a": "granted", "b": "not_asked", "c": "declined", "d": "granted"}


@dataclass
class Post:
    """An installation that can send, its two administrators, and the mailer."""

    installation: Installation
    study: StudyRow
    ada: Actor
    ben: Actor

    @property
    def mailer(self) -> Actor:
        return access.service_actor(self.installation, sending_letters.SERVICE)

    def with_mail(self, port: int) -> Post:
        """The same with a mail server on this machine."""
        changed = {
            "smtp_host": HOST,
            "smtp_port": port,
            "smtp_security": "none",
            "smtp_sender": "research@research.example",
            "participant_contact": "answers@research.example",
        }
        settings = self.installation.settings.model_copy(update=changed)
        return replace(self, installation=replace(self.installation, settings=settings))

    def proposed(self, **changes: str) -> int:
        asked = {"study_slug": self.study.slug, **LETTER, **changes}
        return letters.propose(self.installation, self.ada, **asked)

    def confirmed(self, **changes: str) -> int:
        number = self.proposed(**changes)
        self.take(self.ben, number, LetterStep.CONFIRM)
        return number

    def take(self, actor: Actor, number: int, step: LetterStep) -> None:
        shown = next(
            each.row.digest
            for each in letters.every(self.installation, self.ada).open_
            if each.row.number == number
        )
        letters.take(self.installation, actor, number, step, shown=shown)

    def send(self) -> None:
        """What the worker does until nothing is to be sent now."""
        while sending_letters.work_one(self.installation, self.mailer):
            pass

    def deliveries(self) -> list[tuple[object, ...]]:
        """State and reason of each participant's letter, by their transcript."""
        return as_owner(
            self.installation,
            "SELECT k.transcript_id, d.state, d.why FROM letter_delivery d"
            " JOIN session s ON s.participant_id = d.participant_id"
            " JOIN session_source k ON k.session_id = s.id ORDER BY k.transcript_id, d.letter_id",
        )

    def states(self) -> list[tuple[object, ...]]:
        return as_owner(
            self.installation, "SELECT number, state FROM participant_letter ORDER BY number"
        )


def people_take_part(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    directory: Path,
    people: Mapping[str, str] = PEOPLE,
) -> None:
    """Import a session and an account for each, with what they chose about being written to."""
    rows = directory / f"{study.slug}-letters.jsonl"
    rows.write_text("".join(json.dumps(full(name)) + "\n" for name in people))
    accounts = directory / f"{study.slug}-accounts.csv"
    accounts.write_text(
        "transcript_id,full_name,email,account_id\n"
        + "".join(
            f"{name},Person {name.upper()} Quibble,{name}@people.example,account-{name}\n"
            for name in people
        )
    )
    choices = directory / f"{study.slug}-choices.csv"
    choices.write_text(
        "transcript_id,scope,choice,at\n"
        + "".join(
            f"{name},contact,{choice},2026-04-02T09:21:00Z\n"
            for name, choice in people.items()
            if choice != "not_asked"
        )
    )
    report = import_transcripts(
        installation, administrator, study, ImportFiles(rows, accounts=accounts, choices=choices)
    )
    assert report.kept, report.refusals
