"""Consent events by a file alone: whole or not at all, named row by row, in force at once."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from data_access.studies import StudyRow
from domain.errors import Refused
from domain.permissions import Actor
from domain.session_filters import SessionFilter
from domain.shares.lifecycle import ShareState
from domain.vocabulary import ConsentChoice, ConsentScope, Role
from services import access, import_jobs, sessions
from services.import_jobs import Offered
from services.importing.choices import ChoicesReport, import_choices, summary
from services.installation import Installation
from tests.conftest import Clock, Hire
from tests.services.rights_worlds import as_owner, erased
from tests.services.shares.conftest import world as world
from tests.services.shares.worlds import World
from tests.services.worlds import full, take_in

HEADER = "transcript_id,scope,choice,at\n"
EARLY, LATE = "2026-04-02T09:21:00Z", "2026-05-01T08:00:00Z"
Offer = Callable[[str], ChoicesReport]


@pytest.fixture
def rosa(
    installation: Installation,
    administrator: Actor,
    hire: Hire,
    study: StudyRow,
    tmp_path: Path,
) -> Actor:
    chosen = "".join(f"{name},publish_responses,granted,{EARLY}\n" for name in "ab")
    take_in(installation, administrator, study, tmp_path, full("a"), full("b"), choices=chosen)
    return hire("Rosa", Role.REVIEWER, study=study)


@pytest.fixture
def offer(
    installation: Installation, administrator: Actor, study: StudyRow, tmp_path: Path
) -> Offer:
    def offered(lines: str) -> ChoicesReport:
        path = tmp_path / "events.csv"
        path.write_text(HEADER + lines)
        return import_choices(installation, administrator, study, path)

    return offered


def published(installation: Installation, rosa: Actor) -> list[ConsentChoice]:
    rows = sessions.list_sessions(installation, rosa, SessionFilter()).rows
    return sorted(row.choices[ConsentScope.PUBLISH_RESPONSES] for row in rows)


def test_events_hold_at_once_and_the_same_file_again_adds_nothing(
    installation: Installation, rosa: Actor, offer: Offer
) -> None:
    lines = f"a,publish_responses,withdrawn,{LATE}\na,contact,granted,{LATE}\n"
    first = offer(lines)
    assert (first.kept, first.rows_read, first.choices, first.sessions) == (True, 2, 2, 1)
    assert published(installation, rosa) == [ConsentChoice.GRANTED, ConsentChoice.WITHDRAWN]
    again = offer(lines)
    assert (again.kept, again.choices, again.sessions) == (True, 0, 0)
    assert again.touched == ()


def test_the_latest_event_holds_in_whatever_order_it_comes(
    installation: Installation, rosa: Actor, offer: Offer
) -> None:
    offer(f"a,publish_responses,withdrawn,{LATE}\n")
    offer("a,publish_responses,granted,2026-04-20T08:00:00Z\n")
    assert published(installation, rosa) == [ConsentChoice.GRANTED, ConsentChoice.WITHDRAWN]


@pytest.mark.parametrize(
    ("line", "row", "rule", "why"),
    [
        (f"zz,contact,granted,{LATE}\n", 3, "import.choice-unknown", "no session of the study"),
        (f"a,contact,perhaps,{LATE}\n", 3, "import.shape", "choice"),
        (f"a,telephone,granted,{LATE}\n", 3, "import.shape", "scope"),
        ("a,contact,granted,2026-05-01T08:00:00\n", 3, "import.shape", "offset"),
        ("a,contact,granted,2999-05-01T08:00:00Z\n", 3, "import.shape", "future"),
        ("a,contact\n", 3, "import.shape", ""),
    ],
)
def test_one_bad_row_is_named_and_nothing_is_recorded(
    line: str, row: int, rule: str, why: str, installation: Installation, rosa: Actor, offer: Offer
) -> None:
    report = offer(f"a,publish_responses,withdrawn,{LATE}\n{line}")
    assert not report.kept
    ((found,)) = report.refusals
    assert (found.row, found.rule) == (row, rule)
    assert why in found.reason
    assert published(installation, rosa) == [ConsentChoice.GRANTED] * 2
    assert summary(report) == "Nothing was recorded: 1 of 2 rows were refused."


def test_a_session_of_another_study_is_not_known_here(
    installation: Installation,
    administrator: Actor,
    rosa: Actor,
    other_study: StudyRow,
    tmp_path: Path,
) -> None:
    path = tmp_path / "events.csv"
    path.write_text(f"{HEADER}a,contact,granted,{LATE}\n")
    report = import_choices(installation, administrator, other_study, path)
    assert [each.rule for each in report.refusals] == ["import.choice-unknown"]


def test_nobody_but_an_administrator_imports_them(
    installation: Installation, rosa: Actor, study: StudyRow, tmp_path: Path
) -> None:
    path = tmp_path / "events.csv"
    path.write_text(f"{HEADER}a,publish_responses,withdrawn,{LATE}\n")
    with pytest.raises(Refused, match="administrator"):
        import_choices(installation, rosa, study, path)
    assert published(installation, rosa) == [ConsentChoice.GRANTED] * 2


def test_what_they_touch_is_listed_and_goes_stale(world: World, tmp_path: Path) -> None:
    approved, released = world.approved("a", "c"), world.released("b")
    path = tmp_path / "events.csv"
    path.write_text(
        HEADER
        + "".join(f"{name},share_researchers,withdrawn,{LATE}\n" for name in "ab")
        + "c,contact,granted,2026-04-02T09:21:00Z\n"
    )
    report = import_choices(world.installation, world.administrator, world.study, path)
    told = [
        (each.share_number, each.state, each.sessions, each.released_at is not None)
        for each in report.touched
    ]
    assert told == [(1, "stale", 2, False), (2, "released", 1, True)]
    assert world.state(approved) is ShareState.STALE
    assert world.state(released) is ShareState.RELEASED
    assert summary(report).endswith(
        "Requests that hold one of them: 1. Released before, to recall if need be: 2."
    )


def test_an_erased_session_takes_no_choices(world: World, tmp_path: Path) -> None:
    erased(world, "a")
    path = tmp_path / "events.csv"
    path.write_text(f"{HEADER}a,contact,granted,{LATE}\n")
    report = import_choices(world.installation, world.administrator, world.study, path)
    assert [each.rule for each in report.refusals] == ["import.choice-erased"]


def test_many_rows_are_read_in_a_stream_and_say_how_far_they_are(
    installation: Installation, administrator: Actor, rosa: Actor, study: StudyRow, tmp_path: Path
) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        HEADER
        + "".join(
            f"a,contact,granted,2026-05-01T08:{n // 60:02}:{n % 60:02}Z\n" for n in range(2_500)
        )
    )
    seen: list[int] = []
    report = import_choices(
        installation, administrator, study, path, progress=lambda rows, _total: seen.append(rows)
    )
    assert (report.rows_read, report.choices, report.sessions) == (2_500, 2_500, 1)
    assert seen == [1_000, 2_000]


def test_a_file_offered_on_the_page_is_done_by_the_worker(
    installation: Installation, administrator: Actor, rosa: Actor, study: StudyRow
) -> None:
    content = f"{HEADER}a,publish_responses,withdrawn,{LATE}\n".encode()
    import_jobs.offer_choices(
        installation,
        administrator,
        study_id=study.id,
        choices=Offered("events.csv", io.BytesIO(content)),
    )
    service = access.service_actor(installation, "deidentification")
    assert import_jobs.work_one(installation, service, "w", lambda _words: "en")
    (job,) = import_jobs.recent_jobs(installation, administrator)
    assert (job.state, job.message) == (
        "done",
        "1 new choices about 1 sessions hold from now on.",
    )
    assert published(installation, rosa) == [ConsentChoice.GRANTED, ConsentChoice.WITHDRAWN]


def test_uploads_that_nobody_will_read_any_more_are_deleted(
    installation: Installation, administrator: Actor, study: StudyRow, clock: Clock
) -> None:
    import_jobs.offer_choices(
        installation,
        administrator,
        study_id=study.id,
        choices=Offered("events.csv", io.BytesIO(HEADER.encode())),
    )
    uploads = installation.settings.data_dir / "uploads"
    (needed,) = uploads.iterdir()
    left, fresh = uploads / "left", uploads / "fresh"
    for each in (left, fresh):
        each.mkdir()
        (each / "words.jsonl").write_text("somebody's words")
    clock.advance(timedelta(hours=2))
    os.utime(fresh, (clock().timestamp(), clock().timestamp()))
    service = access.service_actor(installation, "deidentification")
    assert import_jobs.discard_leftovers(installation, service) == 1
    assert set(uploads.iterdir()) == {needed, fresh}
    assert as_owner(installation, "SELECT count(*) FROM job WHERE state = 'waiting'") == [(1,)]
