"""Shares: recipients, agreements, requests, votes, releases, recalls, and what binds them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_RULES = r"""
-- Who may see what of shares -----------------------------------------------------------------

-- Studies whose share requests the actor may vote on: an approver's unexpired grants.
CREATE FUNCTION approvable_studies() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT coalesce(array_agg(g.study_id), '{}')
  FROM study_grant g
  JOIN staff s ON s.id = g.staff_id AND s.active
  JOIN staff_role r ON r.staff_id = s.id AND r.role = 'approver' AND r.revoked_at IS NULL
  WHERE g.staff_id = current_actor() AND g.role = 'approver' AND g.revoked_at IS NULL
    AND g.starts_at <= now() AND now() < g.expires_at
$$;

-- Whose set is in a request. Approvers may know that of what they vote on, and no more of the sets.
CREATE FUNCTION share_confirmers(wanted uuid) RETURNS TABLE (staff_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT DISTINCT held.confirmed_by
  FROM share_request r
  JOIN share_session part ON part.share_id = r.id
  JOIN redaction_set held ON held.id = part.redaction_set_id
  WHERE r.id = wanted AND (r.study_id = ANY (approvable_studies())
    OR r.study_id = ANY (readable_studies()) OR actor_is_service('release'))
$$;

-- How many have voted in a round: all that is told before both votes are in.
CREATE FUNCTION share_voters(wanted uuid, wanted_round integer) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT count(DISTINCT staff_id)::integer FROM share_vote
  WHERE share_id = wanted AND round = wanted_round
$$;

-- What the release service reads: sessions, words and sets of what somebody asked to share, and of
-- nothing else. No person reads by these.
CREATE FUNCTION share_sessions(wanted uuid) RETURNS SETOF session
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT s.* FROM share_session part JOIN session s ON s.id = part.session_id
  WHERE part.share_id = wanted AND actor_is_service('release')
$$;
CREATE FUNCTION share_turns(wanted uuid, wanted_sessions uuid[]) RETURNS SETOF turn
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT t.* FROM share_session part JOIN turn t ON t.session_id = part.session_id
  WHERE part.share_id = wanted AND part.session_id = ANY (wanted_sessions) AND actor_is_service('release')
$$;
CREATE FUNCTION share_sets(wanted uuid, wanted_sessions uuid[]) RETURNS SETOF redaction_set
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT held.* FROM share_session part
  JOIN session s ON s.id = part.session_id
  JOIN redaction_set held ON held.id = s.current_redaction_set_id
  WHERE part.share_id = wanted AND part.session_id = ANY (wanted_sessions) AND actor_is_service('release')
$$;
CREATE FUNCTION share_key(wanted uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT pseudonym_key FROM share_request WHERE id = wanted AND actor_is_service('release')
$$;

-- Hold a request and its sessions still until this transaction ends. Sessions first: whoever changes
-- one holds it before the request that follows from it, so the two never wait for each other.
CREATE FUNCTION hold_share(wanted uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM share_request r WHERE r.id = wanted
      AND (r.requested_by = current_actor() OR r.study_id = ANY (approvable_studies())
        OR actor_is_service('release'))) THEN
    RETURN;
  END IF;
  PERFORM 1 FROM session s JOIN share_session part ON part.session_id = s.id
    WHERE part.share_id = wanted ORDER BY s.id FOR SHARE OF s;
  PERFORM 1 FROM share_request r WHERE r.id = wanted FOR UPDATE;
END
$$;

-- Which earlier releases to a recipient hold the same participants, whatever the study.
CREATE FUNCTION received_before(wanted_recipient uuid, wanted_sessions uuid[])
RETURNS TABLE (session_id uuid, share_number bigint, same_study boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT DISTINCT s.id, r.number, r.study_id = s.study_id
  FROM session s
  JOIN session other ON other.participant_id = s.participant_id
  JOIN share_session part ON part.session_id = other.id
  JOIN share_request r ON r.id = part.share_id AND r.recipient_id = wanted_recipient
  JOIN share_release left_on ON left_on.share_id = r.id
  WHERE s.id = ANY (wanted_sessions) AND (s.study_id = ANY (readable_studies())
    OR s.study_id = ANY (approvable_studies()))
$$;

-- What a withdrawal touches, for the administrator who records it; and who received a session, for
-- auditors. Numbers, states and names of recipients; nothing of the sessions.
CREATE FUNCTION shares_with(wanted_sessions uuid[])
RETURNS TABLE (session_id uuid, share_number bigint, state text, recipient text, released_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT part.session_id, r.number, r.state, p.name || ', ' || p.organisation, l.released_at
  FROM share_session part
  JOIN share_request r ON r.id = part.share_id
  JOIN recipient p ON p.id = r.recipient_id
  LEFT JOIN share_release l ON l.share_id = r.id
  WHERE part.session_id = ANY (wanted_sessions)
    AND (actor_has_role('administrator') OR actor_has_role('auditor'))
  ORDER BY r.number
$$;

-- What makes a request stale ---------------------------------------------------------------------
CREATE FUNCTION make_shares_stale(wanted uuid[], why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  gone record;
BEGIN
  FOR gone IN
    UPDATE share_request SET state = 'stale', state_reason = why, changed_at = now()
    WHERE id = ANY (wanted) AND state IN ('submitted', 'disputed', 'approved')
    RETURNING id, number, study_id
  LOOP
    INSERT INTO audit_event (actor_id, actor_label, action, object_kind, object_id, study_id,
      outcome, detail)
    VALUES (current_actor(), 'nobody', 'share.stale', 'share', gone.id::text, gone.study_id, 'done',
      json_build_object('number', gone.number, 'why', why)::text);
  END LOOP;
END
$$;

CREATE FUNCTION shares_follow_sessions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  touched record;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM share_request WHERE state IN ('submitted', 'disputed', 'approved'))
  THEN
    RETURN NULL;
  END IF;
  FOR touched IN
    SELECT r.id, min(a.number) AS session_number,
      bool_or(a.consent_version <> b.consent_version) AS consent,
      bool_or(a.flag_state <> b.flag_state) AS flag,
      bool_or(a.erased_at IS DISTINCT FROM b.erased_at
        OR a.withdrawn_at IS DISTINCT FROM b.withdrawn_at) AS taken_back
    FROM added a JOIN removed b ON b.id = a.id
    JOIN share_session part ON part.session_id = a.id
    JOIN share_request r ON r.id = part.share_id AND r.state IN ('submitted', 'disputed', 'approved')
    WHERE (a.current_redaction_set_id, a.consent_version, a.flag_state, a.erased_at, a.withdrawn_at,
        a.policy_version)
      IS DISTINCT FROM
      (b.current_redaction_set_id, b.consent_version, b.flag_state, b.erased_at, b.withdrawn_at,
        b.policy_version)
    GROUP BY r.id ORDER BY r.id
  LOOP
    PERFORM make_shares_stale(ARRAY[touched.id], format('Session %%s changed: %%s.',
      touched.session_number,
      CASE WHEN touched.taken_back THEN 'it was withdrawn'
           WHEN touched.consent THEN 'its consent choices are others'
           WHEN touched.flag THEN 'its flag is another'
           ELSE 'its redactions were opened or confirmed anew' END));
  END LOOP;
  RETURN NULL;
END
$$;
CREATE TRIGGER shares_follow AFTER UPDATE ON session
  REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION shares_follow_sessions();

CREATE FUNCTION shares_follow_terms() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF TG_TABLE_NAME = 'agreement' THEN
    IF NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL THEN
      PERFORM make_shares_stale(
        ARRAY(SELECT id FROM share_request WHERE agreement_id = NEW.id), 'The agreement was ended.');
    END IF;
  ELSIF (NEW.kind, NEW.name, NEW.organisation, NEW.email)
      IS DISTINCT FROM (OLD.kind, OLD.name, OLD.organisation, OLD.email)
      OR (NEW.blocked_at IS NOT NULL AND OLD.blocked_at IS NULL) THEN
    PERFORM make_shares_stale(
      ARRAY(SELECT id FROM share_request WHERE recipient_id = NEW.id),
      CASE WHEN NEW.blocked_at IS NULL THEN 'The recipient''s details were changed.'
           ELSE 'The recipient was blocked.' END);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER shares_follow AFTER UPDATE ON agreement
  FOR EACH ROW EXECUTE FUNCTION shares_follow_terms();
CREATE TRIGGER shares_follow AFTER UPDATE ON recipient
  FOR EACH ROW EXECUTE FUNCTION shares_follow_terms();

-- The lifecycle, checked below every caller ------------------------------------------------------
-- The pairs are those of domain/shares/lifecycle.py; a test compares them.
CREATE FUNCTION share_steps() RETURNS text[] LANGUAGE sql IMMUTABLE
AS $$
  SELECT ARRAY[
    'draft>submitted', 'returned>submitted', 'stale>submitted',
    'submitted>approved', 'disputed>approved', 'submitted>returned', 'disputed>returned',
    'submitted>rejected', 'disputed>rejected', 'submitted>disputed',
    'submitted>stale', 'disputed>stale', 'approved>stale', 'approved>expired',
    'draft>withdrawn', 'returned>withdrawn', 'stale>withdrawn', 'submitted>withdrawn',
    'disputed>withdrawn', 'approved>withdrawn', 'approved>released', 'released>recalled']
$$;

CREATE FUNCTION check_share_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  voters integer;
  first_ballot text;
  last_ballot text;
  same_digest boolean;
BEGIN
  IF OLD.state NOT IN ('draft', 'returned', 'stale')
      AND (NEW.recipient_id, NEW.agreement_id, NEW.purpose, NEW.fields, NEW.round,
           NEW.content_digest, NEW.pseudonym_key)
        IS DISTINCT FROM
          (OLD.recipient_id, OLD.agreement_id, OLD.purpose, OLD.fields, OLD.round,
           OLD.content_digest, OLD.pseudonym_key) THEN
    RAISE EXCEPTION 'share.fixed: a %% request is not changed', OLD.state USING ERRCODE = '23514';
  END IF;
  IF NEW.state = OLD.state THEN
    RETURN NEW;
  END IF;
  IF NOT (OLD.state || '>' || NEW.state) = ANY (share_steps()) THEN
    RAISE EXCEPTION 'share.step: %% does not follow %%', NEW.state, OLD.state USING ERRCODE = '23514';
  END IF;
  IF NEW.state IN ('submitted', 'withdrawn') AND NEW.requested_by IS DISTINCT FROM current_actor()
  THEN
    RAISE EXCEPTION 'share.requester: only its requester does that' USING ERRCODE = '23514';
  END IF;
  IF NEW.state = 'submitted' AND (NEW.round <> OLD.round + 1
      OR NOT EXISTS (SELECT 1 FROM share_session WHERE share_id = NEW.id)
      OR EXISTS (SELECT 1 FROM share_session
        WHERE share_id = NEW.id AND (line_digest IS NULL OR redaction_set_id IS NULL))) THEN
    RAISE EXCEPTION 'share.frozen: what is asked for is not frozen' USING ERRCODE = '23514';
  END IF;
  IF NEW.state IN ('approved', 'returned', 'rejected') THEN
    SELECT count(*), min(ballot), max(ballot), bool_and(content_digest = NEW.content_digest)
      INTO voters, first_ballot, last_ballot, same_digest
    FROM (SELECT DISTINCT ON (staff_id) ballot, content_digest FROM share_vote
      WHERE share_id = NEW.id AND round = NEW.round ORDER BY staff_id, turn DESC) AS standing;
    IF voters <> 2 OR first_ballot <> last_ballot OR NOT same_digest
        OR first_ballot <> (CASE NEW.state WHEN 'approved' THEN 'approve'
          WHEN 'returned' THEN 'return' ELSE 'reject' END) THEN
      RAISE EXCEPTION 'share.two-votes: two approvers did not say so' USING ERRCODE = '23514';
    END IF;
  END IF;
  IF NEW.state = 'released' AND NOT EXISTS (SELECT 1 FROM share_release
      WHERE share_id = NEW.id AND content_digest = NEW.content_digest) THEN
    RAISE EXCEPTION 'share.released-whole: there is no package' USING ERRCODE = '23514';
  END IF;
  IF NEW.state = 'recalled' AND NOT EXISTS (SELECT 1 FROM share_recall WHERE share_id = NEW.id) THEN
    RAISE EXCEPTION 'share.recalled-whole: there is no notice' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_step BEFORE UPDATE ON share_request
  FOR EACH ROW EXECUTE FUNCTION check_share_step();

-- What a request covers changes only while it waits for its requester.
CREATE FUNCTION check_share_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  held text;
BEGIN
  SELECT state INTO held FROM share_request
    WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.share_id ELSE NEW.share_id END;
  IF held NOT IN ('draft', 'returned', 'stale') THEN
    RAISE EXCEPTION 'share.fixed: a %% request is not changed', held USING ERRCODE = '23514';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER check_open BEFORE INSERT OR UPDATE OR DELETE ON share_session
  FOR EACH ROW EXECUTE FUNCTION check_share_session();

CREATE FUNCTION check_share_vote() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  held share_request;
  voter staff;
  others integer;
BEGIN
  SELECT * INTO held FROM share_request WHERE id = NEW.share_id FOR UPDATE;
  SELECT * INTO voter FROM staff WHERE id = NEW.staff_id;
  IF held.state NOT IN ('submitted', 'disputed') OR NEW.round <> held.round
      OR NEW.content_digest <> held.content_digest THEN
    RAISE EXCEPTION 'share.up-for-votes: not up for this vote' USING ERRCODE = '23514';
  END IF;
  IF NOT held.study_id = ANY (approvable_studies()) OR voter.subject IS NULL THEN
    RAISE EXCEPTION 'share.approver: no approver of this study' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (SELECT 1 FROM staff s WHERE (s.issuer, s.subject) = (voter.issuer, voter.subject)
      AND (s.id = held.requested_by
        OR s.id IN (SELECT c.staff_id FROM share_confirmers(NEW.share_id) AS c))) THEN
    RAISE EXCEPTION 'share.two-people: they asked for it or confirmed what is in it'
      USING ERRCODE = '23514';
  END IF;
  SELECT count(DISTINCT staff_id) INTO others FROM share_vote
    WHERE share_id = NEW.share_id AND round = NEW.round AND staff_id <> NEW.staff_id;
  IF others > 1 OR (held.state = 'submitted' AND NEW.turn <> 1)
      OR NEW.turn <> 1 + (SELECT count(*) FROM share_vote
        WHERE share_id = NEW.share_id AND round = NEW.round AND staff_id = NEW.staff_id) THEN
    RAISE EXCEPTION 'share.vote-once: two approvers, one vote each' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_vote BEFORE INSERT ON share_vote
  FOR EACH ROW EXECUTE FUNCTION check_share_vote();

CREATE FUNCTION check_share_release() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  held share_request;
BEGIN
  SELECT * INTO held FROM share_request WHERE id = NEW.share_id FOR UPDATE;
  IF held.state <> 'approved' OR held.content_digest <> NEW.content_digest
      OR held.lapses_at <= NEW.released_at
      OR NOT EXISTS (SELECT 1 FROM agreement a JOIN recipient p ON p.id = a.recipient_id
        WHERE a.id = held.agreement_id AND p.id = held.recipient_id AND p.blocked_at IS NULL
          AND a.ended_at IS NULL AND a.signed_at <= NEW.released_at AND NEW.released_at < a.expires_at)
  THEN
    RAISE EXCEPTION 'share.release: not approved as it is, or out of time' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_release BEFORE INSERT ON share_release
  FOR EACH ROW EXECUTE FUNCTION check_share_release();

-- Fetching a package: whoever asked for the share or approved it, once a link, once a package
-- without a reason. Nothing but this function reads a package.
CREATE FUNCTION may_fetch(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT EXISTS (SELECT 1 FROM share_request r WHERE r.id = wanted AND r.state = 'released'
    AND ((r.requested_by = current_actor() AND r.study_id = ANY (readable_studies()))
      OR (r.study_id = ANY (approvable_studies()) AND EXISTS (SELECT 1 FROM share_vote v
        WHERE v.share_id = r.id AND v.round = r.round AND v.staff_id = current_actor()))))
$$;
CREATE FUNCTION was_fetched(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT EXISTS (
    SELECT 1 FROM package_offer WHERE share_id = wanted AND fetched_at IS NOT NULL)
$$;
CREATE FUNCTION take_package(wanted_token bytea, at timestamptz)
RETURNS TABLE (share_id uuid, share_number bigint, study_id uuid, package bytea, package_digest bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  taken uuid;
BEGIN
  UPDATE package_offer o SET fetched_at = at
    WHERE o.token_digest = wanted_token AND o.staff_id = current_actor() AND o.fetched_at IS NULL
      AND at < o.expires_at AND may_fetch(o.share_id)
    RETURNING o.share_id INTO taken;
  RETURN QUERY SELECT l.share_id, r.number, r.study_id, l.package, l.package_digest
    FROM share_release l JOIN share_request r ON r.id = l.share_id WHERE l.share_id = taken;
END
$$;

-- What each role may do at all -------------------------------------------------------------------
REVOKE EXECUTE ON FUNCTION approvable_studies(), share_confirmers(uuid), share_voters(uuid, integer),
  share_sessions(uuid), share_turns(uuid, uuid[]), share_sets(uuid, uuid[]), share_key(uuid),
  hold_share(uuid), received_before(uuid, uuid[]), shares_with(uuid[]),
  make_shares_stale(uuid[], text), shares_follow_sessions(), shares_follow_terms(), share_steps(),
  check_share_step(), check_share_session(), check_share_vote(), check_share_release(),
  may_fetch(uuid), was_fetched(uuid), take_package(bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION approvable_studies(), share_confirmers(uuid), share_voters(uuid, integer),
  share_sessions(uuid), share_turns(uuid, uuid[]), share_sets(uuid, uuid[]), share_key(uuid),
  hold_share(uuid), received_before(uuid, uuid[]), shares_with(uuid[]), share_steps(),
  may_fetch(uuid), was_fetched(uuid), take_package(bytea, timestamptz) TO clearance_app;
GRANT SELECT, INSERT ON recipient, agreement, share_session, share_vote, share_comment,
  share_opening, share_recall TO clearance_app;
GRANT DELETE ON share_session TO clearance_app;
GRANT UPDATE (redaction_set_id, output_digest, line_digest, pseudonym, consent_version, rule,
  policy_version, policy_digest) ON share_session TO clearance_app;
GRANT UPDATE (name, organisation, email, blocked_at, blocked_reason) ON recipient TO clearance_app;
GRANT UPDATE (ended_at, ended_by, end_reason) ON agreement TO clearance_app;
GRANT UPDATE (attested_at, attestation, attested_to) ON share_recall TO clearance_app;
GRANT INSERT ON share_request, share_release, package_offer TO clearance_app;
-- All but the key of the pseudonyms, the package itself and the links' tokens.
GRANT SELECT (id, number, study_id, recipient_id, agreement_id, purpose, fields, requested_by, state,
  state_reason, round, content_digest, created_at, changed_at, submitted_at, decided_at, lapses_at)
  ON share_request TO clearance_app;
GRANT UPDATE (recipient_id, agreement_id, purpose, fields, state, state_reason, round,
  content_digest, pseudonym_key, changed_at, submitted_at, decided_at, lapses_at)
  ON share_request TO clearance_app;
GRANT SELECT (share_id, content_digest, package_digest, size, sessions, destroy_by, asked_by,
  released_at) ON share_release TO clearance_app;
GRANT SELECT (id, share_id, staff_id, reason, offered_at, expires_at, fetched_at)
  ON package_offer TO clearance_app;

-- Which rows -------------------------------------------------------------------------------------
ALTER TABLE recipient ENABLE ROW LEVEL SECURITY;
CREATE POLICY works_with_shares ON recipient FOR SELECT USING (
  (SELECT actor_has_role('reviewer')) OR (SELECT actor_has_role('approver'))
  OR (SELECT actor_has_role('administrator')) OR (SELECT actor_is_service('release')));
CREATE POLICY administrators_record ON recipient FOR INSERT
  WITH CHECK ((SELECT actor_has_role('administrator')) AND recorded_by = current_actor());
CREATE POLICY administrators_change ON recipient FOR UPDATE USING (
  (SELECT actor_has_role('administrator')) OR (SELECT actor_is_service('release')));

ALTER TABLE agreement ENABLE ROW LEVEL SECURITY;
CREATE POLICY works_with_shares ON agreement FOR SELECT USING (
  (SELECT actor_has_role('reviewer')) OR (SELECT actor_has_role('approver'))
  OR (SELECT actor_has_role('administrator')) OR (SELECT actor_is_service('release')));
CREATE POLICY administrators_record ON agreement FOR INSERT
  WITH CHECK ((SELECT actor_has_role('administrator')) AND recorded_by = current_actor());
CREATE POLICY administrators_end ON agreement FOR UPDATE
  USING ((SELECT actor_has_role('administrator')) AND ended_at IS NULL)
  WITH CHECK (ended_by = current_actor());

ALTER TABLE share_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY requester ON share_request FOR SELECT USING (
  study_id = ANY ((SELECT readable_studies())::uuid[])
  AND (requested_by = current_actor() OR state <> 'draft'));
CREATE POLICY approvers ON share_request FOR SELECT USING (
  state <> 'draft' AND study_id = ANY ((SELECT approvable_studies())::uuid[]));
CREATE POLICY administrators_and_release ON share_request FOR SELECT USING (
  (SELECT actor_has_role('administrator')) OR (SELECT actor_is_service('release')));
CREATE POLICY reviewers_ask ON share_request FOR INSERT WITH CHECK (
  requested_by = current_actor() AND state = 'draft'
  AND study_id = ANY ((SELECT readable_studies())::uuid[]));
CREATE POLICY those_it_concerns ON share_request FOR UPDATE USING (
  (requested_by = current_actor() AND study_id = ANY ((SELECT readable_studies())::uuid[]))
  OR study_id = ANY ((SELECT approvable_studies())::uuid[])
  OR (SELECT actor_has_role('administrator')) OR (SELECT actor_is_service('release')));

ALTER TABLE share_session ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_visible_requests ON share_session FOR SELECT USING (
  ((study_id = ANY ((SELECT readable_studies())::uuid[])
    OR study_id = ANY ((SELECT approvable_studies())::uuid[]))
   AND share_id IN (SELECT id FROM share_request))
  OR (SELECT actor_is_service('release')));
CREATE POLICY requester_adds ON share_session FOR INSERT WITH CHECK (
  study_id = ANY ((SELECT readable_studies())::uuid[]) AND EXISTS (
    SELECT 1 FROM share_request r WHERE r.id = share_id AND r.requested_by = current_actor()));
CREATE POLICY requester_freezes ON share_session FOR UPDATE USING (
  EXISTS (SELECT 1 FROM share_request r WHERE r.id = share_id AND r.requested_by = current_actor()));
CREATE POLICY requester_removes ON share_session FOR DELETE USING (
  EXISTS (SELECT 1 FROM share_request r WHERE r.id = share_id AND r.requested_by = current_actor()));

ALTER TABLE share_vote ENABLE ROW LEVEL SECURITY;
-- Blind until both are in.
CREATE POLICY own_or_open ON share_vote FOR SELECT USING (
  staff_id = current_actor()
  OR (share_id IN (SELECT id FROM share_request) AND share_voters(share_id, round) >= 2));
CREATE POLICY approvers_vote ON share_vote FOR INSERT WITH CHECK (staff_id = current_actor());

ALTER TABLE share_comment ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_visible_requests ON share_comment FOR SELECT
  USING (share_id IN (SELECT id FROM share_request));
CREATE POLICY in_ones_own_name ON share_comment FOR INSERT WITH CHECK (
  staff_id = current_actor() AND share_id IN (SELECT id FROM share_request));

ALTER TABLE share_opening ENABLE ROW LEVEL SECURITY;
CREATE POLICY ones_own ON share_opening FOR ALL
  USING (staff_id = current_actor()) WITH CHECK (staff_id = current_actor());

ALTER TABLE share_release ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_visible_requests ON share_release FOR SELECT
  USING (share_id IN (SELECT id FROM share_request));
CREATE POLICY release_service ON share_release FOR INSERT
  WITH CHECK ((SELECT actor_is_service('release')));

ALTER TABLE package_offer ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_visible_requests ON package_offer FOR SELECT
  USING (share_id IN (SELECT id FROM share_request));
CREATE POLICY for_oneself ON package_offer FOR INSERT WITH CHECK (
  staff_id = current_actor() AND may_fetch(share_id)
  AND (reason IS NOT NULL OR NOT was_fetched(share_id)));

ALTER TABLE share_recall ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_visible_requests ON share_recall FOR SELECT
  USING (share_id IN (SELECT id FROM share_request));
CREATE POLICY approvers_and_administrators ON share_recall FOR INSERT WITH CHECK (
  recalled_by = current_actor() AND ((SELECT actor_has_role('administrator'))
    OR EXISTS (SELECT 1 FROM share_request r WHERE r.id = share_id
      AND r.study_id = ANY ((SELECT approvable_studies())::uuid[]))));
CREATE POLICY attested_once ON share_recall FOR UPDATE
  USING (attested_at IS NULL AND share_id IN (SELECT id FROM share_request))
  WITH CHECK (attested_to = current_actor());

-- Releases are built behind the page, in the name of who asked.
CREATE POLICY releases_asked ON job FOR INSERT WITH CHECK (
  kind = 'share.release' AND requested_by = current_actor()
  AND ((SELECT actor_has_role('reviewer')) OR (SELECT actor_has_role('approver'))));
CREATE POLICY releases_seen ON job FOR SELECT USING (kind = 'share.release'
  AND (study_id = ANY ((SELECT readable_studies())::uuid[])
    OR study_id = ANY ((SELECT approvable_studies())::uuid[])
    OR (SELECT actor_is_service('release'))));
CREATE POLICY releases_worked ON job FOR UPDATE
  USING (kind = 'share.release' AND (SELECT actor_is_service('release')));

-- Its manifest names the study.
CREATE POLICY release_service ON study FOR SELECT USING ((SELECT actor_is_service('release')));

INSERT INTO staff (kind, service, display_name) VALUES ('service', 'release', 'Release service');
"""


def upgrade() -> None:
    """Make it."""
    op.create_table('recipient',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('organisation', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('blocked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('blocked_reason', sa.Text(), nullable=True),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("kind IN ('researcher', 'journalist', 'other')", name=op.f('ck_recipient__kind')),
    sa.CheckConstraint('(blocked_at IS NULL) = (blocked_reason IS NULL)', name=op.f('ck_recipient__blocked_whole')),
    sa.CheckConstraint('email = lower(email)', name=op.f('ck_recipient__email_lower')),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_recipient__recorded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recipient')),
    sa.UniqueConstraint('email', 'kind', name=op.f('uq_recipient__email_kind'))
    )
    op.create_table('agreement',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('recipient_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('wording', sa.Text(), nullable=False),
    sa.Column('wording_digest', sa.LargeBinary(), nullable=False),
    sa.Column('data_uses', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.Uuid(), nullable=True),
    sa.Column('end_reason', sa.Text(), nullable=True),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_by IS NULL)', name=op.f('ck_agreement__ended_whole')),
    sa.CheckConstraint('signed_at < expires_at', name=op.f('ck_agreement__window')),
    sa.ForeignKeyConstraint(['ended_by'], ['staff.id'], name=op.f('fk_agreement__ended_by')),
    sa.ForeignKeyConstraint(['recipient_id'], ['recipient.id'], name=op.f('fk_agreement__recipient_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_agreement__recorded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement')),
    sa.UniqueConstraint('recipient_id', 'version', name=op.f('uq_agreement__recipient_id_version'))
    )
    op.create_index('ix_agreement__expires', 'agreement', ['expires_at'], unique=False)
    op.create_table('share_request',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('recipient_id', sa.Uuid(), nullable=False),
    sa.Column('agreement_id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('fields', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('requested_by', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Text(), server_default=sa.text("'draft'"), nullable=False),
    sa.Column('state_reason', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('round', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('content_digest', sa.LargeBinary(), nullable=True),
    sa.Column('pseudonym_key', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lapses_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state <> 'approved') OR lapses_at IS NOT NULL", name=op.f('ck_share_request__clock')),
    sa.CheckConstraint("state IN ('draft', 'submitted', 'disputed', 'returned', 'rejected', 'approved', 'stale', 'expired', 'withdrawn', 'released', 'recalled')", name=op.f('ck_share_request__state')),
    sa.CheckConstraint("state NOT IN ('submitted', 'disputed', 'approved', 'released', 'recalled') OR (content_digest IS NOT NULL AND pseudonym_key IS NOT NULL)", name=op.f('ck_share_request__bound')),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreement.id'], name=op.f('fk_share_request__agreement_id')),
    sa.ForeignKeyConstraint(['recipient_id'], ['recipient.id'], name=op.f('fk_share_request__recipient_id')),
    sa.ForeignKeyConstraint(['requested_by'], ['staff.id'], name=op.f('fk_share_request__requested_by')),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_share_request__study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_share_request')),
    sa.UniqueConstraint('id', 'study_id', name=op.f('uq_share_request__id_study_id')),
    sa.UniqueConstraint('number', name=op.f('uq_share_request__number'))
    )
    op.create_index('ix_share_request__recipient', 'share_request', ['recipient_id', 'state'], unique=False)
    op.create_index('ix_share_request__requester', 'share_request', ['requested_by', 'changed_at'], unique=False)
    op.create_index('ix_share_request__state', 'share_request', ['state', 'changed_at'], unique=False)
    op.create_index('ix_share_request__study', 'share_request', ['study_id', 'state'], unique=False)
    op.create_table('share_release',
    sa.Column('share_id', sa.Uuid(), nullable=False),
    sa.Column('content_digest', sa.LargeBinary(), nullable=False),
    sa.Column('package', sa.LargeBinary(), nullable=False),
    sa.Column('package_digest', sa.LargeBinary(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sessions', sa.Integer(), nullable=False),
    sa.Column('destroy_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['asked_by'], ['staff.id'], name=op.f('fk_share_release__asked_by')),
    sa.ForeignKeyConstraint(['share_id'], ['share_request.id'], name=op.f('fk_share_release__share_id')),
    sa.PrimaryKeyConstraint('share_id', name=op.f('pk_share_release'))
    )
    op.create_index('ix_share_release__at', 'share_release', ['released_at'], unique=False)
    op.create_table('share_session',
    sa.Column('share_id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('redaction_set_id', sa.Uuid(), nullable=True),
    sa.Column('output_digest', sa.LargeBinary(), nullable=True),
    sa.Column('line_digest', sa.LargeBinary(), nullable=True),
    sa.Column('pseudonym', sa.Text(), nullable=True),
    sa.Column('consent_version', sa.Integer(), nullable=True),
    sa.Column('rule', sa.Text(), nullable=True),
    sa.Column('policy_version', sa.Text(), nullable=True),
    sa.Column('policy_digest', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['redaction_set_id', 'session_id'], ['redaction_set.id', 'redaction_set.session_id'], name=op.f('fk_share_session__redaction_set_id_session_id')),
    sa.ForeignKeyConstraint(['session_id', 'study_id'], ['session.id', 'session.study_id'], name=op.f('fk_share_session__session_id_study_id')),
    sa.ForeignKeyConstraint(['share_id', 'study_id'], ['share_request.id', 'share_request.study_id'], name=op.f('fk_share_session__share_id_study_id')),
    sa.PrimaryKeyConstraint('share_id', 'session_id', name=op.f('pk_share_session'))
    )
    op.create_index('ix_share_session__session', 'share_session', ['session_id'], unique=False)
    op.create_table('share_vote',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('share_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('turn', sa.SmallInteger(), nullable=False),
    sa.Column('ballot', sa.Text(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('content_digest', sa.LargeBinary(), nullable=False),
    sa.Column('opened', sa.Integer(), nullable=False),
    sa.Column('sessions', sa.Integer(), nullable=False),
    sa.Column('memory_acknowledged', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("ballot IN ('approve', 'return', 'reject')", name=op.f('ck_share_vote__ballot')),
    sa.CheckConstraint('opened BETWEEN 0 AND sessions', name=op.f('ck_share_vote__opened')),
    sa.CheckConstraint('turn > 0', name=op.f('ck_share_vote__turn')),
    sa.ForeignKeyConstraint(['share_id'], ['share_request.id'], name=op.f('fk_share_vote__share_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_share_vote__staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_share_vote')),
    sa.UniqueConstraint('share_id', 'round', 'staff_id', 'turn', name=op.f('uq_share_vote__share_id_round_staff_id_turn'))
    )
    op.create_table('package_offer',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('share_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('token_digest', sa.LargeBinary(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('offered_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fetched_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['share_id'], ['share_release.share_id'], name=op.f('fk_package_offer__share_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_package_offer__staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_package_offer')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_package_offer__token_digest'))
    )
    op.create_index('ix_package_offer__share', 'package_offer', ['share_id', 'offered_at'], unique=False)
    op.create_table('share_comment',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('share_id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('turn', sa.Integer(), nullable=True),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('length(btrim(said)) > 0', name=op.f('ck_share_comment__said')),
    sa.CheckConstraint('turn IS NULL OR session_id IS NOT NULL', name=op.f('ck_share_comment__place')),
    sa.ForeignKeyConstraint(['share_id', 'session_id'], ['share_session.share_id', 'share_session.session_id'], name=op.f('fk_share_comment__share_id_session_id')),
    sa.ForeignKeyConstraint(['share_id'], ['share_request.id'], name=op.f('fk_share_comment__share_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_share_comment__staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_share_comment'))
    )
    op.create_index('ix_share_comment__share', 'share_comment', ['share_id', 'at'], unique=False)
    op.create_table('share_opening',
    sa.Column('share_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['share_id', 'session_id'], ['share_session.share_id', 'share_session.session_id'], name=op.f('fk_share_opening__share_id_session_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_share_opening__staff_id')),
    sa.PrimaryKeyConstraint('share_id', 'round', 'staff_id', 'session_id', name=op.f('pk_share_opening'))
    )
    op.create_table('share_recall',
    sa.Column('share_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('notice', sa.Text(), nullable=False),
    sa.Column('recalled_by', sa.Uuid(), nullable=False),
    sa.Column('recalled_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attested_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attestation', sa.Text(), nullable=True),
    sa.Column('attested_to', sa.Uuid(), nullable=True),
    sa.CheckConstraint("reason IN ('consent_withdrawn', 'agreement_breach', 'mistake')", name=op.f('ck_share_recall__reason')),
    sa.CheckConstraint('(attested_at IS NULL) = (attestation IS NULL) AND (attested_at IS NULL) = (attested_to IS NULL)', name=op.f('ck_share_recall__attested_whole')),
    sa.CheckConstraint('recalled_at < due_at', name=op.f('ck_share_recall__due')),
    sa.ForeignKeyConstraint(['attested_to'], ['staff.id'], name=op.f('fk_share_recall__attested_to')),
    sa.ForeignKeyConstraint(['recalled_by'], ['staff.id'], name=op.f('fk_share_recall__recalled_by')),
    sa.ForeignKeyConstraint(['share_id'], ['share_release.share_id'], name=op.f('fk_share_recall__share_id')),
    sa.PrimaryKeyConstraint('share_id', name=op.f('pk_share_recall'))
    )
    op.create_index('ix_share_recall__due', 'share_recall', ['due_at'], unique=False, postgresql_where=sa.text('attested_at IS NULL'))
    op.get_bind().exec_driver_sql(_RULES)
