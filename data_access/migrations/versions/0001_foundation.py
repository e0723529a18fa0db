"""The foundation: tables, the audit chain, three roles, row-level security."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_RULES = r"""
-- Who is asking ---------------------------------------------------------------------------

CREATE FUNCTION current_actor() RETURNS uuid LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting('clearance.actor', true), '')::uuid $$;

CREATE FUNCTION actor_has_role(wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT EXISTS (
    SELECT 1 FROM staff_role r JOIN staff s ON s.id = r.staff_id
    WHERE s.id = current_actor() AND s.active AND r.role = wanted AND r.revoked_at IS NULL)
$$;

CREATE FUNCTION actor_is_service(wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT EXISTS (
    SELECT 1 FROM staff
    WHERE id = current_actor() AND active AND kind = 'service' AND service = wanted)
$$;

-- Studies whose sessions and transcripts the actor may read: a reviewer's unexpired grants;
-- every study for the de-identification service.
CREATE FUNCTION readable_studies() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT coalesce(array_agg(study_id), '{}') FROM (
    SELECT g.study_id
    FROM study_grant g
    JOIN staff s ON s.id = g.staff_id AND s.active
    JOIN staff_role r ON r.staff_id = s.id AND r.role = 'reviewer' AND r.revoked_at IS NULL
    WHERE g.staff_id = current_actor() AND g.role = 'reviewer' AND g.revoked_at IS NULL
      AND g.starts_at <= now() AND now() < g.expires_at
    UNION
    SELECT study.id FROM study WHERE actor_is_service('deidentification')
  ) AS readable
$$;

-- Studies the actor may know of: those of any live grant; all of them for administrators,
-- auditors and Trust & Safety, whose work spans studies.
CREATE FUNCTION known_studies() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT coalesce(array_agg(study_id), '{}') FROM (
    SELECT g.study_id
    FROM study_grant g
    JOIN staff s ON s.id = g.staff_id AND s.active
    JOIN staff_role r ON r.staff_id = s.id AND r.role = g.role AND r.revoked_at IS NULL
    WHERE g.staff_id = current_actor() AND g.revoked_at IS NULL
      AND g.starts_at <= now() AND now() < g.expires_at
    UNION
    SELECT study.id FROM study
    WHERE actor_has_role('administrator') OR actor_has_role('auditor')
       OR actor_has_role('trust_safety') OR actor_is_service('deidentification')
  ) AS known
$$;

CREATE FUNCTION session_has_open_case(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT EXISTS (SELECT 1 FROM trust_safety_case WHERE session_id = wanted AND state = 'open')
$$;

-- Whether an engine has read a session: what administrators need to know to run it again, and
-- all they may know of its result.
CREATE FUNCTION was_read_by(wanted_session uuid, engine text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT (actor_has_role('administrator') OR actor_is_service('deidentification'))
    AND EXISTS (
      SELECT 1 FROM deidentification_run AS run
      WHERE run.session_id = wanted_session AND run.engine_digest = engine)
$$;

-- Search, within the studies the actor may read --------------------------------------------
-- A function because the text-match operator is not leakproof: under row-level security
-- PostgreSQL would not use the index for it. The index stops early when a word is in very many
-- sessions; then the result is a sample, larger than any caller asks for, and says just that.
CREATE FUNCTION search_sessions(wanted_studies uuid[], query text, at_most integer)
RETURNS TABLE (session_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET gin_fuzzy_search_limit = 20000
AS $$
DECLARE
  readable uuid[] := readable_studies();
BEGIN
  RETURN QUERY
    SELECT found.session_id FROM session_search AS found
    WHERE found.study_id = ANY (wanted_studies) AND found.study_id = ANY (readable)
      AND found.document @@ websearch_to_tsquery('simple', query)
    LIMIT at_most;
END
$$;

-- Consent: the session's standing follows its events ---------------------------------------
CREATE FUNCTION follow_consent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  WITH touched AS (SELECT DISTINCT session_id FROM added),
  latest AS (
    -- The latest event holds; of two at the same instant, the stricter.
    SELECT DISTINCT ON (e.session_id, e.scope) e.session_id, e.scope, e.choice
    FROM consent_event e JOIN touched USING (session_id)
    ORDER BY e.session_id, e.scope, e.at DESC,
      array_position(ARRAY['withdrawn', 'declined', 'not_asked', 'granted'], e.choice)
  ),
  standing AS (
    SELECT session_id,
      coalesce(max(choice) FILTER (WHERE scope = 'publish_responses'), 'not_asked') AS publish,
      coalesce(max(choice) FILTER (WHERE scope = 'share_researchers'), 'not_asked') AS researchers,
      coalesce(max(choice) FILTER (WHERE scope = 'share_journalists'), 'not_asked') AS journalists,
      coalesce(max(choice) FILTER (WHERE scope = 'contact'), 'not_asked') AS contact,
      (SELECT count(*) FROM consent_event c WHERE c.session_id = latest.session_id) AS version
    FROM latest GROUP BY session_id
  )
  UPDATE session s SET
    choice_publish_responses = standing.publish,
    choice_share_researchers = standing.researchers,
    choice_share_journalists = standing.journalists,
    choice_contact = standing.contact,
    consent_version = standing.version
  FROM standing
  WHERE s.id = standing.session_id
    AND (s.choice_publish_responses, s.choice_share_researchers, s.choice_share_journalists,
         s.choice_contact, s.consent_version)
      IS DISTINCT FROM
        (standing.publish, standing.researchers, standing.journalists,
         standing.contact, standing.version::integer);
  RETURN NULL;
END
$$;
CREATE TRIGGER follow_consent AFTER INSERT ON consent_event
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_consent();

-- Progress: counts of tasks by study and state, so that no screen counts a million rows --------
CREATE FUNCTION follow_tasks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  -- Two branches, because an insert has no old rows to name.
  IF TG_OP = 'INSERT' THEN
    INSERT INTO deidentification_progress AS p (study_id, state, tasks)
    SELECT study_id, state, count(*) FROM added GROUP BY study_id, state
    ORDER BY study_id, state
    ON CONFLICT (study_id, state) DO UPDATE SET tasks = p.tasks + excluded.tasks;
  ELSE
    INSERT INTO deidentification_progress AS p (study_id, state, tasks)
    SELECT study_id, state, sum(change) FROM (
      SELECT study_id, state, 1 AS change FROM added
      UNION ALL SELECT study_id, state, -1 FROM removed) AS changes
    GROUP BY study_id, state HAVING sum(change) <> 0
    ORDER BY study_id, state
    ON CONFLICT (study_id, state) DO UPDATE SET tasks = p.tasks + excluded.tasks;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER follow_added_tasks AFTER INSERT ON deidentification_task
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_tasks();
CREATE TRIGGER follow_changed_tasks AFTER UPDATE ON deidentification_task
  REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION follow_tasks();

-- The audit chain --------------------------------------------------------------------------
-- Place, time, the actor's name and hashes are given here, not by the application: it can add
-- a row, but not choose where the row stands, what it is chained to or whose name is on it.
-- domain/audit.py computes the same.
CREATE FUNCTION netstring(value text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN value IS NULL THEN '-1:,'
             ELSE octet_length(value)::text || ':' || value || ',' END $$;

CREATE FUNCTION chain_audit_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  last_seq bigint;
  last_hash bytea;
BEGIN
  -- One writer at a time, until its transaction ends: the chain has no forks.
  PERFORM pg_advisory_xact_lock(4611903);
  SELECT seq, hash INTO last_seq, last_hash FROM audit_event ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(last_seq, 0) + 1;
  NEW.prev_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
  NEW.at := clock_timestamp();
  NEW.actor_label := coalesce(
    (SELECT display_name FROM staff WHERE id = NEW.actor_id), 'nobody');
  NEW.hash := sha256(NEW.prev_hash || convert_to(
    netstring(NEW.seq::text)
    || netstring(((extract(epoch FROM NEW.at) * 1000000)::bigint)::text)
    || netstring(NEW.actor_id::text) || netstring(NEW.actor_label)
    || netstring(NEW.action) || netstring(NEW.object_kind) || netstring(NEW.object_id)
    || netstring(NEW.study_id::text) || netstring(NEW.purpose)
    || netstring(NEW.outcome) || netstring(NEW.detail), 'UTF8'));
  RETURN NEW;
END
$$;
CREATE TRIGGER chain_audit_event BEFORE INSERT ON audit_event
  FOR EACH ROW EXECUTE FUNCTION chain_audit_event();

-- Where the chain stands: what a checkpoint signs for, and all that is told of the trail to those
-- who may not read it.
CREATE FUNCTION audit_head() RETURNS TABLE (seq bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT seq, hash FROM audit_event ORDER BY seq DESC LIMIT 1 $$;

-- What each role may do at all -------------------------------------------------------------
REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- Functions run as the owner: for the identity role they would be a way to sessions.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO clearance_app;
GRANT USAGE ON SCHEMA public TO clearance_app;
GRANT USAGE ON SCHEMA public TO clearance_identity;
GRANT USAGE ON SCHEMA identity TO clearance_app, clearance_identity;

-- The app writes account data at import and can never read it back.
GRANT INSERT ON identity.account TO clearance_app;
GRANT SELECT (participant_id) ON identity.account TO clearance_app;
GRANT SELECT ON identity.account TO clearance_identity;

GRANT SELECT ON policy_document TO clearance_app;
GRANT SELECT, INSERT ON study, participant, session_source, turn, consent_event,
  deidentification_run, finding, decision, redaction_set, audit_event, staff, staff_role,
  study_grant, web_session, import_batch, import_refusal, deidentification_task, job,
  trust_safety_case, session TO clearance_app;
GRANT INSERT, UPDATE, SELECT ON session_search TO clearance_app;
GRANT SELECT ON deidentification_progress TO clearance_app;
GRANT UPDATE (review_state, coverage, finding_count, current_run_id, current_redaction_set_id)
  ON session TO clearance_app;
GRANT UPDATE (issuer, subject, bound_at, active, display_name) ON staff TO clearance_app;
GRANT UPDATE (revoked_at, revoked_by) ON staff_role, study_grant TO clearance_app;
GRANT UPDATE (last_active_at, ended_at, end_reason) ON web_session TO clearance_app;
GRANT UPDATE (file_digest, state, rows_read, imported, skipped, refused, heartbeat_at, finished_at)
  ON import_batch TO clearance_app;
GRANT UPDATE ON deidentification_task TO clearance_app;
GRANT UPDATE (state, worker, lease_until, started_at, finished_at, done, total, message,
  stop_requested) ON job TO clearance_app;
GRANT SELECT ON alembic_version TO clearance_app;

-- Which rows -------------------------------------------------------------------------------
-- Sub-selects round the functions make PostgreSQL ask them once a statement, not once a row.

ALTER TABLE study ENABLE ROW LEVEL SECURITY;
-- Administrators by role, not by list: they must see the study they are just adding.
CREATE POLICY known ON study FOR SELECT USING (
  id = ANY ((SELECT known_studies())::uuid[]) OR (SELECT actor_has_role('administrator')));
CREATE POLICY administrators_add ON study FOR INSERT
  WITH CHECK ((SELECT actor_has_role('administrator')));

ALTER TABLE session ENABLE ROW LEVEL SECURITY;
-- IS TRUE keeps the planner from reading a whole study's index to answer the OR; the query's own
-- conditions choose the index, and this filters what it finds.
CREATE POLICY readable ON session FOR SELECT USING (
  (study_id = ANY ((SELECT readable_studies())::uuid[])) IS TRUE
  OR (flag_state <> 'none' AND (SELECT actor_has_role('trust_safety'))) IS TRUE);
CREATE POLICY administrators_import ON session FOR INSERT
  WITH CHECK ((SELECT actor_has_role('administrator')));
CREATE POLICY reviewers_and_engine_change ON session FOR UPDATE
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]));

ALTER TABLE turn ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON turn FOR SELECT USING (
  study_id = ANY ((SELECT readable_studies())::uuid[])
  OR ((SELECT actor_has_role('trust_safety')) AND session_has_open_case(session_id)));
CREATE POLICY administrators_import ON turn FOR INSERT
  WITH CHECK ((SELECT actor_has_role('administrator')));

ALTER TABLE consent_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON consent_event FOR SELECT
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]));
CREATE POLICY administrators_record ON consent_event FOR INSERT
  WITH CHECK ((SELECT actor_has_role('administrator')) AND recorded_by = current_actor());

ALTER TABLE trust_safety_case ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON trust_safety_case FOR SELECT USING (
  (SELECT actor_has_role('trust_safety')) OR study_id = ANY ((SELECT readable_studies())::uuid[]));
CREATE POLICY administrators_import ON trust_safety_case FOR INSERT
  WITH CHECK ((SELECT actor_has_role('administrator')));

ALTER TABLE session_source ENABLE ROW LEVEL SECURITY;
CREATE POLICY administrators_read ON session_source FOR SELECT
  USING ((SELECT actor_has_role('administrator')));
CREATE POLICY administrators_import ON session_source FOR INSERT
  WITH CHECK ((SELECT actor_has_role('administrator')));

ALTER TABLE participant ENABLE ROW LEVEL SECURITY;
CREATE POLICY works_with_sessions ON participant FOR SELECT USING (
  (SELECT actor_has_role('reviewer')) OR (SELECT actor_has_role('trust_safety'))
  OR (SELECT actor_has_role('administrator')));
CREATE POLICY administrators_import ON participant FOR INSERT
  WITH CHECK ((SELECT actor_has_role('administrator')));

ALTER TABLE identity.account ENABLE ROW LEVEL SECURITY;
CREATE POLICY identity_reads ON identity.account FOR SELECT TO clearance_identity USING (true);
CREATE POLICY app_knows_which ON identity.account FOR SELECT TO clearance_app
  USING ((SELECT actor_has_role('administrator')));
CREATE POLICY administrators_import ON identity.account FOR INSERT TO clearance_app
  WITH CHECK ((SELECT actor_has_role('administrator')));

ALTER TABLE deidentification_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON deidentification_run FOR SELECT
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]));
CREATE POLICY engine_writes ON deidentification_run FOR INSERT
  WITH CHECK ((SELECT actor_is_service('deidentification')));

