"""Recipients and agreements: recorded by administrators, never altered behind a request."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from data_access import recipients as rows
from domain.errors import BadInput, Refused
from domain.permissions import Act, Actor, check
from domain.policy.uses import RecipientKind
from domain.shares.agreements import Agreement, DataUse, Recipient
from services.acts import act, reading
from services.installation import Installation

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SHORTEST_WORDING = 50
_SHORTEST_REASON = 10
#: Who can be handed something at all: R46 denies any other third party.
KINDS = (RecipientKind.RESEARCHER, RecipientKind.JOURNALIST)


@dataclass(frozen=True, slots=True)
class RecipientFile:
    """A recipient with their agreements, the newest first."""

    recipient: Recipient
    agreements: tuple[Agreement, ...]


def every(installation: Installation, actor: Actor) -> list[RecipientFile]:
    """All recipients by name; a refusal is audited."""
    with reading(installation, actor, Act.SEE_SHARES, "recipient.list", "recipient") as connection:
        held = rows.every(connection)
        agreed: dict[UUID, list[Agreement]] = {}
        for agreement in rows.agreements(connection):
            agreed.setdefault(agreement.recipient_id, []).append(agreement)
    return [RecipientFile(each, tuple(agreed.get(each.id, ()))) for each in held]


def wording(installation: Installation, actor: Actor, agreement_id: UUID) -> str:
    """The text of an agreement; a refusal is audited."""
    with reading(installation, actor, Act.SEE_SHARES, "agreement.read", "agreement") as connection:
        return rows.wording(connection, agreement_id)


def record(
    installation: Installation,
    actor: Actor,
    *,
    kind: RecipientKind,
    name: str,
    organisation: str,
    email: str,
) -> UUID:
    """Record somebody who may be handed something.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    BadInput
        When a name is missing, the address is none, or they are recorded already.
    """
    with act(installation, actor, "recipient.add", "recipient") as done:
        check(actor, Act.MANAGE_RECIPIENTS)
        name, organisation, email = name.strip(), organisation.strip(), email.strip().lower()
        if not name or not organisation:
            raise BadInput("Name the person and the organisation.")
        if _ADDRESS.fullmatch(email) is None:
            raise BadInput("That is no e-mail address. Write it as name@organisation.org.")
        if kind not in KINDS:
            raise Refused(
                "Only researchers and journalists can be handed responses.",
                rule="R46",
                remedy="Offer aggregate tables instead, or record them as what they are.",
            )
        if rows.is_known(done.connection, email, kind):
            raise BadInput("There is a recipient of that kind under this address already.")
        try:
            recipient_id = rows.add(
                done.connection,
                kind=kind,
                name=name,
                organisation=organisation,
                email=email,
                by=actor.staff_id,
                now=installation.now(),
            )
        except IntegrityError:
            raise BadInput(
                "Somebody recorded a recipient of that kind under this address just now. "
                "Reload the page."
            ) from None
        done.object_id = str(recipient_id)
        done.detail.update(kind=kind.value)
    return recipient_id


def block(installation: Installation, actor: Actor, recipient_id: UUID, reason: str | None) -> None:
    """Block a recipient for a reason, or lift the block with None.

    Requests that wait for a blocked recipient become stale at once.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    BadInput
        When the reason says too little, or there is no such recipient.
    """
    action = "recipient.unblock" if reason is None else "recipient.block"
    with act(installation, actor, action, "recipient", object_id=str(recipient_id)) as done:
        check(actor, Act.MANAGE_RECIPIENTS)
        if reason is not None and len(reason.strip()) < _SHORTEST_REASON:
            raise BadInput("Say in a few words why the recipient is blocked.")
        if rows.find(done.connection, recipient_id) is None:
            raise BadInput("There is no such recipient. Reload the page.")
        said = None if reason is None else reason.strip()
        rows.block(done.connection, recipient_id, said, installation.now())
        done.purpose = said


def record_agreement(
    installation: Installation,
    actor: Actor,
    recipient_id: UUID,
    *,
    title: str,
    wording: str,
    data_uses: Sequence[DataUse],
    signed_at: datetime,
    expires_at: datetime,
) -> UUID:
    """Record the next version of an agreement with a recipient, word for word.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    BadInput
        When the text is missing, the dates make no window, or there is no such recipient.
    """
    with act(installation, actor, "agreement.add", "agreement") as done:
        check(actor, Act.MANAGE_RECIPIENTS)
        if not title.strip() or len(wording.strip()) < _SHORTEST_WORDING:
            raise BadInput("Give the agreement a title, and its whole text: it is what they sign.")
        if signed_at > installation.now():
            raise BadInput("An agreement is recorded once it is signed: choose a past day.")
        if expires_at <= signed_at:
            raise BadInput("An agreement ends after it was signed.")
        # Held, so that two versions recorded at once have two numbers.
        if not rows.hold(done.connection, recipient_id):
            raise BadInput("There is no such recipient. Reload the page.")
        digest = hashlib.sha256(wording.strip().encode()).digest()
        agreement_id, version = rows.add_agreement(
            done.connection,
            recipient_id=recipient_id,
            title=title.strip(),
            wording=wording.strip(),
            wording_digest=digest,
            data_uses=data_uses,
            signed_at=signed_at,
            expires_at=expires_at,
            by=actor.staff_id,
            now=installation.now(),
        )
        done.object_id = str(agreement_id)
        done.detail.update(
            recipient=str(recipient_id),
            version=version,
            text=digest.hex(),
            expires_at=expires_at.isoformat(),
        )
    return agreement_id


def end_agreement(
    installation: Installation, actor: Actor, agreement_id: UUID, reason: str
) -> None:
    """End an agreement before its time; requests under it become stale at once.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    BadInput
        When the reason says too little, or it is ended already.
    """
    with act(
        installation, actor, "agreement.end", "agreement", object_id=str(agreement_id)
    ) as done:
        check(actor, Act.MANAGE_RECIPIENTS)
        if len(reason.strip()) < _SHORTEST_REASON:
            raise BadInput("Say in a few words why the agreement ends.")
        done.purpose = reason.strip()
        if not rows.end_agreement(
            done.connection, agreement_id, reason.strip(), actor.staff_id, installation.now()
        ):
            raise BadInput("That agreement is ended already. Reload the page.")
