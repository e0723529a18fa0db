"""The demonstration holds every case that the product has a rule for."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import product

from demonstration.hostile import LONG_TURN
from demonstration.records import DemonstrationSession
from demonstration.studies import EVERYDAY_WORK, FINDING_OUT, MAKING_THINGS, POLICY_BOUNDARIES
from demonstration.wording_files import LANGUAGES, wording
from domain.transcripts import Speaker
from domain.vocabulary import ConsentChoice, ConsentScope, FlagState, Plan, SessionStatus

Sessions = list[DemonstrationSession]
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NEW_POLICY = datetime(2026, 3, 23, tzinfo=UTC)


def test_every_combination_of_choices_occurs_in_each_study(
    by_study: dict[str, Sessions],
) -> None:
    asked = (ConsentChoice.GRANTED, ConsentChoice.DECLINED, ConsentChoice.NOT_ASKED)
    for held in by_study.values():
        first_choices = {
            tuple(event.choice for event in session.choices[: len(ConsentScope)])
            for session in held
            if session.choices
        }
        assert first_choices >= set(product(asked, repeat=len(ConsentScope)))


def test_withdrawals_follow_a_granted_choice_after_the_session(
    sessions: Sessions,
) -> None:
    withdrawn = Counter[ConsentScope]()
    for session in sessions:
        for event in session.choices:
            if event.choice is not ConsentChoice.WITHDRAWN:
                continue
            withdrawn[event.scope] += 1
            before = [e for e in session.choices if e.scope is event.scope and e.at < event.at]
            assert before[-1].choice is ConsentChoice.GRANTED
            assert event.at > (session.record.completed_at or session.record.started_at)
    assert all(withdrawn[scope] for scope in ConsentScope)


def test_some_sessions_of_each_study_record_no_choice_at_all(
    by_study: dict[str, Sessions],
) -> None:
    for held in by_study.values():
        assert sum(not session.choices for session in held) == 4


def test_all_languages_occur_and_the_interviewer_speaks_the_participants(
    sessions: Sessions,
) -> None:
    spoken = Counter(session.record.language for session in sessions)

    assert set(spoken) == set(LANGUAGES)
    assert spoken["en"] > len(sessions) * 0.7
    for session in sessions:
        openings = wording(session.record.language).openings.values()
        assert session.record.turns[0][1] in openings


def test_each_boundary_of_a_policy_has_sessions_within_fourteen_hours_of_it(
    sessions: Sessions,
) -> None:
    ends = [s.record.completed_at for s in sessions if s.record.completed_at is not None]
    margin = timedelta(hours=14)

    for boundary in POLICY_BOUNDARIES:
        assert any(timedelta(0) < boundary - end <= margin for end in ends), boundary
        assert any(timedelta(0) <= end - boundary <= margin for end in ends), boundary


def test_the_studies_lie_to_the_policies_as_they_should(
    by_study: dict[str, Sessions],
) -> None:
    ends = {
        slug: [s.record.completed_at for s in held if s.record.completed_at is not None]
        for slug, held in by_study.items()
    }
    slack = timedelta(hours=14)

    assert all(
        datetime(2025, 12, 1, tzinfo=UTC) - slack <= end <= NEW_YEAR + slack + timedelta(days=2)
        for end in ends[EVERYDAY_WORK.slug]
    )
    spanning = ends[MAKING_THINGS.slug]
    assert sum(end < NEW_YEAR for end in spanning) >= 15
    assert sum(NEW_YEAR <= end < NEW_POLICY for end in spanning) >= 50
    assert sum(end >= NEW_POLICY for end in spanning) >= 15
    assert all(end >= NEW_POLICY for end in ends[FINDING_OUT.slug])


def test_participants_return_in_other_studies_as_the_same_person(
    by_study: dict[str, Sessions],
) -> None:
    studies_of = defaultdict(set)
    accounts_of = defaultdict(set)
    for slug, held in by_study.items():
        for session in held:
            studies_of[session.record.participant_ref].add(slug)
            if session.account is not None:
                accounts_of[session.record.participant_ref].add(session.account)

    took_part_in = Counter(len(studies) for studies in studies_of.values())
    assert took_part_in[3] >= 20
    assert took_part_in[2] >= 20
    assert all(len(accounts) == 1 for accounts in accounts_of.values())


def test_whoever_broke_off_comes_back_later_to_the_same_study(
    by_study: dict[str, Sessions],
) -> None:
    for held in by_study.values():
        broken_off, later = held[38], held[39]
        assert broken_off.record.status is SessionStatus.ABANDONED
        assert broken_off.record.participant_ref == later.record.participant_ref
        assert broken_off.record.started_at < later.record.started_at


def test_plans_memory_flags_statuses_and_missing_accounts_all_occur(
    by_study: dict[str, Sessions],
) -> None:
    for held in by_study.values():
        records = [session.record for session in held]
        assert {record.plan for record in records} == {Plan.FREE, Plan.PRO, Plan.MAX}
        assert {record.memory_on for record in records} == {True, False}
        assert {record.flag for record in records} == set(FlagState)
        assert {record.status for record in records} == set(SessionStatus)
        assert {session.account is None for session in held} == {True, False}


def test_unfinished_sessions_end_early(sessions: Sessions) -> None:
    for session in sessions:
        if session.record.status is not SessionStatus.COMPLETED:
            assert session.record.completed_at is None
            assert session.record.questions_asked <= 3
        else:
            assert session.record.questions_asked >= 4


def test_each_study_holds_text_that_looks_hostile(by_study: dict[str, Sessions]) -> None:
    marks = ("<script>", "<h1>", "javascript:", "\u202e", "\u200b", "=HYPERLINK", "\n\nUser: ")
    for held in by_study.values():
        said = [text for session in held for _, text in session.record.turns]
        for mark in marks:
            assert any(mark in text for text in said), mark
        assert max(len(text) for text in said) > LONG_TURN


def test_the_interviewers_scripts_are_repeated_to_the_letter(
    by_study: dict[str, Sessions],
) -> None:
    for held in by_study.values():
        openings = Counter(s.record.turns[0][1] for s in held if s.record.language == "en")
        assert len(openings) == 1


def test_no_two_participants_tell_quite_the_same_interview(sessions: Sessions) -> None:
    finished = [s for s in sessions if s.record.status is SessionStatus.COMPLETED]
    told = Counter(
        " ".join(text for speaker, text in s.record.turns if speaker is Speaker.PARTICIPANT)
        for s in finished
    )

    assert max(told.values()) == 1
