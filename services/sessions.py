"""Browsing sessions: lists, one session's facts, its de-identified text, its original."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from data_access import decisions, double_reviews, review, session_languages, sessions
from data_access import studies as study_rows
from data_access.sessions import ConsentRow as ConsentRow
from data_access.sessions import SessionRow as SessionRow
from data_access.studies import StudyRow
from domain.counts import COUNTED_AT_MOST
from domain.double_review import with_contested
from domain.engine_changes import EngineChanges, engine_changes
from domain.errors import BadInput, Refused
from domain.findings import Finding
from domain.page_cursor import Cursor, Direction, Sort
from domain.permissions import Act, Actor, check
from domain.policy import Decision, PolicyTable, Use, check_allowed
from domain.redaction import RedactionSet, make_redaction_set
from domain.session_filters import PAGE_SIZE, SessionFilter
from domain.transcripts import Turn
from domain.vocabulary import Coverage, FlagState, Role
from services import policy
from services.acts import act, reading
from services.hidden_checks import hidden_findings
from services.installation import Installation
from services.policy_standings import sessions_with
from services.review_desk import disputes_of
from services.traits import WhoCouldThisBe, who_could_this_be

#: A search for a word that very many sessions hold looks at each one's words to count it; an
#: outcome beside other filters at what each session's policy asks of it.
COUNTED_WHEN_WALKING = 1_000
_SHORTEST_PURPOSE = 10
_FLAGGED = (FlagState.OPEN, FlagState.UPHELD, FlagState.DISMISSED)


@dataclass(frozen=True, slots=True)
class Browsable:
    """What somebody may list: their studies, and the languages that occur."""

    studies: tuple[StudyRow, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One page of a list."""

    rows: tuple[SessionRow, ...]
    #: How many match, counted no further than one past ``cap``.
    count: int
    cap: int
    newer: Cursor | None
    older: Cursor | None
    held: Browsable
    #: The policy table that was in force when the list was read, and when that was.
    table: PolicyTable
    at: datetime


@dataclass(frozen=True, slots=True)
class EngineRerun:
    """That the machine read a session again: when it did before, and what it found otherwise."""

    before: datetime
    changes: EngineChanges


@dataclass(frozen=True, slots=True)
class SessionView:
    """One session as its page shows it, without its original words.

    ``turns`` hold the de-identified text. They are empty, and so are ``findings``, while the
    machine has not read the session yet, since no text is shown that nobody has looked for
    identifiers in; and while the policy does not allow the reading, which ``reading`` says.
    """

    row: SessionRow
    table: PolicyTable
    reading: Decision
    turns: tuple[Turn, ...]
    findings: tuple[Finding, ...]
    rerun: EngineRerun | None
    who: WhoCouldThisBe | None
    consents: tuple[ConsentRow, ...]
    newer: UUID | None
    older: UUID | None


@dataclass(frozen=True, slots=True)
class Original:
    """The words as they were said, beside the findings in them."""

    turns: tuple[Turn, ...]
    findings: tuple[Finding, ...]


def list_sessions(installation: Installation, actor: Actor, wanted: SessionFilter) -> SessionPage:
    """One page of sessions, and what else the actor may list now.

    One transaction for both: this is the product's most frequent question.

    Raises
    ------
    Refused
        When the actor may not browse, and under R10 when the filter names a study whose
        sessions the actor may not list; the sentence does not tell whether there is one.
        Audited.
    """
    with reading(installation, actor, Act.BROWSE_SESSIONS, "session.list", "session") as connection:
        held = _browsable(installation, actor, connection)
        readable = {study.slug: study.id for study in held.studies}
        if wanted.study is not None and wanted.study not in readable:
            raise Refused(
                f"There is no study “{wanted.study}” that you can see.",
                rule="R10",
                remedy="Choose one of the list, or ask an administrator for a grant.",
            )
        if not actor.studies(Role.REVIEWER, installation.now()) and not wanted.flags:
            # Trust & Safety sees flagged sessions alone; saying so lets the index say so too.
            wanted = replace(wanted, flags=_FLAGGED)
        studies = (
            sorted(readable.values(), key=str) if wanted.study is None else [readable[wanted.study]]
        )
        table, now = policy.in_force(connection), installation.now()
        found = sessions.matching(connection, wanted.query, studies)
        meant = None
        narrowed = wanted.is_narrowed_beyond_outcomes
        if wanted.outcomes:
            meant = sessions_with(
                connection,
                actor,
                studies,
                wanted.outcomes_by_use,
                table,
                now,
                by_completion_alone=not narrowed and not wanted.sort.by_length,
            )
        walks = wanted.query is not None and found is None
        walks = walks or (meant is not None and narrowed)
        cap = COUNTED_WHEN_WALKING if walks else COUNTED_AT_MOST
        rows = sessions.page(connection, wanted, studies, PAGE_SIZE + 1, found, meant)
        count = sessions.count(connection, wanted.at(None), studies, cap + 1, found, meant)
    return _page(wanted, rows, count, cap, held, table, now)