ALTER TABLE finding ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON finding FOR SELECT
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]));
CREATE POLICY engine_writes ON finding FOR INSERT
  WITH CHECK ((SELECT actor_is_service('deidentification')));

ALTER TABLE decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON decision FOR SELECT
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]));
CREATE POLICY reviewers_decide ON decision FOR INSERT WITH CHECK (
  study_id = ANY ((SELECT readable_studies())::uuid[]) AND decided_by = current_actor());

ALTER TABLE redaction_set ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON redaction_set FOR SELECT
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]));
CREATE POLICY reviewers_confirm ON redaction_set FOR INSERT WITH CHECK (
  study_id = ANY ((SELECT readable_studies())::uuid[]) AND confirmed_by = current_actor());

ALTER TABLE session_search ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON session_search FOR ALL
  USING ((SELECT actor_is_service('deidentification')));
CREATE POLICY readable ON session_search FOR SELECT
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]));

ALTER TABLE deidentification_task ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON deidentification_task FOR SELECT USING (
  study_id = ANY ((SELECT readable_studies())::uuid[])
  OR (SELECT actor_has_role('administrator')));
CREATE POLICY administrators_import ON deidentification_task FOR INSERT
  WITH CHECK ((SELECT actor_has_role('administrator')));
