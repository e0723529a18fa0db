"""Nobody gets anything: seen from outside, over HTTP and the websocket."""

from __future__ import annotations

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from pages.front.rooms import ROOMS
from tests.gate.rooms_of import ROOMS_OF
from tests.live.browserless import client, drawn, navigation, screen, signed_in
from tests.live.processes import Live

PAGES = [f"/{room.address}" for room in ROOMS]


@pytest.mark.parametrize("path", [*PAGES, "/nothing-here", "/sessions/", "/a/b", "//evil.example"])
def test_every_page_address_leads_a_stranger_to_the_sign_in_page(live: Live, path: str) -> None:
    answer = httpx.get(f"{live.web.origin}{path}", trust_env=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
    assert answer.content == b""


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/_stcore/metrics", 404),
        ("/_stcore/host-config", 401),
        ("/_stcore/script-health-check", 404),
        ("/_stcore/agent/openapi.json", 404),
        ("/_stcore/agent/interact", 404),
        ("/_stcore/agent/mcp", 404),
        ("/_stcore/agent/mcp/", 404),
        ("/sessions/_stcore/agent/mcp", 404),
        ("/_stcore/stream", 404),
        ("/_stcore/bidi-components/x/y.js", 404),
        ("/media/0123456789abcdef.png", 404),
        ("/sessions/media/0123.png", 404),
        ("/component/x/index.html", 404),
        ("/app/static/x.txt", 404),
        ("/auth/other", 404),
        ("/_stcore/upload_file/session/file", 401),
    ],
)
def test_streamlits_own_addresses_are_closed_to_a_stranger(
    live: Live, path: str, status: int
) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
        answer = httpx.request(method, f"{live.web.origin}{path}", trust_env=False)
        assert answer.status_code == status, method
        assert answer.text in ("Not found.", "Sign in first.")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_page_is_only_ever_read(live: Live, method: str) -> None:
    answer = httpx.request(method, f"{live.web.origin}/sessions", trust_env=False)
    assert answer.status_code == 405


def test_a_stranger_finds_the_health_the_icon_and_the_bundle(live: Live) -> None:
    with client(live.web) as stranger:
        assert stranger.get("/_stcore/health").text == "ok"
        icon = stranger.get("/favicon.png")
        assert icon.content.startswith(b"\x89PNG")
        assert icon.headers["content-type"] == "image/png"
        assert stranger.get("/sign-in").status_code == 200


def test_a_strangers_websocket_does_not_open(live: Live) -> None:
    with pytest.raises(InvalidStatus) as refused, screen(live.web):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-User": "ada@clearance.example", "X-Forwarded-Email": "ada@clearance.example"},
        {"X-Auth-Request-Email": "ada@clearance.example", "Remote-User": "ada"},
        {"Authorization": "Bearer ada@clearance.example", "X-Streamlit-User": "ada"},
    ],
)
def test_headers_that_claim_an_identity_mean_nothing(live: Live, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus), screen(live.web, headers=headers):
        pass
    answer = httpx.get(f"{live.web.origin}/access", headers=headers, trust_env=False)
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "clearance.local"])
def test_a_foreign_host_is_refused(live: Live, host: str) -> None:
    for path in ("/", "/_stcore/health", "/sign-in", "/static/x.js"):
        answer = httpx.get(f"{live.web.origin}{path}", headers={"Host": host}, trust_env=False)
        assert answer.status_code == 421


def test_another_name_of_this_machine_leads_to_the_one_we_use(live: Live) -> None:
    answer = httpx.get(
        f"{live.web.origin}/sessions?study=x",
        headers={"Host": f"localhost:{live.web.port}"},
        trust_env=False,
    )
    assert answer.headers["location"] == f"{live.web.origin}/sessions?study=x"


@pytest.mark.parametrize("address", PAGES)
def test_a_fresh_process_shows_a_stranger_nothing_at_its_first_request(
    fresh: dict[str, tuple[int, str, int]], address: str
) -> None:
    status, location, websocket = fresh[address]
    assert (status, websocket) == (303, 403)
    assert location.startswith("/sign-in")


@pytest.fixture(scope="module")
def fresh(live: Live) -> dict[str, tuple[int, str, int]]:
    """What a process that has served nobody yet answers a stranger, page by page."""
    answers = {}
    with live.another_web() as web:
        for address in PAGES:
            with pytest.raises(InvalidStatus) as refused, screen(web):
                pass
            answer = httpx.get(f"{web.origin}{address}", trust_env=False)
            answers[address] = (
                answer.status_code,
                answer.headers["location"],
                refused.value.response.status_code,
            )
    return answers


def test_the_very_first_run_of_a_process_draws_only_what_the_role_allows(live: Live) -> None:
    with live.another_web() as web:
        with screen(web, signed_in(web, "rosa@clearance.example")) as tab:
            came = tab.run("access")
        assert navigation(came) == ROOMS_OF["rosa@clearance.example"]
        assert "Good day" in drawn(came)
        assert "Invite" not in drawn(came)
