"""All SQL: tables, migrations, actor-scoped transactions, one module per subject."""
