"""Sending confirmed letters to participants, by the mailer: each at most once, and in pieces.

The letter's deliveries are the queue: who is killed in the middle leaves the rest waiting for the
next worker. A delivery is marked, audited and committed before the mail server hears of it; when
the process dies in between, it is closed as unsure and never sent again.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import uuid5

from data_access import letters
from data_access.letters import Claimed, LetterRow
from domain.errors import ClearanceError
from domain.letters import (
    MAILER,
    NO_ADDRESS,
    DeliveryState,
    can_be_written_to,
    letter_words,
    may_be_told,
)
from domain.permissions import Actor
from services import policy
from services.accounts import address_of
from services.acts import act
from services.installation import Installation
from services.letters import contact
from services.mail import BACK_OFF
from services.smtp import Handed, Result, hand_over

SERVICE = MAILER
#: Participants listed in one transaction.
BATCH = 500
#: How long one round of a worker goes on, so that others' work is not kept waiting.
ROUND = timedelta(seconds=2)
LEASE = timedelta(minutes=5)
#: How long a letter rests when nothing of it is due, and at most until it is looked at again.
PAUSE = timedelta(seconds=5)
#: How long a letter rests while the mail server itself does not answer.
REST = timedelta(minutes=1)


def work_one(installation: Installation, service: Actor) -> bool:
    """Go on with the letter confirmed first, for a moment; False when none is to be sent now.

    First the participants are gone through: whom the policy lets be told, each with all their
    sessions. Then each of those is asked about anew and written to.
    """
    if installation.settings.smtp_host is None or not installation.settings.participant_contact:
        return False
    with installation.database.transaction(service.staff_id) as connection:
        row = letters.to_work_on(connection, installation.now())
        if row is not None:
            letters.give_up_on_cut_off(connection, row.id, installation.now())
    if row is None:
        return False
    until = time.monotonic() + ROUND.total_seconds()
    if row.listed_at is None:
        while _list_some(installation, service, row):
            if time.monotonic() >= until:
                return True
    while time.monotonic() < until:
        claimed = _claim(installation, service, row)
        if claimed is None:
            _rest_or_finish(installation, service, row)
            return True
        if not _send(installation, service, row, claimed):
            return True
    return True


def message(installation: Installation, row: LetterRow, claimed: Claimed, to: str) -> EmailMessage:
    """A participant's letter: the words that everybody gets, and no name."""
    settings = installation.settings
    answers_at = contact(installation)
    made = EmailMessage()
    made["From"] = settings.smtp_sender or ""
    made["To"] = to
    made["Reply-To"] = answers_at
    made["Subject"] = row.letter.subject
    made["Date"] = format_datetime(row.decided_at or installation.now())
    # The same at every attempt, so that a server that got it twice can tell; it gives nobody away.
    domain = (settings.smtp_sender or "").rpartition("@")[2].rstrip(">") or "clearance"
    made["Message-ID"] = f"<{uuid5(claimed.letter_id, str(claimed.participant_id))}@{domain}>"
    made["List-Unsubscribe"] = f"<mailto:{answers_at}?subject=No%20more%20letters>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter_words(row.letter, row.study_title, answers_at))
    return made


def _list_some(installation: Installation, service: Actor, row: LetterRow) -> bool:
    """Go through some more participants; whether there are more."""
    now = installation.now()
    with installation.database.transaction(service.staff_id) as connection:
        more, after = letters.hold_to_list(connection, row.id)
        if not more:
            return False
        table = policy.in_force(connection)
        found = letters.participants_after(connection, row.study_id, after, BATCH)
        people = []
        for participant, theirs in found:
            if not any(each.in_study for each in theirs):
                continue
            answer = may_be_told(theirs, now=now, table=table)
            people.append((participant, None if answer.allowed else answer.rule))
        letters.add_deliveries(connection, row, people, now)
        last = found[-1][0] if found else None
        letters.note_listed(connection, row.id, last, None if found else now)
    return bool(found)


