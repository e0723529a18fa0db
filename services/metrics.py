"""Metrics as leads see them: the newest snapshot's views, in one round trip."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from data_access import metrics
from data_access import studies as study_rows
from data_access.metrics import CellRow as CellRow
from data_access.metrics import SnapshotRow as SnapshotRow
from data_access.studies import StudyRow
from domain.crossings import CROSSINGS, Crossing
from domain.errors import Refused
from domain.funnel import FUNNEL, funnel
from domain.metrics import EVERYBODY, Breakdown, breakdowns, snapshot_week
from domain.permissions import Act, Actor
from domain.views import View
from domain.vocabulary import Role
from services.acts import act, reading
from services.installation import Installation

#: The service account that counts and protects.
SERVICE = "metrics"


@dataclass(frozen=True, slots=True)
class Metrics:
    """A study's newest snapshot: everybody, and each declared breakdown and cross table."""

    study: StudyRow
    snapshot: SnapshotRow
    people: View
    charts: tuple[tuple[Breakdown | Crossing, View], ...]

    @property
    def everybody(self) -> CellRow:
        """The cell of everybody."""
        return CellRow(EVERYBODY, "", self.people.reach, None)

    def view(self, name: str) -> View | None:
        """The view of that breakdown or cross table, if the snapshot has it."""
        found = self.chart(name)
        return None if found is None else found[1]

    def chart(self, name: str) -> tuple[Breakdown | Crossing, View] | None:
        """What was declared under that name, with its view; the funnel is made of two others."""
        if name == FUNNEL.name:
            status, stopped = self.view("status"), self.view("stopped")
            return (FUNNEL, funnel(status, stopped)) if status and stopped else None
        return next((each for each in self.charts if each[0].name == name), None)

    @property
    def breakdowns(self) -> tuple[tuple[Breakdown, tuple[CellRow, ...]], ...]:
        """Each declared breakdown with its cells, as rows."""
        return tuple(
            (
                each,
                tuple(CellRow(view.name, it.category, it.people, it.why) for it in view.cells),
            )
            for each, view in self.charts
            if isinstance(each, Breakdown)
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """What the metrics page needs: the lead's studies, the one to see, and its newest snapshot."""

    studies: tuple[StudyRow, ...]
    chosen: StudyRow | None
    held: Metrics | None


def any_due(installation: Installation, service: Actor) -> bool:
    """Whether a study has no snapshot of this week yet; for the snapshot service."""
    with installation.database.transaction(service.staff_id) as connection:
        return bool(metrics.due(connection, snapshot_week(installation.now())))


def studies(installation: Installation, actor: Actor) -> list[StudyRow]:
    """The studies whose metrics the actor may see; a refusal is audited."""
    with reading(installation, actor, Act.SEE_METRICS, "metrics.view", "study") as connection:
        held = actor.studies(Role.LEAD, installation.now())
        return [study for study in study_rows.visible(connection) if study.id in held]


def open_desk(installation: Installation, actor: Actor, slug: str) -> Desk:
    """The actor's studies and the newest snapshot of one: of that slug, or else the first.

    Raises
    ------
    Refused
        When the actor is no lead; audited.
    """
    with reading(installation, actor, Act.SEE_METRICS, "metrics.view", "study") as connection:
        held = actor.studies(Role.LEAD, installation.now())
        known = tuple(each for each in study_rows.visible(connection) if each.id in held)
        chosen = next((each for each in known if each.slug == slug), next(iter(known), None))
        newest = None if chosen is None else metrics.newest(connection, chosen.id)
    return Desk(known, chosen, None if chosen is None else _metrics(chosen, newest))


def read(installation: Installation, actor: Actor, study: StudyRow) -> Metrics | None:
    """The newest snapshot of a study; None before the first.

    Raises
    ------
    Refused
        When the actor is no lead of the study; audited.
    """
    with reading(installation, actor, Act.SEE_METRICS, "metrics.view", "study") as connection:
        may_see(installation, actor, study.id)
        return _metrics(study, metrics.newest(connection, study.id))


def _metrics(study: StudyRow, held: tuple[SnapshotRow, list[View]] | None) -> Metrics | None:
    if held is None:
        return None
    snapshot, views = held
    by_name = {view.name: view for view in views}
    declared: list[Breakdown | Crossing] = [
        *breakdowns(snapshot.week, study.opens_on, study.closes_on),
        *CROSSINGS,
    ]
    return Metrics(
        study,
        snapshot,
        by_name[EVERYBODY],
        tuple((each, by_name[each.name]) for each in declared if each.name in by_name),
    )


def may_see(installation: Installation, actor: Actor, study_id: UUID) -> None:
    """Whether the actor is a lead of the study at this moment.

    Raises
    ------
    Refused
        When not.
    """
    if study_id not in actor.studies(Role.LEAD, installation.now()):
        raise Refused(
            "You have no lead's grant for that study.",
            rule="R10",
            remedy="Ask an administrator for a grant that states your purpose.",
        )


def as_csv(
    installation: Installation, actor: Actor, slug: str, chart: str = ""
) -> tuple[str, bytes]:
    """A study's newest snapshot as a file: its name and bytes, the same cells as on the screen.

    ``chart`` names one breakdown or cross table; without it the file has all.

    Raises
    ------
    Refused
        When the actor is no lead of the study, or there is no such snapshot yet; audited.
    """
    with act(installation, actor, "metrics.download", "study") as done:
        study = next((each for each in studies(installation, actor) if each.slug == slug), None)
        held = None if study is None else read(installation, actor, study)
        if study is None or held is None or (chart and held.view(chart) is None):
            raise Refused(
                "There is no snapshot of such a study for you, or no such chart in it.",
                rule="R10",
                remedy="Choose a study on the metrics page.",
            )
        done.object_id, done.study_id = str(study.id), study.id
        done.detail.update(week=held.snapshot.week.isoformat(), chart=chart or "all")
    name = "-".join([slug, *chart.split(), held.snapshot.week.isoformat()])
    return f"{name}.csv", _written(held, chart)


def _written(held: Metrics, chart: str) -> bytes:
    written = io.StringIO(newline="")
    rows = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(("question", "category", "by", "people", "why not", "counted before", "rounded"))
    if not chart:
        rows.writerows(_rows("Everybody", held.people))
    for each, view in held.charts:
        if chart in ("", each.name):
            rows.writerows(_rows(each.question, view))
    return written.getvalue().encode()


def _rows(question: str, view: View) -> Sequence[Sequence[str]]:
    about = (view.counted_on.isoformat(), "to five" if view.rounded else "")
    return [
        (question, cell.category, cell.crossed, str(cell.people or ""), cell.why or "", *about)
        for cell in view.cells
    ]
