"""Participants' rights on the command line: the same services, exit codes and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from services import installation as installations
from tests.conftest import Clock
from tests.services.rights_worlds import as_owner, numbers_of
from tests.services.shares.conftest import world as world
from tests.services.shares.worlds import World
from tests.test_cli import Run

SAID = ("--evidence", "Ticket 4711", "--reason", "The participant wrote to us")


@pytest.fixture
def run(world: World) -> Iterator[Run]:
    def command(*words: str) -> object:
        installations.use(world.installation)
        return CliRunner().invoke(cli.app, [*words], env={"COLUMNS": "200"})

    yield command  # type: ignore[misc]
    installations.use(None)


def test_a_withdrawal_is_recorded_and_lists_what_it_touches(run: Run, world: World) -> None:
    world.released("a")
    (number,) = map(str, numbers_of(world, "a"))
    done = run("consent", "withdraw", number, "--scope", "share_researchers", *SAID)
    assert done.exit_code == 0, done.output
    assert "1 choices withdrawn" in done.output
    assert "Odile Brandt" in done.output
    again = run("consent", "withdraw", number, "--scope", "share_researchers", *SAID)
    assert again.exit_code == 2
    assert "withdrawn already" in again.output


@pytest.mark.parametrize(
    ("at", "why"), [("yesterday", "Write the instant"), ("2026-05-01", "offset")]
)
def test_an_instant_that_is_none_is_said(run: Run, world: World, at: str, why: str) -> None:
    (number,) = map(str, numbers_of(world, "a"))
    done = run("consent", "withdraw", number, "--scope", "contact", *SAID, "--at", at)
    assert done.exit_code == 2
    assert why in done.output


def test_no_further_use_of_a_whole_person(run: Run, world: World) -> None:
    first, second = map(str, numbers_of(world, "a", "b"))
    done = run("consent", "no-further-use", first, "--whole-person", *SAID)
    assert done.exit_code == 0, done.output
    assert first in done.output
    assert second in done.output
    assert as_owner(
        world.installation, "SELECT count(*) FROM session WHERE withdrawn_at IS NOT NULL"
    ) == [(2,)]


def test_an_erasure_says_first_what_would_go_and_then_does_it(run: Run, world: World) -> None:
    (number,) = map(str, numbers_of(world, "a"))
    looked = run("erase", "sessions", number, *SAID)
    assert looked.exit_code == 1
    assert f"Would erase session {number}." in looked.output
    assert '--confirm "erase 1 session"' in looked.output
    assert as_owner(world.installation, "SELECT count(DISTINCT session_id) FROM turn") == [(3,)]
    wrong = run("erase", "sessions", number, *SAID, "--confirm", "yes")
    assert wrong.exit_code == 2
    done = run("erase", "sessions", number, *SAID, "--confirm", "erase 1 session")
    assert done.exit_code == 0, done.output
    assert f"Erased session {number}." in done.output
    assert as_owner(world.installation, "SELECT count(DISTINCT session_id) FROM turn") == [(2,)]


def test_tombstones_are_listed_to_be_kept_beside_a_backup(run: Run, world: World) -> None:
    numbers = numbers_of(world, "a", "b")
    for number in numbers:
        run("erase", "sessions", str(number), *SAID, "--confirm", "erase 1 session")
    listed = run("erase", "list").output.splitlines()
    assert listed[0] == "number,study,erased_at,reason"
    assert [line.split(",")[:2] for line in listed[1:]] == [
        [str(number), world.study.slug] for number in sorted(numbers)
    ]
    assert all(line.endswith(",asked") for line in listed[1:])


def test_choices_alone_are_imported_or_named_row_by_row(
    run: Run, world: World, tmp_path: Path
) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        "transcript_id,scope,choice,at\na,share_researchers,withdrawn,2026-05-01T08:00:00Z\n"
    )
    done = run("import", "choices", str(path), "--study", world.study.slug)
    assert done.exit_code == 0, done.output
    assert "1 new choices about 1 sessions hold from now on." in done.output
    path.write_text("transcript_id,scope,choice,at\nzz,contact,granted,2026-05-01T08:00:00Z\n")
    refused = run("import", "choices", str(path), "--study", world.study.slug)
    assert refused.exit_code == 1
    assert "events.csv, row 2 (zz)" in refused.output
    assert "import.choice-unknown" in refused.output


def test_a_participant_who_changed_their_mind_is_recorded(
    run: Run, world: World, clock: Clock
) -> None:
    (number,) = map(str, numbers_of(world, "a"))
    early = run("consent", "further-use-again", number, *SAID)
    assert early.exit_code == 2
    assert "was not withdrawn" in early.output
    run("consent", "no-further-use", number, *SAID)
    clock.advance(timedelta(days=1))
    done = run("consent", "further-use-again", number, *SAID)
    assert done.exit_code == 0, done.output
    assert f"Session {number} may be used as chosen" in done.output


def test_what_is_due_is_counted(run: Run, world: World) -> None:
    done = run("retention", "due")
    assert done.exit_code == 0, done.output
    # A narrow terminal breaks the title.
    assert "Making things" in done.output


def test_nobody_else_does_any_of_it(run: Run, world: World) -> None:
    (number,) = map(str, numbers_of(world, "a"))
    for words in (
        ("consent", "withdraw", number, "--scope", "contact", *SAID),
        ("consent", "no-further-use", number, *SAID),
        ("consent", "further-use-again", number, *SAID),
        ("erase", "sessions", number, *SAID, "--confirm", "erase 1 session"),
        ("erase", "list"),
        ("retention", "due"),
    ):
        refused = run(*words, "--as", "rosa@clearance.example")
        assert refused.exit_code == 1, words
        assert "takes the role administrator" in refused.output
