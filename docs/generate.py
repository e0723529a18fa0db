"""Writes the generated tables of the documentation into its pages (``make docs``).

A page marks the place with ``<!-- generated: NAME -->`` and ``<!-- end: NAME -->``; what
stands between is replaced. ``tests/docs`` fails when a page is out of date.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import Connection, create_engine

from data_access import embedded
from data_access.database import connect_embedded
from data_access.migrate import migrate
from docs import tables, tables_database
from docs.rule_places import rule_places

DOCS = Path(__file__).parent
_MARKED = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)

Table = Callable[[Connection], str]
GENERATED: Mapping[str, Table] = {
    "settings": lambda _: tables.settings_table(),
    "commands": lambda _: tables.commands(),
    "permissions": lambda _: tables.permissions(),
    "policy-gates": lambda _: tables.policy_gates(),
    "policy-rows": lambda _: tables.policy_rows(),
    "policy-clauses": lambda _: tables.policy_clauses(),
    "rule-places": lambda _: rule_places(),
    "policy-versions": lambda _: tables.policy_versions(),
    "share-lifecycle": lambda _: tables.share_lifecycle(),
    "share-steps": lambda _: tables.share_steps(),
    "rounds": lambda _: tables.rounds(),
    "publication-lifecycle": lambda _: tables.publication_lifecycle(),
    "publication-steps": lambda _: tables.publication_steps(),
    "tables": tables_database.tables,
    "row-level-security": tables_database.policies,
    "privileges": tables_database.privileges,
    "definer-functions": tables_database.definer_functions,
}


def renewed(page: str, connection: Connection) -> str:
    """A page's text with its generated parts as they should be.

    Raises
    ------
    KeyError
        When the page asks for a table that there is none of.
    """
    return _MARKED.sub(
        lambda found: f"{found[1]}{GENERATED[found[2]](connection)}\n{found[3]}", page
    )


def asked_for(page: str) -> set[str]:
    """The generated tables that a page marks a place for."""
    return {found[2] for found in _MARKED.finditer(page)}


def main() -> None:
    """Renew every page, from the code and from a database made by the migrations."""
    with tempfile.TemporaryDirectory(prefix="clearance-docs-") as directory:
        server = embedded.start(Path(directory) / "postgres", disposable=True)
        database = connect_embedded(server, "docs")
        try:
            migrate(database)
            superuser = create_engine(server.url(database="docs", user="postgres"))
            with superuser.connect() as connection:
                _renew_pages(connection)
            superuser.dispose()
        finally:
            database.close()


def _renew_pages(connection: Connection) -> None:
    for path in sorted(DOCS.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        new = renewed(text, connection)
        if new != text:
            path.write_text(new, encoding="utf-8")
            print(f"renewed {path.relative_to(DOCS.parent)}")


if __name__ == "__main__":
    main()
