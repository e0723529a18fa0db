"""The review queue: what waits, how much it risks, who has it on their desk; hidden checks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_RULES = r"""
-- The queue and the counts follow the sessions, so that neither can drift from them.
CREATE FUNCTION follow_review() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO review_progress AS p (study_id, state, sessions)
    SELECT study_id, review_state, count(*) FROM added GROUP BY study_id, review_state
    ORDER BY study_id, review_state
    ON CONFLICT (study_id, state) DO UPDATE SET sessions = p.sessions + excluded.sessions;
  ELSE
    INSERT INTO review_progress AS p (study_id, state, sessions)
    SELECT study_id, review_state, sum(change) FROM (
      SELECT study_id, review_state, 1 AS change FROM added
      UNION ALL SELECT study_id, review_state, -1 FROM removed) AS changes
    GROUP BY study_id, review_state HAVING sum(change) <> 0
    ORDER BY study_id, review_state
    ON CONFLICT (study_id, state) DO UPDATE SET sessions = p.sessions + excluded.sessions;
    INSERT INTO review_item AS item (session_id, study_id, waiting, begun)
    SELECT added.id, added.study_id, added.review_state IN ('unreviewed', 'in_review'),
      added.review_state = 'in_review'
    FROM added JOIN removed USING (id)
    WHERE added.review_state IS DISTINCT FROM removed.review_state
    ORDER BY added.id
    ON CONFLICT (session_id) DO UPDATE SET waiting = excluded.waiting, begun = excluded.begun,
      lease_staff = CASE WHEN excluded.waiting THEN item.lease_staff END,
      lease_until = CASE WHEN excluded.waiting THEN item.lease_until END;
  END IF;
  RETURN NULL;
END
$$;
INSERT INTO review_progress (study_id, state, sessions)
  SELECT study_id, review_state, count(*) FROM session GROUP BY study_id, review_state;
INSERT INTO review_item (session_id, study_id, waiting, begun)
  SELECT id, study_id, review_state IN ('unreviewed', 'in_review'), review_state = 'in_review'
  FROM session WHERE review_state <> 'unprocessed';
CREATE TRIGGER review_follows_added AFTER INSERT ON session
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_review();
CREATE TRIGGER review_follows_changed AFTER UPDATE ON session
  REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION follow_review();

GRANT SELECT ON review_item, review_progress TO clearance_app;
GRANT UPDATE (risk, why, lease_staff, lease_until) ON review_item TO clearance_app;
ALTER TABLE review_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON review_item FOR SELECT
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]));
-- Nobody puts a session on another's desk.
CREATE POLICY for_oneself ON review_item FOR UPDATE
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]))
  WITH CHECK (lease_staff IS NULL OR lease_staff = current_actor()
    OR (SELECT actor_is_service('deidentification')));
ALTER TABLE review_progress ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON review_progress FOR SELECT
  USING (study_id = ANY ((SELECT known_studies())::uuid[]));

GRANT SELECT, INSERT ON review_skip TO clearance_app;
GRANT UPDATE (skipped_at) ON review_skip TO clearance_app;
ALTER TABLE review_skip ENABLE ROW LEVEL SECURITY;
CREATE POLICY ones_own ON review_skip FOR ALL
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]) AND staff_id = current_actor())
  WITH CHECK (study_id = ANY ((SELECT readable_studies())::uuid[]) AND staff_id = current_actor());

-- A check's outcome is written by who was checked and read by administrators; nobody alters it.
GRANT SELECT, INSERT ON review_check TO clearance_app;
ALTER TABLE review_check ENABLE ROW LEVEL SECURITY;
CREATE POLICY ones_own ON review_check FOR INSERT
  WITH CHECK (study_id = ANY ((SELECT readable_studies())::uuid[]) AND staff_id = current_actor());
CREATE POLICY reviewers_and_administrators ON review_check FOR SELECT
  USING (study_id = ANY ((SELECT readable_studies())::uuid[])
    OR (SELECT actor_has_role('administrator')));
