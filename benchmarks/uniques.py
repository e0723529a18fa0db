"""What counting special uniques costs a session that the machine has just read, by study size."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import UUID

from sqlalchemy import create_engine, select, text

from benchmarks.quasi import demonstration_sessions
from benchmarks.seeding import BATCH, seed
from data_access import quasi_identifiers
from data_access.migrate import migrate
from data_access.tables import InterviewSession
from deidentification.engine import Engine
from deidentification.known import KnownIdentifiers
from domain.quasi_identifiers import QuasiCategory, QuasiIdentifier
from domain.spans import Span
from jobs import demonstration_staff
from services import access, deidentification, queue_risk
from services.installation import Installation, open_installation
from settings import Settings

#: Kinds of each trait, from one participant in three to one in thousands, and how far the next
#: session's is from this one's: ten traits a session, as real interviews have.
_KINDS = {
    QuasiCategory.OCCUPATION: (400, 7),
    QuasiCategory.EMPLOYER: (900, 11),
    QuasiCategory.PLACE: (150, 13),
    QuasiCategory.EDUCATION: (30, 17),
    QuasiCategory.AGE: (60, 19),
    QuasiCategory.RESEARCH_AREA: (500, 23),
    QuasiCategory.TOOL: (12, 29),
    QuasiCategory.CAREER_STAGE: (3, 31),
    QuasiCategory.PROJECT: (5000, 37),
    QuasiCategory.PUBLICATION: (5000, 41),
}
#: The seeding spreads sessions over three studies, of which one is counted.
_STUDIES = 3
#: Sessions weighed as the worker does it, each in its own transaction.
_WEIGHED = 120
_TRAITS = """
INSERT INTO quasi_identifier (session_id, category, value, study_id, participant_id, turn,
  start, "end")
SELECT s.id, k.category, k.category || ' ' || (s.number * k.step) % k.kinds, s.study_id,
  s.participant_id, 1, 0, 6
FROM session s CROSS JOIN unnest(CAST(:categories AS text[]), CAST(:kinds AS integer[]),
  CAST(:steps AS integer[])) AS k (category, kinds, step)
WHERE s.study_id = :study AND s.import_batch_id = CAST(:batch AS uuid)
"""
#: As many as each session keeps, of combinations that nobody shares.
_UNIQUES = """
INSERT INTO special_unique (session_id, combination, study_id, participant_id, categories)
SELECT s.id, hashtextextended(s.id::text, n), s.study_id, s.participant_id, 'occupation with place'
FROM session s CROSS JOIN generate_series(1, 4) AS n
WHERE s.study_id = :study AND s.import_batch_id = CAST(:batch AS uuid)
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """What one session costs in a study of so many.

    Attributes
    ----------
    median, worst
        Seconds from having the traits to the weighed session, the database's work included.
    processor
        Seconds of the worker's own processor time, median.
    """

    sessions: int
    median: float
    worst: float
    processor: float


def measure(directory: Path, sessions: int) -> Counted:
    """Weigh sessions of a study that holds so many, whose traits are all kept already."""
    installation = open_installation(Settings(data_dir=directory))
    try:
        migrate(installation.database)
        administrator = demonstration_staff.first_administrator(installation)
        demonstration_staff.invite_everybody(installation, administrator)
        seed(installation.database, sessions * _STUDIES)
        taken = _weighed(installation, _filled(installation))
    finally:
        installation.database.close()
    seconds, processor = zip(*taken, strict=True)
    return Counted(sessions, median(seconds), max(seconds), median(processor))


def reading(sessions: int) -> float:
    """Processor seconds of the engine's reading one session of the demonstration: the measure."""
    engine = Engine.load()
    held = list(demonstration_sessions(7, sessions))
    engine.deidentify(held[-1][0], language="en", known=KnownIdentifiers.none())
    began = time.process_time()
    for turns, _planted in held[:-1]:
        engine.deidentify(turns, language="en", known=KnownIdentifiers.none())
    return (time.process_time() - began) / (len(held) - 1)


def _filled(installation: Installation) -> UUID:
    """Give every session of one study its traits and uniques; the study."""
    owner = installation.database.addresses.owner
    assert owner is not None
    engine = create_engine(owner)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = off"))
        study = connection.execute(text("SELECT id FROM study WHERE slug = 'bench-1'")).scalar_one()
        values = {
            "study": study,
            "batch": BATCH,
            "categories": [category.value for category in _KINDS],
            "kinds": [kinds for kinds, _ in _KINDS.values()],
            "steps": [step for _, step in _KINDS.values()],
        }
        connection.execute(text(_TRAITS), values)
        connection.execute(text(_UNIQUES), values)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
    engine.dispose()
    return UUID(str(study))


def _weighed(installation: Installation, study: UUID) -> list[tuple[float, float]]:
    """Seconds and processor seconds of each session."""
    actor = access.service_actor(installation, deidentification.SERVICE)
    session = InterviewSession
    with installation.database.transaction(actor.staff_id) as connection:
        chosen = connection.execute(
            select(session.id, session.participant_id, session.number)
            .where(session.study_id == study)
            .order_by(session.id)
            .limit(_WEIGHED)
        ).all()
    taken = []
    for row in chosen:
        found = _said(row.number)
        with installation.database.transaction(actor.staff_id, long=True) as connection:
            began, worked = time.perf_counter(), time.process_time()
            quasi_identifiers.keep(connection, row.id, study, row.participant_id, found)
            queue_risk.weigh(connection, row.id, study, row.participant_id, found, ())
            taken.append((time.perf_counter() - began, time.process_time() - worked))
    # The first finds connections and caches cold.
    return taken[1:]


def _said(number: int) -> Sequence[QuasiIdentifier]:
    return [
        QuasiIdentifier(category, f"{category.value} {number * step % kinds}", Span(1, 0, 6))
        for category, (kinds, step) in _KINDS.items()
    ]
