"""The metrics page: charts of protected cells, withheld ones as withheld, and nobody else's."""

from __future__ import annotations

import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access
from services.installation import Installation
from services.metrics_snapshots import SERVICE, take_due
from tests.conftest import Hire
from tests.pages.conftest import Visit, shown
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
    rows = [*interviews(0, 20), *interviews(20, 12, "free"), *interviews(32, 4, "max")]
    come(installation, administrator, study, tmp_path, *rows)
    take_due(installation, access.service_actor(installation, SERVICE))
    at = visit(leo, "metrics")
    assert not at.exception
    screen = shown(at)
    assert "**36 people took part**" in screen
    assert "How did participation develop?" in screen
    at.segmented_control[0].set_value("Review and policy").run()
    screen = shown(at)
    assert "Most: **pro**, with 20 people. 2 counts withheld." in screen
    assert "Not shown: fewer than 10 people" in screen
    plan = charts(at)[-1]["data"][0]  # type: ignore[index]
    assert [text for text in plan["text"] if text != "withheld"] == ["12", "20"]
    # What a chart sends to the browser holds no count that the table does not.
    assert "4" not in {str(value) for value in plan["x"]}
    for hidden in ("max", "other"):
        assert f">{hidden}</td>" in screen


def test_the_study_of_the_address_opens_and_no_other_is_offered(
    visit: Visit, study: StudyRow, hire: Hire
) -> None:
    at = visit(hire("Leo", Role.LEAD, study=study), "metrics", study=study.slug)
    assert at.selectbox[0].options == [study.title]
    stranger = visit(hire("Lea", Role.LEAD), "metrics")
    assert "You have no study to see" in shown(stranger)
    other = visit(hire("Rosa", Role.REVIEWER, study=study), "metrics")
    assert "takes the role" in other.error[0].value