CREATE POLICY engine_works ON deidentification_task FOR UPDATE
  USING ((SELECT actor_is_service('deidentification')) OR (SELECT actor_has_role('administrator')));

ALTER TABLE deidentification_progress ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON deidentification_progress FOR SELECT
  USING (study_id = ANY ((SELECT known_studies())::uuid[]));

ALTER TABLE import_batch ENABLE ROW LEVEL SECURITY;
CREATE POLICY administrators ON import_batch FOR ALL
  USING ((SELECT actor_has_role('administrator')))
  WITH CHECK ((SELECT actor_has_role('administrator')) AND started_by IS NOT NULL);
ALTER TABLE import_refusal ENABLE ROW LEVEL SECURITY;
CREATE POLICY administrators ON import_refusal FOR ALL
  USING ((SELECT actor_has_role('administrator')))
  WITH CHECK ((SELECT actor_has_role('administrator')));

ALTER TABLE job ENABLE ROW LEVEL SECURITY;
-- A job is done in the name of who asked for it, so nobody asks in another's name.
CREATE POLICY administrators_and_engine_see ON job FOR SELECT USING (
  (SELECT actor_has_role('administrator')) OR (SELECT actor_is_service('deidentification')));
CREATE POLICY administrators_ask ON job FOR INSERT WITH CHECK (
  (SELECT actor_has_role('administrator')) AND requested_by = current_actor());
