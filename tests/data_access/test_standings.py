"""Standings: the database's code of a session is the domain's, and the kept counts are right."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from data_access import standings
from data_access.database import Database
from data_access.studies import StudyRow
from domain.consent import Choices
from domain.permissions import Actor
from domain.policy import SessionFacts, current_table
from domain.policy.counting import counting_plan
from domain.policy.selections import Part, Selection, Stretch
from domain.policy.standing_codes import NOT_COMPLETED, standing_of
from domain.policy.standings import cuts
from domain.vocabulary import ConsentChoice, FlagState, Plan, PolicyVersion, Role, SessionStatus
from services import access
from services.installation import Installation
from tests.conftest import Hire
from tests.services.sessions_by_sql import spread, spread_sessions

_EVERY = """
SELECT a, b, c, d, flag_state, memory_on, plan, status, completed_at IS NOT NULL AS has_end,
  erased_at IS NOT NULL AS erased, withdrawn_at IS NOT NULL AS withdrawn, assigned_version,
  ({expression}) AS code
FROM unnest(CAST(:choices AS text[])) AS a
CROSS JOIN unnest(CAST(:choices AS text[])) AS b
CROSS JOIN unnest(CAST(:choices AS text[])) AS c
CROSS JOIN unnest(CAST(:choices AS text[])) AS d
CROSS JOIN LATERAL (SELECT a AS choice_publish_responses, b AS choice_share_researchers,
  c AS choice_share_journalists, d AS choice_contact) AS chosen
CROSS JOIN unnest(CAST(:flags AS text[])) AS flag_state
CROSS JOIN unnest(ARRAY[true, false]) AS memory_on
CROSS JOIN unnest(CAST(:plans AS text[])) AS plan
CROSS JOIN unnest(CAST(:statuses AS text[])) AS status
CROSS JOIN unnest(CAST(:versions AS text[])) AS assigned_version
CROSS JOIN (VALUES (timestamptz '2026-04-02 09:20Z', NULL, NULL),
  (timestamptz '2026-04-02 09:20Z', now(), NULL), (timestamptz '2026-04-02 09:20Z', NULL, now()),
  (NULL, now(), now())) AS times (completed_at, erased_at, withdrawn_at)
