"""Review: decisions in their order, which turns were read, the set that holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_RULES = r"""
ALTER TABLE turns_read ENABLE ROW LEVEL SECURITY;
CREATE POLICY ones_own ON turns_read FOR ALL
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]) AND staff_id = current_actor())
  WITH CHECK (study_id = ANY ((SELECT readable_studies())::uuid[]) AND staff_id = current_actor());
GRANT SELECT, INSERT ON turns_read TO clearance_app;
GRANT UPDATE (turns) ON turns_read TO clearance_app;

-- What a reviewer takes out must not be found by searching for it.
CREATE POLICY reviewers_index ON session_search FOR INSERT
  WITH CHECK (study_id = ANY ((SELECT readable_studies())::uuid[]));
CREATE POLICY reviewers_index_again ON session_search FOR UPDATE
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]));
"""


def upgrade() -> None:
    """Make it."""
    op.drop_index("ix_decision__session", "decision")
    op.drop_constraint("ck_decision__kind", "decision")
    op.create_check_constraint(
        op.f("ck_decision__kind"), "decision", "kind IN ('redact', 'generalise', 'keep', 'withdraw')"
    )
    op.drop_column("decision", "finding_id")
    # Nothing could decide before this, so there is no row that would need a place.
    op.add_column("decision", sa.Column("ordinal", sa.Integer(), nullable=False))
    op.create_check_constraint(op.f("ck_decision__ordinal"), "decision", "ordinal > 0")
    op.create_unique_constraint(
        op.f("uq_decision__session_id_ordinal"), "decision", ["session_id", "ordinal"]
    )
    op.create_unique_constraint(
        op.f("uq_redaction_set__id_session_id"), "redaction_set", ["id", "session_id"]
    )
    op.create_foreign_key(
        "fk_session__current_redaction_set",
        "session",
        "redaction_set",
        ["current_redaction_set_id", "id"],
        ["id", "session_id"],
    )
    op.create_table(
        "turns_read",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("turns", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id", "study_id"],
            ["session.id", "session.study_id"],
            name=op.f("fk_turns_read__session_id_study_id"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_turns_read__staff_id")
        ),
        sa.PrimaryKeyConstraint("session_id", "staff_id", name=op.f("pk_turns_read")),
    )
    op.get_bind().exec_driver_sql(_RULES)
