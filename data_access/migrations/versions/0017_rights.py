"""Participants' rights: no further use, erasure, retention; and notifications with their mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ERASURE = r"""
INSERT INTO staff (kind, service, display_name)
VALUES ('service', 'retention', 'Retention service'),
       ('service', 'notifications', 'Notification service');

-- No further use (R09) ---------------------------------------------------------------------------
-- Administrators change no session; this is the one thing they may say of one. Never taken back.
CREATE FUNCTION forbid_further_use(wanted uuid[], said_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  changed integer;
BEGIN
  IF NOT actor_has_role('administrator') THEN
    RAISE EXCEPTION 'role.administrator: only administrators record that' USING ERRCODE = '42501';
  END IF;
  PERFORM 1 FROM session WHERE id = ANY (wanted) ORDER BY id FOR UPDATE;
  UPDATE session SET withdrawn_at = said_at
    WHERE id = ANY (wanted) AND withdrawn_at IS NULL AND erased_at IS NULL;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END
$$;

-- Which sessions an administrator means by their numbers, and which others the same people have.
-- Numbers and standings; nothing of what was said, and no name.
CREATE FUNCTION sessions_meant(numbers bigint[], whole_person boolean)
RETURNS TABLE (number bigint, session_id uuid, study_id uuid, study_slug text, named boolean,
  erased_at timestamptz, withdrawn_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT s.number, s.id, s.study_id, t.slug, s.number = ANY (numbers), s.erased_at, s.withdrawn_at
  FROM session s JOIN study t ON t.id = s.study_id
  WHERE actor_has_role('administrator') AND (s.number = ANY (numbers)
    OR (whole_person AND s.participant_id IN (
      SELECT named.participant_id FROM session named WHERE named.number = ANY (numbers))))
  ORDER BY s.number
$$;

-- Every tombstone by its number, to be erased again should a backup bring the session back.
CREATE FUNCTION tombstones_after(last bigint, at_most integer)
RETURNS TABLE (number bigint, study_slug text, erased_at timestamptz, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT s.number, t.slug, s.erased_at, s.erasure_reason
  FROM session s JOIN study t ON t.id = s.study_id
  WHERE s.number > last AND s.erased_at IS NOT NULL AND actor_has_role('administrator')
  ORDER BY s.number LIMIT at_most
$$;

-- For an import of choices: the sessions it is about, held still in the order everybody takes, and how
-- far each one's history has come.
CREATE FUNCTION hold_for_choices(wanted uuid[])
RETURNS TABLE (session_id uuid, consent_version integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF NOT actor_has_role('administrator') THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT s.id, s.consent_version FROM session s
    WHERE s.id = ANY (wanted) ORDER BY s.id FOR NO KEY UPDATE;
END
$$;

-- Retention --------------------------------------------------------------------------------------
-- As domain/policy/dates.py counts: whole calendar years in UTC, 29 February as the 28th; a test
-- compares the two. One expression, so that the planner puts it where it is asked.
CREATE FUNCTION retention_due_at(completed timestamptz, years integer) RETURNS timestamptz
LANGUAGE sql IMMUTABLE
AS $$
  SELECT (completed AT TIME ZONE 'UTC' - make_interval(days =>
      (extract(month FROM completed AT TIME ZONE 'UTC') = 2
        AND extract(day FROM completed AT TIME ZONE 'UTC') = 29)::integer)
    + make_interval(years => years)) AT TIME ZONE 'UTC'
$$;

-- How long each policy version's sessions are kept, by the table in force.
CREATE FUNCTION retention_rules()
RETURNS TABLE (version text, completed_from timestamptz, completed_before timestamptz, years integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT v ->> 'id', coalesce((v ->> 'completed_from')::timestamptz, '-infinity'),
    coalesce((v ->> 'completed_before')::timestamptz, 'infinity'), (v ->> 'retention_years')::integer
  FROM (SELECT document FROM policy_document ORDER BY in_force_from DESC LIMIT 1) AS held,
    jsonb_array_elements(held.document -> 'versions') AS v
$$;

-- Sessions of one study under one version that a retention rule is about and that may be due at an
-- instant. The instant of completion decides which version governs; where none does, the version that
-- the session was given by hand. Three ranges of two indexes, so that nothing else is read; nothing
-- completed later can be due (a day more, because 29 February is due as the 28th is).
CREATE FUNCTION sessions_ending(wanted uuid, rule_version text, rule_from timestamptz,
  rule_before timestamptz, rule_years integer, at timestamptz, after_at timestamptz, after_id uuid,
  at_most integer)
RETURNS TABLE (session_id uuid, number bigint, completed_at timestamptz, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH governed AS (
    SELECT s.id, s.number, s.completed_at FROM session s
    WHERE s.study_id = wanted AND s.erased_at IS NULL
      AND s.completed_at >= greatest(rule_from, coalesce(after_at, '-infinity'))
      AND s.completed_at < rule_before
      AND s.completed_at <= retention_due_at(at, -rule_years) + interval '1 day'
      AND (after_at IS NULL OR (s.completed_at, s.id) > (after_at, after_id))
      AND retention_due_at(s.completed_at, rule_years) <= at
    ORDER BY s.completed_at, s.id LIMIT at_most
  ), given AS (
    SELECT s.id, s.number, s.completed_at FROM session s
    WHERE s.study_id = wanted AND s.erased_at IS NULL AND s.policy_version = rule_version
      AND s.sorted_at < rule_from AND s.completed_at IS NOT NULL
    UNION ALL
    SELECT s.id, s.number, s.completed_at FROM session s
    WHERE s.study_id = wanted AND s.erased_at IS NULL AND s.policy_version = rule_version
      AND s.sorted_at >= rule_before AND s.completed_at IS NOT NULL
  ), by_hand AS (
    SELECT g.id, g.number, g.completed_at FROM given g
    WHERE (after_at IS NULL OR (g.completed_at, g.id) > (after_at, after_id))
      AND retention_due_at(g.completed_at, rule_years) <= at
      AND NOT EXISTS (SELECT 1 FROM retention_rules() o
        WHERE g.completed_at >= o.completed_from AND g.completed_at < o.completed_before)
  )
  SELECT id, number, completed_at, retention_due_at(completed_at, rule_years)
  FROM (SELECT * FROM governed UNION ALL SELECT * FROM by_hand) AS found
  ORDER BY completed_at, id LIMIT at_most
$$;
-- The same under every version, in the order of their completion.
CREATE FUNCTION sessions_due(wanted uuid, at timestamptz, after_at timestamptz, after_id uuid,
  at_most integer)
RETURNS TABLE (session_id uuid, number bigint, version text, completed_at timestamptz,
  due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT due.session_id, due.number, r.version, due.completed_at, due.due_at
  FROM retention_rules() r CROSS JOIN LATERAL sessions_ending(wanted, r.version, r.completed_from,
    r.completed_before, r.years, at, after_at, after_id, at_most) AS due
  WHERE r.years IS NOT NULL AND (actor_has_role('administrator') OR actor_is_service('retention'))
  ORDER BY due.completed_at, due.session_id LIMIT at_most
$$;

-- How many sessions of each study (or of one) and version are due at each of the instants, counted no
-- further than one past a cap; by the same three ranges, in one statement.
CREATE FUNCTION retention_counts(wanted uuid, instants timestamptz[], cap integer)
RETURNS TABLE (study_id uuid, version text, place bigint, sessions bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH rules AS MATERIALIZED (SELECT * FROM retention_rules())
  SELECT t.id, r.version, asked.place, (
    SELECT count(*) FROM (
      SELECT 1 FROM session s
      WHERE s.study_id = t.id AND s.erased_at IS NULL
        AND s.completed_at >= r.completed_from AND s.completed_at < r.completed_before
        AND s.completed_at <= retention_due_at(asked.at, -r.years) + interval '1 day'
        AND retention_due_at(s.completed_at, r.years) <= asked.at
      LIMIT cap + 1) AS governed
    ) + (
    SELECT count(*) FROM (
      SELECT s.completed_at FROM session s
      WHERE s.study_id = t.id AND s.policy_version = r.version AND s.erased_at IS NULL
        AND s.sorted_at < r.completed_from
      UNION ALL
      SELECT s.completed_at FROM session s
      WHERE s.study_id = t.id AND s.policy_version = r.version AND s.erased_at IS NULL
        AND s.sorted_at >= r.completed_before) AS given
    WHERE retention_due_at(given.completed_at, r.years) <= asked.at
      AND NOT EXISTS (SELECT 1 FROM rules o WHERE given.completed_at >= o.completed_from
        AND given.completed_at < o.completed_before))
  FROM study t CROSS JOIN rules r
  CROSS JOIN unnest(instants) WITH ORDINALITY AS asked (at, place)
  WHERE r.years IS NOT NULL AND (wanted IS NULL OR t.id = wanted)
    AND ((SELECT actor_has_role('administrator')) OR (SELECT actor_is_service('retention')))
$$;

-- Open requests that hold a session which is due by now: nothing of it may leave any more.
CREATE FUNCTION make_due_shares_stale(at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  due uuid[];
BEGIN
  IF NOT actor_is_service('retention') THEN
    RAISE EXCEPTION 'role.retention: the retention service does that' USING ERRCODE = '42501';
  END IF;
  SELECT array_agg(id) INTO due FROM (
    SELECT r.id FROM share_request r
    WHERE r.state IN ('submitted', 'disputed', 'approved') AND EXISTS (
      SELECT 1 FROM share_session part JOIN session s ON s.id = part.session_id
      JOIN retention_rules() k ON k.years IS NOT NULL
        AND s.completed_at >= k.completed_from AND s.completed_at < k.completed_before
      WHERE part.share_id = r.id AND retention_due_at(s.completed_at, k.years) <= at)
    ORDER BY r.id FOR UPDATE) AS held;
  IF due IS NULL THEN
    RETURN 0;
  END IF;
  PERFORM make_shares_stale(due, 'A session in it has reached the end of its retention.');
  RETURN cardinality(due);
END
$$;

-- Erasure ----------------------------------------------------------------------------------------
-- Everything that was said in a session, found in it, decided on it or derived from it goes; the row
-- stays as a tombstone: its number, when, and why. Nothing else in the product deletes a turn.
--
-- Locks are taken in the order that everybody else takes them: the machine's task, sessions,
-- participants, then what follows from them.
CREATE FUNCTION erase_sessions(wanted uuid[], why text, at timestamptz)
RETURNS TABLE (session_id uuid, number bigint, study_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  held uuid[];
  people uuid[];
BEGIN
  IF NOT (actor_has_role('administrator')
      OR (why = 'retention' AND actor_is_service('retention'))) THEN
    RAISE EXCEPTION 'role.erase: only administrators erase' USING ERRCODE = '42501';
  END IF;
  PERFORM 1 FROM deidentification_task t WHERE t.session_id = ANY (wanted)
    ORDER BY t.session_id FOR UPDATE;
  PERFORM 1 FROM session s WHERE s.id = ANY (wanted) ORDER BY s.id FOR UPDATE;
  SELECT array_agg(s.id ORDER BY s.id), array_agg(DISTINCT s.participant_id) INTO held, people
    FROM session s WHERE s.id = ANY (wanted) AND s.erased_at IS NULL;
  IF held IS NULL THEN
    RETURN;
  END IF;
  IF why = 'retention' AND EXISTS (
      SELECT 1 FROM session s WHERE s.id = ANY (held) AND NOT EXISTS (
        SELECT 1 FROM retention_rules() r WHERE r.years IS NOT NULL
          AND (s.completed_at >= r.completed_from AND s.completed_at < r.completed_before
            OR s.policy_version = r.version)
          AND retention_due_at(s.completed_at, r.years) <= at)) THEN
    RAISE EXCEPTION 'retention.due: a session is not due' USING ERRCODE = '23514';
  END IF;
  PERFORM 1 FROM participant p WHERE p.id = ANY (people) ORDER BY p.id FOR UPDATE;

  DELETE FROM share_comment x WHERE x.session_id = ANY (held);
  DELETE FROM review_outcome x WHERE x.session_id = ANY (held);
  DELETE FROM review_check x WHERE x.session_id = ANY (held);
  DELETE FROM review_skip x WHERE x.session_id = ANY (held);
  DELETE FROM turns_read x WHERE x.session_id = ANY (held);
  DELETE FROM quasi_identifier x WHERE x.session_id = ANY (held);
  DELETE FROM finding x WHERE x.session_id = ANY (held);
  DELETE FROM decision x WHERE x.session_id = ANY (held);
  DELETE FROM session_search x WHERE x.session_id = ANY (held);
  DELETE FROM deidentification_run x WHERE x.session_id = ANY (held);
  DELETE FROM deidentification_task x WHERE x.session_id = ANY (held);
  DELETE FROM turn x WHERE x.session_id = ANY (held);

  UPDATE session s SET erased_at = at, erasure_reason = why,
      started_at = NULL, completed_at = NULL, completion_is_stated = false,
      -- Where a list puts a tombstone: on the study's first day, which says nothing of the person.
      sorted_at = (SELECT t.opens_on::timestamp AT TIME ZONE 'UTC' FROM study t WHERE t.id = s.study_id),
      language = 'und', plan = 'consumer', memory_on = false, questions_asked = NULL,
      turn_count = 0, word_count = 0, turns_digest = '', review_state = 'unprocessed',
      coverage = 'pending', finding_count = 0, current_run_id = NULL, current_redaction_set_id = NULL
    WHERE s.id = ANY (held);

  -- What a request covered stays on record by its digests; the set's redactions go.
  DELETE FROM redaction_set x WHERE x.session_id = ANY (held)
    AND NOT EXISTS (SELECT 1 FROM share_session part WHERE part.redaction_set_id = x.id);
  UPDATE redaction_set x SET redactions = '[]' WHERE x.session_id = ANY (held);
  DELETE FROM review_item x WHERE x.session_id = ANY (held);
  UPDATE review_progress p SET sessions = p.sessions - gone.sessions
    FROM (SELECT s.study_id, count(*) AS sessions FROM session s WHERE s.id = ANY (held)
      GROUP BY s.study_id ORDER BY s.study_id) AS gone
    WHERE p.study_id = gone.study_id AND p.state = 'unprocessed';
  -- That a case ended and how stays, and that two settled which policy governs; not what somebody
  -- wrote of it, nor when the interview was.
  UPDATE trust_safety_case x SET note = NULL WHERE x.session_id = ANY (held) AND x.note IS NOT NULL;
  UPDATE policy_assignment_session x SET completed_at = NULL WHERE x.session_id = ANY (held);
  -- The transcript's id is remembered, so that the same file does not bring it back.
  UPDATE session_source x SET content_digest = '' WHERE x.session_id = ANY (held);
  -- Our copy of what left goes; the recipient's is called back by a recall.
  UPDATE share_release l SET package = '', package_destroyed_at = at
    WHERE l.package_destroyed_at IS NULL AND l.share_id IN (
      SELECT part.share_id FROM share_session part WHERE part.session_id = ANY (held));
  -- Of whom no other session is left, the account goes too, and nothing finds them again by it.
  SELECT array_agg(p) INTO people FROM unnest(people) AS p WHERE NOT EXISTS (
    SELECT 1 FROM session s WHERE s.participant_id = p AND s.erased_at IS NULL);
  DELETE FROM identity.account a WHERE a.participant_id = ANY (people);
  UPDATE participant p SET account_digest = NULL WHERE p.id = ANY (people);
  RETURN QUERY SELECT s.id, s.number, s.study_id FROM session s WHERE s.id = ANY (held) ORDER BY s.id;
END
$$;

-- An erased session takes nothing in any more. The lock waits for an erasure that is under way.
CREATE FUNCTION refuse_erased() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  gone timestamptz;
BEGIN
  SELECT erased_at INTO gone FROM session WHERE id = NEW.session_id FOR KEY SHARE;
  IF gone IS NOT NULL THEN
    RAISE EXCEPTION 'session.erased: the session was erased' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER refuse_erased BEFORE INSERT ON finding
  FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER refuse_erased BEFORE INSERT ON decision
  FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER refuse_erased BEFORE INSERT ON redaction_set
  FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER refuse_erased BEFORE INSERT OR UPDATE ON session_search
  FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER refuse_erased BEFORE INSERT ON quasi_identifier
  FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER refuse_erased BEFORE INSERT ON turns_read
  FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER refuse_erased BEFORE INSERT ON deidentification_run
  FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER refuse_erased BEFORE INSERT ON share_comment
  FOR EACH ROW WHEN (NEW.session_id IS NOT NULL) EXECUTE FUNCTION refuse_erased();
ALTER POLICY reviewers_and_engine_change ON session
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]) AND erased_at IS NULL);

-- A task that goes is counted no more.
CREATE FUNCTION follow_removed_tasks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  UPDATE deidentification_progress p SET tasks = p.tasks - gone.tasks
    FROM (SELECT study_id, state, count(*) AS tasks FROM removed GROUP BY study_id, state
      ORDER BY study_id, state) AS gone
    WHERE p.study_id = gone.study_id AND p.state = gone.state;
  RETURN NULL;
END
$$;
CREATE TRIGGER follow_removed_tasks AFTER DELETE ON deidentification_task
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION follow_removed_tasks();

-- A package that was destroyed is offered to nobody.
CREATE OR REPLACE FUNCTION may_fetch(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT EXISTS (SELECT 1 FROM share_request r WHERE r.id = wanted AND r.state = 'released'
    AND NOT EXISTS (SELECT 1 FROM share_release l
      WHERE l.share_id = r.id AND l.package_destroyed_at IS NOT NULL)
    AND ((r.requested_by = current_actor() AND r.study_id = ANY (readable_studies()))
      OR (r.study_id = ANY (approvable_studies()) AND EXISTS (SELECT 1 FROM share_vote v
        WHERE v.share_id = r.id AND v.round = r.round AND v.staff_id = current_actor()))))
$$;
-- What a withdrawal or an erasure touches leads to the share itself, one step from its recall.
DROP FUNCTION shares_with(uuid[]);
CREATE FUNCTION shares_with(wanted_sessions uuid[])
RETURNS TABLE (session_id uuid, share_id uuid, share_number bigint, state text, recipient text,
  released_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT part.session_id, r.id, r.number, r.state, p.name || ', ' || p.organisation, l.released_at
  FROM share_session part
  JOIN share_request r ON r.id = part.share_id
  JOIN recipient p ON p.id = r.recipient_id
  LEFT JOIN share_release l ON l.share_id = r.id
  WHERE part.session_id = ANY (wanted_sessions)
    AND (actor_has_role('administrator') OR actor_has_role('auditor'))
  ORDER BY r.number
$$;
REVOKE EXECUTE ON FUNCTION shares_with(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shares_with(uuid[]) TO clearance_app;
-- Somebody whose sessions elsewhere were erased took part nowhere else.
CREATE OR REPLACE FUNCTION other_studies(wanted uuid) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT count(DISTINCT other.study_id)::integer
  FROM session s JOIN session other ON other.participant_id = s.participant_id
  WHERE s.id = wanted AND s.study_id = ANY (readable_studies()) AND other.erased_at IS NULL
    AND other.study_id <> s.study_id AND NOT other.study_id = ANY (readable_studies())
$$;

GRANT SELECT (package_destroyed_at) ON share_release TO clearance_app;
REVOKE EXECUTE ON FUNCTION sessions_ending(uuid, text, timestamptz, timestamptz, integer, timestamptz,
  timestamptz, uuid, integer), forbid_further_use(uuid[], timestamptz), sessions_meant(bigint[], boolean),
  tombstones_after(bigint, integer), hold_for_choices(uuid[]), retention_due_at(timestamptz, integer), retention_rules(),
  sessions_due(uuid, timestamptz, timestamptz, uuid, integer),
  retention_counts(uuid, timestamptz[], integer), make_due_shares_stale(timestamptz),
  erase_sessions(uuid[], text, timestamptz), refuse_erased(), follow_removed_tasks() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forbid_further_use(uuid[], timestamptz), sessions_meant(bigint[], boolean),
  tombstones_after(bigint, integer), hold_for_choices(uuid[]), retention_due_at(timestamptz, integer), retention_rules(),
  sessions_due(uuid, timestamptz, timestamptz, uuid, integer),
  retention_counts(uuid, timestamptz[], integer), make_due_shares_stale(timestamptz),
  erase_sessions(uuid[], text, timestamptz) TO clearance_app;
-- The retention service looks after each study, and does what an administrator asked for.
CREATE POLICY retention_service ON study FOR SELECT USING ((SELECT actor_is_service('retention')));
CREATE POLICY retention_seen ON job FOR SELECT
  USING (kind = 'retention.erase' AND (SELECT actor_is_service('retention')));
CREATE POLICY retention_worked ON job FOR UPDATE
  USING (kind = 'retention.erase' AND (SELECT actor_is_service('retention')));
"""

_KINDS = (
    "kind IN ('vote_waiting', 'vote_disputed', 'share_returned', 'share_rejected', "
    "'share_approved', 'share_stale', 'share_expired', 'share_released', 'share_recalled',"
    " 'share_check_failed', 'share_release_failed', 'recall_to_consider', "
    "'recall_overdue', 'agreement_ending', 'agreement_ended', 'grant_given', "
    "'grant_ending', 'grant_ended', 'import_done', 'import_failed', 'policy_waiting', "
    "'policy_accepted', 'policy_rejected', 'mapping_waiting', 'retention_due', "
    "'erasure_done', 'erasure_failed')"
)

_NOTIFICATIONS = r"""
-- Notifications: written here, in the transaction of what they tell of --------------------------------
-- Everybody but the actor, who knows what they did. Once for each occasion.
CREATE FUNCTION notify_staff(people uuid[], what text, about uuid, which text, about_number bigint)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  INSERT INTO notification (staff_id, kind, subject_id, occasion, number)
  SELECT s.id, what, about, which, about_number FROM staff s
  WHERE s.id = ANY (people) AND s.kind = 'person' AND s.active
    AND s.id IS DISTINCT FROM current_actor()
  ORDER BY s.id
  ON CONFLICT (staff_id, kind, subject_id, occasion) DO NOTHING
$$;
-- For what waits for an administrator, whoever it is: mappings, changes of the policy.
CREATE FUNCTION notify_administrators(what text, about uuid, which text, about_number bigint)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT notify_staff(ARRAY(SELECT staff_id FROM staff_role
    WHERE role = 'administrator' AND revoked_at IS NULL), what, about, which, about_number)
$$;
-- It waits for nobody any more, or not for that person.
CREATE FUNCTION settle_notifications(what text[], about uuid, whose uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  UPDATE notification SET settled_at = now()
  WHERE subject_id = about AND kind = ANY (what) AND settled_at IS NULL
    AND (whose IS NULL OR staff_id = whose)
$$;

-- Whoever may vote on a request: approvers of its study who neither asked for it nor confirmed what is
-- in it, by who they are at the identity provider.
CREATE FUNCTION voters_for(wanted uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT coalesce(array_agg(DISTINCT g.staff_id), '{}')
  FROM share_request r
  JOIN study_grant g ON g.study_id = r.study_id AND g.role = 'approver' AND g.revoked_at IS NULL
    AND g.starts_at <= now() AND now() < g.expires_at
  JOIN staff_role h ON h.staff_id = g.staff_id AND h.role = 'approver' AND h.revoked_at IS NULL
  JOIN staff s ON s.id = g.staff_id
  WHERE r.id = wanted AND NOT EXISTS (
    SELECT 1 FROM staff other
    WHERE (other.id = s.id OR (other.issuer, other.subject) = (s.issuer, s.subject))
      AND (other.id = r.requested_by OR other.id IN (
        SELECT held.confirmed_by FROM share_session part
        JOIN redaction_set held ON held.id = part.redaction_set_id WHERE part.share_id = r.id)))
$$;

CREATE FUNCTION note_share_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  voted uuid[] := ARRAY(SELECT DISTINCT staff_id FROM share_vote
    WHERE share_id = NEW.id AND round = NEW.round);
BEGIN
  IF NEW.state NOT IN ('submitted', 'disputed') THEN
    PERFORM settle_notifications(ARRAY['vote_waiting', 'vote_disputed'], NEW.id, NULL);
  END IF;
  PERFORM settle_notifications(ARRAY['share_returned', 'share_stale', 'share_approved',
    'share_check_failed', 'share_release_failed'], NEW.id, NULL);
  IF NEW.state = 'submitted' THEN
    PERFORM notify_staff(voters_for(NEW.id), 'vote_waiting', NEW.id, NEW.round::text, NEW.number);
  ELSIF NEW.state = 'disputed' THEN
    PERFORM settle_notifications(ARRAY['vote_waiting'], NEW.id, NULL);
    PERFORM notify_staff(voted, 'vote_disputed', NEW.id, NEW.round::text, NEW.number);
  ELSIF NEW.state IN ('returned', 'rejected', 'approved', 'stale', 'expired', 'released', 'recalled')
  THEN
    PERFORM notify_staff(
      CASE WHEN NEW.state IN ('released', 'recalled') THEN voted || NEW.requested_by
        ELSE ARRAY[NEW.requested_by] END,
      'share_' || NEW.state, NEW.id, NEW.round::text, NEW.number);
  END IF;
  IF NEW.state = 'recalled' THEN
    PERFORM settle_notifications(ARRAY['recall_to_consider'], NEW.id, NULL);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER note_step AFTER UPDATE ON share_request
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION note_share_step();

CREATE FUNCTION note_share_vote() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM settle_notifications(ARRAY['vote_waiting', 'vote_disputed'], NEW.share_id, NEW.staff_id);
  RETURN NULL;
END
$$;
CREATE TRIGGER note_vote AFTER INSERT ON share_vote
  FOR EACH ROW EXECUTE FUNCTION note_share_vote();

-- What was taken back of something that left: one step from a recall.
CREATE FUNCTION note_taken_back() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  touched record;
BEGIN
  FOR touched IN
    SELECT r.id, r.number, r.requested_by, array_agg(DISTINCT v.staff_id) AS voted
    FROM added a JOIN removed b ON b.id = a.id
    JOIN share_session part ON part.session_id = a.id
    JOIN share_request r ON r.id = part.share_id AND r.state = 'released'
    LEFT JOIN share_vote v ON v.share_id = r.id AND v.round = r.round
    WHERE a.erased_at IS DISTINCT FROM b.erased_at OR a.withdrawn_at IS DISTINCT FROM b.withdrawn_at
      OR (a.choice_share_researchers <> b.choice_share_researchers
        AND a.choice_share_researchers IN ('withdrawn', 'declined'))
      OR (a.choice_share_journalists <> b.choice_share_journalists
        AND a.choice_share_journalists IN ('withdrawn', 'declined'))
    GROUP BY r.id ORDER BY r.id
  LOOP
    PERFORM notify_staff(touched.voted || touched.requested_by, 'recall_to_consider', touched.id,
      to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD'), touched.number);
    PERFORM notify_administrators('recall_to_consider', touched.id,
      to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD'), touched.number);
  END LOOP;
  RETURN NULL;
END
$$;
CREATE TRIGGER note_taken_back AFTER UPDATE ON session
  REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION note_taken_back();

CREATE FUNCTION note_job() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  share uuid := (NEW.payload ->> 'share')::uuid;
  what text := CASE NEW.kind || ' ' || NEW.state
    WHEN 'import done' THEN 'import_done'
    WHEN 'import failed' THEN 'import_failed'
    WHEN 'retention.erase done' THEN 'erasure_done'
    WHEN 'retention.erase failed' THEN 'erasure_failed'
    WHEN 'share.submit failed' THEN 'share_check_failed'
    WHEN 'share.release failed' THEN 'share_release_failed' END;
BEGIN
  IF what IS NOT NULL THEN
    PERFORM notify_staff(ARRAY[NEW.requested_by], what, coalesce(share, NEW.id), NEW.id::text,
      (SELECT number FROM share_request WHERE id = share));
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER note_end AFTER UPDATE ON job
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION note_job();

CREATE FUNCTION note_policy_proposal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM notify_administrators('policy_waiting', NEW.id, '', NULL);
  ELSIF NEW.decided_at IS NOT NULL AND OLD.decided_at IS NULL THEN
    PERFORM settle_notifications(ARRAY['policy_waiting'], NEW.id, NULL);
    PERFORM notify_staff(ARRAY[NEW.proposed_by],
      CASE WHEN NEW.accepted THEN 'policy_accepted' ELSE 'policy_rejected' END, NEW.id, '', NULL);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER note_proposal AFTER INSERT OR UPDATE ON policy_proposal
  FOR EACH ROW EXECUTE FUNCTION note_policy_proposal();

CREATE FUNCTION note_policy_assignment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM notify_administrators('mapping_waiting', NEW.id, '', NULL);
  ELSIF NEW.decided_at IS NOT NULL AND OLD.decided_at IS NULL THEN
    PERFORM settle_notifications(ARRAY['mapping_waiting'], NEW.id, NULL);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER note_assignment AFTER INSERT OR UPDATE ON policy_assignment
  FOR EACH ROW EXECUTE FUNCTION note_policy_assignment();

CREATE FUNCTION note_grant() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM notify_staff(ARRAY[NEW.staff_id], 'grant_given', NEW.id, '', NULL);
  ELSIF NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL THEN
    PERFORM settle_notifications(ARRAY['grant_given', 'grant_ending'], NEW.id, NULL);
    PERFORM notify_staff(ARRAY[NEW.staff_id], 'grant_ended', NEW.id, '', NULL);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER note_grant AFTER INSERT OR UPDATE ON study_grant
  FOR EACH ROW EXECUTE FUNCTION note_grant();

CREATE FUNCTION note_attestation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM settle_notifications(ARRAY['recall_overdue'], NEW.share_id, NULL);
  RETURN NULL;
END
$$;
CREATE TRIGGER note_attestation AFTER UPDATE ON share_recall
  FOR EACH ROW WHEN (OLD.attested_at IS NULL AND NEW.attested_at IS NOT NULL)
  EXECUTE FUNCTION note_attestation();

-- What nobody does and time brings: ends of grants and agreements, recalls that are overdue.
CREATE FUNCTION note_time_passing(at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  each record;
BEGIN
  IF NOT actor_is_service('notifications') THEN
    RAISE EXCEPTION 'role.notifications: the notification service does that' USING ERRCODE = '42501';
  END IF;
  FOR each IN SELECT id, staff_id, expires_at FROM study_grant
    WHERE revoked_at IS NULL AND starts_at <= at
      AND expires_at > at - interval '7 days' AND expires_at <= at + interval '7 days'
  LOOP
    IF each.expires_at > at THEN
      PERFORM notify_staff(ARRAY[each.staff_id], 'grant_ending', each.id, '', NULL);
    ELSE
      PERFORM settle_notifications(ARRAY['grant_given', 'grant_ending'], each.id, NULL);
      PERFORM notify_staff(ARRAY[each.staff_id], 'grant_ended', each.id, '', NULL);
    END IF;
  END LOOP;
  FOR each IN SELECT a.id, a.expires_at, ARRAY(SELECT DISTINCT r.requested_by FROM share_request r
      WHERE r.agreement_id = a.id
        AND r.state IN ('draft', 'submitted', 'disputed', 'returned', 'approved', 'stale', 'released'))
      AS people
    FROM agreement a
    WHERE a.ended_at IS NULL
      AND a.expires_at > at - interval '7 days' AND a.expires_at <= at + interval '30 days'
  LOOP
    IF each.expires_at <= at THEN
      PERFORM settle_notifications(ARRAY['agreement_ending'], each.id, NULL);
    END IF;
    PERFORM notify_staff(each.people,
      CASE WHEN each.expires_at > at THEN 'agreement_ending' ELSE 'agreement_ended' END,
      each.id, '', NULL);
    PERFORM notify_administrators(
      CASE WHEN each.expires_at > at THEN 'agreement_ending' ELSE 'agreement_ended' END,
      each.id, '', NULL);
  END LOOP;
  FOR each IN SELECT c.share_id, c.recalled_by, r.number
    FROM share_recall c JOIN share_request r ON r.id = c.share_id
    WHERE c.attested_at IS NULL AND c.due_at <= at
  LOOP
    PERFORM notify_staff(ARRAY[each.recalled_by], 'recall_overdue', each.share_id, '', each.number);
    PERFORM notify_administrators('recall_overdue', each.share_id, '', each.number);
  END LOOP;
END
$$;

-- Which studies have something due: told once until nothing is.
CREATE FUNCTION note_retention(studies uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  study uuid;
BEGIN
  IF NOT actor_is_service('retention') THEN
    RAISE EXCEPTION 'role.retention: the retention service does that' USING ERRCODE = '42501';
  END IF;
  -- An occasion ends when nothing is due any more; the next one is another.
  UPDATE notification SET settled_at = now(), occasion = id::text
    WHERE kind = 'retention_due' AND settled_at IS NULL AND NOT subject_id = ANY (studies);
  FOREACH study IN ARRAY studies LOOP
    PERFORM notify_administrators('retention_due', study, '', NULL);
  END LOOP;
END
$$;

REVOKE EXECUTE ON FUNCTION notify_staff(uuid[], text, uuid, text, bigint),
  notify_administrators(text, uuid, text, bigint), settle_notifications(text[], uuid, uuid),
  voters_for(uuid), note_share_step(), note_share_vote(), note_taken_back(), note_job(),
  note_policy_proposal(), note_policy_assignment(), note_grant(), note_attestation(), note_time_passing(timestamptz),
  note_retention(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_time_passing(timestamptz), note_retention(uuid[]) TO clearance_app;

-- Each sees only their own. Nobody but the owner's functions writes one.
GRANT SELECT ON notification, outgoing_mail, mail_choice TO clearance_app;
GRANT UPDATE (read_at, mail_id) ON notification TO clearance_app;
GRANT INSERT ON outgoing_mail, mail_choice TO clearance_app;
GRANT UPDATE (state, attempts, not_before, lease_until, problem, finished_at)
  ON outgoing_mail TO clearance_app;
GRANT UPDATE (wanted) ON mail_choice TO clearance_app;
ALTER TABLE notification ENABLE ROW LEVEL SECURITY;
CREATE POLICY ones_own ON notification FOR SELECT USING (
  staff_id = current_actor() OR (SELECT actor_is_service('notifications')));
CREATE POLICY ones_own_read ON notification FOR UPDATE USING (
  staff_id = current_actor() OR (SELECT actor_is_service('notifications')));
ALTER TABLE outgoing_mail ENABLE ROW LEVEL SECURITY;
CREATE POLICY service_sends ON outgoing_mail FOR ALL
  USING ((SELECT actor_is_service('notifications')))
  WITH CHECK ((SELECT actor_is_service('notifications')));
-- Administrators see what could not be delivered; a letter holds nothing but how many things wait.
CREATE POLICY administrators_look ON outgoing_mail FOR SELECT
  USING ((SELECT actor_has_role('administrator')));
ALTER TABLE mail_choice ENABLE ROW LEVEL SECURITY;
CREATE POLICY ones_own ON mail_choice FOR ALL
  USING (staff_id = current_actor()) WITH CHECK (staff_id = current_actor());
CREATE POLICY service_asks ON mail_choice FOR SELECT
  USING ((SELECT actor_is_service('notifications')));
"""


def upgrade() -> None:
    """Make it."""
    op.add_column("session", sa.Column("erasure_reason", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_session__erased_whole"), "session", "(erased_at IS NULL) = (erasure_reason IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_session__erasure_reason"), "session", "erasure_reason IN ('asked', 'retention')"
    )
    op.create_index(
        "ix_session__retention",
        "session",
        ["study_id", "completed_at", "id"],
        postgresql_where=sa.text("erased_at IS NULL"),
    )
    op.create_index(
        "ix_session__erased",
        "session",
        ["number"],
        postgresql_where=sa.text("erased_at IS NOT NULL"),
    )
    op.add_column(
        "share_release",
        sa.Column("package_destroyed_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.get_bind().exec_driver_sql(_ERASURE)
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'unsure')",
            name=op.f("ck_outgoing_mail__state"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_outgoing_mail__staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
    )
    op.create_index(
        "ix_outgoing_mail__open",
        "outgoing_mail",
        ["not_before"],
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index("ix_outgoing_mail__last", "outgoing_mail", ["staff_id", "created_at"])
    op.create_index(
        "ix_outgoing_mail__trouble",
        "outgoing_mail",
        ["created_at"],
        postgresql_where=sa.text("state IN ('failed', 'unsure')"),
    )
    op.create_table(
        "mail_choice",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_mail_choice__staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_mail_choice")),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(_KINDS, name=op.f("ck_notification__kind")),
        sa.ForeignKeyConstraint(["mail_id"], ["outgoing_mail.id"], name=op.f("fk_notification__mail_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_notification__staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint(
            "staff_id",
            "kind",
            "subject_id",
            "occasion",
            name=op.f("uq_notification__staff_id_kind_subject_id_occasion"),
        ),
    )
    op.create_index("ix_notification__newest", "notification", ["staff_id", "id"])
    op.create_index(
        "ix_notification__unread",
        "notification",
        ["staff_id", "id"],
        postgresql_where=sa.text("read_at IS NULL AND settled_at IS NULL"),
    )
    op.create_index(
        "ix_notification__unsent",
        "notification",
        ["staff_id", "at"],
        postgresql_where=sa.text("mail_id IS NULL AND read_at IS NULL AND settled_at IS NULL"),
    )
    op.create_index(
        "ix_notification__unsettled",
        "notification",
        ["subject_id", "kind"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index("ix_notification__mail", "notification", ["mail_id"])
    op.get_bind().exec_driver_sql(_NOTIFICATIONS)
