"""Erasure with real PostgreSQL: nothing of the words is left, and everything that must be stays."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from data_access.erasure import ERASED, KEPT
from data_access.withdrawals import meant
from domain.errors import BadInput, Refused
from domain.shares.lifecycle import ShareState
from domain.vocabulary import ConsentScope, Role
from services import erasure, reviewing, sessions, trail
from services.importing.load import ImportFiles, import_transcripts
from services.shares import fetching, voting
from services.withdrawals import withdraw
from tests.services.reviews import PURPOSE, decide, place
from tests.services.rights_worlds import (
    EVIDENCE,
    MARKER,
    as_owner,
    erased,
    numbers_of,
    tables_with,
)
from tests.services.shares.worlds import World, package_of
from tests.services.worlds import full, read_by_the_machine

#: What an erasure must find: the words, and a part of them that a search index would keep.
_WORDS = (MARKER, MARKER.lower())


@pytest.fixture
def planted(world: World, tmp_path: Path) -> World:
    """A session whose words stand wherever the product keeps any."""
    row = full(
        "m", "Who helps you?", f"{MARKER} does, a {MARKER} potter.", participant_ref="person-m"
    )
    transcripts, accounts = tmp_path / "m.jsonl", tmp_path / "m.csv"
    transcripts.write_text(json.dumps(row) + "\n")
    accounts.write_text(
        "transcript_id,full_name,email,account_id\n"
        f"m,{MARKER} Smith,m@example.org,account-of-{MARKER}\n"
    )
    choices = tmp_path / "m.choices.csv"
    choices.write_text(
        "transcript_id,scope,choice,at\nm,share_researchers,granted,2026-04-02T09:21:00Z\n"
    )
    here = world.installation
    assert import_transcripts(
        here, world.administrator, world.study, ImportFiles(transcripts, accounts, choices)
    ).kept
    read_by_the_machine(here, ["does"])
    (session_id,) = (
        each
        for (each,) in as_owner(
            here, "SELECT session_id FROM session_source WHERE transcript_id = 'm'"
        )
    )
    world.sessions["m"] = session_id  # type: ignore[assignment]
    as_owner(
        here,
        "INSERT INTO quasi_identifier SELECT id, 'occupation', :word, study_id, participant_id,"
        " 1, 0, 3 FROM session WHERE id = :id",
        id=session_id,
        word=MARKER,
    )
    as_owner(
        here,
        "INSERT INTO trust_safety_case (session_id, study_id, state, closed_at, reason, note)"
        " SELECT id, study_id, 'dismissed', now(), 'other', :word FROM session WHERE id = :id",
        id=session_id,
        word=MARKER,
    )
    desk = reviewing.open_desk(here, world.rosa, world.sessions["m"], PURPOSE)
    identifier, first = decide(place(desk, MARKER, 1))
    replaced = replace(first, replacement=f"[{MARKER}]")
    made = [(identifier, replaced)]
    reviewing.save(here, world.rosa, world.sessions["m"], desk.version, made)
    confirm_with_words(world)
    return world


def confirm_with_words(world: World) -> None:
    """Confirm below the service, whose leak check would not let the planted words pass."""
    as_owner(
        world.installation,
        "INSERT INTO redaction_set (session_id, study_id, turns_digest, set_digest, output_digest,"
        " redactions, confirmed_by) SELECT id, study_id, turns_digest, '\\x01', '\\x02',"
        " jsonb_build_array(CAST(:word AS text)), :by FROM session WHERE id = :id",
        id=world.sessions["m"],
        by=world.rosa.staff_id,
        word=MARKER,
    )
    # Nor would the database confirm what nobody read to its end.
    guard = "ALTER TABLE session {} TRIGGER confirmation_guarded"
    as_owner(world.installation, guard.format("DISABLE"))
    as_owner(
        world.installation,
        "UPDATE session SET review_state = 'confirmed', current_redaction_set_id ="
        " (SELECT r.id FROM redaction_set r WHERE r.session_id = session.id) WHERE id = :id",
        id=world.sessions["m"],
    )
    as_owner(world.installation, guard.format("ENABLE"))


def test_nothing_of_the_words_is_left_in_any_table(planted: World) -> None:
    here = planted.installation
    before = tables_with(here, _WORDS)
    assert before >= {
        f"public.{table}"
        for table in (
            "turn",
            "decision",
            "quasi_identifier",
            "session_search",
            "redaction_set",
            "trust_safety_case",
        )
    }
    account = as_owner(
        here,
        "SELECT count(*) FROM identity.account a JOIN session s USING (participant_id)"
        " WHERE s.id = :id",
        id=planted.sessions["m"],
    )
    assert account == [(1,)]
    assert erased(planted, "m").numbers == tuple(numbers_of(planted, "m"))
    assert tables_with(here, _WORDS) == set()
    for table in ERASED:
        assert as_owner(
            here,
            f"SELECT count(*) FROM {table} WHERE session_id = :id",
            id=planted.sessions["m"],
        ) == [(0,)], table
    left = as_owner(
        here,
        "SELECT count(a.*), count(p.account_digest) FROM session s"
        " JOIN participant p ON p.id = s.participant_id LEFT JOIN identity.account a"
        " ON a.participant_id = p.id WHERE s.id = :id",
        id=planted.sessions["m"],
    )
    assert left == [(0, 0)]


def test_the_tombstone_says_which_when_and_why_and_nothing_else(world: World) -> None:
    erased(world, "a")
    (row,) = as_owner(
        world.installation,
        "SELECT erasure_reason, erased_at IS NOT NULL, started_at, completed_at, language,"
        " word_count, turns_digest, current_run_id, questions_asked FROM session WHERE id = :id",
        id=world.sessions["a"],
    )
    assert row == ("asked", True, None, None, "und", 0, b"", None, None)
    view = sessions.open_session(world.installation, world.rosa, world.sessions["a"])
    assert (view.reading.rule, view.turns, view.who) == ("R05", (), None)
    with pytest.raises(Refused, match="R05"):
        sessions.open_original(world.installation, world.rosa, world.sessions["a"], PURPOSE)


def test_the_same_participants_other_sessions_stay_unless_the_person_is_meant(world: World) -> None:
    """Sessions a and b are one person's."""
    here = world.installation
    seen = erasure.preview(here, world.administrator, numbers_of(world, "a"), whole_person=False)
    assert [each.number for each in seen.open_] == numbers_of(world, "a")
    assert list(seen.others) == numbers_of(world, "b")
    erased(world, "a")
    assert sessions.open_session(here, world.rosa, world.sessions["b"]).turns
    people = "SELECT count(account_digest) FROM participant"
    before = as_owner(here, people)
    erased(world, "a", whole_person=True)
    assert not sessions.open_session(here, world.rosa, world.sessions["b"]).turns
    assert sessions.open_session(here, world.rosa, world.sessions["c"]).turns
    assert as_owner(here, people)[0][0] == int(str(before[0][0])) - 1


