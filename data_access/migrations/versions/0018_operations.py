"""How the desk runs: heartbeats of workers, their rounds, ages of queues, and one report of it all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_RULES = r"""
INSERT INTO staff (kind, service, display_name) VALUES ('service', 'monitoring', 'Monitoring');

-- Since when a session waits for review, and since when it lies on a desk without a break: whoever
-- takes it anew after a lease ran out begins anew.
CREATE FUNCTION note_review_since() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.waiting AND NOT OLD.waiting THEN
    NEW.waiting_since := now();
  END IF;
  IF NEW.lease_staff IS NULL THEN
    NEW.lease_since := NULL;
  ELSIF NEW.lease_staff IS DISTINCT FROM OLD.lease_staff
      OR (OLD.lease_until <= now() AND NEW.lease_until > OLD.lease_until) THEN
    NEW.lease_since := now();
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER note_since BEFORE UPDATE ON review_item FOR EACH ROW
  WHEN (OLD.waiting <> NEW.waiting OR OLD.lease_staff IS DISTINCT FROM NEW.lease_staff
    OR OLD.lease_until IS DISTINCT FROM NEW.lease_until)
  EXECUTE FUNCTION note_review_since();

-- What the operations page and `cli.py status` read, in one statement: counts of work, never of
-- people, and nothing that anybody said. `kinds` are those of jobs; `signed` is the row that the
-- newest checkpoint outside was signed for.
CREATE FUNCTION operations_report(at timestamptz, signed bigint, kinds text[]) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT jsonb_build_object(
    'queues', (SELECT coalesce(jsonb_agg(q), '[]') FROM (
      SELECT kind, count(*) FILTER (WHERE state = 'waiting') AS waiting,
        count(*) FILTER (WHERE state = 'running') AS running,
        -- One that was put back has waited since then.
        min(coalesce(started_at, created_at)) FILTER (WHERE state = 'waiting') AS oldest,
        count(*) FILTER (WHERE state = 'running' AND lease_until < at) AS lapsed,
        count(*) FILTER (WHERE attempts > 1) AS again
      FROM job WHERE state IN ('waiting', 'running') GROUP BY kind ORDER BY kind) AS q),
    'done', (SELECT coalesce(jsonb_object_agg(k.kind, (
        SELECT j.finished_at FROM job j WHERE j.kind = k.kind AND j.state = 'done'
          AND j.finished_at IS NOT NULL ORDER BY j.finished_at DESC LIMIT 1)), '{}')
      FROM unnest(kinds) AS k(kind)),
    'failures', (SELECT coalesce(jsonb_agg(f), '[]') FROM (
      SELECT j.id, j.kind, coalesce(j.message, '') AS message, j.finished_at, r.number,
        r.id AS about
      FROM job j LEFT JOIN share_request r ON r.id = (j.payload ->> 'share')::uuid
      WHERE j.state = 'failed' AND j.set_aside_at IS NULL
        -- Asked for again and done since: nobody needs to see to it.
        AND NOT EXISTS (SELECT 1 FROM job later WHERE later.state = 'done' AND later.kind = j.kind
          AND later.finished_at > j.created_at
          AND (j.kind = 'audit.verify' OR later.payload ->> 'share' = j.payload ->> 'share'))
      ORDER BY j.created_at DESC LIMIT 20) AS f),
    'studies', (SELECT coalesce(jsonb_agg(s), '[]') FROM (
      SELECT study.id, study.slug, study.title,
        (SELECT t.queued_at FROM deidentification_task t
          WHERE t.study_id = study.id AND t.state IN ('waiting', 'claimed')
          ORDER BY t.queued_at LIMIT 1) AS unread_since,
        coalesce(held.unread, 0) AS unread, coalesce(held.failed, 0) AS failed,
        (SELECT string_agg(DISTINCT e.last_error, ', ') FROM (
          SELECT t.last_error FROM deidentification_task t
          WHERE t.study_id = study.id AND t.state = 'failed' LIMIT 200) AS e) AS errors,
        coalesce(queue.sessions, 0) AS review,
        (SELECT i.waiting_since FROM review_item i WHERE i.study_id = study.id AND i.waiting
          ORDER BY i.waiting_since LIMIT 1) AS review_since,
        second.sessions AS seconds, second.since AS seconds_since,
        taken.week AS snapshot, taken.shown,
        (SELECT min(n.at) FROM notification n WHERE n.subject_id = study.id
          AND n.kind = 'retention_due' AND n.settled_at IS NULL) AS due_since,
        EXISTS (SELECT 1 FROM session x WHERE x.study_id = study.id) AS has_sessions
      FROM study
      LEFT JOIN LATERAL (
        SELECT sum(tasks) FILTER (WHERE state IN ('waiting', 'claimed')) AS unread,
          sum(tasks) FILTER (WHERE state = 'failed') AS failed
        FROM deidentification_progress d WHERE d.study_id = study.id) AS held ON true
      LEFT JOIN LATERAL (
        SELECT sum(p.sessions) AS sessions FROM review_progress p
        WHERE p.study_id = study.id AND p.state IN ('unreviewed', 'in_review')) AS queue ON true
      LEFT JOIN LATERAL (
        SELECT count(*) AS sessions, min(d.drawn_at) AS since FROM (
          SELECT drawn_at FROM double_review
          WHERE study_id = study.id AND state = 'waiting' ORDER BY drawn_at LIMIT 10001) AS d
        ) AS second ON true
      LEFT JOIN LATERAL (
        SELECT m.week, m.shown FROM metric_snapshot m WHERE m.study_id = study.id
        ORDER BY m.week DESC LIMIT 1) AS taken ON true
      ORDER BY study.title LIMIT 200) AS s),
    'reading', jsonb_build_object(
      'done', (SELECT t.finished_at FROM deidentification_task t WHERE t.state = 'done'
        AND t.finished_at IS NOT NULL ORDER BY t.finished_at DESC LIMIT 1),
      'claimed', (SELECT count(*) FROM deidentification_task WHERE state = 'claimed'),
      'lapsed', (SELECT count(*) FROM deidentification_task
        WHERE state = 'claimed' AND lease_until < at),
      'again', (SELECT count(*) FROM (SELECT 1 FROM deidentification_task
        WHERE attempts > 1 AND state IN ('waiting', 'claimed') LIMIT 10001) AS again)),
    'snapshots', (SELECT max(taken_at) FROM metric_snapshot),
    'desks', jsonb_build_object(
      'left', (SELECT count(*) FROM (SELECT 1 FROM review_item
        WHERE lease_staff IS NOT NULL AND lease_until <= at AND begun AND waiting
        LIMIT 10001) AS left_on),
      'seconds_left', (SELECT count(*) FROM (SELECT 1 FROM double_review
        WHERE state = 'waiting' AND second_staff IS NOT NULL AND second_set_id IS NULL
          AND lease_until <= at LIMIT 10001) AS left_on),
      'held', (SELECT coalesce(jsonb_agg(h), '[]') FROM (
        SELECT s.display_name AS name, count(*) AS sessions, min(i.lease_since) AS since
        FROM review_item i JOIN staff s ON s.id = i.lease_staff
        WHERE i.lease_staff IS NOT NULL AND i.lease_until > at AND i.waiting
        GROUP BY s.id, s.display_name ORDER BY min(i.lease_since) LIMIT 50) AS h)),
    'people', jsonb_build_object(
      'votes', (SELECT jsonb_build_array(count(*), min(submitted_at)) FROM share_request
        WHERE state IN ('submitted', 'disputed')),
      'lapsed', (SELECT jsonb_build_array(count(*), min(lapses_at)) FROM share_request
        WHERE state = 'approved' AND lapses_at <= at),
      'cases', (SELECT jsonb_build_array(count(*), min(opened_at)) FROM (
        SELECT opened_at FROM trust_safety_case WHERE state = 'open'
        ORDER BY opened_at LIMIT 10001) AS c),
      'proposals', (SELECT jsonb_build_array(count(*), min(proposed_at)) FROM policy_proposal
        WHERE decided_at IS NULL),
      'assignments', (SELECT jsonb_build_array(count(*), min(proposed_at)) FROM policy_assignment
        WHERE decided_at IS NULL),
      'agreements', (SELECT jsonb_build_array(count(*), min(expires_at)) FROM agreement
        WHERE ended_at IS NULL AND expires_at > at AND expires_at <= at + interval '30 days')),
    'recalls', (SELECT coalesce(jsonb_agg(c), '[]') FROM (
      SELECT r.number, r.id AS about, c.due_at FROM share_recall c
      JOIN share_request r ON r.id = c.share_id
      WHERE c.attested_at IS NULL AND c.due_at <= at ORDER BY c.due_at LIMIT 20) AS c),
    'mail', jsonb_build_object(
      'waiting', (SELECT count(*) FROM outgoing_mail WHERE state IN ('waiting', 'sending')),
      'oldest', (SELECT min(created_at) FROM outgoing_mail WHERE state IN ('waiting', 'sending')),
      'problem', (SELECT m.problem FROM outgoing_mail m
        WHERE m.state IN ('waiting', 'sending') AND m.problem IS NOT NULL
        ORDER BY m.created_at LIMIT 1),
      'sent', (SELECT m.finished_at FROM outgoing_mail m WHERE m.state = 'sent'
        AND m.finished_at IS NOT NULL ORDER BY m.finished_at DESC LIMIT 1),
      'failed', (SELECT count(*) FROM outgoing_mail WHERE state IN ('failed', 'unsure')
        AND state = 'failed' AND created_at > at - interval '7 days'),
      'unsure', (SELECT count(*) FROM outgoing_mail WHERE state IN ('failed', 'unsure')
        AND state = 'unsure' AND created_at > at - interval '7 days')),
    'workers', (SELECT coalesce(jsonb_agg(w), '[]') FROM (
      SELECT h.name, h.version, h.started_at, h.seen_at, h.doing, h.doing_since,
        (SELECT count(*) FROM deidentification_task t
          WHERE t.state = 'claimed' AND t.worker = h.name) AS sessions,
        (SELECT count(*) FROM job j WHERE j.state = 'running' AND j.worker = h.name) AS jobs
      FROM worker_heartbeat h ORDER BY h.name LIMIT 200) AS w),
    'rounds', (SELECT coalesce(jsonb_agg(r), '[]') FROM (
      SELECT name, done_at, failures, failed_at, problem FROM worker_round ORDER BY name) AS r),
    'audit', jsonb_build_object(
      'head', (SELECT e.seq FROM audit_event e ORDER BY e.seq DESC LIMIT 1),
      'signed_hash', (SELECT encode(e.hash, 'hex') FROM audit_event e WHERE e.seq = signed),
      'verified', (SELECT jsonb_build_object('at', e.at, 'detail', e.detail::jsonb)
        FROM audit_event e WHERE e.action = 'audit.verify' AND e.outcome = 'done'
        ORDER BY e.seq DESC LIMIT 1)),
    'policy', (SELECT jsonb_build_object('digest', d.digest, 'edition', d.document ->> 'edition',
        'since', d.in_force_from) FROM policy_document d ORDER BY d.in_force_from DESC LIMIT 1),
    'bytes', pg_database_size(current_database()),
    'revision', (SELECT version_num FROM alembic_version))
  WHERE actor_has_role('administrator') OR actor_is_service('monitoring')
