"""Changing the policy: one administrator proposes, sees what it would alter, another decides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from data_access import policy_documents, studies
from data_access.policy_documents import ProposalRow as ProposalRow
from domain.errors import BadInput, Refused
from domain.permissions import Act, Actor, check
from domain.policy import PolicyTable, Use, read_table
from domain.policy.changes import check_change, differences, with_retention
from domain.policy.standings import RuleCount, count_by_rule
from domain.vocabulary import PolicyVersion
from services import policy
from services.acts import act, reading
from services.installation import Installation
from services.policy_standings import counted

_SHORTEST_REASON = 10
_BROKEN_RULE = "23514"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a proposal would alter for one use: sessions by rule, as it is and as it would be."""

    now: tuple[RuleCount, ...]
    then: tuple[RuleCount, ...]


def propose(
    installation: Installation, actor: Actor, document: Mapping[str, Any], reason: str
) -> UUID:
    """Propose a whole policy document.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    BadInput
        Naming what is wrong with the document; or when nothing would change or the reason says
        too little.
    """
    with act(installation, actor, "policy.propose", "policy") as done:
        check(actor, Act.CHANGE_POLICY)
        if len(reason.strip()) < _SHORTEST_REASON:
            raise BadInput("Say in a sentence why the policy table is to change.")
        before = policy.in_force(done.connection)
        table = check_change(_document_in_force(done.connection), document)
        told = differences(before, table)
        proposal_id = policy_documents.propose(
            done.connection,
            digest=table.digest,
            document=document,
            differences=told,
            instead_of=before.digest,
            reason=reason.strip(),
            by=actor.staff_id,
            now=installation.now(),
        )
        done.object_id = str(proposal_id)
        done.purpose = reason.strip()
        done.detail.update(policy=table.digest, instead_of=before.digest, differences=list(told))
    return proposal_id


def propose_retention(
    installation: Installation,
    actor: Actor,
    version: PolicyVersion,
    years: int,
    edition: str,
    reason: str,
) -> UUID:
    """Propose that sessions under a policy version are kept for so many years.

    Raises as :func:`propose`.
    """
    with reading(installation, actor, Act.CHANGE_POLICY, "policy.propose", "policy") as connection:
        document = with_retention(_document_in_force(connection), version, years, edition)
    return propose(installation, actor, document, reason)


def read_document(content: bytes) -> dict[str, Any]:
    """A policy document from a file.

    Raises
    ------
    BadInput
        Naming the line, when it is no JSON object.
    """
    try:
        document = json.loads(content)
    except UnicodeDecodeError as error:
        raise BadInput("The file is not UTF-8. Save it as UTF-8 and offer it again.") from error
    except ValueError as error:
        line = getattr(error, "lineno", None)
        where = f"line {line}" if line else "its form"
        raise BadInput(
            f"The file is no JSON: see {where}. Correct it and offer it again."
        ) from error
    if not isinstance(document, dict):
        raise BadInput("A policy document is a JSON object, as docs/policy.md describes it.")
    return document


def proposals(installation: Installation, actor: Actor) -> list[ProposalRow]:
    """The newest proposals, for administrators; a refusal is audited."""
    with reading(installation, actor, Act.CHANGE_POLICY, "policy.read", "policy") as connection:
        return policy_documents.proposals(connection)


def counts(installation: Installation, actor: Actor, use: Use) -> tuple[RuleCount, ...]:
    """How many sessions each rule answers for a use now; a refusal is audited."""
    with reading(installation, actor, Act.CHANGE_POLICY, "policy.count", "policy") as connection:
        table = policy.in_force(connection)
        return _count(installation, connection, use, table)[0]


def preview(installation: Installation, actor: Actor, proposal_id: UUID, use: Use) -> Preview:
    """What a proposal would alter for a use; a refusal is audited."""
    with reading(installation, actor, Act.CHANGE_POLICY, "policy.count", "policy") as connection:
        table = policy.in_force(connection)
        proposed = read_table(policy_documents.proposed_document(connection, proposal_id))
        now, then = _count(installation, connection, use, table, proposed)
    return Preview(now, then)


def settle(installation: Installation, actor: Actor, proposal_id: UUID, *, accept: bool) -> None:
    """Put a proposal in force, or turn it down; never one's own.

    Raises
    ------
    Refused
        When the actor is no administrator, or proposed it; or when another table came in force
        since it was proposed; audited.
    BadInput
        When it was decided already.
    """
    action = "policy.accept" if accept else "policy.reject"
    with act(installation, actor, action, "policy", object_id=str(proposal_id)) as done:
        check(actor, Act.CHANGE_POLICY)
        held = next(
            (
                each
                for each in policy_documents.proposals(done.connection)
                if each.id == proposal_id
            ),
            None,
        )
        if held is None or held.decided_at is not None:
            raise BadInput("That proposal was decided already. Reload the page.")
        if accept and held.instead_of != policy.in_force(done.connection).digest:
            raise Refused(
                "Another table came in force since this was proposed.",
                rule="policy.same-table",
                remedy="Propose it anew, so that what it alters is seen against the present one.",
            )
        try:
            settled = policy_documents.settle(
                done.connection, proposal_id, accept, installation.now()
            )
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _BROKEN_RULE:
                raise
            raise Refused(
                "You proposed this change, so another administrator decides on it.",
                rule="policy.two-people",
                remedy="Ask a second administrator to look at it.",
            ) from None
        if not settled:
            raise BadInput("That proposal was decided already. Reload the page.")
        done.purpose = held.reason
        done.detail.update(policy=held.digest, differences=list(held.differences))


def _document_in_force(connection: Connection) -> dict[str, Any]:
    return policy_documents.document(connection, policy.in_force(connection).digest)


def _count(
    installation: Installation, connection: Connection, use: Use, *tables: PolicyTable
) -> list[tuple[RuleCount, ...]]:
    now = installation.now()
    every = [study.id for study in studies.visible(connection)]
    groups, answers = counted(connection, every, (use,), tables, now, as_administrator=True)
    return [count_by_rule(groups, each, use) for each in answers]
