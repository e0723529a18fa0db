"""Access: nobody gives to themselves, windows make sense, switching off is at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from data_access.studies import StudyRow
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.sign_in import Claims, Ended
from domain.vocabulary import Role
from services import access, sign_in
from services.installation import Installation
from services.sign_in import SignedIn
from tests.conftest import Clock, Hire


@pytest.fixture
def give(installation: Installation, administrator: Actor, study: StudyRow) -> Callable[..., Any]:
    def run(to: Actor, starts: timedelta, lasts: timedelta, **changes: Any) -> Any:
        begins = installation.now() + starts
        asked: dict[str, Any] = {
            "staff_id": to.staff_id,
            "study_id": study.id,
            "role": Role.REVIEWER,
            "purpose": "Review this study before anything leaves",
            "starts_at": begins,
            "expires_at": begins + lasts,
        }
        return access.grant(installation, administrator, **asked | changes)

    return run


_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("starts", "lasts", "says"),
    [
        (timedelta(0), timedelta(0), "over before it begins"),
        (_DAY, timedelta(seconds=-1), "over before it begins"),
        (-2 * _DAY, _DAY, "over before it begins"),
        (-_DAY, _DAY, "over before it begins"),
        (timedelta(0), access.LONGEST_GRANT + timedelta(microseconds=1), "a year at most"),
    ],
)
def test_a_grant_that_is_over_empty_or_too_long_is_refused(
    starts: timedelta, lasts: timedelta, says: str, give: Callable[..., Any], hire: Hire
) -> None:
    with pytest.raises(BadInput, match=says):
        give(hire("Rosa", Role.REVIEWER), starts, lasts)


def test_the_longest_and_the_shortest_grant_are_given(give: Callable[..., Any], hire: Hire) -> None:
    rosa = hire("Rosa", Role.REVIEWER)
    give(rosa, timedelta(0), access.LONGEST_GRANT)
    give(rosa, timedelta(0), timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"purpose": "  read it   "}, "State the purpose"),
        ({"role": Role.AUDITOR}, "Only reviewers"),
        ({"role": Role.ADMINISTRATOR}, "Only reviewers"),
    ],
)
def test_a_grant_states_a_purpose_and_a_role_that_works_under_one(
    changes: dict[str, Any], says: str, give: Callable[..., Any], hire: Hire
) -> None:
    with pytest.raises(BadInput, match=says):
        give(hire("Rosa", Role.REVIEWER), timedelta(0), _DAY, **changes)


def test_nobody_gives_themselves_anything_or_switches_themselves_off(
    installation: Installation, administrator: Actor, give: Callable[..., Any]
) -> None:
    me = administrator.staff_id
    with pytest.raises(Refused, match="themselves"):
        give(administrator, timedelta(0), _DAY)
    with pytest.raises(Refused, match="themselves"):
        access.give_role(installation, administrator, me, Role.REVIEWER)
    with pytest.raises(Refused, match="themselves"):
        access.revoke_role(installation, administrator, me, Role.ADMINISTRATOR)
    with pytest.raises(Refused, match="themselves"):
        access.set_active(installation, administrator, me, False)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "rosa",
        "rosa@",
        "@x.example",
        "ro sa@x.example",
        "rosa@x",
        "a@b@c.example",
        "a@.",
        "a@b.",
    ],
)
def test_what_is_no_address_is_not_invited(
    email: str, installation: Installation, administrator: Actor
) -> None:
    with pytest.raises(BadInput, match="not an e-mail address"):
        access.invite(installation, administrator, email, "Rosa")


def test_somebody_is_invited_once_however_the_address_is_written(
    installation: Installation, administrator: Actor
) -> None:
    access.invite(installation, administrator, "rosa@clearance.example", "Rosa")
    with pytest.raises(BadInput, match="invited before"):
        access.invite(installation, administrator, " ROSA@clearance.example ", "Rosa")
    with pytest.raises(BadInput, match="needs a name"):
        access.invite(installation, administrator, "tom@clearance.example", "  ")


def _signed_in(installation: Installation, name: str) -> str:
    return sign_in.sign_in(
        installation,
        Claims("https://id.example", name, f"{name}@clearance.example", installation.now()),
    )


def test_switching_somebody_off_ends_their_sign_ins_and_on_again_revives_none(
    installation: Installation, administrator: Actor, hire: Hire
) -> None:
    rosa = hire("Rosa", Role.REVIEWER)
    tokens = [_signed_in(installation, "rosa") for _ in range(2)]
    access.set_active(installation, administrator, rosa.staff_id, False)
    for token in tokens:
        assert sign_in.resume(installation, token, active=True) is Ended.SWITCHED_OFF
    with pytest.raises(Refused, match="switched off"):
        _signed_in(installation, "rosa")
    with pytest.raises(BadInput, match="Nothing changed"):
        access.set_active(installation, administrator, rosa.staff_id, False)
    access.set_active(installation, administrator, rosa.staff_id, True)
    for token in tokens:
        assert sign_in.resume(installation, token, active=True) is Ended.SWITCHED_OFF
    assert isinstance(
        sign_in.resume(installation, _signed_in(installation, "rosa"), active=True), SignedIn
    )


def test_a_role_given_or_taken_and_a_grant_ended_count_from_the_next_click(
    installation: Installation,
    administrator: Actor,
    hire: Hire,
    study: StudyRow,
    clock: Clock,
) -> None:
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    token = _signed_in(installation, "rosa")

    def now() -> Actor:
        standing = sign_in.resume(installation, token, active=False)
        assert isinstance(standing, SignedIn)
        return standing.actor

    access.give_role(installation, administrator, rosa.staff_id, Role.AUDITOR)
    assert now().holds(Role.AUDITOR)
    access.revoke_role(installation, administrator, rosa.staff_id, Role.AUDITOR)
    assert not now().holds(Role.AUDITOR)
    assert now().studies(Role.REVIEWER, clock()) == {study.id}
    (held,) = access.grants(installation, administrator)
    access.revoke_grant(installation, administrator, held.id)
    assert now().studies(Role.REVIEWER, clock()) == frozenset()
    with pytest.raises(BadInput, match="ended already"):
        access.revoke_grant(installation, administrator, held.id)
    with pytest.raises(BadInput, match="does not hold"):
        access.revoke_role(installation, administrator, rosa.staff_id, Role.AUDITOR)
    with pytest.raises(BadInput, match="already"):
        access.give_role(installation, administrator, rosa.staff_id, Role.REVIEWER)


def test_an_administrator_ends_every_sign_in_of_somebody(
    installation: Installation, administrator: Actor, hire: Hire
) -> None:
    rosa = hire("Rosa", Role.REVIEWER)
    token = _signed_in(installation, "rosa")
    assert access.end_sign_ins(installation, administrator, rosa.staff_id) == 1
    assert sign_in.resume(installation, token, active=True) is Ended.BY_ADMINISTRATOR
