"""Changes of the policy: proposed by one administrator, put in force by another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_RULES = r"""
-- Two administrators change the policy: one proposes, another decides. The table in force is written
-- by this function alone; they are told apart by who they are at the identity provider too.
CREATE FUNCTION settle_policy_proposal(proposal uuid, accept boolean, at timestamptz)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  held policy_proposal;
BEGIN
  SELECT * INTO held FROM policy_proposal WHERE id = proposal FOR UPDATE;
  IF held.id IS NULL OR held.decided_at IS NOT NULL OR NOT actor_has_role('administrator') THEN
    RETURN false;
  END IF;
  IF EXISTS (SELECT 1 FROM staff a JOIN staff b
      ON a.id = b.id OR (a.issuer, a.subject) = (b.issuer, b.subject)
      WHERE a.id = held.proposed_by AND b.id = current_actor()) THEN
    RAISE EXCEPTION 'policy.two-people: another administrator decides' USING ERRCODE = '23514';
  END IF;
  UPDATE policy_proposal SET decided_by = current_actor(), decided_at = at, accepted = accept
    WHERE id = proposal;
  IF accept THEN
    INSERT INTO policy_document (digest, document, in_force_from, put_in_force_by)
    VALUES (held.digest, held.document, at, current_actor())
    ON CONFLICT (digest) DO UPDATE SET in_force_from = at, put_in_force_by = current_actor();
  END IF;
  RETURN true;
END
$$;
REVOKE EXECUTE ON FUNCTION settle_policy_proposal(uuid, boolean, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle_policy_proposal(uuid, boolean, timestamptz) TO clearance_app;

GRANT SELECT, INSERT ON policy_proposal TO clearance_app;
ALTER TABLE policy_proposal ENABLE ROW LEVEL SECURITY;
-- The rules are nobody's secret, and neither is who wants to change them.
CREATE POLICY readable ON policy_proposal FOR SELECT USING (current_actor() IS NOT NULL);
CREATE POLICY administrators_propose ON policy_proposal FOR INSERT WITH CHECK (
  (SELECT actor_has_role('administrator')) AND proposed_by = current_actor()
  AND decided_by IS NULL);

-- How many sessions answer the policy's questions alike: counts for administrators, who read no
-- session. A slot is the stretch of time between two of the instants asked about.
CREATE FUNCTION sessions_by_facts(cuts timestamptz[])
RETURNS TABLE (slot integer, status text, plan text, memory_on boolean, flag_state text,
  publish text, researchers text, journalists text, contact text, erased boolean, withdrawn boolean,
  sessions bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT CASE WHEN s.completed_at IS NULL THEN -1 ELSE width_bucket(s.completed_at, cuts) END,
    s.status, s.plan, s.memory_on, s.flag_state, s.choice_publish_responses,
    s.choice_share_researchers, s.choice_share_journalists, s.choice_contact,
    s.erased_at IS NOT NULL, s.withdrawn_at IS NOT NULL, count(*)
  FROM session s
  WHERE actor_has_role('administrator')
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
$$;
REVOKE EXECUTE ON FUNCTION sessions_by_facts(timestamptz[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sessions_by_facts(timestamptz[]) TO clearance_app;
"""


def upgrade() -> None:
    """Make it."""
    op.create_table('policy_proposal',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('differences', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('instead_of', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_by', sa.Uuid(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted', sa.Boolean(), nullable=True),
    sa.CheckConstraint('(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (accepted IS NULL)', name=op.f('ck_policy_proposal__decided_whole')),
    sa.CheckConstraint('decided_by <> proposed_by', name=op.f('ck_policy_proposal__two_people')),
    sa.CheckConstraint('length(btrim(reason)) >= 10', name=op.f('ck_policy_proposal__reason_stated')),
    sa.ForeignKeyConstraint(['decided_by'], ['staff.id'], name=op.f('fk_policy_proposal__decided_by')),
    sa.ForeignKeyConstraint(['proposed_by'], ['staff.id'], name=op.f('fk_policy_proposal__proposed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_proposal'))
    )
    op.create_index('ix_policy_proposal__proposed', 'policy_proposal', ['proposed_at'], unique=False)
    op.get_bind().exec_driver_sql(_RULES)
