"""A sign-in's standing in one question, and for good once it has ended."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_RULES = r"""
-- Asked at every message of every screen, before it is known in whose name: so it answers only
-- who knows the token's digest, with that person's own roles and grants.
CREATE FUNCTION standing_of(wanted bytea)
RETURNS TABLE (id uuid, staff_id uuid, authenticated_at timestamptz, last_active_at timestamptz,
  ended_at timestamptz, end_reason text, active boolean, display_name text, service text,
  roles text[], study_id uuid, grant_role text, purpose text, starts_at timestamptz,
  expires_at timestamptz, revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.id, w.staff_id, w.authenticated_at, w.last_active_at, w.ended_at, w.end_reason,
    s.active, s.display_name, s.service,
    (SELECT array_agg(r.role) FROM staff_role r
      WHERE r.staff_id = s.id AND r.revoked_at IS NULL),
    g.study_id, g.role, g.purpose, g.starts_at, g.expires_at, g.revoked_at
  FROM web_session w
  JOIN staff s ON s.id = w.staff_id
  LEFT JOIN study_grant g ON g.staff_id = s.id
  WHERE w.token_digest = wanted
$$;
REVOKE ALL ON FUNCTION standing_of(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION standing_of(bytea) TO clearance_app;

CREATE FUNCTION keep_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a sign-in that has ended cannot be changed' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER ended_for_good BEFORE UPDATE ON web_session
  FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION keep_ended();
"""


def upgrade() -> None:
    """Make it."""
    op.get_bind().exec_driver_sql(_RULES)
