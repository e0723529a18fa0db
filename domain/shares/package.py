"""The package that leaves: its files, byte for byte, from plain values.

Pseudonyms are keyed by the release, so two recipients cannot join their files and a leaked file
names its release. Order, ids and times of the sessions are not to be had from it.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.digests import Json, canonical_json
from domain.shares.contents import ShareField
from domain.transcripts import Turn

SESSIONS_FILE = "sessions.jsonl"
TURNS_FILE = "turns.csv"
MANIFEST_FILE = "manifest.json"
SIGNATURE_FILE = "manifest.sig"
TERMS_FILE = "TERMS.txt"
FORMAT = "clearance-release-1"
_PSEUDONYM_LENGTH = 12
#: What a spreadsheet takes for the begin of a formula, the full-width forms included.
_SIGNS = r"=+\-@\uff1d\uff0b\uff0d\uff20"
#: What can begin a cell beside the begin of the text: a spreadsheet that is set to another
#: separator, or minds no quotes, begins one there.
_BREAKS = r";\t\r\n\x0b\x0c\x85\u2028\u2029"
#: What may stand before the sign and is not seen or is taken off: blanks, controls, marks of
#: direction, quotes.
_UNSEEN = (
    r"\" \xa0\u1680\u2000-\u200f\u202a-\u202f\u205f-\u2064\u2066-\u206f\u3000\ufeff\xad"
    r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
)
_FORMULA = re.compile(rf"(^|[{_BREAKS}])(?=[{_UNSEEN}]*[{_SIGNS}])")
#: Upper ends of the bands of a session's duration.
_BANDS = (
    (timedelta(minutes=5), "under 5 minutes"),
    (timedelta(minutes=15), "5 to 15 minutes"),
    (timedelta(minutes=30), "15 to 30 minutes"),
    (timedelta(minutes=60), "30 to 60 minutes"),
)

TERMS = """\
Terms of use of this package

1. You do not try to find out who took part, and you tell us at once if somebody becomes
   recognisable to you.
2. You do not link this package to any other data about persons, another package of ours included.
3. You do not hand it on, whole or in part. Quotes are as your agreement says.
4. You keep it where only the persons named in your agreement can reach it.
5. You destroy every copy by the day that the manifest names, or when we recall it, and attest it.
"""


@dataclass(frozen=True, slots=True)
class OutgoingSession:
    """What is known of a session when it is written into a package; the turns are final."""

    session_id: UUID
    participant_id: UUID
    language: str
    started_at: datetime | None
    completed_at: datetime
    turns: tuple[Turn, ...]


def pseudonym(key: bytes, kind: str, identifier: UUID) -> str:
    """A name for a session or participant that only this release's key can make."""
    made = hmac.new(key, f"{kind}:{identifier}".encode(), hashlib.sha256).hexdigest()
    return f"{kind[0].upper()}-{made[:_PSEUDONYM_LENGTH]}"


def session_line(
    session: OutgoingSession, key: bytes, fields: Sequence[ShareField]
) -> tuple[str, bytes]:
    """A session's pseudonym, and the line of ``sessions.jsonl`` that would leave for it."""
    name = pseudonym(key, "session", session.session_id)
    values: dict[str, Json] = {
        "session": name,
        "turns": [{"speaker": turn.speaker.value, "text": turn.text} for turn in session.turns],
    }
    if ShareField.PARTICIPANT in fields:
        values["participant"] = pseudonym(key, "participant", session.participant_id)
    if ShareField.LANGUAGE in fields:
        values["language"] = session.language
    if ShareField.COMPLETED_MONTH in fields:
        values["completed_month"] = f"{session.completed_at:%Y-%m}"
    if ShareField.DURATION in fields:
        values["duration"] = duration_band(session.started_at, session.completed_at)
    return name, canonical_json(values).encode() + b"\n"


def turns_csv(sessions: Iterable[tuple[str, Sequence[Turn]]]) -> bytes:
    """``turns.csv``: one row a turn, every cell quoted and none of them a formula."""
    written = io.StringIO(newline="")
    rows = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(("session", "turn", "speaker", "text"))
    for name, turns in sessions:
        rows.writerows(
            (name, turn.index, turn.speaker.value, formula_safe(turn.text)) for turn in turns
        )
    return written.getvalue().encode()


def formula_safe(text: str) -> str:
    """The text so that no spreadsheet runs it: an apostrophe before whatever begins a formula.

    A cell that begins with a tab or a line break gets one too, and so does what follows a
    semicolon, a tab or a line break: set to another separator, a spreadsheet would begin a cell
    there. The exact words are in ``sessions.jsonl``.
    """
    safe = _FORMULA.sub(r"\1'", text)
    return f"'{safe}" if safe.startswith(("\t", "\r", "\n")) else safe


def duration_band(started_at: datetime | None, completed_at: datetime) -> str:
    """How long a session took, so broadly that it tells no exact time."""
    if started_at is None:
        return "not known"
    took = completed_at - started_at
    return next((name for end, name in _BANDS if took < end), "over an hour")


def manifest(
    files: Mapping[str, bytes], facts: Mapping[str, Json], packed: Mapping[str, bytes]
) -> bytes:
    """``manifest.json``: the facts of the release; of each file its size and SHA-256, and that of
    the file as it lies packed in the zip.
    """
    listed: dict[str, Json] = {
        name: {
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "packed_sha256": hashlib.sha256(packed[name]).hexdigest(),
        }
        for name, content in sorted(files.items())
    }
    return (canonical_json({"format": FORMAT, "files": listed, **facts}) + "\n").encode()
