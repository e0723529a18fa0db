"""Headers and cookies as they are made, https included."""

from __future__ import annotations

import pytest
from starlette.datastructures import MutableHeaders

from gate.headers import cookie, protect


def protected(*, secure: bool, cacheable: bool = False, cookies: tuple[str, ...] = ()) -> (
    MutableHeaders
):  # fmt: skip
    headers = MutableHeaders({"cache-control": "public, max-age=9"})
    for one in cookies:
        headers.append("set-cookie", one)
    protect(headers, netloc="clearance.example.org", secure=secure, cacheable=cacheable)
    return headers


def test_under_https_the_browser_is_told_to_stay_there() -> None:
    headers = protected(secure=True)
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    assert "wss://clearance.example.org" in headers["content-security-policy"]
    assert "ws://" not in headers["content-security-policy"]


def test_without_https_it_is_not() -> None:
    assert "strict-transport-security" not in protected(secure=False)
    assert "ws://clearance.example.org" in protected(secure=False)["content-security-policy"]


@pytest.mark.parametrize(
    ("made", "sent"),
    [
        ("a=1; Path=/", "a=1; Path=/; Secure"),
        ("a=1; Path=/; Secure", "a=1; Path=/; Secure"),
        ("a=1; secure; HttpOnly", "a=1; secure; HttpOnly"),
        ("secure=1; Path=/", "secure=1; Path=/; Secure"),
    ],
)
def test_under_https_no_cookie_leaves_unmarked(made: str, sent: str) -> None:
    headers = protected(secure=True, cookies=(made, "b=2"))
    assert headers.getlist("set-cookie") == [sent, "b=2; Secure"]
    assert protected(secure=False, cookies=(made,)).getlist("set-cookie") == [made]


def test_what_is_not_the_bundle_is_never_kept() -> None:
    assert protected(secure=True)["cache-control"] == "no-store"
    assert protected(secure=True, cacheable=True)["cache-control"] == "public, max-age=9"


def test_a_cookie_is_for_this_site_and_for_no_script() -> None:
    made = cookie("name", "value", secure=True, path="/auth/logout", seconds=60)
    assert made == (
        "name=value; Path=/auth/logout; HttpOnly; SameSite=Lax; Max-Age=60; Secure"
    )  # fmt: skip
    assert "Secure" not in cookie("name", "value", secure=False, seconds=None)
    assert "Max-Age" not in cookie("name", "value", secure=False, seconds=None)