$$;

-- That an administrator looked at a failure. It stays what it is; it only counts as seen.
CREATE FUNCTION set_job_aside(wanted uuid, at timestamptz) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH done AS (
    UPDATE job SET set_aside_at = at, set_aside_by = current_actor()
    WHERE id = wanted AND state = 'failed' AND set_aside_at IS NULL
      AND actor_has_role('administrator') RETURNING 1)
  SELECT EXISTS (SELECT 1 FROM done)
$$;

-- Give back what a worker held that has not answered for two minutes, and forget it; how many
-- sessions and jobs that were, or NULL when there is no such worker, or it answers.
CREATE FUNCTION let_worker_go(wanted text, at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  sessions integer;
  jobs integer;
BEGIN
  IF NOT actor_has_role('administrator') THEN
    RAISE EXCEPTION 'role.administrator: only administrators do that' USING ERRCODE = '42501';
  END IF;
  DELETE FROM worker_heartbeat WHERE name = wanted AND seen_at <= at - interval '2 minutes';
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  UPDATE deidentification_task SET state = 'waiting', worker = NULL, lease_until = NULL
    WHERE state = 'claimed' AND worker = wanted;
  GET DIAGNOSTICS sessions = ROW_COUNT;
  UPDATE job SET lease_until = at - interval '1 second'
    WHERE state = 'running' AND worker = wanted AND lease_until >= at;
  GET DIAGNOSTICS jobs = ROW_COUNT;
  RETURN sessions + jobs;
END
$$;

REVOKE EXECUTE ON FUNCTION note_review_since(), operations_report(timestamptz, bigint, text[]),
  set_job_aside(uuid, timestamptz), let_worker_go(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION operations_report(timestamptz, bigint, text[]),
  set_job_aside(uuid, timestamptz), let_worker_go(text, timestamptz) TO clearance_app;

-- Workers say of themselves that they are there, and how their rounds went; nobody says it for them.
GRANT SELECT, INSERT, UPDATE, DELETE ON worker_heartbeat TO clearance_app;
GRANT SELECT, INSERT, UPDATE ON worker_round TO clearance_app;
GRANT UPDATE (attempts) ON job TO clearance_app;
ALTER TABLE worker_heartbeat ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_beats ON worker_heartbeat FOR ALL
  USING ((SELECT actor_is_service('deidentification')))
  WITH CHECK ((SELECT actor_is_service('deidentification')));
ALTER TABLE worker_round ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_tells ON worker_round FOR ALL
  USING ((SELECT actor_is_service('deidentification')))
  WITH CHECK ((SELECT actor_is_service('deidentification')));

-- The chain is walked behind the page, once a day and when an administrator asks for it. What is
-- in it is read by auditors alone.
CREATE POLICY verifications_asked ON job FOR INSERT WITH CHECK (
  kind = 'audit.verify' AND requested_by = current_actor()
  AND (SELECT actor_is_service('monitoring')));
CREATE POLICY verifications_seen ON job FOR SELECT USING (
  kind = 'audit.verify' AND (SELECT actor_is_service('monitoring')));
CREATE POLICY verifications_worked ON job FOR UPDATE USING (
  kind = 'audit.verify' AND (SELECT actor_is_service('monitoring')));
CREATE POLICY verifier_reads ON audit_event FOR SELECT
  USING ((SELECT actor_is_service('monitoring')));
"""


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "worker_heartbeat",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("doing", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("doing_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_heartbeat")),
    )
    op.create_table(
        "worker_round",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(failures > 0) = (failed_at IS NOT NULL)", name=op.f("ck_worker_round__failed_whole")
        ),
        sa.CheckConstraint(
            "(failed_at IS NULL) = (problem IS NULL)", name=op.f("ck_worker_round__problem_whole")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_round")),
    )
    # What waits already has waited from now on as far as is known: the moment was not kept.
    op.add_column(
        "deidentification_task",
        sa.Column(
            "queued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
    )
    op.create_index(
        "ix_deidentification_task__queued",
        "deidentification_task",
        ["study_id", "queued_at"],
        postgresql_where=sa.text("state IN ('waiting', 'claimed')"),
    )
    op.create_index(
        "ix_deidentification_task__lease",
        "deidentification_task",
        ["lease_until"],
        postgresql_where=sa.text("state = 'claimed'"),
    )
    op.create_index(
        "ix_deidentification_task__again",
        "deidentification_task",
        ["study_id"],
        postgresql_where=sa.text("attempts > 1 AND state IN ('waiting', 'claimed')"),
    )
    op.add_column(
        "review_item",
        sa.Column(
            "waiting_since",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column(
        "review_item", sa.Column("lease_since", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_review_item__since",
        "review_item",
        ["study_id", "waiting_since"],
        postgresql_where=sa.text("waiting"),
    )
    op.create_index(
        "ix_outgoing_mail__sent",
        "outgoing_mail",
        ["finished_at"],
        postgresql_where=sa.text("state = 'sent'"),
    )
    op.add_column(
        "job", sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("job", sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("job", sa.Column("set_aside_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_job__set_aside_by"), "job", "staff", ["set_aside_by"], ["id"]
    )
    op.create_index(
        "ix_job__done",
        "job",
        ["kind", "finished_at"],
        postgresql_where=sa.text("state = 'done'"),
    )
    op.get_bind().exec_driver_sql(_RULES)
