"""When the web process may start, and what it takes from the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from domain.errors import ClearanceError
from gate.origin import check_start, is_loopback, public_origin
from gate.server import auth_secrets
from services.keys import checkpoint_key, cookie_secret, identity_keys
from settings import Settings

DEVELOPMENT: dict[str, Any] = {"oidc_issuer": "http://127.0.0.1:9400"}
PRODUCTION: dict[str, Any] = {
    "environment": "production",
    "oidc_issuer": "https://id.example",
    "oidc_client_secret": "the client's secret",
    "public_url": "https://clearance.example.org",
    "cookie_secret": "c" * 64,
    "host": "0.0.0.0",
}


def settings(tmp_path: Path, base: dict[str, Any], **changes: Any) -> Settings:
    return Settings(data_dir=tmp_path, **{**base, **changes})


@pytest.mark.parametrize(
    ("base", "changes"),
    [
        (DEVELOPMENT, {}),
        (DEVELOPMENT, {"host": "localhost"}),
        (DEVELOPMENT, {"oidc_issuer": "http://localhost:9400"}),
        (DEVELOPMENT, {"oidc_issuer": "https://id.example", "host": "0.0.0.0"}),
        (PRODUCTION, {}),
    ],
)
def test_a_sound_configuration_starts(
    tmp_path: Path, base: dict[str, Any], changes: dict[str, Any]
) -> None:
    check_start(settings(tmp_path, base, **changes))


@pytest.mark.parametrize(
    ("base", "changes", "said"),
    [
        (DEVELOPMENT, {"oidc_issuer": None}, "No OpenID provider"),
        (DEVELOPMENT, {"host": "0.0.0.0"}, "anyone be anyone"),
        (DEVELOPMENT, {"host": "192.168.1.5"}, "anyone be anyone"),
        (DEVELOPMENT, {"host": "::"}, "anyone be anyone"),
        (DEVELOPMENT, {"oidc_issuer": "http://id.example"}, "over https"),
        (DEVELOPMENT, {"oidc_issuer": "http://127.0.0.1.evil.example"}, "over https"),
        (DEVELOPMENT, {"public_url": "https://clearance.example.org"}, "anyone be anyone"),
        (DEVELOPMENT, {"public_url": "clearance.example.org"}, "scheme and a host"),
        (PRODUCTION, {"oidc_issuer": "http://127.0.0.1:9400", "host": "127.0.0.1"}, "refuses the"),
        (PRODUCTION, {"oidc_issuer": None}, "No OpenID provider"),
        (PRODUCTION, {"oidc_client_secret": None}, "CLIENT_SECRET"),
        (PRODUCTION, {"public_url": None}, "with https"),
        (PRODUCTION, {"public_url": "http://clearance.example.org"}, "with https"),
        (PRODUCTION, {"public_url": "https://clearance.example.org/app"}, "scheme and a host"),
    ],
)
def test_what_would_break_a_promise_does_not_start(
    tmp_path: Path, base: dict[str, Any], changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ClearanceError, match=said):
        check_start(settings(tmp_path, base, **changes))


@pytest.mark.parametrize("secret", ["", "short", "c" * 63])
def test_a_short_cookie_secret_is_refused(tmp_path: Path, secret: str) -> None:
    with pytest.raises(ClearanceError, match="too short"):
        cookie_secret(settings(tmp_path, DEVELOPMENT, cookie_secret=SecretStr(secret)))


def test_production_generates_no_keys(tmp_path: Path) -> None:
    bare = settings(tmp_path, PRODUCTION, cookie_secret=None)
    for key in (cookie_secret, identity_keys, checkpoint_key):
        with pytest.raises(ClearanceError, match="Production needs CLEARANCE_"):
            key(bare)
    assert list(tmp_path.iterdir()) == []


def test_a_generated_secret_is_kept_from_others_and_stays(tmp_path: Path) -> None:
    first = cookie_secret(settings(tmp_path, DEVELOPMENT))
    assert len(bytes.fromhex(first)) == 32
    assert cookie_secret(settings(tmp_path, DEVELOPMENT)) == first
    assert (tmp_path / "keys" / "cookie.secret").stat().st_mode & 0o077 == 0


def test_the_sign_in_is_configured_from_the_settings_alone(tmp_path: Path) -> None:
    auth = auth_secrets(settings(tmp_path, PRODUCTION))["auth"]
    assert auth["redirect_uri"] == "https://clearance.example.org/oauth2callback"
    assert auth["cookie_secret"] == "c" * 64
    provider = auth["clearance"]
    assert provider["server_metadata_url"] == "https://id.example/.well-known/openid-configuration"
    assert provider["client_kwargs"]["prompt"] == "login"
    assert provider["authorize_params"] == {"max_age": str(8 * 3600)}
    assert "expose_tokens" not in auth


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_and_nothing_else(host: str, ours: bool) -> None:
    assert is_loopback(host) is ours


def test_the_origin_is_the_public_address_or_else_host_and_port(tmp_path: Path) -> None:
    assert str(public_origin(settings(tmp_path, PRODUCTION))) == "https://clearance.example.org"
    plain = settings(tmp_path, DEVELOPMENT, port=8600)
    assert str(public_origin(plain)) == "http://127.0.0.1:8600"
    slash = settings(tmp_path, PRODUCTION, public_url="https://clearance.example.org/")
    assert str(public_origin(slash)) == "https://clearance.example.org"
