"""Rules of signing in: whose claims are accepted, and how long a sign-in lasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.errors import Refused


class Ended(StrEnum):
    """Why a sign-in is over."""

    NOT_SIGNED_IN = "not-signed-in"
    SIGNED_OUT = "signed-out"
    TOO_OLD = "too-old"
    IDLE = "idle"
    SWITCHED_OFF = "switched-off"
    BY_ADMINISTRATOR = "by-administrator"


@dataclass(frozen=True, slots=True)
class Claims:
    """What an OpenID provider said of a person, after our checks."""

    issuer: str
    subject: str
    email: str
    authenticated_at: datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a sign-in lasts: in all, and without a click."""

    max_age: timedelta
    idle: timedelta


def read_claims(token: Mapping[str, Any], *, issuer: str, client_id: str, now: datetime) -> Claims:
    """Check an ID token's claims beyond what the sign-in library checks.

    The library has verified the signature, issuer and nonce. It accepts a token made for
    another client as long as ``azp`` is ours, and one up to two minutes past its expiry;
    neither is accepted here.

    Raises
    ------
    Refused
        When the token is for another client, expired, from another issuer, names nobody,
        or its e-mail is missing or unverified.
    """
    audience = token.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if audiences != [client_id] or token.get("azp", client_id) != client_id:
        raise _refused("sign-in.audience", "The sign-in was made for another application.")
    if token.get("iss") != issuer:
        raise _refused("sign-in.issuer", "The sign-in comes from another provider.")
    issued_at = _instant(token.get("iat"))
    expires_at = _instant(token.get("exp"))
    if issued_at is None or expires_at is None or now >= expires_at:
        raise _refused("sign-in.expired", "The provider's sign-in has expired.")
    subject, email = token.get("sub"), token.get("email")
    if not isinstance(subject, str) or not subject.strip():
        raise _refused("sign-in.subject", "The provider did not say who you are.")
    if not isinstance(email, str) or "@" not in email or token.get("email_verified") is not True:
        raise _refused(
            "sign-in.email", "The provider did not send an e-mail address it has verified."
        )
    return Claims(
        issuer=issuer,
        subject=subject,
        email=email.strip().lower(),
        authenticated_at=min(_instant(token.get("auth_time")) or issued_at, now),
    )


def ended(
    *, authenticated_at: datetime, last_active_at: datetime, limits: Limits, now: datetime
) -> Ended | None:
    """Why a sign-in is over by the clock, or None while it lasts."""
    if now - authenticated_at >= limits.max_age:
        return Ended.TOO_OLD
    if now - last_active_at >= limits.idle:
        return Ended.IDLE
    return None


def _instant(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _refused(rule: str, message: str) -> Refused:
    return Refused(message, rule=rule, remedy="Sign in again, or ask an administrator for help.")
