"""The policy table as data, and the one function that asks it."""

from domain.policy.decision import Decision, Outcome, Requirement, check_allowed, strictest
from domain.policy.engine import decide, governing_version
from domain.policy.facts import Clearance, SessionFacts, clearance_for
from domain.policy.overview import what_may_be_done
from domain.policy.reading import current_table, edition_document, read_table
from domain.policy.table import PolicyTable
from domain.policy.uses import RecipientKind, Use

__all__ = [
    "Clearance",
    "Decision",
    "Outcome",
    "PolicyTable",
    "RecipientKind",
    "Requirement",
    "SessionFacts",
    "Use",
    "check_allowed",
    "clearance_for",
    "current_table",
    "decide",
    "edition_document",
    "governing_version",
    "read_table",
    "strictest",
    "what_may_be_done",
]
