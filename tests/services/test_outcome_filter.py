"""The sessions page's filter by outcome shows exactly what the policy answers so."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID

import pytest

from data_access import sessions as session_rows
from data_access import standings
from data_access.sessions import SessionRow
from data_access.standings import Ways
from data_access.studies import StudyRow
from domain.errors import BadInput
from domain.page_cursor import Sort
from domain.permissions import Actor
from domain.policy import Outcome, Use
from domain.session_filters import SessionFilter, parse
from domain.vocabulary import FlagState, PolicyVersion, Role
from services import policy, policy_changes, sessions
from services.installation import Installation
from tests.conftest import Clock, Hire
from tests.services.sessions_by_sql import spread, spread_sessions


def everything(
    installation: Installation, actor: Actor, wanted: SessionFilter
) -> tuple[list[SessionRow], list[int]]:
    """Every page of a list, and what each said of its length."""
    rows: list[SessionRow] = []
    counts: list[int] = []
    cursor = None
    while True:
        page = sessions.list_sessions(installation, actor, wanted.at(cursor))
        rows += page.rows
        counts.append(page.count)
        cursor = page.older
        if cursor is None:
            return rows, counts


def answers(
    installation: Installation, actor: Actor, rows: list[SessionRow]
) -> dict[UUID, dict[Use, Outcome]]:
    """What each session's own page says."""
    page = sessions.list_sessions(installation, actor, SessionFilter())
    return {
        row.id: {
            use: decision.outcome
            for use, decision in policy.every_use(page.table, actor, row, installation.now())
        }
        for row in rows
    }


