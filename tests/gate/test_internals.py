"""What gate/ knows of Streamlit's inside. When an upgrade fails here, see gate/internals.py."""

from __future__ import annotations

import re
from importlib.metadata import version

import pytest
import streamlit
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.secrets import secrets_singleton
from streamlit.web.server import server_util
from streamlit.web.server.starlette import starlette_auth_routes, starlette_server_config

from gate import internals
from gate.front_page import _CHANGES, FAVICON, front_page
from gate.paths import safe_next


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(server_util, "get_cookie_secret", lambda: "s" * 64)
    return "s" * 64


def test_streamlit_and_authlib_are_the_versions_that_were_proven() -> None:
    assert streamlit.__version__ == "1.67.0", "run every test of tests/gate, then change this"
    assert version("authlib") == "1.9.9", "run tests/gate/test_federation.py, then change this"


def test_the_cookies_have_the_names_we_set_and_clear() -> None:
    assert internals.USER_COOKIE == starlette_server_config.USER_COOKIE_NAME == "_streamlit_user"
    assert internals.TOKENS_COOKIE == "_streamlit_user_tokens"
    assert internals.BEGUN_COOKIE == "_streamlit_session"


def test_the_sign_in_addresses_are_the_ones_we_guard() -> None:
    routes = [route.path for route in starlette_auth_routes.create_auth_routes("")]
    assert routes == [internals.LOGIN_PATH, internals.LOGOUT_PATH, internals.CALLBACK_PATH]


def test_a_cookie_we_sign_is_read_again(secret: str) -> None:
    held = {"clearance_session": "x" * 43, "origin": "http://127.0.0.1:8501"}
    signed = internals.sign_cookie(internals.USER_COOKIE, held)
    assert internals.read_signed_cookie({internals.USER_COOKIE: signed}, internals.USER_COOKIE) == (
        held
    )


@pytest.mark.parametrize("spoiled", ["", "x", "chunks-3", "a.b.c", "é", "." * 5_000])
def test_what_we_did_not_sign_is_nothing(secret: str, spoiled: str) -> None:
    cookies = {internals.USER_COOKIE: spoiled}
    assert internals.read_signed_cookie(cookies, internals.USER_COOKIE) is None
    assert internals.read_signed_cookie({}, internals.USER_COOKIE) is None


def test_a_cookie_signed_for_another_name_is_nothing(secret: str) -> None:
    signed = internals.sign_cookie(internals.TOKENS_COOKIE, {"clearance_session": "x"})
    assert (
        internals.read_signed_cookie({internals.USER_COOKIE: signed}, internals.USER_COOKIE) is None
    )


def test_the_redirect_message_is_one_streamlit_knows() -> None:
    message = ForwardMsg()
    message.ParseFromString(internals.redirect_message("/sign-in?reason=idle"))
    assert message.WhichOneof("type") == "auth_redirect"
    assert message.auth_redirect.url == "/sign-in?reason=idle"


def test_the_way_out_is_recognised_among_what_is_sent() -> None:
    assert internals.sends_to_sign_out(internals.redirect_message(internals.LOGOUT_PATH))
    assert not internals.sends_to_sign_out(internals.redirect_message("/sign-in"))
    drawing = ForwardMsg()
    drawing.delta.new_element.text.body = internals.LOGOUT_PATH
    assert not internals.sends_to_sign_out(drawing.SerializeToString())
    drawing.delta.new_element.text.body = internals.LOGOUT_PATH * 100
    assert not internals.sends_to_sign_out(drawing.SerializeToString())


def test_a_click_is_somebodys_doing_and_a_timer_is_not() -> None:
    click, timer, other = BackMsg(), BackMsg(), BackMsg()
    click.rerun_script.page_name = "sessions"
    timer.rerun_script.is_auto_rerun = True
    other.app_heartbeat = True
    assert internals.is_somebodys_doing(click.SerializeToString())
    assert not internals.is_somebodys_doing(timer.SerializeToString())
    assert not internals.is_somebodys_doing(other.SerializeToString())
    for nonsense in (b"", b"\xff\xff\xff", b"text"):
        assert not internals.is_somebodys_doing(nonsense)


@pytest.mark.parametrize(
    ("subprotocols", "again"),
    [
        ("", False),
        ("streamlit", False),
        ("streamlit, token", False),
        ("streamlit, token,", False),
        ("streamlit, token, 7c1d", True),
        ("streamlit,,7c1d", True),
    ],
)
def test_a_reconnection_names_the_session_it_had(subprotocols: str, again: bool) -> None:
    assert internals.is_reconnection(subprotocols) is again


def test_the_login_address_names_the_provider() -> None:
    address = internals.login_address("clearance")
    token = address.partition("provider=")[2]
    assert starlette_auth_routes.decode_provider_token(token)["provider"] == "clearance"
    assert safe_next(address) == "/"


def test_everything_we_change_in_the_front_page_is_there_to_be_changed() -> None:
    html = internals.index_html()
    for pattern, _ in _CHANGES:
        assert pattern.search(html), pattern.pattern
    ours = front_page()
    assert len(re.findall(r"<script", ours)) == 1
    assert 'href="./favicon.png"' in ours
    assert "service-desc" not in ours
    assert FAVICON.read_bytes().startswith(b"\x89PNG")


def test_streamlit_runs_as_the_configuration_file_says() -> None:
    for option, value in (
        ("server.enableStaticServing", False),
        ("server.enableXsrfProtection", True),
        ("server.enableCORS", True),
        ("server.trustedUserHeaders", {}),
        ("browser.gatherUsageStats", False),
        ("client.showErrorDetails", "none"),
        ("global.developmentMode", False),
    ):
        assert config.get_option(option) == value, option


def test_there_is_no_secrets_file() -> None:
    assert not secrets_singleton.load_if_toml_exists()
