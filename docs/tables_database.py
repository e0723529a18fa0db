"""Tables that the database itself states: columns, privileges, row-level security."""

from __future__ import annotations

from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects import postgresql

from data_access.database import APP_ROLE, IDENTITY_ROLE
from data_access.tables import Base
from docs.markdown import code, table

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
_KINDS = {"SELECT": "read", "INSERT": "add", "UPDATE": "change", "DELETE": "delete", "ALL": "all"}

_PRIVILEGES = text(
    """
    SELECT n.nspname AS schema, c.relname AS name, kind,
      has_table_privilege(:role, c.oid, kind) AS whole,
      ARRAY(SELECT a.attname::text FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              AND kind <> 'DELETE' AND has_column_privilege(:role, c.oid, a.attnum, kind)
            ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
      unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS kind
    WHERE c.relkind = 'r' AND n.nspname IN ('public', 'identity')
    ORDER BY 1, 2, array_position(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'], kind)
    """
)


def tables(_connection: Connection) -> str:
    """Every table with what it is for and its columns, as the models name them."""
    parts = []
    for mapper in sorted(Base.registry.mappers, key=lambda held: _full_name(held.local_table)):
        held = mapper.local_table
        assert isinstance(held, Table)
        said = " ".join((mapper.class_.__doc__ or "").split())
        rows = [
            (
                code(column.name),
                code(column.type.compile(dialect=_DIALECT).lower()),
                "yes" if column.nullable else "",
                ", ".join(sorted(code(key.target_fullname) for key in column.foreign_keys)),
            )
            for column in held.columns
        ]
        parts.append(
            f"### `{_full_name(held)}`\n\n{said}\n\n"
            + table(("Column", "Type", "May be empty", "Refers to"), rows)
            + "\n"
        )
    return "\n".join(parts).rstrip()


def privileges(connection: Connection) -> str:
    """What the two roles of the running product may do at all, before row-level security."""
    held: dict[str, dict[str, list[str]]] = {}
    for role in (APP_ROLE, IDENTITY_ROLE):
        for row in connection.execute(_PRIVILEGES, {"role": role}):
            name = row.name if row.schema == "public" else f"{row.schema}.{row.name}"
            kinds = held.setdefault(name, {}).setdefault(role, [])
            if row.whole:
                kinds.append(_KINDS[row.kind])
            elif row.columns:
                kinds.append(f"{_KINDS[row.kind]} only {', '.join(row.columns)}")
    return table(
        ("Table", code(APP_ROLE), code(IDENTITY_ROLE)),
        (
            (code(name), "; ".join(by[APP_ROLE]) or "–", "; ".join(by[IDENTITY_ROLE]) or "–")
            for name, by in sorted(held.items())
        ),
    )


def policies(connection: Connection) -> str:
    """Every row-level security policy, as PostgreSQL holds it."""
    found = connection.execute(
        text(
            "SELECT schemaname, tablename, policyname, cmd, roles::text[] AS roles, qual,"
            " with_check FROM pg_policies ORDER BY 1 DESC, 2, 4, 3"
        )
    )
    return table(
        ("Table", "Policy", "For", "Rows that may be seen or touched", "New rows must be"),
        (
            (
                code(
                    row.tablename
                    if row.schemaname == "public"
                    else f"{row.schemaname}.{row.tablename}"
                ),
                row.policyname.replace("_", " ")
                + ("" if row.roles == ["public"] else f" ({', '.join(row.roles)})"),
                _KINDS[row.cmd],
                code(row.qual) if row.qual else "–",
                code(row.with_check) if row.with_check else "–",
            )
            for row in found
        ),
    )


def definer_functions(connection: Connection) -> str:
    """Functions that look past row-level security, which must therefore be few and small."""
    found = connection.execute(
        text(
            "SELECT p.proname AS name, pg_get_function_identity_arguments(p.oid) AS arguments,"
            " pg_get_function_result(p.oid) AS result FROM pg_proc p"
            " JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname = 'public' AND p.prosecdef ORDER BY 1"
        )
    )
    return table(
        ("Function", "Gives"),
        ((code(f"{row.name}({row.arguments})"), code(row.result)) for row in found),
    )


def _full_name(held: object) -> str:
    return str(getattr(held, "fullname", held))
