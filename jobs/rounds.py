"""What a worker does by the clock: each round when it is due, its outcome told, none the last."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Mapping

from domain.operations.catalogue import ROUNDS, SNAPSHOTS
from domain.permissions import Actor
from jobs import children
from jobs.heart import Heart
from services import (
    access,
    import_jobs,
    mail,
    metrics,
    notifications,
    operations,
    policy_standings,
    retention,
)
from services.installation import Installation
from services.operations import telling, walking
from services.publications import releasing as publications
from services.shares import assembling, recalling, releasing

#: How often a process that was started is looked at.
_LOOK_SECONDS = 0.1
_LOG = logging.getLogger(__name__)


class ProcessFailed(Exception):
    """A process of its own ended with something else than 0; its log says why."""


class Rounds:
    """The rounds of one worker. Every worker goes all of them: twice does no harm."""

    def __init__(
        self,
        installation: Installation,
        service: Actor,
        worker: str,
        heart: Heart,
        work: Mapping[str, Callable[[], object]],
    ) -> None:
        self._installation = installation
        self._service = service
        self._worker = worker
        self._heart = heart
        self._work = work
        self._gone: dict[str, float] = {}

    def go(self) -> None:
        """Go every round that is due.

        One that fails is told by the class of its error and tried again when it is due next: the
        others, and what people asked for, do not wait for it. Without the database nothing can be
        told, and that ends the worker.
        """
        for each in ROUNDS:
            last = self._gone.get(each.name)
            if last is not None and time.monotonic() - last < each.every.total_seconds():
                continue
            self._gone[each.name] = time.monotonic()
            here = (self._installation, self._service, each.name, self._worker)
            try:
                with self._heart.at(each.name):
                    self._work[each.name]()
            except Exception as error:  # noqa: BLE001 - told, logged, and tried again
                telling.round_failed(*here, type(error).__name__)
                _LOG.error("round %s: %s%s", each.name, type(error).__name__, _places(error))
            else:
                telling.round_done(*here)


def work_of_rounds(
    here: Installation, engine: Actor, stop: threading.Event
) -> dict[str, Callable[[], object]]:
    """What is done in each round, in the name of the service whose it is."""
    release = access.service_actor(here, assembling.SERVICE)
    keeper = access.service_actor(here, retention.SERVICE)
    postman = access.service_actor(here, notifications.SERVICE)
    counter = access.service_actor(here, metrics.SERVICE)
    monitor = access.service_actor(here, operations.SERVICE)

    def snapshots() -> None:
        # In a process of their own: the solver stays out of here.
        if metrics.any_due(here, counter):
            run("jobs.snapshots", stop)

    return {
        "share.expire": lambda: releasing.expire_lapsed(here, release),
        "publication.expire": lambda: publications.expire_lapsed(here, counter),
        "recall.block": lambda: recalling.block_overdue(here, release),
        "standing.add-up": lambda: policy_standings.add_up(here, engine),
        SNAPSHOTS: snapshots,
        "mail.gather": lambda: mail.gather(here, postman),
        "time.note": lambda: notifications.note_time_passing(here, postman),
        "retention.look": lambda: retention.look(here, keeper),
        "import.tidy": lambda: import_jobs.discard_leftovers(here, engine),
        "audit.daily": lambda: walking.ask_daily(here, monitor),
    }


def run(module: str, stop: threading.Event) -> None:
    """Let a process of its own do something, and end it when this one is told to stop.

    Raises
    ------
    ProcessFailed
        When it ends by itself and says that it failed.
    """
    child = children.start(module, environment={})
    while child.poll() is None:
        if stop.wait(_LOOK_SECONDS):
            children.stop_all([child])
            return
    if child.returncode:
        raise ProcessFailed


def _places(error: Exception) -> str:
    """Where it happened; an exception's text can hold participants' words, so it is left out."""
    return "".join(
        f"\n  {frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    )