def open_session(
    installation: Installation, actor: Actor, session_id: UUID, *, record: bool = True
) -> SessionView:
    """One session with its de-identified text.

    Parameters
    ----------
    record
        Whether to write the opening to the audit trail. A screen that draws the session
        again, without anybody having opened it anew, says no; refusals are always written.

    Raises
    ------
    Refused
        Under R10, audited, when there is no such session or the actor has no grant for its
        study; which of the two is not told.
    """
    with act(
        installation, actor, "session.view", "session", object_id=str(session_id), record=record
    ) as done:
        row = _find(installation, actor, done.connection, session_id)
        done.study_id = row.study_id
        table = policy.in_force(done.connection)
        reading = policy.decision(
            table, actor, row, Use.INTERNAL_DEIDENTIFIED_TEXT, installation.now()
        )
        readable = reading.allowed and row.coverage in (Coverage.FULL, Coverage.PATTERNS_ONLY)
        turns, findings = _read(done.connection, row) if readable else ((), ())
        held = _redactions(done.connection, row, turns, findings) if readable else None
        shown = () if held is None else held.apply(turns)
        # Only reviewers of the study are told who else of it shares what.
        reviews = row.study_id in actor.studies(Role.REVIEWER, installation.now())
        who = (
            who_could_this_be(done.connection, row, held) if held is not None and reviews else None
        )
        # A hidden check would be none if the list beside it told.
        hidden = hidden_findings(installation, done.connection, row, findings)
        findings = tuple(finding for finding in findings if finding not in hidden)
        rerun = _rerun(done.connection, row, findings) if readable else None
        newer, older = sessions.neighbours(done.connection, row)
        consents = tuple(sessions.consent_history(done.connection, session_id))
        done.detail.update(form="de-identified" if readable else "facts", rule=reading.rule)
    return SessionView(row, table, reading, shown, findings, rerun, who, consents, newer, older)


def open_original(
    installation: Installation,
    actor: Actor,
    session_id: UUID,
    purpose: str,
) -> Original:
    """The words as they were said, for a stated purpose, audited with it in one transaction.

    Every reading is audited, a screen's drawing them again included.

    Raises
    ------
    BadInput
        When the purpose says too little.
    Refused
        Under the policy's rule when it does not allow the reading, R10 without a grant among
        them; audited.
    """
    with act(
        installation,
        actor,
        "transcript.open",
        "session",
        object_id=str(session_id),
        purpose=purpose.strip() or None,
    ) as done:
        check(actor, Act.OPEN_ORIGINAL)
        if len(purpose.strip()) < _SHORTEST_PURPOSE:
            raise BadInput("State your purpose in a few words: what you need the original for.")
        row = _find(installation, actor, done.connection, session_id)
        done.study_id = row.study_id
        reviewer = row.study_id in actor.studies(Role.REVIEWER, installation.now())
        use = Use.INTERNAL_RAW_TEXT if reviewer else Use.TRUST_SAFETY_RAW
        table = policy.in_force(done.connection)
        answer = check_allowed(policy.decision(table, actor, row, use, installation.now()))
        done.detail.update(rule=answer.rule, policy=answer.policy_digest)
        turns, findings = _read(done.connection, row)
        if not turns:
            raise Refused(
                "The original is open only to reviewers of the study and, while a case is open, "
                "to Trust & Safety.",
                rule="R10",
                remedy="Ask an administrator for a grant that states your purpose.",
            )
    return Original(turns, findings)


