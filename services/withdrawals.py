"""Withdrawals that reach us by hand: recorded with evidence, in force at once, audited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from data_access import releases, withdrawals
from data_access.releases import TouchedShare as TouchedShare
from data_access.withdrawals import MeantSession as MeantSession
from domain.errors import BadInput
from domain.evidence import check_evidence
from domain.permissions import Act, Actor, check
from domain.vocabulary import ConsentChoice, ConsentScope
from services.acts import act, reading
from services.installation import Installation

#: Sessions of one withdrawal; one participant rarely has more than a few.
MOST_AT_ONCE = 100


def withdraw(
    installation: Installation,
    actor: Actor,
    *,
    numbers: Sequence[int],
    scopes: Sequence[ConsentScope],
    at: datetime,
    evidence: str,
    reason: str,
) -> int:
    """Record that participants took choices back; how many choices now stand withdrawn.

    Parameters
    ----------
    numbers, scopes
        Which sessions, by the number on their page, and which choices in each of them.
    at
        When the participant said so.
    evidence
        A reference to where that is kept, such as a ticket's number; no address or name.
    reason
        Why it is recorded by hand.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    BadInput
        When a session is unknown, a later choice is on record, nothing would change, the
        instant lies ahead, or evidence or reason say too little or name somebody.
    """
    wanted = sorted(set(numbers))
    with act(installation, actor, "consent.withdraw", "session") as done:
        check(actor, Act.RECORD_WITHDRAWAL)
        check_evidence(evidence, reason)
        if not wanted or not scopes or len(wanted) > MOST_AT_ONCE:
            raise BadInput(f"Name 1 to {MOST_AT_ONCE} sessions and at least one choice.")
        if at.utcoffset() is None or at > installation.now():
            raise BadInput("A withdrawal is recorded once it was made: choose a past instant.")
        held = withdrawals.choices_of(done.connection, wanted)
        unknown = set(wanted) - {each.number for each in held}
        if unknown:
            listed = ", ".join(map(str, sorted(unknown)))
            raise BadInput(f"There is no session {listed}. Nothing was recorded; check the number.")
        meant = [
            each
            for each in held
            if each.scope in scopes and each.choice is not ConsentChoice.WITHDRAWN
        ]
        later = next((each for each in meant if each.at is not None and each.at > at), None)
        if later is not None:
            raise BadInput(
                f"A later choice is on record for session {later.number}, so this withdrawal "
                "would not hold. Check its date against the consent history."
            )
        if not meant:
            raise BadInput("Nothing would change: those choices are withdrawn already.")
        withdrawals.take_back(done.connection, meant, at, actor.staff_id)
        studies = {each.study_id for each in meant}
        done.study_id = studies.pop() if len(studies) == 1 else None
        done.object_id = ",".join(map(str, wanted))
        done.purpose = reason.strip()
        done.detail.update(
            evidence=evidence.strip(),
            at=at.isoformat(),
            choices=[f"{each.number}:{each.scope.value}" for each in meant],
        )
    return len(meant)


def forbid_use(
    installation: Installation,
    actor: Actor,
    *,
    numbers: Sequence[int],
    at: datetime,
    evidence: str,
    reason: str,
    whole_person: bool = False,
) -> list[int]:
    """Record that nothing more may be done with sessions (R09); the numbers that stand so now.

    It holds from the commit on. A participant who changes their mind says so, and that is recorded
    as one event more; see :func:`allow_use_again`.

    Parameters
    ----------
    whole_person
        Also every other session of the participants whose sessions are named.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    BadInput
        When a session is unknown, nothing would change, the instant lies ahead, or evidence or
        reason say too little or name somebody.
    """
    wanted = sorted(set(numbers))
    with act(installation, actor, "consent.no-further-use", "session") as done:
        check(actor, Act.RECORD_WITHDRAWAL)
        check_evidence(evidence, reason)
        if at.utcoffset() is None or at > installation.now():
            raise BadInput("A withdrawal is recorded once it was made: choose a past instant.")
        meant = sessions_meant(done.connection, wanted, whole_person=whole_person)
        open_ = [each for each in meant if each.withdrawn_at is None and each.erased_at is None]
        if not open_:
            raise BadInput("Nothing would change: those sessions may not be used already.")
        withdrawals.forbid(done.connection, [each.session_id for each in open_], at)
        studies = {each.study_id for each in open_}
        done.study_id = studies.pop() if len(studies) == 1 else None
        stopped = [each.number for each in open_]
        done.object_id = ",".join(map(str, stopped))
        done.purpose = reason.strip()
        done.detail.update(
            evidence=evidence.strip(), at=at.isoformat(), whole_person=whole_person, rule="R09"
        )
    return stopped


def allow_use_again(
    installation: Installation,
    actor: Actor,
    *,
    numbers: Sequence[int],
    at: datetime,
    evidence: str,
    reason: str,
) -> list[int]:
    """Record that participants who had allowed no further use allow it again; the numbers.

    As a choice that is granted after it was withdrawn, it is one event more, and what was said
    before stays on record. Each session is named: nobody's others follow by themselves. The single
    choices stand as they stood.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    BadInput
        When a session is unknown or erased, was never forbidden, or was so after that instant;
        when the instant lies ahead, or evidence or reason say too little or name somebody.
    """
    wanted = sorted(set(numbers))
    with act(installation, actor, "consent.further-use-again", "session") as done:
        check(actor, Act.RECORD_WITHDRAWAL)
        check_evidence(evidence, reason)
        if at.utcoffset() is None or at > installation.now():
            raise BadInput("What a participant said is recorded afterwards: choose a past instant.")
        meant = sessions_meant(done.connection, wanted, whole_person=False)
        for each in meant:
            if each.erased_at is not None:
                raise BadInput(f"Session {each.number} is erased: nothing is left to be used.")
            if each.withdrawn_at is None:
                raise BadInput(f"Session {each.number} was not withdrawn from further use.")
            if each.withdrawn_at >= at:
                raise BadInput(
                    f"Session {each.number} was withdrawn from further use after that. What was "
                    "said last holds: check the date."
                )
        changed = withdrawals.allow_again(done.connection, [each.session_id for each in meant], at)
        if changed != len(meant):
            raise BadInput("Somebody else changed one of them meanwhile. Look again.")
        studies = {each.study_id for each in meant}
        done.study_id = studies.pop() if len(studies) == 1 else None
        done.object_id = ",".join(map(str, wanted))
        done.purpose = reason.strip()
        done.detail.update(evidence=evidence.strip(), at=at.isoformat(), rule="R09")
    return wanted


def sessions_meant(
    connection: Connection, numbers: Sequence[int], *, whole_person: bool
) -> list[MeantSession]:
    """The sessions of those numbers, and of the same people when wanted.

    Raises
    ------
    BadInput
        When none or too many are named, or one is unknown.
    """
    wanted = sorted(set(numbers))
    if not wanted or len(wanted) > MOST_AT_ONCE:
        raise BadInput(f"Name 1 to {MOST_AT_ONCE} sessions.")
    meant = withdrawals.meant(connection, wanted, whole_person)
    unknown = set(wanted) - {each.number for each in meant}
    if unknown:
        listed = ", ".join(map(str, sorted(unknown)))
        raise BadInput(f"There is no session {listed}. Nothing was recorded; check the number.")
    return meant


def touched(
    installation: Installation, actor: Actor, numbers: Sequence[int]
) -> list[tuple[int, TouchedShare]]:
    """Every share request that holds one of these sessions, with the session's number.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    """
    with reading(
        installation, actor, Act.RECORD_WITHDRAWAL, "consent.touched", "share"
    ) as connection:
        known = {
            each.session_id: each.number
            for each in withdrawals.choices_of(connection, sorted(set(numbers)))
        }
        found = releases.touched(connection, list(known))
    return [(known[each.session_id], each) for each in found]
