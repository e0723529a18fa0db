"""Sign-ins from outside: cookies, tabs, roles and grants as they are now, uploads."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import (
    create_signed_value,
    decode_signed_value,
)
from websockets.exceptions import InvalidStatus

from domain.permissions import Actor
from domain.vocabulary import Role
from gate import internals
from gate.identity import TOKEN_FIELD
from services import access, keys
from tests.gate.rooms_of import ROOMS_OF
from tests.live.browserless import (
    client,
    cookies_of,
    drawn,
    follow,
    kinds,
    navigation,
    screen,
    sign_in,
    signed_in,
)
from tests.live.processes import UPLOAD_LIMIT_MB, Live

ADA, ROSA, STRANGER = "ada@clearance.example", "rosa@clearance.example", "nobody@elsewhere.example"
#: Invited by these tests for what would spoil a person of the demonstration for the others.
TEMPORARY = "ben@clearance.example"


@pytest.fixture
def ada(live: Live) -> Actor:
    return access.actor_by_email(live.installation, ADA)


def held(browser: httpx.Client) -> str:
    value = browser.cookies.get(internals.USER_COOKIE)
    assert value
    return value


def refused(live: Live, cookie: str) -> None:
    """Neither a page nor a websocket is to be had with that cookie."""
    header = f"{internals.USER_COOKIE}={cookie}"
    answer = httpx.get(f"{live.web.origin}/", headers={"Cookie": header}, trust_env=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
    with pytest.raises(InvalidStatus), screen(live.web, cookie=header):
        pass


# --- cookies -----------------------------------------------------------------------------


def test_the_cookie_holds_a_reference_and_no_claims(live: Live) -> None:
    secret = keys.cookie_secret(live.installation.settings)
    value = held(signed_in(live.web, ROSA)).encode()
    content = json.loads(decode_signed_value(secret, internals.USER_COOKIE, value) or b"{}")
    assert set(content) == {
        "is_logged_in", "origin", "provider", "iss", "sub", TOKEN_FIELD,
    }  # fmt: skip
    assert len(content[TOKEN_FIELD]) >= 43


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(live: Live) -> None:
    browser = client(live.web)
    choice = follow(browser, "/sign-in/start", until="")
    answer = browser.post(str(choice.url), data={"sub": ROSA})
    came_in = browser.get(answer.headers["location"])
    for one in came_in.headers.get_list("set-cookie"):
        assert "httponly" in one.lower(), one
        assert "samesite=lax" in one.lower(), one
    tokens = [
        one
        for one in came_in.headers.get_list("set-cookie")
        if one.startswith(f"{internals.TOKENS_COOKIE}=")
    ]
    assert len(tokens) == 1
    assert f"Path={internals.LOGOUT_PATH}" in tokens[0]


def test_an_edited_cookie_is_refused(live: Live) -> None:
    value = held(signed_in(live.web, ROSA))
    content, stamp, signature = value.rsplit(".", 2)
    changed = base64.urlsafe_b64encode(json.dumps({"sub": ADA}).encode()).decode()
    refused(live, f"{changed}.{stamp}.{signature}")
    refused(live, f"{content}.{stamp}.{signature[:-2]}AA")
    refused(live, value[:-10])
    refused(live, "")


def test_a_cookie_signed_with_another_secret_is_refused(live: Live) -> None:
    content = json.dumps({"is_logged_in": True, TOKEN_FIELD: "x" * 43})
    refused(live, create_signed_value("0" * 64, internals.USER_COOKIE, content).decode())


def test_even_our_own_signature_lets_nobody_in_without_a_session_at_the_server(live: Live) -> None:
    secret = keys.cookie_secret(live.installation.settings)
    for content in (
        {"is_logged_in": True, TOKEN_FIELD: "x" * 43},
        {"is_logged_in": True, TOKEN_FIELD: 7},
        {"is_logged_in": True, "sub": ADA, "email": ADA},
    ):
        text = json.dumps(content)
        refused(live, create_signed_value(secret, internals.USER_COOKIE, text).decode())


def test_a_copied_cookie_is_worth_nothing_after_the_sign_out(live: Live) -> None:
    browser = signed_in(live.web, ROSA)
    copy = held(browser)
    answer = browser.get("/auth/logout")
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{live.issuer}/oauth2/end_session?")
    assert "id_token_hint=" in answer.headers["location"]
    assert not browser.cookies.get(internals.USER_COOKIE)
    refused_after = httpx.get(
        f"{live.web.origin}/",
        headers={"Cookie": f"{internals.USER_COOKIE}={copy}"},
        trust_env=False,
    )
    assert refused_after.headers["location"] == "/sign-in?reason=signed-out"


def test_another_site_cannot_sign_somebody_out(live: Live) -> None:
    browser = signed_in(live.web, ROSA)
    answer = browser.get("/auth/logout", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert browser.get("/").status_code == 200


def test_signing_in_again_ends_the_sign_in_before_it(live: Live) -> None:
    browser = signed_in(live.web, ROSA)
    before = held(browser)
    choice = follow(browser, "/sign-in/start", until="")
    answer = browser.post(str(choice.url), data={"sub": ADA})
    assert browser.get(answer.headers["location"]).headers["location"] == "/"
    browser.get("/_stcore/health")
    with screen(live.web, browser) as tab:
        assert "Ada Osei" in drawn(tab.run())
    gone = httpx.get(
        f"{live.web.origin}/",
        headers={"Cookie": f"{internals.USER_COOKIE}={before}"},
        trust_env=False,
    )
    assert gone.headers["location"] == "/sign-in?reason=signed-out"


# --- coming back -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/sessions?study=making-things&order=newest", "/session?id=3f2a", "/audit", "/"]
)
def test_a_deep_link_returns_to_the_page_asked_for(live: Live, address: str) -> None:
    browser = client(live.web)
    asked = browser.get(address)
    page = browser.get(asked.headers["location"])
    start = page.text.split('class="button" href="')[1].split('"')[0].replace("&amp;", "&")
    choice = follow(browser, start, until="")
    answer = browser.post(str(choice.url), data={"sub": ROSA})
    assert browser.get(answer.headers["location"]).headers["location"] == address


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/%5cevil.example",
        "/%2fevil.example",
        "/sessions%0d%0aSet-Cookie:x=1",
        "/auth/logout",
        "javascript:alert(1)",
    ],
)
def test_nobody_is_sent_off_the_site_by_signing_in(live: Live, evil: str) -> None:
    browser, answer = sign_in(live.web, ROSA, evil)
    target = httpx.URL(f"{live.web.origin}/").join(answer.headers["location"])
    assert target.netloc.decode() == live.web.netloc
    assert target.path != "/auth/logout"
    assert "\n" not in answer.headers["location"]
    again = browser.get(answer.headers["location"])
    assert again.headers.get("location", "/").startswith("/")
    assert not again.headers.get("location", "/").startswith("//")


def test_the_uninvited_see_why_and_are_not_sent_round_in_circles(live: Live) -> None:
    before = live.count("sign-in", outcome="refused", rule="sign-in.unknown")
    browser, answer = sign_in(live.web, STRANGER)
    assert answer.headers["location"] == "/sign-in?reason=sign-in.unknown"
    page = browser.get(answer.headers["location"])
    assert page.status_code == 200
    assert "nobody has invited you" in page.text
    assert live.count("sign-in", outcome="refused", rule="sign-in.unknown") == before + 1


def test_a_cancelled_sign_in_says_so(live: Live) -> None:
    browser = client(live.web)
    choice = follow(browser, "/sign-in/start", until="")
    answer = browser.post(str(choice.url), data={"action": "deny"})
    back = browser.get(answer.headers["location"])
    assert back.headers["location"] == "/sign-in?reason=provider"
    assert "did not complete" in browser.get(back.headers["location"]).text
    assert live.audit("sign-in")[0]["rule"] == "sign-in.provider"


def test_an_answer_nobody_asked_for_is_refused(live: Live) -> None:
    browser = client(live.web)
    for query in ("?code=x&state=y", "?state=y", "?code=x", "?error=server_error&state=y"):
        answer = browser.get(f"/oauth2callback{query}")
        assert answer.headers["location"] == "/sign-in?reason=provider"
    assert not browser.cookies.get(internals.USER_COOKIE)


def test_an_answer_used_up_lets_nobody_in_again_and_throws_nobody_out(live: Live) -> None:
    browser = client(live.web)
    choice = follow(browser, "/sign-in/start", until="")
    answer = browser.post(str(choice.url), data={"sub": ROSA}).headers["location"]
    assert browser.get(answer).headers["location"] == "/"
    assert browser.get(answer).headers["location"] == "/"
    assert browser.get("/").status_code == 200
    thief = client(live.web)
    assert thief.get(answer).headers["location"] == "/sign-in?reason=provider"


# --- at every message --------------------------------------------------------------------


def test_a_person_sees_their_own_pages_and_no_others(live: Live) -> None:
    for email, theirs in ROOMS_OF.items():
        with screen(live.web, signed_in(live.web, email)) as tab:
            assert navigation(tab.run()) == theirs, email


def test_a_page_of_another_role_yields_nothing_and_is_audited(live: Live) -> None:
    with screen(live.web, signed_in(live.web, ROSA)) as tab:
        before = live.count("page.open", outcome="refused", object_id="access")
        came = tab.run("access")
        assert "Invite" not in drawn(came)
        assert live.count("page.open", outcome="refused", object_id="access") == before + 1


def test_a_person_switched_off_is_out_at_the_next_message(live: Live, ada: Actor) -> None:
    staff_id = access.actor_by_email(live.installation, TEMPORARY).staff_id
    browser = signed_in(live.web, TEMPORARY)
    with screen(live.web, browser) as tab:
        assert "Good day" in drawn(tab.run())
        access.set_active(live.installation, ada, staff_id, False)
        try:
            came = tab.run("access")
            assert kinds(came) <= {"session_status_changed", "auth_redirect"}
            assert came[-1].auth_redirect.url == "/sign-in?reason=switched-off"
            _, answer = sign_in(live.web, TEMPORARY)
            assert answer.headers["location"] == "/sign-in?reason=sign-in.switched-off"
        finally:
            access.set_active(live.installation, ada, staff_id, True)
    assert live.count("sign-in", outcome="refused", rule="sign-in.switched-off") >= 1


def test_an_administrators_sign_out_clears_a_screen_nobody_touches(live: Live, ada: Actor) -> None:
    with screen(live.web, signed_in(live.web, TEMPORARY)) as tab:
        assert "Good day" in drawn(tab.run())
        staff_id = access.actor_by_email(live.installation, TEMPORARY).staff_id
        assert access.end_sign_ins(live.installation, ada, staff_id) >= 1
        assert tab.goodbye() == "/sign-in?reason=by-administrator"


def test_signing_out_in_one_tab_clears_the_other(live: Live) -> None:
    browser = signed_in(live.web, ROSA)
    with screen(live.web, browser) as tab, screen(live.web, browser) as other:
        tab.run()
        other.run("sessions")
        browser.get("/auth/logout")
        assert tab.goodbye() == other.goodbye() == "/sign-in?reason=signed-out"


@pytest.fixture
def second_role(live: Live, ada: Actor) -> Iterator[tuple[UUID, Role]]:
    staff_id = access.actor_by_email(live.installation, TEMPORARY).staff_id
    access.give_role(live.installation, ada, staff_id, Role.AUDITOR)
    yield staff_id, Role.AUDITOR
    if Role.AUDITOR in access.actor_by_email(live.installation, TEMPORARY).roles:
        access.revoke_role(live.installation, ada, staff_id, Role.AUDITOR)


def test_a_role_taken_away_takes_its_page_with_it_at_the_next_run(
    live: Live, ada: Actor, second_role: tuple[UUID, Role]
) -> None:
    with screen(live.web, signed_in(live.web, TEMPORARY)) as tab:
        came = tab.run("audit")
        assert "audit" in navigation(came)
        assert "Verify the chain" in drawn(came)
        access.revoke_role(live.installation, ada, *second_role)
        came = tab.run("audit")
        assert "audit" not in navigation(came)
        assert "Verify the chain" not in drawn(came)


def test_a_foreign_origin_cannot_open_the_websocket_with_somebodys_cookies(live: Live) -> None:
    browser = signed_in(live.web, ROSA)
    for origin in ("http://evil.example", "null", f"https://{live.web.netloc}", "http://127.0.0.1"):
        with pytest.raises(InvalidStatus), screen(live.web, browser, origin=origin):
            pass
    with pytest.raises(InvalidStatus), screen(live.web, browser, host=f"localhost:{live.web.port}"):
        pass


def test_a_sign_in_outlives_a_restart_of_the_server(live: Live) -> None:
    with live.another_web() as web:
        browser = signed_in(web, ROSA)
    with live.another_web(web.port) as again, screen(again, browser) as tab:
        assert "Rosa Lindqvist" in drawn(tab.run())
    assert cookies_of(browser)


# --- uploads -----------------------------------------------------------------------------


def upload(live: Live, browser: httpx.Client, session: str, size: int = 10) -> int:
    answer = browser.put(
        f"/_stcore/upload_file/{session}/file-1",
        files={"file": ("a.csv", b"x" * size)},
        headers={"X-Xsrftoken": browser.cookies.get("_streamlit_xsrf") or ""},
    )
    return answer.status_code


def session_of(messages: list[ForwardMsg]) -> str:
    return next(
        message.new_session.initialize.session_id
        for message in messages
        if message.WhichOneof("type") == "new_session"
    )


def test_only_administrators_upload(live: Live) -> None:
    before = live.count("upload", outcome="refused")
    for email in (ROSA, "uma@clearance.example", "leo@clearance.example"):
        browser = signed_in(live.web, email)
        with screen(live.web, browser) as tab:
            assert upload(live, browser, session_of(tab.run())) == 403
    assert live.count("upload", outcome="refused") == before + 3
    browser = signed_in(live.web, ADA)
    with screen(live.web, browser) as tab:
        assert upload(live, browser, session_of(tab.run("imports"))) == 204


def test_an_upload_over_the_limit_that_is_set_is_refused(live: Live) -> None:
    browser = signed_in(live.web, ADA)
    with screen(live.web, browser) as tab:
        session = session_of(tab.run("imports"))
        assert upload(live, browser, session, UPLOAD_LIMIT_MB * 1024 * 1024 - 4_096) == 204
        assert upload(live, browser, session, UPLOAD_LIMIT_MB * 1024 * 1024 + 1) == 413


def test_an_upload_that_another_site_sends_is_refused(live: Live) -> None:
    browser = signed_in(live.web, ADA)
    with screen(live.web, browser) as tab:
        session = session_of(tab.run("imports"))
        browser.cookies.delete("_streamlit_xsrf")
        assert upload(live, browser, session) == 403
