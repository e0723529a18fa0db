"""Leaving: what is in a package, when it may leave, who fetches it, and calling it back."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.errors import BadInput, Refused
from domain.shares.lifecycle import ShareState
from domain.shares.recall import RecallReason
from domain.shares.release import APPROVAL_HOLDS_FOR, OFFER_HOLDS_FOR
from domain.shares.votes import Ballot
from services import access
from services.keys import release_key
from services.shares import (
    fetching,
    recalling,
    recipients,
    releasing,
    requests,
    submitting,
    voting,
    working,
)
from services.shares.packages import verify_package
from tests.conftest import Clock
from tests.services.reviews import SECRET
from tests.services.shares.worlds import World, package_of

SECOND = timedelta(seconds=1)


def test_nothing_that_names_anybody_or_any_moment_is_in_a_package(world: World) -> None:
    share_id = world.released("a", "b", "c")
    files = package_of(world, share_id)
    everything = b"".join(files.values()).decode("utf-8", "replace")
    assert SECRET not in everything
    assert "2026-04-02" not in everything
    for session_id in world.sessions.values():
        assert str(session_id) not in everything
    lines = [json.loads(line) for line in files["sessions.jsonl"].splitlines()]
    assert {line["completed_month"] for line in lines} == {"2026-04"}
    assert {line["duration"] for line in lines} == {"15 to 30 minutes"}
    # The same participant in two sessions, by one pseudonym; the third is somebody else.
    assert len({line["participant"] for line in lines}) == 2


def test_only_the_fields_asked_for_leave(world: World) -> None:
    share_id = world.draft("a", fields=())
    submitting.submit(world.installation, world.ravi, share_id)
    (held,) = world.places(share_id)
    opened = requests.open_session(world.installation, world.amina, share_id, held.session_id)
    assert set(json.loads(opened.assembled.line)) == {"session", "turns"}


def test_two_releases_of_one_session_cannot_be_joined(world: World) -> None:
    one, two = (package_of(world, world.released("a")) for _ in range(2))
    first, second = (json.loads(files["sessions.jsonl"]) for files in (one, two))
    assert first["turns"] == second["turns"]
    assert first["session"] != second["session"]
    assert first["participant"] != second["participant"]


def test_the_package_that_is_fetched_is_verified_with_the_public_key_alone(
    world: World, tmp_path: Path
) -> None:
    share_id = world.released("a")
    public = (
        release_key(world.installation.settings)
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    path = tmp_path / "package.zip"
    token = fetching.offer(world.installation, world.ravi, share_id)
    path.write_bytes(fetching.take(world.installation, world.ravi, token).package)
    verdict = verify_package(path, public)
    assert (verdict.problems, verdict.sessions, verdict.files) == ((), 1, 5)


@pytest.mark.parametrize(
    ("late", "leaves"), [(-SECOND, True), (timedelta(), False), (SECOND, False)]
)
def test_an_approval_lapses_to_the_second(
    world: World, clock: Clock, late: timedelta, leaves: bool
) -> None:
    share_id = world.approved()
    clock.advance(APPROVAL_HOLDS_FOR + late)
    if leaves:
        releasing.release(world.installation, world.service, share_id, world.ravi.staff_id)
        assert world.state(share_id) is ShareState.RELEASED
        return
    with pytest.raises(Refused) as refused:
        releasing.release(world.installation, world.service, share_id, world.ravi.staff_id)
    assert refused.value.rule == "share.approval-lapsed"
    assert world.state(share_id) is ShareState.EXPIRED


def test_a_lapsed_approval_expires_by_itself(world: World, clock: Clock) -> None:
    share_id = world.approved()
    clock.advance(APPROVAL_HOLDS_FOR - SECOND)
    assert releasing.expire_lapsed(world.installation, world.service) == 0
    clock.advance(SECOND)
    assert releasing.expire_lapsed(world.installation, world.service) == 1
    assert world.state(share_id) is ShareState.EXPIRED


def test_nothing_leaves_under_an_ended_agreement_or_to_a_blocked_recipient(world: World) -> None:
    here = world.installation
    one, two = world.approved("a"), world.approved("b")
    recipients.block(here, world.administrator, world.recipient, "They published a raw quote")
    assert world.state(one) is world.state(two) is ShareState.STALE
    recipients.block(here, world.administrator, world.recipient, None)
    submitting.submit(here, world.ravi, one)
    for approver in (world.amina, world.bela):
        voting.vote(here, approver, one, Ballot.APPROVE)
    recipients.end_agreement(here, world.administrator, world.agreement, "Their project ended")
    assert world.state(one) is ShareState.STALE
    with pytest.raises(Refused) as refused:
        submitting.submit(here, world.ravi, one)
    assert refused.value.rule == "share.agreement-in-force"


@pytest.mark.parametrize(
    ("before_the_end", "leaves"), [(SECOND, True), (timedelta(), False), (-SECOND, False)]
)
def test_an_agreement_ends_to_the_second(
    world: World, clock: Clock, before_the_end: timedelta, leaves: bool
) -> None:
    here = world.installation
    world.agreement = recipients.record_agreement(
        here,
        world.administrator,
        world.recipient,
        title="A short one",
        wording="An agreement for a few days, so that its end can be tried to the second.",
        data_uses=(),
        signed_at=clock() - SECOND,
        expires_at=clock() + timedelta(days=3),
    )
    share_id = world.approved("a")
    clock.advance(timedelta(days=3) - before_the_end)
    if leaves:
        releasing.release(here, world.service, share_id, world.ravi.staff_id)
        return
    with pytest.raises(Refused) as refused:
        releasing.release(here, world.service, share_id, world.ravi.staff_id)
    assert refused.value.rule == "share.agreement-in-force"
    assert world.state(share_id) is ShareState.STALE


def test_a_release_done_twice_is_one_release(world: World) -> None:
    here = world.installation
    share_id = world.approved("a")
    releasing.ask(here, world.ravi, share_id)
    releasing.ask(here, world.amina, share_id)
    assert working.work_one(here, world.service, "worker")
    assert not working.work_one(here, world.service, "worker")
    before = world.view(share_id).release
    releasing.release(here, world.service, share_id, world.ravi.staff_id)
    assert world.view(share_id).release == before


def test_who_lost_their_grant_releases_nothing_more(world: World, clock: Clock) -> None:
    share_id = world.approved("a")
    releasing.ask(world.installation, world.ravi, share_id)
    for held in access.grants(world.installation, world.administrator):
        if held.staff_id == world.ravi.staff_id:
            access.revoke_grant(world.installation, world.administrator, held.id)
    clock.advance(SECOND)
    assert working.work_one(world.installation, world.service, "worker")
    assert world.view(share_id, world.amina).row.state is ShareState.APPROVED
    assert world.view(share_id, world.amina).release is None


def test_a_package_is_fetched_once_by_those_it_is_for(world: World, clock: Clock) -> None:
    here = world.installation
    share_id = world.released("a")
    with pytest.raises(Refused) as refused:
        fetching.offer(here, world.rosa, share_id)
    assert refused.value.rule == "share.fetcher"
    token = fetching.offer(here, world.amina, share_id)
    with pytest.raises(Refused):
        fetching.take(here, world.ravi, token)
    late = fetching.offer(here, world.ravi, share_id)
    assert fetching.take(here, world.amina, token).package
    with pytest.raises(Refused) as refused:
        fetching.take(here, world.amina, token)
    assert refused.value.rule == "share.package-once"
    clock.advance(OFFER_HOLDS_FOR)
    with pytest.raises(Refused):
        fetching.take(here, world.ravi, late)
    with pytest.raises(BadInput, match="Say why"):
        fetching.offer(here, world.ravi, share_id)
    again = fetching.offer(here, world.ravi, share_id, "The first download broke off")
    assert fetching.take(here, world.ravi, again).package


def test_a_recalled_package_is_not_fetched_and_an_overdue_recipient_is_blocked(
    world: World, clock: Clock
) -> None:
    here = world.installation
    share_id = world.released("a")
    token = fetching.offer(here, world.ravi, share_id)
    recalling.recall(
        here,
        world.administrator,
        share_id,
        reason=RecallReason.CONSENT_WITHDRAWN,
        notice="A participant took their consent back; destroy it.",
        due_at=clock() + timedelta(days=1),
    )
    with pytest.raises(Refused):
        fetching.take(here, world.ravi, token)
    clock.advance(timedelta(days=1) - SECOND)
    assert recalling.block_overdue(here, world.service) == 0
    clock.advance(SECOND)
    assert recalling.block_overdue(here, world.service) == 1
    assert recalling.block_overdue(here, world.service) == 0
    with pytest.raises(Refused) as refused:
        world.draft("b")
    assert refused.value.rule == "share.recipient-blocked"
