"""The browser's side of the editor, read from the package once.

Each script has one subject and all share one module scope; together they are the one module
that Streamlit loads. None of them has imports: what they name is in another of the list.
"""

from __future__ import annotations

from importlib.resources import files

_BROWSER = files("components.redaction_editor") / "browser"

#: In the order in which they are read; only ``mount.js`` exports.
SCRIPTS = (
    "offsets.js",
    "elements.js",
    "model.js",
    "history.js",
    "outbox.js",
    "reading.js",
    "turns.js",
    "selection.js",
    "panel.js",
    "chooser.js",
    "conflict.js",
    "help.js",
    "actions.js",
    "editor.js",
    "moving.js",
    "mount.js",
)


def read(name: str) -> str:
    """One file as text. It begins with a line break: a string without one is taken for a path."""
    return "\n" + (_BROWSER / name).read_text(encoding="utf-8")


SCRIPT = "".join(read(name) for name in SCRIPTS)
STYLE = "".join(read(name) for name in ("frame.css", "text.css", "panel.css"))
MARKUP = read("editor.html")
FEED_SCRIPT = read("feed.js")
