"""Each rule of the policy has a place where it is held to, and each place is there."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from data_access.database import APP_ROLE, Database
from docs.rule_places import NOT_OFFERED, PLACES
from domain.policy import Use, current_table

_ROOT = Path(__file__).resolve().parents[2]
_RULES = sorted({rule.id for rule in current_table().rules})
_ASKED = {
    "function": "SELECT 1 FROM pg_proc WHERE proname = :name",
    "policy": "SELECT 1 FROM pg_policies WHERE policyname = :name AND tablename = :on",
    "trigger": "SELECT 1 FROM pg_trigger WHERE tgname = :name AND tgrelid::regclass::text = :on",
    "check": "SELECT 1 FROM pg_constraint WHERE conname = :name",
}


def test_every_rule_of_the_table_has_its_place_and_no_other_has() -> None:
    assert sorted(PLACES) == _RULES


@pytest.mark.parametrize("rule", _RULES)
def test_a_rule_is_enforced_somewhere_or_what_it_is_about_is_not_offered(rule: str) -> None:
    place = PLACES[rule]
    assert place.tests, "each rule is tested"
    for each in place.services:
        module, name = each.split(":")
        assert callable(getattr(importlib.import_module(module), name)), each
    for each in place.tests:
        path, name = each.split("::")
        tree = ast.parse((_ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, each
    if not place.services:
        uses = {use for row in current_table().rows if row.rule.id == rule for use in row.uses}
        assert uses <= {*NOT_OFFERED, Use.PUBLISH_RESPONSES}, f"{rule}: who is stopped, and where?"
        assert place.note


@pytest.mark.parametrize("rule", _RULES)
def test_the_database_has_what_holds_a_rule_again(rule: str, database: Database) -> None:
    engine = create_engine(database.addresses.owner or "")
    with engine.connect() as connection:
        for each in PLACES[rule].database:
            kind, name, *rest = re.split(r" ON | ", each)
            if kind == "unread":
                where, _, column = name.rpartition(".")
                may = connection.execute(
                    text("SELECT has_column_privilege(:role, :where, :column, 'SELECT')"),
                    {"role": APP_ROLE, "where": where, "column": column},
                ).scalar_one()
                assert may is False, each
                continue
            found = connection.execute(
                text(_ASKED[kind]), {"name": name, "on": rest[0] if rest else ""}
            ).first()
            assert found is not None, each
    engine.dispose()


def test_what_is_not_offered_is_asked_for_nowhere() -> None:
    """A service that comes to ask for such a use must name its place beside the rule."""
    asked = set()
    for folder in ("services", "jobs"):
        for path in (_ROOT / folder).rglob("*.py"):
            said = path.read_text(encoding="utf-8")
            asked |= {use for use in NOT_OFFERED if re.search(rf"\bUse\.{use.name}\b", said)}
    assert asked == set()
