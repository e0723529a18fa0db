"""A real SMTP server on this machine, which tests tell how to behave."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

HOST = "127.0.0.1"


@dataclass
class Post:
    """What arrived, and what the server answers: replies are used up one by one, then it agrees."""

    arrived: list[EmailMessage] = field(default_factory=list)
    replies_to_rcpt: list[str] = field(default_factory=list)
    replies_to_data: list[str] = field(default_factory=list)
    #: Cut the line once the whole text is here, without a word.
    cut_off: bool = False
    passwords: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.replies_to_rcpt:
            return self.replies_to_rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, _session: Any, envelope: Any
    ) -> str:
        if self.replies_to_data:
            return self.replies_to_data.pop(0)
        made = message_from_bytes(envelope.original_content, policy=policy.default)
        assert isinstance(made, EmailMessage)
        self.arrived.append(made)
        if self.cut_off:
            server.transport.abort()
        return "250 OK"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _how: str, data: Any
    ) -> Any:
        self.passwords.append((data.login, data.password))
        return AuthResult(success=data.password == b"right")


@contextmanager
def mail_server(post: Post, port: int = 0, **options: Any) -> Iterator[int]:
    """Serve until the block ends; the port."""
    controller = Controller(post, hostname=HOST, port=port or _free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop(no_assert=True)


def certificate(directory: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for this machine that nobody signed, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path, key_path = directory / "mail.pem", directory / "mail.key"
    path.write_bytes(made.public_bytes(Encoding.PEM))
    key_path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    return path, context


def _free_port() -> int:
    with socket.socket() as held:
        held.bind((HOST, 0))
        return int(held.getsockname()[1])
