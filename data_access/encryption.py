"""Encryption of account data at rest, and the keyed digest that finds a participant again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import ClearanceError


class IdentityCipher:
    """Encrypts names and e-mails with the newest key; decrypts with any of them.

    Parameters
    ----------
    keys
        Fernet keys (URL-safe base64 of 32 bytes), newest first. The oldest also keys the
        account digest, so keep it in the list for as long as participants are to be
        recognised again.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys])
            self._digest_key = HKDF(
                SHA256(), length=32, salt=None, info=b"clearance account digest"
            ).derive(keys[-1].strip().encode())
            self._seal_key = HKDF(
                SHA256(), length=32, salt=None, info=b"clearance leak check"
            ).derive(keys[-1].strip().encode())
        except (ValueError, IndexError) as error:
            raise ClearanceError(
                "CLEARANCE_IDENTITY_KEYS does not hold Fernet keys. Make one with: cli.py keys new."
            ) from error

    def encrypt(self, value: str) -> bytes:
        """Encrypt one value."""
        return self._fernet.encrypt(value.encode())

    def decrypt(self, token: bytes) -> str:
        """Decrypt one value; ClearanceError when no key of the list made it."""
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as error:
            raise ClearanceError(
                "An account value cannot be decrypted with the configured keys. "
                "Add the key it was written with to CLEARANCE_IDENTITY_KEYS."
            ) from error

    def seal(self, said: bytes) -> bytes:
        """Keyed digest of something found out, which nobody without the keys can make up."""
        return hmac.new(self._seal_key, said, hashlib.sha256).digest()

    def account_digest(self, account_id: str) -> bytes:
        """Keyed digest of an account id: the same person has the same one, nobody can guess it."""
        return hmac.new(self._digest_key, account_id.encode(), hashlib.sha256).digest()
