"""Listing sessions, one page at a time, and reading one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    func,
    literal,
    select,
    text,
    true,
    tuple_,
    union_all,
)

from data_access.session_walks import found_by
from data_access.standings import Ways
from data_access.tables import (
    ConsentEvent,
    InterviewSession,
    Participant,
    SessionSearch,
    Study,
    TurnRow,
)
from domain.page_cursor import Direction, Sort
from domain.session_filters import SessionFilter
from domain.transcripts import Speaker, Turn
from domain.vocabulary import (
    ConsentChoice,
    ConsentScope,
    Coverage,
    FlagState,
    Plan,
    PolicyVersion,
    ReviewState,
    SessionStatus,
)

#: A search that matches no more sessions than this is answered from the text index; one
#: that matches more is answered by walking the list's own order.
_RARE = 2_000


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session without its words."""

    id: UUID
    number: int
    study_id: UUID
    study_slug: str
    study_title: str
    pseudonym: str
    participant_id: UUID
    started_at: datetime | None
    completed_at: datetime | None
    completion_is_stated: bool
    sorted_at: datetime
    language: str
    status: SessionStatus
    plan: Plan
    memory_on: bool
    flag: FlagState
    policy_version: str
    assigned_version: PolicyVersion
    choices: dict[ConsentScope, ConsentChoice]
    consent_version: int
    review_state: ReviewState
    coverage: Coverage
    finding_count: int
    turn_count: int
    word_count: int
    current_run_id: UUID | None
    erased_at: datetime | None
    erasure_reason: str | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One event of a session's consent history."""

    scope: ConsentScope
    choice: ConsentChoice
    at: datetime
    source: str


def matching(
    connection: Connection, query: str | None, studies: Sequence[UUID]
) -> Sequence[UUID] | None:
    """Sessions whose de-identified words match, when they are few; None when they are many.

    Few are found by the text index; many are best found by walking the list's own order and
    looking at each.
    """
    if query is None:
        return None
    found = (
        connection.execute(
            text("SELECT session_id FROM search_sessions(CAST(:studies AS uuid[]), :query, :most)"),
            {"studies": list(studies), "query": query, "most": _RARE + 1},
        )
        .scalars()
        .all()
    )
    return found if len(found) <= _RARE else None


def page(
    connection: Connection,
    wanted: SessionFilter,
    studies: Sequence[UUID],
    size: int,
    found: Sequence[UUID] | None,
    meant: Ways | None = None,
) -> list[SessionRow]:
    """Up to ``size`` rows in the filter's order, one study at a time and then merged.

    ``found`` is what :func:`matching` said of the filter's search, ``meant`` the sessions that
    have the outcomes it names.

    Every index begins with the study, so that each study's part is a short walk of one; with
    outcomes, each stretch's, and few sessions are found by their standing instead.
    """
    _check_meant(wanted, meant)
    backwards = wanted.cursor is not None and wanted.cursor.direction is Direction.PREVIOUS
    if not studies or (meant is not None and not meant.meant.parts):
        return []
    # One walk for each study, however many there are: the statement stays the same.
    parts = []
    for each, its_own in found_by(studies, meant):
        part = (
            select(InterviewSession.id, _key(wanted.sort).label("key"))
            .where(*its_own, *_conditions(wanted, found))
            .where(*_after(wanted))
            .order_by(*_order(wanted.sort, backwards))
            .limit(size)
            .lateral()
        )
        parts.append(select(part.c.id, part.c.key).select_from(each.join(part, true())))
    everything = union_all(*parts).subquery()
    rising = (wanted.sort in (Sort.NEWEST, Sort.LONGEST)) == backwards
    order = [everything.c.key, everything.c.id]
    ids = (
        select(everything.c.id)
        .order_by(*(column.asc() if rising else column.desc() for column in order))
        .limit(size)
    )
    rows = connection.execute(
        _columns()
        .where(InterviewSession.id.in_(ids))
        .order_by(*_order(wanted.sort, backwards))
        .limit(size)
    ).mappings()
    listed = [_row(row) for row in rows]
    return listed[::-1] if backwards else listed


