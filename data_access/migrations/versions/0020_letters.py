"""Letters to participants; further use allowed again; retention of what was never completed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0017"
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
  note_letter() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION step_letter(uuid, text, text, timestamptz),
  participants_after(uuid, uuid, integer), participant_now(uuid, uuid), letter_counts(uuid)
  TO clearance_app;

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

_KINDS = (
    "kind IN ('vote_waiting', 'vote_disputed', 'share_returned', 'share_rejected', "
    "'share_approved', 'share_stale', 'share_expired', 'share_released', 'share_recalled',"
    " 'share_check_failed', 'share_release_failed', 'recall_to_consider', "
    "'recall_overdue', 'agreement_ending', 'agreement_ended', 'grant_given', "
    "'grant_ending', 'grant_ended', 'import_done', 'import_failed', 'policy_waiting', "
    "'policy_accepted', 'policy_rejected', 'mapping_waiting', 'letter_waiting', "
    "'letter_done', 'retention_due', 'erasure_done', 'erasure_failed')"
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
