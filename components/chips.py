"""Chips: a state in a word, with the reason behind it on hover and for screen readers."""

from __future__ import annotations

from functools import lru_cache

from components.html import Markup, element, text

#: Tone to a sign before the word, so that colour is never the only one.
_SIGNS = {"good": "✓", "bad": "✕", "wait": "◦", "plain": ""}


# A page of sessions repeats a few dozen chips some hundred times; they hold rules' words only.
@lru_cache(maxsize=1_024)
def chip(word: str, tone: str = "plain", reason: str = "", *, stop: bool = True) -> Markup:
    """One chip. ``tone`` is good, bad, wait or plain.

    ``stop`` says whether the Tab key stops at one with a reason. In a table of several hundred it
    should not: the row's link leads to where the reasons are written out.
    """
    sign = _SIGNS[tone]
    label = f"{sign} {word}" if sign else word
    return element(
        "span",
        text(label),
        class_=f"chip chip-{tone}",
        title=reason or None,
        tabindex="0" if reason and stop else None,
    )
