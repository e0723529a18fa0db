"""Where each rule of the policy is held to: in a service, in the database, and by which tests.

Decided is decided in one place, ``domain/policy``; this says where somebody who tried would be
stopped. A test finds every name given here in the code, the schema and the tests, and fails on a
rule that the table in force has and this does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from docs.markdown import code, table
from domain.policy import Use, current_table


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule is held to.

    ``services`` are written ``module:name``; ``database`` as ``function f``, ``policy p ON t``,
    ``trigger g ON t``, ``check c`` or ``unread t.column`` (what the app role has no privilege to
    read); ``tests`` as ``path::name``. ``note`` says what a reader would ask.
    """

    services: tuple[str, ...]
    database: tuple[str, ...]
    tests: tuple[str, ...]
    note: str = ""


#: Uses that nothing in the product can be asked for: no service takes one. They are answered, so
#: that the answer is known before somebody builds one.
NOT_OFFERED = (
    Use.ACCOUNT_JOIN_ROW,
    Use.ACCOUNT_JOIN_AGGREGATE,
    Use.USAGE_AGGREGATE,
    Use.USAGE_ROW,
    Use.AUTOMATED_GROUPING,
    Use.LINK_PARTICIPANT_STUDIES,
    Use.SHARE_OTHER_THIRD_PARTY,
    Use.THIRD_PARTY_IDENTIFIERS,
    Use.LINKED_TIMELINE_THIRD_PARTY,
    Use.EMAIL_OTHER,
    Use.PRODUCT_IMPROVEMENT_EXPORT,
)

_ROWS = "tests/domain/policy/test_rows.py::test_the_row_answers_as_the_table_says"
_GATES = (
    "tests/domain/policy/test_gates.py::"
    "test_every_combination_meets_the_gate_that_a_person_reads_off_the_table"
)
_JUDGE = "services.shares.judging:judge"
_RELEASE = "services.shares.releasing:release"
_READS = ("services.sessions:open_session", "services.sessions:open_original")
_STALE = ("trigger shares_follow ON session", "trigger check_release ON share_release")
_ACCOUNTS = ("unread identity.account.email", "unread identity.account.full_name")
_ACCOUNT_TESTS = (
    _ROWS,
    "tests/services/test_importing.py::test_account_data_is_encrypted_and_the_app_role_cannot_read_it",
)
_NOBODY = "No service takes it (a test looks); the role has no way to the data."
_PUBLISHING = "No words are published; the answer is shown and filtered by."
_PUBLISHED = (
    _ROWS,
    "tests/docs/test_rule_places.py::test_what_is_not_offered_is_asked_for_nowhere",
)
_SHARED = (_JUDGE, "services.shares.submitting:submit", _RELEASE)
_TWO = ("function share_voters", "trigger check_vote ON share_vote", *_STALE)