def _claim(installation: Installation, service: Actor, row: LetterRow) -> Claimed | None:
    """Take on one delivery that the policy still allows; audited before anything is sent."""
    while True:
        now = installation.now()
        with act(
            installation,
            service,
            "letter.send",
            "letter",
            object_id=str(row.number),
            study_id=row.study_id,
        ) as done:
            claimed = letters.claim(done.connection, row.id, now, LEASE)
            if claimed is None:
                done.changed_nothing = True
                return None
            theirs = letters.participant_now(done.connection, row.study_id, claimed.participant_id)
            table = policy.in_force(done.connection)
            answer = may_be_told(theirs, now=now, table=table)
            done.detail.update(rule=answer.rule, policy=answer.policy_digest, digest=row.digest)
            if answer.allowed:
                return claimed
            letters.settle(
                done.connection, claimed, DeliveryState.WITHHELD, answer.rule, now, counted=False
            )
            done.detail.update(withheld=True)


def _send(installation: Installation, service: Actor, row: LetterRow, claimed: Claimed) -> bool:
    """Write to one participant; False when the mail server itself is in trouble."""
    try:
        to = address_of(installation, service, claimed.participant_id)
    except ClearanceError:
        # The keys do not fit: ours to mend, and no fault of this letter.
        return _put_off(installation, service, row, claimed, "identity keys")
    if not to:
        _settle(installation, service, claimed, DeliveryState.WITHHELD, NO_ADDRESS)
        return True
    if not can_be_written_to(to):
        _settle(installation, service, claimed, DeliveryState.FAILED, "the address is none")
        return True
    result = hand_over(installation.settings, message(installation, row, claimed, to))
    if result.handed is Handed.SENT:
        _settle(installation, service, claimed, DeliveryState.SENT, None)
    elif result.handed is Handed.NEVER:
        _settle(installation, service, claimed, DeliveryState.FAILED, result.problem)
    elif result.handed is Handed.UNSURE:
        _settle(installation, service, claimed, DeliveryState.UNSURE, result.problem)
    elif _is_about_this_letter(result):
        again = None if claimed.attempts > len(BACK_OFF) else BACK_OFF[claimed.attempts - 1]
        _settle(
            installation,
            service,
            claimed,
            DeliveryState.FAILED if again is None else DeliveryState.WAITING,
            result.problem,
            again,
        )
    else:
        return _put_off(installation, service, row, claimed, result.problem)
    return True


def _is_about_this_letter(result: Result) -> bool:
    """Whether the server answered about the recipient; else it is down, or refuses us all."""
    return (result.problem or "").startswith("reply ")


def _settle(
    installation: Installation,
    service: Actor,
    claimed: Claimed,
    state: DeliveryState,
    why: str | None,
    again: timedelta | None = None,
) -> None:
    now = installation.now()
    with installation.database.transaction(service.staff_id) as connection:
        letters.settle(
            connection, claimed, state, why, now, not_before=None if again is None else now + again
        )


def _put_off(
    installation: Installation,
    service: Actor,
    row: LetterRow,
    claimed: Claimed,
    problem: str | None,
) -> bool:
    """Give the delivery back and let the whole letter rest; always False."""
    now = installation.now()
    with installation.database.transaction(service.staff_id) as connection:
        letters.settle(connection, claimed, DeliveryState.WAITING, None, now, counted=False)
        letters.put_off(connection, row.id, now + REST, problem)
    return False


def _rest_or_finish(installation: Installation, service: Actor, row: LetterRow) -> None:
    """Close the letter when every delivery ended, or let it rest until the next is due."""
    now = installation.now()
    with act(
        installation,
        service,
        "letter.done",
        "letter",
        object_id=str(row.number),
        study_id=row.study_id,
    ) as done:
        due: datetime | None = letters.next_due(done.connection, row.id)
        if due is not None:
            # Another worker may be sending the last of them: its lease is not waited for.
            letters.put_off(done.connection, row.id, min(max(due, now), now + PAUSE), None)
            done.changed_nothing = True
            return
        held: dict[str, int] = {}
        for each in letters.counts(done.connection, row.id):
            name = each.state.value if each.why is None else f"{each.state.value}: {each.why}"
            held[name] = held.get(name, 0) + each.letters
        done.changed_nothing = not letters.finish(done.connection, row.id, held, now)
        done.detail.update(counts=held)
