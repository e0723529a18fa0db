"""Where the app is reached, and what that demands before it may start."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from domain.errors import ClearanceError
from settings import Settings


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme and host under which people reach the app."""

    scheme: str
    netloc: str

    @property
    def secure(self) -> bool:
        """Whether it is https."""
        return self.scheme == "https"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}"


def public_origin(settings: Settings) -> Origin:
    """The one origin of an installation: its public address, else host and port."""
    if settings.public_url is None:
        return Origin("http", f"{settings.host}:{settings.port}")
    parts = urlsplit(settings.public_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
        raise ClearanceError(
            "CLEARANCE_PUBLIC_URL must be a scheme and a host, for example "
            "https://clearance.example.org."
        )
    return Origin(parts.scheme, parts.netloc)


def check_start(settings: Settings) -> None:
    """Refuse to start in a way that would break a promise.

    Raises
    ------
    ClearanceError
        When no provider is named, a provider or address over plain http is used beyond this
        machine, or production lacks https.
    """
    if settings.oidc_issuer is None:
        raise ClearanceError(
            "No OpenID provider is configured. Set CLEARANCE_OIDC_ISSUER, or start the "
            "development installation with: make run."
        )
    origin = public_origin(settings)
    issuer = urlsplit(settings.oidc_issuer)
    development_provider = issuer.scheme != "https"
    if development_provider and not is_loopback(issuer.hostname or ""):
        raise ClearanceError("An OpenID provider must be reached over https.")
    if development_provider and settings.environment == "production":
        raise ClearanceError(
            "Production refuses the development sign-in provider. "
            "Set CLEARANCE_OIDC_ISSUER to your organisation's provider."
        )
    if development_provider and not is_loopback(settings.host):
        raise ClearanceError(
            f"The development sign-in provider lets anyone be anyone, so the app listens on "
            f"this machine only while it is used; CLEARANCE_HOST is {settings.host}. "
            "Set CLEARANCE_OIDC_ISSUER to your organisation's provider."
        )
    if development_provider and not is_loopback(urlsplit(str(origin)).hostname or ""):
        raise ClearanceError(
            f"The development sign-in provider lets anyone be anyone, so no other machine may "
            f"reach the app while it is used; CLEARANCE_PUBLIC_URL is {settings.public_url}. "
            "Set CLEARANCE_OIDC_ISSUER to your organisation's provider."
        )
    if settings.environment != "production":
        return
    if settings.oidc_client_secret is None:
        raise ClearanceError("Production needs CLEARANCE_OIDC_CLIENT_SECRET.")
    if not origin.secure:
        raise ClearanceError("Production needs CLEARANCE_PUBLIC_URL with https.")


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine and nothing else."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
