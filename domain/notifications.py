"""Notifications: what somebody is told, where it leads, and whether it is worth a letter at once.

The database writes them, in the transaction of what they tell of, as a kind and the number or the
id it is about: no titles, no names, no words. The sentences are made here, when they are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What a notification tells."""

    VOTE_WAITING = "vote_waiting"
    VOTE_DISPUTED = "vote_disputed"
    SHARE_RETURNED = "share_returned"
    SHARE_REJECTED = "share_rejected"
    SHARE_APPROVED = "share_approved"
    SHARE_STALE = "share_stale"
    SHARE_EXPIRED = "share_expired"
    SHARE_RELEASED = "share_released"
    SHARE_RECALLED = "share_recalled"
    SHARE_CHECK_FAILED = "share_check_failed"
    SHARE_RELEASE_FAILED = "share_release_failed"
    RECALL_TO_CONSIDER = "recall_to_consider"
    RECALL_OVERDUE = "recall_overdue"
    AGREEMENT_ENDING = "agreement_ending"
    AGREEMENT_ENDED = "agreement_ended"
    GRANT_GIVEN = "grant_given"
    GRANT_ENDING = "grant_ending"
    GRANT_ENDED = "grant_ended"
    IMPORT_DONE = "import_done"
    IMPORT_FAILED = "import_failed"
    POLICY_WAITING = "policy_waiting"
    POLICY_ACCEPTED = "policy_accepted"
    POLICY_REJECTED = "policy_rejected"
    MAPPING_WAITING = "mapping_waiting"
    LETTER_WAITING = "letter_waiting"
    LETTER_DONE = "letter_done"
    RETENTION_DUE = "retention_due"
    ERASURE_DONE = "erasure_done"
    ERASURE_FAILED = "erasure_failed"
    PUBLICATION_VOTE = "publication_vote"
    PUBLICATION_DISPUTED = "publication_disputed"
    PUBLICATION_REFUSED = "publication_refused"
    PUBLICATION_REJECTED = "publication_rejected"
    PUBLICATION_APPROVED = "publication_approved"
    PUBLICATION_STALE = "publication_stale"
    PUBLICATION_EXPIRED = "publication_expired"
    PUBLICATION_PUBLISHED = "publication_published"
    PUBLICATION_WITHDRAWN = "publication_withdrawn"


@dataclass(frozen=True, slots=True)
class _Telling:
    """How a kind is told: ``{}`` stands for the number; ``waits`` is for who must do something."""

    said: str
    address: str
    waits: bool = False
    at_once: bool = False


