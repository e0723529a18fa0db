"""Letters to participants: what was proposed, who may get one, and how each delivery ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, case, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not
from sqlalchemy.orm import aliased

from data_access.tables import LetterDelivery, ParticipantLetter, Staff, Study
from domain.letters import TOLD_BEFORE, DeliveryState, LetterState, LetterStep, LetterText
from domain.letters import TheirSession as TheirSession
from domain.policy.standing_codes import facts_with

_OPEN = (DeliveryState.WAITING.value, DeliveryState.SENDING.value)


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One letter, and who proposed and decided on it."""

    id: UUID
    number: int
    study_id: UUID
    study_slug: str
    study_title: str
    letter: LetterText
    digest: str
    state: LetterState
    proposed_by: UUID
    proposer: str
    proposed_at: datetime
    decider: str | None
    decided_at: datetime | None
    listed_at: datetime | None
    not_before: datetime | None
    problem: str | None
    finished_at: datetime | None
    counts: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class DeliveryCount:
    """How many participants' letters stand so, for which reason."""

    state: DeliveryState
    why: str | None
    letters: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """One participant's letter that a worker has taken on."""

    letter_id: UUID
    participant_id: UUID
    attempts: int


def propose(
    connection: Connection, study_id: UUID, letter: LetterText, digest: str, by: UUID, now: datetime
) -> tuple[UUID, int]:
    """Keep a letter that waits for a second administrator; its id and number."""
    row = connection.execute(
        insert(ParticipantLetter)
        .values(
            study_id=study_id,
            subject=letter.subject,
            body=letter.text,
            link=letter.link,
            finding=letter.finding,
            digest=digest,
            proposed_by=by,
            proposed_at=now,
        )
        .returning(ParticipantLetter.id, ParticipantLetter.number)
    ).one()
    return row.id, row.number


def step(
    connection: Connection, letter_id: UUID, step: LetterStep, shown: str | None, now: datetime
) -> bool:
    """Take a step in the actor's name; False when it leads nowhere from where the letter stands.

    The database tells who proposed it from others.
    """
    return bool(
        connection.execute(
            text("SELECT step_letter(:letter, :step, :shown, :now)"),
            {"letter": letter_id, "step": step.value, "shown": shown, "now": now},
        ).scalar_one()
    )


def newest(connection: Connection, at_most: int) -> list[LetterRow]:
    """What waits or goes out, then what is over; the newest first in each."""
    over = ParticipantLetter.finished_at.is_not(None)
    wanted = _selected().order_by(over, ParticipantLetter.proposed_at.desc()).limit(at_most)
    return [_row(row) for row in connection.execute(wanted)]


def find(connection: Connection, number: int) -> LetterRow | None:
    """One letter by its number."""
    row = connection.execute(_selected().where(ParticipantLetter.number == number)).first()
    return None if row is None else _row(row)


def told_already(connection: Connection, study_id: UUID, finding: bytes) -> int | None:
    """The number of the letter that tells a study's participants of that finding, if any."""
    return connection.execute(
        select(ParticipantLetter.number).where(
            ParticipantLetter.study_id == study_id,
            ParticipantLetter.finding == finding,
            ParticipantLetter.state.not_in(("rejected", "withdrawn")),
        )
    ).scalar_one_or_none()


def counts(connection: Connection, letter_id: UUID) -> list[DeliveryCount]:
    """How many participants' letters stand how."""
    rows = connection.execute(text("SELECT * FROM letter_counts(:letter)"), {"letter": letter_id})
    return [DeliveryCount(DeliveryState(row.state), row.why, row.letters) for row in rows]


def to_work_on(connection: Connection, now: datetime) -> LetterRow | None:
    """The letter confirmed first of those that go out now."""
    row = connection.execute(
        _selected()
        .where(ParticipantLetter.state == "sending", ParticipantLetter.not_before <= now)
        .order_by(ParticipantLetter.not_before, ParticipantLetter.number)
        .limit(1)
    ).first()
    return None if row is None else _row(row)


