"""Signing in through a second, strict OpenID provider, and through one that lies."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from domain.errors import BadInput
from domain.vocabulary import Role
from services import access
from tests.gate.strict_provider import CLIENT, SECRET, Claims, Spoil, StrictProvider, serving
from tests.live.browserless import client, drawn, follow, navigation, screen, signed_in
from tests.live.processes import Live, Web

SOL = "sol@clearance.example"


@dataclass
class Lab:
    """Clearance as the lab runs it: its own provider, the same people."""

    live: Live
    web: Web
    provider: StrictProvider

    def sign_in(self, next_address: str = "/") -> tuple[httpx.Client, str]:
        """Go through the provider; the browser, and where Clearance sends it then."""
        browser = client(self.web)
        answer = follow(browser, f"/sign-in/start?next={next_address}", until="/oauth2callback")
        assert answer.status_code == 302, answer.text
        return browser, browser.get(answer.headers["location"]).headers["location"]


@pytest.fixture(scope="module")
def laboratory(live: Live) -> Iterator[Lab]:
    administrator = access.actor_by_email(live.installation, "ada@clearance.example")
    try:
        staff_id = access.invite(live.installation, administrator, SOL, "Sol Berg")
        access.give_role(live.installation, administrator, staff_id, Role.AUDITOR)
    except BadInput:  # another process of this run has invited Sol
        staff_id = access.actor_by_email(live.installation, SOL).staff_id
    with (
        serving() as provider,
        live.another_web(
            CLEARANCE_OIDC_ISSUER=provider.issuer,
            CLEARANCE_OIDC_CLIENT_ID=CLIENT,
            CLEARANCE_OIDC_CLIENT_SECRET=SECRET,
        ) as web,
    ):
        yield Lab(live, web, provider)


@pytest.fixture
def lab(laboratory: Lab) -> Lab:
    """The laboratory with Sol at the keyboard and an honest provider."""
    provider = laboratory.provider
    provider.person = {"sub": "lab|0001", "email": SOL}
    provider.spoil, provider.unsigned, provider.foreign_key = dict, False, False
    provider.refused.clear()
    return laboratory


def test_a_strict_provider_is_content_with_how_we_ask(lab: Lab) -> None:
    browser, location = lab.sign_in("/audit")
    assert (location, lab.provider.refused) == ("/audit", [])
    browser.get("/_stcore/health")
    with screen(lab.web, browser) as tab:
        came = tab.run("audit")
    assert "Sol Berg" in drawn(came)
    assert navigation(came) == {"", "notifications", "audit", "policy"}


def test_signing_out_without_an_end_session_address_comes_home(lab: Lab) -> None:
    browser, _ = lab.sign_in()
    assert browser.get("/auth/logout").headers["location"] == "/"
    assert browser.get("/").headers["location"].startswith("/sign-in")


def test_a_second_subject_with_a_known_address_is_not_the_first_person(lab: Lab) -> None:
    assert lab.sign_in()[1] == "/"
    lab.provider.person = {"sub": "lab|9999", "email": SOL}
    assert lab.sign_in()[1] == "/sign-in?reason=sign-in.other-person"
    row = lab.live.audit("sign-in")[0]
    assert (row["outcome"], row["subject"]) == ("refused", "lab|9999")


def test_a_person_stays_the_same_when_the_provider_changes_their_address(lab: Lab) -> None:
    assert lab.sign_in()[1] == "/"
    lab.provider.person = {"sub": "lab|0001", "email": "sol.married@clearance.example"}
    assert lab.sign_in()[1] == "/"


def test_someone_bound_elsewhere_cannot_be_taken_over_by_their_address(lab: Lab) -> None:
    signed_in(lab.live.web, "uma@clearance.example")
    lab.provider.person = {"sub": "lab|0002", "email": "uma@clearance.example"}
    assert lab.sign_in()[1] == "/sign-in?reason=sign-in.other-person"


def test_signing_in_makes_nobody(lab: Lab) -> None:
    administrator = access.actor_by_email(lab.live.installation, "ada@clearance.example")
    before = access.people(lab.live.installation, administrator)
    lab.provider.person = {
        "sub": "lab|0003",
        "email": "new@clearance.example",
        "roles": ["administrator"],
        "groups": ["administrator"],
    }
    assert lab.sign_in()[1] == "/sign-in?reason=sign-in.unknown"
    after = access.people(lab.live.installation, administrator)
    assert [person.id for person in after] == [person.id for person in before]


def test_claims_become_no_roles(lab: Lab) -> None:
    lab.provider.spoil = lambda claims: {
        **claims, "roles": ["administrator"], "groups": ["administrator"], "role": "administrator",
    }  # fmt: skip
    browser, _ = lab.sign_in()
    browser.get("/_stcore/health")
    with screen(lab.web, browser) as tab:
        assert navigation(tab.run()) == {"", "notifications", "audit", "policy"}


def test_a_hundred_groups_lock_nobody_out(lab: Lab) -> None:
    groups = [str(uuid.UUID(int=number)) for number in range(100)]
    lab.provider.spoil = lambda claims: {**claims, "groups": groups}
    browser, location = lab.sign_in()
    assert location == "/"
    browser.get("/_stcore/health")
    with screen(lab.web, browser) as tab:
        assert "Sol Berg" in drawn(tab.run())
    assert len(browser.cookies.get("_streamlit_user") or "") < 1_000
    assert browser.get("/auth/logout").status_code == 302


def _change(**changes: object) -> Spoil:
    return lambda claims: {**claims, **changes}


def _expired(claims: Claims) -> Claims:
    return {**claims, "iat": int(time.time()) - 400, "exp": int(time.time()) - 60}


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_change(aud="another-client"), "provider"),
        (_change(aud=["another-client"], azp=CLIENT), "sign-in.audience"),
        (_change(aud=[CLIENT, "another-client"], azp=CLIENT), "sign-in.audience"),
        (_change(azp="another-client"), "provider"),
        (_change(iss="https://evil.example"), "provider"),
        (_change(nonce="not the one we sent"), "provider"),
        (_change(nonce=None), "provider"),
        (_expired, "sign-in.expired"),
        (_change(exp=None), "provider"),
        (_change(iat=None), "provider"),
        (_change(sub=None), "provider"),
        (_change(sub=" "), "sign-in.subject"),
        (_change(email=None), "sign-in.email"),
        (_change(email=""), "sign-in.email"),
        (_change(email_verified=False), "sign-in.email"),
        (_change(email_verified="true"), "sign-in.email"),
        (_change(email_verified=None), "sign-in.email"),
    ],
)
def test_a_bad_token_lets_nobody_in_and_says_why(lab: Lab, spoil: Spoil, reason: str) -> None:
    lab.provider.spoil = spoil
    rule = reason if reason.startswith("sign-in.") else "sign-in.provider"
    before = lab.live.count("sign-in", outcome="refused", rule=rule)
    browser, location = lab.sign_in()
    assert location == f"/sign-in?reason={reason}"
    assert browser.get("/").headers["location"] == "/sign-in"
    assert 'class="reason"' in browser.get(location).text
    assert lab.live.count("sign-in", outcome="refused", rule=rule) == before + 1


def test_a_token_nobody_signed_lets_nobody_in(lab: Lab) -> None:
    lab.provider.unsigned = True
    assert lab.sign_in()[1] == "/sign-in?reason=provider"


def test_a_token_signed_with_another_key_lets_nobody_in(lab: Lab) -> None:
    lab.provider.foreign_key = True
    assert lab.sign_in()[1] == "/sign-in?reason=provider"


def test_a_sign_in_that_is_hours_old_at_the_provider_counts_from_then(lab: Lab) -> None:
    lab.provider.spoil = _change(auth_time=int(time.time()) - 9 * 3600)
    browser, location = lab.sign_in()
    assert location == "/"
    assert browser.get("/").headers["location"] == "/sign-in?reason=too-old"


def test_an_answer_meant_for_another_browser_is_refused(lab: Lab) -> None:
    victim, attacker = client(lab.web), client(lab.web)
    answer = follow(attacker, "/sign-in/start", until="/oauth2callback").headers["location"]
    assert victim.get(answer).headers["location"] == "/sign-in?reason=provider"
    assert not victim.cookies.get("_streamlit_user")
