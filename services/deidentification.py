"""De-identifying a study's sessions: claiming them, keeping results, saying how far it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection

from data_access import decisions, double_reviews, quasi_identifiers, review, sessions
from data_access.identity import KnownAccount
from data_access.review import ClaimedTask
from data_access.studies import StudyRow
from deidentification.engine import Engine, KnownIdentifiers, Result
from deidentification.quasi_identifiers import find_quasi_identifiers
from domain.double_review import with_contested
from domain.permissions import Act, Actor, check
from domain.redaction import make_redaction_set
from domain.transcripts import Turn
from domain.vocabulary import Coverage
from services import queue_risk
from services.accounts import known_accounts
from services.acts import act
from services.installation import Installation
from services.review_desk import disputes_of

#: Name of the service account the workers act as.
SERVICE = "deidentification"
#: Much longer than any session takes; a worker that was killed gives its sessions up then.
LEASE = timedelta(minutes=5)
_UNKNOWN = "und"


def process_some(
    installation: Installation,
    service: Actor,
    engine: Engine,
    *,
    worker: str,
    study_id: UUID | None,
    at_most: int,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Claim a few sessions, de-identify them, keep the results; how many were claimed.

    Safe to run in any number of processes: each session is claimed once, and a result is
    kept only while the claim stands. When a stop is asked for, the rest goes back at once.
    """
    with installation.database.transaction(service.staff_id) as connection:
        claimed = review.claim(
            connection,
            study_id=study_id,
            worker=worker,
            at_most=at_most,
            lease=LEASE,
            now=installation.now(),
        )
        said = sessions.turns_of(connection, [task.session_id for task in claimed])
    accounts = known_accounts(installation, {task.participant_id for task in claimed})
    for task in claimed:
        if stop():
            with installation.database.transaction(service.staff_id) as connection:
                review.release(connection, worker)
            break
        _process(
            installation,
            service,
            engine,
            task,
            said.get(task.session_id, ()),
            accounts.get(task.participant_id, KnownAccount(None, None)),
            worker,
        )
    return len(claimed)


def start(installation: Installation, actor: Actor, study: StudyRow) -> None:
    """Record that somebody sets processes to work on a study.

    Raises
    ------
    Refused
        When the actor may not; audited.
    """
    with act(
        installation,
        actor,
        "deidentification.start",
        "study",
        object_id=study.slug,
        study_id=study.id,
    ):
        check(actor, Act.RUN_DEIDENTIFICATION)


def release(installation: Installation, actor: Actor, worker: str) -> int:
    """Put back what a worker that ended had claimed, before its lease does; how many sessions.

    Raises
    ------
    Refused
        When the actor may not; audited.
    """
    with act(installation, actor, "deidentification.release", "worker", object_id=worker) as done:
        check(actor, Act.RUN_DEIDENTIFICATION)
        released = review.release(done.connection, worker)
        done.detail.update(sessions=released)
        done.changed_nothing = released == 0
    return released


def run_again(installation: Installation, actor: Actor, study: StudyRow, engine_digest: str) -> int:
    """Queue every session that this engine has not read, or failed on; how many.

    Raises
    ------
    Refused
        When the actor may not.
    """
    with act(
        installation,
        actor,
        "deidentification.again",
        "study",
        object_id=study.slug,
        study_id=study.id,
        long=True,
    ) as done:
        check(actor, Act.RUN_DEIDENTIFICATION)
        queued = review.queue_again(done.connection, study.id, engine_digest)
        done.detail.update(queued=queued, engine=engine_digest)
    return queued


def _process(
    installation: Installation,
    service: Actor,
    engine: Engine,
    task: ClaimedTask,
    turns: tuple[Turn, ...],
    account: KnownAccount,
    worker: str,
) -> None:
    try:
        result = engine.deidentify(
            turns,
            language=None if task.language == _UNKNOWN else task.language,
            known=KnownIdentifiers(account.full_name, account.email),
        )
        traits = find_quasi_identifiers(turns, result.findings)
    except Exception as error:  # noqa: BLE001 - one bad session must not end the study's run
        with installation.database.transaction(service.staff_id) as connection:
            review.give_back(connection, task, type(error).__name__, installation.now())
        return
    with installation.database.transaction(service.staff_id, long=True) as connection:
        if review.still_holds(connection, task.session_id, worker):
            review.keep_result(
                connection,
                task,
                engine_digest=result.engine_digest,
                language=result.language,
                coverage=Coverage[result.coverage.name],
                findings=result.findings,
                search_text=_words_left(connection, task.session_id, turns, result),
                now=installation.now(),
            )
            quasi_identifiers.keep(
                connection, task.session_id, task.study_id, task.participant_id, traits
            )
            queue_risk.weigh(
                connection,
                task.session_id,
                task.study_id,
                task.participant_id,
                traits,
                result.findings,
            )


def _words_left(
    connection: Connection, session_id: UUID, turns: tuple[Turn, ...], result: Result
) -> str:
    """What is left to be searched: people's decisions hold over every run of the machine."""
    double = double_reviews.of_session(connection, session_id)
    disputes = None if double is None else disputes_of(connection, double)
    found = with_contested(result.findings, () if disputes is None else disputes.contested)
    held = make_redaction_set(turns, found, decisions.made(connection, session_id))
    return "\n".join(turn.text for turn in held.apply(turns))
