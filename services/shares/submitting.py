"""Submitting: what is asked for is assembled, frozen, and given the digest that is voted on."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Connection

from data_access import jobs, recipients, releases, share_contents, shares
from data_access.shares import ShareRow
from domain.errors import BadInput, ChangedMeanwhile
from domain.permissions import Actor
from domain.shares.agreements import check_receives
from domain.shares.contents import RecipientTerms, content_digest
from domain.shares.lifecycle import ShareStep, after
from services import access
from services.acts import act
from services.installation import Installation
from services.shares.assembling import SERVICE, AssembledSession, How, assemble
from services.shares.composing import own_request

_KEY_BYTES = 32
#: Requests of more sessions than this are checked behind the page: the leak check of each takes
#: some hundredths of a second of the process that everybody's clicks are served by.
AT_ONCE = 20


def ask(installation: Installation, actor: Actor, share_id: UUID) -> None:
    """Submit a request: at once when it is short, else behind the page, with progress.

    Asking twice asks once. Raises as :func:`submit`, for what can be told at once.
    """
    with act(installation, actor, "share.submit.ask", "share", object_id=str(share_id)) as done:
        shares.hold(done.connection, share_id)
        row = own_request(installation, actor, done.connection, share_id)
        done.study_id = row.study_id
        after(row.state, ShareStep.SUBMIT)
        running = releases.open_job(done.connection, share_id)
        is_long = row.sessions > AT_ONCE
        done.changed_nothing = not is_long or (running is not None and running.is_open)
        done.detail.update(number=row.number, sessions=row.sessions)
        if not done.changed_nothing:
            jobs.add(
                done.connection,
                kind=releases.SUBMIT,
                study_id=row.study_id,
                payload={"share": str(share_id), "round": row.round},
                by=actor.staff_id,
                now=installation.now(),
            )
    if not is_long:
        submit(installation, actor, share_id)


def submit(
    installation: Installation,
    actor: Actor,
    share_id: UUID,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> bytes:
    """Put a request before two approvers; the digest of what they will vote on.

    Raises
    ------
    Refused
        When the request is another's or not open, a session may not be shared, is not confirmed
        or fails the leak check, or the recipient cannot receive; audited.
    BadInput
        When no session is in it.
    ChangedMeanwhile
        When a session changed while it was read; nothing was submitted.
    """
    service = access.service_actor(installation, SERVICE)
    key = secrets.token_bytes(_KEY_BYTES)
    with act(installation, actor, "share.submit", "share", object_id=str(share_id)) as done:
        row = own_request(installation, actor, done.connection, share_id)
        done.study_id = row.study_id
        done.purpose = row.purpose
        state = after(row.state, ShareStep.SUBMIT)
        terms = terms_of(done.connection, row)
        now = installation.now()
        check_receives(
            *recipients.parties(done.connection, row.recipient_id, row.agreement_id), now
        )
        how = How(terms.kind, row.fields, key, now, memory_acknowledged=True)
        made = assemble(installation, service, share_id, how, progress=progress)
        if not made:
            raise BadInput("No session is in the request yet. Add the ones you ask for.")
        shares.hold(done.connection, share_id)
        _check_same_request(row, own_request(installation, actor, done.connection, share_id))
        _check_unchanged(installation, service, share_id, made)
        digest = content_digest([each.frozen for each in made], terms, row.purpose, row.fields)
        shares.freeze(
            done.connection,
            share_id,
            [(each.pseudonym, each.frozen, each.seal) for each in made],
        )
        shares.move(
            done.connection,
            share_id,
            state,
            now,
            round=row.round + 1,
            content_digest=digest,
            pseudonym_key=key,
            submitted_at=now,
            decided_at=None,
            lapses_at=None,
        )
        done.detail.update(
            number=row.number,
            sessions=len(made),
            content=digest.hex(),
            rules=sorted({each.frozen.rule for each in made}),
            policies=sorted({each.frozen.policy_digest for each in made}),
            round=row.round + 1,
        )
    return digest


def terms_of(connection: Connection, row: ShareRow) -> RecipientTerms:
    """Who would receive a request's sessions, and under which agreement, as they stand now."""
    recipient, agreement = recipients.parties(connection, row.recipient_id, row.agreement_id)
    return RecipientTerms(
        recipient_id=recipient.id,
        kind=recipient.kind,
        name=recipient.name,
        organisation=recipient.organisation,
        email=recipient.email,
        agreement_id=agreement.id,
        agreement_version=agreement.version,
        agreement_digest=agreement.text_digest,
        agreement_expires_at=agreement.expires_at,
    )


def _check_same_request(before: ShareRow, held: ShareRow) -> None:
    """See that the request, held still now, says what it said when its sessions were assembled."""
    after(held.state, ShareStep.SUBMIT)
    if (before.round, before.agreement_id, before.purpose, before.fields) != (
        held.round,
        held.agreement_id,
        held.purpose,
        held.fields,
    ):
        raise ChangedMeanwhile(
            "The request was changed while its sessions were read, so nothing was submitted. "
            "Look at it and submit it again."
        )


def _check_unchanged(
    installation: Installation, service: Actor, share_id: UUID, made: list[AssembledSession]
) -> None:
    """See that the sessions, held still now, are as they were when they were assembled."""
    with installation.database.transaction(service.staff_id) as connection:
        held = share_contents.covered(connection, share_id)
    if held != sorted((each.covered for each in made), key=lambda each: each.id):
        raise ChangedMeanwhile(
            "A session of the request changed while it was read, so nothing was submitted. "
            "Look at the list and submit again."
        )