def hold_to_list(connection: Connection, letter_id: UUID) -> tuple[bool, UUID | None]:
    """Hold a letter while its participants are listed: whether there is more, and from where.

    Two workers take turns, so that each goes on where the other got to.
    """
    row = connection.execute(
        select(ParticipantLetter.listed_at, ParticipantLetter.listed_up_to)
        .where(ParticipantLetter.id == letter_id, ParticipantLetter.state == "sending")
        .with_for_update()
    ).first()
    return (row is not None and row.listed_at is None), None if row is None else row.listed_up_to


def participants_after(
    connection: Connection, study_id: UUID, after: UUID | None, at_most: int
) -> list[tuple[UUID, list[TheirSession]]]:
    """Participants in the order of their ids, with all their sessions; for the mailer alone."""
    rows = connection.execute(
        text("SELECT * FROM participants_after(:study, :after, :at_most)"),
        {"study": study_id, "after": after, "at_most": at_most},
    )
    return [(row.participant_id, _sessions(row)) for row in rows]


def participant_now(
    connection: Connection, study_id: UUID, participant_id: UUID
) -> list[TheirSession]:
    """One participant's sessions, held still until the transaction ends; for the mailer alone."""
    row = connection.execute(
        text("SELECT * FROM participant_now(:study, :participant)"),
        {"study": study_id, "participant": participant_id},
    ).one()
    return _sessions(row)


def add_deliveries(
    connection: Connection,
    letter: LetterRow,
    people: Sequence[tuple[UUID, str | None]],
    now: datetime,
) -> None:
    """List participants: to be written to, or withheld by the rule beside them.

    Who was told of the finding by a letter to another study, or is being told, is withheld.
    """
    told = set(
        connection.execute(
            select(LetterDelivery.participant_id).where(
                LetterDelivery.participant_id.in_([participant for participant, _ in people]),
                LetterDelivery.finding == letter.letter.finding,
                LetterDelivery.state != DeliveryState.WITHHELD.value,
            )
        ).scalars()
    )
    rows = []
    for participant, rule in people:
        why = rule or (TOLD_BEFORE if participant in told else None)
        state = DeliveryState.WAITING if why is None else DeliveryState.WITHHELD
        rows.append(
            {
                "letter_id": letter.id,
                "participant_id": participant,
                "finding": letter.letter.finding,
                "state": state.value,
                "why": why,
                "not_before": now,
                "finished_at": None if why is None else now,
            }
        )
    if rows:
        connection.execute(insert_or_not(LetterDelivery).on_conflict_do_nothing(), rows)


def note_listed(
    connection: Connection, letter_id: UUID, up_to: UUID | None, whole_at: datetime | None
) -> None:
    """Keep how far the participants were gone through, and when all were."""
    values: dict[str, Any] = {"listed_at": whole_at}
    if up_to is not None:
        values["listed_up_to"] = up_to
    connection.execute(
        update(ParticipantLetter).where(ParticipantLetter.id == letter_id).values(values)
    )


