"""Long submissions: checked behind the page too, in the name of who asks."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_RULES = r"""
DROP POLICY releases_asked ON job;
CREATE POLICY shares_asked ON job FOR INSERT WITH CHECK (
  kind IN ('share.release', 'share.submit') AND requested_by = current_actor()
  AND ((SELECT actor_has_role('reviewer')) OR (SELECT actor_has_role('approver'))));
DROP POLICY releases_seen ON job;
CREATE POLICY shares_seen ON job FOR SELECT USING (kind IN ('share.release', 'share.submit')
  AND (study_id = ANY ((SELECT readable_studies())::uuid[])
    OR study_id = ANY ((SELECT approvable_studies())::uuid[])
    OR (SELECT actor_is_service('release'))));
DROP POLICY releases_worked ON job;
CREATE POLICY shares_worked ON job FOR UPDATE USING (
  kind IN ('share.release', 'share.submit') AND (SELECT actor_is_service('release')));
-- The jobs of one request, the newest first.
CREATE INDEX ix_job__share ON job ((payload ->> 'share'), created_at)
  WHERE kind IN ('share.release', 'share.submit');
"""


def upgrade() -> None:
    """Make it."""
    op.get_bind().exec_driver_sql(_RULES)
