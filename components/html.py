"""HTML built from parts that are escaped by construction.

The one place where markup is made. Text goes in as text and can never become markup,
whatever a participant typed into it.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NewType

Markup = NewType("Markup", str)


def text(value: str) -> Markup:
    """Text as text. Characters that steer direction or hide are made visible.

    Right-to-left overrides could make a line read otherwise than it is stored; zero-width
    characters could hide a name from the reader. Both show as a small mark instead.
    """
    return Markup(escape(value).translate(_VISIBLE))


def element(name: str, *children: Markup, **attributes: str | None) -> Markup:
    """One element. Attribute names: a trailing ``_`` is dropped, other ``_`` become ``-``."""
    held = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value, quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{held}>{''.join(children)}</{name}>")


def join(children: Iterable[Markup]) -> Markup:
    """Several parts, one after the other."""
    return Markup("".join(children))


def _shown(code: int, name: str) -> str:
    return f'<span class="hidden-mark" title="{name} (U+{code:04X})">⟨{name}⟩</span>'


_VISIBLE = {
    code: _shown(code, name)
    for code, name in {
        0x200B: "zero-width space",
        0x2060: "word joiner",
        0xFEFF: "zero-width no-break space",
        0x00AD: "soft hyphen",
        0x202A: "left-to-right embedding",
        0x202B: "right-to-left embedding",
        0x202C: "end of direction",
        0x202D: "left-to-right override",
        0x202E: "right-to-left override",
        0x2066: "left-to-right isolate",
        0x2067: "right-to-left isolate",
        0x2068: "first-strong isolate",
        0x2069: "end of isolate",
        0x200E: "left-to-right mark",
        0x200F: "right-to-left mark",
    }.items()
}