_TELLINGS = {
    Kind.VOTE_WAITING: _Telling("Share {} waits for your vote.", "/share", True, True),
    Kind.VOTE_DISPUTED: _Telling(
        "You and the other approver disagree on share {}. Settle it with a comment.",
        "/share",
        True,
        True,
    ),
    Kind.SHARE_RETURNED: _Telling("Share {} was returned to you.", "/share", True),
    Kind.SHARE_REJECTED: _Telling("Share {} was rejected.", "/share"),
    Kind.SHARE_APPROVED: _Telling(
        "Share {} is approved. Release it before the approval lapses.", "/share", True
    ),
    Kind.SHARE_STALE: _Telling("Share {} no longer holds: something changed.", "/share", True),
    Kind.SHARE_EXPIRED: _Telling("The approval of share {} lapsed.", "/share"),
    Kind.SHARE_RELEASED: _Telling("Share {} was released.", "/share"),
    Kind.SHARE_RECALLED: _Telling("Share {} was recalled.", "/share"),
    Kind.SHARE_CHECK_FAILED: _Telling("Share {} could not be submitted.", "/share", True),
    Kind.SHARE_RELEASE_FAILED: _Telling("Share {} could not be released.", "/share", True),
    Kind.RECALL_TO_CONSIDER: _Telling(
        "A participant took back what share {} holds, which was released. Decide on a recall.",
        "/share",
        True,
        True,
    ),
    Kind.RECALL_OVERDUE: _Telling(
        "The recall of share {} is overdue: nobody attested the destruction.",
        "/share",
        True,
        True,
    ),
    Kind.AGREEMENT_ENDING: _Telling(
        "An agreement that concerns you ends within a month.", "/recipients"
    ),
    Kind.AGREEMENT_ENDED: _Telling("An agreement that concerns you has ended.", "/recipients"),
    Kind.GRANT_GIVEN: _Telling("You were given a grant.", "/"),
    Kind.GRANT_ENDING: _Telling("A grant of yours ends within a week.", "/"),
    Kind.GRANT_ENDED: _Telling("A grant of yours has ended.", "/"),
    Kind.IMPORT_DONE: _Telling("Your import is done.", "/imports"),
    Kind.IMPORT_FAILED: _Telling("Your import failed; nothing of it was kept.", "/imports", True),
    Kind.POLICY_WAITING: _Telling(
        "A change of the policy waits for a second administrator.", "/changes", True, True
    ),
    Kind.POLICY_ACCEPTED: _Telling("Your change of the policy is in force.", "/changes"),
    Kind.POLICY_REJECTED: _Telling("Your change of the policy was turned down.", "/changes"),
    Kind.MAPPING_WAITING: _Telling(
        "Which policy governs a session waits for a second administrator.",
        "/assignments",
        True,
        True,
    ),
    Kind.LETTER_WAITING: _Telling(
        "A letter to participants waits for a second administrator.", "/letters", True, True
    ),
    Kind.LETTER_DONE: _Telling("A letter to participants has gone out.", "/letters"),
    Kind.RETENTION_DUE: _Telling(
        "Sessions of a study have reached the end of their retention.", "/retention", True
    ),
    Kind.ERASURE_DONE: _Telling("The erasure you ordered is done.", "/retention"),
    Kind.ERASURE_FAILED: _Telling(
        "The erasure you ordered ended before it was done.", "/retention", True
    ),
    Kind.PUBLICATION_VOTE: _Telling(
        "Publication {} waits for your vote.", "/publication", True, True
    ),
    Kind.PUBLICATION_DISPUTED: _Telling(
        "You and the other approver disagree on publication {}. Settle it with a comment.",
        "/publication",
        True,
        True,
    ),
    Kind.PUBLICATION_REFUSED: _Telling(
        "Publication {} is not possible; its page says why.", "/publication"
    ),
    Kind.PUBLICATION_REJECTED: _Telling("Publication {} was rejected.", "/publication"),
    Kind.PUBLICATION_APPROVED: _Telling(
        "Publication {} is approved. Publish it before the approval lapses.", "/publication", True
    ),
    Kind.PUBLICATION_STALE: _Telling(
        "Publication {} no longer holds: something changed.", "/publication"
    ),
    Kind.PUBLICATION_EXPIRED: _Telling("The approval of publication {} lapsed.", "/publication"),
    Kind.PUBLICATION_PUBLISHED: _Telling("Publication {} was published.", "/publication"),
    Kind.PUBLICATION_WITHDRAWN: _Telling("Publication {} was withdrawn.", "/publication"),
}
#: Kinds that go out by themselves; the others wait until a day has passed since the last letter.
AT_ONCE = tuple(kind for kind, telling in _TELLINGS.items() if telling.at_once)
#: Those that somebody must do something about.
WAITING = tuple(kind for kind, telling in _TELLINGS.items() if telling.waits)


def sentence(kind: Kind, number: int | None) -> str:
    """What it says, to whom it is for."""
    return _TELLINGS[kind].said.format(number or "")


def address(kind: Kind, subject: UUID) -> str:
    """Where it leads, within the product."""
    base = _TELLINGS[kind].address
    return f"{base}?id={subject}" if base in ("/share", "/publication") else base


def subject_line(waiting: int, others: int) -> str:
    """The subject of a letter: how much, and nothing else."""
    if waiting:
        return f"{waiting} {'thing waits' if waiting == 1 else 'things wait'} for you in Clearance"
    return f"{others} {'piece' if others == 1 else 'pieces'} of news in Clearance"


def letter(kinds: list[tuple[Kind, int | None]], link: str, answers: str) -> str:
    """The text of a letter: what kinds of things wait or changed, and where to look.

    No name, no title, no word of any session; numbers say nothing to an outsider.
    ``answers`` is where the reader can say that they want no more letters.
    """
    waiting = [sentence(kind, number) for kind, number in kinds if kind in WAITING]
    news = [sentence(kind, number) for kind, number in kinds if kind not in WAITING]
    parts = []
    for heading, said in (("Waits for you:", waiting), ("What else changed:", news)):
        if said:
            parts.append("\n".join([heading, *(f"- {each}" for each in dict.fromkeys(said))]))
    parts.append(f"See it in Clearance: {link}")
    parts.append(f"To get no more of these letters, say so here: {answers}")
    return "\n\n".join(parts) + "\n"