CREATE POLICY administrators_and_engine_change ON job FOR UPDATE USING (
  (SELECT actor_has_role('administrator')) OR (SELECT actor_is_service('deidentification')));

ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY auditors_read ON audit_event FOR SELECT USING ((SELECT actor_has_role('auditor')));
CREATE POLICY in_ones_own_name ON audit_event FOR INSERT
  WITH CHECK (actor_id IS NOT DISTINCT FROM current_actor());

-- Staff rows are read before anybody is known (at sign-in), so they are not hidden; who may
-- change them is decided here.
ALTER TABLE staff ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON staff FOR SELECT USING (true);
CREATE POLICY administrators_invite ON staff FOR INSERT
  WITH CHECK ((SELECT actor_has_role('administrator')) AND kind = 'person'
              AND invited_by = current_actor() AND issuer IS NULL);
CREATE POLICY administrators_change ON staff FOR UPDATE
  USING ((SELECT actor_has_role('administrator')));
-- First sign-in of an invited person: an unbound row is bound, once.
CREATE POLICY first_sign_in ON staff FOR UPDATE
  USING (current_actor() IS NULL AND kind = 'person' AND active AND issuer IS NULL)
  WITH CHECK (current_actor() IS NULL AND active AND issuer IS NOT NULL AND subject IS NOT NULL);

