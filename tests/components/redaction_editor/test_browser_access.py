"""What a screen reader is told, what a low-vision reader sees, and where the focus is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.components.redaction_editor.conftest import Reviewer, saved

Enter = Callable[..., Reviewer]

#: Contrast of every text of the editor with what lies behind it, by WCAG 2.2's formula.
_CONTRAST = """root => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1); const d = canvas.getImageData(0, 0, 1, 1).data;
    return [d[0], d[1], d[2], d[3] / 255]; };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3]));
  const behind = element => { const layers = [];
    for (let e = element; e; e = e.parentElement)
      layers.push(rgba(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]); };
  const light = c => { const [r, g, b] = c.map(v => { v /= 255;
    return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const found = [];
  const check = (element, pseudo, words) => {
    const style = getComputedStyle(element, pseudo);
    const back = behind(element);
    const front = over(rgba(style.color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
    const ratio = Math.round((a + .05) / (b + .05) * 100) / 100;
    found.push([ratio, element.className + (pseudo ?? ''), words]);
  };
  for (const element of root.querySelectorAll('*')) {
    if (!element.checkVisibility() || element.disabled) continue;
    const own = [...element.childNodes].filter(n => n.nodeType === 3 && n.data.trim());
    if (own.length) check(element, null, own[0].data.slice(0, 20));
    if (element.matches('mark[data-last]')) check(element, '::after', element.dataset.last);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast_enough_in_every_state(reviewer: Enter, scheme: str) -> None:
    page = reviewer(color_scheme=scheme).open(f"leak-contrast-{scheme}")
    for key in ("a", "x", "1", "g", "1", "j"):
        page.keyboard.press(key)
    saved(page)
    page.keyboard.press("?")
    page.wait_for_timeout(200)
    found = page.locator(".rx").evaluate(_CONTRAST)
    assert len(found) > 60
    assert [one for one in found if one[0] < 4.5] == []


def test_the_tree_names_regions_findings_and_their_state(reviewer: Enter) -> None:
    page = reviewer().open("short-tree")
    page.keyboard.press("a")
    saved(page)
    editor = page.get_by_role("region", name="Redaction editor")
    expect(editor).to_match_aria_snapshot("""
    - region "Redaction editor":
      - toolbar "Review":
        - paragraph: /4 undecided/
        - paragraph: /Saved/
        - button "Preview" [pressed]
      - region "Transcript and preview":
        - list "Turns":
          - listitem
          - listitem:
            - 'button "Priya Shah: Name, redacted"'
            - 'button "Lisbon: Place, undecided"'
      - complementary "Findings":
        - region "Current finding":
          - button "Redact"
    """)


def test_decisions_are_announced_and_the_focus_is_on_the_next_finding(reviewer: Enter) -> None:
    page = reviewer().open("short-announce")
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text("Redacted. 4 undecided left.")
    focused = page.locator("mark:focus")
    expect(focused).to_have_attribute("aria-label", "Lisbon: Place, undecided")
    expect(focused).to_have_css("outline-style", "solid")
    page.keyboard.press("x")
    expect(page.get_by_role("listbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("mark:focus")).to_have_count(1)


def test_a_dialog_keeps_the_focus_until_it_is_closed_and_gives_it_back(reviewer: Enter) -> None:
    page = reviewer().open("short-dialog")
    page.keyboard.press("x")
    dialog = page.get_by_role("dialog")
    stops = []
    for _ in range(4):
        stops.append(page.evaluate("() => document.activeElement.tagName"))
        page.keyboard.press("Tab")
    assert stops == ["DIV", "INPUT", "BUTTON", "DIV"]
    page.keyboard.press("Shift+Tab")
    expect(dialog.get_by_role("listbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("mark:focus")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("mark:focus")).to_have_count(1)


def test_the_bar_stays_in_view_and_no_button_of_it_moves_while_one_decides(
    reviewer: Enter,
) -> None:
    page = reviewer(viewport={"width": 1280, "height": 700}).open("long-bar")
    confirm = page.get_by_role("button", name="Confirm", exact=False).last

    def place() -> dict[str, float]:
        box = confirm.bounding_box()
        assert box is not None
        return {"x": box["x"], "height": page.locator(".rx-bar").bounding_box()["height"]}  # type: ignore[index]

    before = place()
    for key in ("a", "a", "x", "1", "End", "a"):
        page.keyboard.press(key)
        assert place() == before
    page.mouse.wheel(0, 4_000)
    page.wait_for_timeout(300)
    box = page.locator(".rx-bar").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 700


def test_the_list_of_keys_fits_the_window(reviewer: Enter) -> None:
    page = reviewer(viewport={"width": 1280, "height": 600}).open("short-help")
    page.keyboard.press("?")
    box = page.get_by_role("dialog", name="Keys").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert round(box["y"] + box["height"]) <= 601  # a pixel of rounding, when it was scrolled to


def test_state_is_told_by_shape_and_word_and_not_by_colour_alone(reviewer: Enter) -> None:
    page = reviewer().open("short-shape")
    page.keyboard.press("a")
    shapes = page.locator("mark[data-first]").evaluate_all(
        "all => all.map(one => getComputedStyle(one, '::before').content.slice(1, 2))"
    )
    labels = page.locator("mark[data-last]").evaluate_all("all => all.map(o => o.dataset.last)")
    assert shapes == ["■", "○", "○", "○", "○"]
    assert labels == ["Name", "Place", "Name", "Name", "E-mail"]


def test_on_a_narrow_screen_or_at_200_percent_nothing_is_cut_off(reviewer: Enter) -> None:
    page = reviewer(viewport={"width": 640, "height": 450}).open("short-narrow")
    assert page.locator(".rx").evaluate("rx => rx.scrollWidth <= rx.clientWidth")
    expect(page.locator(".rx-preview").nth(1)).to_be_visible()
    page.keyboard.press("p")
    expect(page.locator(".rx-preview").nth(1)).to_be_hidden()


def test_motion_is_left_out_for_those_who_ask(reviewer: Enter) -> None:
    page = reviewer(reduced_motion="reduce").open("short-still")
    durations = page.locator(".rx *").evaluate_all(
        "all => [...new Set(all.map(one => getComputedStyle(one).transitionDuration))]"
    )
    assert durations == ["0s"]
