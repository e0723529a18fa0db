"""Signing in, staying in and being put out, on a real database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from data_access.studies import StudyRow
from domain.errors import Refused
from domain.permissions import Actor
from domain.sign_in import Claims, Ended
from domain.vocabulary import Role
from services import access, sign_in
from services.installation import Installation
from services.sign_in import SignedIn
from tests.conftest import Clock, Hire

ISSUER = "https://id.example/tenants/lab"
SECOND = timedelta(seconds=1)


def claims(installation: Installation, email: str, subject: str | None = None) -> Claims:
    return Claims(
        ISSUER, subject or f"subject-{email.partition('@')[0]}", email, installation.now()
    )


def trail(installation: Installation, action: str) -> list[Mapping[str, Any]]:
    """What the owner reads of an act in the audit table, oldest first."""
    engine = create_engine(installation.database.addresses.owner)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT actor_label, outcome, object_id, detail FROM audit_event"
                " WHERE action = :action ORDER BY seq"
            ),
            {"action": action},
        ).mappings()
        found = [{**row, **json.loads(row["detail"])} for row in rows]
    engine.dispose()
    return found


def still(installation: Installation, token: str, *, active: bool = False) -> Ended | None:
    standing = sign_in.resume(installation, token, active=active)
    return None if isinstance(standing, SignedIn) else standing


@pytest.fixture
def rosa(hire: Hire) -> Actor:
    return hire("Rosa", Role.AUDITOR)


@pytest.fixture
def token(installation: Installation, rosa: Actor) -> str:
    return sign_in.sign_in(installation, claims(installation, "rosa@clearance.example"))


def test_the_first_sign_in_binds_the_invited_person(
    installation: Installation, rosa: Actor, token: str
) -> None:
    standing = sign_in.resume(installation, token, active=False)
    assert isinstance(standing, SignedIn)
    assert standing.actor == rosa
    assert [(row["outcome"], row["first"]) for row in trail(installation, "sign-in")] == [
        ("done", True)
    ]


def test_a_bound_person_is_known_by_subject_whatever_their_address(
    installation: Installation, rosa: Actor, token: str
) -> None:
    changed = Claims(ISSUER, "subject-rosa", "new@elsewhere.example", installation.now())
    standing = sign_in.resume(installation, sign_in.sign_in(installation, changed), active=False)
    assert isinstance(standing, SignedIn)
    assert standing.actor.staff_id == rosa.staff_id
    assert [row["first"] for row in trail(installation, "sign-in")] == [True, False]


@pytest.mark.parametrize(
    ("issuer", "subject"),
    [(ISSUER, "another subject"), ("https://other.example", "subject-rosa")],
)
def test_a_second_subject_with_a_known_address_is_somebody_else(
    installation: Installation, token: str, issuer: str, subject: str
) -> None:
    second = Claims(issuer, subject, "rosa@clearance.example", installation.now())
    with pytest.raises(Refused) as refused:
        sign_in.sign_in(installation, second)
    assert refused.value.rule == "sign-in.other-person"
    row = trail(installation, "sign-in")[-1]
    assert (row["outcome"], row["rule"]) == ("refused", "sign-in.other-person")
    assert (row["issuer"], row["subject"]) == (issuer, subject)
    assert "rosa@" not in row["detail"]


def test_nobody_comes_in_uninvited_and_nobody_is_made(
    installation: Installation, administrator: Actor
) -> None:
    before = access.people(installation, administrator)
    with pytest.raises(Refused) as refused:
        sign_in.sign_in(installation, claims(installation, "new@clearance.example"))
    assert refused.value.rule == "sign-in.unknown"
    assert access.people(installation, administrator) == before
    assert trail(installation, "sign-in")[-1]["rule"] == "sign-in.unknown"


def test_a_person_switched_off_cannot_come_in(
    installation: Installation, administrator: Actor, rosa: Actor
) -> None:
    access.set_active(installation, administrator, rosa.staff_id, False)
    with pytest.raises(Refused) as refused:
        sign_in.sign_in(installation, claims(installation, "rosa@clearance.example"))
    assert refused.value.rule == "sign-in.switched-off"
    access.set_active(installation, administrator, rosa.staff_id, True)
    assert still(
        installation,
        sign_in.sign_in(installation, claims(installation, "rosa@clearance.example")),
    ) is None  # fmt: skip


def test_a_person_switched_off_is_out_and_stays_out_when_switched_on_again(
    installation: Installation, administrator: Actor, rosa: Actor, token: str
) -> None:
    access.set_active(installation, administrator, rosa.staff_id, False)
    assert still(installation, token) is Ended.SWITCHED_OFF
    access.set_active(installation, administrator, rosa.staff_id, True)
    assert still(installation, token) is Ended.SWITCHED_OFF


def test_roles_are_read_afresh_every_time(
    installation: Installation, administrator: Actor, rosa: Actor, token: str
) -> None:
    access.revoke_role(installation, administrator, rosa.staff_id, Role.AUDITOR)
    access.give_role(installation, administrator, rosa.staff_id, Role.TRUST_SAFETY)
    standing = sign_in.resume(installation, token, active=False)
    assert isinstance(standing, SignedIn)
    assert standing.actor.roles == {Role.TRUST_SAFETY}


@pytest.mark.parametrize(("after", "over"), [(-1, None), (0, Ended.IDLE), (1, Ended.IDLE)])
def test_the_idle_limit_ends_a_sign_in_to_the_second(
    installation: Installation, clock: Clock, token: str, after: int, over: Ended | None
) -> None:
    clock.advance(installation.settings.session_idle_limit + after * SECOND)
    assert still(installation, token, active=True) is over
    ends = [row["reason"] for row in trail(installation, "sign-out")]
    assert ends == ([] if over is None else ["idle"])


@pytest.mark.parametrize(("after", "over"), [(-1, None), (0, Ended.TOO_OLD), (1, Ended.TOO_OLD)])
def test_the_age_limit_ends_a_sign_in_to_the_second_however_busy(
    installation: Installation, clock: Clock, token: str, after: int, over: Ended | None
) -> None:
    left = installation.settings.session_max_age + after * SECOND
    step = installation.settings.session_idle_limit - SECOND
    while left > step:
        clock.advance(step)
        left -= step
        assert still(installation, token, active=True) is None
    clock.advance(left)
    assert still(installation, token, active=True) is over


def test_the_age_counts_from_the_proof_at_the_provider(
    installation: Installation, clock: Clock, rosa: Actor
) -> None:
    earlier = installation.now() - installation.settings.session_max_age + SECOND
    old = Claims(ISSUER, "s", "rosa@clearance.example", earlier)
    token = sign_in.sign_in(installation, old)
    assert still(installation, token) is None
    clock.advance(SECOND)
    assert still(installation, token) is Ended.TOO_OLD


def test_automatic_reruns_do_not_put_off_the_idle_limit(
    installation: Installation, clock: Clock, token: str
) -> None:
    half = installation.settings.session_idle_limit / 2
    clock.advance(half)
    assert still(installation, token, active=False) is None
    clock.advance(half)
    assert still(installation, token, active=False) is Ended.IDLE


def test_clicks_do(installation: Installation, clock: Clock, token: str) -> None:
    half = installation.settings.session_idle_limit / 2
    for _ in range(4):
        clock.advance(half)
        assert still(installation, token, active=True) is None


def test_what_ended_never_begins_again(
    installation: Installation, clock: Clock, token: str
) -> None:
    clock.advance(installation.settings.session_idle_limit)
    assert still(installation, token) is Ended.IDLE
    clock.advance(-installation.settings.session_idle_limit)
    assert still(installation, token, active=True) is Ended.IDLE


def test_a_sign_out_ends_it_for_every_tab_and_is_recorded_once(
    installation: Installation, token: str
) -> None:
    sign_in.sign_out(installation, token)
    sign_in.sign_out(installation, token)
    assert still(installation, token) is Ended.SIGNED_OUT
    assert [(row["actor_label"], row["reason"]) for row in trail(installation, "sign-out")] == [
        ("Rosa", "signed-out")
    ]


def test_a_sign_out_ends_that_sign_in_and_no_other(installation: Installation, token: str) -> None:
    other = sign_in.sign_in(installation, claims(installation, "rosa@clearance.example"))
    sign_in.sign_out(installation, token)
    assert still(installation, other) is None


def test_an_administrator_ends_every_sign_in_of_a_person(
    installation: Installation, administrator: Actor, rosa: Actor, token: str
) -> None:
    other = sign_in.sign_in(installation, claims(installation, "rosa@clearance.example"))
    assert access.end_sign_ins(installation, administrator, rosa.staff_id) == 2
    assert still(installation, token) is still(installation, other) is Ended.BY_ADMINISTRATOR


@pytest.mark.parametrize("nothing", [None, "", "x" * 43])
def test_no_token_is_nobody(installation: Installation, nothing: str | None) -> None:
    assert sign_in.resume(installation, nothing, active=True) is Ended.NOT_SIGNED_IN
    sign_in.sign_out(installation, nothing)
    assert trail(installation, "sign-out") == []


def test_one_look_names_those_that_are_over_and_why(
    installation: Installation, clock: Clock, rosa: Actor, token: str
) -> None:
    clock.advance(installation.settings.session_idle_limit)
    fresh = sign_in.sign_in(installation, claims(installation, "rosa@clearance.example"))
    out = sign_in.sign_in(installation, claims(installation, "rosa@clearance.example"))
    sign_in.sign_out(installation, out)
    over = sign_in.ended_among(installation, [token, fresh, out, "nobody's"])
    assert over == {
        token: Ended.IDLE,
        out: Ended.SIGNED_OUT,
        "nobody's": Ended.NOT_SIGNED_IN,
    }
    assert sign_in.ended_among(installation, [token]) == {token: Ended.IDLE}
    assert [row["reason"] for row in trail(installation, "sign-out")] == ["signed-out", "idle"]


def test_the_token_itself_is_not_in_the_database(installation: Installation, token: str) -> None:
    engine = create_engine(installation.database.addresses.owner)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM web_session")).one()
    engine.dispose()
    assert token not in str(row)
    assert token.encode() not in bytes(row.token_digest)


def test_a_sign_in_that_ended_cannot_be_brought_back_in_sql_either(
    installation: Installation, rosa: Actor, token: str
) -> None:
    sign_in.sign_out(installation, token)
    for change in ("ended_at = NULL", "ended_at = now()", "last_active_at = now()"):
        with (
            pytest.raises(IntegrityError, match="cannot be changed"),
            installation.database.transaction(rosa.staff_id) as connection,
        ):
            connection.execute(text(f"UPDATE web_session SET {change}"))
    assert still(installation, token) is Ended.SIGNED_OUT


def test_a_standing_tells_of_one_person_alone(
    installation: Installation, hire: Hire, rosa: Actor, study: StudyRow, token: str
) -> None:
    hire("Ravi", Role.REVIEWER, study=study)
    standing = sign_in.resume(installation, token, active=True)
    assert isinstance(standing, SignedIn)
    assert (standing.actor.roles, standing.actor.grants) == (frozenset({Role.AUDITOR}), ())
