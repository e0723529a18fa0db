"""The metrics page: charts of protected cells, withheld ones as withheld, and nobody else's."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.vocabulary import Role
from pages.metrics.participation import THEMES
from services import access, metrics
from services.installation import Installation
from services.metrics_snapshots import SERVICE, take_due
from tests.conftest import Hire
from tests.pages.conftest import Visit, legible, shown
from tests.services.metrics.test_snapshots import come, interviews


def charts(at: AppTest) -> list[dict[str, object]]:
    return [json.loads(each.proto.spec) for each in at.get("plotly_chart")]


def test_a_lead_sees_charts_of_the_snapshot_with_withheld_bars_marked(
    visit: Visit,
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    hire: Hire,
) -> None:
    leo = hire("Leo", Role.LEAD, study=study)
    at = visit(leo, "metrics")
    assert "There is no snapshot yet" in shown(at)
    rows = [*interviews(0, 20), *interviews(20, 15, "free"), *interviews(35, 4, "max")]
    come(installation, administrator, study, tmp_path, *rows)
    take_due(installation, access.service_actor(installation, SERVICE))
    at = visit(leo, "metrics")
    assert not at.exception
    screen = shown(at)
    assert "**39 people took part**" in screen
    assert "When did people first take part?" in screen
    at.segmented_control[0].set_value("People").run()
    screen = shown(at)
    # Thirty-nine less the twenty are nineteen; less the fifteen too, they would be the four.
    assert "The largest group: **pro**, 20 of 39 people (51 %). 3 counts withheld." in screen
    assert "Not shown: fewer than 10 people" in screen
    (plan,) = [each["data"][0] for each in charts(at) if "20" in each["data"][0]["text"]]  # type: ignore[index]
    assert plan["text"] == ["20", "19 together"]
    for hidden in ("free", "max", "other"):
        assert f">{hidden}</td>" in screen


def test_no_number_reaches_the_browser_that_is_not_in_the_downloads(
    visit: Visit,
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    hire: Hire,
) -> None:
    """Bars, hovers, texts and alternative texts of every chart, against the cells of the file."""
    leo = hire("Leo", Role.LEAD, study=study)
    rows = [*interviews(0, 41), *interviews(41, 26, "free"), *interviews(67, 4, "max")]
    come(installation, administrator, study, tmp_path, *rows)
    take_due(installation, access.service_actor(installation, SERVICE))
    _, content = metrics.as_csv(installation, leo, study.slug)
    told = {row["people"] for row in csv.DictReader(io.StringIO(content.decode()))}
    told = {int(each) for each in told if each}
    # And what an outsider subtracts at once: everybody less what is shown.
    allowed = told | {71 - each for each in told} | {71}
    at = visit(leo, "metrics")
    looked = 0
    for theme in THEMES:
        at.segmented_control[0].set_value(theme).run()
        assert not at.exception
        for chart in at.get("plotly_chart"):
            spec = json.loads(chart.proto.spec)
            for bar in spec["data"]:
                for said in (*bar.get("text", ()), *bar["hovertext"]):
                    looked += 1
                    said = said.replace("fewer than 10 people", "")
                    for number in re.findall(r"(\d[\d,]*) (?:people|together)|^(\d[\d,]*)$", said):
                        assert int("".join(number).replace(",", "")) in allowed
            for number in re.findall(r" (\d+)[,.]", chart.proto.alt):
                assert int(number) in allowed
    assert looked > 40


def test_a_click_on_a_bar_shows_its_slice_or_says_that_it_is_withheld(
    visit: Visit,
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    hire: Hire,
) -> None:
    leo = hire("Leo", Role.LEAD, study=study)
    rows = [*interviews(0, 41), *interviews(41, 26, "free")]
    for number, row in enumerate(rows):
        if number % 2:
            row |= {"status": "abandoned", "completed_at": None}
    come(installation, administrator, study, tmp_path, *rows)
    take_due(installation, access.service_actor(installation, SERVICE))
    at = visit(leo, "metrics")
    at.segmented_control[0].set_value("People").run()
    assert "Click a bar to see its people by how far people came." in shown(at)
    for key, said in (("pro", "**pro, by how far people came**"), ("max", "This is withheld")):
        at.session_state["chart.plan"] = {"selection": {"points": [{"customdata": [key]}]}}
        at.run()
        assert said in shown(at)


def test_the_study_of_the_address_opens_and_no_other_is_offered(
    visit: Visit, study: StudyRow, hire: Hire
) -> None:
    at = visit(hire("Leo", Role.LEAD, study=study), "metrics", study=study.slug)
    assert at.selectbox[0].options == [study.title]
    stranger = visit(hire("Lea", Role.LEAD), "metrics")
    assert "You have no study to see" in shown(stranger)
    other = visit(hire("Rosa", Role.REVIEWER, study=study), "metrics")
    assert "takes the role" in legible(other.error[0])
