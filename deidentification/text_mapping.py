"""Plain copies of a text for searching, with the way back to the original's offsets.

What people type hides identifiers from a search: zero-width characters inside an e-mail
address, letters from the mathematical blocks, accents written as separate marks. A
:class:`MappedText` is the text without these, and knows for each of its characters which
stretch of the original it came from.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: Letters that NFKD leaves whole although people also write them with plain ones.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
#: Letters of other alphabets, and small capitals, that look like plain ones: "Mаria" with a Cyrillic a.
_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕкмтвнһԁԛԝαεορτυικνχγ" + "ᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ",
    "aeopcyxijskmtbhhdqwaeoptuiknxy" + "abcdefghijklmnoprstuvwyz",
)
#: Typographic marks that patterns expect in their plain form.
_PLAIN_MARKS = str.maketrans(
    {"‘": "'", "’": "'", "ʼ": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "‒": "-", "–": "-"}
)


@dataclass(frozen=True, slots=True)
class MappedText:
    """A text for searching, and where each of its characters stands in the original.

    ``starts[i]`` and ``ends[i]`` bound the stretch of the original that ``text[i]`` stands
    for. Both are empty when the copy equals the original character by character.
    """

    text: str
    starts: Sequence[int] = ()
    ends: Sequence[int] = ()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that ``text[start:end]`` stands for; never empty."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"No stretch {start} to {end} in {len(self.text)} characters.")
        if not self.starts:
            return start, end
        return self.starts[start], self.ends[end - 1]


def normalise(text: str) -> MappedText:
    """The text as recognisers read it: NFKC, without invisible characters, plain quotes.

    Letter case and accents stay.
    """
    return _map(text, _normal_cluster)


def fold(text: str) -> MappedText:
    """The text as identifiers are compared: also without letter case and accents."""
    if text.isascii():
        return MappedText(text.lower())
    return _map(text, _folded_cluster)


def folded(text: str) -> str:
    """The folded text alone, for building keys."""
    return fold(text).text


def _map(text: str, plain: Callable[[str], str]) -> MappedText:
    if text.isascii():
        return MappedText(text)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        # A base character and the marks on it are one letter: composing them separately
        # would leave the accents of decomposed names standing between letters.
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        piece = plain(text[at:end])
        pieces.append(piece)
        starts.extend([at] * len(piece))
        ends.extend([end] * len(piece))
        at = end
    return MappedText("".join(pieces), starts, ends)


def _normal_cluster(cluster: str) -> str:
    if cluster.isascii():
        return cluster
    if "\ud800" <= cluster[0] <= "\udfff":
        return "\ufffd"  # half a character, which spaCy cannot encode
    visible = "".join(mark for mark in cluster if unicodedata.category(mark) != "Cf")
    return unicodedata.normalize("NFKC", visible.translate(_PLAIN_MARKS))


def _folded_cluster(cluster: str) -> str:
    if cluster.isascii():
        return cluster.lower()
    apart = unicodedata.normalize("NFKD", _normal_cluster(cluster).casefold())
    bare = "".join(mark for mark in apart if not unicodedata.combining(mark))
    return bare.translate(_PLAIN_LETTERS).casefold().translate(_LOOK_ALIKES)
