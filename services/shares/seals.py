"""That a leak check passed, and of exactly what: so that the same check is not made twice.

The check is a pure function of the final text, what was taken out of it, the participant's account
and the code and word lists that look. A seal is a keyed digest of all of these: one under the
installation's key when the set is confirmed, one under the request's own when it is submitted. No
key is read by people, so that no seal tells whose name it was made with. Whatever differs by then,
the account or the word lists too, is looked through anew; that the text is the very one that was
sealed is seen from its digest each time.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from uuid import UUID

from data_access.encryption import IdentityCipher
from data_access.identity import KnownAccount
from data_access.share_contents import ConfirmedSet
from deidentification.configuration import load_configuration
from deidentification.engine_digest import engine_digest
from domain.digests import canonical_json
from domain.redaction import RedactionSet


def seal(key: bytes, held: ConfirmedSet, account: KnownAccount | None) -> bytes:
    """The seal of a leak check of what a set makes of a session, under a request's key."""
    looked_at = _looked_at(held.redactions, held.output_digest, account)
    return hmac.new(key, looked_at, hashlib.sha256).digest()


def seal_of_confirmation(
    cipher: IdentityCipher,
    session_id: UUID,
    redactions: RedactionSet,
    output_digest: bytes,
    account: KnownAccount | None,
) -> bytes:
    """The seal of the leak check that a confirmation passed, kept with the set.

    Under the installation's key, which the database does not hold: who can write a set there
    cannot write that it was checked.
    """
    return cipher.seal(session_id.bytes + _looked_at(redactions, output_digest, account))


def _looked_at(
    redactions: RedactionSet, output_digest: bytes, account: KnownAccount | None
) -> bytes:
    said = canonical_json(
        {
            "with": _checker(),
            "redactions": redactions.digest.hex(),
            "output": output_digest.hex(),
            "name": None if account is None else account.full_name,
            "email": None if account is None else account.email,
        }
    )
    return said.encode("utf-8", "surrogatepass")


@cache
def _checker() -> str:
    """The code, word lists and settings that look: another version checks anew."""
    return engine_digest(load_configuration(), {})
