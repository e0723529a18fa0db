"""Recalling what left: reason, notice, due date, attestation; who is overdue is blocked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from data_access import recipients, releases, shares
from data_access.releases import RecallRow
from domain.errors import BadInput, Refused
from domain.permissions import Act, Actor, check
from domain.shares.lifecycle import ShareStep, after
from domain.shares.recall import RecallReason, check_notice
from domain.vocabulary import Role
from services.acts import act, reading
from services.installation import Installation
from services.shares.visibility import visible

_SHORTEST_ATTESTATION = 5


def recall(
    installation: Installation,
    actor: Actor,
    share_id: UUID,
    *,
    reason: RecallReason,
    notice: str,
    due_at: datetime,
) -> None:
    """Call back what left; from now on nobody fetches its package.

    Raises
    ------
    Refused
        When the actor is neither an approver of the study nor an administrator, or nothing was
        released; audited.
    BadInput
        When the notice says too little or the due date makes no sense.
    """
    with act(installation, actor, "share.recall", "share", object_id=str(share_id)) as done:
        check(actor, Act.RECALL_SHARE)
        shares.hold(done.connection, share_id)
        row = visible(done.connection, actor, share_id)
        done.study_id = row.study_id
        now = installation.now()
        if not actor.holds(Role.ADMINISTRATOR) and row.study_id not in actor.studies(
            Role.APPROVER, now
        ):
            raise Refused(
                "You have no approver's grant for that study.",
                rule="R10",
                remedy="Ask an administrator to recall it, or for a grant.",
            )
        state = after(row.state, ShareStep.RECALL)
        said = check_notice(notice, due_at, now)
        releases.call_back(
            done.connection,
            share_id=share_id,
            reason=reason,
            notice=said,
            by=actor.staff_id,
            now=now,
            due_at=due_at,
        )
        shares.move(done.connection, share_id, state, now)
        done.purpose = said
        done.detail.update(number=row.number, reason=reason.value, due_at=due_at.isoformat())


def attest(installation: Installation, actor: Actor, share_id: UUID, reference: str) -> None:
    """Record that the recipient attested the destruction, by where the attestation is kept.

    Raises
    ------
    Refused
        When the actor may not recall; audited.
    BadInput
        When the reference says too little, or it was recorded before.
    """
    with act(installation, actor, "share.attest", "share", object_id=str(share_id)) as done:
        check(actor, Act.RECALL_SHARE)
        row = visible(done.connection, actor, share_id)
        done.study_id = row.study_id
        if len(reference.strip()) < _SHORTEST_ATTESTATION:
            raise BadInput("Name where the attestation is kept, such as a ticket's number.")
        if not releases.attest(
            done.connection, share_id, reference.strip(), actor.staff_id, installation.now()
        ):
            raise BadInput("Nothing waits for an attestation here. Reload the page.")
        done.detail.update(number=row.number, reference=reference.strip())


def waiting(installation: Installation, actor: Actor) -> list[RecallRow]:
    """Recalls that wait for an attestation, the first due first; a refusal is audited."""
    with reading(installation, actor, Act.RECALL_SHARE, "recall.list", "share") as connection:
        return releases.open_recalls(connection)


def block_overdue(installation: Installation, service: Actor) -> int:
    """Block every recipient who owes an attestation since its due date; how many were blocked."""
    blocked = 0
    with installation.database.transaction(service.staff_id) as connection:
        owing = releases.overdue(connection, installation.now())
    for each in {row.recipient_id: row for row in owing}.values():
        with act(
            installation,
            service,
            "recipient.block",
            "recipient",
            object_id=str(each.recipient_id),
        ) as done:
            held = recipients.find(done.connection, each.recipient_id)
            if held is None or held.blocked:
                done.changed_nothing = True
                continue
            why = (
                f"No attestation for the recall of share {each.share_number}, due "
                f"{each.due_at:%Y-%m-%d}."
            )
            recipients.block(done.connection, each.recipient_id, why, installation.now())
            done.purpose = why
            done.detail.update(share=each.share_number)
            blocked += 1
    return blocked
