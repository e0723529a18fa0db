"""Publications of aggregates, and what the operations page reads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0009"
branch_labels = None
depends_on = None

_RULES = r"""
-- What a publication may count: the policy is asked in Python, of sessions that it cannot tell apart.
-- For the snapshot service alone.
CREATE FUNCTION publication_facts(wanted uuid, before timestamptz, cuts timestamptz[])
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
  WHERE s.study_id = wanted AND s.sorted_at < before AND actor_is_service('metrics')
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
$$;

-- The sessions of the groups that it allows, as publication_facts told them apart.
CREATE FUNCTION publication_sessions(wanted uuid, before timestamptz, cuts timestamptz[], allowed jsonb)
RETURNS SETOF session
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT s.*
  FROM session s
  JOIN jsonb_to_recordset(allowed) AS g (slot integer, status text, plan text, memory_on boolean,
      flag_state text, publish text, researchers text, journalists text, contact text,
      erased boolean, withdrawn boolean)
    ON g.slot = CASE WHEN s.completed_at IS NULL THEN -1 ELSE width_bucket(s.completed_at, cuts) END
      AND g.status = s.status AND g.plan = s.plan AND g.memory_on = s.memory_on
      AND g.flag_state = s.flag_state AND g.publish = s.choice_publish_responses
      AND g.researchers = s.choice_share_researchers
      AND g.journalists = s.choice_share_journalists AND g.contact = s.choice_contact
      AND g.erased = (s.erased_at IS NOT NULL) AND g.withdrawn = (s.withdrawn_at IS NOT NULL)
  WHERE s.study_id = wanted AND s.sorted_at < before AND actor_is_service('metrics')
$$;

-- Distinct participants of those sessions by one breakdown, told apart as metric_counts does; a test
-- compares the two. Everybody is the row without a category. Nothing for a breakdown it does not know.
CREATE FUNCTION publication_counts(wanted uuid, wanted_breakdown text, before timestamptz,
  first_week date, last_week date, cuts timestamptz[], allowed jsonb)
