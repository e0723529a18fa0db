"""Withdrawals by hand: what an administrator must know of a session to record one."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_RULES = r"""
-- Administrators read no sessions. To record a withdrawal they need to know which session a number
-- names, what was chosen there and when it was last said; nothing else, and nobody else.
CREATE FUNCTION choices_of_sessions(numbers bigint[])
RETURNS TABLE (number bigint, session_id uuid, study_id uuid, scope text, choice text, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT s.number, s.id, s.study_id, asked.scope, asked.choice,
    (SELECT max(e.at) FROM consent_event e WHERE e.session_id = s.id AND e.scope = asked.scope)
  FROM session s CROSS JOIN LATERAL (VALUES
    ('publish_responses', s.choice_publish_responses),
    ('share_researchers', s.choice_share_researchers),
    ('share_journalists', s.choice_share_journalists),
    ('contact', s.choice_contact)) AS asked (scope, choice)
  WHERE s.number = ANY (numbers) AND actor_has_role('administrator')
  ORDER BY s.number, asked.scope
$$;
REVOKE EXECUTE ON FUNCTION choices_of_sessions(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION choices_of_sessions(bigint[]) TO clearance_app;
"""


def upgrade() -> None:
    """Make it."""
    op.get_bind().exec_driver_sql(_RULES)