ALTER TABLE staff_role ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON staff_role FOR SELECT USING (true);
CREATE POLICY administrators_give ON staff_role FOR INSERT WITH CHECK (
  (SELECT actor_has_role('administrator')) AND given_by = current_actor()
  AND staff_id <> current_actor());
-- What was taken back stays so: reviving one's own would be giving to oneself.
CREATE POLICY administrators_revoke ON staff_role FOR UPDATE
  USING ((SELECT actor_has_role('administrator')) AND revoked_at IS NULL)
  WITH CHECK (revoked_by = current_actor() AND revoked_at IS NOT NULL);

ALTER TABLE study_grant ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_or_administered ON study_grant FOR SELECT USING (
  staff_id = current_actor() OR (SELECT actor_has_role('administrator'))
  OR (SELECT actor_has_role('auditor')));
CREATE POLICY administrators_give ON study_grant FOR INSERT WITH CHECK (
  (SELECT actor_has_role('administrator')) AND granted_by = current_actor()
  AND staff_id <> current_actor());
CREATE POLICY administrators_revoke ON study_grant FOR UPDATE
  USING ((SELECT actor_has_role('administrator')) AND revoked_at IS NULL)
  WITH CHECK (revoked_by = current_actor() AND revoked_at IS NOT NULL);

