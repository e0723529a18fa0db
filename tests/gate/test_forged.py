"""Messages that no browser sends: they show nothing, and the trail keeps who sent them."""

from __future__ import annotations

from tests.live.browserless import drawn, screen, signed_in
from tests.live.processes import Live

ADA = "ada@clearance.example"
ROSA = "rosa@clearance.example"


def test_forged_page_widget_and_fragment_messages_yield_nothing_and_are_audited(
    live: Live,
) -> None:
    with screen(live.web, signed_in(live.web, ADA)) as tab:
        came = tab.run("access")
        hashes = {
            page.url_pathname: page.page_script_hash
            for message in came
            if message.WhichOneof("type") == "navigation"
            for page in message.navigation.app_pages
        }
    with screen(live.web, signed_in(live.web, ROSA)) as tab:
        for forged in (
            {"page_script_hash": hashes["access"]},
            {"page_script_hash": hashes["access"], "fragment_id": "0" * 32},
            {"fragment_id": "0" * 32},
        ):
            tab.ask("access", **forged)
            assert "Invite" not in drawn(tab.run())
        before = live.count("page.open", outcome="refused", object_id="access", by="hash")
        # The address stays the home page's: only the hash asks for another.
        assert "Invite" not in drawn(tab.run("", page_script_hash=hashes["access"]))
        after = live.count("page.open", outcome="refused", object_id="access", by="hash")
        assert after == before + 1
        assert "Good day" in drawn(tab.run("", page_script_hash=hashes[""]))
        assert live.count("page.open", outcome="refused", object_id="access", by="hash") == after
        tab.send(b"\xff\xff\xff not a message")
        assert "Invite" not in drawn(tab.run())
