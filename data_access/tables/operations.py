"""Operations: which workers are alive, and how what they do by the clock went last."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment


class WorkerHeartbeat(Base):
    """A worker process, and when it last said that it is there. Old rows are swept away."""

    __tablename__ = "worker_heartbeat"

    #: Machine and process number.
    name: Mapped[str] = mapped_column(primary_key=True)
    #: Of the program that it runs (services/program.py).
    version: Mapped[str]
    started_at: Mapped[Moment]
    seen_at: Mapped[datetime]
    #: What it is at, by its name in domain/operations/catalogue.py; empty when it waits for work.
    doing: Mapped[str] = mapped_column(server_default=text("''"))
    doing_since: Mapped[datetime | None]


class WorkerRound(Base):
    """Something that workers do by the clock: when it was done last, and how it fails since."""

    __tablename__ = "worker_round"
    __table_args__ = (
        CheckConstraint("(failures > 0) = (failed_at IS NOT NULL)", name="failed_whole"),
        CheckConstraint("(failed_at IS NULL) = (problem IS NULL)", name="problem_whole"),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    #: Of which worker the newest word is.
    worker: Mapped[str]
    done_at: Mapped[datetime | None]
    #: How often in a row it failed since it was done last.
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    failed_at: Mapped[datetime | None]
    #: Class of the error; never its text.
    problem: Mapped[str | None]
