"""The machine's queue: each session claimed once, results kept once, failures set aside."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from data_access import review
from data_access.review import MOST_ATTEMPTS, ClaimedTask, Progress
from data_access.studies import StudyRow
from deidentification.engine import Engine, KnownIdentifiers, Result
from domain.findings import Finding
from domain.permissions import Actor
from domain.spans import Span
from domain.transcripts import Turn
from domain.vocabulary import Coverage, Role
from services import access, deidentification_progress, sessions
from services.deidentification import LEASE, SERVICE, process_some, run_again
from services.importing.load import ImportFiles, import_transcripts
from services.installation import Installation
from tests.conftest import Clock, Hire
from tests.services.worlds import full, take_in

_COUNT = 20


class PatientEngine(Engine):
    """An engine without models: covers one word, or fails as told; keeps what it was given."""

    def __init__(self, *, digest: str = "engine-1", fails: bool = False) -> None:
        self._digest = digest
        self.fails = fails
        self.given: list[KnownIdentifiers] = []

    def deidentify(
        self,
        turns: Sequence[Turn],
        language: str | None = None,
        known: KnownIdentifiers | None = None,
    ) -> Result:
        assert known is not None
        self.given.append(known)
        if self.fails:
            raise RuntimeError("Grete Winkelbauer cannot be read")
        found = tuple(
            Finding(Span(turn.index, 0, 6), "PERSON", 0.9, "test", "A test says so.", "[PERSON_1]")
            for turn in turns
            if turn.text.startswith("Chairs")
        )
        return Result(found, language or "en", Coverage.FULL, self._digest)


@pytest.fixture
def queue(
    installation: Installation, administrator: Actor, study: StudyRow, tmp_path: Path
) -> None:
    take_in(
        installation,
        administrator,
        study,
        tmp_path,
        *(full(f"t{number}") for number in range(_COUNT)),
    )


@pytest.fixture
def service(installation: Installation, administrator: Actor) -> Actor:
    return access.service_actor(installation, SERVICE)


def _progress(installation: Installation, actor: Actor, study: StudyRow) -> Progress:
    return deidentification_progress.progress(installation, actor, study.id)


def _claim(
    installation: Installation, service: Actor, worker: str, clock: Clock, at_most: int = 3
) -> list[ClaimedTask]:
    with installation.database.transaction(service.staff_id) as connection:
        return review.claim(
            connection, study_id=None, worker=worker, at_most=at_most, lease=LEASE, now=clock()
        )


@pytest.mark.usefixtures("queue")
def test_four_workers_claim_each_session_once(
    installation: Installation, service: Actor, clock: Clock
) -> None:
    taken: list[UUID] = []

    def work(name: str) -> None:
        while claimed := _claim(installation, service, name, clock):
            taken.extend(task.session_id for task in claimed)

    threads = [threading.Thread(target=work, args=(f"worker {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == _COUNT


@pytest.mark.usefixtures("queue")
def test_four_workers_read_every_session_once_to_the_end(
    installation: Installation, administrator: Actor, study: StudyRow, service: Actor
) -> None:
    engine = PatientEngine()

    def work(name: str) -> None:
        while process_some(
            installation, service, engine, worker=name, study_id=study.id, at_most=2
        ):
            pass

    threads = [threading.Thread(target=work, args=(f"worker {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(engine.given) == _COUNT
    assert _progress(installation, administrator, study) == Progress(0, _COUNT, 0)


@pytest.mark.usefixtures("queue")
def test_a_worker_that_is_told_to_stop_gives_back_what_it_has_not_begun(
    installation: Installation, administrator: Actor, study: StudyRow, service: Actor
) -> None:
    engine = PatientEngine()
    process_some(
        installation,
        service,
        engine,
        worker="one",
        study_id=study.id,
        at_most=8,
        stop=lambda: len(engine.given) >= 3,
    )
    assert _progress(installation, administrator, study) == Progress(_COUNT - 3, 3, 0)
    # At once, before any lease ends.
    assert process_some(
        installation, service, engine, worker="two", study_id=study.id, at_most=_COUNT
    ) == (_COUNT - 3)


@pytest.mark.usefixtures("queue")
def test_a_claim_lasts_as_long_as_its_lease_and_the_late_worker_writes_nothing(
    installation: Installation, study: StudyRow, service: Actor, clock: Clock, hire: Hire
) -> None:
    (late,) = _claim(installation, service, "late", clock, at_most=1)
    clock.advance(LEASE)
    rest = _claim(installation, service, "quick", clock, at_most=_COUNT)
    assert late.session_id not in {task.session_id for task in rest}
    clock.advance(timedelta(microseconds=1))
    (again,) = _claim(installation, service, "quick", clock, at_most=_COUNT)
    assert (again.session_id, again.attempts) == (late.session_id, 2)
    with installation.database.transaction(service.staff_id) as connection:
        assert not review.still_holds(connection, late.session_id, "late")
        assert review.still_holds(connection, late.session_id, "quick")


def test_a_session_that_fails_is_set_aside_after_three_attempts_and_can_be_run_again(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    service: Actor,
    hire: Hire,
    tmp_path: Path,
) -> None:
    take_in(installation, administrator, study, tmp_path, full("only"))
    rosa = hire("Rosa", Role.REVIEWER, study=study)

    def run(engine: PatientEngine) -> int:
        return process_some(installation, service, engine, worker="w", study_id=study.id, at_most=9)

    broken = PatientEngine(fails=True)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert _progress(installation, administrator, study).waiting == 1, attempt
        assert run(broken) == 1
    assert run(broken) == 0
    assert _progress(installation, administrator, study) == Progress(0, 0, 1)
    (row,) = sessions.list_sessions(installation, rosa, sessions.SessionFilter()).rows
    assert row.coverage is Coverage.FAILED
    assert sessions.open_session(installation, rosa, row.id).turns == ()

    assert run_again(installation, administrator, study, "engine-1") == 1
    assert run(PatientEngine()) == 1
    view = sessions.open_session(installation, rosa, row.id)
    assert view.turns[1].text == "[PERSON_1], mostly."
    # What this engine made is not made again; another engine's is.
    assert run_again(installation, administrator, study, "engine-1") == 0
    assert run_again(installation, administrator, study, "engine-2") == 1
    assert run(PatientEngine(digest="engine-2")) == 1


def test_the_engine_is_told_the_name_and_address_of_the_account(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    service: Actor,
    tmp_path: Path,
) -> None:
    transcripts, accounts = tmp_path / "s.jsonl", tmp_path / "accounts.csv"
    transcripts.write_text(json.dumps(full("only")) + "\n")
    accounts.write_text("transcript_id,full_name,email\nonly,Ada Byron,ada@mail.example\n")
    import_transcripts(installation, administrator, study, ImportFiles(transcripts, accounts))
    engine = PatientEngine()
    process_some(installation, service, engine, worker="w", study_id=None, at_most=9)
    (told,) = engine.given
    assert (told.full_name, told.email) == ("Ada Byron", "ada@mail.example")


def test_rate_and_time_left_come_from_what_was_done_lately(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    queue: None,
    service: Actor,
    clock: Clock,
) -> None:
    assert _progress(installation, administrator, study).pace.a_minute is None
    for _ in range(10):
        clock.advance(timedelta(seconds=6))
        process_some(installation, service, PatientEngine(), worker="w", study_id=None, at_most=1)
    held = _progress(installation, administrator, study)
    assert (held.done, held.waiting) == (10, _COUNT - 10)
    assert held.pace.a_minute == pytest.approx(10)
    assert held.pace.left == timedelta(minutes=1)
    (every,) = deidentification_progress.every(installation, administrator).values()
    assert every == held == deidentification_progress.overall(installation, administrator)
    clock.advance(timedelta(minutes=3))
    assert _progress(installation, administrator, study).pace.a_minute is None
