"""The words of the domain that are a closed list: states, choices, roles."""

from __future__ import annotations

from enum import StrEnum


class SessionStatus(StrEnum):
    """How far an interview went."""

    COMPLETED = "completed"
    ABANDONED = "abandoned"
    IN_PROGRESS = "in_progress"


class Plan(StrEnum):
    """The participant's plan at the time. Commercial plans are out of scope (M1)."""

    FREE = "free"
    PRO = "pro"
    MAX = "max"
    #: One of Free, Pro or Max by the study's own eligibility; the file does not say which.
    CONSUMER = "consumer"
    COMMERCIAL = "commercial"
    UNKNOWN = "unknown"


class FlagState(StrEnum):
    """Trust & Safety's mark on a session."""

    NONE = "none"
    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class ConsentScope(StrEnum):
    """What a participant is asked about in a session."""

    PUBLISH_RESPONSES = "publish_responses"
    SHARE_RESEARCHERS = "share_researchers"
    SHARE_JOURNALISTS = "share_journalists"
    CONTACT = "contact"


class ConsentChoice(StrEnum):
    """What they answered."""

    GRANTED = "granted"
    DECLINED = "declined"
    NOT_ASKED = "not_asked"
    WITHDRAWN = "withdrawn"


class Role(StrEnum):
    """What a member of staff is for. One person may hold several."""

    REVIEWER = "reviewer"
    APPROVER = "approver"
    LEAD = "lead"
    TRUST_SAFETY = "trust_safety"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class ReviewState(StrEnum):
    """How far the review of a session's redactions has come."""

    UNPROCESSED = "unprocessed"
    UNREVIEWED = "unreviewed"
    IN_REVIEW = "in_review"
    CONFIRMED = "confirmed"


class Coverage(StrEnum):
    """How much of the machine ran over a session."""

    PENDING = "pending"
    FULL = "full"
    #: No model for the session's language: patterns, account and propagation only.
    PATTERNS_ONLY = "patterns_only"
    FAILED = "failed"


class PolicyVersion(StrEnum):
    """Which policy governs a session: decided by its completion instant alone (M2)."""

    DECEMBER_2025 = "2025-12"
    MARCH_2026 = "2026-03-23"
    #: Not completed, or completed in no policy's range: held by R03.
    NONE = "none"
