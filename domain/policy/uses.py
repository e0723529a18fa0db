"""Uses: everything somebody may ask to do with a session, as the policy table names them."""

from __future__ import annotations

from enum import StrEnum


class Use(StrEnum):
    """One thing that may be done with a session's data."""

    INTERNAL_DEIDENTIFIED_TEXT = "internal_deidentified_text"
    INTERNAL_RAW_TEXT = "internal_raw_text"
    INTERNAL_CHARTS = "internal_charts"
    ACCOUNT_JOIN_ROW = "account_join_row"
    ACCOUNT_JOIN_AGGREGATE = "account_join_aggregate"
    USAGE_AGGREGATE = "usage_aggregate"
    USAGE_ROW = "usage_row"
    AUTOMATED_GROUPING = "automated_grouping"
    LINK_PARTICIPANT_STUDIES = "link_participant_studies"
    PUBLISH_SUMMARY = "publish_summary"
    PUBLISH_RESPONSES = "publish_responses"
    SHARE_RESEARCHER = "share_researcher"
    SHARE_JOURNALIST = "share_journalist"
    SHARE_OTHER_THIRD_PARTY = "share_other_third_party"
    THIRD_PARTY_AGGREGATE = "third_party_aggregate"
    #: Account data, e-mail, session or account ids, exact times: whichever of them.
    THIRD_PARTY_IDENTIFIERS = "third_party_identifiers"
    LINKED_TIMELINE_THIRD_PARTY = "linked_timeline_third_party"
    EMAIL_FINDING = "email_finding"
    EMAIL_OTHER = "email_other"
    PRODUCT_IMPROVEMENT_EXPORT = "product_improvement_export"
    PARTICIPATION_COUNTS = "participation_counts"
    ACCOUNT_IDENTITY = "account_identity"
    TRUST_SAFETY_RAW = "trust_safety_raw"
    #: The withdrawal job's reading of account and session, to find and remove what is theirs.
    WITHDRAWAL_JOB = "withdrawal_job"

    @property
    def label(self) -> str:
        """The use in a few words, for people."""
        return _LABELS[self]


class RecipientKind(StrEnum):
    """Who would receive something outside the organisation."""

    RESEARCHER = "researcher"
    JOURNALIST = "journalist"
    OTHER = "other"


_LABELS = {
    Use.INTERNAL_DEIDENTIFIED_TEXT: "Read the de-identified text",
    Use.INTERNAL_RAW_TEXT: "Read the original",
    Use.INTERNAL_CHARTS: "Count in internal charts",
    Use.ACCOUNT_JOIN_ROW: "Combine with account data, row by row",
    Use.ACCOUNT_JOIN_AGGREGATE: "Combine with account data, aggregated",
    Use.USAGE_AGGREGATE: "Combine with usage summaries",
    Use.USAGE_ROW: "Combine with one person's usage",
    Use.AUTOMATED_GROUPING: "Group with related responses automatically",
    Use.LINK_PARTICIPANT_STUDIES: "Analyse with the participant's other studies",
    Use.PUBLISH_SUMMARY: "Count in a published summary",
    Use.PUBLISH_RESPONSES: "Publish de-identified responses",
    Use.SHARE_RESEARCHER: "Share with an external researcher",
    Use.SHARE_JOURNALIST: "Share with a journalist",
    Use.SHARE_OTHER_THIRD_PARTY: "Share with any other third party",
    Use.THIRD_PARTY_AGGREGATE: "Count in aggregate tables for a third party",
    Use.THIRD_PARTY_IDENTIFIERS: "Give identifiers or exact times to a third party",
    Use.LINKED_TIMELINE_THIRD_PARTY: "Give a participant's linked studies to a third party",
    Use.EMAIL_FINDING: "E-mail the participant a published finding",
    Use.EMAIL_OTHER: "E-mail the participant about anything else",
    Use.PRODUCT_IMPROVEMENT_EXPORT: "Export for product improvement",
    Use.PARTICIPATION_COUNTS: "Count who took part",
    Use.ACCOUNT_IDENTITY: "See account id, name or e-mail",
    Use.TRUST_SAFETY_RAW: "Read the original in a Trust & Safety case",
    Use.WITHDRAWAL_JOB: "Carry out a withdrawal",
}

_ANY_RECIPIENT = frozenset(RecipientKind)
#: The recipients that fit a use that has any; a use not named here hands nothing to anybody.
_RECIPIENTS = {
    Use.SHARE_RESEARCHER: frozenset({RecipientKind.RESEARCHER}),
    Use.SHARE_JOURNALIST: frozenset({RecipientKind.JOURNALIST}),
    Use.SHARE_OTHER_THIRD_PARTY: frozenset({RecipientKind.OTHER}),
    Use.THIRD_PARTY_AGGREGATE: _ANY_RECIPIENT,
    Use.THIRD_PARTY_IDENTIFIERS: _ANY_RECIPIENT,
    Use.LINKED_TIMELINE_THIRD_PARTY: _ANY_RECIPIENT,
}


def fits(use: Use, recipient: RecipientKind | None) -> bool:
    """Whether that recipient can be meant by that use; None (not chosen yet) always can."""
    return recipient is None or recipient in _RECIPIENTS.get(use, frozenset())
