"""Releasing: two clocks, and everything asked again at the last moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.errors import Refused
from domain.shares.lifecycle import ShareState, ShareStep, after

#: An approval that is not used within this time lapses.
APPROVAL_HOLDS_FOR = timedelta(days=14)
#: A link to a package opens it once, within this time.
OFFER_HOLDS_FOR = timedelta(minutes=15)


def has_lapsed(lapses_at: datetime | None, now: datetime) -> bool:
    """Whether an approval's time is up: from ``lapses_at`` on it no longer holds."""
    return lapses_at is not None and lapses_at <= now


def check_release(
    state: ShareState,
    *,
    lapses_at: datetime | None,
    approved_digest: bytes | None,
    present_digest: bytes,
    now: datetime,
) -> None:
    """See that what was approved is what would leave, and still in time.

    Raises
    ------
    Refused
        When the request is not approved, its approval has lapsed, or anything that the digest
        covers is not what it was.
    """
    after(state, ShareStep.RELEASE)
    if has_lapsed(lapses_at, now):
        raise Refused(
            "The approval has lapsed: it was not released in time.",
            rule="share.approval-lapsed",
            remedy="Ask for it anew; the sessions can be taken over into a new request.",
        )
    if approved_digest != present_digest:
        raise Refused(
            "What would leave now is not what was approved.",
            rule="share.same-digest",
            remedy="Submit it again, so that two approvers see it as it is now.",
        )
