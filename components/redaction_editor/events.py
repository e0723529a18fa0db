"""What the redaction editor says, checked word for word: a browser can send anything."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.errors import BadInput
from domain.spans import Span
from domain.transcripts import Turn

#: One batch holds an "everywhere" on a long transcript with room to spare; more is forged.
MOST_DECISIONS = 5_000
MOST_TURNS = 100_000
#: A sentence or two; what stands in the text in place of a name is shorter still.
LONGEST_REASON = 2_000
LONGEST_REPLACEMENT = 200
_LARGEST = 2**31 - 1
_TYPE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_AGAIN = "Reload the page and try again."


class ProposedKind(StrEnum):
    """What a person asks to have recorded of a span."""

    REDACT = "redact"
    GENERALISE = "generalise"
    KEEP = "keep"
    WITHDRAW = "withdraw"


class EditorAct(StrEnum):
    """What a person asks to have done with the session."""

    CONFIRM = "confirm"
    CONFIRM_NEXT = "confirm_next"
    SKIP = "skip"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class ProposedDecision:
    """One decision as it came from the browser; ``id`` is a uuid4 made there.

    The same id can come again after a lost connection, and counts once.
    """

    id: UUID
    kind: ProposedKind
    span: Span
    entity_type: str
    replacement: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class EditorEvents:
    """One message of the editor: decisions, turns that were seen, and at most one act.

    Attributes
    ----------
    message_id
        Names the message; one that is not answered comes again under another.
    session_id
        Which session the words belong to; compare it with the one that is open.
    version
        The highest ordinal that the person had in view when deciding.
    """

    message_id: str
    session_id: str
    version: int
    decisions: tuple[ProposedDecision, ...]
    read: tuple[int, ...]
    act: EditorAct | None

    def check_places(self, turns: Sequence[Turn]) -> None:
        """Refuse what lies outside the session's text.

        Raises
        ------
        BadInput
            When a span ends past its turn, or a turn that was read does not exist.
        """
        lengths = {turn.index: len(turn.text) for turn in turns}
        for decision in self.decisions:
            if decision.span.end > lengths.get(decision.span.turn, 0):
                raise BadInput(
                    f"A decision lies outside the text of turn {decision.span.turn}. {_AGAIN}"
                )
        if any(turn not in lengths for turn in self.read):
            raise BadInput(f"A turn was marked as read that the session does not have. {_AGAIN}")


def parse_events(raw: object) -> EditorEvents:
    """Read a message of the browser.

    Raises
    ------
    BadInput
        When anything is missing, more than expected, of another type, out of range or twice.
        The sentence names the field and never its content.
    """
    held = _mapping(
        raw, "message", ("message_id", "session_id", "version", "decisions", "read", "act", "have")
    )
    decisions = tuple(
        _decision(one) for one in _list(held["decisions"], "decisions", MOST_DECISIONS)
    )
    if len({decision.id for decision in decisions}) != len(decisions):
        raise BadInput(f"Two decisions of one message have the same id. {_AGAIN}")
    read = tuple(_number(one, "read") for one in _list(held["read"], "read", MOST_TURNS))
    return EditorEvents(
        message_id=str(_uuid(held["message_id"], "message_id")),
        session_id=_words(held["session_id"], "session_id", 200),
        version=_number(held["version"], "version"),
        decisions=decisions,
        read=tuple(sorted(set(read))),
        act=None if held["act"] is None else _act(held["act"]),
    )


def _decision(raw: object) -> ProposedDecision:
    held = _mapping(
        raw,
        "decision",
        ("id", "kind", "turn", "start", "end", "type", "replacement", "reason"),
    )
    kind = _kind(held["kind"])
    turn, start, end = (_number(held[name], name) for name in ("turn", "start", "end"))
    if end <= start:
        raise BadInput(f"A decision covers no text. {_AGAIN}")
    entity_type = _words(held["type"], "type", 64)
    if not _TYPE.fullmatch(entity_type):
        raise BadInput(f"A decision names a type that is not written like one. {_AGAIN}")
    replacement = _optional(held["replacement"], "replacement", LONGEST_REPLACEMENT)
    reason = _optional(held["reason"], "reason", LONGEST_REASON)
    if kind is ProposedKind.KEEP and reason is None:
        raise BadInput("Keeping what the machine found needs a reason. Write one sentence.")
    if kind is ProposedKind.GENERALISE and replacement is None:
        raise BadInput("Generalising needs the category to put there. Write or choose one.")
    return ProposedDecision(
        _uuid(held["id"], "id"), kind, Span(turn, start, end), entity_type, replacement, reason
    )


def _mapping(raw: object, name: str, fields: tuple[str, ...]) -> Mapping[str, object]:
    if not isinstance(raw, dict) or set(raw) != set(fields):
        raise BadInput(f"The editor sent a {name} with other fields than it should. {_AGAIN}")
    return raw


def _list(raw: object, name: str, most: int) -> list[object]:
    if not isinstance(raw, list) or len(raw) > most:
        raise BadInput(f"The editor sent {name} that are no list, or too long a one. {_AGAIN}")
    return raw


def _number(raw: object, name: str) -> int:
    # A bool is an int in Python, and a JavaScript number can come as 3.0: neither is meant.
    if type(raw) is not int or not 0 <= raw <= _LARGEST:
        raise BadInput(f"The editor sent a {name} that is no whole number. {_AGAIN}")
    return raw


def _words(raw: object, name: str, longest: int) -> str:
    if not isinstance(raw, str) or not raw.strip() or len(raw) > longest:
        raise BadInput(f"The editor sent a {name} that is blank or longer than {longest}. {_AGAIN}")
    try:
        raw.encode("utf-8")
    except UnicodeEncodeError:
        raise BadInput(f"The editor sent a {name} that is no text. {_AGAIN}") from None
    if "\x00" in raw:
        raise BadInput(f"The editor sent a {name} that is no text. {_AGAIN}")
    return raw


def _optional(raw: object, name: str, longest: int) -> str | None:
    return None if raw is None else _words(raw, name, longest)


def _uuid(raw: object, name: str) -> UUID:
    text = _words(raw, name, 36)
    try:
        found = UUID(text)
    except ValueError:
        found = None
    if found is None or found.version != 4 or str(found) != text:
        raise BadInput(f"The editor sent an {name} that is no uuid4. {_AGAIN}")
    return found


def _kind(raw: object) -> ProposedKind:
    try:
        return ProposedKind(_words(raw, "kind", 20))
    except ValueError:
        raise BadInput(f"The editor sent a kind of decision that there is not. {_AGAIN}") from None


def _act(raw: object) -> EditorAct:
    try:
        return EditorAct(_words(raw, "act", 20))
    except ValueError:
        raise BadInput(f"The editor asked for an act that there is not. {_AGAIN}") from None
