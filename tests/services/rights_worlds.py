"""What tests of erasure and retention share: words planted everywhere, and looking for them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import create_engine, text

from services.erasure import Erased, erase
from services.installation import Installation
from tests.services.shares.worlds import World

#: Words that stand nowhere else.
MARKER = "Quibblethwaite"
EVIDENCE = {"evidence": "Ticket 4711", "reason": "The participant asked for it"}


def numbers_of(world: World, *names: str) -> list[int]:
    """The numbers of sessions of a world."""
    engine = create_engine(world.installation.database.addresses.owner or "")
    with engine.connect() as connection:
        found = [
            int(
                connection.execute(
                    text("SELECT number FROM session WHERE id = :id"), {"id": world.sessions[name]}
                ).scalar_one()
            )
            for name in names
        ]
    engine.dispose()
    return found


def erased(world: World, *names: str, whole_person: bool = False, sessions: int = 1) -> Erased:
    """Erase sessions of a world, as its administrator."""
    return erase(
        world.installation,
        world.administrator,
        numbers=numbers_of(world, *names),
        whole_person=whole_person,
        confirmation=f"erase {sessions} session{'s' if sessions > 1 else ''}",
        **EVIDENCE,
    )


def tables_with(installation: Installation, words: Sequence[str]) -> set[str]:
    """Every table of the database with one of the words in any column, bytes included."""
    found = set()
    engine = create_engine(installation.database.addresses.owner or "")
    with engine.connect() as connection:
        tables = connection.execute(
            text(
                "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)"
                " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
            )
        ).scalars()
        for table in tables:
            for word in words:
                # A row as text shows bytes as hexadecimal digits.
                held = connection.execute(
                    text(
                        f"SELECT count(*) FROM {table} AS row WHERE row::text ILIKE :word"
                        " OR row::text LIKE :bytes"
                    ),
                    {"word": f"%{word}%", "bytes": f"%{word.encode().hex()}%"},
                ).scalar_one()
                if held:
                    found.add(table)
    engine.dispose()
    return found


def as_owner(
    installation: Installation, statement: str, **values: object
) -> list[tuple[object, ...]]:
    """What the owner of the database sees or does."""
    engine = create_engine(installation.database.addresses.owner or "")
    with engine.begin() as connection:
        result = connection.execute(text(statement), values)
        rows = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return rows
