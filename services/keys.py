"""Keys: from the configuration, or generated once under the data directory for development."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import SecretStr

from domain.errors import ClearanceError
from settings import Settings

#: Streamlit signs its cookie with this; 32 random bytes or the start is refused.
_COOKIE_SECRET_BYTES = 32


def identity_keys(settings: Settings) -> list[str]:
    """Fernet keys for account names and e-mails, newest first."""
    held = _configured_or_generated(
        settings,
        settings.identity_keys,
        "CLEARANCE_IDENTITY_KEYS",
        "identity.key",
        lambda: Fernet.generate_key().decode(),
    )
    return [key for key in held.split(",") if key.strip()]


def checkpoint_key(settings: Settings) -> Ed25519PrivateKey:
    """The key that signs audit checkpoints.

    Raises
    ------
    ClearanceError
        When what is configured is not an Ed25519 private key.
    """
    return _signing_key(
        settings, settings.checkpoint_key, "CLEARANCE_CHECKPOINT_KEY", "checkpoint.pem"
    )


def release_key(settings: Settings) -> Ed25519PrivateKey:
    """The key that signs the packages that leave; recipients verify with its public half.

    Raises
    ------
    ClearanceError
        When what is configured is not an Ed25519 private key.
    """
    return _signing_key(settings, settings.release_key, "CLEARANCE_RELEASE_KEY", "release.pem")


def _signing_key(
    settings: Settings, configured: SecretStr | None, variable: str, file_name: str
) -> Ed25519PrivateKey:
    held = _configured_or_generated(settings, configured, variable, file_name, new_signing_key)
    try:
        key = load_pem_private_key(held.encode(), password=None)
    except ValueError as error:
        raise ClearanceError(
            f"{variable} is not a private key in PEM form. Make one with: cli.py keys new."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ClearanceError(f"{variable} must be an Ed25519 key.")
    return key


def cookie_secret(settings: Settings) -> str:
    """What signs the sign-in cookie: at least 32 bytes.

    Raises
    ------
    ClearanceError
        When it is shorter.
    """
    held = _configured_or_generated(
        settings,
        settings.cookie_secret,
        "CLEARANCE_COOKIE_SECRET",
        "cookie.secret",
        lambda: secrets.token_hex(_COOKIE_SECRET_BYTES),
    )
    if len(held) < 2 * _COOKIE_SECRET_BYTES:
        raise ClearanceError(
            "CLEARANCE_COOKIE_SECRET is too short: use 32 random bytes in hex (64 characters). "
            "Make one with: cli.py keys new."
        )
    return held


def new_signing_key() -> str:
    """A fresh Ed25519 private key, in PEM form."""
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        .decode()
    )


def _configured_or_generated(
    settings: Settings,
    configured: SecretStr | None,
    variable: str,
    file_name: str,
    generate: Callable[[], str],
) -> str:
    if configured is not None:
        return configured.get_secret_value().strip()
    if settings.environment == "production":
        raise ClearanceError(
            f"Production needs {variable}; generated keys are for development. "
            "Make one with: cli.py keys new."
        )
    directory = settings.data_dir / "keys"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / file_name
    if not path.exists():
        _write_once(path, generate())
    return path.read_text().strip()


def _write_once(path: Path, content: str) -> None:
    """Write a secret whole or not at all; of two processes at once, the first one's stays."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
