"""Assembling what would leave, by the release service: the same bytes whoever asks and whenever."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from data_access import share_contents
from data_access.share_contents import ConfirmedSet, CoveredSession
from domain.digests import turns_digest
from domain.errors import Refused
from domain.permissions import Actor
from domain.policy import PolicyTable
from domain.policy.uses import RecipientKind
from domain.redaction import Run
from domain.shares.contents import FrozenSession, ShareField
from domain.shares.package import OutgoingSession, session_line
from domain.transcripts import Turn
from services import policy
from services.accounts import known_accounts
from services.installation import Installation
from services.leak_checks import survivors_in
from services.shares.judging import Judgement, judge
from services.shares.seals import seal, seal_of_confirmation

#: The service account that reads what people asked to share.
SERVICE = "release"
_CHUNK = 50


@dataclass(frozen=True, slots=True)
class How:
    """In which form sessions are assembled, for whom, and when."""

    kind: RecipientKind
    fields: tuple[ShareField, ...]
    key: bytes
    now: datetime
    memory_acknowledged: bool


@dataclass(frozen=True, slots=True)
class AssembledSession:
    """One session as it would leave: ``line`` is its very bytes in the package.

    ``seal`` says of what its leak check passed (:mod:`services.shares.seals`).
    """

    covered: CoveredSession
    pseudonym: str
    line: bytes
    turns: tuple[Turn, ...]
    runs: tuple[tuple[Run, ...], ...]
    frozen: FrozenSession
    judgement: Judgement
    seal: bytes


def assemble(
    installation: Installation,
    service: Actor,
    share_id: UUID,
    how: How,
    *,
    only: UUID | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[AssembledSession]:
    """Every session of a request, or one, in the package's order; leak check included.

    A check that passed when the redactions were confirmed or the request was submitted, of the
    very same text, redactions, account and word lists, stands: it would say the same.

    Raises
    ------
    Refused
        When a session may not be shared, is not confirmed, or something that was removed still
        stands in its text: under that rule, naming the session by its number.
    BadInput
        When a stored redaction set is not the one that was confirmed.
    """
    made = []
    with installation.database.transaction(service.staff_id, long=True) as connection:
        covered = share_contents.covered(connection, share_id, only)
        table = policy.in_force(connection)
        judged = [(each, check_one(table, each, how)) for each in covered]
        for begin in range(0, len(judged), _CHUNK):
            part = judged[begin : begin + _CHUNK]
            ids = [each.id for each, _ in part]
            words = share_contents.words(connection, share_id, ids)
            sealed = share_contents.seals(connection, share_id, ids)
            accounts = known_accounts(installation, {each.participant_id for each, _ in part})
            for each, judgement in part:
                if each.id not in words:
                    # Erased or opened again since the line above asked: the two are not one moment.
                    raise Refused(
                        f"Session {each.number} changed while the package was built.",
                        rule="share.same-digest",
                        remedy="Submit it again, so that two approvers see it as it is now.",
                    )
                turns, held = words[each.id]
                final = held.redactions.apply(turns)
                account = accounts.get(each.participant_id)
                passed = seal(how.key, held, account)
                # What was checked must be what leaves: the digest is of these very words.
                known = turns_digest(final) == held.output_digest and (
                    sealed.get(each.id) == passed
                    or held.check_seal
                    == seal_of_confirmation(
                        installation.cipher,
                        each.id,
                        held.redactions,
                        held.output_digest,
                        account,
                    )
                )
                if not known and survivors_in(final, turns, held.redactions, account):
                    raise Refused(
                        f"Something that was removed still stands in session {each.number}.",
                        rule="share.leak-check",
                        remedy="A reviewer opens the session, decides on it and confirms it anew.",
                    )
                made.append(_assembled(each, judgement, turns, held, final, how, passed))
            progress(len(made), len(judged))
    return sorted(made, key=lambda each: each.pseudonym)


def check_one(table: PolicyTable, each: CoveredSession, how: How) -> Judgement:
    """The judgement on one session, when it may be shared.

    Raises
    ------
    Refused
        Under the policy's rule, or when its redactions are not confirmed.
    """
    judgement = judge(
        table,
        each.facts,
        each.review_state,
        how.kind,
        how.now,
        memory_acknowledged=how.memory_acknowledged,
    )
    if not judgement.decision.allowed:
        raise Refused(
            f"Session {each.number} may not be shared: {judgement.decision.reason}",
            rule=judgement.decision.rule,
            remedy="Take it out of the request.",
        )
    if not judgement.confirmed or each.redaction_set_id is None:
        raise Refused(
            f"The redactions of session {each.number} are not confirmed.",
            rule="share.confirmed",
            remedy="A reviewer confirms them, or the session is taken out of the request.",
        )
    return judgement


def _assembled(
    each: CoveredSession,
    judgement: Judgement,
    turns: Sequence[Turn],
    held: ConfirmedSet,
    final: tuple[Turn, ...],
    how: How,
    passed: bytes,
) -> AssembledSession:
    if turns_digest(final) != held.output_digest or each.completed_at is None:
        raise Refused(
            f"The text of session {each.number} is not the one that was confirmed.",
            rule="share.same-output",
            remedy="Tell an auditor, and have the session confirmed anew.",
        )
    pseudonym, line = session_line(
        OutgoingSession(
            each.id, each.participant_id, each.language, each.started_at, each.completed_at, final
        ),
        how.key,
        how.fields,
    )
    decision = judgement.decision
    return AssembledSession(
        each,
        pseudonym,
        line,
        final,
        held.redactions.runs(turns),
        FrozenSession(
            session_id=each.id,
            redaction_set_id=held.id,
            set_digest=held.redactions.digest,
            output_digest=held.output_digest,
            line_digest=hashlib.sha256(line).digest(),
            consent_version=each.consent_version,
            rule=decision.rule,
            policy_version=decision.policy_version.value,
            policy_digest=decision.policy_digest,
        ),
        judgement,
        passed,
    )
