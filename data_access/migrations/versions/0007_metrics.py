"""Metrics for leads: weekly snapshots of protected counts, apart from every row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_RULES = r"""
-- Metrics: what leads see is counted by a service, protected, and kept apart from every row.
CREATE FUNCTION lead_studies() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT coalesce(array_agg(g.study_id), '{}')
  FROM study_grant g
  JOIN staff s ON s.id = g.staff_id AND s.active
  JOIN staff_role r ON r.staff_id = s.id AND r.role = 'lead' AND r.revoked_at IS NULL
  WHERE g.staff_id = current_actor() AND g.role = 'lead' AND g.revoked_at IS NULL
    AND g.starts_at <= now() AND now() < g.expires_at
$$;

-- Distinct participants of one study by every declared breakdown, of sessions that began before an
-- instant; for the snapshot service alone. Everybody is the breakdown without a category.
CREATE FUNCTION metric_counts(wanted uuid, before timestamptz, first_week date, last_week date)
RETURNS TABLE (breakdown text, category text, people bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH counted AS MATERIALIZED (
    SELECT s.id, s.participant_id, s.status, s.plan, s.language, s.policy_version, s.review_state,
      s.choice_publish_responses AS publish, s.choice_share_researchers AS researchers,
      s.choice_share_journalists AS journalists, s.choice_contact AS contact, s.turn_count,
      s.current_run_id,
      date_trunc('week', s.sorted_at AT TIME ZONE 'UTC')::date AS week,
      extract(epoch FROM s.completed_at - s.started_at) / 60 AS minutes
    FROM session s
    WHERE s.study_id = wanted AND s.sorted_at < before AND s.erased_at IS NULL
      AND actor_is_service('metrics')
  ), told AS (
    SELECT participant_id, each.breakdown, each.category
    FROM counted CROSS JOIN LATERAL (VALUES
      ('week', CASE WHEN week BETWEEN first_week AND last_week THEN week::text
        ELSE 'in other weeks' END),
      ('status', status), ('plan', CASE WHEN plan IN ('free', 'pro', 'max') THEN plan ELSE 'other' END),
      ('language', split_part(language, '-', 1)), ('policy', policy_version),
      ('review', review_state), ('publish', publish), ('researchers', researchers),
      ('journalists', journalists), ('contact', contact),
      ('duration', CASE WHEN minutes IS NULL THEN 'not known' WHEN minutes < 5 THEN 'under 5 minutes'
        WHEN minutes < 15 THEN '5 to 15 minutes' WHEN minutes < 30 THEN '15 to 30 minutes'
        WHEN minutes < 60 THEN '30 to 60 minutes' ELSE 'over an hour' END),
      ('length', CASE WHEN turn_count < 10 THEN 'under 10 turns' WHEN turn_count < 20 THEN '10 to 19 turns'
        WHEN turn_count < 40 THEN '20 to 39 turns' WHEN turn_count < 80 THEN '40 to 79 turns'
        ELSE '80 or more' END)) AS each (breakdown, category)
    UNION ALL
    SELECT c.participant_id, 'redactions', f.entity_type
    FROM counted c JOIN finding f ON f.session_id = c.id AND f.run_id = c.current_run_id
  )
  SELECT 'everybody', '', count(DISTINCT participant_id) FROM counted
  UNION ALL
  SELECT told.breakdown, told.category, count(DISTINCT participant_id) FROM told GROUP BY 1, 2
  UNION ALL
  SELECT 'returning', CASE WHEN times = 1 THEN 'once' WHEN times = 2 THEN 'twice'
    ELSE 'three times or more' END, count(*)
  FROM (SELECT participant_id, count(*) AS times FROM counted GROUP BY 1) AS back GROUP BY 2
$$;
CREATE FUNCTION metric_ledger(wanted uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT ledger FROM metric_snapshot
  WHERE study_id = wanted AND actor_is_service('metrics') ORDER BY week DESC LIMIT 1
$$;
CREATE FUNCTION metric_studies_due(wanted_week date) RETURNS TABLE (id uuid, opens_on date, closes_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT s.id, s.opens_on, s.closes_on FROM study s
  WHERE actor_is_service('metrics')
    AND EXISTS (SELECT 1 FROM session x WHERE x.study_id = s.id)
    AND NOT EXISTS (SELECT 1 FROM metric_snapshot m WHERE m.study_id = s.id AND m.week = wanted_week)
    AND NOT EXISTS (SELECT 1 FROM deidentification_progress p
      WHERE p.study_id = s.id AND p.state IN ('waiting', 'claimed') AND p.tasks > 0)
  ORDER BY s.id
$$;
REVOKE EXECUTE ON FUNCTION lead_studies(), metric_counts(uuid, timestamptz, date, date),
  metric_ledger(uuid), metric_studies_due(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lead_studies(), metric_counts(uuid, timestamptz, date, date),
  metric_ledger(uuid), metric_studies_due(date) TO clearance_app;

-- A snapshot and its cells are written once. The ledger holds true counts and is not selected.
GRANT INSERT ON metric_snapshot TO clearance_app;
GRANT SELECT (id, study_id, week, taken_at, taken_by, shown) ON metric_snapshot TO clearance_app;
GRANT SELECT, INSERT ON metric_cell TO clearance_app;
ALTER TABLE metric_snapshot ENABLE ROW LEVEL SECURITY;
CREATE POLICY leads_read ON metric_snapshot FOR SELECT USING (
  study_id = ANY ((SELECT lead_studies())::uuid[]) OR (SELECT actor_is_service('metrics'))
  OR (SELECT actor_has_role('administrator')));
CREATE POLICY service_takes ON metric_snapshot FOR INSERT WITH CHECK (
  (SELECT actor_is_service('metrics')) AND taken_by = current_actor());
ALTER TABLE metric_cell ENABLE ROW LEVEL SECURITY;
CREATE POLICY leads_read ON metric_cell FOR SELECT
  USING (study_id = ANY ((SELECT lead_studies())::uuid[]));
CREATE POLICY service_takes ON metric_cell FOR INSERT
  WITH CHECK ((SELECT actor_is_service('metrics')));
CREATE POLICY metrics_service ON study FOR SELECT USING ((SELECT actor_is_service('metrics')));

INSERT INTO staff (kind, service, display_name) VALUES ('service', 'metrics', 'Snapshot service');
"""


def upgrade() -> None:
    """Make it."""
    op.create_table('metric_snapshot',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('taken_by', sa.Uuid(), nullable=False),
    sa.Column('shown', sa.Boolean(), nullable=False),
    sa.Column('ledger', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_metric_snapshot__study_id')),
    sa.ForeignKeyConstraint(['taken_by'], ['staff.id'], name=op.f('fk_metric_snapshot__taken_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_metric_snapshot')),
    sa.UniqueConstraint('id', 'study_id', name=op.f('uq_metric_snapshot__id_study_id')),
    sa.UniqueConstraint('study_id', 'week', name=op.f('uq_metric_snapshot__study_id_week'))
    )
    op.create_table('metric_cell',
    sa.Column('snapshot_id', sa.Uuid(), nullable=False),
    sa.Column('breakdown', sa.Text(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=True),
    sa.Column('why', sa.Text(), nullable=True),
    sa.CheckConstraint('(people IS NULL) <> (why IS NULL)', name=op.f('ck_metric_cell__shown_or_why')),
    sa.CheckConstraint('people >= 10', name=op.f('ck_metric_cell__threshold')),
    sa.ForeignKeyConstraint(['snapshot_id', 'study_id'], ['metric_snapshot.id', 'metric_snapshot.study_id'], name=op.f('fk_metric_cell__snapshot_id_study_id')),
    sa.PrimaryKeyConstraint('snapshot_id', 'breakdown', 'ordinal', name=op.f('pk_metric_cell'))
    )
    op.get_bind().exec_driver_sql(_RULES)