def test_open_requests_go_stale_and_what_left_is_listed_and_its_package_destroyed(
    world: World,
) -> None:
    open_, gone = world.approved("a"), world.released("a", "b")
    other = world.submitted("c")
    assert package_of(world, gone)
    found = erased(world, "a")
    assert world.state(open_) is ShareState.STALE
    assert world.state(other) is ShareState.SUBMITTED
    told = {
        (each.share_number, each.state, each.released_at is not None) for _, each in found.touched
    }
    assert told == {(1, "stale", False), (2, "released", True)}
    assert as_owner(
        world.installation, "SELECT package, package_destroyed_at IS NOT NULL FROM share_release"
    ) == [(b"", True)]
    with pytest.raises(Refused, match="destroyed"):
        fetching.offer(world.installation, world.ravi, gone, "The recipient lost its copy")
    # What it was is still on record, for whoever holds a copy.
    (left,) = as_owner(
        world.installation, "SELECT length(package_digest), size > 0 FROM share_release"
    )
    assert left == (32, True)


def test_a_link_made_before_the_erasure_opens_nothing_after_it(world: World) -> None:
    gone = world.released("a")
    token = fetching.offer(world.installation, world.ravi, gone)
    erased(world, "a")
    with pytest.raises(Refused, match="opens nothing"):
        fetching.take(world.installation, world.ravi, token)


