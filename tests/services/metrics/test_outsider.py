"""Everything a lead can fetch, of two studies and two weeks, in the hands of an outsider."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from data_access.studies import StudyRow
from domain.crossings import CROSSINGS
from domain.metrics import breakdowns
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access, metrics, studies
from services.installation import Installation
from services.metrics_snapshots import SERVICE, audit_ledgers, take_due
from tests.conftest import Clock, Hire
from tests.domain.disclosure.outsider import Seen, opened
from tests.services.metrics.worlds import interviews, owner
from tests.services.worlds import read_by_the_machine, take_in

#: What the rows below say of people; the other breakdowns are seen and not asked about.
ABOUT = ("status", "plan", "language", "researchers", "week", "period")
Facts = dict[str, str]


def test_two_studies_of_the_same_people_over_two_weeks_give_nobody_away(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    hire: Hire,
    clock: Clock,
) -> None:
    service = access.service_actor(installation, SERVICE)
    other = studies.add(
        installation,
        administrator,
        slug="again",
        title="The same people again",
        opens_on=study.opens_on,
        closes_on=study.closes_on,
    )
    leads = {
        each.slug: hire(f"Leo{number}", Role.LEAD, study=each)
        for number, each in enumerate((study, other))
    }
    crowd: dict[str, list[Facts]] = {study.slug: [], other.slug: []}
    truths: dict[tuple[str, date], list[Facts]] = {}
    seen: list[Seen] = []
    for week, (first, count) in enumerate(((0, 70), (70, 40))):
        for each in (study, other):
            # In the second study nearly the same people speak, and three choose otherwise.
            shift = 3 if each is other else 0
            crowd[each.slug] += _import(
                installation, administrator, each, tmp_path / f"{week}", first, count, shift
            )
        read_by_the_machine(installation, ["Mo Smith"])
        assert take_due(installation, service) == 2
        for each in (study, other):
            seen += _fetched(installation, leads[each.slug], each)
            truths[each.slug, max(s.counted_on for s in seen)] = list(crowd[each.slug])
        clock.advance(timedelta(days=7))

    def truth(slug: str, day: date, wanted: Mapping[str, str]) -> int:
        held = truths[slug, day]
        return sum(all(facts.get(name) == it for name, it in wanted.items()) for facts in held)

    declared = breakdowns(seen[-1].counted_on, study.opens_on, study.closes_on)
    assert sum(people is not None for each in seen for people in each.fields.values()) > 20
    assert opened(seen, declared, truth, ABOUT) == []
    for audited in audit_ledgers(installation, service, [study.id, other.id]):
        assert audited.opened == 0
        assert audited.targets > 0


def _import(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    directory: Path,
    first: int,
    count: int,
    shift: int,
) -> list[Facts]:
    rows = interviews(first, count)
    facts: list[Facts] = []
    choices = ""
    for number, row in enumerate(rows):
        plan = ("free", "pro", "pro", "max")[number % 4] if number % 17 else "free"
        language = "en" if number % 5 else "de"
        choice = "granted" if (number + shift) % 3 else "declined"
        row["plan"], row["language"] = plan, language
        row["transcript_id"] = f"{study.slug}-{row['transcript_id']}"
        choices += f"{row['transcript_id']},share_researchers,{choice},2026-04-02T09:00:10Z\n"
        facts.append(
            {
                "status": "completed",
                "plan": plan,
                "language": language,
                "researchers": choice,
                "week": "2026-03-30",
            }
        )
    directory.mkdir(exist_ok=True)
    take_in(installation, administrator, study, directory, *rows, choices=choices)
    return facts


def _fetched(installation: Installation, lead: Actor, study: StudyRow) -> list[Seen]:
    """The file of everything, as it is downloaded: no cell of it from anywhere else."""
    _, content = metrics.as_csv(installation, lead, study.slug)
    week = date(2027, 1, 1)
    names = {
        each.question: each.name
        for each in (*breakdowns(week, study.opens_on, study.closes_on), *CROSSINGS)
    } | {"Everybody": "everybody"}
    charts: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(content.decode())):
        charts.setdefault(row["question"], []).append(row)
    return [
        Seen(
            study.slug,
            names[question],
            date.fromisoformat(rows[0]["counted before"]),
            {
                (row["category"], row["by"]): int(row["people"]) if row["people"] else None
                for row in rows
            },
            rows[0]["rounded"] != "",
        )
        for question, rows in charts.items()
    ]


@pytest.mark.parametrize(
    ("again", "newcomers", "total", "countries"),
    [
        # Three who were not in the first study would be told by two totals.
        (60, 3, False, False),
        (60, 0, True, False),
        (60, 25, True, False),
        (40, 25, True, True),
        (0, 50, True, True),
    ],
)
def test_a_study_of_nearly_the_same_people_does_not_tell_who_is_new(
    again: int,
    newcomers: int,
    total: bool,
    countries: bool,
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    hire: Hire,
) -> None:
    service = access.service_actor(installation, SERVICE)
    other = studies.add(
        installation,
        administrator,
        slug="again",
        title="The same people again",
        opens_on=study.opens_on,
        closes_on=study.closes_on,
    )
    lead = hire("Leo", Role.LEAD, study=other)
    _import(installation, administrator, study, tmp_path / "a", 0, 60, 0)
    read_by_the_machine(installation, ["Mo Smith"])
    assert take_due(installation, service) == 1
    _import(installation, administrator, other, tmp_path / "b", 60 - again, again + newcomers, 0)
    owner(
        installation,
        "INSERT INTO identity.account (participant_id, country)"
        " SELECT id, CASE WHEN get_byte(account_digest, 0) < 128 THEN 'US' ELSE 'GB' END"
        " FROM participant"
        " ON CONFLICT (participant_id) DO UPDATE SET country = excluded.country",
    )
    read_by_the_machine(installation, ["Mo Smith"])
    assert take_due(installation, service) == 1
    held = metrics.read(installation, lead, other)
    assert (held is not None) is total
    if held is not None:
        view = held.view("country")
        assert view is not None
        assert bool(view.told) is countries
