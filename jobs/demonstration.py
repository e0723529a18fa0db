"""Loading the demonstration studies into a development installation, once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from demonstration.files import write_study
from demonstration.studies import STUDIES, DemonstrationStudy
from domain.permissions import Actor
from services import import_jobs, studies
from services.importing.load import ImportFiles, import_transcripts
from services.installation import Installation

SESSIONS = 600
SEED = 7


def load_once(installation: Installation, administrator: Actor) -> Iterator[str]:
    """Generate and import each study that was not imported yet; the titles of those loaded.

    A start that was killed half-way is made good: the study stands, its import does not.
    """
    known = {study.slug for study in studies.visible(installation, administrator)}
    imported = {
        batch.study_slug
        for batch in import_jobs.recent_batches(installation, administrator)
        if batch.state == "imported"
    }
    for study in STUDIES:
        if study.slug in imported:
            continue
        if study.slug not in known:
            studies.add(
                installation,
                administrator,
                slug=study.slug,
                title=study.title,
                opens_on=study.opens_on,
                closes_on=study.closes_on,
                questions=list(study.questions),
            )
        _import(installation, administrator, study)
        yield study.title


def _import(installation: Installation, administrator: Actor, study: DemonstrationStudy) -> None:
    with tempfile.TemporaryDirectory() as directory:
        files = write_study(Path(directory), study, SESSIONS // len(STUDIES), SEED)
        report = import_transcripts(
            installation,
            administrator,
            studies.by_slug(installation, administrator, study.slug),
            ImportFiles(files.sessions, files.accounts, files.choices),
        )
    if not report.kept:
        first = report.refusals[0]
        raise AssertionError(f"The demonstration's own file is refused: {first}")