def _find(
    installation: Installation, actor: Actor, connection: Connection, session_id: UUID
) -> SessionRow:
    check(actor, Act.BROWSE_SESSIONS)
    row = sessions.find(connection, session_id)
    granted = row is not None and (
        row.study_id in actor.studies(Role.REVIEWER, installation.now())
        or (actor.holds(Role.TRUST_SAFETY) and row.flag is not FlagState.NONE)
    )
    if row is None or not granted:
        raise Refused(
            "There is no such session among those you may see.",
            rule="R10",
            remedy="Ask an administrator for a grant on its study that states your purpose.",
        )
    return row


def _read(connection: Connection, row: SessionRow) -> tuple[tuple[Turn, ...], tuple[Finding, ...]]:
    found = (
        ()
        if row.current_run_id is None
        else review.findings(connection, row.id, row.current_run_id)
    )
    return sessions.turns(connection, row.id), found


def _rerun(
    connection: Connection, row: SessionRow, findings: tuple[Finding, ...]
) -> EngineRerun | None:
    if row.current_run_id is None:
        return None
    before = review.run_before(connection, row.id, row.current_run_id)
    if before is None:
        return None
    then = review.findings(connection, row.id, before[0])
    return EngineRerun(before[1], engine_changes(then, findings))


def _redactions(
    connection: Connection, row: SessionRow, turns: tuple[Turn, ...], findings: tuple[Finding, ...]
) -> RedactionSet:
    """What a recipient would get by: the confirmed set, or all that was decided so far."""
    confirmed = decisions.current_set(connection, row.id)
    if confirmed is not None:
        return confirmed
    double = double_reviews.of_session(connection, row.id)
    disputes = None if double is None else disputes_of(connection, double)
    if disputes is not None:
        findings = with_contested(findings, disputes.contested)
    return make_redaction_set(turns, findings, decisions.made(connection, row.id))


def _browsable(installation: Installation, actor: Actor, connection: Connection) -> Browsable:
    visible = study_rows.visible(connection)
    readable = _readable(installation, actor, {study.id for study in visible})
    studies = tuple(study for study in visible if study.id in readable)
    languages = (
        session_languages.in_studies(connection, [study.id for study in studies])
        if actor.studies(Role.REVIEWER, installation.now())
        else session_languages.of_flagged(connection)
    )
    return Browsable(studies, tuple(languages))


def _readable(installation: Installation, actor: Actor, visible: set[UUID]) -> set[UUID]:
    """Studies whose sessions the actor may list; Trust & Safety's rows are thinned below."""
    if actor.holds(Role.TRUST_SAFETY):
        return visible
    return visible & actor.studies(Role.REVIEWER, installation.now())


def _page(
    wanted: SessionFilter,
    rows: list[SessionRow],
    count: int,
    cap: int,
    held: Browsable,
    table: PolicyTable,
    now: datetime,
) -> SessionPage:
    backwards = wanted.cursor is not None and wanted.cursor.direction is Direction.PREVIOUS
    more = len(rows) > PAGE_SIZE
    shown = (rows[-PAGE_SIZE:] if backwards else rows[:PAGE_SIZE]) if more else rows
    if not shown:
        return SessionPage((), count, cap, None, None, held, table, now)
    has_before = more if backwards else wanted.cursor is not None
    has_after = True if backwards else more
    return SessionPage(
        rows=tuple(shown),
        count=count,
        cap=cap,
        newer=_cursor(wanted.sort, shown[0], Direction.PREVIOUS) if has_before else None,
        older=_cursor(wanted.sort, shown[-1], Direction.NEXT) if has_after else None,
        held=held,
        table=table,
        at=now,
    )


def _cursor(sort: Sort, row: SessionRow, direction: Direction) -> Cursor:
    return Cursor(sort, row.word_count if sort.by_length else row.sorted_at, row.id, direction)
