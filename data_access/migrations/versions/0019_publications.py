"""Publications: aggregates that leave, frozen, approved by two, and kept in what was shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KINDS = (
    "kind IN ('vote_waiting', 'vote_disputed', 'share_returned', 'share_rejected', "
    "'share_approved', 'share_stale', 'share_expired', 'share_released', 'share_recalled',"
    " 'share_check_failed', 'share_release_failed', 'recall_to_consider', "
    "'recall_overdue', 'agreement_ending', 'agreement_ended', 'grant_given', "
    "'grant_ending', 'grant_ended', 'import_done', 'import_failed', 'policy_waiting', "
    "'policy_accepted', 'policy_rejected', 'mapping_waiting', 'retention_due', "
    "'erasure_done', 'erasure_failed', 'publication_vote', 'publication_disputed', "
    "'publication_refused', 'publication_rejected', 'publication_approved', "
    "'publication_stale', 'publication_expired', 'publication_published', "
    "'publication_withdrawn')"
)

_COUNTING = r"""
-- Whom a publication may count: the policy is asked in Python, of sessions that it cannot tell apart.
-- All of these for the snapshot service alone.
CREATE FUNCTION publication_standings(wanted uuid, before timestamptz, known_by timestamptz,
  cuts timestamptz[])
RETURNS TABLE (slot integer, standing integer, sessions bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT CASE WHEN s.standing & 4096 <> 0 THEN -1 ELSE width_bucket(s.sorted_at, cuts) END,
    s.standing, count(*)
  FROM session s
  WHERE s.study_id = wanted AND s.sorted_at < before AND s.imported_at <= known_by
    AND s.erased_at IS NULL AND actor_is_service('metrics')
  GROUP BY 1, 2
$$;

-- The people of whom every session may be counted. `outside` has the mask of what the policy asks, and
-- of each part a code and the stretch of completions for which it allows the use.
CREATE FUNCTION publication_people(wanted uuid, before timestamptz, known_by timestamptz,
  outside jsonb)
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH parts AS MATERIALIZED (
    SELECT p.code, coalesce(p.since, '-infinity') AS since, coalesce(p.until, 'infinity') AS until
    FROM jsonb_to_recordset(outside -> 'parts') AS p (code integer, since timestamptz,
      until timestamptz)
  )
  -- Joined, so that a million sessions are looked up by their code; of one code no two parts overlap.
  SELECT s.participant_id
  FROM session s
  LEFT JOIN parts p ON p.code = s.standing & (outside ->> 'mask')::integer
    AND s.sorted_at >= p.since AND s.sorted_at < p.until
  WHERE s.study_id = wanted AND s.sorted_at < before AND s.imported_at <= known_by
    AND s.erased_at IS NULL AND actor_is_service('metrics')
  GROUP BY s.participant_id
  HAVING bool_and(p.code IS NOT NULL)
$$;

-- Their sessions, by number.
CREATE FUNCTION publication_sessions(wanted uuid, before timestamptz, known_by timestamptz,
  outside jsonb)
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT s.number FROM session s
  WHERE s.study_id = wanted AND s.sorted_at < before AND s.imported_at <= known_by
    AND s.erased_at IS NULL AND s.participant_id IN (
      SELECT publication_people(wanted, before, known_by, outside))
  ORDER BY s.number
$$;

-- As it was, of everybody where `outside` is null, of those who may be counted outside where not: one
-- text for both, so that a chart and its publication never count differently.
DROP FUNCTION metric_people(uuid, timestamptz, timestamptz, timestamptz, timestamptz[], interval);
CREATE FUNCTION metric_people(wanted uuid, before timestamptz, known_by timestamptz,
  counted_at timestamptz, boundaries timestamptz[], band interval, outside jsonb)
RETURNS TABLE (fact jsonb, people bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH counted AS MATERIALIZED (
    SELECT s.id, s.participant_id, s.sorted_at, s.current_run_id
    FROM session s
    WHERE s.study_id = wanted AND s.sorted_at < before AND s.imported_at <= known_by
      AND s.erased_at IS NULL AND actor_is_service('metrics')
      AND (outside IS NULL OR s.participant_id IN (
        SELECT publication_people(wanted, before, known_by, outside)))
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
DROP FUNCTION metric_neighbours(uuid, timestamptz, timestamptz);
CREATE FUNCTION metric_neighbours(wanted uuid, before timestamptz, known_by timestamptz, outside jsonb)
RETURNS TABLE (shared bigint, only_here bigint, only_there bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH here AS MATERIALIZED (
    SELECT DISTINCT participant_id FROM session
    WHERE study_id = wanted AND sorted_at < before AND imported_at <= known_by
      AND erased_at IS NULL AND actor_is_service('metrics')
      AND (outside IS NULL OR participant_id IN (
        SELECT publication_people(wanted, before, known_by, outside)))
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

-- All that was told of a study, publications included. Whoever reads it is alone with it until the
-- transaction ends, so that a snapshot and a publication never overlook each other.
CREATE OR REPLACE FUNCTION metric_ledger(wanted uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  held jsonb;
  newest uuid;
BEGIN
  IF NOT actor_is_service('metrics') THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('ledger ' || wanted::text, 0));
  SELECT ledger, id INTO held, newest FROM metric_snapshot
    WHERE study_id = wanted ORDER BY week DESC LIMIT 1;
  RETURN held || coalesce((
    SELECT jsonb_object_agg(last.key, last.value) FROM (
      SELECT DISTINCT ON (e.key) e.key, e.value
      FROM publication_ledger l CROSS JOIN LATERAL jsonb_each(l.ledger) AS e
      WHERE l.snapshot_id = newest ORDER BY e.key, l.seq DESC) AS last), '{}'::jsonb);
END
$$;
"""

_RULES = r"""
-- To whom an aggregate may go: recipients with an agreement in force, by name and never by address, for
-- leads who choose among them.
CREATE FUNCTION publication_receivers(at timestamptz)
RETURNS TABLE (recipient_id uuid, kind text, name text, organisation text, agreement_id uuid,
  version integer, title text, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT r.id, r.kind, r.name, r.organisation, a.id, a.version, a.title, a.expires_at
  FROM recipient r JOIN agreement a ON a.recipient_id = r.id
  WHERE cardinality(lead_studies()) > 0 AND r.blocked_at IS NULL AND a.ended_at IS NULL
    AND a.signed_at <= at AND at < a.expires_at
  ORDER BY r.name, r.id, a.version DESC
$$;
-- Who would receive a publication, for those who see it.
CREATE FUNCTION publication_receiver(wanted uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT jsonb_build_object('name', concat_ws(', ', r.name, r.organisation), 'version', a.version)
  FROM publication p JOIN recipient r ON r.id = p.recipient_id JOIN agreement a ON a.id = p.agreement_id
  WHERE p.id = wanted AND (p.study_id = ANY (lead_studies())
    OR p.study_id = ANY (approvable_studies()) OR actor_has_role('administrator')
    OR actor_is_service('metrics'))
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
      NEW.policy_digest, NEW.bound_to, NEW.population, NEW.known_by)
    IS DISTINCT FROM (OLD.content_digest, OLD.counted_at, OLD.everybody, OLD.rule,
      OLD.policy_digest, OLD.bound_to, OLD.population, OLD.known_by) THEN
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
      OR (NEW.epsilon IS NOT NULL AND NOT EXISTS (SELECT 1 FROM privacy_spending
        WHERE publication_id = NEW.id))
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

-- What noise may cost a study in all: domain/publications/privacy.py says the same, and a test
-- compares them. Two who spend at once are one after the other.
CREATE FUNCTION privacy_budget() RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT 3::numeric $$;
CREATE FUNCTION check_privacy_spending() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('privacy ' || NEW.study_id::text, 0));
  IF NEW.epsilon IS DISTINCT FROM (SELECT epsilon FROM publication WHERE id = NEW.publication_id)
  THEN
    RAISE EXCEPTION 'privacy.as-proposed: it was proposed at another cost' USING ERRCODE = '23514';
  END IF;
  IF NEW.epsilon + (SELECT coalesce(sum(epsilon), 0) FROM privacy_spending
      WHERE study_id = NEW.study_id) > privacy_budget() THEN
    RAISE EXCEPTION 'privacy.budget: the budget of the study is spent' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_spending BEFORE INSERT ON privacy_spending
  FOR EACH ROW EXECUTE FUNCTION check_privacy_spending();

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


-- Notifications, in the transaction of what they tell of ------------------------------------------
-- Whoever may vote on it: approvers of its study who did not propose it, by who they are.
CREATE FUNCTION publication_voters_for(wanted uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT coalesce(array_agg(DISTINCT g.staff_id), '{}')
  FROM publication p
  JOIN study_grant g ON g.study_id = p.study_id AND g.role = 'approver' AND g.revoked_at IS NULL
    AND g.starts_at <= now() AND now() < g.expires_at
  JOIN staff_role h ON h.staff_id = g.staff_id AND h.role = 'approver' AND h.revoked_at IS NULL
  JOIN staff s ON s.id = g.staff_id
  WHERE p.id = wanted AND NOT EXISTS (
    SELECT 1 FROM staff other
    WHERE other.id = p.proposed_by
      AND (other.id = s.id OR (other.issuer, other.subject) = (s.issuer, s.subject)))
$$;

CREATE FUNCTION note_publication_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  voted uuid[] := ARRAY(SELECT DISTINCT staff_id FROM publication_vote
    WHERE publication_id = NEW.id);
BEGIN
  PERFORM settle_notifications(ARRAY['publication_vote', 'publication_disputed',
    'publication_approved'], NEW.id, NULL);
  IF NEW.state = 'proposed' THEN
    PERFORM notify_staff(publication_voters_for(NEW.id), 'publication_vote', NEW.id, '', NEW.number);
  ELSIF NEW.state = 'disputed' THEN
    PERFORM notify_staff(voted, 'publication_disputed', NEW.id, '', NEW.number);
  ELSIF NEW.state IN ('published', 'withdrawn') THEN
    PERFORM notify_staff(voted || NEW.proposed_by, 'publication_' || NEW.state, NEW.id, '',
      NEW.number);
  ELSIF NEW.state IN ('refused', 'rejected', 'approved', 'stale', 'expired') THEN
    PERFORM notify_staff(ARRAY[NEW.proposed_by], 'publication_' || NEW.state, NEW.id, '',
      NEW.number);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER note_step AFTER UPDATE ON publication
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
  EXECUTE FUNCTION note_publication_step();

CREATE FUNCTION note_publication_vote() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM settle_notifications(ARRAY['publication_vote', 'publication_disputed'],
    NEW.publication_id, NEW.staff_id);
  RETURN NULL;
END
$$;
CREATE TRIGGER note_vote AFTER INSERT ON publication_vote
  FOR EACH ROW EXECUTE FUNCTION note_publication_vote();

-- What each role may do at all -------------------------------------------------------------------
REVOKE EXECUTE ON FUNCTION
  metric_people(uuid, timestamptz, timestamptz, timestamptz, timestamptz[], interval, jsonb),
  metric_neighbours(uuid, timestamptz, timestamptz, jsonb),
  publication_standings(uuid, timestamptz, timestamptz, timestamptz[]),
  publication_people(uuid, timestamptz, timestamptz, jsonb),
  publication_sessions(uuid, timestamptz, timestamptz, jsonb),
  publication_voters(uuid), publication_voters_for(uuid), publication_population(uuid),
  hold_publication(uuid), publication_steps(), check_publication_step(), check_publication_vote(),
  privacy_budget(), check_privacy_spending(),
  check_publication_release(), note_publication_step(), note_publication_vote(),
  publication_package(uuid), publication_receivers(timestamptz), publication_receiver(uuid)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  metric_people(uuid, timestamptz, timestamptz, timestamptz, timestamptz[], interval, jsonb),
  metric_neighbours(uuid, timestamptz, timestamptz, jsonb),
  publication_standings(uuid, timestamptz, timestamptz, timestamptz[]),
  publication_sessions(uuid, timestamptz, timestamptz, jsonb),
  publication_voters(uuid), publication_population(uuid), hold_publication(uuid),
  publication_steps(), publication_package(uuid), publication_receivers(timestamptz),
  publication_receiver(uuid), privacy_budget() TO clearance_app;
GRANT SELECT, INSERT ON publication_cell, publication_file, publication_vote, privacy_spending TO clearance_app;
GRANT INSERT ON publication, publication_release, publication_ledger TO clearance_app;
-- All but whom it counts and the name of those people (which tells when they are others), what the
-- ledger holds, and the package.
GRANT SELECT (id, number, study_id, snapshot_id, week, breakdown, epsilon, audience, recipient_id,
  agreement_id, title, note, purpose, proposed_by, state, state_reason, created_at, changed_at,
  decided_at, lapses_at, content_digest, counted_at, known_by, everybody, rule, policy_digest,
  withdrawn_at, withdrawn_by, withdrawal_reason) ON publication TO clearance_app;
GRANT UPDATE (state, state_reason, changed_at, decided_at, lapses_at, content_digest, counted_at,
  known_by, everybody, rule, policy_digest, bound_to, population, withdrawn_at, withdrawn_by,
  withdrawal_reason) ON publication TO clearance_app;
GRANT SELECT (publication_id, content_digest, package_digest, size, asked_by, published_at)
  ON publication_release TO clearance_app;

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

ALTER TABLE privacy_spending ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_visible_publications ON privacy_spending FOR SELECT USING (
  publication_id IN (SELECT id FROM publication));
CREATE POLICY service_spends ON privacy_spending FOR INSERT
  WITH CHECK ((SELECT actor_is_service('metrics')));

ALTER TABLE publication_ledger ENABLE ROW LEVEL SECURITY;
CREATE POLICY service_writes ON publication_ledger FOR INSERT
  WITH CHECK ((SELECT actor_is_service('metrics')));

ALTER TABLE publication_release ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_visible_publications ON publication_release FOR SELECT
  USING (publication_id IN (SELECT id FROM publication));
CREATE POLICY service_publishes ON publication_release FOR INSERT
  WITH CHECK ((SELECT actor_is_service('metrics')));

-- Asked again as it is frozen and as it leaves.
CREATE POLICY publishes ON recipient FOR SELECT USING ((SELECT actor_is_service('metrics')));
CREATE POLICY publishes ON agreement FOR SELECT USING ((SELECT actor_is_service('metrics')));

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
"""


def upgrade() -> None:
    """Make it."""
    op.create_table('publication',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('snapshot_id', sa.Uuid(), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('breakdown', sa.Text(), nullable=False),
    sa.Column('epsilon', sa.Numeric(precision=4, scale=2), nullable=True),
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
    sa.Column('known_by', sa.DateTime(timezone=True), nullable=True),
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
    sa.CheckConstraint("state IN ('preparing', 'refused') OR (content_digest IS NOT NULL AND population IS NOT NULL AND counted_at IS NOT NULL AND known_by IS NOT NULL AND (everybody IS NULL) = (epsilon IS NOT NULL) AND rule IS NOT NULL AND policy_digest IS NOT NULL AND bound_to IS NOT NULL)", name=op.f('ck_publication__frozen')),
    sa.CheckConstraint("state IN ('preparing', 'refused', 'proposed', 'disputed', 'rejected', 'approved', 'stale', 'expired', 'taken_back', 'published', 'withdrawn')", name=op.f('ck_publication__state')),
    sa.CheckConstraint('everybody >= 10', name=op.f('ck_publication__threshold')),
    sa.CheckConstraint('epsilon IN (0.25, 0.5, 1)', name=op.f('ck_publication__epsilon')),
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
    sa.Column('seq', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('snapshot_id', sa.Uuid(), nullable=False),
    sa.Column('ledger', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['publication_id', 'study_id'], ['publication.id', 'publication.study_id'], name=op.f('fk_publication_ledger__publication_id_study_id')),
    sa.ForeignKeyConstraint(['snapshot_id', 'study_id'], ['metric_snapshot.id', 'metric_snapshot.study_id'], name=op.f('fk_publication_ledger__snapshot_id_study_id')),
    sa.PrimaryKeyConstraint('publication_id', name=op.f('pk_publication_ledger')),
    sa.UniqueConstraint('seq', name=op.f('uq_publication_ledger__seq'))
    )
    op.create_index('ix_publication_ledger__snapshot', 'publication_ledger', ['snapshot_id', 'seq'], unique=False)
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
    op.create_table('privacy_spending',
    sa.Column('publication_id', sa.Uuid(), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('epsilon', sa.Numeric(precision=4, scale=2), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('epsilon > 0', name=op.f('ck_privacy_spending__epsilon')),
    sa.ForeignKeyConstraint(['publication_id', 'study_id'], ['publication.id', 'publication.study_id'], name=op.f('fk_privacy_spending__publication_id_study_id')),
    sa.PrimaryKeyConstraint('publication_id', name=op.f('pk_privacy_spending'))
    )
    op.create_index('ix_privacy_spending__study', 'privacy_spending', ['study_id'], unique=False)
    op.create_index('ix_job__publication', 'job', [sa.literal_column("(payload ->> 'publication')"), 'created_at'], unique=False, postgresql_where=sa.text("kind IN ('publication.prepare', 'publication.publish')"))
    op.drop_constraint(op.f("ck_notification__kind"), "notification")
    op.create_check_constraint(op.f("ck_notification__kind"), "notification", _KINDS)
    connection = op.get_bind()
    connection.exec_driver_sql(_COUNTING)
    connection.exec_driver_sql(_RULES)
