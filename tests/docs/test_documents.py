"""The documentation says what the code is: nothing missing, nothing stale, no dead link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from data_access import embedded
from data_access.database import Database
from data_access.tables import Base
from docs.generate import DOCS, GENERATED, asked_for, renewed
from docs.tables import leaf_commands, parameters
from domain.permissions import Act
from domain.policy.reading import current_table
from services.importing import records
from settings import Settings

ROOT = DOCS.parent
_PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
_LINK = re.compile(r"\]\(([^)\s]+)\)|src(?:set)?=\"([^\"]+)\"")
_MAKE = re.compile(r"\bmake ([a-z][a-z-]*)\b")
_COMMAND = re.compile(r"cli\.py ([a-z][a-z -]*[a-z])")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _code_parts(text: str) -> str:
    """What stands between backticks, in lines and in blocks: where commands are written."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))


@pytest.mark.parametrize("path", _PAGES, ids=_name)
def test_every_relative_link_and_image_leads_somewhere(path: Path) -> None:
    for found in _LINK.finditer(path.read_text(encoding="utf-8")):
        target = (found[1] or found[2]).split("#")[0]
        if not target or re.match(r"[a-z]+:", target):
            continue
        assert (path.parent / target).exists(), f"{_name(path)} points to {target}"


@pytest.mark.parametrize("path", _PAGES, ids=_name)
def test_every_make_target_that_a_page_names_is_there(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", _text("Makefile"), re.MULTILINE))
    named = set(_MAKE.findall(_code_parts(path.read_text(encoding="utf-8"))))
    assert named <= targets


@pytest.mark.parametrize("path", _PAGES, ids=_name)
def test_every_command_that_a_page_names_is_there(path: Path) -> None:
    commands = [name for name, _ in leaf_commands()]
    for named in _COMMAND.findall(_code_parts(path.read_text(encoding="utf-8"))):
        assert any(
            f"{named} ".startswith(f"{command} ") or f"{command} ".startswith(f"{named} ")
            for command in commands
        ), f"{_name(path)} names cli.py {named}"


def test_every_command_is_introduced_in_the_readme() -> None:
    readme = _text("README.md")
    assert [name for name, _ in leaf_commands() if f"cli.py {name}" not in readme] == []


def test_every_command_and_option_is_in_the_reference() -> None:
    page = _text("docs/command-line.md")
    for name, command in leaf_commands():
        section = page.split(f"### `cli.py {name}`\n")[1].split("\n### ")[0]
        for held in parameters(command):
            written = held.opts[0] if held.param_type_name == "option" else held.name.upper()
            assert f"`{written}`" in section, f"cli.py {name} {written}"


def test_every_command_says_what_it_does() -> None:
    assert [name for name, command in leaf_commands() if not command.help] == []


def test_every_setting_is_documented() -> None:
    page = _text("docs/settings.md")
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no description"
        assert f"| `CLEARANCE_{name.upper()}` |" in page


def test_every_table_is_documented_with_each_of_its_columns() -> None:
    page = _text("docs/data-model.md")
    for table in Base.metadata.tables.values():
        section = page.split(f"### `{table.fullname}`\n")[1].split("\n### ")[0]
        assert section.strip()[0].isupper(), f"{table.fullname} does not say what it is for"
        for column in table.columns:
            assert f"| `{column.name}` |" in section


def test_every_field_of_the_import_forms_is_documented() -> None:
    page = _text("docs/import-format.md")
    for name in records._SESSION_FIELDS:
        assert f"| `{name}` |" in page
    for kind in (records.AccountRecord, records.ChoiceRecord):
        for name in kind.__dataclass_fields__:
            assert f"| `{name}` |" in page, f"{kind.__name__}.{name}"


def test_every_rule_of_the_policy_and_every_act_is_documented() -> None:
    policy, security = _text("docs/policy.md"), _text("docs/security.md")
    assert [rule.id for rule in current_table().rules if f"| {rule.id} |" not in policy] == []
    assert [act.value for act in Act if f"| {act.value} |" not in security] == []


def test_every_generated_table_has_its_place() -> None:
    asked = [name for path in _PAGES for name in asked_for(path.read_text(encoding="utf-8"))]
    assert sorted(asked) == sorted(GENERATED), "each once, in one page"


def test_the_generated_tables_are_current(
    server: embedded.EmbeddedServer, database: Database
) -> None:
    name = database.addresses.app.database
    assert name is not None
    superuser = create_engine(server.url(database=name, user="postgres"))
    with superuser.connect() as connection:
        stale = [
            _name(path)
            for path in _PAGES
            if renewed(text := path.read_text(encoding="utf-8"), connection) != text
        ]
    superuser.dispose()
    assert stale == [], "run make docs, and commit"


@pytest.mark.parametrize("path", sorted((DOCS / "decisions").glob("*.md")), ids=_name)
def test_each_decision_says_why_what_and_what_follows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for heading in ("## Context", "## Decision", "## Consequences"):
        assert f"\n{heading}\n" in text
    assert path.name in _text("docs/architecture.md"), "and the architecture page leads to it"
