"""What somebody typed stays what they typed."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from components.typed import as_typed

_GITHUBS = MarkdownIt("gfm-like", {"linkify": False}).enable(["table", "strikethrough"])


def read(markdown: str) -> str:
    """The words that a page shows for a line of Markdown."""
    drawn = _GITHUBS.render(f"Said: {markdown}")
    assert re.findall(r"</?(\w+)", drawn) == ["p", "p"], drawn
    return unescape(re.sub(r"<[^>]+>", "", drawn)).strip()


@pytest.mark.parametrize(
    "said",
    [
        "*every* _word_ of `it`",
        "![](http://elsewhere.example/seen.png)",
        "[click](javascript:alert(1))",
        "<b>bold</b> &lt;b&gt; &amp;",
        "it cost $5, then $7",
        ":material/star: :red[careful] :smile:",
        "accounts_2026_*final*.csv, row 3 [import.choice]",
        "~~no~~ | a | b |",
        "back\\slash\\*",
    ],
)
def test_marks_are_words(said: str) -> None:
    assert read(as_typed(said)) == f"Said: {said}"


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60))
def test_whatever_is_typed_is_read_as_it_was_typed(said: str) -> None:
    assert read(as_typed(said)) == f"Said: {said}"


def test_formulas_icons_and_addresses_lose_the_marks_that_make_them() -> None:
    written = as_typed("$x$ :star: www.elsewhere.example http://elsewhere.example a@b.example")
    for mark in "$:.@/":
        assert not re.search(rf"(?<!\\){re.escape(mark)}", written)