def found_only_by(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the numbers would choose, find sessions in this one of the three ways."""
    if way == "asked":
        monkeypatch.setattr(standings, "ways", lambda _connection, meant, **_: Ways(meant))
    monkeypatch.setattr(standings, "_is_walked", lambda _part: way == "walked")


@pytest.fixture
def many(
    installation: Installation, study: StudyRow, other_study: StudyRow, clock: Clock
) -> StudyRow:
    spread_sessions(
        installation.database, [study, other_study], spread(random.Random(11), 700, clock())
    )
    return study


@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize("way", ["walked", "probed", "asked"])
def test_each_use_and_outcome_shows_the_sessions_that_the_policy_answers_so(
    recorded: bool,
    way: str,
    installation: Installation,
    administrator: Actor,
    many: StudyRow,
    hire: Hire,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found_only_by(way, monkeypatch)
    if recorded:
        proposal = policy_changes.propose_retention(
            installation,
            administrator,
            PolicyVersion.MARCH_2026,
            5,
            "2026-12-01",
            "The board fixed five years",
        )
        policy_changes.settle(installation, hire("Ben", Role.ADMINISTRATOR), proposal, accept=True)
    rosa = hire("Rosa", Role.REVIEWER, study=many)
    rows, _ = everything(installation, rosa, SessionFilter())
    assert len(rows) == 350
    told = answers(installation, rosa, rows)
    shown = 0
    for use in Use:
        for outcome in Outcome:
            found, counts = everything(
                installation, rosa, parse({"outcome": f"{use}:{outcome}", "sort": "oldest"})
            )
            expected = {row.id for row in rows if told[row.id][use] is outcome}
            assert {row.id for row in found} == expected, (use, outcome)
            assert len(found) == len(expected)
            assert set(counts) == {len(expected)}
            shown += len(found)
    assert shown == len(rows) * len(Use)


@pytest.mark.parametrize("way", ["walked", "probed", "asked"])
@pytest.mark.parametrize("sort", Sort)
def test_outcomes_go_with_every_other_filter_and_order(
    sort: Sort,
    way: str,
    installation: Installation,
    many: StudyRow,
    hire: Hire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found_only_by(way, monkeypatch)
    rosa = hire("Rosa", Role.REVIEWER, study=many)
    asked = {
        "outcome": "share_researcher:hold,share_researcher:deny,internal_charts:allow",
        "language": "en",
        "until": "2026-04-30",
        "sort": sort.value,
    }
    rows, _ = everything(installation, rosa, parse(asked | {"sort": sort.value}))
    plain, _ = everything(
        installation, rosa, parse({name: asked[name] for name in ("language", "until", "sort")})
    )
    told = answers(installation, rosa, plain)
    expected = [
        row.id
        for row in plain
        if told[row.id][Use.SHARE_RESEARCHER] is not Outcome.ALLOW
        and told[row.id][Use.INTERNAL_CHARTS] is Outcome.ALLOW
    ]
    assert [row.id for row in rows] == expected
    assert 50 < len(expected) < len(plain)


def test_an_outcome_holds_as_of_the_moment_that_is_asked_about(
    installation: Installation, administrator: Actor, many: StudyRow, hire: Hire, clock: Clock
) -> None:
    """Retention runs out session by session; each leaves the list at its own instant."""
    proposal = policy_changes.propose_retention(
        installation,
        administrator,
        PolicyVersion.DECEMBER_2025,
        1,
        "2026-12-01",
        "The board fixed a single year",
    )
    policy_changes.settle(installation, hire("Ben", Role.ADMINISTRATOR), proposal, accept=True)
    rosa = hire("Rosa", Role.REVIEWER, study=many, days=300)
    wanted = parse({"outcome": "publish_summary:allow"})
    rows, _ = everything(installation, rosa, wanted)
    due = sorted(
        row.completed_at.replace(year=row.completed_at.year + 1)
        for row in rows
        if row.completed_at is not None and row.completed_at.year == 2025
    )
    assert due
    middle, lengths = due[len(due) // 2], []
    for now in (middle - timedelta(microseconds=1), middle, middle + timedelta(seconds=1)):
        clock.at = now
        found, counts = everything(installation, rosa, wanted)
        told = answers(installation, rosa, rows)
        expected = {r.id for r in rows if told[r.id][Use.PUBLISH_SUMMARY] is Outcome.ALLOW}
        assert {row.id for row in found} == expected
        assert set(counts) == {len(expected)}
        lengths.append(len(expected))
    assert lengths[0] > lengths[1] >= lengths[2]


def test_trust_and_safety_filters_flagged_sessions_and_no_others(
    installation: Installation, many: StudyRow, hire: Hire
) -> None:
    tess = hire("Tess", Role.TRUST_SAFETY)
    rows, _ = everything(installation, tess, SessionFilter())
    told = answers(installation, tess, rows)
    assert FlagState.NONE not in {row.flag for row in rows}
    for outcome in Outcome:
        found, counts = everything(
            installation, tess, parse({"outcome": f"trust_safety_raw:{outcome}"})
        )
        expected = {r.id for r in rows if told[r.id][Use.TRUST_SAFETY_RAW] is outcome}
        assert {row.id for row in found} == expected
        assert set(counts) == {len(expected)}


def test_somebody_with_two_roles_is_asked_about_as_on_the_sessions_page(
    installation: Installation, many: StudyRow, hire: Hire
) -> None:
    both = hire("Noor", Role.REVIEWER, Role.TRUST_SAFETY, study=many)
    rows, _ = everything(installation, both, SessionFilter())
    told = answers(installation, both, rows)
    for use in (Use.INTERNAL_RAW_TEXT, Use.TRUST_SAFETY_RAW, Use.SHARE_JOURNALIST):
        for outcome in Outcome:
            found, _ = everything(installation, both, parse({"outcome": f"{use}:{outcome}"}))
            assert {row.id for row in found} == {
                row.id for row in rows if told[row.id][use] is outcome
            }


def test_a_list_that_forgets_to_ask_is_refused_not_passed_over(
    installation: Installation, many: StudyRow, hire: Hire
) -> None:
    rosa = hire("Rosa", Role.REVIEWER, study=many)
    wanted = parse({"outcome": "share_researcher:allow"})
    with installation.database.transaction(rosa.staff_id) as connection:
        with pytest.raises(ValueError, match="outcomes"):
            session_rows.page(connection, wanted, [many.id], 51, None)
        with pytest.raises(ValueError, match="outcomes"):
            session_rows.count(connection, wanted, [many.id], 51, None)
    with pytest.raises(BadInput, match="“outcome” holds an unknown value"):
        parse({"outcome": "share_researcher:perhaps"})
