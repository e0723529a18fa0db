"""Letters to participants: what one may say, and who may be told (R60, R61)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent import Choices
from domain.errors import BadInput
from domain.letters import (
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    TheirSession,
    can_be_written_to,
    check_letter,
    check_link,
    letter_words,
    may_be_told,
)
from domain.policy import SessionFacts
from domain.policy.reading import current_table
from domain.vocabulary import ConsentChoice, FlagState, Plan, PolicyVersion, SessionStatus

NOW = datetime(2026, 11, 25, tzinfo=UTC)
TABLE = current_table()
TEXT = "We have published what we learned from the interviews about tools at work."
LINK = "https://research.example/findings/tools"
FACTS = SessionFacts(SessionStatus.COMPLETED, datetime(2026, 4, 2, tzinfo=UTC), Plan.PRO, False)


def session(
    contact: ConsentChoice = ConsentChoice.GRANTED, *, in_study: bool = True, **changes: object
) -> TheirSession:
    facts = replace(FACTS, choices=Choices(contact=contact), **changes)  # type: ignore[arg-type]
    return TheirSession(facts, in_study)


def rule(*theirs: TheirSession) -> str:
    return may_be_told(theirs, now=NOW, table=TABLE).rule


@pytest.mark.parametrize(
    ("choice", "told_by"),
    [
        (ConsentChoice.GRANTED, "R60"),
        (ConsentChoice.NOT_ASKED, "R60"),
        (ConsentChoice.DECLINED, "R61"),
        (ConsentChoice.WITHDRAWN, "R61"),
    ],
)
@pytest.mark.parametrize("completed", [datetime(2025, 12, 9, tzinfo=UTC), FACTS.completed_at])
def test_who_did_not_opt_out_may_be_told_under_both_policies(
    choice: ConsentChoice, told_by: str, completed: datetime
) -> None:
    assert rule(session(choice, completed_at=completed)) == told_by


@pytest.mark.parametrize(
    ("changes", "by"),
    [
        ({"status": SessionStatus.ABANDONED}, "R02"),
        ({"erased": True, "completed_at": None}, "R05"),
        ({"completed_at": datetime(2020, 12, 9, tzinfo=UTC)}, "R03"),
        ({"withdrawn": True}, "R09"),
        ({"plan": Plan.COMMERCIAL}, "R01"),
    ],
)
def test_the_policy_s_gates_hold_for_letters_as_for_everything(
    changes: dict[str, object], by: str
) -> None:
    answer = may_be_told([session(**changes)], now=NOW, table=TABLE)  # type: ignore[arg-type]
    assert (answer.rule, answer.allowed) == (by, False)


def test_a_session_whose_retention_ended_lets_nobody_be_told() -> None:
    old = session(completed_at=datetime(2025, 12, 9, tzinfo=UTC))
    later = datetime(2030, 12, 9, tzinfo=UTC)
    assert may_be_told([old], now=later - timedelta(seconds=1), table=TABLE).rule == "R60"
    assert may_be_told([old], now=later, table=TABLE).rule == "R05"


def test_one_session_that_allows_it_is_enough() -> None:
    assert rule(session(status=SessionStatus.ABANDONED), session()) == "R60"


def test_who_declined_in_any_session_of_the_study_is_not_told() -> None:
    assert rule(session(), session(ConsentChoice.DECLINED)) == "R61"
    unfinished = session(ConsentChoice.DECLINED, status=SessionStatus.ABANDONED)
    assert rule(session(), unfinished) == "R61"


def test_who_took_the_choice_back_in_any_study_is_not_told() -> None:
    assert rule(session(), session(ConsentChoice.WITHDRAWN, in_study=False)) == "R61"
    assert rule(session(), session(ConsentChoice.DECLINED, in_study=False)) == "R60"


def test_who_allowed_no_further_use_of_one_session_of_the_study_is_not_told() -> None:
    assert rule(session(), session(withdrawn=True)) == "R09"
    assert rule(session(), session(withdrawn=True, in_study=False)) == "R60"


sessions = st.builds(
    lambda choice, in_study, status, withdrawn, erased, flag, assigned: session(
        choice,
        in_study=in_study,
        status=status,
        withdrawn=withdrawn,
        erased=erased,
        flag=flag,
        assigned_version=assigned,
    ),
    st.sampled_from(ConsentChoice),
    st.booleans(),
    st.sampled_from(SessionStatus),
    st.booleans(),
    st.booleans(),
    st.sampled_from(FlagState),
    st.sampled_from(PolicyVersion),
)


@given(st.lists(sessions, max_size=4), sessions)
def test_another_objection_never_lets_somebody_be_told(
    others: list[TheirSession], objection: TheirSession
) -> None:
    theirs = [session(), *others]
    facts = replace(
        objection.facts, choices=Choices(contact=ConsentChoice.WITHDRAWN), withdrawn=True
    )
    after = may_be_told([*theirs, replace(objection, facts=facts)], now=NOW, table=TABLE)
    assert not after.allowed


def test_what_is_written_goes_out_as_it_stands_with_where_to_read_and_to_answer() -> None:
    letter = check_letter("  What we learned ", f" {TEXT}\r\nThank you. ", f"{LINK}/")
    assert letter.subject == "What we learned"
    assert letter.link == LINK
    said = letter_words(letter, "Tools at work", "answers@research.example")
    assert said.startswith(f"{TEXT}\nThank you.\n\nRead it here: {LINK}\n\n")
    assert "the study “Tools at work”" in said
    assert "write to answers@research.example" in said


def test_a_letter_is_known_by_every_part_of_it_and_a_finding_by_its_address() -> None:
    one = check_letter("What we learned", TEXT, LINK)
    assert one.digest("tools") != one.digest("teaching")
    other = replace(one, text=f"{TEXT} And more.")
    assert other.digest("tools") != one.digest("tools")
    assert other.finding == one.finding
    assert replace(one, link=f"{LINK}-2").finding != one.finding


@pytest.mark.parametrize(
    ("subject", "text", "why"),
    [
        (" ", TEXT, "Write a subject"),
        ("x" * (LONGEST_SUBJECT + 1), TEXT, "Write a subject"),
        ("News", "Short.", "Write a text"),
        ("News", "x" * (LONGEST_TEXT + 1), "Write a text"),
        ("News\nBcc: everybody", TEXT, "on one line"),
        ("News", f"{TEXT}\x07", "plain text"),
        ("News", f"{TEXT}\u202e", "plain text"),
        ("News", f"{TEXT} Ask ada@research.example", "no e-mail address"),
        ("For ada@research.example", TEXT, "no e-mail address"),
        ("News", f"Dear {{{{name}}}}, {TEXT}", "filled in"),
        ("News", f"Dear {{first_name}}, {TEXT}", "filled in"),
        ("News", f"Dear [PERSON_1], {TEXT}", "filled in"),
        ("News", f"Dear %NAME%, {TEXT}", "filled in"),
    ],
)
def test_what_names_somebody_or_differs_from_one_to_the_next_is_refused(
    subject: str, text: str, why: str
) -> None:
    with pytest.raises(BadInput, match=why):
        check_letter(subject, text, LINK)


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("", "beginning with https"),
        ("http://research.example/a", "beginning with https"),
        ("javascript:alert(1)", "beginning with https"),
        ("https://localhost/a", "beginning with https"),
        ("https://research.example/a b", "beginning with https"),
        ("https://[research.example/a", "beginning with https"),
        ("https://research.example/" + "a" * 500, "beginning with https"),
        ("https://research.example/a?reader=7", "plain address"),
        ("https://research.example/a#reader", "plain address"),
        ("https://reader@research.example/a", "plain address"),
        ("https://research.example:8443/a", "plain address"),
    ],
)
def test_a_link_is_public_and_the_same_for_every_reader(link: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        check_link(link)


@pytest.mark.parametrize(
    ("address", "can"),
    [
        ("ana@mail.example", True),
        ("a.b+c@mail.example", True),
        ("", False),
        ("ana", False),
        ("@mail.example", False),
        ("ana@", False),
        ("ana@b@mail.example", False),
        ("ana@mail.example\nBcc: x@y.example", False),
        ("Ana <ana@mail.example>", False),
        ("ána@mail.example", False),
    ],
)
def test_only_what_is_an_address_is_told_to_the_mail_server(address: str, can: bool) -> None:
    assert can_be_written_to(address) is can
