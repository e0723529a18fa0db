"""De-identifying one study on a Dask cluster, watched from the terminal.

Dask starts the work and says which workers live; nothing of a session, no key and no address
of a database passes through it. Each worker reads its own configuration and claims sessions
from the database, as a process of this machine does.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from distributed import Client, Event, Future

from domain.errors import BadInput, ClearanceError
from domain.permissions import Actor
from jobs.worker import work_until_done, worker_name
from services import deidentification, deidentification_progress, installation, studies
from services.access import service_actor
from services.deidentification_progress import Progress
from services.installation import Installation

_LOOK_SECONDS = 0.5
_REACH_SECONDS = 10
#: How long a cluster may have no worker while sessions wait.
_NOBODY_SECONDS = 60
#: A study's engine reads one session at a time in a process, however many threads it has.
_reading = threading.Lock()


@dataclass
class _Worker:
    name: str
    work: Future


def deidentify_on_cluster(
    here: Installation,
    actor: Actor,
    study_id: UUID,
    *,
    scheduler: str,
    progress: Callable[[Progress], None],
) -> Progress:
    """Run until no session of the study waits, on every worker that the scheduler has or gets.

    What a worker that goes had claimed is put back at once for the others. KeyboardInterrupt
    asks the workers to stop after the sessions each has claimed, and waits for them.

    Raises
    ------
    BadInput
        When the scheduler cannot be reached, or runs other versions.
    ClearanceError
        When the work fails on a worker, with what it said; or when no worker comes.
    """
    with _client(scheduler) as client:
        stop = Event(f"clearance-stop-{uuid.uuid4()}", client=client)
        workers: dict[str, _Worker] = {}
        seen_at = time.monotonic()
        try:
            while True:
                _let_go(here, actor, client, workers)
                held = deidentification_progress.progress(here, actor, study_id)
                progress(held)
                if held.waiting == 0:
                    return held
                _set_to_work(client, workers, study_id, stop.name)
                if workers:
                    seen_at = time.monotonic()
                elif time.monotonic() - seen_at > _NOBODY_SECONDS:
                    raise ClearanceError(
                        f"The scheduler {scheduler} had no worker for {_NOBODY_SECONDS} seconds. "
                        "Start some with: dask worker ADDRESS --nthreads 1."
                    )
                time.sleep(_LOOK_SECONDS)
        finally:
            stop.set()
            client.gather([each.work for each in workers.values()], errors="skip")


def work_here(study_id: UUID, stop_name: str) -> int:
    """What runs on a worker: de-identify with this process's own configuration.

    Raises
    ------
    ClearanceError
        When its database does not hold the study: it is configured for another installation.
    """
    if not _reading.acquire(blocking=False):
        return 0
    try:
        here = installation.current()
        service = service_actor(here, deidentification.SERVICE)
        if all(study.id != study_id for study in studies.visible(here, service)):
            raise ClearanceError(
                "The database of this worker does not hold the study. Start it with the same "
                "CLEARANCE_… settings as the command."
            )
        return work_until_done(study_id, Event(stop_name).is_set)
    finally:
        _reading.release()


@contextmanager
def _client(scheduler: str) -> Iterator[Client]:
    try:
        client = Client(scheduler, timeout=_REACH_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise BadInput(
            f"The scheduler {scheduler} cannot be reached. Start one with: dask scheduler, and "
            "give the address that it prints."
        ) from error
    try:
        try:
            client.get_versions(check=True)
        except ValueError as error:
            raise BadInput(
                "The cluster runs other versions than this command. Install the same "
                "requirements.txt on every machine."
            ) from error
        yield client
    finally:
        client.close()


def _set_to_work(
    client: Client, workers: dict[str, _Worker], study_id: UUID, stop_name: str
) -> None:
    """Start on each worker that came, and again on each that ran out while sessions wait."""
    for address in client.scheduler_info(n_workers=-1)["workers"]:
        held = workers.get(address)
        if held is not None and not held.work.done():
            continue
        if held is not None and held.work.status == "error":
            raise ClearanceError(f"The worker {held.name} failed: {held.work.exception()}")
        name = held.name if held else client.run(worker_name, workers=[address]).get(address)
        if name is None:
            continue
        workers[address] = _Worker(
            name,
            client.submit(
                work_here,
                study_id,
                stop_name,
                workers=[address],
                allow_other_workers=False,
                pure=False,
            ),
        )


def _let_go(here: Installation, actor: Actor, client: Client, workers: dict[str, _Worker]) -> None:
    """Forget the workers that went, and put back what they had claimed."""
    there = client.scheduler_info(n_workers=-1)["workers"]
    for address in [each for each in workers if each not in there]:
        gone = workers.pop(address)
        gone.work.cancel()
        deidentification.release(here, actor, gone.name)
