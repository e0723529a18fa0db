"""Letters to participants; further use allowed again; retention of what was never completed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_LETTERS = r"""
INSERT INTO staff (kind, service, display_name) VALUES ('service', 'mailer', 'Mailer');

-- Letters to participants (R60, R61) -----------------------------------------------------------------
-- One administrator proposes, another confirms; told apart by who they are at the identity provider
-- too. As STEPS in domain/letters.py; a test compares the two.
CREATE FUNCTION step_letter(wanted uuid, step text, shown text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  held participant_letter;
  own boolean;
  then_ text;
BEGIN
  IF NOT actor_has_role('administrator') THEN
    RETURN false;
  END IF;
  SELECT * INTO held FROM participant_letter WHERE id = wanted FOR UPDATE;
  then_ := CASE held.state || ' ' || step
    WHEN 'proposed confirm' THEN 'sending'
    WHEN 'proposed reject' THEN 'rejected'
    WHEN 'proposed withdraw' THEN 'withdrawn'
    WHEN 'sending stop' THEN 'stopped'
    WHEN 'stopped go on' THEN 'sending' END;
  IF then_ IS NULL THEN
    RETURN false;
  END IF;
  IF held.state = 'proposed' THEN
    own := EXISTS (SELECT 1 FROM staff a JOIN staff b
      ON a.id = b.id OR (a.issuer, a.subject) = (b.issuer, b.subject)
      WHERE a.id = held.proposed_by AND b.id = current_actor());
    IF own <> (step = 'withdraw') THEN
      RAISE EXCEPTION 'letter.two-people: another administrator decides' USING ERRCODE = '23514';
    END IF;
    IF step = 'confirm' AND shown IS DISTINCT FROM held.digest THEN
      RAISE EXCEPTION 'letter.as-shown: another letter was shown' USING ERRCODE = '23514';
    END IF;
    UPDATE participant_letter SET state = then_, decided_by = current_actor(), decided_at = at,
      not_before = CASE step WHEN 'confirm' THEN at END,
      finished_at = CASE step WHEN 'confirm' THEN NULL ELSE at END
      WHERE id = wanted;
    RETURN true;
  END IF;
  UPDATE participant_letter SET state = then_, not_before = at WHERE id = wanted;
  RETURN true;
END
$$;

-- For the mailer: participants in the order of their ids, and what the policy needs to know of each
-- of their sessions. Who has none in the study comes too, so that the walk goes on from the last.
CREATE FUNCTION participants_after(wanted_study uuid, after uuid, at_most integer)
RETURNS TABLE (participant_id uuid, in_study boolean[], standings integer[],
  completed timestamptz[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT p.id, array_agg(s.study_id = wanted_study ORDER BY s.id) FILTER (WHERE s.id IS NOT NULL),
    array_agg(s.standing ORDER BY s.id) FILTER (WHERE s.id IS NOT NULL),
    array_agg(s.completed_at ORDER BY s.id) FILTER (WHERE s.id IS NOT NULL)
  FROM (SELECT id FROM participant WHERE actor_is_service('mailer') AND (after IS NULL OR id > after)
    ORDER BY id LIMIT at_most) AS p
  LEFT JOIN session s ON s.participant_id = p.id
  GROUP BY p.id ORDER BY p.id
$$;
-- One of them, at the moment of writing: whoever is just recording a withdrawal is waited for.
CREATE FUNCTION participant_now(wanted_study uuid, wanted uuid)
RETURNS TABLE (in_study boolean[], standings integer[], completed timestamptz[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF NOT actor_is_service('mailer') THEN
    RETURN;
  END IF;
  PERFORM 1 FROM session s WHERE s.participant_id = wanted ORDER BY s.id FOR SHARE;
  RETURN QUERY SELECT array_agg(s.study_id = wanted_study ORDER BY s.id),
    array_agg(s.standing ORDER BY s.id), array_agg(s.completed_at ORDER BY s.id)
    FROM session s WHERE s.participant_id = wanted;
END
$$;

-- How many letters stand how, and for which reason; never whose.
CREATE FUNCTION letter_counts(wanted uuid)
RETURNS TABLE (state text, why text, letters bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT d.state, d.why, count(*) FROM letter_delivery d
  WHERE d.letter_id = wanted AND (actor_has_role('administrator') OR actor_is_service('mailer'))
  GROUP BY d.state, d.why ORDER BY d.state, d.why
$$;

-- For how the desk runs: what waits for a second administrator, and what goes out.
CREATE FUNCTION letters_report() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT jsonb_build_object(
    'letters_proposed', (SELECT jsonb_build_array(count(*), min(proposed_at))
      FROM participant_letter WHERE state = 'proposed'),
    'letters', (SELECT coalesce(jsonb_agg(l), '[]') FROM (
      SELECT number, decided_at AS since, problem,
        (SELECT count(*) FROM letter_delivery d
          WHERE d.letter_id = participant_letter.id AND d.state IN ('waiting', 'sending')) AS waiting
      FROM participant_letter WHERE state = 'sending' ORDER BY decided_at LIMIT 20) AS l))
  WHERE actor_has_role('administrator') OR actor_is_service('monitoring')
$$;

CREATE FUNCTION note_letter() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM notify_administrators('letter_waiting', NEW.id, '', NULL);
  ELSIF OLD.state = 'proposed' AND NEW.state <> 'proposed' THEN
    PERFORM settle_notifications(ARRAY['letter_waiting'], NEW.id, NULL);
  ELSIF NEW.state = 'done' AND OLD.state <> 'done' THEN
    PERFORM notify_staff(ARRAY[NEW.proposed_by, NEW.decided_by], 'letter_done', NEW.id, '', NULL);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER note_letter AFTER INSERT OR UPDATE ON participant_letter
  FOR EACH ROW EXECUTE FUNCTION note_letter();

REVOKE EXECUTE ON FUNCTION step_letter(uuid, text, text, timestamptz),
  participants_after(uuid, uuid, integer), participant_now(uuid, uuid), letter_counts(uuid),
  letters_report(), note_letter() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION step_letter(uuid, text, text, timestamptz),
  participants_after(uuid, uuid, integer), participant_now(uuid, uuid), letter_counts(uuid),
  letters_report() TO clearance_app;

GRANT SELECT, INSERT ON participant_letter TO clearance_app;
GRANT UPDATE (state, listed_up_to, listed_at, not_before, problem, finished_at, counts)
  ON participant_letter TO clearance_app;
ALTER TABLE participant_letter ENABLE ROW LEVEL SECURITY;
CREATE POLICY administrators_and_mailer_read ON participant_letter FOR SELECT
  USING ((SELECT actor_has_role('administrator')) OR (SELECT actor_is_service('mailer')));
CREATE POLICY administrators_propose ON participant_letter FOR INSERT WITH CHECK (
  (SELECT actor_has_role('administrator')) AND proposed_by = current_actor()
  AND state = 'proposed' AND decided_by IS NULL);
-- What was confirmed goes on and ends; nothing becomes confirmed by this.
CREATE POLICY mailer_works ON participant_letter FOR UPDATE
  USING (state = 'sending' AND (SELECT actor_is_service('mailer')))
  WITH CHECK (state IN ('sending', 'done'));
-- Which study a letter tells of is in its words.
CREATE POLICY mailer_names ON study FOR SELECT USING ((SELECT actor_is_service('mailer')));
GRANT SELECT, INSERT ON letter_delivery TO clearance_app;
GRANT UPDATE (state, why, attempts, not_before, lease_until, finished_at)
  ON letter_delivery TO clearance_app;
ALTER TABLE letter_delivery ENABLE ROW LEVEL SECURITY;
-- The mailer alone: nobody else learns who gets one.
CREATE POLICY mailer_reads ON letter_delivery FOR SELECT
  USING ((SELECT actor_is_service('mailer')));
-- For what two people confirmed and nothing else.
CREATE POLICY mailer_lists ON letter_delivery FOR INSERT WITH CHECK (
  (SELECT actor_is_service('mailer')) AND EXISTS (SELECT 1 FROM participant_letter l
    WHERE l.id = letter_id AND l.state = 'sending' AND l.finding = letter_delivery.finding));
-- What was sent, or may have been, is never sent again.
CREATE POLICY mailer_sends ON letter_delivery FOR UPDATE
  USING ((SELECT actor_is_service('mailer')) AND state IN ('waiting', 'sending'))
  WITH CHECK (true);
"""

_RIGHTS = r"""
-- Further use, forbidden and allowed again -----------------------------------------------------------
-- What was forbidden before this history was kept, by whom is in the audit trail.
INSERT INTO further_use_event (session_id, study_id, kind, at)
  SELECT id, study_id, 'forbidden', withdrawn_at FROM session WHERE withdrawn_at IS NOT NULL;

CREATE OR REPLACE FUNCTION forbid_further_use(wanted uuid[], said_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  changed integer;
BEGIN
  IF NOT actor_has_role('administrator') THEN
    RAISE EXCEPTION 'role.administrator: only administrators record that' USING ERRCODE = '42501';
  END IF;
  PERFORM 1 FROM session WHERE id = ANY (wanted) ORDER BY id FOR UPDATE;
  INSERT INTO further_use_event (session_id, study_id, kind, at, recorded_by)
    SELECT id, study_id, 'forbidden', said_at, current_actor() FROM session
    WHERE id = ANY (wanted) AND withdrawn_at IS NULL AND erased_at IS NULL;
  UPDATE session SET withdrawn_at = said_at
    WHERE id = ANY (wanted) AND withdrawn_at IS NULL AND erased_at IS NULL;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END
$$;
-- A participant who changed their mind: said later than what they said before, and one event more.
CREATE FUNCTION allow_further_use(wanted uuid[], said_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  changed integer;
BEGIN
  IF NOT actor_has_role('administrator') THEN
    RAISE EXCEPTION 'role.administrator: only administrators record that' USING ERRCODE = '42501';
  END IF;
  PERFORM 1 FROM session WHERE id = ANY (wanted) ORDER BY id FOR UPDATE;
  INSERT INTO further_use_event (session_id, study_id, kind, at, recorded_by)
    SELECT id, study_id, 'allowed_again', said_at, current_actor() FROM session
    WHERE id = ANY (wanted) AND withdrawn_at < said_at AND erased_at IS NULL;
  UPDATE session SET withdrawn_at = NULL
    WHERE id = ANY (wanted) AND withdrawn_at < said_at AND erased_at IS NULL;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END
$$;
REVOKE EXECUTE ON FUNCTION allow_further_use(uuid[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION allow_further_use(uuid[], timestamptz) TO clearance_app;
GRANT SELECT ON further_use_event TO clearance_app;
ALTER TABLE further_use_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY administrators_read ON further_use_event FOR SELECT
  USING ((SELECT actor_has_role('administrator')));

-- Nothing is taken back by that, so nobody is asked about a recall.
CREATE OR REPLACE FUNCTION note_taken_back() RETURNS trigger
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
    WHERE a.erased_at IS DISTINCT FROM b.erased_at OR (a.withdrawn_at IS DISTINCT FROM b.withdrawn_at AND a.withdrawn_at IS NOT NULL)
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

-- Which sessions somebody means, and whether Trust & Safety is settling a case on one.
DROP FUNCTION sessions_meant(bigint[], boolean);
CREATE FUNCTION sessions_meant(numbers bigint[], whole_person boolean)
RETURNS TABLE (number bigint, session_id uuid, study_id uuid, study_slug text, named boolean,
  erased_at timestamptz, withdrawn_at timestamptz, case_open boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT s.number, s.id, s.study_id, t.slug, s.number = ANY (numbers), s.erased_at, s.withdrawn_at,
    s.flag_state = 'open'
  FROM session s JOIN study t ON t.id = s.study_id
  WHERE actor_has_role('administrator') AND (s.number = ANY (numbers)
    OR (whole_person AND s.participant_id IN (
      SELECT named.participant_id FROM session named WHERE named.number = ANY (numbers))))
  ORDER BY s.number
$$;
REVOKE EXECUTE ON FUNCTION sessions_meant(bigint[], boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sessions_meant(bigint[], boolean) TO clearance_app;

-- What no edition of the table lets leave is not even asked for: never completed (R02), erased (R05),
-- withdrawn from further use (R09).
CREATE FUNCTION check_share_facts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  held session;
BEGIN
  SELECT * INTO held FROM session WHERE id = NEW.session_id;
  IF held.status <> 'completed' OR held.completed_at IS NULL OR held.erased_at IS NOT NULL
      OR held.withdrawn_at IS NOT NULL THEN
    RAISE EXCEPTION 'share.never: not completed, erased or withdrawn' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$$;
REVOKE EXECUTE ON FUNCTION check_share_facts() FROM PUBLIC;
CREATE TRIGGER check_facts BEFORE INSERT ON share_session
  FOR EACH ROW EXECUTE FUNCTION check_share_facts();

-- Retention of what was never completed --------------------------------------------------------------
-- As unfinished_due_at in domain/policy/dates.py: counted from when it began, under the policy of that
-- instant; where none governs, by the shortest retention there is. A test compares the two.
CREATE FUNCTION unfinished_due_at(began timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT retention_due_at(began, CASE WHEN bool_or(within) THEN min(years) FILTER (WHERE within)
    ELSE min(years) END)
  FROM (SELECT years, began >= completed_from AND began < completed_before AS within
    FROM retention_rules()) AS rules
$$;

-- Whether a session may no longer be kept at an instant.
CREATE FUNCTION session_is_due(wanted session, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT CASE WHEN (wanted).completed_at IS NULL
    THEN coalesce(unfinished_due_at((wanted).sorted_at) <= at, false)
    ELSE EXISTS (SELECT 1 FROM retention_rules() r WHERE r.years IS NOT NULL
      AND ((wanted).completed_at >= r.completed_from AND (wanted).completed_at < r.completed_before
        OR (wanted).policy_version = r.version)
      AND retention_due_at((wanted).completed_at, r.years) <= at) END
$$;

CREATE OR REPLACE FUNCTION sessions_ending(wanted uuid, rule_version text, rule_from timestamptz,
  rule_before timestamptz, rule_years integer, at timestamptz, after_at timestamptz, after_id uuid,
  at_most integer)
RETURNS TABLE (session_id uuid, number bigint, completed_at timestamptz, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH governed AS (
    SELECT s.id, s.number, s.completed_at FROM session s
    WHERE s.study_id = wanted AND s.erased_at IS NULL AND s.flag_state <> 'open'
      AND s.completed_at >= greatest(rule_from, coalesce(after_at, '-infinity'))
      AND s.completed_at < rule_before
      AND s.completed_at <= retention_due_at(at, -rule_years) + interval '1 day'
      AND (after_at IS NULL OR (s.completed_at, s.id) > (after_at, after_id))
      AND retention_due_at(s.completed_at, rule_years) <= at
    ORDER BY s.completed_at, s.id LIMIT at_most
  ), given AS (
    SELECT s.id, s.number, s.completed_at FROM session s
    WHERE s.study_id = wanted AND s.erased_at IS NULL AND s.flag_state <> 'open' AND s.policy_version = rule_version
      AND s.sorted_at < rule_from AND s.completed_at IS NOT NULL
    UNION ALL
    SELECT s.id, s.number, s.completed_at FROM session s
    WHERE s.study_id = wanted AND s.erased_at IS NULL AND s.flag_state <> 'open' AND s.policy_version = rule_version
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
DROP FUNCTION sessions_due(uuid, timestamptz, timestamptz, uuid, integer);
CREATE FUNCTION sessions_due(wanted uuid, at timestamptz, after_at timestamptz, after_id uuid,
  at_most integer)
RETURNS TABLE (session_id uuid, number bigint, version text, completed_at timestamptz,
  counted_from timestamptz, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT * FROM (
    SELECT due.session_id, due.number, r.version, due.completed_at,
      due.completed_at AS counted_from, due.due_at
    FROM retention_rules() r CROSS JOIN LATERAL sessions_ending(wanted, r.version, r.completed_from,
      r.completed_before, r.years, at, after_at, after_id, at_most) AS due
    WHERE r.years IS NOT NULL
    UNION ALL
    (SELECT s.id, s.number, 'unfinished', NULL, s.sorted_at, unfinished_due_at(s.sorted_at)
    FROM session s
    WHERE s.study_id = wanted AND (s.standing & 4096) <> 0 AND s.completed_at IS NULL
      AND s.erased_at IS NULL AND s.flag_state <> 'open'
      AND s.sorted_at <= retention_due_at(at,
        -(SELECT min(years) FROM retention_rules())) + interval '1 day'
      AND (after_at IS NULL OR (s.sorted_at, s.id) > (after_at, after_id))
      AND unfinished_due_at(s.sorted_at) <= at
    ORDER BY s.sorted_at, s.id LIMIT at_most)) AS found
  WHERE actor_has_role('administrator') OR actor_is_service('retention')
  ORDER BY counted_from, session_id LIMIT at_most
$$;
CREATE OR REPLACE FUNCTION retention_counts(wanted uuid, instants timestamptz[], cap integer)
RETURNS TABLE (study_id uuid, version text, place bigint, sessions bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH rules AS MATERIALIZED (SELECT * FROM retention_rules())
  SELECT t.id, r.version, asked.place, (
    SELECT count(*) FROM (
      SELECT 1 FROM session s
      WHERE s.study_id = t.id AND s.erased_at IS NULL AND s.flag_state <> 'open'
        AND s.completed_at >= r.completed_from AND s.completed_at < r.completed_before
        AND s.completed_at <= retention_due_at(asked.at, -r.years) + interval '1 day'
        AND retention_due_at(s.completed_at, r.years) <= asked.at
      LIMIT cap + 1) AS governed
    ) + (
    SELECT count(*) FROM (
      SELECT s.completed_at FROM session s
      WHERE s.study_id = t.id AND s.policy_version = r.version AND s.erased_at IS NULL AND s.flag_state <> 'open'
        AND s.sorted_at < r.completed_from
      UNION ALL
      SELECT s.completed_at FROM session s
      WHERE s.study_id = t.id AND s.policy_version = r.version AND s.erased_at IS NULL AND s.flag_state <> 'open'
        AND s.sorted_at >= r.completed_before) AS given
    WHERE retention_due_at(given.completed_at, r.years) <= asked.at
      AND NOT EXISTS (SELECT 1 FROM rules o WHERE given.completed_at >= o.completed_from
        AND given.completed_at < o.completed_before))
  FROM study t CROSS JOIN rules r
  CROSS JOIN unnest(instants) WITH ORDINALITY AS asked (at, place)
  WHERE r.years IS NOT NULL AND (wanted IS NULL OR t.id = wanted)
    AND ((SELECT actor_has_role('administrator')) OR (SELECT actor_is_service('retention')))
  UNION ALL
  SELECT t.id, 'unfinished', asked.place, (
    SELECT count(*) FROM (
      SELECT 1 FROM session s
      WHERE s.study_id = t.id AND (s.standing & 4096) <> 0 AND s.completed_at IS NULL
        AND s.erased_at IS NULL AND s.flag_state <> 'open'
        AND s.sorted_at <= retention_due_at(asked.at, -least_.years) + interval '1 day'
        AND unfinished_due_at(s.sorted_at) <= asked.at
      LIMIT cap + 1) AS unfinished)
  FROM study t CROSS JOIN (SELECT min(years) AS years FROM rules) AS least_
  CROSS JOIN unnest(instants) WITH ORDINALITY AS asked (at, place)
  WHERE least_.years IS NOT NULL AND (wanted IS NULL OR t.id = wanted)
    AND ((SELECT actor_has_role('administrator')) OR (SELECT actor_is_service('retention')))
$$;
-- What is due and rests because Trust & Safety is settling a case on it.
CREATE FUNCTION due_and_held(at timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT count(*) FROM session s
  WHERE s.flag_state <> 'none' AND s.flag_state = 'open' AND s.erased_at IS NULL
    AND actor_has_role('administrator') AND session_is_due(s, at)
$$;
REVOKE EXECUTE ON FUNCTION unfinished_due_at(timestamptz), session_is_due(session, timestamptz),
  sessions_due(uuid, timestamptz, timestamptz, uuid, integer), due_and_held(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sessions_due(uuid, timestamptz, timestamptz, uuid, integer),
  due_and_held(timestamptz) TO clearance_app;

CREATE OR REPLACE FUNCTION erase_sessions(wanted uuid[], why text, at timestamptz)
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
  -- What Trust & Safety is settling stays until the outcome is recorded: their reading goes before
  -- withdrawal and retention in the policy's order (R12), and the outcome needs what was said.
  IF why = 'asked' AND EXISTS (SELECT 1 FROM session s
      WHERE s.id = ANY (wanted) AND s.erased_at IS NULL AND s.flag_state = 'open') THEN
    RAISE EXCEPTION 'erasure.open-case: a case is open' USING ERRCODE = '23514';
  END IF;
  SELECT array_agg(s.id ORDER BY s.id), array_agg(DISTINCT s.participant_id) INTO held, people
    FROM session s WHERE s.id = ANY (wanted) AND s.erased_at IS NULL AND s.flag_state <> 'open';
  IF held IS NULL THEN
    RETURN;
  END IF;
  IF why = 'retention' AND EXISTS (
      SELECT 1 FROM session s WHERE s.id = ANY (held) AND NOT session_is_due(s, at)) THEN
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
  UPDATE redaction_set x SET redactions = '[]', check_seal = NULL WHERE x.session_id = ANY (held);
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
"""

_KINDS = (
    "kind IN ('vote_waiting', 'vote_disputed', 'share_returned', 'share_rejected', "
    "'share_approved', 'share_stale', 'share_expired', 'share_released', "
    "'share_recalled', 'share_check_failed', 'share_release_failed', "
    "'recall_to_consider', 'recall_overdue', 'agreement_ending', 'agreement_ended',"
    " 'grant_given', 'grant_ending', 'grant_ended', 'import_done', 'import_failed',"
    " 'policy_waiting', 'policy_accepted', 'policy_rejected', 'mapping_waiting', "
    "'letter_waiting', 'letter_done', 'retention_due', 'erasure_done', "
    "'erasure_failed', 'publication_vote', 'publication_disputed', "
    "'publication_refused', 'publication_rejected', 'publication_approved', "
    "'publication_stale', 'publication_expired', 'publication_published', "
    "'publication_withdrawn')"
)


def upgrade() -> None:
    """Make it."""
    op.drop_constraint(op.f("ck_notification__kind"), "notification")
    op.create_check_constraint(op.f("ck_notification__kind"), "notification", _KINDS)
    op.create_table(
        "participant_letter",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("finding", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'proposed'"), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column(
            "proposed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed_up_to", sa.Uuid(), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'rejected', 'withdrawn', 'sending', 'stopped', 'done')",
            name=op.f("ck_participant_letter__state"),
        ),
        sa.CheckConstraint("link LIKE 'https://%'", name=op.f("ck_participant_letter__link")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_participant_letter__decided_whole"),
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)",
            name=op.f("ck_participant_letter__decided"),
        ),
        sa.CheckConstraint(
            "state = 'withdrawn' OR decided_by <> proposed_by",
            name=op.f("ck_participant_letter__two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_participant_letter__study_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["staff.id"], name=op.f("fk_participant_letter__proposed_by")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_participant_letter__decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant_letter")),
        sa.UniqueConstraint("number", name=op.f("uq_participant_letter__number")),
    )
    op.create_index("ix_participant_letter__proposed", "participant_letter", ["proposed_at"])
    op.create_index(
        "ux_participant_letter__finding",
        "participant_letter",
        ["study_id", "finding"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('rejected', 'withdrawn')"),
    )
    op.create_table(
        "letter_delivery",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("finding", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'unsure', 'withheld')",
            name=op.f("ck_letter_delivery__state"),
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["participant_letter.id"], name=op.f("fk_letter_delivery__letter_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_letter_delivery__participant_id"),
        ),
        sa.PrimaryKeyConstraint(
            "letter_id", "participant_id", name=op.f("pk_letter_delivery")
        ),
    )
    op.create_index(
        "ux_letter_delivery__once",
        "letter_delivery",
        ["participant_id", "finding"],
        unique=True,
        postgresql_where=sa.text("state <> 'withheld'"),
    )
    op.create_index(
        "ix_letter_delivery__open",
        "letter_delivery",
        ["letter_id", "not_before"],
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.get_bind().exec_driver_sql(_LETTERS)
    op.add_column("redaction_set", sa.Column("check_seal", sa.LargeBinary(), nullable=True))
    op.create_table(
        "further_use_event",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('forbidden', 'allowed_again')", name=op.f("ck_further_use_event__kind")
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "study_id"],
            ["session.id", "session.study_id"],
            name=op.f("fk_further_use_event__session_id_study_id"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name=op.f("fk_further_use_event__recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_further_use_event")),
    )
    op.create_index("ix_further_use_event__session", "further_use_event", ["session_id", "id"])
    op.get_bind().exec_driver_sql(_RIGHTS)
