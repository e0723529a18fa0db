"""Changes of the policy table: proposed as a whole document, told apart entry by entry."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from domain.errors import BadInput
from domain.policy.reading import read_table
from domain.policy.table import PolicyTable
from domain.vocabulary import PolicyVersion

_LONGEST_EDITION = 40


def with_retention(
    document: Mapping[str, Any], version: PolicyVersion, years: int, edition: str
) -> dict[str, Any]:
    """A document with a retention rule recorded for one version, as an edition of its own.

    Raises
    ------
    BadInput
        When there is no such version, or the result is no valid table.
    """
    changed = copy.deepcopy(dict(document))
    entries = [each for each in changed["versions"] if each["id"] == version.value]
    if not entries:
        raise BadInput(f"The table has no policy version {version.value}.")
    entries[0]["retention_years"] = years
    changed["edition"] = edition
    check_change(document, changed)
    return changed


def check_change(before: Mapping[str, Any], after: Mapping[str, Any]) -> PolicyTable:
    """The proposed table, when it is one, and another than the one in force.

    Raises
    ------
    BadInput
        Naming the entry that is wrong, or that nothing would change.
    """
    table = read_table(after)
    if not table.edition.strip() or len(table.edition) > _LONGEST_EDITION:
        raise BadInput("Give the edition a short name, such as the day it is to hold from.")
    if not differences(read_table(before), table):
        raise BadInput("Nothing would change: that is the table in force.")
    return table


def differences(before: PolicyTable, after: PolicyTable) -> tuple[str, ...]:
    """What is different, one sentence for each version and rule, in the table's order."""
    told = []
    held = {version.id: version for version in before.versions}
    for version in after.versions:
        was = held.pop(version.id, None)
        if was is None:
            told.append(f"Policy version {version.id.value} is added.")
            continue
        if was.retention_years != version.retention_years:
            told.append(
                f"Policy version {version.id.value} is kept for {_years(version.retention_years)}; "
                f"until now {_years(was.retention_years)}."
            )
        if (was.completed_from, was.completed_before) != (
            version.completed_from,
            version.completed_before,
        ):
            told.append(f"Policy version {version.id.value} governs other dates.")
    told += [f"Policy version {gone.value} is taken out." for gone in held]
    if before.band != after.band:
        hours = after.band.total_seconds() / 3600
        told.append(f"The band round a boundary is {hours:g} hours wide.")
    told += _rules(before, after)
    if before.clauses != after.clauses:
        told.append("The wording of the clauses is another.")
    return tuple(told)


def _rules(before: PolicyTable, after: PolicyTable) -> list[str]:
    was, now = _by_rule(before), _by_rule(after)
    told = []
    for rule in dict.fromkeys([*was, *now]):
        if rule not in was:
            told.append(f"Rule {rule} is added.")
        elif rule not in now:
            told.append(f"Rule {rule} is taken out.")
        elif was[rule] != now[rule]:
            told.append(f"Rule {rule} is changed.")
    return told


def _by_rule(table: PolicyTable) -> dict[str, list[object]]:
    held: dict[str, list[object]] = {}
    for gate in (*table.gates, *table.tightenings):
        held.setdefault(gate.rule.id, []).append(gate)
    for row in table.rows:
        held.setdefault(row.rule.id, []).append(row)
    held.setdefault(table.otherwise.id, []).append(table.otherwise)
    return held


def _years(years: int | None) -> str:
    return "no recorded time" if years is None else f"{years} {'year' if years == 1 else 'years'}"
