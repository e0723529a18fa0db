"""The command line in the process that tests run in: exit codes and sentences."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

import cli
from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access
from services import installation as installations
from services.installation import Installation
from tests.conftest import Hire
from tests.data_access.test_audit_chain import as_superuser
from tests.services.worlds import full

Run = Callable[..., Result]


@pytest.fixture
def run(installation: Installation, administrator: Actor) -> Iterator[Run]:
    def command(*words: str) -> Result:
        installations.use(installation)
        return CliRunner().invoke(cli.app, [*words])

    yield command
    installations.use(None)


def test_a_whole_chain_exits_with_0_and_a_broken_one_with_1_naming_the_row(
    run: Run, installation: Installation
) -> None:
    assert run("audit", "verify").exit_code == 0
    run("staff", "invite", "rosa@clearance.example", "Rosa")
    as_superuser(installation, "UPDATE audit_event SET actor_label = 'x' WHERE seq = 2")
    broken = run("audit", "verify")
    assert broken.exit_code == 1
    assert "Row 2 is broken" in broken.output


def test_an_import_exits_with_0_or_1_and_names_what_was_refused(
    run: Run, study: StudyRow, tmp_path: Path
) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(json.dumps(full("a")) + "\n" + json.dumps(full("b", plan="team")) + "\n")
    refused = run("import", "transcripts", str(path), "--study", study.slug)
    assert refused.exit_code == 1
    assert "s.jsonl, row 2 (b)" in refused.output
    assert "Nothing was imported" in refused.output
    taken = run("import", "transcripts", str(path), "--study", study.slug, "--leave-out-refused")
    assert taken.exit_code == 0
    assert "Imported 1 sessions" in taken.output


def test_bad_input_exits_with_2_and_a_refusal_with_1(run: Run, hire: Hire) -> None:
    hire("Rosa", Role.REVIEWER)
    assert run("import", "transcripts", "none.csv", "--study", "none").exit_code == 2
    assert run("grant", "end", "not-an-id").exit_code == 2
    assert run("staff", "list", "--as", "nobody@clearance.example").exit_code == 2
    refused = run("staff", "list", "--as", "rosa@clearance.example")
    assert refused.exit_code == 1
    assert "administrator" in refused.output
    assert run("staff", "first", "eve@clearance.example", "Eve").exit_code == 1


def test_people_roles_grants_and_studies_are_managed(
    run: Run, installation: Installation, administrator: Actor
) -> None:
    done = [
        run(
            *("study", "add", "making-things", "--title", "Making things"),
            *("--opens", "2026-04-01", "--closes", "2026-06-30"),
        ),
        run("staff", "invite", "rosa@clearance.example", "Rosa", "--role", "reviewer"),
        run(
            *("grant", "give", "rosa@clearance.example", "making-things"),
            *("--purpose", "Review this study in full"),
        ),
    ]
    assert [each.exit_code for each in done] == [0, 0, 0], [each.output for each in done]
    (held,) = access.grants(installation, administrator)
    assert run("grant", "end", str(held.id)).exit_code == 0
    assert run("grant", "end", str(held.id)).exit_code == 2
    assert run("staff", "role", "rosa@clearance.example", "--take", "reviewer").exit_code == 0
    assert run("staff", "switch-off", "rosa@clearance.example").exit_code == 0
    listed = run("staff", "list").output
    assert "switched off" in listed
    assert "making-things" in run("study", "list").output
