"""Headers on every answer, whoever asks and whatever is answered."""

from __future__ import annotations

import pytest

from tests.live.browserless import client, signed_in
from tests.live.processes import Live

ADDRESSES = [
    "/",
    "/sessions",
    "/sign-in",
    "/sign-in/start",
    "/favicon.png",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/media/x",
    "/auth/login",
    "/auth/logout",
    "/oauth2callback",
    "/a/b",
    "/static/nothing.js",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("somebody", [False, True], ids=["a stranger", "somebody signed in"])
def test_every_answer_is_protected(live: Live, address: str, somebody: bool) -> None:
    browser = signed_in(live.web, "rosa@clearance.example") if somebody else client(live.web)
    headers = browser.get(address).headers
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    assert "unsafe-eval" not in policy
    assert "http:" not in policy.replace("http://", "")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers
    cacheable = address in ("/favicon.png", "/_stcore/health", "/static/nothing.js")
    assert (headers.get("cache-control") == "no-store") is not cacheable or address.startswith("/_")


def test_the_page_is_ours_and_holds_no_inline_script(live: Live) -> None:
    html = signed_in(live.web, "rosa@clearance.example").get("/sessions").text
    assert "<title>Clearance</title>" in html
    assert "agent" not in html
    assert "reading this" not in html.lower()
    assert html.count("<script") == html.count('<script type="module"') == 1
