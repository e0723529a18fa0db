"""Operations: who is alive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from data_access.tables.base import Base, Moment


class WorkerHeartbeat(Base):
    """A worker process, and when it last said that it is there. Old rows are swept away."""

    __tablename__ = "worker_heartbeat"

    #: Machine and process number.
    name: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[Moment]
    seen_at: Mapped[datetime]
