"""The command for monitoring: what it prints, and whether its exit code wakes somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from click.testing import Result
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

import cli
from data_access.studies import StudyRow
from domain.permissions import Actor
from services import installation as installations
from services.installation import Installation
from tests.data_access.test_audit_chain import as_superuser
from tests.services.rights_worlds import as_owner

Run = Callable[..., Result]


@pytest.fixture
def run(installation: Installation) -> Iterator[Run]:
    def command(*words: str) -> Result:
        installations.use(installation)
        return CliRunner().invoke(cli.app, [*words])

    yield command
    installations.use(None)


def test_the_command_exits_with_0_when_everything_runs_and_1_when_something_needs_somebody(
    run: Run, installation: Installation, study: StudyRow, beat: Callable[..., None]
) -> None:
    wrong = run("status")
    assert wrong.exit_code == 1
    assert "PROBLEM: No worker is running" in wrong.output
    assert "python -m jobs.worker" in wrong.output
    assert "Everything runs." not in wrong.output
    beat()
    well = run("status")
    assert well.exit_code == 0
    assert "NOTICE: The audit chain was never walked." in well.output
    assert "workers: 1 answer" in well.output
    assert "study making-things: 0 for the machine, 0 for review" in well.output
    assert "Everything runs." in well.output


def test_the_quiet_command_says_nothing_when_all_is_well_and_what_needs_somebody_otherwise(
    run: Run, administrator: Actor, beat: Callable[..., None]
) -> None:
    wrong = run("status", "--quiet")
    assert wrong.exit_code == 1
    assert [line[:8] for line in wrong.output.strip().split("\n")] == ["PROBLEM:"]
    beat()
    well = run("status", "--quiet")
    assert (well.exit_code, well.output) == (0, "")


def test_a_walk_by_the_command_line_counts_and_a_broken_chain_is_left_as_it_was_found(
    run: Run, installation: Installation, administrator: Actor, beat: Callable[..., None]
) -> None:
    beat()
    assert run("audit", "verify").exit_code == 0
    told = run("status")
    assert "never walked" not in told.output
    assert "whole up to row" in told.output

    def rows() -> object:
        return as_owner(installation, "SELECT count(*), max(seq) FROM audit_event")

    as_superuser(installation, "UPDATE audit_event SET actor_label = 'x' WHERE seq = 1")
    before = rows()
    assert run("audit", "verify").exit_code == 1
    assert rows() == before


def test_a_database_that_cannot_tell_is_a_sentence_and_1(
    run: Run, installation: Installation
) -> None:
    engine = create_engine(installation.database.addresses.owner or "")
    with engine.begin() as connection:
        connection.execute(text("DROP FUNCTION operations_report(timestamptz, bigint, text[])"))
    engine.dispose()
    told = run("status")
    assert told.exit_code == 1
    assert "run cli.py migrate" in told.output


def test_a_database_that_is_down_is_a_sentence_and_1(installation: Installation, run: Run) -> None:
    nowhere = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    down = replace(installation, database=replace(installation.database, app=nowhere))
    installations.use(down)
    told = CliRunner().invoke(cli.app, ["status", "--quiet"])
    assert told.exit_code == 1
    assert "does not tell how the desk runs (OperationalError)" in told.output
