"""How a list of sessions is walked: study by study, by stretches of time, or by their standing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Subquery,
    Text,
    Uuid,
    and_,
    any_,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from data_access.standings import Ways
from data_access.tables import InterviewSession
from domain.policy.selections import Part, Selection, Stretch

_INSTANT = DateTime(timezone=True)
#: Before and after whatever is completed.
_EVER = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))


def found_by(
    studies: Sequence[UUID], meant: Ways | None
) -> list[tuple[Subquery, list[ColumnElement[bool]]]]:
    """What to walk once for each of, and what makes a session one of its own."""
    session = InterviewSession
    found: list[tuple[Subquery, list[ColumnElement[bool]]]] = []
    for unfinished in (False, True):
        walks = (
            []
            if meant is None
            else [part for part in meant.walks if part.stretch.unfinished is unfinished]
        )
        if meant is not None and walks:
            found.append(_walk(meant.meant.mask, walks, unfinished=unfinished))
    if meant is not None and meant.probes:
        each = _stretches(
            [(probe.study_id, probe.stretch) for probe in meant.probes],
            ("standing", Integer(), [probe.standing for probe in meant.probes]),
        )
        found.append((each, [*_lies_in(each), session.standing == each.c.standing]))
    if not found:
        each = _each(studies)
        its_own = [session.study_id == each.c.id]
        found.append((each, its_own if meant is None else [*its_own, _is_meant(meant.meant)]))
    return found


def _walk(
    mask: int, walked: Sequence[Part], *, unfinished: bool
) -> tuple[Subquery, list[ColumnElement[bool]]]:
    """Stretches walked in their order: what was completed in them, or what was not at all."""
    walks = _stretches(
        [(part.study_id, part.stretch) for part in walked],
        ("codes", Text(), [",".join(map(str, part.codes)) for part in walked]),
    )
    each = select(
        walks.c.study,
        walks.c.since,
        walks.c.before,
        cast(func.string_to_array(walks.c.codes, ","), ARRAY(Integer)).label("codes"),
    ).subquery()
    code = InterviewSession.standing.op("&")(literal(mask))
    its_own = [*_lies_in(each), code == any_(each.c.codes)]
    if unfinished:
        # As the index of unfinished sessions says it.
        its_own.append(literal_column("(session.standing & 4096) <> 0", Boolean()))
    return each, its_own


def _is_meant(meant: Selection) -> ColumnElement[bool]:
    """Whether a row is of a selection, asked row by row as a list is walked.

    ``IS TRUE`` keeps the planner from reading all of them by another index first.
    """
    session = InterviewSession
    code = session.standing.op("&")(literal(meant.mask))
    alike: dict[tuple[Stretch, frozenset[int]], list[UUID]] = {}
    for part in meant.parts:
        alike.setdefault((part.stretch, part.codes), []).append(part.study_id)
    parts = []
    for (stretch, codes), studies in alike.items():
        one: list[ColumnElement[bool]] = [session.study_id.in_(studies), code.in_(codes)]
        if stretch.since is not None:
            one.append(session.sorted_at >= stretch.since)
        if stretch.before is not None:
            one.append(session.sorted_at < stretch.before)
        parts.append(and_(*one))
    return or_(*parts).is_(True)


def _stretches(
    places: Sequence[tuple[UUID, Stretch]], more: tuple[str, Any, Sequence[Any]]
) -> Subquery:
    """Studies and stretches as rows, with one column more."""
    columns = (
        ("study", Uuid(), [study for study, _ in places]),
        ("since", _INSTANT, [stretch.since or _EVER[0] for _, stretch in places]),
        ("before", _INSTANT, [stretch.before or _EVER[1] for _, stretch in places]),
        more,
    )
    return select(
        *(
            func.unnest(literal(list(values), ARRAY(kind)), type_=kind).label(name)
            for name, kind, values in columns
        )
    ).subquery()


def _lies_in(each: Subquery) -> list[ColumnElement[bool]]:
    session = InterviewSession
    return [
        session.study_id == each.c.study,
        session.sorted_at >= each.c.since,
        session.sorted_at < each.c.before,
    ]


def _each(studies: Sequence[UUID]) -> Subquery:
    """The studies as rows."""
    return select(
        func.unnest(literal(list(studies), ARRAY(Uuid)), type_=Uuid()).label("id")
    ).subquery()