def count(
    connection: Connection,
    wanted: SessionFilter,
    studies: Sequence[UUID],
    cap: int,
    found: Sequence[UUID] | None,
    meant: Ways | None = None,
) -> int:
    """How many sessions match, counted no further than ``cap``; the rest as for a page."""
    _check_meant(wanted, meant)
    if meant is not None and not wanted.is_narrowed_beyond_outcomes:
        return min(meant.meant.sessions, cap)
    if not studies or (meant is not None and not meant.meant.parts):
        return 0
    parts = []
    for each, its_own in found_by(studies, meant):
        part = (
            select(literal(1).label("one"))
            .where(*its_own, *_conditions(wanted, found))
            .limit(cap)
            .lateral()
        )
        parts.append(select(part.c.one).select_from(each.join(part, true())))
    everything = union_all(*parts).limit(cap).subquery()
    return connection.execute(select(func.count()).select_from(everything)).scalar_one()


def find(connection: Connection, session_id: UUID) -> SessionRow | None:
    """One session, when the actor may see it."""
    row = connection.execute(_columns().where(InterviewSession.id == session_id)).mappings().first()
    return None if row is None else _row(row)


def several(connection: Connection, session_ids: Sequence[UUID]) -> list[SessionRow]:
    """Those of some sessions that the actor may see, in no order."""
    rows = connection.execute(_columns().where(InterviewSession.id.in_(session_ids))).mappings()
    return [_row(row) for row in rows]


def neighbours(connection: Connection, session: SessionRow) -> tuple[UUID | None, UUID | None]:
    """The session before and the one after in the study, newest first."""
    here = (session.sorted_at, session.id)
    place = tuple_(InterviewSession.sorted_at, InterviewSession.id)
    in_study = select(InterviewSession.id).where(InterviewSession.study_id == session.study_id)
    newer = (
        in_study.where(place > here)
        .order_by(InterviewSession.sorted_at, InterviewSession.id)
        .limit(1)
    )
    older = (
        in_study.where(place < here)
        .order_by(InterviewSession.sorted_at.desc(), InterviewSession.id.desc())
        .limit(1)
    )
    found = connection.execute(select(newer.scalar_subquery(), older.scalar_subquery())).one()
    return found[0], found[1]


def turns(connection: Connection, session_id: UUID) -> tuple[Turn, ...]:
    """What was said, in order."""
    rows = connection.execute(
        select(TurnRow.index.label("place"), TurnRow.speaker, TurnRow.text, TurnRow.label)
        .where(TurnRow.session_id == session_id)
        .order_by(TurnRow.index)
    )
    return tuple(Turn(row.place, Speaker(row.speaker), row.text, row.label) for row in rows)


def turns_of(connection: Connection, session_ids: Sequence[UUID]) -> dict[UUID, tuple[Turn, ...]]:
    """What was said in several sessions, in one query."""
    rows = connection.execute(
        select(
            TurnRow.session_id,
            TurnRow.index.label("place"),
            TurnRow.speaker,
            TurnRow.text,
            TurnRow.label,
        )
        .where(TurnRow.session_id.in_(session_ids))
        .order_by(TurnRow.session_id, TurnRow.index)
    )
    said: dict[UUID, list[Turn]] = {}
    for row in rows:
        turn = Turn(row.place, Speaker(row.speaker), row.text, row.label)
        said.setdefault(row.session_id, []).append(turn)
    return {session_id: tuple(turns) for session_id, turns in said.items()}


def consent_history(connection: Connection, session_id: UUID) -> list[ConsentRow]:
    """Every consent event of a session, the oldest first."""
    rows = connection.execute(
        select(ConsentEvent.scope, ConsentEvent.choice, ConsentEvent.at, ConsentEvent.source)
        .where(ConsentEvent.session_id == session_id)
        .order_by(ConsentEvent.at, ConsentEvent.scope)
    )
    return [
        ConsentRow(ConsentScope(row.scope), ConsentChoice(row.choice), row.at, row.source)
        for row in rows
    ]


def _check_meant(wanted: SessionFilter, meant: Ways | None) -> None:
    if wanted.outcomes and meant is None:
        raise ValueError("The filter names outcomes, and nobody asked which sessions have them.")


