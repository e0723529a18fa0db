"""Metrics by person and by two breakdowns, each view with its own date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_RULES = r"""
-- True counts of the participants of one study, each in one category of every breakdown by their
-- latest session; for the snapshot service alone. A fact names one breakdown's category or two.
-- Whom a breakdown is not about is 'not meant'. `before` and `known_by` say whose sessions count:
-- begun before the one, taken in by the other. `boundaries` are those between policies.
DROP FUNCTION metric_counts(uuid, timestamptz, date, date);
CREATE FUNCTION metric_people(wanted uuid, before timestamptz, known_by timestamptz,
  counted_at timestamptz, boundaries timestamptz[], band interval)
RETURNS TABLE (fact jsonb, people bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH counted AS MATERIALIZED (
    SELECT s.id, s.participant_id, s.sorted_at, s.current_run_id
    FROM session s
    WHERE s.study_id = wanted AND s.sorted_at < before AND s.imported_at <= known_by
      AND s.erased_at IS NULL AND actor_is_service('metrics')
  ), came AS (
    SELECT participant_id, count(*) AS times,
      date_trunc('week', min(sorted_at) AT TIME ZONE 'UTC')::date::text AS week,
      (array_agg(id ORDER BY sorted_at DESC, id DESC))[1] AS latest
    FROM counted GROUP BY participant_id
  ), asked AS (
    SELECT x.session_id,
      max(CASE r.state WHEN 'released' THEN 6 WHEN 'recalled' THEN 5 WHEN 'approved' THEN 4
        WHEN 'submitted' THEN 3 WHEN 'disputed' THEN 3
        WHEN 'draft' THEN 2 WHEN 'returned' THEN 2 WHEN 'stale' THEN 2 ELSE 1 END) AS stage,
      max(r.decided_at - r.submitted_at)
        FILTER (WHERE r.state IN ('approved', 'released', 'recalled')) AS taken
    FROM share_session x JOIN share_request r ON r.id = x.share_id
    WHERE x.study_id = wanted AND actor_is_service('metrics') GROUP BY x.session_id
  ), person AS MATERIALIZED (
    SELECT c.week, s.status,
      CASE c.times WHEN 1 THEN 'once' WHEN 2 THEN 'twice' ELSE 'three times or more' END AS "returning",
      split_part(s.language, '-', 1) AS language,
      coalesce(nullif(upper(btrim(a.country)), ''), 'not known') AS country,
      s.plan,
      s.choice_publish_responses AS publish, s.choice_share_researchers AS researchers,
      s.choice_share_journalists AS journalists, s.choice_contact AS contact,
      CASE WHEN s.status = 'completed' THEN 'not meant'
        WHEN s.questions_asked IS NULL OR q.asked = 0 THEN 'not known'
        WHEN s.questions_asked * 4 <= q.asked THEN 'in the first quarter'
        WHEN s.questions_asked * 4 <= q.asked * 2 THEN 'in the second quarter'
        WHEN s.questions_asked * 4 <= q.asked * 3 THEN 'in the third quarter'
        ELSE 'in the last quarter' END AS stopped,
      CASE WHEN s.status <> 'completed' THEN 'not meant' WHEN t.minutes IS NULL THEN 'not known'
        WHEN t.minutes < 5 THEN 'under 5 minutes' WHEN t.minutes < 15 THEN '5 to 15 minutes'
        WHEN t.minutes < 30 THEN '15 to 30 minutes' WHEN t.minutes < 60 THEN '30 to 60 minutes'
        ELSE 'over an hour' END AS duration,
      CASE WHEN s.turn_count < 10 THEN 'under 10 turns' WHEN s.turn_count < 20 THEN '10 to 19 turns'
        WHEN s.turn_count < 40 THEN '20 to 39 turns' WHEN s.turn_count < 80 THEN '40 to 79 turns'
        ELSE '80 or more' END AS length,
      CASE WHEN s.status <> 'completed' THEN 'not meant'
        WHEN EXISTS (SELECT 1 FROM unnest(boundaries) AS b
          WHERE s.completed_at BETWEEN b - band AND b + band) THEN 'near a change of policy'
        WHEN s.policy_version = 'none' THEN 'in no policy''s dates'
        ELSE s.policy_version END AS policy,
      r.review,
      CASE WHEN r.review = 'confirmed' THEN 'not meant'
        WHEN counted_at - s.imported_at < interval '7 days' THEN 'under a week'
        WHEN counted_at - s.imported_at < interval '28 days' THEN 'one to four weeks'
        WHEN counted_at - s.imported_at < interval '84 days' THEN 'four to twelve weeks'
        ELSE 'over twelve weeks' END AS waited,
      r.shares,
      CASE WHEN r.shares NOT IN ('approved', 'released', 'recalled') THEN 'not meant'
        WHEN k.taken IS NULL THEN 'not known'
        WHEN k.taken < interval '2 days' THEN 'within two days'
        WHEN k.taken < interval '7 days' THEN 'within a week'
        WHEN k.taken < interval '28 days' THEN 'within four weeks'
        ELSE 'later' END AS decision
    FROM came c
    JOIN session s ON s.id = c.latest
    CROSS JOIN (SELECT jsonb_array_length(questions) AS asked FROM study WHERE id = wanted) AS q
    CROSS JOIN LATERAL (
      SELECT CASE WHEN s.completion_is_stated
        THEN extract(epoch FROM s.completed_at - s.started_at) / 60 END AS minutes) AS t
    LEFT JOIN identity.account a ON a.participant_id = c.participant_id
    LEFT JOIN asked k ON k.session_id = s.id
    CROSS JOIN LATERAL (SELECT
      CASE s.review_state WHEN 'confirmed' THEN 'confirmed' ELSE 'waits' END AS review,
      CASE WHEN s.review_state <> 'confirmed' THEN 'not meant' ELSE CASE coalesce(k.stage, 0)
        WHEN 6 THEN 'released' WHEN 5 THEN 'recalled' WHEN 4 THEN 'approved'
        WHEN 3 THEN 'with the approvers' WHEN 2 THEN 'in preparation'
        WHEN 1 THEN 'turned down or lapsed' ELSE 'in no request' END END AS shares) AS r
  )
  SELECT jsonb_strip_nulls(to_jsonb(g) - 'people'), g.people FROM (
    SELECT week, status, "returning", language, country, plan, publish, researchers, journalists,
      contact, stopped, duration, length, policy, review, waited, shares, decision,
      count(*) AS people
    FROM person
    GROUP BY GROUPING SETS ((), (week), (status), ("returning"), (language), (country), (plan),
      (publish), (researchers), (journalists), (contact), (stopped), (duration), (length), (policy),
      (review), (waited), (shares), (decision), (week, status), (plan, status),
      (week, researchers), (language, researchers), (language, country))
  ) AS g
  UNION ALL
  SELECT jsonb_build_object('redactions', told.entity_type), count(*)
  FROM (SELECT DISTINCT c.participant_id, f.entity_type
    FROM counted c JOIN finding f ON f.session_id = c.id AND f.run_id = c.current_run_id) AS told
  GROUP BY told.entity_type
$$;
-- The median of everybody's own figure, and how many have one; for the snapshot service alone.
CREATE FUNCTION metric_medians(wanted uuid, before timestamptz, known_by timestamptz)
RETURNS TABLE (breakdown text, median float8, people bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH latest AS MATERIALIZED (
    SELECT DISTINCT ON (s.participant_id) s.turn_count,
      CASE WHEN s.status = 'completed' AND s.completion_is_stated
        THEN extract(epoch FROM s.completed_at - s.started_at) / 60 END AS minutes
    FROM session s
    WHERE s.study_id = wanted AND s.sorted_at < before AND s.imported_at <= known_by
      AND s.erased_at IS NULL AND actor_is_service('metrics')
    ORDER BY s.participant_id, s.sorted_at DESC, s.id DESC
  )
  SELECT 'duration', percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes), count(minutes)
  FROM latest HAVING count(minutes) > 0
  UNION ALL
  SELECT 'length', percentile_cont(0.5) WITHIN GROUP (ORDER BY turn_count), count(*)
  FROM latest HAVING count(*) > 0
$$;
-- How many people a study shares with each other one of which something is told, and how many are
-- in one of the two alone; for the snapshot service alone.
CREATE FUNCTION metric_neighbours(wanted uuid, before timestamptz, known_by timestamptz)
RETURNS TABLE (shared bigint, only_here bigint, only_there bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH here AS MATERIALIZED (
    SELECT DISTINCT participant_id FROM session
    WHERE study_id = wanted AND sorted_at < before AND imported_at <= known_by
      AND erased_at IS NULL AND actor_is_service('metrics')
  ), told AS (
    SELECT DISTINCT ON (v.study_id) v.study_id, v.counted_on
    FROM metric_view v JOIN metric_snapshot m ON m.id = v.snapshot_id
    WHERE v.name = 'everybody' AND v.study_id <> wanted AND actor_is_service('metrics')
    ORDER BY v.study_id, m.week DESC
  ), there AS (
    SELECT DISTINCT t.study_id, s.participant_id
    FROM told t JOIN session s ON s.study_id = t.study_id AND s.erased_at IS NULL
      AND s.sorted_at < t.counted_on::timestamp AT TIME ZONE 'UTC'
  )
  SELECT count(h.participant_id), (SELECT count(*) FROM here) - count(h.participant_id),
    count(*) - count(h.participant_id)
  FROM there LEFT JOIN here h USING (participant_id)
  GROUP BY there.study_id HAVING count(h.participant_id) > 0
$$;
REVOKE EXECUTE ON FUNCTION
  metric_neighbours(uuid, timestamptz, timestamptz),
  metric_people(uuid, timestamptz, timestamptz, timestamptz, timestamptz[], interval),
  metric_medians(uuid, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  metric_neighbours(uuid, timestamptz, timestamptz),
  metric_people(uuid, timestamptz, timestamptz, timestamptz, timestamptz[], interval),
  metric_medians(uuid, timestamptz, timestamptz) TO clearance_app;

-- The service reads what it told, to keep what cannot be told anew.
CREATE POLICY service_keeps ON metric_cell FOR SELECT
  USING ((SELECT actor_is_service('metrics')));
GRANT SELECT, INSERT ON metric_view TO clearance_app;
ALTER TABLE metric_view ENABLE ROW LEVEL SECURITY;
CREATE POLICY leads_read ON metric_view FOR SELECT USING (
  study_id = ANY ((SELECT lead_studies())::uuid[]) OR (SELECT actor_is_service('metrics')));
CREATE POLICY service_takes ON metric_view FOR INSERT
  WITH CHECK ((SELECT actor_is_service('metrics')));

-- Snapshots taken before this one: every view is as old as its snapshot.
INSERT INTO metric_view (snapshot_id, name, study_id, counted_on, rounded)
  SELECT DISTINCT c.snapshot_id, c.breakdown, c.study_id, m.week, false
  FROM metric_cell c JOIN metric_snapshot m ON m.id = c.snapshot_id;
"""


def upgrade() -> None:
    """Make it."""
    op.create_table('metric_view',
    sa.Column('snapshot_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('counted_on', sa.Date(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=True),
    sa.Column('median', sa.Float(), nullable=True),
    sa.Column('median_why', sa.Text(), nullable=True),
    sa.Column('rounded', sa.Boolean(), nullable=False),
    sa.Column('kept', sa.Text(), nullable=True),
    sa.CheckConstraint('median IS NULL OR median_why IS NULL', name=op.f('ck_metric_view__median_or_why')),
    sa.CheckConstraint('people >= 10', name=op.f('ck_metric_view__threshold')),
    sa.ForeignKeyConstraint(['snapshot_id', 'study_id'], ['metric_snapshot.id', 'metric_snapshot.study_id'], name=op.f('fk_metric_view__snapshot_id_study_id')),
    sa.PrimaryKeyConstraint('snapshot_id', 'name', name=op.f('pk_metric_view'))
    )
    op.add_column('metric_cell', sa.Column('crossed', sa.Text(), server_default=sa.text("''"), nullable=False))
    op.get_bind().exec_driver_sql(_RULES)
