"""The one hierarchy of errors the product raises on purpose.

Every message is a sentence a member of staff can act on: what was refused, by which
rule, and what to do next. Messages never carry participant data: they reach logs,
the audit trail and the screen.
"""

from __future__ import annotations


class ClearanceError(Exception):
    """Base of everything the product refuses or reports on purpose."""


class Refused(ClearanceError):
    """An act that a rule forbids.

    Parameters
    ----------
    message
        One sentence: what was refused and why.
    rule
        The rule's identifier: a row of the policy table (``"R10"``) or the name of a
        permission (``"grant.no-self"``).
    remedy
        One sentence: what the person can do next.
    """

    def __init__(self, message: str, *, rule: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy} [{rule}]")
        self.message = message
        self.rule = rule
        self.remedy = remedy


class BadInput(ClearanceError):
    """Input that cannot be used as it is: a file, a row, a filter in an address."""


class ChangedMeanwhile(ClearanceError):
    """Somebody else changed the same thing since it was read; nothing was written."""
