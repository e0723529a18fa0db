"""The policy page: the table in force, printed from the data that decides."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from components import words
from components.plain_table import Column, draw_table
from components.rule_table import RuleLine, draw_rules
from components.typed import as_typed
from domain.errors import Refused
from domain.permissions import Act, Actor, may
from domain.policy import Outcome, PolicyTable, Use
from domain.policy.standings import ASKED
from domain.policy.table import Gate, Row, Rule, Version
from domain.vocabulary import Role
from pages.front.visitor import require_visitor
from services import installation, policy_table

_TONES = {Outcome.ALLOW: "good", Outcome.HOLD: "wait", Outcome.DENY: "bad"}


def page() -> None:
    """Draw the table in force."""
    actor = require_visitor()
    st.title("Policy")
    try:
        table = policy_table.table_in_force(installation.current(), actor)
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return
    st.caption(f"Edition {as_typed(table.edition)} · digest {table.digest}")
    st.markdown(
        "The rules below are read from the table that answers every question about a session: "
        "first the gates, in this order, then the rule for policy version, use and choice. "
        f"What no rule allows is denied ({table.otherwise.id})."
    )
    versions, gates, rules, clauses = st.tabs(
        ["Policy versions", "Gates", "Rules by use", "Clauses"]
    )
    if may(actor, Act.COUNT_BY_RULE):
        _sessions(actor, table)
    with versions:
        _versions(table)
    with gates:
        draw_rules([_gate(gate) for gate in table.gates])
    with rules:
        _rules(table)
    with clauses:
        draw_table(
            [
                Column("Clause", list(table.clauses), whole=True),
                Column("In short", list(table.clauses.values())),
            ]
        )


def _sessions(actor: Actor, table: PolicyTable) -> None:
    """How many sessions fall under each rule, for one use at a time."""
    whole = actor.holds(Role.ADMINISTRATOR)
    st.subheader("Sessions by rule" if whole else "Sessions by rule, in your studies")
    use = st.selectbox(
        "For the use", list(ASKED), index=2, format_func=_use, key="policy.counted", width=420
    )
    counts = policy_table.sessions_by_rule(installation.current(), actor, use)
    if not counts:
        st.caption("There is no session yet.")
        return
    reasons = {rule.id: rule.reason for rule in table.rules}
    draw_table(
        [
            Column("Rule", [each.rule for each in counts], whole=True),
            Column("Answer", [each.outcome.value for each in counts], whole=True),
            Column("Sessions", [f"{each.sessions:,}" for each in counts], number=True),
            Column("Why", [reasons[each.rule] for each in counts]),
        ]
    )
    if actor.holds(Role.REVIEWER):
        for outcome in sorted({each.outcome for each in counts}):
            st.link_button(
                f"Sessions with “{outcome}”",
                f"/sessions?outcome={use}:{outcome}",
                icon=":material/forum:",
            )


def _versions(table: PolicyTable) -> None:
    draw_table(
        [
            Column("Version", [version.id.value for version in table.versions], whole=True),
            Column(
                "Completed from", [words.moment(each.completed_from) for each in table.versions]
            ),
            Column("Completed before", [_until(version) for version in table.versions]),
            Column("Kept for", [_kept(version) for version in table.versions]),
        ]
    )
    hours = table.band.total_seconds() / 3600
    st.caption(
        f"The policies name dates without a time zone: within {hours:g} hours of one, what would "
        "leave takes the stricter of both sides. A session that no version governs is on hold."
    )


def _rules(table: PolicyTable) -> None:
    chosen = st.selectbox(
        "Use", list(Use), format_func=_use, index=None, placeholder="Every use", key="policy.use"
    )
    lines = [_row(row) for row in table.rows if chosen is None or chosen in row.uses]
    lines += [_gate(gate) for gate in table.tightenings if chosen is None or chosen in gate.uses]
    draw_rules([*lines, _line(table.otherwise, "anything else")])


def _gate(gate: Gate) -> RuleLine:
    covered = "every use" if gate.uses == frozenset(Use) else _uses(gate.uses)
    left_out = frozenset(Use) - gate.uses
    if left_out and len(left_out) < len(gate.uses):
        covered = f"every use but: {_uses(left_out)}"
    under = "" if gate.versions is None else f" · under {_listed(gate.versions)}"
    return _line(gate.rule, f"When: {_plain(gate.when)}{under}. Covers: {covered}")


def _row(row: Row) -> RuleLine:
    about = f"{_uses(row.uses)} · under {_listed(row.versions)}"
    if row.scope is not None:
        about += f" · choice “{words.SCOPES[row.scope]}”: "
        about += " or ".join(sorted(words.CHOICES[choice] for choice in row.choices))
    if row.needs is not None:
        about += f" · needs {_plain(row.needs)}"
    return _line(row.rule, about)


def _line(rule: Rule, about: str) -> RuleLine:
    return RuleLine(
        rule=rule.id,
        answer="stricter side" if rule.outcome is None else rule.outcome.value,
        tone="wait" if rule.outcome is None else _TONES[rule.outcome],
        about=about,
        why=" ".join((rule.reason, rule.remedy)),
        needs=", ".join(need.label for need in rule.requirements),
        clause=rule.clause,
    )


def _use(use: Use) -> str:
    return use.label


def _uses(uses: Iterable[Use]) -> str:
    held = frozenset(uses)
    return "; ".join(use.label for use in Use if use in held)


def _listed(values: Iterable[str]) -> str:
    return " and ".join(sorted(values))


def _plain(condition: str) -> str:
    return condition.replace("_", " ")


def _until(version: Version) -> str:
    return "stands" if version.completed_before is None else words.moment(version.completed_before)


def _kept(version: Version) -> str:
    if version.retention_years is None:
        return "no rule recorded"
    return words.plural(version.retention_years, "year")
