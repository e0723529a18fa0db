"""Asked for in the evening, done at night: what happened between lets nothing leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.shares.lifecycle import ShareState
from domain.shares.release import APPROVAL_HOLDS_FOR
from services.shares import (
    recipients,
    releasing,
    working,
)
from tests.conftest import Clock
from tests.services.shares.test_red_team import only_decides, take_back
from tests.services.shares.worlds import World

SECOND = timedelta(seconds=1)


def blocks(world: World, _clock: Clock) -> None:
    recipients.block(world.installation, world.administrator, world.recipient, "They quoted a name")


def ends_the_agreement(world: World, _clock: Clock) -> None:
    recipients.end_agreement(
        world.installation, world.administrator, world.agreement, "Their project ended"
    )


def lets_it_lapse(_world: World, clock: Clock) -> None:
    clock.advance(APPROVAL_HOLDS_FOR)


def withdraws_consent(world: World, _clock: Clock) -> None:
    take_back(world, "a")


def confirms_anew(world: World, _clock: Clock) -> None:
    only_decides(world, world.rosa)


def lets_the_agreement_run_out(world: World, clock: Clock) -> None:
    clock.advance(timedelta(days=3))


@pytest.mark.parametrize(
    ("happens", "state", "said"),
    [
        (blocks, ShareState.STALE, "stale"),
        (ends_the_agreement, ShareState.STALE, "stale"),
        (lets_it_lapse, ShareState.EXPIRED, "lapsed"),
        (withdraws_consent, ShareState.STALE, "stale"),
        (confirms_anew, ShareState.STALE, "stale"),
        (lets_the_agreement_run_out, ShareState.STALE, "not in force"),
    ],
)
def test_what_changes_before_the_night_job_lets_nothing_leave(
    world: World,
    clock: Clock,
    happens: Callable[[World, Clock], None],
    state: ShareState,
    said: str,
) -> None:
    here = world.installation
    if happens is lets_the_agreement_run_out:
        world.agreement = recipients.record_agreement(
            here,
            world.administrator,
            world.recipient,
            title="A short one",
            wording="An agreement for a few days, which ends before the night job comes to it.",
            data_uses=(),
            signed_at=clock() - SECOND,
            expires_at=clock() + timedelta(days=3),
        )
    share_id = world.approved("a")
    releasing.ask(here, world.ravi, share_id)
    happens(world, clock)
    assert working.work_one(here, world.service, "night")
    view = world.view(share_id)
    assert (view.row.state, view.release) == (state, None)
    assert view.releasing is not None
    assert view.releasing.state == "failed"
    assert said in (view.releasing.message or "")