def _conditions(wanted: SessionFilter, found: Sequence[UUID] | None) -> list[ColumnElement[bool]]:
    session = InterviewSession
    conditions: list[ColumnElement[bool]] = []
    if wanted.completed_since is not None:
        conditions.append(session.sorted_at >= wanted.completed_since)
    if wanted.completed_before is not None:
        conditions.append(session.sorted_at < wanted.completed_before)
    for column, values in (
        (session.language, wanted.languages),
        (session.status, wanted.statuses),
        (session.policy_version, wanted.policy_versions),
        (session.review_state, wanted.review_states),
        (session.flag_state, wanted.flags),
    ):
        if values:
            conditions.append(_one_of(column, values))
    for scope, choice in wanted.choices:
        conditions.append(getattr(session, f"choice_{scope}") == choice.value)
    if wanted.query:
        conditions.append(_says(wanted.query) if found is None else InterviewSession.id.in_(found))
    return conditions


def _one_of(column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    """Equality for one value, so that the index is walked in the order that follows it."""
    plain = [str(value) for value in values]
    chosen: ColumnElement[bool] = column == plain[0] if len(plain) == 1 else column.in_(plain)
    return chosen


def _says(query: str) -> ColumnElement[bool]:
    """Whether a row's words match, looked up row by row.

    A sub-select that is no join, so that the planner cannot turn the walk round: it would
    guess that hardly any session matches, because it may not use what it knows of the words
    under row-level security.
    """
    words = (
        select(SessionSearch.document)
        .where(SessionSearch.session_id == InterviewSession.id)
        .correlate(InterviewSession)
        .scalar_subquery()
    )
    return words.op("@@")(func.websearch_to_tsquery(text("'simple'"), query))


def _after(wanted: SessionFilter) -> list[ColumnElement[bool]]:
    cursor = wanted.cursor
    if cursor is None:
        return []
    place = tuple_(_key(wanted.sort), InterviewSession.id)
    here = tuple_(literal(cursor.value), literal(cursor.id))
    descending = wanted.sort in (Sort.NEWEST, Sort.LONGEST)
    backwards = cursor.direction is Direction.PREVIOUS
    return [place < here if descending != backwards else place > here]


def _order(sort: Sort, backwards: bool) -> tuple[ColumnElement[Any], ...]:
    column = _key(sort)
    if (sort in (Sort.NEWEST, Sort.LONGEST)) != backwards:
        return column.desc(), InterviewSession.id.desc()
    return column.asc(), InterviewSession.id.asc()


def _key(sort: Sort) -> Any:
    """The column that an order goes by."""
    return InterviewSession.word_count if sort.by_length else InterviewSession.sorted_at


def _columns() -> Select[Any]:
    return (
        select(
            InterviewSession.__table__,
            Study.slug.label("study_slug"),
            Study.title.label("study_title"),
            Participant.pseudonym,
        )
        .join(Study, Study.id == InterviewSession.study_id)
        .join(Participant, Participant.id == InterviewSession.participant_id)
    )


def _row(row: Any) -> SessionRow:
    return SessionRow(
        id=row["id"],
        number=row["number"],
        study_id=row["study_id"],
        study_slug=row["study_slug"],
        study_title=row["study_title"],
        pseudonym=row["pseudonym"],
        participant_id=row["participant_id"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        completion_is_stated=row["completion_is_stated"],
        sorted_at=row["sorted_at"],
        language=row["language"],
        status=SessionStatus(row["status"]),
        plan=Plan(row["plan"]),
        memory_on=row["memory_on"],
        flag=FlagState(row["flag_state"]),
        policy_version=row["policy_version"],
        assigned_version=PolicyVersion(row["assigned_version"]),
        choices={scope: ConsentChoice(row[f"choice_{scope}"]) for scope in ConsentScope},
        consent_version=row["consent_version"],
        review_state=ReviewState(row["review_state"]),
        coverage=Coverage(row["coverage"]),
        finding_count=row["finding_count"],
        turn_count=row["turn_count"],
        word_count=row["word_count"],
        current_run_id=row["current_run_id"],
        erased_at=row["erased_at"],
        erasure_reason=row["erasure_reason"],
        withdrawn_at=row["withdrawn_at"],
    )
