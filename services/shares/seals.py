"""That a leak check passed, and of exactly what: so that the same check is not made twice.

The check is a pure function of the final text, what was taken out of it, the participant's account
and the code and word lists that look. A seal is a keyed digest of all of these. The key is the
request's own and never read by people, so that no seal tells whose name it was made with.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import cache

from data_access.identity import KnownAccount
from data_access.share_contents import ConfirmedSet
from deidentification.configuration import load_configuration
from deidentification.engine_digest import engine_digest
from domain.digests import canonical_json


def seal(key: bytes, held: ConfirmedSet, account: KnownAccount | None) -> bytes:
    """The seal of a leak check of what a set makes of a session, under a request's key."""
    looked_at = canonical_json(
        {
            "with": _checker(),
            "redactions": held.redactions.digest.hex(),
            "output": held.output_digest.hex(),
            "name": None if account is None else account.full_name,
            "email": None if account is None else account.email,
        }
    )
    return hmac.new(key, looked_at.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


@cache
def _checker() -> str:
    """The code, word lists and settings that look: another version checks anew."""
    return engine_digest(load_configuration(), {})