"""
COMPLETED = datetime(2026, 4, 2, 9, 20, tzinfo=UTC)


@contextmanager
def owner(database: Database) -> Iterator[Connection]:
    engine = create_engine(database.addresses.owner or "")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_the_databases_code_of_a_session_is_the_domains_for_every_combination(
    database: Database,
) -> None:
    with owner(database) as connection:
        expression = connection.execute(
            text(
                "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_attribute a"
                " ON a.attrelid = d.adrelid AND a.attnum = d.adnum"
                " WHERE d.adrelid = 'session'::regclass AND a.attname = 'standing'"
            )
        ).scalar_one()
        rows = connection.execute(
            text(_EVERY.format(expression=expression).replace("::", "\\:\\:")),
            {
                "choices": list(ConsentChoice),
                "flags": list(FlagState),
                "plans": list(Plan),
                "statuses": list(SessionStatus),
                "versions": [
                    PolicyVersion.NONE,
                    PolicyVersion.DECEMBER_2025,
                    PolicyVersion.MARCH_2026,
                ],
            },
        ).all()
    assert len(rows) == 4**4 * 4 * 2 * 6 * 3 * 3 * 4
    choices = {
        four: Choices(*map(ConsentChoice, four)) for four in {tuple(row[:4]) for row in rows}
    }
    for row in rows:
        facts = SessionFacts(
            status=SessionStatus(row.status),
            completed_at=COMPLETED if row.has_end else None,
            plan=Plan(row.plan),
            memory_on=row.memory_on,
            flag=FlagState(row.flag_state),
            choices=choices[tuple(row[:4])],
            erased=row.erased,
            withdrawn=row.withdrawn,
            assigned_version=PolicyVersion(row.assigned_version),
        )
        assert standing_of(facts) == row.code, row


# The counts that are kept ------------------------------------------------------------------------

NOW = datetime(2031, 1, 5, 9, 30, tzinfo=UTC)


def told(installation: Installation, actor: Actor, studies: list[UUID]) -> Counter[Any]:
    plan = counting_plan(cuts([current_table()], NOW))
    with installation.database.transaction(actor.staff_id) as connection:
        counts = standings.counts(connection, studies, plan, -1, as_administrator=True)
    return Counter({(each.study_id, each.slot, each.standing): each.sessions for each in counts})


def one_by_one(installation: Installation) -> Counter[Any]:
    at = cuts([current_table()], NOW)
    with owner(installation.database) as connection:
        rows = connection.execute(text("SELECT study_id, completed_at, standing FROM session"))
        return Counter(
            (
                row.study_id,
                None if row.standing & NOT_COMPLETED else bisect_right(at, row.completed_at),
                row.standing,
            )
            for row in rows
        )


_CHANGES = (
    "UPDATE session SET flag_state = 'open' WHERE number % 7 = 0",
    "UPDATE session SET flag_state = 'upheld', memory_on = NOT memory_on WHERE number % 14 = 0",
    "UPDATE session SET review_state = 'in_review' WHERE number % 2 = 0",
    "UPDATE session SET choice_share_researchers = 'withdrawn' WHERE number % 3 = 0",
    "UPDATE session SET erased_at = now(), erasure_reason = 'asked', completed_at = NULL"
    " WHERE number % 11 = 0",
    "UPDATE session SET completed_at = completed_at + interval '40 days',"
    " sorted_at = sorted_at + interval '40 days'"
    " WHERE number % 5 = 0 AND completed_at IS NOT NULL",
    "DELETE FROM review_item WHERE session_id IN (SELECT id FROM session WHERE number % 13 = 0);"
    " DELETE FROM session WHERE number % 13 = 0",
)


def test_the_kept_counts_follow_every_change_of_a_session(
    installation: Installation, administrator: Actor, study: StudyRow, other_study: StudyRow
) -> None:
    studies = [study.id, other_study.id]
    spread_sessions(installation.database, [study, other_study], spread(random.Random(3), 400, NOW))
    expected = one_by_one(installation)
    assert len(expected) > 100
    assert told(installation, administrator, studies) == expected
    engine = access.service_actor(installation, "deidentification")
    for place, change in enumerate(_CHANGES):
        with owner(installation.database) as connection:
            connection.execute(text(change))
        if place % 2:
            with installation.database.transaction(engine.staff_id) as connection:
                standings.add_up(connection)
        assert told(installation, administrator, studies) == one_by_one(installation), change
    with installation.database.transaction(engine.staff_id) as connection:
        assert standings.add_up(connection) > 0
        assert standings.add_up(connection) == 0
    with owner(installation.database) as connection:
        twice = connection.execute(
            text(
                "SELECT count(*) FROM (SELECT 1 FROM session_standing"
                " GROUP BY study_id, grain, starts_on, standing HAVING count(*) > 1) AS more"
            )
        ).scalar_one()
    assert twice == 0
    assert told(installation, administrator, studies) == one_by_one(installation)


def test_changes_and_their_adding_up_at_once_lose_none(
    installation: Installation, administrator: Actor, study: StudyRow
) -> None:
    spread_sessions(installation.database, [study], spread(random.Random(5), 120, NOW))
    engine = access.service_actor(installation, "deidentification")

    def change(part: int) -> None:
        for state in ("open", "upheld", "dismissed"):
            with owner(installation.database) as connection:
                connection.execute(
                    text("UPDATE session SET flag_state = :state WHERE number % 4 = :part"),
                    {"state": state, "part": part},
                )

    def add_up(_: int) -> None:
        for _ in range(10):
            with installation.database.transaction(engine.staff_id) as connection:
                standings.add_up(connection)

    with ThreadPoolExecutor(6) as pool:
        for done in [
            *(pool.submit(change, n) for n in range(4)),
            pool.submit(add_up, 0),
            pool.submit(add_up, 1),
        ]:
            done.result()
    assert told(installation, administrator, [study.id]) == one_by_one(installation)


def test_nobody_waits_for_an_import_that_is_moving_in(
    installation: Installation, administrator: Actor, study: StudyRow
) -> None:
    rows = spread(random.Random(9), 40, NOW)
    spread_sessions(installation.database, [study], rows)
    engine = create_engine(installation.database.addresses.owner or "")
    with engine.connect() as importing, importing.begin() as unfinished:
        spread_sessions(installation.database, [study], rows, connection=importing)
        with owner(installation.database) as connection:
            connection.execute(text("SET LOCAL lock_timeout = '2s'"))
            connection.execute(
                text(
                    "UPDATE session SET choice_contact = 'withdrawn'"
                    " WHERE number = (SELECT min(number) FROM session)"
                )
            )
        unfinished.rollback()
    engine.dispose()
    assert told(installation, administrator, [study.id]) == one_by_one(installation)


@pytest.mark.parametrize("role", Role)
def test_counts_and_facts_are_of_those_whose_facts_one_may_know(
    role: Role, installation: Installation, hire: Hire, study: StudyRow, other_study: StudyRow
) -> None:
    spread_sessions(installation.database, [study, other_study], spread(random.Random(4), 60, NOW))
    person = hire("Someone", role, study=study)
    plan = counting_plan(cuts([current_table()], NOW))
    everything = one_by_one(installation)
    parts = [
        Part(study_id, Stretch(None, None), frozenset(each[2] for each in everything), 1, 1)
        for study_id in (study.id, other_study.id)
    ]
    for asks_as_administrator in (False, True):
        with installation.database.transaction(person.staff_id) as connection:
            counts = standings.counts(
                connection,
                [study.id, other_study.id],
                plan,
                -1,
                as_administrator=asks_as_administrator,
            )
            listed = standings.selected(
                connection,
                Selection(-1, tuple(parts)),
                1_000,
                as_administrator=asks_as_administrator,
            )
        expected = {
            key: count
            for key, count in everything.items()
            if (role is Role.ADMINISTRATOR and asks_as_administrator)
            or (role is Role.REVIEWER and key[0] == study.id)
            or (role is Role.TRUST_SAFETY and key[2] & 768)
        }
        assert {(e.study_id, e.slot, e.standing): e.sessions for e in counts} == expected
        assert len(listed) == sum(expected.values())
        assert [(each.sorted_at, each.id) for each in listed] == sorted(
            (each.sorted_at, each.id) for each in listed
        )


def test_the_counts_are_written_and_read_through_functions_alone(
    installation: Installation, administrator: Actor
) -> None:
    for statement in (
        "SELECT * FROM session_standing",
        "INSERT INTO session_standing (study_id, grain, starts_on, standing, sessions)"
        " SELECT id, 'day', now(), 0, 1 FROM study",
        "DELETE FROM session_standing",
    ):
        with (
            pytest.raises(DBAPIError, match="permission denied"),
            installation.database.transaction(administrator.staff_id) as connection,
        ):
            connection.execute(text(statement))


def test_a_completed_session_stands_in_lists_where_it_was_completed(
    installation: Installation, study: StudyRow
) -> None:
    spread_sessions(installation.database, [study], spread(random.Random(6), 30, NOW))
    with (
        pytest.raises(IntegrityError, match="sorted_by_completion"),
        owner(installation.database) as connection,
    ):
        connection.execute(text("UPDATE session SET sorted_at = sorted_at + interval '1 second'"))


def test_a_session_is_imported_with_its_date_alone(
    installation: Installation, administrator: Actor, study: StudyRow
) -> None:
    spread_sessions(installation.database, [study], spread(random.Random(6), 1, NOW))
    copy = (
        "INSERT INTO session (study_id, participant_id, completed_at, sorted_at, language, status,"
        " plan, memory_on, policy_version, turn_count, word_count, turns_digest, import_batch_id,"
        " assigned_version)"
        " SELECT :study, p.id, '2026-02-01', '2026-02-01', 'en', 'completed', 'pro', false, 'none',"
        " 1, 1, 'x', b.id, :assigned FROM participant p CROSS JOIN import_batch b LIMIT 1"
    )
    with (
        pytest.raises(DBAPIError, match="row-level security"),
        installation.database.transaction(administrator.staff_id) as connection,
    ):
        connection.execute(text(copy), {"study": study.id, "assigned": "2026-03-23"})
    with installation.database.transaction(administrator.staff_id) as connection:
        connection.execute(text(copy), {"study": study.id, "assigned": "none"})
    assert told(installation, administrator, [study.id]) == one_by_one(installation)
