"""Letters to participants about published findings: what one may say, and to whom it goes.

Source: R60 and R61. One letter about each finding, to those who took part in the study and have
not opted out, written for everybody alike: it holds nothing of anybody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from domain.consent import stricter
from domain.digests import digest
from domain.errors import BadInput
from domain.policy import Clearance, PolicyTable, SessionFacts, Use, decide
from domain.policy.decision import Decision
from domain.vocabulary import ConsentChoice

#: The one service that reads addresses of participants to write to them (R11).
MAILER = "mailer"
AS_THE_MAILER = Clearance(service=MAILER)
LONGEST_SUBJECT = 120
SHORTEST_TEXT = 40
LONGEST_TEXT = 4_000
#: Rules of the product's own beside the policy's, as reasons for which somebody gets none.
TOLD_BEFORE = "told-before"
NO_ADDRESS = "no-address"

#: A place that a merging program would fill in: this letter is the same for everybody.
_FILLED_IN = re.compile(r"\{\{.*?\}\}|\{\w*\}|<<.*?>>|%\w+%|\[(?:[A-Z]+_\d+|[Nn]ame)\]", re.DOTALL)
_ADDRESS = re.compile(r"\S@\S")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class LetterState(StrEnum):
    """Where a letter stands. Only a confirmed one goes out; a stopped one may go on."""

    PROPOSED = "proposed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SENDING = "sending"
    STOPPED = "stopped"
    DONE = "done"


class LetterStep(StrEnum):
    """What an administrator does with one."""

    CONFIRM = "confirm"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    STOP = "stop"
    GO_ON = "go on"


#: From where each step leads where; the database holds to the same, and a test compares them.
STEPS: dict[LetterStep, tuple[LetterState, LetterState]] = {
    LetterStep.CONFIRM: (LetterState.PROPOSED, LetterState.SENDING),
    LetterStep.REJECT: (LetterState.PROPOSED, LetterState.REJECTED),
    LetterStep.WITHDRAW: (LetterState.PROPOSED, LetterState.WITHDRAWN),
    LetterStep.STOP: (LetterState.SENDING, LetterState.STOPPED),
    LetterStep.GO_ON: (LetterState.STOPPED, LetterState.SENDING),
}


class DeliveryState(StrEnum):
    """What became of one participant's letter.

    ``UNSURE`` may have arrived, because the line was cut; it is not sent again. ``WITHHELD`` was
    not sent, by the rule beside it.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNSURE = "unsure"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class LetterText:
    """What a letter says, checked and put in order."""

    subject: str
    text: str
    link: str

    @property
    def finding(self) -> bytes:
        """Which published finding it is about: the digest of where it stands."""
        return digest(["finding", self.link])

    def digest(self, study_slug: str) -> str:
        """Names exactly this letter to this study's participants."""
        return digest(["letter", study_slug, self.subject, self.text, self.link]).hex()


@dataclass(frozen=True, slots=True)
class TheirSession:
    """A participant's session, in the study that a letter is about or in another."""

    facts: SessionFacts
    in_study: bool


def check_letter(subject: str, text: str, link: str) -> LetterText:
    """The letter in order, or why it may not go out so.

    Raises
    ------
    BadInput
        When subject, text or link is missing or too long, somebody is named by an address, a
        place is left to be filled in for each person, or the link tells people apart.
    """
    said, line = text.replace("\r\n", "\n").strip(), subject.strip()
    if not line or len(line) > LONGEST_SUBJECT:
        raise BadInput(f"Write a subject of at most {LONGEST_SUBJECT} characters.")
    if not SHORTEST_TEXT <= len(said) <= LONGEST_TEXT:
        raise BadInput(f"Write a text of {SHORTEST_TEXT} to {LONGEST_TEXT:,} characters.")
    if _CONTROL.search(line + said) or "\n" in line:
        raise BadInput("Write plain text, and the subject on one line (no tabs or hidden signs).")
    if _ADDRESS.search(line + " " + said):
        raise BadInput(
            "Write no e-mail address: a letter to participants names nobody, and where to answer "
            "is added at its end."
        )
    if _FILLED_IN.search(line + " " + said):
        raise BadInput(
            "Leave no place to be filled in: everybody gets the same words, and nothing about "
            "themselves."
        )
    return LetterText(line, said, check_link(link))


def check_link(link: str) -> str:
    """The address of a published finding, the same for everybody who reads it.

    Raises
    ------
    BadInput
        When it is none, is not https, or could tell one reader from another.
    """
    written = link.strip()
    try:
        parts = urlsplit(written)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, parts, port = "", urlsplit(""), None
    plain = written.isascii() and written.isprintable() and " " not in written
    if parts.scheme != "https" or "." not in host or not plain or len(written) > 500:
        raise BadInput("Give the address of the published finding, beginning with https://.")
    if parts.query or parts.fragment or parts.username is not None or port is not None:
        raise BadInput(
            "Give the finding's plain address, without “?”, “#”, a name or a port: it must not "
            "tell one reader from another."
        )
    return f"https://{host}{parts.path.rstrip('/')}"


def may_be_told(theirs: Sequence[TheirSession], *, now: datetime, table: PolicyTable) -> Decision:
    """Whether a participant may be written to about a finding of a study (R60, R61).

    One session of theirs in the study must allow it. It is a person who reads the letter, so what
    they said in any session of the study counts: who declined there, or allowed no further use,
    gets none; and who took the choice back gets none, in whichever study they did.

    Parameters
    ----------
    theirs
        All sessions of one participant, one in the study at least.
    """
    said = _contact_of(theirs)
    stopped = any(each.facts.withdrawn for each in theirs if each.in_study)
    answers = [
        decide(
            replace(
                each.facts,
                choices=replace(each.facts.choices, contact=said),
                withdrawn=stopped,
            ),
            Use.EMAIL_FINDING,
            clearance=AS_THE_MAILER,
            now=now,
            table=table,
        )
        for each in theirs
        if each.in_study
    ]
    return min(answers, key=lambda answer: answer.outcome.strictness)


def _contact_of(theirs: Iterable[TheirSession]) -> ConsentChoice:
    """What a person's choices about being written to come to, for one study: the strictest."""
    said = ConsentChoice.GRANTED
    for each in theirs:
        choice = each.facts.choices.contact
        if each.in_study or choice is ConsentChoice.WITHDRAWN:
            said = stricter(said, choice)
    return said


def can_be_written_to(address: str) -> bool:
    """Whether a mail server could be told of an address as it stands: one @, plain characters."""
    local, _, host = address.rpartition("@")
    plain = address.isascii() and address.isprintable() and not set(address) & set(' <>,;"')
    return plain and bool(local) and "@" not in local and bool(host)


def letter_words(letter: LetterText, study_title: str, contact: str) -> str:
    """The whole text that each participant gets: nothing in it differs from one to the next."""
    return (
        "\n\n".join(
            (
                letter.text,
                f"Read it here: {letter.link}",
                f"You get this letter once, because you took part in the study “{study_title}”. It "
                "is written for everybody who did and says nothing about anybody. To get no more "
                f"letters about findings, answer this one or write to {contact}.",
            )
        )
        + "\n"
    )
