"""Reading the policy table: from its data file, checked throughout, with its digest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from domain.digests import digest
from domain.errors import BadInput
from domain.policy.decision import Outcome, Requirement
from domain.policy.table import GATE_ORDER, Condition, Gate, PolicyTable, Row, Rule, Version
from domain.policy.uses import Use
from domain.vocabulary import ConsentChoice, ConsentScope, PolicyVersion

#: The edition in force. Another one is put in force by an audited act.
CURRENT_EDITION = "2026-11-24"
_RULE = frozenset({"id", "clause", "outcome", "reason", "remedy", "requirements"})
_GATE = _RULE | {"when", "only", "except", "versions"}
_ROW = _RULE | {"versions", "uses", "choice", "needs"}
_VERSION = frozenset({"id", "completed_from", "completed_before", "retention_years"})
_DOCUMENT = frozenset(
    {"edition", "sources", "clauses", "boundary_band_hours", "versions", "use_groups"}
    | {"gates", "rows", "tightenings", "otherwise"}
)

Word = TypeVar("Word", bound=StrEnum)
Entry = Mapping[str, Any]


def edition_document(edition: str = CURRENT_EDITION) -> dict[str, Any]:
    """The data file of an edition, as it is kept beside the code."""
    text = files("domain.policy").joinpath("tables", f"{edition}.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@cache
def current_table() -> PolicyTable:
    """The table of the edition in force; read once."""
    return read_table(edition_document())


def read_table(document: Entry) -> PolicyTable:
    """Build the table from its document.

    Raises
    ------
    BadInput
        Naming the entry, when anything is missing, unknown, contradictory or out of order.
    """
    try:
        _known(document, _DOCUMENT, "the document")
        band = timedelta(hours=document["boundary_band_hours"])
        groups = {name: _words(Use, uses) for name, uses in document["use_groups"].items()}
        clauses = {str(name): str(text) for name, text in document["clauses"].items()}
        table = PolicyTable(
            edition=str(document["edition"]),
            digest=digest(document).hex(),
            clauses=clauses,
            band=band,
            versions=tuple(_version(entry) for entry in document["versions"]),
            use_groups=groups,
            gates=tuple(_gate(entry, groups) for entry in document["gates"]),
            rows=tuple(_row(entry) for entry in document["rows"]),
            tightenings=tuple(_gate(entry, groups) for entry in document["tightenings"]),
            otherwise=_rule(document["otherwise"]),
        )
    except KeyError as error:
        raise _bad(f"{error} is missing or unknown") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise _bad(str(error)) from error
    _check(table)
    return table


def _check(table: PolicyTable) -> None:
    if tuple(dict.fromkeys(gate.rule.id for gate in table.gates)) != GATE_ORDER:
        raise _bad(f"the gates are asked in the order {', '.join(GATE_ORDER)}")
    for rule in table.rules:
        unknown = set(rule.clause.split(", ")) - {*table.clauses, "–"}
        if unknown:
            raise _bad(f"{rule.id} rests on {', '.join(sorted(unknown))}, which is no clause")
        if (rule.outcome is None) != (rule.id == "R04"):
            raise _bad(f"{rule.id} needs an outcome; only R04 takes the stricter of two sides")
    if any(gate.rule.outcome is Outcome.ALLOW for gate in table.tightenings):
        raise _bad("a tightening never allows")
    if table.otherwise.outcome is not Outcome.DENY:
        raise _bad("what no rule allows is denied")
    if table.band < timedelta(0):
        raise _bad("the band round a boundary is no less than 0 hours")
    _check_versions(table.versions)


def _check_versions(versions: tuple[Version, ...]) -> None:
    if len({version.id for version in versions}) != len(versions):
        raise _bad("a version is named twice")
    for version in versions:
        until = version.completed_before
        if until is not None and until <= version.completed_from:
            raise _bad(f"version {version.id} ends before it begins")
        if version.retention_years is not None and version.retention_years < 1:
            raise _bad(f"version {version.id} keeps a session for a year at least")
        others = (other for other in versions if other is not version)
        if any(other.governs(version.completed_from) for other in others):
            raise _bad(f"version {version.id} begins while another one stands")


def _version(entry: Entry) -> Version:
    _known(entry, _VERSION, f"version {entry['id']}")
    years = entry["retention_years"]
    if years is not None and type(years) is not int:
        raise _bad(f"version {entry['id']} states its retention in whole years")
    until = entry["completed_before"]
    return Version(
        id=PolicyVersion(entry["id"]),
        completed_from=_instant(entry["completed_from"]),
        completed_before=None if until is None else _instant(until),
        retention_years=years,
    )


def _rule(entry: Entry) -> Rule:
    outcome = entry["outcome"]
    needs = _in_order(Requirement, entry.get("requirements", ()))
    for field in ("id", "clause", "reason", "remedy"):
        if not isinstance(entry[field], str) or not entry[field]:
            raise _bad(f"{entry['id']} needs a {field}")
    return Rule(
        id=entry["id"],
        clause=entry["clause"],
        outcome=None if outcome is None else Outcome(outcome),
        reason=entry["reason"],
        remedy=entry["remedy"],
        requirements=needs,
    )


def _gate(entry: Entry, groups: Mapping[str, frozenset[Use]]) -> Gate:
    _known(entry, _GATE, entry["id"])
    covered = frozenset(Use)
    if "only" in entry:
        covered = frozenset().union(*(_uses(name, groups) for name in entry["only"]))
    for name in entry.get("except", ()):
        covered -= _uses(name, groups)
    versions = entry.get("versions")
    return Gate(
        rule=_rule(entry),
        when=Condition(entry["when"]),
        uses=covered,
        versions=None if versions is None else _words(PolicyVersion, versions),
    )


def _row(entry: Entry) -> Row:
    _known(entry, _ROW, entry["id"])
    choice = entry.get("choice")
    return Row(
        rule=_rule(entry),
        versions=_words(PolicyVersion, entry["versions"]),
        uses=_words(Use, entry["uses"]),
        scope=None if choice is None else ConsentScope(choice["scope"]),
        choices=frozenset() if choice is None else _words(ConsentChoice, choice["is"]),
        needs=Condition(entry["needs"]) if "needs" in entry else None,
    )


def _uses(name: str, groups: Mapping[str, frozenset[Use]]) -> frozenset[Use]:
    return groups[name] if name in groups else frozenset({Use(name)})


def _words(kind: type[Word], values: Iterable[str]) -> frozenset[Word]:
    return frozenset(_in_order(kind, values))


def _in_order(kind: type[Word], values: Iterable[str]) -> tuple[Word, ...]:
    return tuple(kind(value) for value in values)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.utcoffset() is None:
        raise _bad(f"{text} needs its offset from UTC")
    return instant


def _known(entry: Entry, fields: frozenset[str], place: str) -> None:
    unknown = sorted(set(entry) - fields)
    if unknown:
        raise _bad(f"{place} holds {', '.join(unknown)}, which means nothing here")


def _bad(problem: str) -> BadInput:
    return BadInput(f"The policy table cannot be used: {problem}. Restore the edition's file.")
