"""Nothing that was decided is lost: reload, lost connection, another tab."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.components.redaction_editor.conftest import Desk, Reviewer, save_state, saved

Enter = Callable[..., Reviewer]


def test_decisions_made_while_the_server_is_gone_are_saved_once_when_it_is_back(
    reviewer: Enter, desk: Desk
) -> None:
    page = reviewer().open("short-server")
    page.keyboard.press("a")
    saved(page)
    desk.stop()
    try:
        page.keyboard.press("a")
        page.keyboard.press("a")
        save_state(page, "Not saved yet: no connection")
        expect(page.locator(".rx-progress")).to_contain_text("2 undecided")
    finally:
        desk.start()
    saved(page)
    assert [row["kind"] for row in desk.rows("short-server")] == ["redact"] * 3


def test_a_reload_with_unsaved_decisions_loses_none(reviewer: Enter, desk: Desk) -> None:
    page = reviewer().open("short-reload")
    page.on("dialog", lambda dialog: dialog.accept())
    desk.stop()
    try:
        page.keyboard.press("a")
        page.keyboard.press("a")
        save_state(page, "Not saved yet: no connection")
    finally:
        desk.start()
    page.reload()
    page.wait_for_selector("mark[aria-current]")
    saved(page)
    assert [row["kind"] for row in desk.rows("short-reload")] == ["redact", "redact"]


def test_two_people_on_one_session_see_what_changed_and_choose_theirs(
    reviewer: Enter, desk: Desk
) -> None:
    rosa, ravi = reviewer().open("short-theirs"), reviewer().open("short-theirs", "Ravi Menon")
    rosa.keyboard.press("a")
    saved(rosa)
    ravi.keyboard.press("x")
    ravi.keyboard.press("1")
    ravi.keyboard.press("a")
    panel = ravi.get_by_role("alertdialog")
    expect(panel).to_contain_text("Changed meanwhile by Rosa Lindqvist")
    expect(panel).to_contain_text("keep (Not identifying)")
    assert len(desk.rows("short-theirs")) == 1
    panel.get_by_role("button", name="Take theirs").click()
    saved(ravi)
    rows = desk.rows("short-theirs")
    assert [(row["who"], row["kind"]) for row in rows] == [
        ("Rosa Lindqvist", "redact"),
        ("Ravi Menon", "redact"),
    ]
    ravi.keyboard.press("z")
    saved(ravi)
    assert desk.rows("short-theirs")[-1]["kind"] == "keep"


def test_two_tabs_of_one_person_put_mine_on_top(reviewer: Enter, desk: Desk) -> None:
    rosa = reviewer()
    first, second = rosa.open("short-mine"), rosa.open("short-mine")
    first.keyboard.press("a")
    saved(first)
    second.bring_to_front()
    second.keyboard.press("x")
    second.keyboard.press("2")
    panel = second.get_by_role("alertdialog")
    expect(panel).to_contain_text("Changed meanwhile by you, in another tab")
    panel.get_by_role("button", name="Put mine on top").click()
    saved(second)
    assert [row["kind"] for row in desk.rows("short-mine")] == ["redact", "keep"]


def test_a_message_that_somebody_forges_is_refused_and_nothing_is_stored(
    reviewer: Enter, desk: Desk
) -> None:
    page = reviewer().open("short-forged")
    page.evaluate(
        "() => globalThis[Symbol.for('clearance.redaction-editor')].get('editor')"
        ".send({decisions: [{kind: 'keep', turn: 0, start: 0, end: 3}], act: 'confirm'})"
    )
    expect(page.get_by_role("alert")).to_contain_text("other fields than it should")
    assert desk.rows("short-forged") == []
    page.keyboard.press("a")
    saved(page)
    assert len(desk.rows("short-forged")) == 1


def test_leaving_with_unsaved_decisions_is_asked_about(reviewer: Enter, desk: Desk) -> None:
    page = reviewer().open("short-leaving")
    desk.stop()
    asked: list[str] = []
    try:
        page.locator(".rx-card button", has_text="Redact").click()
        save_state(page, "Not saved yet: no connection")
        page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        page.close(run_before_unload=True)
        save_state(page, "Not saved yet: no connection")
        page.keyboard.press("k")
    finally:
        desk.start()
    saved(page)
    assert asked == ["beforeunload"]
    assert len(desk.rows("short-leaving")) == 1


def test_decisions_made_while_the_network_is_gone_are_saved_when_it_is_back(
    reviewer: Enter, desk: Desk
) -> None:
    rosa = reviewer()
    page = rosa.open("short-network")
    rosa.context.set_offline(True)
    page.keyboard.press("a")
    page.keyboard.press("a")
    save_state(page, "Not saved yet: no connection")
    assert desk.rows("short-network") == []
    rosa.context.set_offline(False)
    saved(page)
    assert len(desk.rows("short-network")) == 2
