"""The imports page: empty states, what was refused and why."""

from __future__ import annotations

import json
from pathlib import Path

from data_access.studies import StudyRow
from domain.permissions import Actor
from services.importing.load import ImportFiles, import_transcripts
from services.installation import Installation
from tests.pages.conftest import Visit, legible, shown
from tests.services.worlds import full


def test_without_a_study_it_leads_to_the_studies(visit: Visit, administrator: Actor) -> None:
    screen = shown(visit(administrator, "imports"))
    assert "There is no study yet" in screen


def test_without_imports_it_says_what_can_be_offered(
    visit: Visit, administrator: Actor, study: StudyRow
) -> None:
    at = visit(administrator, "imports")
    assert "Nothing was imported yet" in shown(at)
    (offer,) = [each for each in at.button if each.label == "Import"]
    offer.click().run()
    assert "Choose a file of transcripts first" in legible(at.error[0])


def test_refused_rows_are_shown_with_rule_and_remedy(
    visit: Visit,
    administrator: Actor,
    installation: Installation,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(json.dumps(full("<i>a</i>", plan="team")) + "\n")
    report = import_transcripts(installation, administrator, study, ImportFiles(path))
    at = visit(administrator, "imports")
    assert "refused, nothing imported" in shown(at)
    (chosen,) = [each for each in at.selectbox if each.label == "Refused rows of"]
    chosen.select(report.batch_id).run()
    assert "R01" in shown(at)
    assert "&lt;i&gt;a&lt;/i&gt;" in shown(at)
    assert "<i>a</i>" not in shown(at)
