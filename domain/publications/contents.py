"""What is approved: one digest over the cells, the words and the very files that would leave."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.digests import Json, digest
from domain.disclosure.cells import THRESHOLD
from domain.errors import BadInput, Refused
from domain.policy.uses import RecipientKind, Use
from domain.publications.privacy import BUDGET, said, scale_of, within
from domain.shares.package import formula_safe

FIGURE_SVG = "figure.svg"
FIGURE_PNG = "figure.png"
NUMBERS = "numbers.csv"
METHODS = "METHODS.txt"
#: The files of a package, besides its manifest and signature.
FILES = (FIGURE_SVG, FIGURE_PNG, NUMBERS, METHODS)

_SHORTEST_TITLE, _LONGEST_TITLE = 8, 90
_LONGEST_NOTE = 200
_SHORTEST_PURPOSE = 20


class Audience(StrEnum):
    """Who may read it once it left."""

    PUBLIC = "public"
    THIRD_PARTY = "third_party"

    @property
    def label(self) -> str:
        """The audience in a few words, for people."""
        return _LABELS[self]

    @property
    def use(self) -> Use:
        """The use that the policy table is asked about."""
        return _USES[self]


_LABELS = {Audience.PUBLIC: "everybody", Audience.THIRD_PARTY: "one named recipient"}
_USES = {
    Audience.PUBLIC: Use.PUBLISH_SUMMARY,
    Audience.THIRD_PARTY: Use.THIRD_PARTY_AGGREGATE,
}


@dataclass(frozen=True, slots=True)
class Words:
    """What its proposer says: the title over the figure, a note under it, and what it is for."""

    title: str
    note: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who would receive it, as the agreement names them."""

    recipient_id: UUID
    kind: RecipientKind
    name: str
    organisation: str
    agreement_id: UUID
    agreement_version: int
    agreement_digest: bytes


@dataclass(frozen=True, slots=True)
class FrozenCell:
    """One cell as it leaves: its label, and people or why there are none."""

    category: str
    label: str
    people: int | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Frozen:
    """Everything of a publication that two people approve.

    ``week`` is the Monday before which everybody who is counted began, ``known_by`` when their
    interviews had been taken in, ``everybody`` how many distinct participants they are, and
    ``population`` names who; ``rule`` is the policy's answer, by ``policy_digest``. With
    ``epsilon`` the counts have noise, and how many they are is not told.
    """

    number: int
    study_id: UUID
    study_title: str
    snapshot_id: UUID
    week: date
    known_by: datetime
    counted_at: datetime
    breakdown: str
    question: str
    over_time: bool
    several: bool
    audience: Audience
    receiver: Receiver | None
    words: Words
    everybody: int | None
    cells: tuple[FrozenCell, ...]
    population: str
    rule: str
    policy_digest: str
    epsilon: Decimal | None = None

    @property
    def withheld(self) -> int:
        """How many cells are not shown."""
        return sum(cell.people is None for cell in self.cells)


def check_words(title: str, note: str, purpose: str) -> Words:
    """The proposer's words, trimmed.

    Raises
    ------
    BadInput
        When one says too little, or does not fit on the figure.
    """
    words = Words(" ".join(title.split()), " ".join(note.split()), " ".join(purpose.split()))
    if not _SHORTEST_TITLE <= len(words.title) <= _LONGEST_TITLE:
        raise BadInput(
            f"A title has {_SHORTEST_TITLE} to {_LONGEST_TITLE} characters: say what the figure "
            "shows, for somebody who knows nothing of the study."
        )
    if len(words.note) > _LONGEST_NOTE:
        raise BadInput(f"A note under the figure has at most {_LONGEST_NOTE} characters.")
    if len(words.purpose) < _SHORTEST_PURPOSE:
        raise BadInput("Say in a sentence what it is published for; the approvers read it.")
    return words


def check_receiver(audience: Audience, receiver: object | None) -> None:
    """See that a third party is named, and that a publication for everybody names none.

    Raises
    ------
    BadInput
        Otherwise.
    """
    if (audience is Audience.THIRD_PARTY) != (receiver is not None):
        raise BadInput(
            "An aggregate for a third party names its recipient and their agreement; one for "
            "everybody names none."
        )


def check_enough(people: int) -> None:
    """See that enough people may be counted to say how many.

    Raises
    ------
    Refused
        When they are fewer than the threshold.
    """
    if people < THRESHOLD:
        raise Refused(
            f"Fewer than {THRESHOLD} people of the study may be counted outside.",
            rule="publication.enough-people",
            remedy="Wait for more people, or settle what the policy holds.",
        )


def check_something_shown(cells: Sequence[FrozenCell]) -> None:
    """See that there is something to publish.

    Raises
    ------
    Refused
        When every cell would be withheld.
    """
    if all(cell.people is None for cell in cells):
        raise Refused(
            "Every count of it would be withheld: too few people may be counted outside, or "
            "leads know counts so close to them that the difference would tell of a few.",
            rule="publication.something-shown",
            remedy="Propose a breakdown with larger groups, or wait for more people.",
        )


