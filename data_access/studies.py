"""Studies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from data_access.tables import Study


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One study."""

    id: UUID
    slug: str
    title: str
    opens_on: date
    closes_on: date
    #: In how many of a hundred reviews something is hidden to see whether it is found.
    check_percent: int = 0
    #: How many of a hundred confirmed sessions a second person reviews.
    double_percent: int = 0


_COLUMNS = (
    Study.id,
    Study.slug,
    Study.title,
    Study.opens_on,
    Study.closes_on,
    Study.check_percent,
    Study.double_percent,
)


def visible(connection: Connection) -> list[StudyRow]:
    """The studies the actor may know of, by title."""
    rows = connection.execute(select(*_COLUMNS).order_by(Study.title, Study.slug))
    return [StudyRow(*row) for row in rows]


def by_id(connection: Connection, study_id: UUID | None) -> StudyRow | None:
    """The study of that id, when the actor may know of it."""
    row = connection.execute(select(*_COLUMNS).where(Study.id == study_id)).first()
    return None if row is None else StudyRow(*row)


def by_slug(connection: Connection, slug: str) -> StudyRow | None:
    """The study of that slug, when the actor may know of it."""
    row = connection.execute(select(*_COLUMNS).where(Study.slug == slug)).first()
    return None if row is None else StudyRow(*row)


def add(
    connection: Connection,
    *,
    slug: str,
    title: str,
    opens_on: date,
    closes_on: date,
    questions: list[Any],
) -> None:
    """Add a study. IntegrityError when the slug is taken."""
    connection.execute(
        insert(Study).values(
            slug=slug, title=title, opens_on=opens_on, closes_on=closes_on, questions=questions
        )
    )


def set_check_percent(connection: Connection, study_id: UUID, percent: int) -> None:
    """Say in how many of a hundred reviews of a study something is hidden."""
    connection.execute(update(Study).where(Study.id == study_id).values(check_percent=percent))


def set_double_percent(connection: Connection, study_id: UUID, percent: int) -> None:
    """Say how many of a hundred confirmed sessions of a study a second person reviews."""
    connection.execute(update(Study).where(Study.id == study_id).values(double_percent=percent))
