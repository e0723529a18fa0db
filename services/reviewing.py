"""Reviewing a session: decisions as they are made, and the confirmation that freezes them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from uuid import UUID

from sqlalchemy import Connection

from data_access import decisions, review, sessions
from data_access.decisions import KeptDecision
from data_access.sessions import SessionRow
from deidentification.configuration import Configuration, load_configuration
from deidentification.known import KnownIdentifiers
from deidentification.leak_check import RemovedValue, Survivor, SurvivorKind, find_survivors
from deidentification.lexicon import Lexicon, load_lexicon
from domain.digests import turns_digest
from domain.errors import BadInput, ChangedMeanwhile, Refused
from domain.findings import Finding
from domain.permissions import Act, Actor, check
from domain.policy import Use, check_allowed
from domain.redaction import (
    RedactionDecision,
    RedactionSet,
    Run,
    make_redaction_set,
    undecided,
)
from domain.spans import Span
from domain.transcripts import Turn
from domain.vocabulary import Coverage, ReviewState, Role
from services import policy
from services.accounts import known_accounts
from services.acts import act
from services.installation import Installation

_SHORTEST_PURPOSE = 10
#: More than a person decides between two saves; a message with more is not from a screen.
MOST_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Desk:
    """All that lies on a reviewer's desk for one session.

    Attributes
    ----------
    version
        Ordinal of the last decision; what is saved names the version it was made on.
    runs
        The de-identified text as a recipient would get it, turn by turn.
    open_findings
        Findings that nobody has decided.
    must_read_whole, read
        Whether the confirmer must have read every turn (no model reads the language), and
        which ones the actor has.
    """

    row: SessionRow
    turns: tuple[Turn, ...]
    findings: tuple[Finding, ...]
    decisions: tuple[KeptDecision, ...]
    version: int
    runs: tuple[tuple[Run, ...], ...]
    open_findings: tuple[Finding, ...]
    must_read_whole: bool
    read: frozenset[int]


@dataclass(frozen=True, slots=True)
class Surviving:
    """Something that must not leave and would: what kind of thing, and where it was said."""

    span: Span
    kind: SurvivorKind


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What became of asking to confirm: a set, or the places that stand in its way."""

    set_digest: bytes | None
    survivors: tuple[Surviving, ...]


def open_desk(installation: Installation, actor: Actor, session_id: UUID, purpose: str) -> Desk:
    """Open a session for review, for a stated purpose; audited with it.

    Raises
    ------
    BadInput
        When the purpose says too little.
    Refused
        Under the policy's rule when it does not allow the reading, R10 without a grant among
        them, and when the machine has not read the session yet; audited.
    """
    with act(
        installation,
        actor,
        "review.open",
        "session",
        object_id=str(session_id),
        purpose=purpose.strip() or None,
    ) as done:
        if len(purpose.strip()) < _SHORTEST_PURPOSE:
            raise BadInput("State your purpose in a few words: what you review the session for.")
        row, rule = _reviewable(installation, actor, done.connection, session_id)
        done.study_id = row.study_id
        done.detail.update(rule=rule)
        return _desk(done.connection, actor, row)


def look_again(installation: Installation, actor: Actor, session_id: UUID) -> Desk:
    """The desk as it is now, for a screen that is open already; only refusals are audited.

    Raises
    ------
    Refused
        As :func:`open_desk`.
    """
    with act(
        installation, actor, "review.open", "session", object_id=str(session_id), record=False
    ) as done:
        row, _rule = _reviewable(installation, actor, done.connection, session_id)
        return _desk(done.connection, actor, row)


