"""Quasi-identifiers: what a participant said of themselves that counts together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_RULES = r"""
-- Traits are words of the original: read like findings, written by the engine, renewed by its runs.
GRANT SELECT, INSERT, DELETE ON quasi_identifier TO clearance_app;
ALTER TABLE quasi_identifier ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON quasi_identifier FOR SELECT
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]));
CREATE POLICY engine_writes ON quasi_identifier FOR INSERT
  WITH CHECK ((SELECT actor_is_service('deidentification')));
CREATE POLICY engine_renews ON quasi_identifier FOR DELETE
  USING ((SELECT actor_is_service('deidentification')));

-- In how many other studies, beyond those the actor may read, the same participant took part.
CREATE FUNCTION other_studies(wanted uuid) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT count(DISTINCT other.study_id)::integer
  FROM session s JOIN session other ON other.participant_id = s.participant_id
  WHERE s.id = wanted AND s.study_id = ANY (readable_studies())
    AND other.study_id <> s.study_id AND NOT other.study_id = ANY (readable_studies())
$$;
REVOKE EXECUTE ON FUNCTION other_studies(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION other_studies(uuid) TO clearance_app;
"""


def upgrade() -> None:
    """Make it."""
    op.create_table('quasi_identifier',
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.CheckConstraint('turn >= 0 AND start >= 0 AND start < "end"', name=op.f('ck_quasi_identifier__span')),
    sa.ForeignKeyConstraint(['session_id', 'study_id'], ['session.id', 'session.study_id'], name=op.f('fk_quasi_identifier__session_id_study_id')),
    sa.PrimaryKeyConstraint('session_id', 'category', 'value', name=op.f('pk_quasi_identifier'))
    )
    op.create_index('ix_quasi_identifier__trait', 'quasi_identifier', ['study_id', 'category', 'value', 'participant_id'], unique=False)
    op.get_bind().exec_driver_sql(_RULES)
