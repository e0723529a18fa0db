"""De-identifying one study with several processes, watched from the terminal."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.context import SpawnProcess
from uuid import UUID

from domain.permissions import Actor
from jobs.children import end_with_parent
from jobs.heart import name_of
from jobs.worker import work_until_done
from services import deidentification, deidentification_progress
from services.deidentification_progress import Progress
from services.installation import Installation, open_installation
from services.installation import use as use_installation
from settings import Settings

_LOOK_SECONDS = 0.5
#: A worker that ends this often would end for ever: something is wrong with it.
MOST_RESTARTS = 3


def deidentify_study(
    installation: Installation,
    actor: Actor,
    study_id: UUID,
    *,
    processes: int,
    progress: Callable[[Progress], None],
) -> Progress:
    """Run until no session of the study waits; resumable, since every result is kept at once.

    What a process that dies had claimed is put back at once, and another process takes its
    place, up to :data:`MOST_RESTARTS` times. KeyboardInterrupt stops the processes after the
    sessions each has claimed.
    """
    context = multiprocessing.get_context("spawn")
    stop = context.Event()

    def start() -> SpawnProcess:
        worker = context.Process(
            target=_work, args=(installation.settings, study_id, stop), daemon=True
        )
        worker.start()
        return worker

    workers = [start() for _ in range(processes)]
    restarts = 0
    try:
        while True:
            held = deidentification_progress.progress(installation, actor, study_id)
            progress(held)
            fallen = [worker for worker in workers if worker.exitcode not in (None, 0)]
            for worker in fallen:
                workers.remove(worker)
                deidentification.release(installation, actor, name_of(worker.pid or 0))
                if restarts < MOST_RESTARTS:
                    restarts += 1
                    workers.append(start())
            if not any(worker.is_alive() for worker in workers):
                return deidentification_progress.progress(installation, actor, study_id)
            time.sleep(_LOOK_SECONDS)
    finally:
        stop.set()
        for worker in workers:
            worker.join()


def _work(settings: Settings, study_id: UUID, stop: threading.Event) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    use_installation(open_installation(settings))
    work_until_done(study_id, stop.is_set)