def save(
    installation: Installation,
    actor: Actor,
    session_id: UUID,
    version: int,
    made: Sequence[tuple[UUID, RedactionDecision]],
    read: Collection[int] = (),
) -> int:
    """Keep decisions, all or none; the session's version afterwards.

    A message that comes twice is kept once: decisions whose ids are known are passed over.

    Parameters
    ----------
    version
        The version the decisions were made on.
    made
        Decisions with the ids that the screen gave them, in order.
    read
        Turns that the actor has had before their eyes.

    Raises
    ------
    ChangedMeanwhile
        When somebody, or another tab, decided after ``version``; nothing is kept.
    BadInput
        When a span does not fit the transcript, or there are too many decisions at once.
    Refused
        As :func:`open_desk`.
    """
    with act(installation, actor, "review.decide", "session", object_id=str(session_id)) as done:
        row, _rule = _reviewable(installation, actor, done.connection, session_id)
        done.study_id = row.study_id
        decisions.lock(done.connection, session_id)
        held = decisions.kept(done.connection, session_id)
        known = {kept.id for kept in held}
        fresh = [(identifier, decision) for identifier, decision in made if identifier not in known]
        turns = sessions.turns(done.connection, session_id)
        _note_read(done.connection, actor, row, turns, read)
        now = held[-1].decision.ordinal if held else 0
        if not fresh:
            done.changed_nothing = True
            return now
        _check_batch(turns, fresh)
        if now != version + len(known & {identifier for identifier, _ in made}):
            raise ChangedMeanwhile(
                "Somebody decided on this session meanwhile, so nothing of this was saved. "
                "Look at what changed, then put yours on top or take theirs."
            )
        numbered = [
            (identifier, replace(decision, ordinal=now + place, decided_at=installation.now()))
            for place, (identifier, decision) in enumerate(fresh, start=1)
        ]
        decisions.add(done.connection, session_id, row.study_id, actor.staff_id, numbered)
        _index(done.connection, _desk(done.connection, actor, row))
        decisions.set_state(done.connection, session_id, ReviewState.IN_REVIEW, None)
        done.detail.update(decisions=len(fresh), version=now + len(fresh))
        return now + len(fresh)


def confirm(
    installation: Installation, actor: Actor, session_id: UUID, version: int
) -> Confirmation:
    """Freeze a session's redactions, when all is decided and nothing survives.

    Survivors are no refusal: they are named so that they can be decided, and the check that
    found them is audited. Their places are those of the original.

    Raises
    ------
    ChangedMeanwhile
        When somebody decided after ``version``.
    Refused
        When findings are undecided, or turns of a session that must be read whole were not
        read by the actor, and as :func:`open_desk`; audited.
    """
    with act(installation, actor, "review.confirm", "session", object_id=str(session_id)) as done:
        row, rule = _reviewable(installation, actor, done.connection, session_id)
        done.study_id = row.study_id
        decisions.lock(done.connection, session_id)
        desk = _desk(done.connection, actor, row)
        if desk.version != version:
            raise ChangedMeanwhile(
                "Somebody decided on this session meanwhile, so it was not confirmed. "
                "Look at what changed and confirm again."
            )
        _check_complete(desk)
        held = _set_of(desk)
        final = held.apply(desk.turns)
        survivors = _survivors(installation, desk, held, final)
        if survivors:
            done.detail.update(survivors=len(survivors), version=version)
            return Confirmation(
                None,
                tuple(
                    Surviving(held.original(desk.turns[it.turn], it.start, it.end), it.kind)
                    for it in survivors
                ),
            )
        output = turns_digest(final)
        set_id = decisions.keep_set(
            done.connection,
            session_id,
            row.study_id,
            held,
            output_digest=output,
            confirmed_by=actor.staff_id,
            now=installation.now(),
        )
        decisions.set_state(done.connection, session_id, ReviewState.CONFIRMED, set_id)
        done.detail.update(set=held.digest.hex(), output=output.hex(), version=version, rule=rule)
        return Confirmation(held.digest, ())


def entity_types() -> tuple[str, ...]:
    """The entity types a reviewer can choose from, the engine's own."""
    return _configuration().entities


def _reviewable(
    installation: Installation, actor: Actor, connection: Connection, session_id: UUID
) -> tuple[SessionRow, str]:
    """The session and the rule that allows its original to be read for review."""
    check(actor, Act.REVIEW)
    row = sessions.find(connection, session_id)
    if row is None or row.study_id not in actor.studies(Role.REVIEWER, installation.now()):
        raise Refused(
            "There is no such session among those you may review.",
            rule="R10",
            remedy="Ask an administrator for a grant on its study that states your purpose.",
        )
    answer = check_allowed(policy.decision(actor, row, Use.INTERNAL_RAW_TEXT, installation.now()))
    if row.coverage not in (Coverage.FULL, Coverage.PATTERNS_ONLY):
        raise Refused(
            "The machine has not read this session, so there is nothing to review yet.",
            rule="review.read-by-machine",
            remedy="Wait until it has, or ask an administrator to run it again.",
        )
    return row, answer.rule