-- Services act on their own and never sign in.
INSERT INTO staff (kind, service, display_name)
VALUES ('service', 'deidentification', 'De-identification engine');
"""


def upgrade() -> None:
    op.execute("CREATE SCHEMA identity")
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_label", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'refused')", name=op.f("ck_audit_event__outcome")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event__action", "audit_event", ["action", "seq"], unique=False)
    op.create_index("ix_audit_event__actor", "audit_event", ["actor_id", "seq"], unique=False)
    op.create_index("ix_audit_event__at", "audit_event", ["at", "seq"], unique=False)
    op.create_index(
        "ix_audit_event__object", "audit_event", ["object_kind", "object_id", "seq"], unique=False
    )
    op.create_index("ix_audit_event__outcome", "audit_event", ["outcome", "seq"], unique=False)
    op.create_index("ix_audit_event__study", "audit_event", ["study_id", "seq"], unique=False)
    op.create_table(
        "participant",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("account_digest", sa.LargeBinary(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("account_digest", name=op.f("uq_participant__account_digest")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_participant__pseudonym")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'person'"), nullable=False),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "invited_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind = 'person' OR issuer IS NULL", name=op.f("ck_staff__service_never_signs_in")
        ),
        sa.CheckConstraint("kind IN ('person', 'service')", name=op.f("ck_staff__kind")),
        sa.CheckConstraint(
            "(issuer IS NULL) = (subject IS NULL)", name=op.f("ck_staff__bound_whole")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_staff__email_lower")),
        sa.ForeignKeyConstraint(["invited_by"], ["staff.id"], name=op.f("fk_staff__invited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff__email")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_staff__issuer_subject")),
        sa.UniqueConstraint("service", name=op.f("uq_staff__service")),
    )
    op.create_table(
        "study",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "questions",
            postgresql.JSONB(),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_study__slug_form")),
        sa.CheckConstraint("opens_on <= closes_on", name=op.f("ck_study__window")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
        sa.UniqueConstraint("slug", name=op.f("uq_study__slug")),
    )
    op.create_table(
        "account",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=True),
        sa.Column("full_name", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_account__participant_id")
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_account")),
        schema="identity",
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_digest", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'running'"), nullable=False),
        sa.Column("rows_read", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("imported", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("skipped", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("refused", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "heartbeat_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'imported', 'refused', 'interrupted', 'stopped')",
            name=op.f("ck_import_batch__state"),
        ),
        sa.ForeignKeyConstraint(
            ["started_by"], ["staff.id"], name=op.f("fk_import_batch__started_by")
        ),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_import_batch__study_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index(
        "ix_import_batch__study", "import_batch", ["study_id", "started_at"], unique=False
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=True),
        sa.Column(
            "payload",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("stop_requested", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'stopped')",
            name=op.f("ck_job__state"),
        ),
        sa.ForeignKeyConstraint(["requested_by"], ["staff.id"], name=op.f("fk_job__requested_by")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_job__study_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job__state", "job", ["state", "created_at"], unique=False)
    op.create_table(
        "policy_document",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column(
            "in_force_from",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("put_in_force_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["put_in_force_by"], ["staff.id"], name=op.f("fk_policy_document__put_in_force_by")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_policy_document")),
    )
    op.create_table(
        "staff_role",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column(
            "given_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "role IN ('reviewer', 'approver', 'lead', 'trust_safety', 'administrator', 'auditor')",
            name=op.f("ck_staff_role__role"),
        ),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_staff_role__revoked_whole")
        ),
        sa.CheckConstraint("given_by <> staff_id", name=op.f("ck_staff_role__not_to_self")),
        sa.ForeignKeyConstraint(["given_by"], ["staff.id"], name=op.f("fk_staff_role__given_by")),
        sa.ForeignKeyConstraint(
            ["revoked_by"], ["staff.id"], name=op.f("fk_staff_role__revoked_by")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_role__staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_role")),
    )
    op.create_index(
        "ux_staff_role__held",
        "staff_role",
        ["staff_id", "role"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "study_grant",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column(
            "granted_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "role IN ('reviewer', 'approver', 'lead')", name=op.f("ck_study_grant__role")
        ),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)",
            name=op.f("ck_study_grant__revoked_whole"),
        ),
        sa.CheckConstraint("granted_by <> staff_id", name=op.f("ck_study_grant__not_to_self")),
        sa.CheckConstraint(
            "length(btrim(purpose)) >= 10", name=op.f("ck_study_grant__purpose_stated")
        ),
        sa.CheckConstraint("starts_at < expires_at", name=op.f("ck_study_grant__window")),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["staff.id"], name=op.f("fk_study_grant__granted_by")
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by"], ["staff.id"], name=op.f("fk_study_grant__revoked_by")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_study_grant__staff_id")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_study_grant__study_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_grant")),
    )
    op.create_index("ix_study_grant__staff", "study_grant", ["staff_id", "study_id"], unique=False)
    op.create_index(op.f("ix_study_grant__study_id"), "study_grant", ["study_id"], unique=False)
    op.create_table(
        "web_session",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_active_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_web_session__staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_web_session__token_digest")),
    )
    op.create_index(op.f("ix_web_session__staff_id"), "web_session", ["staff_id"], unique=False)
    op.create_table(
        "import_refusal",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("transcript_id", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_import_refusal__batch_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", "ordinal", name=op.f("pk_import_refusal")),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sorted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "completion_is_stated", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("memory_on", sa.Boolean(), nullable=False),
        sa.Column("questions_asked", sa.Integer(), nullable=True),
        sa.Column("flag_state", sa.Text(), server_default=sa.text("'none'"), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column(
            "choice_publish_responses",
            sa.Text(),
            server_default=sa.text("'not_asked'"),
            nullable=False,
        ),
        sa.Column(
            "choice_share_researchers",
            sa.Text(),
            server_default=sa.text("'not_asked'"),
            nullable=False,
        ),
        sa.Column(
            "choice_share_journalists",
            sa.Text(),
            server_default=sa.text("'not_asked'"),
            nullable=False,
        ),
        sa.Column(
            "choice_contact", sa.Text(), server_default=sa.text("'not_asked'"), nullable=False
        ),
        sa.Column("consent_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("turn_count", sa.Integer(), nullable=False),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("turns_digest", sa.LargeBinary(), nullable=False),
        sa.Column(
            "review_state", sa.Text(), server_default=sa.text("'unprocessed'"), nullable=False
        ),
        sa.Column("coverage", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("finding_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("current_run_id", sa.Uuid(), nullable=True),
        sa.Column("current_redaction_set_id", sa.Uuid(), nullable=True),
        sa.Column(
            "imported_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("import_batch_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "choice_contact IN ('granted', 'declined', 'not_asked', 'withdrawn')",
            name=op.f("ck_session__choice_contact"),
        ),
        sa.CheckConstraint(
            "choice_publish_responses IN ('granted', 'declined', 'not_asked', 'withdrawn')",
            name=op.f("ck_session__choice_publish_responses"),
        ),
        sa.CheckConstraint(
            "choice_share_journalists IN ('granted', 'declined', 'not_asked', 'withdrawn')",
            name=op.f("ck_session__choice_share_journalists"),
        ),
        sa.CheckConstraint(
            "choice_share_researchers IN ('granted', 'declined', 'not_asked', 'withdrawn')",
            name=op.f("ck_session__choice_share_researchers"),
        ),
        sa.CheckConstraint(
            "coverage IN ('pending', 'full', 'patterns_only', 'failed')",
            name=op.f("ck_session__coverage"),
        ),
        sa.CheckConstraint(
            "flag_state IN ('none', 'open', 'upheld', 'dismissed')", name=op.f("ck_session__flag")
        ),
        sa.CheckConstraint(
            "plan IN ('free', 'pro', 'max', 'consumer', 'commercial', 'unknown')",
            name=op.f("ck_session__plan"),
        ),
        sa.CheckConstraint(
            "review_state IN ('unprocessed', 'unreviewed', 'in_review', 'confirmed')",
            name=op.f("ck_session__review_state"),
        ),
        sa.CheckConstraint(
            "status IN ('completed', 'abandoned', 'in_progress')", name=op.f("ck_session__status")
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"], ["import_batch.id"], name=op.f("fk_session__import_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_session__participant_id")
        ),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_session__study_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("id", "study_id", name=op.f("uq_session__id_study_id")),
        sa.UniqueConstraint("number", name=op.f("uq_session__number")),
    )
    op.create_index(
        "ix_session__choice_contact",
        "session",
        ["study_id", "choice_contact", "sorted_at", "id"],
        unique=False,
        postgresql_include=["flag_state"],
    )
    op.create_index(
        "ix_session__choice_publish_responses",
        "session",
        ["study_id", "choice_publish_responses", "sorted_at", "id"],
        unique=False,
        postgresql_include=["flag_state"],
    )
    op.create_index(
        "ix_session__choice_share_journalists",
        "session",
        ["study_id", "choice_share_journalists", "sorted_at", "id"],
        unique=False,
        postgresql_include=["flag_state"],
    )
    op.create_index(
        "ix_session__choice_share_researchers",
        "session",
        ["study_id", "choice_share_researchers", "sorted_at", "id"],
        unique=False,
        postgresql_include=["flag_state"],
    )
    op.create_index(
        "ix_session__flag_state",
        "session",
        ["study_id", "flag_state", "sorted_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_session__flagged",
        "session",
        ["sorted_at", "id"],
        unique=False,
        postgresql_where=sa.text("flag_state <> 'none'"),
    )
    op.create_index(
        "ix_session__language",
        "session",
        ["study_id", "language", "sorted_at", "id"],
        unique=False,
        postgresql_include=["flag_state"],
    )
    op.create_index(
        "ix_session__longest", "session", ["study_id", "word_count", "id"], unique=False
    )
    op.create_index(
        "ix_session__newest",
        "session",
        ["study_id", "sorted_at", "id"],
        unique=False,
        postgresql_include=["flag_state"],
    )
    op.create_index("ix_session__participant", "session", ["participant_id"], unique=False)
    op.create_index(
        "ix_session__policy_version",
        "session",
        ["study_id", "policy_version", "sorted_at", "id"],
        unique=False,
        postgresql_include=["flag_state"],
    )
    op.create_index(
        "ix_session__review_state",
        "session",
        ["study_id", "review_state", "sorted_at", "id"],
        unique=False,
        postgresql_include=["flag_state"],
    )
    op.create_index(
        "ix_session__status",
        "session",
        ["study_id", "status", "sorted_at", "id"],
        unique=False,
        postgresql_include=["flag_state"],
    )
    op.create_table(
        "consent_event",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "choice IN ('granted', 'declined', 'not_asked', 'withdrawn')",
            name=op.f("ck_consent_event__choice"),
        ),
        sa.CheckConstraint(
            "scope IN ('publish_responses', 'share_researchers', 'share_journalists', 'contact')",
            name=op.f("ck_consent_event__scope"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name=op.f("fk_consent_event__recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "study_id"],
            ["session.id", "session.study_id"],
            name=op.f("fk_consent_event__session_id_study_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_event")),
        sa.UniqueConstraint(
            "session_id",
            "scope",
            "choice",
            "at",
            name=op.f("uq_consent_event__session_id_scope_choice_at"),
        ),
    )
    op.create_table(
        "deidentification_progress",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tasks", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_deidentification_progress__study_id")
        ),
        sa.PrimaryKeyConstraint("study_id", "state", name=op.f("pk_deidentification_progress")),
    )
    op.create_table(
        "deidentification_run",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("engine_digest", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("coverage", sa.Text(), nullable=False),
        sa.Column("finding_count", sa.Integer(), nullable=False),
        sa.Column(
            "finished_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "coverage IN ('full', 'patterns_only')", name=op.f("ck_deidentification_run__coverage")
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "study_id"],
            ["session.id", "session.study_id"],
            name=op.f("fk_deidentification_run__session_id_study_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deidentification_run")),
        sa.UniqueConstraint(
            "session_id",
            "engine_digest",
            name=op.f("uq_deidentification_run__session_id_engine_digest"),
        ),
    )
    op.create_table(
        "deidentification_task",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'claimed', 'done', 'failed')",
            name=op.f("ck_deidentification_task__state"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_deidentification_task__session_id")
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_deidentification_task__study_id")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_deidentification_task")),
    )
    op.create_index(
        "ix_deidentification_task__failed",
        "deidentification_task",
        ["study_id", "session_id"],
        unique=False,
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index(
        "ix_deidentification_task__open",
        "deidentification_task",
        ["study_id", "session_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'claimed')"),
    )
    op.create_table(
        "redaction_set",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("turns_digest", sa.LargeBinary(), nullable=False),
        sa.Column("set_digest", sa.LargeBinary(), nullable=False),
        sa.Column("output_digest", sa.LargeBinary(), nullable=False),
        sa.Column("redactions", postgresql.JSONB(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=False),
        sa.Column(
            "confirmed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["staff.id"], name=op.f("fk_redaction_set__confirmed_by")
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "study_id"],
            ["session.id", "session.study_id"],
            name=op.f("fk_redaction_set__session_id_study_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redaction_set")),
        sa.UniqueConstraint(
            "session_id", "set_digest", name=op.f("uq_redaction_set__session_id_set_digest")
        ),
    )
    op.create_table(
        "session_search",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("document", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id", "study_id"],
            ["session.id", "session.study_id"],
            name=op.f("fk_session_search__session_id_study_id"),
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_search")),
    )
    op.create_index(
        "ix_session_search__document",
        "session_search",
        ["document"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "session_source",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("transcript_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("content_digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_session_source__session_id")
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_session_source__study_id")
        ),
        sa.PrimaryKeyConstraint("study_id", "transcript_id", name=op.f("pk_session_source")),
        sa.UniqueConstraint("session_id", name=op.f("uq_session_source__session_id")),
    )
    op.create_table(
        "trust_safety_case",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'upheld', 'dismissed')", name=op.f("ck_trust_safety_case__state")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["staff.id"], name=op.f("fk_trust_safety_case__closed_by")
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "study_id"],
            ["session.id", "session.study_id"],
            name=op.f("fk_trust_safety_case__session_id_study_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_safety_case")),
    )
    op.create_index(
        op.f("ix_trust_safety_case__session_id"), "trust_safety_case", ["session_id"], unique=False
    )
    op.create_table(
        "turn",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "speaker IN ('interviewer', 'participant')", name=op.f("ck_turn__speaker")
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "study_id"],
            ["session.id", "session.study_id"],
            name=op.f("fk_turn__session_id_study_id"),
        ),
        sa.PrimaryKeyConstraint("session_id", "index", name=op.f("pk_turn")),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("replacement", sa.Text(), nullable=False),
        sa.CheckConstraint("score >= 0 AND score <= 1", name=op.f("ck_finding__score")),
        sa.CheckConstraint(
            'turn >= 0 AND start >= 0 AND start < "end"', name=op.f("ck_finding__span")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["deidentification_run.id"], name=op.f("fk_finding__run_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "study_id"],
            ["session.id", "session.study_id"],
            name=op.f("fk_finding__session_id_study_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index(
        "ix_finding__session", "finding", ["session_id", "run_id", "turn", "start"], unique=False
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("replacement", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column(
            "decided_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind <> 'keep' OR reason IS NOT NULL", name=op.f("ck_decision__keep_has_reason")
        ),
        sa.CheckConstraint(
            "kind IN ('redact', 'generalise', 'keep')", name=op.f("ck_decision__kind")
        ),
        sa.CheckConstraint(
            'turn >= 0 AND start >= 0 AND start < "end"', name=op.f("ck_decision__span")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_decision__decided_by")),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_decision__finding_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "study_id"],
            ["session.id", "session.study_id"],
            name=op.f("fk_decision__session_id_study_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision__session", "decision", ["session_id", "decided_at"], unique=False)
    # One statement at a time would only hide which part of the whole is meant.
    op.get_bind().exec_driver_sql(_RULES)
