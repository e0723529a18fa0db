"""The rooms of the house by their addresses, and the act that opens each.

The pages draw them; the gate knows by it when somebody asks for one that is not theirs.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.permissions import Act

#: Address to act; None where anybody who is signed in may enter.
ACTS: Mapping[str, Act | None] = {
    "": None,
    "notifications": None,
    "review": Act.REVIEW,
    "sessions": Act.BROWSE_SESSIONS,
    "session": Act.BROWSE_SESSIONS,
    "cases": Act.HANDLE_CASES,
    "case": Act.HANDLE_CASES,
    "holds": Act.SEE_HOLDS,
    "shares": Act.SEE_SHARES,
    "share": Act.SEE_SHARES,
    "publications": Act.SEE_PUBLICATIONS,
    "publication": Act.SEE_PUBLICATIONS,
    "publish": Act.PROPOSE_PUBLICATION,
    "metrics": Act.SEE_METRICS,
    "imports": Act.IMPORT,
    "access": Act.MANAGE_ACCESS,
    "studies": Act.MANAGE_STUDIES,
    "quality": Act.MANAGE_STUDIES,
    "withdrawals": Act.RECORD_WITHDRAWAL,
    "erasure": Act.ERASE,
    "retention": Act.ERASE,
    "letters": Act.WRITE_TO_PARTICIPANTS,
    "recipients": Act.MANAGE_RECIPIENTS,
    "policy": Act.READ_POLICY,
    "assignments": Act.ASSIGN_POLICY,
    "changes": Act.CHANGE_POLICY,
    "operations": Act.SEE_OPERATIONS,
    "audit": Act.READ_AUDIT,
}