def test_words_that_somebody_quoted_beside_a_session_go_with_it(world: World) -> None:
    share_id = world.submitted("a", "c")
    here = world.installation
    for name in ("a", "c"):
        voting.comment(
            here, world.amina, share_id, f"Why {MARKER}?", session_id=world.sessions[name], turn=1
        )
    erased(world, "a")
    (left,) = as_owner(here, "SELECT session_id FROM share_comment")
    assert left == (world.sessions["c"],)
    with pytest.raises(Refused, match="has been erased") as refused:
        voting.comment(here, world.amina, share_id, "Again", session_id=world.sessions["a"], turn=1)
    assert refused.value.rule == "R05"


def test_the_audit_trail_stays_whole_and_names_nobody(planted: World) -> None:
    erased(planted, "m")
    here = planted.installation
    report = trail.verify_as_owner(here)
    assert report.whole, report.how
    (row,) = as_owner(
        here, "SELECT object_id, purpose, detail FROM audit_event WHERE action = 'session.erase'"
    )
    assert row[0] == str(numbers_of(planted, "m")[0])
    assert row[1] == EVIDENCE["reason"]
    assert "Ticket 4711" in str(row[2])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"confirmation": "erase 2 sessions"}, "Type “erase 1 session”"),
        ({"confirmation": ""}, "cannot be undone"),
        ({"evidence": "-"}, "State the evidence"),
        ({"reason": "asked by a@b.example"}, "no address"),
        ({"numbers": [999]}, "no session 999"),
        ({"numbers": []}, "Name 1 to"),
    ],
)
def test_what_is_not_meant_in_full_erases_nothing(
    world: World, changes: dict[str, object], why: str
) -> None:
    asked = {
        "numbers": numbers_of(world, "a"),
        "whole_person": False,
        "confirmation": "erase 1 session",
        **EVIDENCE,
    }
    with pytest.raises(BadInput, match=why):
        erasure.erase(world.installation, world.administrator, **(asked | changes))  # type: ignore[arg-type]
    assert as_owner(
        world.installation, "SELECT count(*) FROM session WHERE erased_at IS NOT NULL"
    ) == [(0,)]


def test_erasing_twice_says_so(world: World) -> None:
    erased(world, "a")
    with pytest.raises(BadInput, match="erased already"):
        erased(world, "a")


@pytest.mark.parametrize("name", ["rosa", "amina"])
def test_nobody_but_an_administrator_erases_not_even_in_sql(world: World, name: str) -> None:
    somebody = getattr(world, name)
    here = world.installation
    with pytest.raises(Refused, match="administrator"):
        erasure.erase(
            here,
            somebody,
            numbers=[1],
            whole_person=False,
            confirmation="erase 1 session",
            **EVIDENCE,
        )
    with here.database.transaction(somebody.staff_id) as connection:
        assert meant(connection, [1], True) == []
        with pytest.raises(DBAPIError, match="only administrators erase"):
            connection.exec_driver_sql(
                "SELECT erase_sessions(ARRAY(SELECT id FROM session), 'asked', now())"
            )


@pytest.mark.parametrize("table", ["turn", "session", "finding", "redaction_set", "participant"])
def test_the_application_deletes_nothing_by_itself(world: World, table: str) -> None:
    with (
        world.installation.database.transaction(world.administrator.staff_id) as connection,
        pytest.raises(DBAPIError, match="permission denied"),
    ):
        connection.exec_driver_sql(f"DELETE FROM {table}")


