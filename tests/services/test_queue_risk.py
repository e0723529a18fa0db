"""What nobody shares weighs in the queue, is said there, and ends when somebody shares it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import text

from data_access import quasi_identifiers
from data_access import sessions as stored
from data_access.studies import StudyRow
from deidentification.quasi_identifiers import find_quasi_identifiers
from domain.findings import Finding
from domain.permissions import Actor
from domain.redaction import DecisionKind
from domain.session_filters import SessionFilter
from domain.spans import Span
from domain.vocabulary import Coverage, Role
from services import access, deidentification, queue_risk, review_queue, reviewing, sessions
from services.deidentification import SERVICE
from services.installation import Installation
from tests.conftest import Hire
from tests.services.reviews import PURPOSE, decide, place
from tests.services.test_deidentification import PatientEngine
from tests.services.worlds import full, read_by_the_machine, take_in

Said = dict[str, str]


@pytest.fixture
def rosa(hire: Hire, study: StudyRow) -> Actor:
    return hire("Rosa", Role.REVIEWER, study=study)


Take = Callable[[Said], dict[str, UUID]]


@pytest.fixture
def take(
    installation: Installation, administrator: Actor, study: StudyRow, tmp_path: Path, rosa: Actor
) -> Take:
    """Take sessions in and have the machine find nothing in them; their ids by what was said."""

    def taken(said: Said) -> dict[str, UUID]:
        rows = [full(name, "What do you do?", words) for name, words in said.items()]
        take_in(installation, administrator, study, tmp_path, *rows)
        read_by_the_machine(installation, [])
        listed = sessions.list_sessions(installation, rosa, SessionFilter()).rows
        with installation.database.transaction(rosa.staff_id) as connection:
            by_words = {stored.turns(connection, row.id)[1].text: row.id for row in listed}
        return {name: by_words[words] for name, words in said.items()}

    return taken


def weigh(installation: Installation, session_id: UUID, findings: tuple[Finding, ...] = ()) -> None:
    """As the machine does when it has read a session."""
    service = access.service_actor(installation, SERVICE)
    with installation.database.transaction(service.staff_id) as connection:
        held = quasi_identifiers.whose(connection, session_id)
        assert held is not None
        study_id, participant_id, _run = held
        found = find_quasi_identifiers(stored.turns(connection, session_id), findings)
        quasi_identifiers.keep(connection, session_id, study_id, participant_id, found)
        queue_risk.weigh(connection, session_id, study_id, participant_id, found, findings)


def order(installation: Installation, rosa: Actor, study: StudyRow) -> dict[UUID, str]:
    shown = review_queue.queue(installation, rosa, study.slug).shown
    assert shown is not None
    return {each.session_id: each.why for each in shown.head}


def test_a_session_with_a_combination_that_nobody_shares_comes_earlier_and_says_why(
    installation: Installation, rosa: Actor, study: StudyRow, take: Take
) -> None:
    ids = take(
        {
            "a": "I'm a carpenter and I have a PhD.",
            "b": "I'm a carpenter.",
            "c": "I have a PhD.",
            "d": "I like tea.",
        }
    )
    for session_id in ids.values():
        weigh(installation, session_id)

    held = order(installation, rosa, study)

    assert next(iter(held)) == ids["a"]
    assert held[ids["a"]] == "Nobody shares its education with occupation."
    assert held[ids["b"]] == held[ids["c"]] == held[ids["d"]] == "Nothing was found."


def test_it_ends_for_both_when_somebody_comes_to_share_it(
    installation: Installation, rosa: Actor, study: StudyRow, take: Take
) -> None:
    ids = take({"a": "I'm a carpenter.", "b": "I'm a carpenter. I like tea."})
    weigh(installation, ids["a"])
    assert order(installation, rosa, study)[ids["a"]] == "Nobody shares its occupation."
    weigh(installation, ids["b"])
    assert set(order(installation, rosa, study).values()) == {"Nothing was found."}


def test_when_a_small_combination_ends_a_larger_one_takes_its_place(
    installation: Installation, rosa: Actor, study: StudyRow, take: Take
) -> None:
    ids = take(
        {
            "a": "I'm a carpenter and I have a PhD.",
            "b": "I'm a carpenter.",
            "c": "I have a PhD.",
        }
    )
    weigh(installation, ids["a"])
    assert order(installation, rosa, study)[ids["a"]] == "Nobody shares its education and 1 more."
    weigh(installation, ids["b"])
    weigh(installation, ids["c"])
    why = order(installation, rosa, study)[ids["a"]]
    assert why == "Nobody shares its education with occupation."


def test_what_the_machine_takes_out_makes_nobody_unique(
    installation: Installation, rosa: Actor, study: StudyRow, take: Take
) -> None:
    ids = take({"a": "I'm a carpenter."})
    out = Finding(Span(1, 6, 15), "OCCUPATION", 0.9, "test", "A test says so.", "[OCCUPATION_1]")
    weigh(installation, ids["a"], (out,))
    assert "Nobody" not in order(installation, rosa, study)[ids["a"]]


def test_two_sessions_of_one_participant_share_nothing_with_others(
    installation: Installation,
    administrator: Actor,
    rosa: Actor,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    rows = [
        full(name, "And?", "I'm a carpenter.", participant_ref="account-same")
        for name in ("a", "b")
    ]
    take_in(installation, administrator, study, tmp_path, *rows)
    read_by_the_machine(installation, [])
    ids = [row.id for row in sessions.list_sessions(installation, rosa, SessionFilter()).rows]
    for session_id in ids:
        weigh(installation, session_id)
    assert set(order(installation, rosa, study).values()) == {"Nobody shares its occupation."}


def test_two_workers_at_once_never_both_keep_what_they_share(
    installation: Installation, rosa: Actor, study: StudyRow, take: Take
) -> None:
    names = [f"s{number}" for number in range(6)]
    ids = take({name: f"I'm a carpenter. {name}" for name in names})
    together = Barrier(len(names))

    def work(session_id: UUID) -> None:
        together.wait()
        weigh(installation, session_id)

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(work, ids.values()))
    assert set(order(installation, rosa, study).values()) == {"Nothing was found."}
    service = access.service_actor(installation, SERVICE)
    with installation.database.transaction(service.staff_id) as connection:
        kept = connection.execute(text("SELECT count(*) FROM special_unique")).scalar_one()
    assert kept == 0


def test_the_machine_weighs_what_it_reads_and_nobody_else_sees_the_combinations(
    installation: Installation,
    administrator: Actor,
    rosa: Actor,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    take_in(installation, administrator, study, tmp_path, full("a", "And?", "I'm a carpenter."))
    service = access.service_actor(installation, SERVICE)
    deidentification.process_some(
        installation, service, PatientEngine(), worker="w", study_id=None, at_most=9
    )
    (why,) = order(installation, rosa, study).values()
    assert why == "Nobody shares its occupation."
    for person in (rosa, administrator):
        with installation.database.transaction(person.staff_id) as connection:
            seen = connection.execute(text("SELECT count(*) FROM special_unique")).scalar_one()
        assert seen == 0


def test_a_new_run_finds_by_searching_only_what_people_left_standing(
    installation: Installation,
    administrator: Actor,
    rosa: Actor,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    take_in(installation, administrator, study, tmp_path, full("a", "And?", "I live in Kelpwick."))
    service = access.service_actor(installation, SERVICE)

    def run(engine: str) -> None:
        deidentification.process_some(
            installation,
            service,
            PatientEngine(digest=engine),
            worker="w",
            study_id=None,
            at_most=9,
        )

    run("one")
    (row,) = sessions.list_sessions(installation, rosa, SessionFilter()).rows
    desk = reviewing.open_desk(installation, rosa, row.id, PURPOSE)
    own = decide(place(desk, "Kelpwick", 1))
    reviewing.save(installation, rosa, row.id, 0, [own])

    deidentification.run_again(installation, administrator, study, "two")
    run("two")

    again = reviewing.look_again(installation, rosa, row.id)
    assert (again.row.coverage, again.row.current_run_id) != (Coverage.PENDING, row.current_run_id)
    assert [kept.id for kept in again.decisions] == [own[0]]
    assert again.decisions[0].decision.kind is DecisionKind.REDACT
    wanted = SessionFilter(query="Kelpwick")
    assert sessions.list_sessions(installation, rosa, wanted).count == 0
