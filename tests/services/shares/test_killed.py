"""A worker that is killed at any step of a release or a submission: afterwards all of it or none.

A child process does the work and kills itself with SIGKILL at the step, as the machine would. No
handler runs, no transaction is ended, nothing is said to the database.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import text

from domain.permissions import Actor
from domain.shares.lifecycle import ShareState
from domain.vocabulary import Role
from services import trail
from services.keys import release_key
from services.shares import fetching, releasing, requests, submitting, working
from services.shares.packages import verify_package
from services.shares.working import LEASE
from tests.conftest import Clock
from tests.services.shares.worlds import World

_SECONDS = 60
#: Where the worker dies: what it calls then, before or after it did that, and whether the act had
#: been committed by then.
Step = tuple[str, str, str, bool]
_COMMON: tuple[Step, ...] = (
    ("services.shares.working.jobs", "claim", "after", False),
    ("services.shares.assembling.share_contents", "words", "after", False),
    ("services.shares.working.jobs", "beat", "after", False),
    ("services.acts.audit", "record", "after", False),
    ("services.checkpoints.Checkpoints", "advance", "before", True),
    ("services.shares.working.jobs", "finish", "before", True),
    ("services.shares.working.jobs", "finish", "after", True),
)
_RELEASE: tuple[Step, ...] = (
    ("services.shares.releasing", "assemble", "before", False),
    *_COMMON,
    ("services.shares.releasing.shares", "hold", "before", False),
    ("services.shares.releasing.shares", "hold", "after", False),
    ("services.shares.releasing", "write_package", "after", False),
    ("services.shares.releasing.releases", "keep", "after", False),
    ("services.shares.releasing.shares", "move", "after", False),
)
_SUBMIT: tuple[Step, ...] = (
    ("services.shares.submitting", "assemble", "before", False),
    *_COMMON,
    ("services.shares.submitting.shares", "hold", "before", False),
    ("services.shares.submitting.shares", "hold", "after", False),
    ("services.shares.submitting.shares", "freeze", "after", False),
    ("services.shares.submitting.shares", "move", "after", False),
)


def _name(step: Step) -> str:
    return f"{step[2]} {step[0].rpartition('.')[2]}.{step[1]}"


@pytest.mark.parametrize("step", _RELEASE, ids=_name)
def test_a_release_killed_at_any_step_leaves_wholly_or_not_at_all_and_then_once(
    world: World, clock: Clock, tmp_path: Path, step: Step
) -> None:
    here, service = world.installation, world.service
    share_id = world.approved("a", "b")
    releasing.ask(here, world.ravi, share_id)
    die_at(step, world, lambda: working.work_one(here, service, "killed"))

    view = world.view(share_id)
    assert (view.release is not None) is step[3]
    assert view.row.state is (ShareState.RELEASED if step[3] else ShareState.APPROVED)

    work_on(world, clock)
    assert world.state(share_id) is ShareState.RELEASED
    job = world.view(share_id).releasing
    assert job is not None
    assert job.state == "done"
    package = fetching.take(here, world.ravi, fetching.offer(here, world.ravi, share_id)).package
    path = tmp_path / "package.zip"
    path.write_bytes(package)
    public = release_key(here.settings).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert verify_package(path, pem).problems == ()
    auditor = world.hire("Uma", Role.AUDITOR)
    assert done(world, auditor, "share.release", share_id) == 1
    assert trail.verify(here, auditor).whole


@pytest.mark.parametrize("step", _SUBMIT, ids=_name)
def test_a_submission_killed_at_any_step_is_wholly_in_or_not_at_all_and_then_once(
    world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    monkeypatch.setattr(submitting, "AT_ONCE", 0)
    here, service = world.installation, world.service
    share_id = world.draft("a", "b")
    submitting.ask(here, world.ravi, share_id)
    die_at(step, world, lambda: working.work_one(here, service, "killed"))

    row = world.view(share_id).row
    assert row.state is (ShareState.SUBMITTED if step[3] else ShareState.DRAFT)
    assert (row.content_digest is not None) is step[3]

    work_on(world, clock)
    view = world.view(share_id)
    assert (view.row.state, view.row.round) == (ShareState.SUBMITTED, 1)
    assert view.releasing is not None
    assert view.releasing.state == "done"
    opened = requests.open_session(here, world.amina, share_id, world.sessions["a"])
    assert opened.is_what_was_frozen
    auditor = world.hire("Uma", Role.AUDITOR)
    assert done(world, auditor, "share.submit", share_id) == 1
    assert trail.verify(here, auditor).whole


def die_at(step: Step, world: World, work: Callable[[], object]) -> None:
    """Let a child process do the work and die by SIGKILL at the step."""
    child = multiprocessing.get_context("fork").Process(target=_work, args=(step, world, work))
    child.start()
    child.join(_SECONDS)
    assert child.exitcode == -signal.SIGKILL, f"It lived through the step: {child.exitcode}."


def _work(step: Step, world: World, work: Callable[[], object]) -> None:
    # The parent's connections are the parent's: leave them open and make others.
    database = world.installation.database
    database.app.dispose(close=False)
    database.identity.dispose(close=False)
    place, name, when, _committed = step
    try:
        owner: Any = import_module(place)
    except ModuleNotFoundError:
        module, _, attribute = place.rpartition(".")
        owner = getattr(import_module(module), attribute)
    plain = getattr(owner, name)

    def dying(*args: Any, **more: Any) -> None:
        if when == "after":
            plain(*args, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, dying)
    work()


def work_on(world: World, clock: Clock) -> None:
    """Another worker: nothing to do before the lease of the dead one ends, and all of it then."""
    clock.advance(LEASE + timedelta(seconds=1))
    while working.work_one(world.installation, world.service, "another"):
        pass


def done(world: World, auditor: Actor, action: str, share_id: UUID) -> int:
    with world.installation.database.transaction(auditor.staff_id) as connection:
        return int(
            connection.execute(
                text(
                    "SELECT count(*) FROM audit_event WHERE action = :action"
                    " AND outcome = 'done' AND object_id = :share"
                ),
                {"action": action, "share": str(share_id)},
            ).scalar_one()
        )
