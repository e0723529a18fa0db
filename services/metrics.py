"""Metrics as leads see them: the newest snapshot's cells, in one round trip."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from uuid import UUID

from data_access import metrics
from data_access import studies as study_rows
from data_access.metrics import CellRow as CellRow
from data_access.metrics import SnapshotRow as SnapshotRow
from data_access.studies import StudyRow
from domain.errors import Refused
from domain.metrics import EVERYBODY, Breakdown, breakdowns, snapshot_week
from domain.permissions import Act, Actor
from domain.vocabulary import Role
from services.acts import act, reading
from services.installation import Installation

#: The service account that counts and protects.
SERVICE = "metrics"


@dataclass(frozen=True, slots=True)
class Metrics:
    """A study's snapshot: each declared breakdown with its cells, and everybody."""

    study: StudyRow
    snapshot: SnapshotRow
    everybody: CellRow
    breakdowns: tuple[tuple[Breakdown, tuple[CellRow, ...]], ...]


def any_due(installation: Installation, service: Actor) -> bool:
    """Whether a study has no snapshot of this week yet; for the snapshot service."""
    with installation.database.transaction(service.staff_id) as connection:
        return bool(metrics.due(connection, snapshot_week(installation.now())))


def studies(installation: Installation, actor: Actor) -> list[StudyRow]:
    """The studies whose metrics the actor may see; a refusal is audited."""
    with reading(installation, actor, Act.SEE_METRICS, "metrics.view", "study") as connection:
        held = actor.studies(Role.LEAD, installation.now())
        return [study for study in study_rows.visible(connection) if study.id in held]


def read(installation: Installation, actor: Actor, study: StudyRow) -> Metrics | None:
    """The newest snapshot of a study; None before the first.

    Raises
    ------
    Refused
        When the actor is no lead of the study; audited.
    """
    with reading(installation, actor, Act.SEE_METRICS, "metrics.view", "study") as connection:
        _check(installation, actor, study.id)
        snapshot = metrics.latest(connection, study.id)
        if snapshot is None:
            return None
        cells = metrics.cells(connection, snapshot.id)
    by_name: dict[str, list[CellRow]] = {}
    for cell in cells:
        by_name.setdefault(cell.breakdown, []).append(cell)
    declared = breakdowns(snapshot.week, study.opens_on, study.closes_on)
    return Metrics(
        study,
        snapshot,
        by_name[EVERYBODY][0],
        tuple((each, tuple(by_name.get(each.name, ()))) for each in declared),
    )


def as_csv(installation: Installation, actor: Actor, slug: str) -> tuple[str, bytes]:
    """A study's newest snapshot as a file: its name and bytes, the same cells as on the screen.

    Raises
    ------
    Refused
        When the actor is no lead of the study, or there is no snapshot yet; audited.
    """
    with act(installation, actor, "metrics.download", "study") as done:
        study = next((each for each in studies(installation, actor) if each.slug == slug), None)
        held = None if study is None else read(installation, actor, study)
        if study is None or held is None:
            raise Refused(
                "There is no snapshot of such a study for you.",
                rule="R10",
                remedy="Choose a study on the metrics page.",
            )
        done.object_id, done.study_id = str(study.id), study.id
        done.detail.update(week=held.snapshot.week.isoformat())
    written = io.StringIO(newline="")
    rows = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(("question", "category", "people", "why not"))
    rows.writerow(("Everybody", "", held.everybody.people or "", held.everybody.why or ""))
    for breakdown, cells in held.breakdowns:
        rows.writerows(
            (breakdown.question, cell.category, cell.people or "", cell.why or "") for cell in cells
        )
    return f"{slug}-{held.snapshot.week}.csv", written.getvalue().encode()


def _check(installation: Installation, actor: Actor, study_id: UUID) -> None:
    if study_id not in actor.studies(Role.LEAD, installation.now()):
        raise Refused(
            "You have no lead's grant for that study.",
            rule="R10",
            remedy="Ask an administrator for a grant that states your purpose.",
        )
