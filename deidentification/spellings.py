"""One word or value in every way it may be broken up: spaced out, hyphenated, spelled with signs."""

from __future__ import annotations

import re

#: A hyphen at a line's end, with the break after it.
_LINE_BREAK = r"(?:-[ \t]{0,2}\r?\n[ \t]{0,4})?"
#: Blanks, marks, or a sign said as a word.
_ANYTHING = r"(?:[\W_]{0,3}|[\W_]{0,2}(?:underscore|dot|dash|hyphen|minus|point)[\W_]{0,2})"
#: Shorter words, broken up, are found in the middle of ordinary sentences: "an drew".
_SHORTEST_BROKEN = 6


def broken_up(key: str) -> str:
    """A pattern for a folded value, its words joined by single blanks, however it is broken up.

    A long one may be cut anywhere; a short word only letter by letter, or by a hyphen at the
    end of a line.
    """
    letters = key.replace(" ", "")
    if len(letters) >= _SHORTEST_BROKEN:
        return _ANYTHING.join(map(re.escape, letters))
    together = "".join(
        (r"[\W_]{0,3}" if mark == " " else re.escape(mark) + _LINE_BREAK) for mark in key
    )
    if len(letters) < 4 or " " in key:
        return together
    return f"(?:{together}|" + r"[\W_]{1,3}".join(map(re.escape, letters)) + ")"