def content_digest(frozen: Frozen, files: Mapping[str, bytes]) -> bytes:
    """SHA-256 over everything that is approved, the bytes of each file included."""
    receiver: Json = None
    if frozen.receiver is not None:
        receiver = {
            "recipient": str(frozen.receiver.recipient_id),
            "kind": frozen.receiver.kind.value,
            "name": frozen.receiver.name,
            "organisation": frozen.receiver.organisation,
            "agreement": str(frozen.receiver.agreement_id),
            "version": frozen.receiver.agreement_version,
            "text": frozen.receiver.agreement_digest.hex(),
        }
    return digest(
        {
            "number": frozen.number,
            "study": str(frozen.study_id),
            "snapshot": str(frozen.snapshot_id),
            "week": frozen.week.isoformat(),
            "known_by": frozen.known_by.isoformat(),
            "breakdown": frozen.breakdown,
            "audience": frozen.audience.value,
            "recipient": receiver,
            "title": frozen.words.title,
            "note": frozen.words.note,
            "purpose": frozen.words.purpose,
            "everybody": frozen.everybody,
            "cells": [[cell.category, cell.label, cell.people, cell.why] for cell in frozen.cells],
            "population": frozen.population,
            "rule": frozen.rule,
            "policy": frozen.policy_digest,
            "epsilon": None if frozen.epsilon is None else said(frozen.epsilon),
            "files": {name: hashlib.sha256(held).hexdigest() for name, held in files.items()},
        }
    )


def numbers_csv(frozen: Frozen) -> bytes:
    """``numbers.csv``: one row a cell, every one quoted and none of them a formula."""
    written = io.StringIO(newline="")
    rows = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    counted = "distinct participants" + ("" if frozen.epsilon is None else ", with noise")
    rows.writerow(("category", counted, "not shown because"))
    if frozen.everybody is not None:
        rows.writerow(("everybody counted", str(frozen.everybody), ""))
    rows.writerows(
        (formula_safe(cell.label), _said(cell.people), cell.why or "") for cell in frozen.cells
    )
    return written.getvalue().encode()


def methods_note(frozen: Frozen) -> bytes:
    """``METHODS.txt``: how the numbers were made, for whoever reads them."""
    several = (
        "One participant can be in several categories or in none, so the counts need not add up to "
        "that."
        if frozen.several
        else "Each participant is in one category, by their latest interview."
    )
    people = (
        ""
        if frozen.everybody is None
        else f"{frozen.everybody:,} distinct participants are counted. "
    )
    paragraphs = [
        frozen.words.title,
        *([frozen.words.note] if frozen.words.note else []),
        f"Study: {frozen.study_title}. Question: {frozen.question}",
        f"What is counted. People, not interviews: distinct participants whose interviews began "
        f"before {_day(frozen.week)}, all of whose interviews the policy in force lets be counted "
        f"outside (rule {frozen.rule}). Whoever has an interview that was not completed, was "
        f"withdrawn, or is held back for another reason is not counted. {people}{several}",
        *(_exact(frozen) if frozen.epsilon is None else _with_noise(frozen, frozen.epsilon)),
        f"Frozen. Snapshot of {_day(frozen.week)}, counted on {_day(frozen.counted_at.date())} and "
        "not changed since.",
    ]
    return ("\n\n".join(paragraphs) + "\n").encode()


def _exact(frozen: Frozen) -> tuple[str, str]:
    return (
        f"What is withheld. No count of fewer than {THRESHOLD} people is shown, zero included, nor "
        "any count that would let one be worked out from the others, from a total, or from "
        "anything that was shown of this study before. Which cells to withhold is chosen so that "
        "the least is lost, and what was chosen is attacked by linear programming: for every small "
        f"count, nobody and {THRESHOLD} people both remain possible. A withheld cell is no zero. "
        f"Withheld here: {frozen.withheld} of {len(frozen.cells)} counts.",
        "Rounding. None: the counts that are shown are exact.",
    )


def _with_noise(frozen: Frozen, epsilon: Decimal) -> tuple[str, str]:
    return (
        f"Noise. Every count has noise of its own, drawn once from the discrete Laplace "
        f"distribution with the scale {scale_of(epsilon):g} by OpenDP. The publication is "
        f"differentially private with epsilon = {said(epsilon)} for each participant of this "
        f"study: each is in one category, so one more or less changes one count by one. A count "
        f"lies within {within(epsilon)} of the true one 19 times out of 20. All publications with "
        f"noise of this study may spend an epsilon of {said(BUDGET)} together. How many are "
        "counted is not told.",
        f"What is withheld. A count that is under {THRESHOLD} with its noise. A withheld cell is "
        f"no zero. Withheld here: {frozen.withheld} of {len(frozen.cells)} counts. Counts do not "
        "add up, and are not rounded.",
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _said(people: int | None) -> str:
    return "" if people is None else str(people)
