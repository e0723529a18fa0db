"""Which door stands before which address, and where somebody may be sent."""

from __future__ import annotations

import pytest
from starlette.routing import Mount, Route, WebSocketRoute

from gate import internals
from gate.paths import Door, door, safe_next, sign_in_address
from gate.server import build
from settings import Settings

#: Every route of the pinned Streamlit and the door we mean it to have. A route that an upgrade
#: brings is in nobody's list, and has to be thought about before it can be.
MEANT = {
    "/_stcore/health": Door.OPEN,
    "/_stcore/metrics": Door.CLOSED,
    "/_stcore/host-config": Door.SIGNED_IN,
    "/media/{file_id:path}": Door.CLOSED,
    "/_stcore/upload_file/{session_id}/{file_id}": Door.UPLOAD,
    "/component/{path:path}": Door.CLOSED,
    "/_stcore/bidi-components/{path:path}": Door.CLOSED,
    "/_stcore/stream": Door.CLOSED,
    "/auth/login": Door.LOGIN,
    "/auth/logout": Door.LOGOUT,
    "/oauth2callback": Door.CALLBACK,
    "/_stcore/agent/interact": Door.CLOSED,
    "/_stcore/agent/openapi.json": Door.CLOSED,
    "/_stcore/agent/mcp": Door.CLOSED,
    "": Door.PAGE,
}


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[Route | Mount | WebSocketRoute]:
    data_dir = tmp_path_factory.mktemp("routes")
    app = build(Settings(data_dir=data_dir, oidc_issuer="http://127.0.0.1:9400"))
    return list(app._build_starlette_app().routes)


def test_every_route_of_streamlit_has_the_door_we_mean_it_to_have(
    routes: list[Route | Mount | WebSocketRoute],
) -> None:
    assert {route.path: door(route.path or "/") for route in routes} == MEANT


def test_the_only_websocket_is_the_one_we_guard(
    routes: list[Route | Mount | WebSocketRoute],
) -> None:
    websockets = [route.path for route in routes if isinstance(route, WebSocketRoute)]
    assert websockets == [internals.STREAM_PATH]


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore",
        "/_stcore/",
        "/_stcore/anything-new",
        "/_stcore/upload_file",
        "/media",
        "/media/",
        "/component",
        "/auth/",
        "/auth/login/x",
        "/app/static/x",
        "/sessions/_stcore/stream",
        "/sessions/_stcore",
        "/sessions/media/x",
        "//_stcore/metrics",
        "/_stcore//metrics",
        "/oauth2callback/x",
    ],
)
def test_what_is_near_streamlits_own_addresses_is_closed(path: str) -> None:
    assert door(path) is Door.CLOSED


@pytest.mark.parametrize("path", ["/", "/sessions", "/session", "/medianews", "/statically", ""])
def test_pages_are_pages(path: str) -> None:
    assert door(path) is Door.PAGE


@pytest.mark.parametrize(
    "address",
    ["/", "/sessions", "/session?id=3f2a&tab=original", "/sessions?study=a&q=%26+b", "/audit"],
)
def test_a_page_of_ours_is_where_one_returns_to(address: str) -> None:
    assert safe_next(address) == address


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "sessions",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "http:/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/sessions\r\nSet-Cookie: x=1",
        "/sessions\n",
        "/ses\tsions",
        "/sessions\x00",
        "/sessions\x1f",
        "/\u2028sessions",
        "/sessions\u00e9",
        "/ //evil.example",
        "/auth/logout",
        "/auth/login?provider=x",
        "/oauth2callback?code=x",
        "/sign-in",
        "/sign-in/start",
        "/_stcore/stream",
        "/media/x",
        "/static/x.js",
        "/favicon.png",
        "/%2fevil.example",
        "/%2F%2Fevil.example",
        "/%5cevil.example",
        "/..//evil.example",
        "/./%2e%2e//evil.example",
        "/" + "x" * 2_000,
        "http://[",
    ],
)
def test_anything_else_leads_to_the_front_page(address: str | None) -> None:
    assert safe_next(address) == "/"


def test_what_comes_after_a_hash_stays_in_the_browser() -> None:
    assert safe_next("/sessions?a=1#//evil.example") == "/sessions?a=1"


def test_the_sign_in_address_carries_where_to_go_and_why() -> None:
    assert sign_in_address("/") == "/sign-in"
    assert sign_in_address("/a?b=c&d", "idle") == "/sign-in?next=%2Fa%3Fb%3Dc%26d&reason=idle"
