"""Tables that the code itself states: settings, commands, permissions, the policy table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import typer
from pydantic import SecretStr

import cli
from docs.markdown import code, table
from domain.operations.catalogue import ROUNDS
from domain.permissions import ROLES_FOR, Act
from domain.policy.reading import current_table
from domain.policy.uses import Use
from domain.publications import lifecycle as publications
from domain.shares.lifecycle import TRANSITIONS, ShareState, diagram
from domain.vocabulary import PolicyVersion, Role
from settings import Settings


def settings_table() -> str:
    """Every setting: its variable, what it is when unset, what it does."""
    return table(
        ("Variable", "When unset", "What it sets"),
        (
            (code(f"CLEARANCE_{name.upper()}"), _default(name), field.description or "")
            for name, field in Settings.model_fields.items()
        ),
    )


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if name == "data_dir":
        return "`.data` in the project"
    if isinstance(field.default, timedelta):
        return f"{int(field.default.total_seconds()):,} s"
    if field.default is None:
        secret = SecretStr in getattr(field.annotation, "__args__", ())
        return "– (a secret)" if secret else "–"
    return code(str(field.default))


def commands() -> str:
    """Every command with its arguments and options."""
    parts = []
    for name, command in leaf_commands():
        parts.append(f"### `cli.py {name}`\n\n{(command.help or '').strip()}\n")
        rows = [_parameter(held) for held in parameters(command)]
        if rows:
            parts.append(table(("Argument or option", "Needed", "What it is"), rows) + "\n")
    return "\n".join(parts).rstrip()


def leaf_commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, by the words that call it.

    Typer carries its own copy of Click, whose classes have no public name.
    """
    yield from _leaves("", typer.main.get_command(cli.app))


def parameters(command: Any) -> list[Any]:
    """A command's arguments and options, without ``--help``."""
    return [held for held in command.params if held.name != "help"]


def _leaves(prefix: str, command: Any) -> Iterator[tuple[str, Any]]:
    for name, inner in sorted(command.commands.items()):
        words = f"{prefix} {name}".strip()
        if hasattr(inner, "commands"):
            yield from _leaves(words, inner)
        else:
            yield words, inner


def _parameter(held: Any) -> tuple[str, str, str]:
    if held.param_type_name == "option":
        names = ", ".join(code(option) for option in (*held.opts, *held.secondary_opts))
    else:
        names = code(held.name.upper())
    return names, "yes" if held.required else "", held.help or ""


def permissions() -> str:
    """Which role may do which act."""
    return table(
        ("Act", *(role.value.replace("_", " & ") for role in Role)),
        ((act.value, *("yes" if role in ROLES_FOR[act] else "" for role in Role)) for act in Act),
    )


def policy_versions() -> str:
    """The policies' ranges, and how long each lets a session be kept."""
    return table(
        ("Version", "Completed from", "Completed before", "Kept for"),
        (
            (
                version.id.value,
                f"{version.completed_from:%Y-%m-%d %H:%M} UTC",
                "–"
                if version.completed_before is None
                else f"{version.completed_before:%Y-%m-%d %H:%M} UTC",
                "no rule recorded"
                if version.retention_years is None
                else f"{version.retention_years} years",
            )
            for version in current_table().versions
        ),
    )


def policy_gates() -> str:
    """The rules that are asked first, in their order, and what tightens afterwards."""
    held = current_table()
    return table(
        ("Rule", "Uses", "Outcome", "Clause", "Reason", "What to do"),
        (
            (
                gate.rule.id,
                _uses(gate.uses),
                "the stricter side" if gate.rule.outcome is None else gate.rule.outcome.value,
                gate.rule.clause,
                gate.rule.reason,
                gate.rule.remedy,
            )
            for gate in (*held.gates, *held.tightenings)
        ),
    )


def policy_rows() -> str:
    """The rules by version, use and choice, and the last one, which denies."""
    held = current_table()
    rows = [
        (
            row.rule.id,
            _versions(row.versions),
            _uses(row.uses),
            "any"
            if row.scope is None
            else f"{row.scope.value}: {', '.join(sorted(c.value for c in row.choices))}",
            "" if row.rule.outcome is None else row.rule.outcome.value,
            ", ".join(need.label for need in row.rule.requirements),
            row.rule.clause,
            row.rule.reason,
        )
        for row in held.rows
    ]
    last = held.otherwise
    rows.append(
        (
            last.id,
            "any",
            "anything else",
            "any",
            "" if last.outcome is None else last.outcome.value,
            "",
            last.clause,
            last.reason,
        )
    )
    return table(("Rule", "Version", "Use", "Choice", "Outcome", "Needs", "Clause", "Reason"), rows)


def policy_clauses() -> str:
    """What the policies' clauses say, in short."""
    return table(("Clause", "In short"), current_table().clauses.items())


def _uses(uses: Iterable[Use]) -> str:
    held = set(uses)
    if held == set(Use):
        return "all"
    if len(held) > len(Use) / 2:
        return "all but: " + "; ".join(use.label.lower() for use in Use if use not in held)
    return "; ".join(use.label.lower() for use in Use if use in held)


def _versions(versions: Iterable[PolicyVersion]) -> str:
    return ", ".join(sorted(version.value for version in versions))


def share_lifecycle() -> str:
    """The lifecycle of a share as a diagram."""
    return f"```mermaid\n{diagram()}\n```\n"


def rounds() -> str:
    """What workers do by the clock, and how often."""
    return table(
        ("round", "every"),
        [(each.what, f"{each.every.total_seconds():,.0f} s") for each in ROUNDS],
    )


def publication_lifecycle() -> str:
    """The life of a publication as a diagram."""
    return f"```mermaid\n{publications.diagram()}\n```\n"


def publication_steps() -> str:
    """The life of a publication as a table."""
    return table(
        ("step", "from", "to", "who", "when"),
        [
            (
                row.step.value,
                ", ".join(
                    state.value for state in publications.PublicationState if state in row.before
                ),
                row.after.value,
                row.party.value,
                row.when,
            )
            for row in publications.TRANSITIONS
        ],
    )


def share_steps() -> str:
    """The lifecycle of a share as a table."""
    return table(
        ("step", "from", "to", "who", "when"),
        [
            (
                row.step.value,
                ", ".join(state.value for state in ShareState if state in row.before),
                row.after.value,
                row.party.value,
                row.when,
            )
            for row in TRANSITIONS
        ],
    )
