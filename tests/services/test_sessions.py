"""Browsing: each row once whatever the order, filters as asked, words only for who may read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text

from data_access import audit
from data_access.audit import AuditFilter
from data_access.sessions import SessionRow
from data_access.studies import StudyRow
from domain.audit import AuditEntry
from domain.errors import BadInput, Refused
from domain.page_cursor import Cursor, Sort
from domain.permissions import Actor
from domain.session_filters import PAGE_SIZE, SessionFilter, parse
from domain.vocabulary import Role
from services import access, sessions
from services.installation import Installation
from tests.conftest import Hire
from tests.services.worlds import full, read_by_the_machine, take_in

_SECRET = "Zephyrine Quill"
_PURPOSE = "To check the redactions before a share"


@pytest.fixture
def rosa(hire: Hire, study: StudyRow) -> Actor:
    return hire("Rosa", Role.REVIEWER, study=study)


def _many(count: int) -> Iterator[dict[str, Any]]:
    """Sessions with few different instants and lengths, so that most places are shared."""
    dice = random.Random(7)
    for number in range(count):
        day = dice.choice(("01", "01", "02"))
        yield full(
            f"t{number}",
            "What do you make?",
            "word " * dice.choice((1, 2, 2)),
            completed_at=f"2026-04-{day}T09:20:00Z",
            started_at=f"2026-04-{day}T09:00:00Z",
        )


def _walk(
    installation: Installation, actor: Actor, sort: Sort
) -> tuple[list[SessionRow], Cursor | None, list[int]]:
    seen: list[SessionRow] = []
    counts: list[int] = []
    cursor: Cursor | None = None
    last: Cursor | None = None
    while True:
        page = sessions.list_sessions(installation, actor, SessionFilter(sort=sort, cursor=cursor))
        seen += page.rows
        counts.append(page.count)
        if page.older is None:
            return seen, page.newer, counts
        last, cursor = cursor, page.older
        assert last != cursor


def test_each_order_shows_each_session_once_forwards_and_backwards(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    rosa: Actor,
    tmp_path: Path,
) -> None:
    total = 2 * PAGE_SIZE + 7
    take_in(installation, administrator, study, tmp_path, *_many(total))
    keys: dict[Sort, Any] = {
        Sort.NEWEST: lambda row: (row.sorted_at, row.id.bytes),
        Sort.OLDEST: lambda row: (row.sorted_at, row.id.bytes),
        Sort.LONGEST: lambda row: (row.word_count, row.id.bytes),
        Sort.SHORTEST: lambda row: (row.word_count, row.id.bytes),
    }
    for sort, key in keys.items():
        seen, back, counts = _walk(installation, rosa, sort)
        falling = sort in (Sort.NEWEST, Sort.LONGEST)
        assert [row.id for row in seen] == [
            row.id for row in sorted(seen, key=key, reverse=falling)
        ], sort
        assert len({row.id for row in seen}) == len(seen) == total
        assert set(counts) == {total}
        behind: list[SessionRow] = seen[2 * PAGE_SIZE :]
        while back is not None:
            page = sessions.list_sessions(installation, rosa, SessionFilter(sort=sort, cursor=back))
            behind = [*page.rows, *behind]
            back = page.newer
        assert [row.id for row in behind] == [row.id for row in seen], sort


_KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "german": {"language": "de"},
    "early": {"started_at": "2025-12-10T09:00:00Z", "completed_at": "2025-12-10T09:30:00Z"},
    "last": {"started_at": "2026-04-09T23:00:00Z", "completed_at": "2026-04-09T23:59:59.999999Z"},
    "left": {"status": "abandoned", "completed_at": None},
    "flagged": {"flag": "open"},
    "long": {"turns": [{"speaker": "participant", "text": "one two three four five six"}]},
}


#: What is asked for, and which of the sessions above it shows.
_ASKED: list[tuple[dict[str, str], set[str]]] = [
    ({}, set(_KINDS)),
    ({"study": "making-things"}, set(_KINDS)),
    ({"language": "de"}, {"german"}),
    ({"language": "de,en"}, set(_KINDS)),
    ({"language": "fr"}, set()),
    ({"status": "abandoned"}, {"left"}),
    ({"status": "completed", "flag": "open"}, {"flagged"}),
    ({"flag": "none"}, set(_KINDS) - {"flagged"}),
    ({"policy": "2025-12"}, {"early"}),
    ({"policy": "none"}, {"left"}),
    ({"until": "2025-12-10"}, {"early"}),
    ({"from": "2026-04-09", "until": "2026-04-09"}, {"last"}),
    ({"from": "2026-04-10"}, set()),
    ({"contact": "granted"}, {"plain"}),
    ({"contact": "not_asked", "language": "de"}, {"german"}),
    ({"publish": "declined"}, {"german"}),
    ({"publish": "withdrawn"}, {"long"}),
    ({"review": "unprocessed"}, set(_KINDS)),
    ({"review": "confirmed"}, set()),
]


def test_each_filter_shows_what_it_says_and_counts_it(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    rosa: Actor,
    tmp_path: Path,
) -> None:
    take_in(
        installation,
        administrator,
        study,
        tmp_path,
        *(full(name, **changes) for name, changes in _KINDS.items()),
        choices="plain,contact,granted,2026-04-02T09:21:00Z\n"
        "german,publish_responses,granted,2026-04-02T09:21:00Z\n"
        "german,publish_responses,declined,2026-04-02T09:22:00Z\n"
        "long,publish_responses,withdrawn,2026-05-02T09:22:00Z\n"
        "long,publish_responses,granted,2026-04-02T09:22:00Z\n",
    )
    names = _names(installation)
    for asked, found in _ASKED:
        page = sessions.list_sessions(installation, rosa, parse(asked))
        assert {names[row.id] for row in page.rows} == found, asked
        assert page.count == len(found), asked


def _names(installation: Installation) -> dict[UUID, str]:
    """Which session came from which row; as the owner, since reviewers do not see that."""
    engine = create_engine(installation.database.addresses.owner or "")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT session_id, transcript_id FROM session_source"))
        named = {row.session_id: row.transcript_id for row in rows}
    engine.dispose()
    return named


@pytest.fixture
def one_session(
    installation: Installation, administrator: Actor, study: StudyRow, tmp_path: Path
) -> UUID:
    take_in(
        installation,
        administrator,
        study,
        tmp_path,
        full("only", "Who are you?", f"I am {_SECRET}, a carpenter.", flag="open"),
    )
    return next(iter(_names(installation)))


def _trail(installation: Installation, hire: Hire, action: str) -> list[AuditEntry]:
    with installation.database.transaction(hire("Uma", Role.AUDITOR).staff_id) as connection:
        return audit.page(connection, AuditFilter(actions=(action,)), 100)


def test_search_finds_words_that_stand_and_never_those_that_were_redacted(
    installation: Installation, study: StudyRow, rosa: Actor, one_session: UUID
) -> None:
    def found(query: str) -> int:
        return sessions.list_sessions(installation, rosa, SessionFilter(query=query)).count

    assert found("carpenter") == 0, "nothing is found before the machine has read it"
    read_by_the_machine(installation, [_SECRET])
    assert found("carpenter") == found('"a carpenter"') == found("who -plumber") == 1
    assert found("Zephyrine") == found("quill") == found(f'"{_SECRET}"') == 0
    for odd in ("'", '"', "a & | !", "\\", ":*", "%", "-", "or", "<script>"):
        assert found(odd) in (0, 1), odd


def test_words_are_shown_after_the_machine_read_them_and_without_what_it_found(
    installation: Installation, rosa: Actor, one_session: UUID
) -> None:
    before = sessions.open_session(installation, rosa, one_session)
    assert before.turns == before.findings == ()
    read_by_the_machine(installation, [_SECRET])
    after = sessions.open_session(installation, rosa, one_session)
    # An open case holds nothing back from the study's reviewer (R20): words without the name.
    assert [turn.text for turn in after.turns] == ["Who are you?", "I am [PERSON_1], a carpenter."]
    assert len(after.findings) == 1


def test_every_reading_of_an_original_is_on_record_with_its_purpose(
    installation: Installation, rosa: Actor, one_session: UUID, hire: Hire
) -> None:
    read_by_the_machine(installation, [_SECRET])
    for _ in range(2):
        original = sessions.open_original(installation, rosa, one_session, f"  {_PURPOSE} ")
        assert _SECRET in original.turns[1].text
    rows = _trail(installation, hire, "transcript.open")
    assert [(row.purpose, row.object_id, row.outcome) for row in rows] == [
        (_PURPOSE, str(one_session), "done")
    ] * 2


@pytest.mark.parametrize("purpose", ["", "   ", "check it", "         x         "])
def test_a_purpose_that_says_too_little_opens_nothing(
    purpose: str, installation: Installation, rosa: Actor, one_session: UUID, hire: Hire
) -> None:
    with pytest.raises(BadInput, match="purpose"):
        sessions.open_original(installation, rosa, one_session, purpose)
    assert _trail(installation, hire, "transcript.open") == []


def test_without_a_grant_nothing_is_opened_under_r10_and_it_is_on_record(
    installation: Installation, administrator: Actor, one_session: UUID, rosa: Actor, hire: Hire
) -> None:
    tom = hire("Tom", Role.REVIEWER)
    for session_id in (one_session, uuid4()):
        with pytest.raises(Refused) as refused:
            sessions.open_session(installation, tom, session_id)
        assert refused.value.rule == "R10"
        with pytest.raises(Refused) as refused:
            sessions.open_original(installation, tom, session_id, _PURPOSE)
        assert refused.value.rule == "R10"
    (row, _other) = _trail(installation, hire, "transcript.open")
    assert (row.outcome, row.purpose, row.actor_label) == ("refused", _PURPOSE, "Tom")
    (held,) = access.grants(installation, administrator)
    access.revoke_grant(installation, administrator, held.id)
    # The actor object still carries the grant: row-level security does not go by it.
    with pytest.raises(Refused):
        sessions.open_original(installation, rosa, one_session, _PURPOSE)


def test_trust_and_safety_reads_the_original_of_an_open_case_and_no_list_beyond_flags(
    installation: Installation, one_session: UUID, hire: Hire
) -> None:
    tess = hire("Tess", Role.TRUST_SAFETY)
    read_by_the_machine(installation, [_SECRET])
    original = sessions.open_original(installation, tess, one_session, "Settle the open case")
    assert _SECRET in original.turns[1].text
    assert original.findings == ()
    assert sessions.list_sessions(installation, tess, SessionFilter()).count == 1
