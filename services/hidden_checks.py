"""Which findings are kept from a reviewer, so that it shows whether they find them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from sqlalchemy import Connection

from data_access import review_quality
from data_access.sessions import SessionRow
from domain.findings import Finding
from domain.hidden_checks import choose_hidden
from domain.vocabulary import ReviewState
from services.installation import Installation
from services.keys import cookie_secret


def hidden_findings(
    installation: Installation,
    connection: Connection,
    row: SessionRow,
    findings: Sequence[Finding],
) -> tuple[Finding, ...]:
    """The findings of a session that reviewers do not see now; mostly none.

    The same at every look, by a key that reviewers do not have, until the check is resolved.
    """
    if row.current_run_id is None or row.review_state is ReviewState.CONFIRMED or not findings:
        return ()
    percent = review_quality.open_check_percent(
        connection, row.study_id, row.id, row.current_run_id
    )
    if percent == 0:
        return ()
    key = cookie_secret(installation.settings).encode()
    drawn = hmac.digest(key, b"hidden check of run " + row.current_run_id.bytes, hashlib.sha256)
    return choose_hidden(findings, int.from_bytes(drawn, "big"), percent)
