"""Text stays text: no input makes an element, leaves an attribute, or hides from the reader."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.chips import chip
from components.html import element, join, text
from tests.components.browser_eyes import BrowserEyes

#: Anything a database can hold, and more of what breaks out of markup than chance would bring.
_ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"))
_PARTS = st.sampled_from(
    [
        *("<", ">", "&", '"', "'", "`", "=", "/", "</span>", "<script>", "<!--", "-->", "]]>"),
        *(
            "<![CDATA[",
            "&lt;",
            "&#60;",
            "&amp;",
            "<?",
            "onerror=",
            "javascript:",
            "\u202e",
            "\ufeff",
        ),
        *("\n", "\t", " ", "</style>", "<svg/onload=x>", "é", "e\u0301", "👩‍👩‍👧", "שלום"),
    ]
)
_HOSTILE = st.one_of(_ANY, st.lists(st.one_of(_PARTS, _ANY), max_size=12).map("".join))
_HIDDEN = "\u200b\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _visible(value: str) -> str:
    return "".join(mark for mark in value if mark not in _HIDDEN)


@given(_HOSTILE)
@example("<script>alert(1)</script>")
@example("</div><img src=x onerror=alert(1)>")
def test_text_never_becomes_an_element(value: str) -> None:
    plain = _visible(value)
    seen = BrowserEyes(element("p", text(plain)))
    assert seen.opened == [("p", {})]
    assert seen.closed == ["p"]
    assert seen.other == []
    assert seen.text == plain


@given(_HOSTILE)
def test_what_hides_or_steers_direction_is_shown_as_a_mark(value: str) -> None:
    markup = text(value)
    assert not set(markup) & set(_HIDDEN)
    seen = BrowserEyes(markup)
    assert [tag for tag, _ in seen.opened] == ["span"] * sum(mark in _HIDDEN for mark in value)
    assert all(set(held) == {"class", "title"} for _, held in seen.opened)


@given(_HOSTILE)
@example('" onmouseover="alert(1)')
@example("' onfocus='alert(1)")
def test_a_value_never_leaves_its_attribute(value: str) -> None:
    seen = BrowserEyes(element("a", text("x"), href=value, title=value, class_=value))
    assert seen.opened == [("a", {"href": value, "title": value, "class": value})]
    assert seen.text == "x"


@given(word=_HOSTILE, reason=_HOSTILE, tone=st.sampled_from(["good", "bad", "wait", "plain"]))
def test_a_chip_is_one_element_whatever_it_says(word: str, reason: str, tone: str) -> None:
    word, reason = _visible(word), _visible(reason)
    seen = BrowserEyes(chip(word, tone, reason))
    ((tag, held),) = seen.opened
    assert tag == "span"
    assert set(held) <= {"class", "title", "tabindex", "aria-label"}
    assert held.get("title") == (reason or None)
    assert seen.text.endswith(word)


@pytest.mark.parametrize(("tone", "sign"), [("good", "✓"), ("bad", "✕"), ("wait", "◦")])
def test_a_chips_colour_is_never_its_only_sign(tone: str, sign: str) -> None:
    assert f">{sign} Publish<" in chip("Publish", tone)


def test_a_chip_with_a_reason_can_be_reached_by_keyboard_and_read_aloud() -> None:
    assert 'title="Asked and granted." tabindex="0"' in chip(
        "Publish", "good", "Asked and granted."
    )
    assert "tabindex" not in chip("Publish")
    assert "tabindex" not in chip("Publish", "good", "Asked and granted.", stop=False)


def test_attributes_that_are_none_are_left_out_and_names_are_spelled_as_html_does() -> None:
    assert element("td", class_=None, aria_label="x") == '<td aria-label="x"></td>'
    assert join([text("a"), text("&")]) == "a&amp;"


def test_joined_emoji_and_letters_of_other_scripts_pass_untouched() -> None:
    said = "👩‍👩‍👧 e\u0301 שלום مرحبا 漢字"
    assert text(said) == said
