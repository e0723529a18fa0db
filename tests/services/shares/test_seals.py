"""A leak check that passed of the very same is not made again; of anything else it is."""

from __future__ import annotations

from typing import Any

import pytest

from data_access.identity import KnownAccount
from domain.errors import BadInput, Refused
from domain.shares.votes import Ballot
from services.shares import assembling, releasing, requests, seals, submitting, voting
from services.shares.seals import seal
from tests.services.rights_worlds import as_owner
from tests.services.shares.worlds import World


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many texts were looked through."""
    texts: list[int] = []
    plain = assembling.survivors_in

    def look(*asked: Any) -> Any:
        texts.append(1)
        return plain(*asked)

    monkeypatch.setattr(assembling, "survivors_in", look)
    return texts


def unsealed(world: World) -> None:
    """As sets were that were confirmed before seals were kept with them."""
    as_owner(world.installation, "UPDATE redaction_set SET check_seal = NULL")


def test_what_was_looked_through_when_it_was_confirmed_is_not_looked_through_again(
    world: World, looked: list[int]
) -> None:
    share_id = world.approved("a", "b", "c")
    requests.open_session(world.installation, world.amina, share_id, world.sessions["a"])
    releasing.release(world.installation, world.service, share_id, world.ravi.staff_id)
    assert looked == []


def test_a_seal_of_another_session_or_made_up_is_none(world: World, looked: list[int]) -> None:
    as_owner(
        world.installation,
        "UPDATE redaction_set x SET check_seal = (SELECT y.check_seal FROM redaction_set y"
        " WHERE y.session_id = :other) WHERE x.session_id = :one",
        one=world.sessions["a"],
        other=world.sessions["b"],
    )
    as_owner(
        world.installation,
        "UPDATE redaction_set SET check_seal = sha256('checked') WHERE session_id = :id",
        id=world.sessions["c"],
    )
    world.submitted("a", "b", "c")
    assert len(looked) == 2


def test_words_that_are_not_the_sealed_ones_are_looked_through_and_do_not_leave(
    world: World, looked: list[int]
) -> None:
    as_owner(world.installation, "ALTER TABLE turn DISABLE TRIGGER USER")
    as_owner(
        world.installation,
        "UPDATE turn SET text = 'Nobody does.' WHERE session_id = :id AND index = 1",
        id=world.sessions["a"],
    )
    with pytest.raises((Refused, BadInput)):
        world.submitted("a")


def test_each_session_is_looked_through_once_from_submission_to_release(
    world: World, looked: list[int]
) -> None:
    unsealed(world)
    share_id = world.approved("a", "b", "c")
    assert len(looked) == 3
    requests.open_session(world.installation, world.amina, share_id, world.sessions["a"])
    releasing.release(world.installation, world.service, share_id, world.ravi.staff_id)
    assert len(looked) == 3


def test_other_word_lists_or_code_look_again_and_what_they_find_stays(
    world: World, looked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    share_id = world.approved("a")
    assert looked == []
    monkeypatch.setattr(seals, "_checker", lambda: "another version")
    requests.open_session(world.installation, world.amina, share_id, world.sessions["a"])
    assert len(looked) == 1
    monkeypatch.setattr(assembling, "survivors_in", lambda *_asked: ("something",))
    with pytest.raises(Refused) as refused:
        releasing.release(world.installation, world.service, share_id, world.ravi.staff_id)
    assert refused.value.rule == "share.leak-check"


def test_an_account_that_became_known_meanwhile_looks_again(
    world: World, looked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    share_id = world.approved("a")
    account = KnownAccount("Workshop", None)
    monkeypatch.setattr(
        assembling, "known_accounts", lambda _here, people: dict.fromkeys(people, account)
    )
    with pytest.raises(Refused) as refused:
        releasing.release(world.installation, world.service, share_id, world.ravi.staff_id)
    assert refused.value.rule == "share.leak-check"
    assert len(looked) == 1


def test_a_seal_is_of_one_request_one_text_and_one_account(world: World) -> None:
    here = world.installation
    one, two = world.submitted("a"), world.submitted("a")
    held = {}
    for share_id in (one, two):
        with here.database.transaction(world.service.staff_id) as connection:
            held[share_id] = assembling.share_contents.seals(
                connection, share_id, [world.sessions["a"]]
            )[world.sessions["a"]]
    assert held[one] != held[two]
    with here.database.transaction(world.service.staff_id) as connection:
        ((_turns, kept),) = assembling.share_contents.words(
            connection, one, [world.sessions["a"]]
        ).values()
    made = {
        seal(key, kept, account)
        for key in (b"k" * 32, b"o" * 32)
        for account in (None, KnownAccount("Ada", None), KnownAccount(None, "Ada"))
    }
    assert len(made) == 6


def test_a_submission_looks_again_whatever_was_sealed_for_the_one_before(
    world: World, looked: list[int]
) -> None:
    unsealed(world)
    share_id = world.submitted("a")
    assert len(looked) == 1
    for approver in (world.amina, world.bela):
        voting.vote(world.installation, approver, share_id, Ballot.RETURN, "Say more of it")
    submitting.submit(world.installation, world.ravi, share_id)
    assert len(looked) == 2