def _desk(connection: Connection, actor: Actor, row: SessionRow) -> Desk:
    turns = sessions.turns(connection, row.id)
    found = (
        ()
        if row.current_run_id is None
        else review.findings(connection, row.id, row.current_run_id)
    )
    held = decisions.kept(connection, row.id)
    made = [kept.decision for kept in held]
    return Desk(
        row=row,
        turns=turns,
        findings=found,
        decisions=held,
        version=held[-1].decision.ordinal if held else 0,
        runs=make_redaction_set(turns, found, made).runs(turns),
        open_findings=undecided(found, made),
        must_read_whole=row.coverage is Coverage.PATTERNS_ONLY,
        read=decisions.read_turns(connection, row.id, actor.staff_id),
    )


def _index(connection: Connection, desk: Desk) -> None:
    """Keep the search to the words that are left: what is taken out is not found any more."""
    words = "\n".join("".join(run.text for run in runs) for runs in desk.runs)
    review.index_words(connection, desk.row.id, desk.row.study_id, words)


def _set_of(desk: Desk) -> RedactionSet:
    return make_redaction_set(desk.turns, desk.findings, [kept.decision for kept in desk.decisions])


def _note_read(
    connection: Connection,
    actor: Actor,
    row: SessionRow,
    turns: Sequence[Turn],
    read: Collection[int],
) -> None:
    before = decisions.read_turns(connection, row.id, actor.staff_id)
    after = before | {turn for turn in read if 0 <= turn < len(turns)}
    if after != before:
        decisions.note_read(connection, row.id, row.study_id, actor.staff_id, after)


def _check_batch(turns: Sequence[Turn], made: Sequence[tuple[UUID, RedactionDecision]]) -> None:
    if len(made) > MOST_AT_ONCE:
        raise BadInput(
            f"{len(made)} decisions came at once; {MOST_AT_ONCE} can be kept. Reload the session."
        )
    lengths = {turn.index: len(turn.text) for turn in turns}
    for _identifier, decision in made:
        if decision.span.end > lengths.get(decision.span.turn, 0):
            raise BadInput(
                f"A span ends at {decision.span.end}, past the text of turn "
                f"{decision.span.turn}. Reload the session and mark it again."
            )


def _check_complete(desk: Desk) -> None:
    if desk.open_findings:
        left = len(desk.open_findings)
        raise Refused(
            f"{left} {'finding is' if left == 1 else 'findings are'} not decided, so the session "
            "cannot be confirmed.",
            rule="review.all-decided",
            remedy="Decide each finding; the list can show only what is left.",
        )
    if desk.must_read_whole:
        left = len(desk.turns) - len(desk.read)
        if left > 0:
            raise Refused(
                f"No model reads this session's language, and {left} of its turns were not before "
                "your eyes, so you cannot confirm it.",
                rule="review.read-whole",
                remedy="Read it to the end; what you have read is kept.",
            )


def _survivors(
    installation: Installation, desk: Desk, held: RedactionSet, final: Sequence[Turn]
) -> tuple[Survivor, ...]:
    participant = desk.row.participant_id
    account = known_accounts(installation, {participant}).get(participant)
    removed = [
        RemovedValue(
            redaction.entity_type,
            desk.turns[redaction.span.turn].text[redaction.span.start : redaction.span.end],
        )
        for redaction in held.redactions
        if redaction.replacement is not None
    ]
    return find_survivors(
        [turn.text for turn in final],
        KnownIdentifiers(
            None if account is None else account.full_name,
            None if account is None else account.email,
        ),
        removed,
        _lexicon(),
    )


@cache
def _configuration() -> Configuration:
    return load_configuration()


@cache
def _lexicon() -> Lexicon:
    return load_lexicon(_configuration().words)
