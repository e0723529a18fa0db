"""Making sessions: each from the seed, the study and its own index, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from demonstration.cast import Cast
from demonstration.choices import choice_events
from demonstration.conversation import Interview
from demonstration.dice import Dice
from demonstration.people import Person, person_of
from demonstration.quotas import Quota, quota
from demonstration.records import Account, DemonstrationSession, FullFormRecord
from demonstration.short import hold_short
from demonstration.speech import Speech
from demonstration.studies import DemonstrationStudy
from demonstration.timing import ended_at
from demonstration.wording_files import World, wording
from domain.vocabulary import SessionStatus

_SUBJECTS = ("work", "making", "science")


class Size(StrEnum):
    """How long the interviews are."""

    #: Whole interviews, for people to read.
    FULL = "full"
    #: A few short turns, for benchmarks that count sessions.
    SHORT = "short"


def generate_sessions(
    seed: int,
    study: DemonstrationStudy,
    count: int,
    *,
    size: Size = Size.FULL,
    first: int = 0,
) -> Iterator[DemonstrationSession]:
    """Make the sessions ``first`` up to, not including, ``first + count``, one by one.

    A session depends on the seed, the study, the size and its index alone, so ranges can
    be made in other processes and put together.

    Raises
    ------
    ValueError
        When ``count`` or ``first`` is negative.
    """
    if count < 0 or first < 0:
        raise ValueError("A number of sessions and a first index cannot be negative.")
    return (_session(seed, study, index, size) for index in range(first, first + count))


def _session(seed: int, study: DemonstrationStudy, index: int, size: Size) -> DemonstrationSession:
    this = quota(study, index)
    person = person_of(seed, this.person, this.language)
    dice = Dice(seed, study.slug, index)
    ended = _ended_at(seed, study, this, person, dice)
    speech = Speech(_cast(seed, study, this, person, dice), dice)
    if size is Size.SHORT:
        questions_asked = hold_short(study, this, speech)
    else:
        interview = Interview(study, this, speech, dice)
        interview.hold()
        questions_asked = interview.questions_asked
    started = ended - timedelta(seconds=30 + int(len(speech.turns) * dice.between(35, 110)))
    completed = ended if this.status is SessionStatus.COMPLETED else None
    record = FullFormRecord(
        transcript_id=f"{study.slug}-{index:07}",
        turns=tuple(speech.turns),
        started_at=started,
        completed_at=completed,
        status=this.status,
        language=this.language,
        plan=person.plan,
        memory_on=dice.chance(0.4),
        participant_ref=person.participant_ref,
        flag=this.flag,
        questions_asked=questions_asked,
    )
    return DemonstrationSession(
        record=record,
        account=_account(seed, person),
        choices=choice_events(this, dice, started, ended),
        planted=tuple(speech.planted),
    )


def _cast(seed: int, study: DemonstrationStudy, this: Quota, person: Person, dice: Dice) -> Cast:
    """The participant in the world they speak of: their work, or what they make beside it."""
    world = _world(study.subject, this, person)
    if not this.returning or study.subject != "making":
        return Cast(seed, person, world, None, dice)
    day_world = _world("work", this, person)
    return Cast(seed, person, world, None if day_world is world else day_world, dice)


def _world(subject: str, this: Quota, person: Person) -> World:
    # Whoever comes back to the study of scientists is one, in the study of work too.
    is_scientist = this.person.startswith(("all/", "last-two/"))
    asked = "science" if subject == "work" and is_scientist else subject
    worlds = wording(person.language).worlds_of(asked)
    return worlds[int(person.inclinations[_SUBJECTS.index(asked)] * len(worlds))]


def _ended_at(
    seed: int, study: DemonstrationStudy, this: Quota, person: Person, dice: Dice
) -> datetime:
    """When the session ended: the first thing that its own dice decide."""
    if this.returns_after is None:
        return ended_at(study, this, dice, person.utc_offset)
    earlier = quota(study, this.returns_after)
    its_dice = Dice(seed, study.slug, this.returns_after)
    broken_off = ended_at(study, earlier, its_dice, person.utc_offset)
    return broken_off + timedelta(minutes=75 + dice.below(60 * 30))


def _account(seed: int, person: Person) -> Account | None:
    if not person.has_account:
        return None
    account_id = f"acct-{sha256(f'account/{seed}/{person.key}'.encode()).hexdigest()[:20]}"
    return Account(person.full_name, person.email, account_id, person.plan, person.country)
