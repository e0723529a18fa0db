"""What is sent to the browser: everything once, then only what the browser lacks.

Each answer has a number. The browser names the last one it has in every message; what has
changed since that one goes out, and nothing else. When the browser has none of ours (a
reload, a page left and come back to) or says so, it gets everything.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from components.redaction_editor.data import EditorData
from domain.digests import Json, digest

#: Answers that a slow browser may still build on; an older one is answered in full.
_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class _Sent:
    """What an answer left the browser with, in digests."""

    book: bytes
    preview: tuple[bytes, ...]
    decisions: frozenset[str]
    read: frozenset[int]


@dataclass(slots=True)
class Parcels:
    """The memory of one editor in one tab: what the browser was sent, and what it has.

    ``answered`` is the id of the last message that the data sent take into account.
    """

    number: int = 0
    has: int | None = None
    answered: str | None = None
    _sent: OrderedDict[int, _Sent] = field(default_factory=OrderedDict)

    def heard(self, have: object) -> None:
        """Note which answer the browser says it has; anything but one of ours means none."""
        self.has = have if type(have) is int and have in self._sent else None

    def pack(self, data: EditorData) -> dict[str, Json]:
        """The next answer, on top of what the browser has."""
        self.number += 1
        base = None if self.has is None else self._sent.get(self.has)
        book = data.book()
        preview = [data.preview_of(index) for index in range(len(data.preview))]
        sent = _Sent(
            book=digest(book),
            preview=tuple(digest(turn) for turn in preview),
            decisions=frozenset(decision.id for decision in data.decisions),
            read=frozenset(data.read),
        )
        parcel: dict[str, Json] = {
            "number": self.number,
            "base": None,
            "answered": self.answered,
            "now": data.now(),
        }
        # A decision that is gone, or turns of another session, cannot be told as an addition.
        if base is None or base.book != sent.book or not base.decisions <= sent.decisions:
            parcel["book"] = book
            known = _Sent(b"", (), frozenset(), frozenset())
        else:
            known = base
            parcel["base"] = self.has
        parcel["decisions"] = [
            one.as_json() for one in data.decisions if one.id not in known.decisions
        ]
        parcel["preview"] = [
            [index, turn]
            for index, turn in enumerate(preview)
            if not known.preview or known.preview[index] != sent.preview[index]
        ]
        parcel["read"] = [turn for turn in data.read if turn not in known.read]
        self._sent[self.number] = sent
        while len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)
        return parcel
