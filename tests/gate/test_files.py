"""Our own download routes: for who is signed in, of the right role, and from our own pages."""

from __future__ import annotations

import pytest

from tests.live.browserless import client, signed_in
from tests.live.processes import Live

_ROUTES = ("/package?link=nothing", "/metrics-csv?study=making-things")
_NOBODYS = "/publication-file?id=00000000-0000-4000-8000-000000000000&file="


@pytest.mark.parametrize("address", _ROUTES)
def test_strangers_get_nothing(live: Live, address: str) -> None:
    assert client(live.web).get(address).status_code == 401


@pytest.mark.parametrize("address", _ROUTES)
@pytest.mark.parametrize("email", ["uma@clearance.example", "ada@clearance.example"])
def test_other_roles_are_refused_and_audited(live: Live, address: str, email: str) -> None:
    action = "package.fetch" if address.startswith("/package") else "metrics.download"
    before = live.count(action, outcome="refused")
    assert signed_in(live.web, email).get(address).status_code == 403
    assert live.count(action, outcome="refused") == before + 1


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_on_another_site_uses_nothing_up(live: Live, site: str) -> None:
    browser = signed_in(live.web, "rosa@clearance.example")
    answer = browser.get(_ROUTES[0], headers={"sec-fetch-site": site})
    assert (answer.status_code, answer.text) == (403, "Open the link from the request's page.")


@pytest.mark.parametrize("address", _ROUTES)
def test_only_reading_is_allowed(live: Live, address: str) -> None:
    assert signed_in(live.web, "rosa@clearance.example").post(address).status_code == 405


def test_what_is_handed_over_is_kept_by_no_cache(live: Live) -> None:
    answer = signed_in(live.web, "rosa@clearance.example").get(_ROUTES[0])
    assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize("name", ["figure.png", "numbers.csv", "package"])
def test_a_publications_files_are_for_those_who_may_see_it(live: Live, name: str) -> None:
    address = _NOBODYS + name
    assert client(live.web).get(address).status_code == 401
    action = "publication.fetch" if name == "package" else "publication.file"
    for email in ("uma@clearance.example", "rosa@clearance.example", "leo@clearance.example"):
        before = live.count(action, outcome="refused")
        browser = signed_in(live.web, email)
        assert browser.get(address).status_code == 403
        assert live.count(action, outcome="refused") == before + 1
    assert browser.post(address).status_code == 405
    other_site = browser.get(address, headers={"sec-fetch-site": "cross-site"})
    assert (other_site.status_code, other_site.text) == (
        403,
        "Open it from the publication's page.",
    )
    assert browser.get(f"/publication-file?id=nonsense&file={name}").status_code == 404
    assert "no-store" in browser.get(address).headers["cache-control"]
