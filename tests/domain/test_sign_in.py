"""Signing in: whose claims are accepted, and when a sign-in is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Refused
from domain.sign_in import Claims, Ended, Limits, ended, read_claims

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ISSUER, CLIENT = "https://id.example", "clearance"
TOKEN = {
    "iss": ISSUER,
    "aud": CLIENT,
    "sub": "subject-1",
    "email": " Rosa@Clearance.example ",
    "email_verified": True,
    "iat": NOW.timestamp() - 5,
    "exp": NOW.timestamp() + 60,
    "auth_time": NOW.timestamp() - 10,
}


def read(now=NOW, **changes):
    token = {**TOKEN, **changes}
    token = {name: value for name, value in token.items() if value is not ...}
    return read_claims(token, issuer=ISSUER, client_id=CLIENT, now=now)


def refused(**changes):
    with pytest.raises(Refused) as caught:
        read(**changes)
    assert "Sign in again" in caught.value.remedy
    return caught.value.rule


def test_good_claims_name_the_person_and_when_they_proved_it():
    assert read() == Claims(ISSUER, "subject-1", "rosa@clearance.example", NOW - 10 * SECOND)


@pytest.mark.parametrize("audience", [CLIENT, [CLIENT]])
def test_a_token_for_us_alone_is_accepted(audience):
    assert read(aud=audience, azp=CLIENT).subject == "subject-1"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"aud": []},
        {"aud": ...},
        {"azp": "another"},
    ],
)
def test_a_token_for_anybody_else_as_well_is_refused(changes):
    assert refused(**changes) == "sign-in.audience"


@pytest.mark.parametrize("issuer", ["https://id.example/", "https://other.example", ..., None])
def test_a_token_of_another_issuer_is_refused(issuer):
    assert refused(iss=issuer) == "sign-in.issuer"


@pytest.mark.parametrize(("after", "accepted"), [(59, True), (60, False), (61, False)])
def test_a_token_is_over_at_the_second_it_says(after, accepted):
    if accepted:
        assert read(now=NOW + after * SECOND)
    else:
        assert refused(now=NOW + after * SECOND) == "sign-in.expired"


@pytest.mark.parametrize("field", ["exp", "iat"])
@pytest.mark.parametrize("value", [..., None, "1795510800", True, float("nan"), 1e300])
def test_a_time_that_is_none_counts_as_over(field, value):
    assert refused(**{field: value}) == "sign-in.expired"


@pytest.mark.parametrize("subject", [..., None, "", "  ", 7])
def test_a_token_that_names_nobody_is_refused(subject):
    assert refused(sub=subject) == "sign-in.subject"


@pytest.mark.parametrize(
    "changes",
    [
        {"email": ...},
        {"email": "no address"},
        {"email": 7},
        {"email_verified": ...},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": 1},
    ],
)
def test_an_address_that_the_provider_did_not_verify_is_refused(changes):
    assert refused(**changes) == "sign-in.email"


@pytest.mark.parametrize(
    ("auth_time", "proved"),
    [
        (NOW.timestamp() - 3600, NOW - 3600 * SECOND),
        (..., NOW - 5 * SECOND),
        (NOW.timestamp() + 3600, NOW),
    ],
    ids=["as stated", "else when the token was made", "never in the future"],
)
def test_a_sign_in_is_as_old_as_the_proof_behind_it(auth_time, proved):
    assert read(auth_time=auth_time).authenticated_at == proved


LIMITS = Limits(max_age=timedelta(hours=8), idle=timedelta(minutes=30))


def over(*, age, idle):
    return ended(authenticated_at=NOW - age, last_active_at=NOW - idle, limits=LIMITS, now=NOW)


@pytest.mark.parametrize(("after", "reason"), [(-1, None), (0, Ended.TOO_OLD), (1, Ended.TOO_OLD)])
def test_a_sign_in_lasts_up_to_its_whole_age(after, reason):
    assert over(age=LIMITS.max_age + after * SECOND, idle=timedelta(0)) == reason


@pytest.mark.parametrize(("after", "reason"), [(-1, None), (0, Ended.IDLE), (1, Ended.IDLE)])
def test_a_sign_in_lasts_up_to_its_idle_time(after, reason):
    assert over(age=timedelta(hours=1), idle=LIMITS.idle + after * SECOND) == reason