def test_every_table_that_refers_to_a_session_is_erased_or_kept_for_a_reason(world: World) -> None:
    """A new table of this kind must say what an erasure leaves of it, here and in SQL."""
    referring = as_owner(
        world.installation,
        "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint"
        " WHERE contype = 'f' AND confrelid IN ('session'::regclass, 'share_session'::regclass)"
        " UNION SELECT table_name::text FROM information_schema.columns"
        " WHERE column_name = 'session_id' AND table_schema = 'public'",
    )
    assert {str(table) for (table,) in referring} == {*ERASED, *KEPT}
    (source,) = as_owner(
        world.installation,
        "SELECT string_agg(prosrc, ' ') FROM pg_proc"
        " WHERE proname IN ('erase_sessions', 'forget_second_reviews')",
    )
    for table in ERASED:
        assert f"DELETE FROM {table} " in str(source[0]), table


def test_the_same_file_does_not_bring_it_back(world: World, tmp_path: Path) -> None:
    erased(world, "a")
    path = tmp_path / "again.jsonl"
    path.write_text(
        json.dumps(full("a", "Who helps you?", "Somebody else.", participant_ref="account-ab"))
        + "\n"
    )
    report = import_transcripts(
        world.installation, world.administrator, world.study, ImportFiles(path)
    )
    assert not report.kept
    assert [(each.row, each.rule) for each in report.refusals] == [(1, "import.erased")]


def test_the_counts_of_queue_and_machine_follow(world: World) -> None:
    here = world.installation
    erased(world, "a", "b", sessions=2)
    progress = dict(
        as_owner(here, "SELECT state, sessions FROM review_progress WHERE sessions <> 0")
    )
    assert progress == {"confirmed": 1}
    assert dict(
        as_owner(here, "SELECT state, tasks FROM deidentification_progress WHERE tasks <> 0")
    ) == {"done": 1}
    assert as_owner(here, "SELECT count(*) FROM review_item") == [(1,)]


def test_an_erased_session_takes_nothing_in_any_more(world: World) -> None:
    erased(world, "a")
    here = world.installation
    with (
        here.database.transaction(world.rosa.staff_id) as connection,
        pytest.raises(DBAPIError, match=r"session\.erased"),
    ):
        connection.exec_driver_sql(
            "INSERT INTO turns_read (session_id, staff_id, study_id, turns) SELECT id,"
            f" '{world.rosa.staff_id}', study_id, '{{1}}' FROM session WHERE erased_at IS NOT NULL"
        )
    with here.database.transaction(world.rosa.staff_id) as connection:
        changed = connection.exec_driver_sql(
            "UPDATE session SET review_state = 'confirmed' WHERE erased_at IS NOT NULL"
        )
        assert changed.rowcount == 0


def test_a_choice_can_still_be_withdrawn_in_the_other_sessions(world: World) -> None:
    erased(world, "a")
    assert withdraw(
        world.installation,
        world.administrator,
        numbers=numbers_of(world, "b"),
        scopes=[ConsentScope.SHARE_RESEARCHERS],
        at=world.installation.now(),
        **EVIDENCE,
    )


def test_a_released_package_held_the_words_before(world: World) -> None:
    """So that the test above does not pass for want of a package."""
    gone = world.released("a")
    held = as_owner(world.installation, "SELECT package FROM share_release")[0][0]
    assert isinstance(held, bytes)
    with zipfile.ZipFile(BytesIO(held)) as package:
        assert b"workshop a" in b"".join(package.read(name) for name in package.namelist())
    assert world.state(gone) is ShareState.RELEASED


def test_an_auditor_still_sees_who_received_it(world: World) -> None:
    world.released("a")
    erased(world, "a")
    uma = world.hire("Uma", Role.AUDITOR)
    (left,) = trail.received(world.installation, uma, world.sessions["a"])
    assert (left.share_number, left.state) == (1, "released")