def claim(
    connection: Connection, letter_id: UUID, now: datetime, lease: timedelta
) -> Claimed | None:
    """Take on the delivery that waited longest; two workers never get the same one."""
    # A letter that is just being stopped is waited for, and then nothing more of it is taken on.
    going = connection.execute(
        select(ParticipantLetter.id)
        .where(ParticipantLetter.id == letter_id, ParticipantLetter.state == "sending")
        .with_for_update(read=True)
    ).first()
    if going is None:
        return None
    wanted = (
        select(LetterDelivery.participant_id)
        .where(
            LetterDelivery.letter_id == letter_id,
            LetterDelivery.state == "waiting",
            LetterDelivery.not_before <= now,
        )
        .order_by(LetterDelivery.not_before)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = connection.execute(
        update(LetterDelivery)
        .where(LetterDelivery.letter_id == letter_id, LetterDelivery.participant_id == wanted)
        .values(state="sending", lease_until=now + lease, attempts=LetterDelivery.attempts + 1)
        .returning(LetterDelivery.letter_id, LetterDelivery.participant_id, LetterDelivery.attempts)
    ).first()
    return None if row is None else Claimed(*row)


def settle(
    connection: Connection,
    claimed: Claimed,
    state: DeliveryState,
    why: str | None,
    now: datetime,
    *,
    not_before: datetime | None = None,
    counted: bool = True,
) -> None:
    """Keep how an attempt ended; not ``counted`` when it was no fault of the letter's."""
    over = state.value not in _OPEN
    connection.execute(
        update(LetterDelivery)
        .where(
            LetterDelivery.letter_id == claimed.letter_id,
            LetterDelivery.participant_id == claimed.participant_id,
            LetterDelivery.state == "sending",
        )
        .values(
            state=state.value,
            why=why,
            attempts=claimed.attempts if counted else claimed.attempts - 1,
            lease_until=None,
            not_before=not_before or now,
            finished_at=now if over else None,
        )
    )


def give_up_on_cut_off(connection: Connection, letter_id: UUID, now: datetime) -> int:
    """Close deliveries whose sender fell silent: they may have gone, so none is sent again."""
    return connection.execute(
        update(LetterDelivery)
        .where(
            LetterDelivery.letter_id == letter_id,
            LetterDelivery.state == "sending",
            LetterDelivery.lease_until < now,
        )
        .values(state="unsure", why="The sender was cut off.", finished_at=now)
    ).rowcount


def put_off(connection: Connection, letter_id: UUID, until: datetime, problem: str | None) -> None:
    """Let a whole letter rest: the mail server does not answer, or nothing of it is due yet."""
    connection.execute(
        update(ParticipantLetter)
        .where(ParticipantLetter.id == letter_id, ParticipantLetter.state == "sending")
        .values(not_before=until, problem=problem)
    )


def next_due(connection: Connection, letter_id: UUID) -> datetime | None:
    """When the next of its deliveries is due or its sender's lease ends; None when all ended."""
    due: datetime | None = connection.execute(
        select(
            func.min(
                case(
                    (LetterDelivery.state == "sending", LetterDelivery.lease_until),
                    else_=LetterDelivery.not_before,
                )
            )
        ).where(LetterDelivery.letter_id == letter_id, LetterDelivery.state.in_(_OPEN))
    ).scalar_one()
    return due


def finish(connection: Connection, letter_id: UUID, held: Mapping[str, int], now: datetime) -> bool:
    """Close a letter of which every delivery ended; False when it is over already."""
    return (
        connection.execute(
            update(ParticipantLetter)
            .where(ParticipantLetter.id == letter_id, ParticipantLetter.state == "sending")
            .values(state="done", finished_at=now, problem=None, counts=dict(held))
        ).rowcount
        == 1
    )


def _sessions(row: Row[Any]) -> list[TheirSession]:
    standing: Iterable[tuple[bool, int, datetime | None]] = zip(
        row.in_study or (), row.standings or (), row.completed or (), strict=True
    )
    return [
        TheirSession(facts_with(code, completed), in_study)
        for in_study, code, completed in standing
    ]


def _selected() -> Select[Any]:
    decider = aliased(Staff)
    return (
        select(
            *ParticipantLetter.__table__.columns,
            Study.slug.label("slug"),
            Study.title.label("title"),
            Staff.display_name.label("proposer"),
            decider.display_name.label("decider"),
        )
        .join(Study, Study.id == ParticipantLetter.study_id)
        .join(Staff, Staff.id == ParticipantLetter.proposed_by)
        .outerjoin(decider, decider.id == ParticipantLetter.decided_by)
    )


def _row(row: Row[Any]) -> LetterRow:
    held = row._mapping
    return LetterRow(
        held["id"],
        held["number"],
        held["study_id"],
        row.slug,
        row.title,
        LetterText(held["subject"], held["body"], held["link"]),
        held["digest"],
        LetterState(held["state"]),
        held["proposed_by"],
        row.proposer,
        held["proposed_at"],
        row.decider,
        held["decided_at"],
        held["listed_at"],
        held["not_before"],
        held["problem"],
        held["finished_at"],
        held["counts"],
    )
