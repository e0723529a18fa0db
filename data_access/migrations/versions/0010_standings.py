"""Standings, policy assignments, and outcomes of Trust & Safety cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_STANDING = """
(array_position(ARRAY['granted', 'declined', 'not_asked', 'withdrawn'], choice_publish_responses) - 1)
+ 4 * (array_position(ARRAY['granted', 'declined', 'not_asked', 'withdrawn'], choice_share_researchers) - 1)
+ 16 * (array_position(ARRAY['granted', 'declined', 'not_asked', 'withdrawn'], choice_share_journalists) - 1)
+ 64 * (array_position(ARRAY['granted', 'declined', 'not_asked', 'withdrawn'], choice_contact) - 1)
+ 256 * (array_position(ARRAY['none', 'open', 'upheld', 'dismissed'], flag_state) - 1)
+ CASE WHEN memory_on THEN 1024 ELSE 0 END
+ CASE WHEN plan IN ('commercial', 'unknown') THEN 2048 ELSE 0 END
+ CASE WHEN status <> 'completed' OR completed_at IS NULL THEN 4096 ELSE 0 END
+ CASE WHEN erased_at IS NOT NULL THEN 8192 ELSE 0 END
+ CASE WHEN withdrawn_at IS NOT NULL THEN 16384 ELSE 0 END
+ 32768 * (array_position(ARRAY['none', '2025-12', '2026-03-23'], assigned_version) - 1)
"""

_RULES = r"""
-- How many sessions of each standing there are --------------------------------------------------
-- Kept in the writing transaction, as changes that are only ever added: nobody who records a
-- withdrawal waits for an import that is moving in. The worker puts them together now and then.
CREATE FUNCTION follow_standings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  -- Branches, because an insert has no old rows to name and a deletion no new ones.
  IF TG_OP = 'INSERT' THEN
    INSERT INTO session_standing (study_id, grain, starts_on, standing, sessions)
    SELECT study_id, grain, standing_starts_on(grain, completed_at, standing), standing, count(*)
    FROM added CROSS JOIN (VALUES ('month'), ('day')) AS g (grain)
    WHERE grain = 'month' OR standing & 4096 = 0
    GROUP BY 1, 2, 3, 4;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO session_standing (study_id, grain, starts_on, standing, sessions)
    SELECT study_id, grain, standing_starts_on(grain, completed_at, standing), standing, -count(*)
    FROM removed CROSS JOIN (VALUES ('month'), ('day')) AS g (grain)
    WHERE grain = 'month' OR standing & 4096 = 0
    GROUP BY 1, 2, 3, 4;
  ELSE
    INSERT INTO session_standing (study_id, grain, starts_on, standing, sessions)
    SELECT study_id, grain, standing_starts_on(grain, completed_at, standing), standing, sum(change)
    FROM (SELECT study_id, completed_at, standing, 1 AS change FROM added
      UNION ALL SELECT study_id, completed_at, standing, -1 FROM removed) AS changes
    CROSS JOIN (VALUES ('month'), ('day')) AS g (grain)
    WHERE grain = 'month' OR standing & 4096 = 0
    GROUP BY 1, 2, 3, 4 HAVING sum(change) <> 0;
  END IF;
  RETURN NULL;
END
$$;

-- The month or day that a session is counted under; what was not completed stands in none.
CREATE FUNCTION standing_starts_on(grain text, completed_at timestamptz, standing integer)
RETURNS date LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN standing & 4096 <> 0 THEN '-infinity'::date
    ELSE date_trunc(grain, completed_at AT TIME ZONE 'UTC')::date END
$$;

-- Named so that they fire before requests become stale, which takes the audit trail's lock.
CREATE TRIGGER follow_added_standings AFTER INSERT ON session
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_standings();
CREATE TRIGGER follow_changed_standings AFTER UPDATE ON session
  REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION follow_standings();
CREATE TRIGGER follow_removed_standings AFTER DELETE ON session
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION follow_standings();

INSERT INTO session_standing (study_id, grain, starts_on, standing, sessions, is_sum)
SELECT study_id, grain, standing_starts_on(grain, completed_at, standing), standing, count(*), true
FROM session CROSS JOIN (VALUES ('month'), ('day')) AS g (grain)
WHERE grain = 'month' OR standing & 4096 = 0
GROUP BY 1, 2, 3, 4;

