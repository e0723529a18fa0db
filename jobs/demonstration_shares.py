"""What the demonstration's shares need: a retention rule, and somebody to share with, once."""

from __future__ import annotations

from datetime import timedelta

from domain.permissions import Actor
from domain.policy.uses import RecipientKind
from domain.shares.agreements import DataUse
from domain.vocabulary import PolicyVersion
from services import policy_changes
from services.installation import Installation
from services.shares import recipients

_RETENTION_YEARS = 5
_AGREED_FOR = timedelta(days=365)
_RECIPIENTS = (
    (RecipientKind.RESEARCHER, "Ingrid Aasen", "Institute for the Study of Work"),
    (RecipientKind.JOURNALIST, "Tomás Ferreira", "The Harbour Courier"),
)
_WORDING = """\
Data use agreement of the demonstration

The recipient receives de-identified responses of the interview sessions named in each release.
They use them for the purpose stated there and for no other. They make no attempt to find out who
took part, link the responses to no other data about persons, and hand them on to nobody.
They destroy every copy when this agreement ends or the release is recalled, and attest it.
"""


def prepare_once(installation: Installation, administrator: Actor, second: Actor) -> None:
    """Record retention by two administrators, and two recipients with an agreement in force."""
    if not policy_changes.proposals(installation, administrator):
        proposal = policy_changes.propose_retention(
            installation,
            administrator,
            PolicyVersion.MARCH_2026,
            _RETENTION_YEARS,
            "demonstration",
            "The demonstration's organisation keeps sessions for five years",
        )
        policy_changes.settle(installation, second, proposal, accept=True)
    if recipients.every(installation, administrator):
        return
    now = installation.now()
    for kind, name, organisation in _RECIPIENTS:
        recipient = recipients.record(
            installation,
            administrator,
            kind=kind,
            name=name,
            organisation=organisation,
            email=f"{name.split()[0].lower().replace('á', 'a')}@recipient.example",
        )
        recipients.record_agreement(
            installation,
            administrator,
            recipient,
            title="Data use agreement",
            wording=_WORDING,
            data_uses=(DataUse.NAMED_PROJECT, DataUse.TIME_LIMIT),
            signed_at=now,
            expires_at=now + _AGREED_FOR,
        )
