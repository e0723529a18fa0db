"""Signing in and out, and asking at every message whether a sign-in still holds."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from data_access import staff, web_sessions
from data_access.web_sessions import WebSessionRow
from domain.errors import Refused
from domain.permissions import Actor
from domain.sign_in import Claims, Ended, Limits, ended
from services.acts import act, refuse
from services.installation import Installation

#: Activity is written at most this often, so that a click costs a read and rarely a write.
_TOUCH_EVERY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in that holds, and the person with their roles and grants as of now."""

    actor: Actor


def sign_in(installation: Installation, claims: Claims) -> str:
    """Start a session for a known member of staff; the token for their browser's cookie.

    A person is known by issuer and subject. Somebody who was invited is bound to theirs at
    the first sign-in, by the verified e-mail address of the invitation. Signing in never
    creates anybody.

    Raises
    ------
    Refused
        When the person was never invited, is switched off, or the invitation's address is
        bound to somebody else at the provider. The refusal is audited.
    """
    now = installation.now()
    try:
        with installation.database.transaction(None) as connection:
            staff_id = staff.find_by_subject(connection, claims.issuer, claims.subject)
            binding = staff_id is None
            if staff_id is None:
                staff_id = staff.find_by_email(connection, claims.email)
            if staff_id is None:
                raise _refused("sign-in.unknown", "You have not been invited to Clearance.")
            if not staff.is_active(connection, staff_id):
                raise _refused("sign-in.switched-off", "Your access is switched off.")
            if binding and not staff.bind(connection, staff_id, claims.issuer, claims.subject, now):
                raise _refused(
                    "sign-in.other-person",
                    "That e-mail address belongs to somebody else's sign-in.",
                )
    except Refused as refused:
        refuse(
            installation,
            None,
            "sign-in",
            "staff",
            refused,
            detail={"issuer": claims.issuer, "subject": claims.subject},
        )
        raise
    token = secrets.token_urlsafe(32)
    with installation.database.transaction(staff_id) as connection:
        actor = staff.load_actor(connection, staff_id)
    with act(installation, actor, "sign-in", "staff", object_id=str(staff_id)) as done:
        web_sessions.create(done.connection, _digest(token), staff_id, claims.authenticated_at, now)
        done.detail["first"] = binding
    return token


def resume(installation: Installation, token: str | None, *, active: bool) -> SignedIn | Ended:
    """Whether a token's sign-in still holds, with the person's roles read afresh.

    Parameters
    ----------
    token
        What the browser's cookie holds, or None.
    active
        Whether this is somebody's doing (a click) rather than an automatic rerun; only
        that moves the idle limit.
    """
    if not token:
        return Ended.NOT_SIGNED_IN
    now = installation.now()
    with installation.database.lookup() as connection:
        found = web_sessions.standing(connection, _digest(token))
    if found is None:
        return Ended.NOT_SIGNED_IN
    row, actor = found
    over = _over(installation, row)
    if over is None:
        if active and now - row.last_active_at >= _TOUCH_EVERY:
            with installation.database.transaction(None) as connection:
                web_sessions.touch(connection, row.id, now)
        return SignedIn(actor)
    _end(installation, row, over)
    return over


def ended_among(installation: Installation, tokens: Collection[str]) -> dict[str, Ended]:
    """Which of these sign-ins are over, and why; those that last are left out.

    One query however many are asked about, so that every open screen can be looked after
    every few seconds. A sign-in that ended by the clock is ended for good here.
    """
    digests = {_digest(token): token for token in tokens}
    with installation.database.transaction(None) as connection:
        rows = web_sessions.find_all(connection, list(digests))
    over: dict[str, Ended] = {}
    for digest, token in digests.items():
        row = rows.get(digest)
        why = Ended.NOT_SIGNED_IN if row is None else _over(installation, row)
        if why is None:
            continue
        if row is not None:
            _end(installation, row, why)
        over[token] = why
    return over


def sign_out(installation: Installation, token: str | None) -> None:
    """End a sign-in at the server, in every tab; nothing happens when it was over already."""
    if not token:
        return
    with installation.database.transaction(None) as connection:
        row = web_sessions.find(connection, _digest(token))
    if row is not None:
        _end(installation, row, Ended.SIGNED_OUT)


def _over(installation: Installation, row: WebSessionRow) -> Ended | None:
    if row.ended_at is not None:
        return Ended(row.end_reason or Ended.SIGNED_OUT)
    if not row.staff_active:
        return Ended.SWITCHED_OFF
    limits = Limits(installation.settings.session_max_age, installation.settings.session_idle_limit)
    return ended(
        authenticated_at=row.authenticated_at,
        last_active_at=row.last_active_at,
        limits=limits,
        now=installation.now(),
    )


def _end(installation: Installation, row: WebSessionRow, reason: Ended) -> None:
    """End a sign-in and record it, once: of two tabs that notice together, one writes."""
    if row.ended_at is not None:
        return
    with installation.database.transaction(row.staff_id) as connection:
        actor = staff.load_actor(connection, row.staff_id)
    with act(installation, actor, "sign-out", "staff", object_id=str(row.staff_id)) as done:
        ended_now = web_sessions.end(done.connection, row.id, reason.value, installation.now())
        done.changed_nothing = not ended_now
        done.detail["reason"] = reason.value


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _refused(rule: str, message: str) -> Refused:
    return Refused(message, rule=rule, remedy="Ask an administrator of Clearance for help.")