GRANT SELECT, INSERT ON review_outcome TO clearance_app;
ALTER TABLE review_outcome ENABLE ROW LEVEL SECURITY;
CREATE POLICY ones_own ON review_outcome FOR INSERT
  WITH CHECK (study_id = ANY ((SELECT readable_studies())::uuid[]) AND staff_id = current_actor());
CREATE POLICY administrators ON review_outcome FOR SELECT
  USING ((SELECT actor_has_role('administrator')));

GRANT UPDATE (check_percent) ON study TO clearance_app;
CREATE POLICY administrators_set ON study FOR UPDATE
  USING ((SELECT actor_has_role('administrator')));
"""


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "review_item",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("risk", sa.SmallInteger(), nullable=True),
        sa.Column("why", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("lease_staff", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(lease_staff IS NULL) = (lease_until IS NULL)", name=op.f("ck_review_item__lease")
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "study_id"],
            ["session.id", "session.study_id"],
            name=op.f("fk_review_item__session_id_study_id"),
        ),
        sa.ForeignKeyConstraint(
            ["lease_staff"], ["staff.id"], name=op.f("fk_review_item__lease_staff")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_review_item")),
    )
    op.create_index(
        "ix_review_item__next",
        "review_item",
        ["study_id", "begun", sa.text("risk DESC"), "session_id"],
        postgresql_where=sa.text("waiting"),
    )
    op.create_index(
        "ix_review_item__desk",
        "review_item",
        ["lease_staff", "lease_until"],
        postgresql_where=sa.text("lease_staff IS NOT NULL"),
    )
    op.create_table(
        "review_progress",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sessions", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_review_progress__study_id")
        ),
        sa.PrimaryKeyConstraint("study_id", "state", name=op.f("pk_review_progress")),
    )
    op.create_table(
        "review_skip",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id", "study_id"],
            ["session.id", "session.study_id"],
            name=op.f("fk_review_skip__session_id_study_id"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_review_skip__staff_id")
        ),
        sa.PrimaryKeyConstraint("session_id", "staff_id", name=op.f("pk_review_skip")),
    )
    op.create_table(
        "review_check",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("hidden", sa.SmallInteger(), nullable=False),
        sa.Column("caught", sa.SmallInteger(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "hidden > 0 AND caught BETWEEN 0 AND hidden", name=op.f("ck_review_check__counts")
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "study_id"],
            ["session.id", "session.study_id"],
            name=op.f("fk_review_check__session_id_study_id"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["deidentification_run.id"], name=op.f("fk_review_check__run_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_review_check__staff_id")
        ),
        sa.PrimaryKeyConstraint("session_id", "run_id", name=op.f("pk_review_check")),
    )
    op.create_table(
        "review_outcome",
        sa.Column("redaction_set_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "accepted >= 0 AND changed >= 0 AND rejected >= 0 AND added >= 0",
            name=op.f("ck_review_outcome__counts"),
        ),
        sa.ForeignKeyConstraint(
            ["redaction_set_id", "session_id"],
            ["redaction_set.id", "redaction_set.session_id"],
            name=op.f("fk_review_outcome__redaction_set_id_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "study_id"],
            ["session.id", "session.study_id"],
            name=op.f("fk_review_outcome__session_id_study_id"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_review_outcome__staff_id")
        ),
        sa.PrimaryKeyConstraint("redaction_set_id", "source", name=op.f("pk_review_outcome")),
    )
    op.create_index("ix_review_outcome__at", "review_outcome", ["study_id", "at"])
    op.create_index("ix_review_check__at", "review_check", ["study_id", "at"])
    op.add_column(
        "study",
        sa.Column("check_percent", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_study__check_percent"), "study", "check_percent BETWEEN 0 AND 100"
    )
    op.create_index(
        "ix_redaction_set__work", "redaction_set", ["study_id", "confirmed_at", "confirmed_by"]
    )
    op.get_bind().exec_driver_sql(_RULES)