RETURNS TABLE (category text, people bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH counted AS MATERIALIZED (
    SELECT s.id, s.participant_id, s.status, s.plan, s.language, s.policy_version, s.review_state,
      s.choice_publish_responses, s.choice_share_researchers, s.choice_share_journalists,
      s.choice_contact, s.turn_count, s.current_run_id,
      date_trunc('week', s.sorted_at AT TIME ZONE 'UTC')::date AS week,
      extract(epoch FROM s.completed_at - s.started_at) / 60 AS minutes
    FROM publication_sessions(wanted, before, cuts, allowed) AS s
  ), told AS (
    SELECT participant_id, CASE wanted_breakdown
      WHEN 'week' THEN CASE WHEN week BETWEEN first_week AND last_week THEN week::text
        ELSE 'in other weeks' END
      WHEN 'status' THEN status
      WHEN 'plan' THEN CASE WHEN plan IN ('free', 'pro', 'max') THEN plan ELSE 'other' END
      WHEN 'language' THEN split_part(language, '-', 1)
      WHEN 'policy' THEN policy_version
      WHEN 'review' THEN review_state
      WHEN 'publish' THEN choice_publish_responses
      WHEN 'researchers' THEN choice_share_researchers
      WHEN 'journalists' THEN choice_share_journalists
      WHEN 'contact' THEN choice_contact
      WHEN 'duration' THEN CASE WHEN minutes IS NULL THEN 'not known'
        WHEN minutes < 5 THEN 'under 5 minutes' WHEN minutes < 15 THEN '5 to 15 minutes'
        WHEN minutes < 30 THEN '15 to 30 minutes' WHEN minutes < 60 THEN '30 to 60 minutes'
        ELSE 'over an hour' END
      WHEN 'length' THEN CASE WHEN turn_count < 10 THEN 'under 10 turns'
        WHEN turn_count < 20 THEN '10 to 19 turns' WHEN turn_count < 40 THEN '20 to 39 turns'
        WHEN turn_count < 80 THEN '40 to 79 turns' ELSE '80 or more' END
      END AS category
    FROM counted
    UNION ALL
    SELECT c.participant_id, f.entity_type
    FROM counted c JOIN finding f ON f.session_id = c.id AND f.run_id = c.current_run_id
    WHERE wanted_breakdown = 'redactions'
    UNION ALL
    SELECT participant_id, CASE WHEN count(*) = 1 THEN 'once' WHEN count(*) = 2 THEN 'twice'
      ELSE 'three times or more' END
    FROM counted WHERE wanted_breakdown = 'returning' GROUP BY participant_id
  )
  SELECT '', count(DISTINCT participant_id) FROM counted
  UNION ALL
  SELECT told.category, count(DISTINCT participant_id) FROM told
  WHERE told.category IS NOT NULL GROUP BY 1
$$;

-- All that was told of a study, publications included. Whoever reads it is alone with it until the
-- transaction ends, so that a snapshot and a publication never overlook each other.
CREATE OR REPLACE FUNCTION metric_ledger(wanted uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  held jsonb;
  since timestamptz;
BEGIN
  IF NOT actor_is_service('metrics') THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('ledger ' || wanted::text, 0));
  SELECT ledger, taken_at INTO held, since FROM metric_snapshot
    WHERE study_id = wanted ORDER BY week DESC LIMIT 1;
  RETURN held || coalesce((
    SELECT jsonb_object_agg(last.breakdown, last.ledger) FROM (
      SELECT DISTINCT ON (breakdown) breakdown, ledger FROM publication_ledger
      WHERE study_id = wanted AND at >= since ORDER BY breakdown, at DESC, publication_id DESC
    ) AS last), '{}'::jsonb);
END
$$;

-- How many have voted: all that is told before both votes are in.
CREATE FUNCTION publication_voters(wanted uuid) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT count(DISTINCT staff_id)::integer FROM publication_vote WHERE publication_id = wanted
$$;

CREATE FUNCTION publication_population(wanted uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT population FROM publication WHERE id = wanted AND actor_is_service('metrics')
$$;

-- Hold a publication still until this transaction ends.
CREATE FUNCTION hold_publication(wanted uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM 1 FROM publication p WHERE p.id = wanted AND (p.study_id = ANY (lead_studies())
    OR p.study_id = ANY (approvable_studies()) OR actor_has_role('administrator')
    OR actor_is_service('metrics')) FOR UPDATE;
END
$$;

-- The lifecycle, checked below every caller. The pairs are those of
-- domain/publications/lifecycle.py; a test compares them.
CREATE FUNCTION publication_steps() RETURNS text[] LANGUAGE sql IMMUTABLE
AS $$
  SELECT ARRAY[
    'preparing>proposed', 'preparing>refused', 'proposed>approved', 'disputed>approved',
    'proposed>rejected', 'disputed>rejected', 'proposed>disputed', 'proposed>stale',
    'disputed>stale', 'approved>stale', 'approved>expired', 'proposed>taken_back',
    'disputed>taken_back', 'approved>taken_back', 'approved>published', 'published>withdrawn']
$$;

CREATE FUNCTION check_publication_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  voters integer;
  first_ballot text;
  last_ballot text;
  same_digest boolean;
BEGIN
  IF OLD.state <> 'preparing' AND (NEW.content_digest, NEW.counted_at, NEW.everybody, NEW.rule,
      NEW.policy_digest, NEW.bound_to, NEW.population)
    IS DISTINCT FROM (OLD.content_digest, OLD.counted_at, OLD.everybody, OLD.rule,
      OLD.policy_digest, OLD.bound_to, OLD.population) THEN
    RAISE EXCEPTION 'publication.fixed: what was frozen is not changed' USING ERRCODE = '23514';
  END IF;
  IF NEW.state = OLD.state THEN
    IF (NEW.lapses_at, NEW.decided_at, NEW.withdrawn_at)
        IS DISTINCT FROM (OLD.lapses_at, OLD.decided_at, OLD.withdrawn_at) THEN
      RAISE EXCEPTION 'publication.clock: a clock is set by a step' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
  END IF;
  IF NOT (OLD.state || '>' || NEW.state) = ANY (publication_steps()) THEN
    RAISE EXCEPTION 'publication.step: %% does not follow %%', NEW.state, OLD.state
      USING ERRCODE = '23514';
  END IF;
  IF NEW.state IN ('proposed', 'refused', 'published', 'stale', 'expired')
      AND NOT actor_is_service('metrics') THEN
    RAISE EXCEPTION 'publication.desk: no person does that' USING ERRCODE = '23514';
  END IF;
  IF NEW.state = 'proposed' AND (
      NOT EXISTS (SELECT 1 FROM publication_cell
        WHERE publication_id = NEW.id AND people IS NOT NULL)
      OR NOT EXISTS (SELECT 1 FROM publication_ledger WHERE publication_id = NEW.id)
      OR (SELECT count(*) FROM publication_file WHERE publication_id = NEW.id) <> 4) THEN
    RAISE EXCEPTION 'publication.frozen: not everything is frozen' USING ERRCODE = '23514';
  END IF;
  IF NEW.state IN ('approved', 'rejected', 'disputed') THEN
    SELECT count(*), min(ballot), max(ballot), bool_and(content_digest = NEW.content_digest)
      INTO voters, first_ballot, last_ballot, same_digest
    FROM (SELECT DISTINCT ON (staff_id) ballot, content_digest FROM publication_vote
      WHERE publication_id = NEW.id ORDER BY staff_id, turn DESC) AS standing;
    IF voters <> 2 OR NOT same_digest
        OR (NEW.state = 'disputed') <> (first_ballot <> last_ballot)
        OR (NEW.state = 'approved' AND first_ballot <> 'approve')
        OR (NEW.state = 'rejected' AND first_ballot <> 'reject') THEN
      RAISE EXCEPTION 'publication.two-votes: two approvers did not say so' USING ERRCODE = '23514';
    END IF;
  END IF;
  IF NEW.state = 'taken_back' AND NEW.proposed_by IS DISTINCT FROM current_actor() THEN
    RAISE EXCEPTION 'publication.proposer: only its proposer does that' USING ERRCODE = '23514';
  END IF;
  IF NEW.state = 'published' AND NOT EXISTS (SELECT 1 FROM publication_release
      WHERE publication_id = NEW.id AND content_digest = NEW.content_digest) THEN
    RAISE EXCEPTION 'publication.published-whole: there is no package' USING ERRCODE = '23514';
  END IF;
  IF NEW.state = 'withdrawn' AND NEW.withdrawn_by IS DISTINCT FROM current_actor() THEN
    RAISE EXCEPTION 'publication.own-name: in one''s own name' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_step BEFORE UPDATE ON publication
  FOR EACH ROW EXECUTE FUNCTION check_publication_step();

CREATE FUNCTION check_publication_vote() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  held publication;
  voter staff;
BEGIN
  SELECT * INTO held FROM publication WHERE id = NEW.publication_id FOR UPDATE;
  SELECT * INTO voter FROM staff WHERE id = NEW.staff_id;
  IF held.state NOT IN ('proposed', 'disputed') OR NEW.content_digest <> held.content_digest THEN
    RAISE EXCEPTION 'publication.up-for-votes: not up for this vote' USING ERRCODE = '23514';
  END IF;
  IF NOT held.study_id = ANY (approvable_studies()) OR voter.subject IS NULL THEN
    RAISE EXCEPTION 'publication.approver: no approver of this study' USING ERRCODE = '23514';
  END IF;
  -- The same person under another row of staff is the same person.
  IF EXISTS (SELECT 1 FROM staff s WHERE (s.issuer, s.subject) = (voter.issuer, voter.subject)
      AND (s.id = held.proposed_by OR s.id IN (SELECT v.staff_id FROM publication_vote v
        WHERE v.publication_id = NEW.publication_id AND v.staff_id <> NEW.staff_id))) THEN
    RAISE EXCEPTION 'publication.two-people: they proposed it, or voted under another name'
      USING ERRCODE = '23514';
  END IF;
  IF (SELECT count(DISTINCT staff_id) FROM publication_vote
        WHERE publication_id = NEW.publication_id AND staff_id <> NEW.staff_id) > 1
      OR (held.state = 'proposed' AND NEW.turn <> 1)
      OR NEW.turn <> 1 + (SELECT count(*) FROM publication_vote
        WHERE publication_id = NEW.publication_id AND staff_id = NEW.staff_id) THEN
    RAISE EXCEPTION 'publication.vote-once: two approvers, one vote each' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_vote BEFORE INSERT ON publication_vote
  FOR EACH ROW EXECUTE FUNCTION check_publication_vote();

CREATE FUNCTION check_publication_release() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  held publication;
BEGIN
  SELECT * INTO held FROM publication WHERE id = NEW.publication_id FOR UPDATE;
  IF held.state <> 'approved' OR held.content_digest <> NEW.content_digest
      OR held.lapses_at <= NEW.published_at
      OR (held.recipient_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM agreement a
        JOIN recipient r ON r.id = a.recipient_id
        WHERE a.id = held.agreement_id AND r.id = held.recipient_id AND r.blocked_at IS NULL
          AND a.ended_at IS NULL AND a.signed_at <= NEW.published_at
          AND NEW.published_at < a.expires_at)) THEN
    RAISE EXCEPTION 'publication.release: not approved as it is, or out of time'
      USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_release BEFORE INSERT ON publication_release
  FOR EACH ROW EXECUTE FUNCTION check_publication_release();

-- Nothing but this function reads a package: for leads and approvers of the study, while it stands.
CREATE FUNCTION publication_package(wanted uuid)
RETURNS TABLE (number bigint, study_id uuid, package bytea, package_digest bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT p.number, p.study_id, r.package, r.package_digest
  FROM publication_release r JOIN publication p ON p.id = r.publication_id
  WHERE p.id = wanted AND p.state = 'published'
    AND (p.study_id = ANY (lead_studies()) OR p.study_id = ANY (approvable_studies()))
$$;

-- What the operations page and `cli.py status` read, in one statement: counts of work, never of
-- people, and nothing that anybody said.
CREATE FUNCTION operations_report(at timestamptz) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT jsonb_build_object(
    'queues', (SELECT coalesce(jsonb_agg(q), '[]') FROM (
      SELECT kind, count(*) FILTER (WHERE state = 'waiting') AS waiting,
        count(*) FILTER (WHERE state = 'running') AS running,
        min(created_at) FILTER (WHERE state = 'waiting') AS oldest,
        count(*) FILTER (WHERE state = 'running' AND lease_until < at) AS lapsed,
        count(*) FILTER (WHERE attempts > 1) AS again
      FROM job WHERE state IN ('waiting', 'running') GROUP BY kind ORDER BY kind) AS q),
    'failures', (SELECT coalesce(jsonb_agg(f), '[]') FROM (
      SELECT j.id, j.kind, coalesce(j.message, '') AS message, j.finished_at,
        coalesce(r.number, p.number) AS number, coalesce(r.id, p.id) AS about
      FROM job j
      LEFT JOIN share_request r ON r.id = (j.payload ->> 'share')::uuid
      LEFT JOIN publication p ON p.id = (j.payload ->> 'publication')::uuid
      WHERE j.state = 'failed' AND j.set_aside_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM job later WHERE later.state = 'done' AND later.kind = j.kind
          AND later.created_at > j.created_at
          AND coalesce(later.payload ->> 'share', later.payload ->> 'publication')
            = coalesce(j.payload ->> 'share', j.payload ->> 'publication'))
      ORDER BY j.created_at DESC LIMIT 20) AS f),
    'studies', (SELECT coalesce(jsonb_agg(s), '[]') FROM (
      SELECT study.id, study.slug, study.title, first.opened AS oldest,
        coalesce(held.waiting, 0) AS waiting, coalesce(held.claimed, 0) AS claimed,
        coalesce(held.failed, 0) AS failed, taken.week AS snapshot, taken.shown,
        EXISTS (SELECT 1 FROM session x WHERE x.study_id = study.id) AS has_sessions
      FROM study
      LEFT JOIN LATERAL (
        SELECT sum(tasks) FILTER (WHERE state = 'waiting') AS waiting,
          sum(tasks) FILTER (WHERE state = 'claimed') AS claimed,
          sum(tasks) FILTER (WHERE state = 'failed') AS failed
        FROM deidentification_progress d WHERE d.study_id = study.id) AS held ON true
      LEFT JOIN LATERAL (
        SELECT uuid_extract_timestamp(t.session_id) AS opened FROM deidentification_task t
        WHERE t.study_id = study.id AND t.state IN ('waiting', 'claimed')
        ORDER BY t.session_id LIMIT 1) AS first ON true
      LEFT JOIN LATERAL (
        SELECT m.week, m.shown FROM metric_snapshot m WHERE m.study_id = study.id
        ORDER BY m.week DESC LIMIT 1) AS taken ON true
      ORDER BY study.title LIMIT 200) AS s),
    'tasks_lapsed', (SELECT count(*) FROM deidentification_task
      WHERE state = 'claimed' AND lease_until < at),
    'tasks_again', (SELECT count(*) FROM (SELECT 1 FROM deidentification_task
      WHERE attempts > 1 AND state <> 'done' LIMIT 10001) AS again),
    'desks_left', (SELECT count(*) FROM (SELECT 1 FROM review_item
      WHERE lease_staff IS NOT NULL AND lease_until < at AND begun AND waiting LIMIT 10001) AS left_on),
    'recalls', (SELECT coalesce(jsonb_agg(c), '[]') FROM (
      SELECT r.number, r.id AS about, c.due_at FROM share_recall c
      JOIN share_request r ON r.id = c.share_id
      WHERE c.attested_at IS NULL AND c.due_at <= at ORDER BY c.due_at LIMIT 20) AS c),
    'workers', (SELECT coalesce(jsonb_agg(w), '[]') FROM (
      SELECT name, started_at, seen_at FROM worker_heartbeat ORDER BY name LIMIT 200) AS w),
    'audit', jsonb_build_object(
      'head', (SELECT e.seq FROM audit_event e ORDER BY e.seq DESC LIMIT 1),
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

-- What each role may do at all -------------------------------------------------------------------
REVOKE EXECUTE ON FUNCTION publication_facts(uuid, timestamptz, timestamptz[]),
  publication_sessions(uuid, timestamptz, timestamptz[], jsonb),
  publication_counts(uuid, text, timestamptz, date, date, timestamptz[], jsonb),
  publication_voters(uuid), publication_population(uuid), hold_publication(uuid),
  publication_steps(), check_publication_step(), check_publication_vote(),
  check_publication_release(), publication_package(uuid), operations_report(timestamptz),
  set_job_aside(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publication_facts(uuid, timestamptz, timestamptz[]),
  publication_sessions(uuid, timestamptz, timestamptz[], jsonb),
  publication_counts(uuid, text, timestamptz, date, date, timestamptz[], jsonb),
  publication_voters(uuid), publication_population(uuid), hold_publication(uuid),
  publication_steps(), publication_package(uuid), operations_report(timestamptz),
  set_job_aside(uuid, timestamptz) TO clearance_app;
GRANT SELECT, INSERT ON publication_cell, publication_file, publication_vote TO clearance_app;
GRANT INSERT ON publication, publication_release, publication_ledger TO clearance_app;
-- All but whom it counts, what the ledger holds, and the package.
GRANT SELECT (id, number, study_id, snapshot_id, week, breakdown, audience, recipient_id,
  agreement_id, title, note, purpose, proposed_by, state, state_reason, created_at, changed_at,
  decided_at, lapses_at, content_digest, counted_at, everybody, rule, policy_digest, bound_to,
  withdrawn_at, withdrawn_by, withdrawal_reason) ON publication TO clearance_app;
GRANT UPDATE (state, state_reason, changed_at, decided_at, lapses_at, content_digest, counted_at,
  everybody, rule, policy_digest, bound_to, population, withdrawn_at, withdrawn_by,
  withdrawal_reason) ON publication TO clearance_app;
GRANT SELECT (publication_id, content_digest, package_digest, size, asked_by, published_at)
  ON publication_release TO clearance_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON worker_heartbeat TO clearance_app;
GRANT UPDATE (attempts) ON job TO clearance_app;

-- Which rows -------------------------------------------------------------------------------------
ALTER TABLE publication ENABLE ROW LEVEL SECURITY;
CREATE POLICY those_it_concerns ON publication FOR SELECT USING (
  study_id = ANY ((SELECT lead_studies())::uuid[])
  OR (study_id = ANY ((SELECT approvable_studies())::uuid[])
    AND state NOT IN ('preparing', 'refused'))
  OR (SELECT actor_has_role('administrator')) OR (SELECT actor_is_service('metrics')));
CREATE POLICY leads_propose ON publication FOR INSERT WITH CHECK (
  proposed_by = current_actor() AND state = 'preparing' AND content_digest IS NULL
  AND study_id = ANY ((SELECT lead_studies())::uuid[]));
CREATE POLICY those_who_move_it ON publication FOR UPDATE USING (
  study_id = ANY ((SELECT lead_studies())::uuid[])
  OR study_id = ANY ((SELECT approvable_studies())::uuid[])
  OR (SELECT actor_has_role('administrator')) OR (SELECT actor_is_service('metrics')));

ALTER TABLE publication_cell ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_visible_publications ON publication_cell FOR SELECT
  USING (publication_id IN (SELECT id FROM publication));
CREATE POLICY service_freezes ON publication_cell FOR INSERT WITH CHECK (
  (SELECT actor_is_service('metrics')) AND EXISTS (
    SELECT 1 FROM publication p WHERE p.id = publication_id AND p.state = 'preparing'));
ALTER TABLE publication_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_visible_publications ON publication_file FOR SELECT
  USING (publication_id IN (SELECT id FROM publication));
CREATE POLICY service_freezes ON publication_file FOR INSERT WITH CHECK (
  (SELECT actor_is_service('metrics')) AND EXISTS (
    SELECT 1 FROM publication p WHERE p.id = publication_id AND p.state = 'preparing'));

ALTER TABLE publication_vote ENABLE ROW LEVEL SECURITY;
-- Blind until both are in.
CREATE POLICY own_or_open ON publication_vote FOR SELECT USING (
  staff_id = current_actor() OR (publication_id IN (SELECT id FROM publication)
    AND publication_voters(publication_id) >= 2));
CREATE POLICY approvers_vote ON publication_vote FOR INSERT WITH CHECK (
  staff_id = current_actor());

ALTER TABLE publication_ledger ENABLE ROW LEVEL SECURITY;
CREATE POLICY service_writes ON publication_ledger FOR INSERT
  WITH CHECK ((SELECT actor_is_service('metrics')));

ALTER TABLE publication_release ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_visible_publications ON publication_release FOR SELECT
  USING (publication_id IN (SELECT id FROM publication));
CREATE POLICY service_publishes ON publication_release FOR INSERT
  WITH CHECK ((SELECT actor_is_service('metrics')));

-- To whom an aggregate may go is chosen by leads, and asked again as it leaves.
CREATE POLICY publishes ON recipient FOR SELECT USING (
  (SELECT actor_has_role('lead')) OR (SELECT actor_is_service('metrics')));
CREATE POLICY publishes ON agreement FOR SELECT USING (
  (SELECT actor_has_role('lead')) OR (SELECT actor_is_service('metrics')));

ALTER TABLE worker_heartbeat ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_beats ON worker_heartbeat FOR ALL
  USING ((SELECT actor_is_service('deidentification')))
  WITH CHECK ((SELECT actor_is_service('deidentification')));

-- Prepared and published behind the page, in the name of who asked.
CREATE POLICY publications_asked ON job FOR INSERT WITH CHECK (
  kind IN ('publication.prepare', 'publication.publish') AND requested_by = current_actor()
  AND (study_id = ANY ((SELECT lead_studies())::uuid[])
    OR study_id = ANY ((SELECT approvable_studies())::uuid[])));
CREATE POLICY publications_seen ON job FOR SELECT USING (
  kind IN ('publication.prepare', 'publication.publish')
  AND (study_id = ANY ((SELECT lead_studies())::uuid[])
    OR study_id = ANY ((SELECT approvable_studies())::uuid[])
    OR (SELECT actor_is_service('metrics'))));
CREATE POLICY publications_worked ON job FOR UPDATE USING (
  kind IN ('publication.prepare', 'publication.publish') AND (SELECT actor_is_service('metrics')));
CREATE POLICY verifications_seen ON job FOR SELECT USING (
  kind = 'audit.verify' AND (SELECT actor_is_service('monitoring')));
CREATE POLICY verifications_worked ON job FOR UPDATE USING (
  kind = 'audit.verify' AND (SELECT actor_is_service('monitoring')));
-- The chain is walked behind the page; what it says is read by auditors alone.
CREATE POLICY verifier_reads ON audit_event FOR SELECT
  USING ((SELECT actor_is_service('monitoring')));

INSERT INTO staff (kind, service, display_name) VALUES ('service', 'monitoring', 'Monitoring');
"""


def upgrade() -> None:
    """Make it."""
    op.create_table('worker_heartbeat',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_worker_heartbeat'))
    )
    op.create_table('publication',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('snapshot_id', sa.Uuid(), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('breakdown', sa.Text(), nullable=False),
    sa.Column('audience', sa.Text(), nullable=False),
    sa.Column('recipient_id', sa.Uuid(), nullable=True),
    sa.Column('agreement_id', sa.Uuid(), nullable=True),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('proposed_by', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Text(), server_default=sa.text("'preparing'"), nullable=False),
    sa.Column('state_reason', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lapses_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('content_digest', sa.LargeBinary(), nullable=True),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('everybody', sa.Integer(), nullable=True),
    sa.Column('rule', sa.Text(), nullable=True),
    sa.Column('policy_digest', sa.Text(), nullable=True),
    sa.Column('bound_to', sa.Text(), nullable=True),
    sa.Column('population', sa.LargeBinary(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.Uuid(), nullable=True),
    sa.Column('withdrawal_reason', sa.Text(), nullable=True),
    sa.CheckConstraint("(audience = 'third_party') = (recipient_id IS NOT NULL) AND (recipient_id IS NULL) = (agreement_id IS NULL)", name=op.f('ck_publication__receiver')),
    sa.CheckConstraint("(state <> 'approved') OR lapses_at IS NOT NULL", name=op.f('ck_publication__clock')),
    sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL) AND (withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawal_reason IS NULL)", name=op.f('ck_publication__withdrawn_whole')),
    sa.CheckConstraint("audience IN ('public', 'third_party')", name=op.f('ck_publication__audience')),
    sa.CheckConstraint("state IN ('preparing', 'refused') OR (content_digest IS NOT NULL AND population IS NOT NULL AND counted_at IS NOT NULL AND rule IS NOT NULL AND policy_digest IS NOT NULL AND bound_to IS NOT NULL)", name=op.f('ck_publication__frozen')),
    sa.CheckConstraint("state IN ('preparing', 'refused', 'proposed', 'disputed', 'rejected', 'approved', 'stale', 'expired', 'taken_back', 'published', 'withdrawn')", name=op.f('ck_publication__state')),
    sa.CheckConstraint('everybody >= 10', name=op.f('ck_publication__threshold')),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreement.id'], name=op.f('fk_publication__agreement_id')),
    sa.ForeignKeyConstraint(['proposed_by'], ['staff.id'], name=op.f('fk_publication__proposed_by')),
    sa.ForeignKeyConstraint(['recipient_id'], ['recipient.id'], name=op.f('fk_publication__recipient_id')),
    sa.ForeignKeyConstraint(['snapshot_id', 'study_id'], ['metric_snapshot.id', 'metric_snapshot.study_id'], name=op.f('fk_publication__snapshot_id_study_id')),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_publication__study_id')),
    sa.ForeignKeyConstraint(['withdrawn_by'], ['staff.id'], name=op.f('fk_publication__withdrawn_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_publication')),
    sa.UniqueConstraint('id', 'study_id', name=op.f('uq_publication__id_study_id')),
    sa.UniqueConstraint('number', name=op.f('uq_publication__number'))
    )
    op.create_index('ix_publication__state', 'publication', ['state', 'changed_at'], unique=False)
    op.create_index('ix_publication__study', 'publication', ['study_id', 'changed_at'], unique=False)
    op.create_table('publication_cell',
    sa.Column('publication_id', sa.Uuid(), nullable=False),
    sa.Column('ordinal', sa.SmallInteger(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=True),
    sa.Column('why', sa.Text(), nullable=True),
    sa.CheckConstraint('(people IS NULL) <> (why IS NULL)', name=op.f('ck_publication_cell__shown_or_why')),
    sa.CheckConstraint('people >= 10', name=op.f('ck_publication_cell__threshold')),
    sa.ForeignKeyConstraint(['publication_id'], ['publication.id'], name=op.f('fk_publication_cell__publication_id')),
    sa.PrimaryKeyConstraint('publication_id', 'ordinal', name=op.f('pk_publication_cell'))
    )
    op.create_table('publication_file',
    sa.Column('publication_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['publication_id'], ['publication.id'], name=op.f('fk_publication_file__publication_id')),
    sa.PrimaryKeyConstraint('publication_id', 'name', name=op.f('pk_publication_file'))
    )
    op.create_table('publication_ledger',
    sa.Column('publication_id', sa.Uuid(), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('breakdown', sa.Text(), nullable=False),
    sa.Column('ledger', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['publication_id', 'study_id'], ['publication.id', 'publication.study_id'], name=op.f('fk_publication_ledger__publication_id_study_id')),
    sa.PrimaryKeyConstraint('publication_id', name=op.f('pk_publication_ledger'))
    )
    op.create_index('ix_publication_ledger__study', 'publication_ledger', ['study_id', 'breakdown', 'at'], unique=False)
    op.create_table('publication_release',
    sa.Column('publication_id', sa.Uuid(), nullable=False),
    sa.Column('content_digest', sa.LargeBinary(), nullable=False),
    sa.Column('package', sa.LargeBinary(), nullable=False),
    sa.Column('package_digest', sa.LargeBinary(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['asked_by'], ['staff.id'], name=op.f('fk_publication_release__asked_by')),
    sa.ForeignKeyConstraint(['publication_id'], ['publication.id'], name=op.f('fk_publication_release__publication_id')),
    sa.PrimaryKeyConstraint('publication_id', name=op.f('pk_publication_release'))
    )
    op.create_table('publication_vote',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('publication_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('turn', sa.SmallInteger(), nullable=False),
    sa.Column('ballot', sa.Text(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('content_digest', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("ballot IN ('approve', 'reject')", name=op.f('ck_publication_vote__ballot')),
    sa.CheckConstraint('turn > 0', name=op.f('ck_publication_vote__turn')),
    sa.ForeignKeyConstraint(['publication_id'], ['publication.id'], name=op.f('fk_publication_vote__publication_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_publication_vote__staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_publication_vote')),
    sa.UniqueConstraint('publication_id', 'staff_id', 'turn', name=op.f('uq_publication_vote__publication_id_staff_id_turn'))
    )
    op.create_index('ix_deidentification_task__again', 'deidentification_task', ['study_id'], unique=False, postgresql_where=sa.text("attempts > 1 AND state <> 'done'"))
    op.create_index('ix_deidentification_task__lease', 'deidentification_task', ['lease_until'], unique=False, postgresql_where=sa.text("state = 'claimed'"))
    op.add_column('job', sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False))
    op.add_column('job', sa.Column('set_aside_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('job', sa.Column('set_aside_by', sa.Uuid(), nullable=True))
    op.create_index('ix_job__publication', 'job', [sa.literal_column("(payload ->> 'publication')"), 'created_at'], unique=False, postgresql_where=sa.text("kind IN ('publication.prepare', 'publication.publish')"))
    op.create_foreign_key(op.f('fk_job__set_aside_by'), 'job', 'staff', ['set_aside_by'], ['id'])
    op.get_bind().exec_driver_sql(_RULES)