-- Put the changes of each standing together; how many there were.
CREATE FUNCTION sum_standings() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH keys AS (
    SELECT DISTINCT study_id, grain, starts_on, standing FROM session_standing
    WHERE NOT is_sum AND actor_is_service('deidentification')),
  gone AS (
    DELETE FROM session_standing AS s USING keys AS k
    WHERE (s.study_id, s.grain, s.starts_on, s.standing)
      = (k.study_id, k.grain, k.starts_on, k.standing)
    RETURNING s.*),
  put AS (
    INSERT INTO session_standing (study_id, grain, starts_on, standing, sessions, is_sum)
    SELECT study_id, grain, starts_on, standing, sum(sessions), true FROM gone
    GROUP BY 1, 2, 3, 4 HAVING sum(sessions) <> 0)
  SELECT count(*) FROM gone WHERE NOT is_sum
$$;

-- How many sessions answer the policy's questions alike, of those whose facts the actor may know:
-- their own studies' and, for Trust & Safety, what is flagged; an administrator, who reads no
-- session, all of them when asking as one. A slot is the stretch of time between two
-- cuts, -1 for what was not completed. Months are taken whole; where one has cuts, its days outside
-- the longest run without one are moved to their own slots, and days with a cut session by session.
CREATE FUNCTION standings_between(wanted uuid[], cuts timestamptz[], cut_days date[],
  cut_months date[], run_from date[], run_until date[], run_slots integer[], mask integer,
  administering boolean)