PLACES: Mapping[str, Place] = {
    "R01": Place(
        ("services.importing.records:session_record", *_READS, _JUDGE),
        ("check ck_session__plan",),
        (
            _GATES,
            "tests/services/test_importing.py::test_one_bad_row_means_nothing_is_imported_and_is_named",
        ),
        "Refused when it is imported, so that nothing is there to hold.",
    ),
    "R02": Place(
        (*_READS, _JUDGE),
        ("trigger check_facts ON share_session",),
        (
            _GATES,
            "tests/services/shares/test_held_erasures.py::"
            "test_what_no_edition_lets_leave_is_not_put_into_a_request_in_sql_either",
        ),
    ),
    "R03": Place(
        (*_READS, _JUDGE, "services.assignments:settle"),
        ("function settle_policy_assignment", "policy taken_in_unassigned ON session"),
        (
            _GATES,
            "tests/services/test_assignments.py::"
            "test_the_database_assigns_nothing_by_one_person_or_past_the_function",
        ),
    ),
    "R04": Place(
        (_JUDGE, "services.assignments:settle"),
        ("function settle_policy_assignment",),
        (
            "tests/domain/policy/test_boundaries.py::"
            "test_external_uses_near_a_boundary_take_the_stricter_side",
        ),
    ),
    "R05": Place(
        (*_READS, _JUDGE, "services.retention:look", "services.erasure:erase"),
        (
            "function erase_sessions",
            "function make_due_shares_stale",
            "trigger refuse_erased ON finding",
        ),
        (
            _GATES,
            "tests/services/shares/test_retention.py::"
            "test_a_session_is_due_from_its_instant_on_and_not_before",
        ),
    ),
    "R06": Place(
        (_JUDGE, "services.policy_changes:settle"),
        ("check ck_policy_proposal__two_people",),
        (
            _GATES,
            "tests/domain/policy/test_rows.py::"
            "test_without_a_recorded_retention_nothing_of_march_2026_leaves",
        ),
    ),
    "R07": Place(
        (_JUDGE, _RELEASE, "services.cases:close"),
        ("function close_case", *_STALE),
        (
            _GATES,
            "tests/services/test_cases.py::test_an_outcome_holds_at_once_and_ends_the_reading",
        ),
    ),
    "R08": Place(
        (_JUDGE, _RELEASE, "services.cases:begin"),
        ("function open_case", *_STALE),
        (
            _GATES,
            "tests/services/test_cases.py::test_a_request_that_holds_the_session_becomes_stale",
        ),
    ),
    "R09": Place(
        (
            *_READS,
            _JUDGE,
            "services.withdrawals:forbid_use",
            "services.withdrawals:allow_use_again",
        ),
        ("function forbid_further_use", "function allow_further_use", *_STALE),
        (
            _GATES,
            "tests/services/shares/test_no_further_use.py::"
            "test_it_holds_at_once_for_every_use_and_makes_requests_stale",
            "tests/services/shares/test_allowed_again.py::"
            "test_what_is_said_later_holds_and_what_was_said_before_stays_on_record",
        ),
    ),
    "R10": Place(
        (*_READS, "services.reviewing:open_desk", "services.shares.composing:check_study"),
        ("function readable_studies", "policy readable ON session", "policy readable ON turn"),
        (
            _GATES,
            "tests/data_access/test_row_level_security.py::"
            "test_a_reviewer_sees_the_study_of_their_grant_alone",
        ),
    ),
    "R11": Place(
        ("services.accounts:address_of",),
        (*_ACCOUNTS, "policy identity_reads ON account"),
        (
            _GATES,
            "tests/services/letters/test_sending.py::test_nobody_but_the_mailer_reads_an_address",
            "tests/data_access/test_row_level_security.py::"
            "test_the_identity_role_sees_accounts_and_nothing_else",
        ),
    ),
    "R12": Place(
        ("services.sessions:open_original", "services.cases:close", "services.erasure:erase"),
        ("function session_has_open_case", "policy readable ON turn", "function erase_sessions"),
        (
            _GATES,
            "tests/data_access/test_row_level_security.py::"
            "test_trust_and_safety_sees_flagged_sessions_and_the_words_of_open_cases_alone",
            "tests/services/shares/test_held_erasures.py::"
            "test_the_database_holds_to_it_whoever_calls",
        ),
    ),
    "R13": Place(
        ("services.metrics:read", "services.metrics_snapshots:take_due"),
        ("unread metric_snapshot.ledger",),
        (
            _GATES,
            "tests/services/metrics/test_outsider.py::"
            "test_two_studies_of_the_same_people_over_two_weeks_give_nobody_away",
        ),
    ),
    "R20": Place(
        ("services.sessions:open_session",),
        ("policy readable ON session_search", "policy readable ON finding"),
        (
            _ROWS,
            "tests/services/test_sessions.py::"
            "test_words_are_shown_after_the_machine_read_them_and_without_what_it_found",
        ),
    ),
    "R21": Place(
        ("services.sessions:open_original", "services.reviewing:open_desk"),
        ("policy readable ON turn",),
        (
            _ROWS,
            "tests/services/test_sessions.py::"
            "test_every_reading_of_an_original_is_on_record_with_its_purpose",
        ),
    ),
    "R22": Place(
        ("services.metrics_snapshots:take_due",),
        ("check ck_metric_cell__threshold",),
        (
            _ROWS,
            "tests/services/metrics/test_outsider.py::"
            "test_two_studies_of_the_same_people_over_two_weeks_give_nobody_away",
        ),
    ),
    **{rule: Place((), _ACCOUNTS, _ACCOUNT_TESTS, _NOBODY) for rule in ("R23", "R24", "R25")},
    **{
        rule: Place((), ("trigger check_release ON share_release",), _PUBLISHED, _PUBLISHING)
        for rule in ("R31", "R32", "R33", "R34")
    },
    **{
        rule: Place(
            _SHARED,
            _TWO,
            (
                _ROWS,
                "tests/services/test_same_answer.py::"
                "test_the_release_job_is_answered_as_page_and_command_line",
            ),
        )
        for rule in ("R40", "R41", "R42", "R43", "R44", "R45", "R47")
    },
    "R46": Place(
        ("services.shares.recipients:record", _JUDGE),
        ("policy administrators_record ON recipient",),
        (
            _ROWS,
            "tests/domain/policy/test_rows.py::"
            "test_a_recipient_that_does_not_fit_the_use_is_allowed_nothing",
        ),
    ),
    **{
        rule: Place(
            (
                "services.publications.population:may_be_counted",
                "services.publications.voting:vote",
                "services.publications.publishing:publish",
            ),
            (
                "function publication_voters",
                "trigger check_step ON publication",
                "trigger check_vote ON publication_vote",
                "trigger check_release ON publication_release",
            ),
            (_ROWS, f"tests/services/publications/{test}"),
        )
        for rule, test in (
            (
                "R30",
                "test_population.py::test_only_those_are_counted_whom_the_policy_lets_be_counted",
            ),
            (
                "R48",
                "test_lifecycle.py::test_an_aggregate_for_a_third_party_names_them_and_needs_two_as_well",
            ),
        )
    },
    "R49": Place(
        ("services.shares.packages:write_package",),
        (*_ACCOUNTS, "function share_key"),
        (
            _ROWS,
            "tests/services/shares/test_red_team.py::"
            "test_nothing_the_database_knows_a_session_or_person_by_is_in_a_package",
        ),
        "A package holds what its fields name, under names made for it alone.",
    ),
    **{
        rule: Place(
            (),
            (),
            _PUBLISHED,
            "The product holds no usage of anybody's: there is no table that could be combined.",
        )
        for rule in ("R50", "R51", "R52")
    },
    "R53": Place(
        (), (), _PUBLISHED, "No themes are made yet; the answer is shown and filtered by."
    ),
    **{
        rule: Place(
            (),
            ("policy works_with_sessions ON participant",),
            _PUBLISHED,
            "No service puts one person's studies together; each reads by their own grants.",
        )
        for rule in ("R54", "R55")
    },
    "R56": Place(
        ("services.shares.packages:write_package",),
        ("function share_key",),
        (
            _ROWS,
            "tests/services/shares/test_leaving.py::"
            "test_two_releases_of_one_session_cannot_be_joined",
        ),
        "A request is of one study, and two packages name one person differently.",
    ),
    "R60": Place(
        ("services.letters:take", "services.sending_letters:work_one"),
        (
            "function step_letter",
            "policy mailer_lists ON letter_delivery",
            "check ck_participant_letter__two_people",
        ),
        (
            _ROWS,
            "tests/services/letters/test_sending.py::"
            "test_those_who_may_be_told_get_the_same_words_once_and_nobody_is_named",
            "tests/services/letters/test_two_people.py::"
            "test_a_finding_is_told_once_for_a_study_whoever_writes",
        ),
    ),
    "R61": Place(
        ("services.sending_letters:work_one", "services.accounts:address_of"),
        ("policy mailer_sends ON letter_delivery", *_ACCOUNTS),
        (
            _ROWS,
            "tests/services/letters/test_sending.py::"
            "test_who_withdraws_after_being_listed_is_not_written_to",
        ),
        "Nothing but a confirmed letter makes the mailer write.",
    ),
    "R70": Place((), ("check ck_recipient__kind",), _PUBLISHED, _NOBODY),
    "R80": Place(
        ("services.shares.voting:vote", _RELEASE),
        ("trigger check_vote ON share_vote",),
        ("tests/domain/policy/test_rows.py::test_the_memory_tick_lifts_the_hold_but_no_refusal",),
    ),
    "R99": Place(
        (*_READS, _JUDGE),
        ("policy readable ON session",),
        (
            "tests/domain/policy/test_reading.py::"
            "test_what_no_rule_allows_cannot_be_anything_but_denied",
        ),
    ),
}


def rule_places() -> str:
    """Rule by rule: what decides, what stops somebody, what stops them again, and the tests."""
    held = current_table()
    gates = {gate.rule.id: f"gate {gate.when.value}" for gate in (*held.gates, *held.tightenings)}
    rows = []
    for rule in dict.fromkeys(rule.id for rule in held.rules):
        place = PLACES[rule]
        rows.append(
            (
                rule,
                gates.get(rule, "the last rule" if rule == held.otherwise.id else "row"),
                ", ".join(code(each) for each in place.services) or "–",
                ", ".join(code(each) for each in place.database) or "–",
                ", ".join(code(each.split("::")[1]) for each in place.tests),
                place.note,
            )
        )
    return table(("Rule", "Decided as", "Enforced in", "Again in the database", "Tests", ""), rows)
