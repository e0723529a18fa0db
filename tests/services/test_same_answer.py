"""Page, list, job and command line give one answer, for whatever session and use."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

import pytest
from click.testing import Result
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

import cli
from data_access import share_contents
from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.policy import Use
from domain.policy.uses import RecipientKind
from domain.session_filters import SessionFilter
from domain.vocabulary import Role
from services import installation as installations
from services import policy, policy_answers, sessions
from services.installation import Installation
from services.shares.judging import judge
from tests.conftest import Clock, Hire
from tests.services.sessions_by_sql import spread, spread_sessions
from tests.services.shares.conftest import world as world
from tests.services.shares.worlds import World

Run = Callable[..., Result]


@pytest.fixture
def run(installation: Installation) -> Iterator[Run]:
    def command(*words: str) -> Result:
        installations.use(installation)
        return CliRunner().invoke(cli.app, ["policy", *words])

    yield command
    installations.use(None)


def told(run: Run, number: int, who: str) -> dict[str, tuple[str, str, str]]:
    said = run("explain", str(number), "--json", "--as", f"{who}@clearance.example")
    assert said.exit_code == 0, said.output
    lines = [json.loads(line) for line in said.output.splitlines()]
    return {each["use"]: (each["outcome"], each["rule"], each["policy_digest"]) for each in lines}


def test_command_line_list_and_page_answer_alike_for_every_use(
    run: Run, installation: Installation, study: StudyRow, hire: Hire, clock: Clock
) -> None:
    rows = spread(random.Random(21), 40, clock())
    spread_sessions(installation.database, [study], rows)
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    page = sessions.list_sessions(installation, rosa, SessionFilter())
    assert len(page.rows) == 40
    glances = policy.at_a_glance(page.table, rosa, page.rows, installation.now())
    for row, glance in zip(page.rows, glances, strict=True):
        on_page = {
            use.value: (answer.outcome.value, answer.rule, answer.policy_digest)
            for use, answer in policy.every_use(page.table, rosa, row, installation.now())
        }
        assert told(run, row.number, "rosa") == on_page
        for use, answer in glance:
            assert on_page[use.value][:2] == (answer.outcome.value, answer.rule)


def test_the_release_job_is_answered_as_page_and_command_line(run: Run, world: World) -> None:
    share_id = world.draft("a", "b")
    engine = create_engine(world.installation.database.addresses.owner or "")
    for change in (
        "flag_state = 'open'",
        "flag_state = 'upheld'",
        "choice_share_researchers = 'declined'",
        "choice_share_researchers = 'not_asked'",
        "withdrawn_at = now()",
        "completed_at = '2026-02-02 09:20Z', sorted_at = '2026-02-02 09:20Z'",
        "assigned_version = '2026-03-23'",
        "assigned_version = '2025-12', memory_on = true",
    ):
        with engine.begin() as connection:
            connection.execute(
                text(f"UPDATE session SET {change} WHERE id = :session"),
                {"session": world.sessions["a"]},
            )
        with world.installation.database.transaction(world.service.staff_id) as connection:
            table = policy.in_force(connection)
            covered = share_contents.covered(connection, share_id)
        for one in covered:
            job = judge(
                table,
                one.facts,
                one.review_state,
                RecipientKind.RESEARCHER,
                world.installation.now(),
            ).decision
            view = sessions.open_session(world.installation, world.rosa, one.id, record=False)
            page = dict(
                policy.every_use(view.table, world.rosa, view.row, world.installation.now())
            )[Use.SHARE_RESEARCHER]
            asked = told(run, one.number, "rosa")[Use.SHARE_RESEARCHER.value]
            assert (job.outcome, job.rule) == (page.outcome, page.rule), change
            assert asked == (page.outcome.value, page.rule, page.policy_digest)
        # Undone, so that each is asked about by itself; the two last build on the date.
        if not change.startswith(("completed_at", "assigned")):
            with engine.begin() as connection:
                connection.execute(
                    text(
                        "UPDATE session SET flag_state = 'none', withdrawn_at = NULL,"
                        " choice_share_researchers = 'granted'"
                    )
                )
    engine.dispose()


def test_one_use_is_told_in_a_sentence_with_its_rule(run: Run, world: World) -> None:
    row = sessions.list_sessions(world.installation, world.rosa, SessionFilter()).rows[0]
    said = run(
        "explain", str(row.number), "--use", "share_researcher", "--as", "rosa@clearance.example"
    )
    assert said.exit_code == 0
    assert "Share with an external researcher: allow." in said.output
    assert "[R40, M8]" in said.output
    every = run("explain", str(row.number), "--as", "ada@clearance.example")
    assert "R33" in every.output
    assert "digest" in every.output


def test_what_is_not_ones_own_to_ask_about_looks_like_what_is_not_there(
    run: Run, installation: Installation, world: World, hire: Hire
) -> None:
    hire("Tom", Role.REVIEWER)
    tess, uma = hire("Tess", Role.TRUST_SAFETY), hire("Uma", Role.AUDITOR)
    row = sessions.list_sessions(installation, world.rosa, SessionFilter()).rows[0]
    said = {
        run("explain", str(number), "--as", "tom@clearance.example").output
        for number in (row.number, 999_999)
    }
    assert len(said) == 1
    assert "[R10]" in said.pop()
    for person in (tess, uma):
        refused = run(
            "explain", str(row.number), "--as", f"{person.label.lower()}@clearance.example"
        )
        assert refused.exit_code == 1
    assert run("explain", "0").exit_code == 2
    answers = policy_answers.explain(installation, world.administrator, row.number).answers
    assert dict(answers)[Use.INTERNAL_RAW_TEXT].rule == "R10"


def test_which_policy_governs_is_settled_on_the_command_line_too(
    run: Run, installation: Installation, administrator: Actor, world: World, hire: Hire
) -> None:
    hire("Cleo", Role.ADMINISTRATOR)
    engine = create_engine(installation.database.addresses.owner or "")
    with engine.begin() as connection:
        number = connection.execute(
            text(
                "UPDATE session SET completed_at = '2026-02-02 09:20Z',"
                " sorted_at = '2026-02-02 09:20Z', policy_version = 'none' WHERE id = :session"
                " RETURNING number"
            ),
            {"session": world.sessions["a"]},
        ).scalar_one()
    engine.dispose()
    rested = run("holds")
    assert "R03" in rested.output
    assert "Two administrators" in rested.output
    why = ("--reason", "They were shown the March policy")
    assert run("assign", "2026-03-23", *why).exit_code == 2
    shown = run("assign", "2026-03-23", *why, "--study", world.study.slug, "--show")
    assert "1 sessions; nothing was proposed" in shown.output
    proposed = run("assign", "2026-03-23", *why, "--session", str(number))
    assert proposed.exit_code == 0, proposed.output
    made = proposed.output.split()[-1]
    assert run("settle", made, "confirmed").exit_code == 1
    assert run("settle", "not-an-id", "confirmed").exit_code == 2
    confirmed = run("settle", made, "confirmed", "--as", "cleo@clearance.example")
    assert confirmed.exit_code == 0, confirmed.output
    assert "confirmed by Cleo" in run("assignments").output
    assert told(run, number, "rosa")["share_researcher"][:2] == ("allow", "R40")
    back = run("assign", "none", *why, "--session", str(number)).output.split()[-1]
    assert run("settle", back, "withdrawn").exit_code == 0
    dated = run("assign", "none", *why, "--from", "2026-02-01", "--until", "2026-02-28")
    assert dated.exit_code == 2
    assert "No session is meant" in dated.output
