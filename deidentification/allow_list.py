"""What is never a finding: public words and products, matched whole."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ARTICLE = re.compile(r"(?:the|a|an|my|our|your)\s+", re.IGNORECASE)


class AllowList:
    """Anchored patterns, in any letter case, against the whole of what was found."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = [re.compile(pattern, re.IGNORECASE) for pattern in patterns]

    def allows(self, text: str) -> bool:
        """Whether the list names this text as a whole, its article aside."""
        bare = _ARTICLE.sub("", text.strip(), count=1)
        spaced = [" ".join(candidate.split()) for candidate in (text, bare)]
        return any(pattern.fullmatch(form) for form in spaced for pattern in self._patterns)
