"""The policy table in force, for those who work under it."""

from __future__ import annotations

from data_access import studies as study_rows
from domain.permissions import Act, Actor
from domain.policy import PolicyTable, Use
from domain.policy.standings import RuleCount, count_by_rule
from domain.vocabulary import Role
from services import policy
from services.acts import reading
from services.installation import Installation
from services.policy_standings import counted


def sessions_by_rule(installation: Installation, actor: Actor, use: Use) -> tuple[RuleCount, ...]:
    """How many sessions each rule answers for a use: of all studies for administrators.

    Of one's own studies for reviewers. Nobody else is told counts that no threshold guards.

    Raises
    ------
    Refused
        When the actor is neither; audited.
    """
    with reading(installation, actor, Act.COUNT_BY_RULE, "policy.count", "policy") as connection:
        as_administrator = actor.holds(Role.ADMINISTRATOR)
        mine = actor.studies(Role.REVIEWER, installation.now())
        studies = [
            study.id
            for study in study_rows.visible(connection)
            if as_administrator or study.id in mine
        ]
        table = policy.in_force(connection)
        groups, (answers,) = counted(
            connection,
            studies,
            (use,),
            [table],
            installation.now(),
            as_administrator=as_administrator,
        )
    return count_by_rule(groups, answers, use)


def table_in_force(installation: Installation, actor: Actor) -> PolicyTable:
    """The table that every decision is read from now.

    Raises
    ------
    Refused
        When the actor holds no role; audited.
    """
    with reading(installation, actor, Act.READ_POLICY, "policy.read", "policy") as connection:
        return policy.in_force(connection)
