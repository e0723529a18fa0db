"""What somebody typed, set into Markdown as text: a name, a purpose, a file's name, a refusal."""

from __future__ import annotations

import re

#: Markdown lets every mark of ASCII be written literally behind a backslash. All of them are:
#: formulas ($), icons (:star:), colours and bare addresses are marked up by others of them.
_MARKS = re.compile(r"([!-/:-@\[-`{-~])")


def as_typed(said: str) -> str:
    """The same words in Markdown, meaning nothing but themselves."""
    return _MARKS.sub(r"\\\1", said)