RETURNS TABLE (study_id uuid, slot integer, standing integer, sessions bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  all_of boolean := administering AND actor_has_role('administrator');
  flagged boolean := actor_has_role('trust_safety');
  readable uuid[] := readable_studies();
BEGIN
  RETURN QUERY
  WITH months AS (
    SELECT * FROM unnest(cut_months, run_from, run_until, run_slots)
      AS m (month, begins, ends, run_slot)),
  counted AS (
    SELECT h.study_id AS of_study, h.standing AS kind, h.sessions AS n,
      CASE WHEN h.standing & 4096 <> 0 THEN -1 ELSE
        coalesce(m.run_slot, width_bucket(h.starts_on::timestamptz, cuts)) END AS place
    FROM session_standing h LEFT JOIN months m ON m.month = h.starts_on
    WHERE h.grain = 'month' AND h.study_id = ANY (wanted)
    UNION ALL
    SELECT h.study_id, h.standing, moved.sign * h.sessions,
      CASE WHEN moved.sign < 0 THEN m.run_slot
        ELSE width_bucket(h.starts_on::timestamptz, cuts) END
    FROM months m
    CROSS JOIN LATERAL (VALUES (m.month, m.begins),
      (m.ends, (m.month + interval '1 month')::date)) AS beside (since, before)
    CROSS JOIN unnest(wanted) AS w (study)
    CROSS JOIN LATERAL (
      SELECT * FROM session_standing d WHERE d.study_id = w.study AND d.grain = 'day'
        AND d.starts_on >= beside.since AND d.starts_on < beside.before OFFSET 0) AS h
    CROSS JOIN (VALUES (1), (-1)) AS moved (sign)
    WHERE moved.sign < 0 OR NOT h.starts_on = ANY (cut_days)
    UNION ALL
    -- OFFSET 0: a walk of the index for each day, whatever the planner makes of the dates.
    SELECT w.study, s.standing, 1, width_bucket(s.sorted_at, cuts)
    FROM unnest(wanted) AS w (study)
    CROSS JOIN unnest(cut_days) AS d (day)
    CROSS JOIN LATERAL (
      SELECT h.standing, h.sorted_at FROM session h
      WHERE h.study_id = w.study AND h.sorted_at >= d.day::timestamptz
        AND h.sorted_at < (d.day + 1)::timestamptz OFFSET 0) AS s
    WHERE s.standing & 4096 = 0)
  SELECT c.of_study, c.place, c.kind & mask, sum(c.n)::bigint
  FROM counted c
  WHERE all_of OR c.of_study = ANY (readable) OR (flagged AND c.kind & 768 <> 0)
  GROUP BY 1, 2, 3 HAVING sum(c.n) <> 0;
END
$$;

-- Which codes there are, of those that the mask makes one of these.
CREATE FUNCTION standings_present(wanted uuid[], mask integer, codes integer[],
  administering boolean)
RETURNS TABLE (study_id uuid, standing integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT h.study_id, h.standing FROM session_standing h
  WHERE h.grain = 'month' AND h.study_id = ANY (wanted) AND h.standing & mask = ANY (codes)
    AND ((administering AND (SELECT actor_has_role('administrator')))
      OR h.study_id = ANY ((SELECT readable_studies())::uuid[])
      OR (h.standing & 768 <> 0 AND (SELECT actor_has_role('trust_safety'))))
  GROUP BY 1, 2
$$;

-- What is known of sessions without their words: for the list of what is on hold and for settling
-- it. In the order of their time, after a place in it.
CREATE FUNCTION facts_of_selected(studies uuid[], standings integer[], since timestamptz[],
  before timestamptz[], walked uuid[], walked_codes text[], walked_since timestamptz[],
  walked_before timestamptz[], mask integer, after_at timestamptz, after_id uuid, at_most integer,
  administering boolean)
RETURNS TABLE (id uuid, number bigint, study_id uuid, sorted_at timestamptz,
  completed_at timestamptz, standing integer, policy_version text, assigned_version text,
  plan text, imported_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  all_of boolean := administering AND actor_has_role('administrator');
  flagged boolean := actor_has_role('trust_safety');
  readable uuid[] := readable_studies();
BEGIN
  RETURN QUERY
  SELECT s.id, s.number, s.study_id, s.sorted_at, s.completed_at, s.standing, s.policy_version,
    s.assigned_version, s.plan, s.imported_at
  FROM (
    -- From the index alone; whole rows are read of the page's sessions only.
    SELECT found.id, found.sorted_at
    FROM unnest(studies, standings, since, before) AS p (study, standing, since, before)
    CROSS JOIN LATERAL (
      SELECT h.id, h.sorted_at FROM session h
      WHERE h.study_id = p.study AND h.standing = p.standing
        AND h.sorted_at >= coalesce(p.since, '-infinity')
        AND h.sorted_at < coalesce(p.before, 'infinity')
        AND (h.sorted_at, h.id) > (coalesce(after_at, '-infinity'),
          coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
      ORDER BY h.sorted_at, h.id LIMIT at_most) AS found
    WHERE all_of OR p.study = ANY (readable) OR (flagged AND p.standing & 768 <> 0)
    UNION ALL
    -- Where most of a stretch is meant, its first sessions are found sooner than each code's.
    SELECT found.id, found.sorted_at
    FROM unnest(walked, walked_codes, walked_since, walked_before) AS w (study, codes, since, before)
    CROSS JOIN LATERAL (
      SELECT h.id, h.sorted_at FROM session h
      WHERE h.study_id = w.study AND h.standing & mask = ANY (CAST(w.codes AS integer[]))
        AND h.sorted_at >= coalesce(w.since, '-infinity')
        AND h.sorted_at < coalesce(w.before, 'infinity')
        AND (h.sorted_at, h.id) > (coalesce(after_at, '-infinity'),
          coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
        AND (all_of OR w.study = ANY (readable) OR (flagged AND h.standing & 768 <> 0))
      ORDER BY h.sorted_at, h.id LIMIT at_most) AS found
    ORDER BY 2, 1 LIMIT at_most) AS page
  JOIN session s ON s.id = page.id
  ORDER BY s.sorted_at, s.id;
END
$$;
CREATE FUNCTION facts_of_numbered(numbers bigint[])
RETURNS TABLE (id uuid, number bigint, study_id uuid, sorted_at timestamptz,
  completed_at timestamptz, standing integer, policy_version text, assigned_version text,
  plan text, imported_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT s.id, s.number, s.study_id, s.sorted_at, s.completed_at, s.standing, s.policy_version,
    s.assigned_version, s.plan, s.imported_at
  FROM session s WHERE s.number = ANY (numbers) AND (actor_has_role('administrator')
    OR s.study_id = ANY (readable_studies())
    OR (s.flag_state <> 'none' AND actor_has_role('trust_safety')))
  ORDER BY s.sorted_at, s.id
$$;
CREATE FUNCTION facts_of_assignment(wanted uuid)
RETURNS TABLE (id uuid, number bigint, study_id uuid, sorted_at timestamptz,
  completed_at timestamptz, standing integer, policy_version text, assigned_version text,
  plan text, imported_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT s.id, s.number, s.study_id, s.sorted_at, s.completed_at, s.standing, s.policy_version,
    s.assigned_version, s.plan, s.imported_at
  FROM session s JOIN policy_assignment_session part ON part.session_id = s.id
  WHERE part.assignment_id = wanted AND actor_has_role('administrator')
  ORDER BY s.sorted_at, s.id
$$;
DROP FUNCTION sessions_by_facts(timestamptz[]);

-- Which policy governs, settled by two administrators --------------------------------------------
-- One proposes, another confirms; told apart by who they are at the identity provider too. Nothing
-- else ever assigns a session to a policy.
CREATE FUNCTION settle_policy_assignment(wanted uuid, how text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  held policy_assignment;
  own boolean;
BEGIN
  SELECT * INTO held FROM policy_assignment WHERE id = wanted FOR UPDATE;
  IF held.id IS NULL OR held.decided_at IS NOT NULL OR NOT actor_has_role('administrator') THEN
    RETURN false;
  END IF;
  own := EXISTS (SELECT 1 FROM staff a JOIN staff b
    ON a.id = b.id OR (a.issuer, a.subject) = (b.issuer, b.subject)
    WHERE a.id = held.proposed_by AND b.id = current_actor());
  IF own <> (how = 'withdrawn') THEN
    RAISE EXCEPTION 'assignment.two-people: another administrator decides' USING ERRCODE = '23514';
  END IF;
  IF how = 'confirmed' THEN
    IF held.policy_digest IS DISTINCT FROM
        (SELECT digest FROM policy_document ORDER BY in_force_from DESC LIMIT 1) THEN
      RAISE EXCEPTION 'assignment.same-table: another table is in force' USING ERRCODE = '23514';
    END IF;
    PERFORM 1 FROM session s JOIN policy_assignment_session part ON part.session_id = s.id
      WHERE part.assignment_id = wanted ORDER BY s.id FOR UPDATE OF s;
    IF EXISTS (SELECT 1 FROM session s JOIN policy_assignment_session part ON part.session_id = s.id
        WHERE part.assignment_id = wanted AND (s.erased_at IS NOT NULL
          OR (s.assigned_version, s.completed_at)
            IS DISTINCT FROM (part.instead_of, part.completed_at))) THEN
      RAISE EXCEPTION 'assignment.same-sessions: a session is another' USING ERRCODE = '23514';
    END IF;
    UPDATE session s SET assigned_version = held.version,
      policy_version = CASE held.version WHEN 'none' THEN part.by_date ELSE held.version END
    FROM policy_assignment_session part
    WHERE part.assignment_id = wanted AND s.id = part.session_id;
  END IF;
  UPDATE policy_assignment SET decided_by = current_actor(), decided_at = at, outcome = how
    WHERE id = wanted;
  RETURN true;
END
$$;

-- Said before the general rule would call it something else.
CREATE FUNCTION shares_follow_assignments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  touched record;
BEGIN
  FOR touched IN
    SELECT r.id, min(a.number) AS session_number
    FROM added a JOIN removed b ON b.id = a.id AND a.assigned_version <> b.assigned_version
    JOIN share_session part ON part.session_id = a.id
    JOIN share_request r ON r.id = part.share_id AND r.state IN ('submitted', 'disputed', 'approved')
    GROUP BY r.id ORDER BY r.id
  LOOP
    PERFORM make_shares_stale(ARRAY[touched.id],
      format('Session %%s changed: another policy governs it.', touched.session_number));
  END LOOP;
  RETURN NULL;
END
$$;
CREATE TRIGGER settled_shares_follow AFTER UPDATE ON session
  REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION shares_follow_assignments();

-- Trust & Safety ----------------------------------------------------------------------------------
-- A case is opened on a flagged session and closed once, and the session's flag follows it in the
-- same statement. Nobody writes either directly.
CREATE FUNCTION open_case(wanted_session uuid, at timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  held session;
  made uuid;
BEGIN
  IF NOT actor_has_role('trust_safety') THEN
    RETURN NULL;
  END IF;
  SELECT * INTO held FROM session WHERE id = wanted_session AND flag_state <> 'none' FOR UPDATE;
  IF held.id IS NULL OR session_has_open_case(held.id) THEN
    RETURN NULL;
  END IF;
  INSERT INTO trust_safety_case (session_id, study_id, state, opened_at, opened_by)
    VALUES (held.id, held.study_id, 'open', at, current_actor()) RETURNING id INTO made;
  UPDATE session SET flag_state = 'open' WHERE id = held.id;
  RETURN made;
END
$$;
CREATE FUNCTION close_case(wanted uuid, how text, why text, said text, at timestamptz)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  held trust_safety_case;
BEGIN
  IF NOT actor_has_role('trust_safety') OR how NOT IN ('upheld', 'dismissed') THEN
    RETURN false;
  END IF;
  -- The session first, as everybody does who changes one.
  PERFORM 1 FROM session s JOIN trust_safety_case c ON c.session_id = s.id
    WHERE c.id = wanted FOR UPDATE OF s;
  SELECT * INTO held FROM trust_safety_case WHERE id = wanted FOR UPDATE;
  IF held.id IS NULL OR held.state <> 'open' THEN
    RETURN false;
  END IF;
  UPDATE trust_safety_case
    SET state = how, closed_at = at, closed_by = current_actor(), reason = why, note = said
    WHERE id = wanted;
  UPDATE session SET flag_state = how WHERE id = held.session_id;
  RETURN true;
END
$$;

-- What each role may do at all --------------------------------------------------------------------
REVOKE EXECUTE ON FUNCTION follow_standings(), standing_starts_on(text, timestamptz, integer),
  sum_standings(), standings_between(uuid[], timestamptz[], date[], date[], date[], date[], integer[], integer, boolean),
  standings_present(uuid[], integer, integer[], boolean),
  facts_of_selected(uuid[], integer[], timestamptz[], timestamptz[], uuid[], text[],
    timestamptz[], timestamptz[], integer, timestamptz, uuid, integer, boolean),
  facts_of_numbered(bigint[]), facts_of_assignment(uuid),
  settle_policy_assignment(uuid, text, timestamptz),
  shares_follow_assignments(), open_case(uuid, timestamptz),
  close_case(uuid, text, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sum_standings(),
  standings_between(uuid[], timestamptz[], date[], date[], date[], date[], integer[], integer, boolean),
  standings_present(uuid[], integer, integer[], boolean),
  facts_of_selected(uuid[], integer[], timestamptz[], timestamptz[], uuid[], text[],
    timestamptz[], timestamptz[], integer, timestamptz, uuid, integer, boolean),
  facts_of_numbered(bigint[]), facts_of_assignment(uuid),
  settle_policy_assignment(uuid, text, timestamptz),
  open_case(uuid, timestamptz), close_case(uuid, text, text, text, timestamptz) TO clearance_app;

ALTER TABLE session_standing ENABLE ROW LEVEL SECURITY;

-- A session is taken in with its date alone.
CREATE POLICY taken_in_unassigned ON session AS RESTRICTIVE FOR INSERT
  WITH CHECK (assigned_version = 'none');

GRANT SELECT, INSERT ON policy_assignment, policy_assignment_session TO clearance_app;
ALTER TABLE policy_assignment ENABLE ROW LEVEL SECURITY;
CREATE POLICY administrators_read ON policy_assignment FOR SELECT
  USING ((SELECT actor_has_role('administrator')));
CREATE POLICY administrators_propose ON policy_assignment FOR INSERT WITH CHECK (
  (SELECT actor_has_role('administrator')) AND proposed_by = current_actor()
  AND decided_by IS NULL);
ALTER TABLE policy_assignment_session ENABLE ROW LEVEL SECURITY;
CREATE POLICY administrators_read ON policy_assignment_session FOR SELECT
  USING ((SELECT actor_has_role('administrator')));
-- In the transaction of the proposal alone: what was shown is what is confirmed.
CREATE POLICY administrators_propose ON policy_assignment_session FOR INSERT WITH CHECK (
  EXISTS (SELECT 1 FROM policy_assignment a WHERE a.id = assignment_id
    AND a.proposed_by = current_actor() AND a.decided_at IS NULL
    AND a.written_in = pg_current_xact_id()::text));
"""


def upgrade() -> None:
    """Make it."""
    op.add_column('session', sa.Column('assigned_version', sa.Text(), server_default=sa.text("'none'"), nullable=False))
    op.create_check_constraint(op.f('ck_session__assigned_version'), 'session', "assigned_version IN ('none', '2025-12', '2026-03-23')")
    op.create_check_constraint(op.f('ck_session__sorted_by_completion'), 'session', 'completed_at IS NULL OR sorted_at = completed_at')
    op.add_column('session', sa.Column('standing', sa.Integer(), sa.Computed(_STANDING, persisted=True), nullable=False))
    # With the standing, so that the days of a cut are counted from the index alone.
    op.drop_index('ix_session__newest', table_name='session')
    op.create_index('ix_session__newest', 'session', ['study_id', 'sorted_at', 'id'], unique=False, postgresql_include=['flag_state', 'standing'])
    op.create_index('ix_session__standing', 'session', ['study_id', 'standing', 'sorted_at', 'id'], unique=False, postgresql_include=['flag_state'])
    op.create_index('ix_session__unfinished', 'session', ['study_id', 'sorted_at', 'id'], unique=False, postgresql_include=['flag_state', 'standing'], postgresql_where=sa.text('(standing & 4096) <> 0'))
    op.create_table('session_standing',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('grain', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('standing', sa.Integer(), nullable=False),
    sa.Column('sessions', sa.Integer(), nullable=False),
    sa.Column('is_sum', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("grain IN ('month', 'day')", name=op.f('ck_session_standing__grain')),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_session_standing__study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session_standing'))
    )
    op.create_index('ix_session_standing__place', 'session_standing', ['study_id', 'grain', 'starts_on', 'standing'], unique=False, postgresql_include=['sessions'])
    op.create_index('ix_session_standing__changes', 'session_standing', ['id'], unique=False, postgresql_where=sa.text('NOT is_sum'))
    op.create_table('policy_assignment',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('sessions', sa.Integer(), nullable=False),
    sa.Column('policy_digest', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_by', sa.Uuid(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('written_in', sa.Text(), server_default=sa.text('pg_current_xact_id()::text'), nullable=False),
    sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (outcome IS NULL)", name=op.f('ck_policy_assignment__decided_whole')),
    sa.CheckConstraint("outcome = 'withdrawn' OR decided_by <> proposed_by", name=op.f('ck_policy_assignment__two_people')),
    sa.CheckConstraint("outcome IN ('confirmed', 'rejected', 'withdrawn')", name=op.f('ck_policy_assignment__outcome')),
    sa.CheckConstraint("version IN ('none', '2025-12', '2026-03-23')", name=op.f('ck_policy_assignment__version')),
    sa.CheckConstraint('length(btrim(reason)) >= 10', name=op.f('ck_policy_assignment__reason_stated')),
    sa.CheckConstraint('sessions > 0', name=op.f('ck_policy_assignment__sessions')),
    sa.ForeignKeyConstraint(['decided_by'], ['staff.id'], name=op.f('fk_policy_assignment__decided_by')),
    sa.ForeignKeyConstraint(['proposed_by'], ['staff.id'], name=op.f('fk_policy_assignment__proposed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_assignment'))
    )
    op.create_index('ix_policy_assignment__proposed', 'policy_assignment', ['proposed_at'], unique=False)
    op.create_table('policy_assignment_session',
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('by_date', sa.Text(), nullable=False),
    sa.Column('instead_of', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['policy_assignment.id'], name=op.f('fk_policy_assignment_session__assignment_id')),
    sa.ForeignKeyConstraint(['session_id', 'study_id'], ['session.id', 'session.study_id'], name=op.f('fk_policy_assignment_session__session_id_study_id')),
    sa.PrimaryKeyConstraint('assignment_id', 'session_id', name=op.f('pk_policy_assignment_session'))
    )
    op.create_index(op.f('ix_policy_assignment_session__session_id'), 'policy_assignment_session', ['session_id'], unique=False)
    op.add_column('trust_safety_case', sa.Column('opened_by', sa.Uuid(), nullable=True))
    op.add_column('trust_safety_case', sa.Column('reason', sa.Text(), nullable=True))
    op.add_column('trust_safety_case', sa.Column('note', sa.Text(), nullable=True))
    op.create_foreign_key(op.f('fk_trust_safety_case__opened_by'), 'trust_safety_case', 'staff', ['opened_by'], ['id'])
    op.create_check_constraint(op.f('ck_trust_safety_case__closed_whole'), 'trust_safety_case', "(state = 'open') = (closed_at IS NULL)")
    op.create_index('ix_trust_safety_case__open', 'trust_safety_case', ['opened_at', 'id'], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index('ix_trust_safety_case__closed', 'trust_safety_case', ['closed_at', 'id'], unique=False, postgresql_where=sa.text("state <> 'open'"))
    op.create_index('ux_trust_safety_case__open', 'trust_safety_case', ['session_id'], unique=True, postgresql_where=sa.text("state = 'open'"))
    op.get_bind().exec_driver_sql(_RULES)
