"""A reviewer decides by keys in a real browser; each code point of what is stored is checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.components.redaction_editor.conftest import Desk, Reviewer, saved
from tests.components.redaction_editor.worlds import FAMILY, world

Enter = Callable[..., Reviewer]


def _words(row: dict[str, Any], session: str) -> str:
    return world(session).turns[row["turn"]].text[row["start"] : row["end"]]


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_each_decision_by_one_key_is_stored_on_exactly_its_code_points(
    reviewer: Enter, desk: Desk
) -> None:
    page = reviewer().open("short-keys")
    _press(page, "a", "x", "1", "g", "1", "a", "a")
    saved(page)
    rows = desk.rows("short-keys")
    assert [(row["kind"], _words(row, "short-keys")) for row in rows] == [
        ("redact", "Priya Shah"),
        ("keep", "Lisbon"),
        ("generalise", "Zoe\u0308"),
        ("redact", "\u05e0\u05d5\u05e2\u05d4"),
        ("redact", "priya@lab.example"),
    ]
    assert rows[1]["reason"] == "Not identifying"
    assert rows[2]["replacement"] == "a colleague"
    expect(page.locator(".rx-progress")).to_contain_text("All decided")
    expect(page.locator(".rx-preview").nth(1)).to_contain_text("a colleague too.")


def test_undo_and_redo_are_decisions_of_their_own_and_survive_a_reload(
    reviewer: Enter, desk: Desk
) -> None:
    page = reviewer().open("short-undo")
    _press(page, "a", "a", "z", "z", "y")
    saved(page)
    page.wait_for_timeout(400)
    page.reload()
    page.wait_for_selector("mark[aria-current]")
    _press(page, "y")
    saved(page)
    kinds = [row["kind"] for row in desk.rows("short-undo")]
    assert kinds == ["redact", "redact", "withdraw", "withdraw", "redact", "redact"]
    expect(page.locator(".rx-progress")).to_contain_text("3 undecided")


def test_everywhere_reaches_every_place_folded_for_case_and_no_longer_word(
    reviewer: Enter, desk: Desk
) -> None:
    page = reviewer().open("short-everywhere")
    page.locator(".rx-said").nth(4).evaluate(
        "said => { const node = said.firstChild; const at = node.data.indexOf('Priya');"
        " document.getSelection().setBaseAndExtent(node, at, node, at + 5); }"
    )
    _press(page, "m", "1")
    saved(page)
    _press(page, "e")
    expect(page.locator(".rx-everywhere-note")).to_contain_text("all 4 places")
    _press(page, "a")
    saved(page)
    places = {
        (row["turn"], row["start"], _words(row, "short-everywhere"))
        for row in desk.rows("short-everywhere")
    }
    assert places == {(1, 14, "Priya"), (3, 4, "PRIYA"), (4, 3, "Priya"), (4, 18, "priya")}


def test_words_are_picked_and_marked_by_keys_alone(reviewer: Enter, desk: Desk) -> None:
    page = reviewer().open("short-caret")
    _press(page, "v", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "Enter", "n", "Enter")
    saved(page)
    (row,) = desk.rows("short-caret")
    assert _words(row, "short-caret") == f"{FAMILY} in"
    assert row["kind"] == "redact"
    assert row["type"] == "PERSON"


@pytest.mark.parametrize(
    ("session", "keys", "words"),
    [
        ("short-wider", ["w", "ArrowRight", "Enter"], f"Priya Shah {FAMILY}"),
        ("short-character", ["w", *["Shift+ArrowRight"] * 2, "Enter"], f"Priya Shah {FAMILY}"),
        ("short-start", ["w", "o", "ArrowLeft", "Enter"], "with Priya Shah"),
    ],
)
def test_a_stretch_made_longer_holds_whole_characters(
    reviewer: Enter, desk: Desk, session: str, keys: list[str], words: str
) -> None:
    page = reviewer().open(session)
    _press(page, *keys)
    saved(page)
    (row,) = desk.rows(session)
    assert _words(row, session) == words
    assert row["replacement"] == "[PERSON_1]"


def test_a_stretch_made_shorter_frees_what_was_too_much(reviewer: Enter, desk: Desk) -> None:
    page = reviewer().open("short-shorter")
    _press(page, "w", "ArrowLeft", "Enter")
    saved(page)
    rows = {row["kind"]: _words(row, "short-shorter") for row in desk.rows("short-shorter")}
    assert rows == {"keep": "Priya Shah", "redact": "Priya"}
    expect(page.locator(".rx-preview").nth(1)).to_contain_text("[PERSON_1] Shah")


def test_a_double_click_decides_once(reviewer: Enter, desk: Desk) -> None:
    page = reviewer().open("short-double")
    page.locator(".rx-card button", has_text="Redact").dblclick()
    saved(page)
    assert len(desk.rows("short-double")) == 1


def test_keys_do_nothing_inside_a_field(reviewer: Enter, desk: Desk) -> None:
    page = reviewer().open("short-field")
    _press(page, "x", "0")
    page.keyboard.type("azard of a name")
    _press(page, "Enter")
    saved(page)
    (row,) = desk.rows("short-field")
    assert row["reason"] == "azard of a name"


def test_markup_in_a_transcript_is_shown_as_it_was_typed(reviewer: Enter) -> None:
    page = reviewer().open("short-markup")
    expect(page.locator(".rx-said").first).to_have_text(
        "Who do you work with? <b>Take</b> your **time**."
    )
    assert page.locator(".rx-turns b, .rx-turns script, .rx-turns strong").count() == 0


def test_the_text_on_the_page_is_the_text_that_was_imported(reviewer: Enter) -> None:
    page = reviewer().open("short-exact")
    shown = page.locator(".rx-said").evaluate_all("all => all.map(one => one.textContent)")
    assert shown == [turn.text for turn in world("short-exact").turns]


def test_a_survivor_of_the_leak_check_is_one_key_away_and_reading_is_counted(
    reviewer: Enter, desk: Desk
) -> None:
    page = reviewer().open("leak-one")
    expect(page.locator(".rx-left")).to_contain_text("Left standing: 1")
    unread = page.locator(".rx-unread")
    expect(unread).to_contain_text("not seen yet")
    expect(unread).to_have_text("", timeout=15_000)
    _press(page, "l", "m", "1")
    saved(page)
    assert [_words(row, "leak-one") for row in desk.rows("leak-one")] == ["Priyanka"]
    expect(page.locator(".rx-left")).to_be_hidden()
    _press(page, "n", *"aaaaa")
    _press(page, "d")
    expect(page.locator(".rx-progress")).to_contain_text("Confirmed")
    assert desk.held("leak-one")["read"]["Rosa Lindqvist"] == [0, 1, 2, 3, 4]


def test_what_few_share_is_one_key_away_and_generalised_by_one_more(
    reviewer: Enter, desk: Desk
) -> None:
    page = reviewer().open("traits-keys")
    listed = page.get_by_role("region", name="Could tell who this is")
    # Lisbon is found already and would be taken out.
    expect(listed.get_by_role("button")).to_have_count(2)
    _press(page, "i")
    expect(page.get_by_role("dialog")).to_contain_text("Occupation, shared with nobody else")
    _press(page, "2")
    saved(page)
    (row,) = desk.rows("traits-keys")
    assert (_words(row, "traits-keys"), row["kind"]) == ("work with", "generalise")
    assert (row["type"], row["replacement"]) == ("OCCUPATION", "[an office job]")
    expect(page.locator(".rx-preview").nth(1)).to_contain_text("I [an office job]")
    expect(listed.get_by_role("button")).to_have_count(1)
    _press(page, "i", "1", "z", "z")
    saved(page)
    expect(listed.get_by_role("button")).to_have_count(2)


def test_what_few_share_is_generalised_by_mouse_too(reviewer: Enter, desk: Desk) -> None:
    page = reviewer().open("traits-mouse")
    page.get_by_role("button", name="Priyanka Project").click()
    page.get_by_role("option", name="[a project]").click()
    saved(page)
    assert [_words(row, "traits-mouse") for row in desk.rows("traits-mouse")] == ["Priyanka"]
    expect(page.locator("mark:focus")).to_have_attribute(
        "aria-label", "Priyanka: project, generalised to [a project]"
    )
