"""Handing one letter to an SMTP server, and saying for certain whether it went."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum

from domain.errors import ClearanceError
from settings import Settings

_TIMEOUT_SECONDS = 20.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Handed(Enum):
    """What became of a letter.

    ``LATER`` certainly did not go and may be tried again; ``NEVER`` did not and never will;
    ``UNSURE`` may have gone, because the server fell silent after it had the whole text.
    """

    SENT = "sent"
    LATER = "later"
    NEVER = "never"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Result:
    """How handing it over ended; ``problem`` holds a code or a kind of error, no address."""

    handed: Handed
    problem: str | None = None


def check_settings(settings: Settings) -> None:
    """Refuse mail settings that would fail or give something away.

    Raises
    ------
    ClearanceError
        When there is a server and no sender, half of a sign-in, or words and passwords would
        cross a network in the clear.
    """
    if settings.smtp_host is None:
        return
    if not settings.smtp_sender or "@" not in settings.smtp_sender:
        raise ClearanceError("Set CLEARANCE_SMTP_SENDER to the address letters come from.")
    if (settings.smtp_user is None) != (settings.smtp_password is None):
        raise ClearanceError(
            "Set both CLEARANCE_SMTP_USER and CLEARANCE_SMTP_PASSWORD, or neither."
        )
    if settings.smtp_security != "none":
        return
    if settings.smtp_user is not None:
        raise ClearanceError(
            "CLEARANCE_SMTP_SECURITY=none would send the mail server's password in the clear. "
            "Use starttls or tls."
        )
    if settings.environment == "production" and settings.smtp_host not in _LOOPBACK:
        raise ClearanceError(
            "Production sends no mail in the clear over a network. Set CLEARANCE_SMTP_SECURITY to "
            "starttls or tls, or name a relay on this machine."
        )


def hand_over(settings: Settings, message: EmailMessage) -> Result:
    """Offer one letter to one person to the server that the settings name.

    Never raises for what a server or a network does; certificates are checked, and a server that
    does not offer the TLS asked for gets neither password nor letter.
    """
    phase = Handed.LATER
    try:
        with _connected(settings) as server:
            _accepted(server.mail(settings.smtp_sender or ""), (250,))
            _accepted(server.rcpt(str(message["To"])), (250, 251))
            _accepted(server.docmd("data"), (354,))
            # From here on the server may keep the letter whatever we hear of it.
            phase = Handed.UNSURE
            server.send(_wire(message))
            code, _ = server.getreply()
            phase = Handed.LATER
            _accepted((code, b""), (250,))
            phase = Handed.SENT
    except _RefusedByServer as refused:
        for_good = 500 <= refused.code < 600
        return Result(Handed.NEVER if for_good else Handed.LATER, f"reply {refused.code}")
    except smtplib.SMTPAuthenticationError as error:
        # Our own settings are wrong, not the letter: it waits until they are mended.
        return Result(Handed.LATER, f"sign-in refused, reply {error.smtp_code}")
    except (smtplib.SMTPException, OSError) as error:
        if phase is Handed.SENT:
            return Result(Handed.SENT)
        return Result(phase, type(error).__name__)
    return Result(phase)


class _RefusedByServer(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def _accepted(reply: tuple[int, bytes], wanted: tuple[int, ...]) -> None:
    if reply[0] not in wanted:
        raise _RefusedByServer(reply[0])


def _connected(settings: Settings) -> smtplib.SMTP:
    host, port = settings.smtp_host or "", settings.smtp_port
    context = ssl.create_default_context(
        cafile=None if settings.smtp_ca_file is None else str(settings.smtp_ca_file)
    )
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, port, timeout=_TIMEOUT_SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(host, port, timeout=_TIMEOUT_SECONDS)
    try:
        server.ehlo_or_helo_if_needed()
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user is not None and settings.smtp_password is not None:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.ehlo_or_helo_if_needed()
    except BaseException:
        server.close()
        raise
    return server


def _wire(message: EmailMessage) -> bytes:
    """The letter as it crosses the wire: line ends, dots doubled, the closing dot."""
    lines = message.as_bytes().replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + (
        b"\r\n.\r\n"
    )
