"""Double reviews, what confirming needs below the service, and combinations nobody shares."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None

_RULES = r"""
-- Second reviews: blind until they are sealed ------------------------------------------------

-- Sessions that the actor reviews a second time: what the first reviewer did is not shown to them.
CREATE FUNCTION blind_sessions() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT coalesce(array_agg(session_id), '{}') FROM double_review
  WHERE state = 'waiting' AND second_staff = current_actor() AND second_set_id IS NULL
$$;

-- Whether the actor may do a second review: another person than the first, who decided nothing on
-- the session and never had its outcome before them. Who has begun it may go on.
CREATE FUNCTION may_review_second(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT EXISTS (
    SELECT 1 FROM double_review r
    JOIN staff me ON me.id = current_actor()
    JOIN staff first ON first.id = r.first_staff
    WHERE r.id = wanted AND r.state = 'waiting' AND r.study_id = ANY (readable_studies())
      AND me.id <> first.id
      AND ((me.issuer, me.subject) = (first.issuer, first.subject)) IS NOT TRUE
      AND NOT EXISTS (
        SELECT 1 FROM decision d WHERE d.session_id = r.session_id AND d.decided_by = me.id)
      AND (r.second_staff = me.id OR NOT EXISTS (
        SELECT 1 FROM audit_event e
        WHERE e.object_kind = 'session' AND e.object_id = r.session_id::text
          AND e.actor_id = me.id AND e.outcome = 'done'
          AND e.action IN ('session.view', 'review.open'))))
$$;

-- A set by its digest, for who has just made the same one and may not see the other's.
CREATE FUNCTION set_of_digest(wanted_session uuid, wanted_digest bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT s.id FROM redaction_set s
  WHERE s.session_id = wanted_session AND s.set_digest = wanted_digest
    AND s.study_id = ANY (readable_studies())
$$;

CREATE FUNCTION taken_out(wanted_set uuid) RETURNS TABLE (turn integer, places int4multirange)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT (r ->> 'turn')::integer,
    range_agg(int4range((r ->> 'start')::integer, (r ->> 'end')::integer))
  FROM redaction_set s CROSS JOIN LATERAL jsonb_array_elements(s.redactions) AS r
  WHERE s.id = wanted_set AND r ->> 'replacement' IS NOT NULL
  GROUP BY 1
$$;

-- Whether a set leaves something standing of these places of a turn: anything but blanks and ASCII
-- punctuation, by the same characters as domain/double_review.py.
CREATE FUNCTION tells(wanted_session uuid, wanted_turn integer, places int4multirange)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT coalesce(bool_or(
    substring(t.text FROM lower(piece) + 1 FOR upper(piece) - lower(piece)) COLLATE "C"
      ~ '[^[:space:]!-/:-@\[-`{-~]'), false)
  FROM turn t CROSS JOIN LATERAL unnest(places) AS piece
  WHERE t.session_id = wanted_session AND t.index = wanted_turn
$$;

CREATE FUNCTION takes_out_more(wanted_session uuid, one uuid, other uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT coalesce(bool_or(
    tells(wanted_session, a.turn, a.places - coalesce(b.places, '{}'::int4multirange))), false)
  FROM taken_out(one) a LEFT JOIN taken_out(other) b ON b.turn = a.turn
$$;

-- Whether a set leaves standing what one of the two took out.
CREATE FUNCTION leaves_contested(review uuid, wanted_set uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT coalesce(bool_or(tells(d.session_id, d.turn,
    int4multirange(int4range(d.start, d."end")) - coalesce(o.places, '{}'::int4multirange))), false)
  FROM review_difference d LEFT JOIN taken_out(wanted_set) o ON o.turn = d.turn
  WHERE d.double_review_id = review
$$;

CREATE FUNCTION read_whole(wanted_session uuid, reader uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT NOT EXISTS (
    SELECT 1 FROM turn t
    LEFT JOIN (SELECT DISTINCT unnest(turns) AS index FROM turns_read
      WHERE session_id = wanted_session AND staff_id = reader) AS r ON r.index = t.index
    WHERE t.session_id = wanted_session AND r.index IS NULL)
$$;

CREATE FUNCTION guard_double_review() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  held session;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'waiting' OR NEW.second_staff IS NOT NULL OR NEW.second_set_id IS NOT NULL THEN
      RAISE EXCEPTION 'double.step: a second review begins by waiting for somebody';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.session_id, NEW.study_id, NEW.first_set_id, NEW.first_staff, NEW.drawn_at)
      IS DISTINCT FROM
      (OLD.id, OLD.session_id, OLD.study_id, OLD.first_set_id, OLD.first_staff, OLD.drawn_at)
      OR (OLD.second_set_id IS NOT NULL AND (NEW.second_set_id, NEW.second_staff, NEW.second_at)
        IS DISTINCT FROM (OLD.second_set_id, OLD.second_staff, OLD.second_at)) THEN
    RAISE EXCEPTION 'double.sealed: what was reviewed is not changed afterwards';
  END IF;
  IF (OLD.state, NEW.state) NOT IN (('waiting', 'waiting'), ('waiting', 'agreed'),
      ('waiting', 'differs'), ('waiting', 'overtaken'), ('differs', 'settled')) THEN
    RAISE EXCEPTION 'double.step: a second review does not go from %% to %%', OLD.state, NEW.state;
  END IF;
  SELECT * INTO STRICT held FROM session WHERE id = OLD.session_id;
  IF NEW.second_staff IS DISTINCT FROM OLD.second_staff AND NEW.second_staff IS NOT NULL
      AND NOT (NEW.second_staff = current_actor() AND may_review_second(OLD.id)) THEN
    RAISE EXCEPTION 'double.blind: they know the first review, or it is theirs';
  END IF;
  IF NEW.second_set_id IS DISTINCT FROM OLD.second_set_id THEN
    IF OLD.second_staff IS DISTINCT FROM current_actor() THEN
      RAISE EXCEPTION 'double.blind: this second review is not on their desk';
    END IF;
    IF held.current_redaction_set_id IS DISTINCT FROM OLD.first_set_id THEN
      RAISE EXCEPTION 'double.overtaken: the session was opened again meanwhile';
    END IF;
    IF held.coverage = 'patterns_only' AND NOT read_whole(held.id, current_actor()) THEN
      RAISE EXCEPTION 'review.read-whole: they have not read all of it';
    END IF;
  END IF;
  IF NEW.state = 'agreed' AND (takes_out_more(held.id, NEW.first_set_id, NEW.second_set_id)
      OR takes_out_more(held.id, NEW.second_set_id, NEW.first_set_id)) THEN
    RAISE EXCEPTION 'double.differs: the two reviews do not take out the same';
  END IF;
  IF NEW.state = 'overtaken' AND held.current_redaction_set_id = OLD.first_set_id THEN
    RAISE EXCEPTION 'double.step: the first review still holds';
  END IF;
  IF NEW.state = 'settled' AND OLD.state = 'differs' THEN
    IF NEW.settled_by IS DISTINCT FROM current_actor() THEN
      RAISE EXCEPTION 'double.third-person: nobody settles in another''s name';
    END IF;
    IF leaves_contested(OLD.id, NEW.settled_set_id) AND EXISTS (
        SELECT 1 FROM staff me JOIN staff pair ON pair.id IN (OLD.first_staff, OLD.second_staff)
        WHERE me.id = current_actor() AND (pair.id = me.id
          OR ((pair.issuer, pair.subject) = (me.issuer, me.subject)) IS TRUE)) THEN
      RAISE EXCEPTION 'double.third-person: one of the two leaves standing what one took out';
    END IF;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER double_review_steps BEFORE INSERT OR UPDATE ON double_review
  FOR EACH ROW EXECUTE FUNCTION guard_double_review();

-- Where the two differ, neither set holds: the session is open again, and nothing of it leaves.
CREATE FUNCTION open_where_reviews_differ() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  UPDATE session SET review_state = 'in_review', current_redaction_set_id = NULL
  WHERE id = NEW.session_id AND current_redaction_set_id = NEW.first_set_id;
  -- What one person found and another missed waits for nobody.
  UPDATE review_item SET begun = false, risk = 100, lease_staff = NULL, lease_until = NULL,
    why = 'Two reviews of it differ: a third person settles what one of them took out.'
  WHERE session_id = NEW.session_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER double_review_differs AFTER UPDATE ON double_review
  FOR EACH ROW WHEN (OLD.state = 'waiting' AND NEW.state = 'differs')
  EXECUTE FUNCTION open_where_reviews_differ();

-- A first review that no longer holds is not compared with anything.
CREATE FUNCTION overtake_double_review() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  UPDATE double_review SET state = 'overtaken'
  WHERE session_id = NEW.id AND state = 'waiting'
    AND first_set_id IS DISTINCT FROM NEW.current_redaction_set_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER double_review_overtaken AFTER UPDATE OF current_redaction_set_id ON session
  FOR EACH ROW WHEN (OLD.current_redaction_set_id IS NOT NULL
    AND OLD.current_redaction_set_id IS DISTINCT FROM NEW.current_redaction_set_id)
  EXECUTE FUNCTION overtake_double_review();

-- What confirming needs, below the service too.
CREATE FUNCTION guard_confirmation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  -- An erased session has none left, whoever erases it.
  IF NEW.coverage IS DISTINCT FROM OLD.coverage AND current_actor() IS NOT NULL
      AND NEW.erased_at IS NULL
      AND NOT actor_is_service('deidentification') THEN
    RAISE EXCEPTION 'review.coverage: the machine alone says how much of it ran';
  END IF;
  IF NEW.review_state <> 'confirmed' OR (NEW.review_state, NEW.current_redaction_set_id)
      IS NOT DISTINCT FROM (OLD.review_state, OLD.current_redaction_set_id) THEN
    RETURN NEW;
  END IF;
  IF NEW.current_redaction_set_id IS NULL THEN
    RAISE EXCEPTION 'review.set: nothing was frozen that could hold';
  END IF;
  IF EXISTS (SELECT 1 FROM finding f WHERE f.session_id = NEW.id AND f.run_id = NEW.current_run_id
      AND NOT EXISTS (
        SELECT 1 FROM (
          SELECT DISTINCT ON (d.turn, d.start, d."end") d.turn, d.start, d."end", d.kind
          FROM decision d WHERE d.session_id = NEW.id
          ORDER BY d.turn, d.start, d."end", d.ordinal DESC) AS latest
        WHERE latest.kind <> 'withdraw' AND latest.turn = f.turn AND latest.start <= f.start
          AND latest."end" >= f."end")) THEN
    RAISE EXCEPTION 'review.all-decided: a finding is not decided';
  END IF;
  IF NEW.coverage = 'patterns_only' AND NOT read_whole(NEW.id, current_actor()) THEN
    RAISE EXCEPTION 'review.read-whole: no model reads its language and they have not read all';
  END IF;
  IF EXISTS (SELECT 1 FROM double_review WHERE session_id = NEW.id AND state = 'differs') THEN
    RAISE EXCEPTION 'double.unsettled: two reviews of it differ and nobody settled it';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER confirmation_guarded
  BEFORE UPDATE OF review_state, current_redaction_set_id, coverage ON session
  FOR EACH ROW EXECUTE FUNCTION guard_confirmation();

-- Erasing a session takes what second reviews and the queue hold of it, before its sets go.
CREATE FUNCTION forget_second_reviews() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  DELETE FROM second_decision WHERE session_id = NEW.id;
  DELETE FROM review_difference WHERE session_id = NEW.id;
  DELETE FROM double_outcome WHERE session_id = NEW.id;
  DELETE FROM double_review WHERE session_id = NEW.id;
  DELETE FROM special_unique WHERE session_id = NEW.id;
  RETURN NULL;
END
$$;
CREATE TRIGGER second_reviews_forgotten AFTER UPDATE OF erased_at ON session
  FOR EACH ROW WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)
  EXECUTE FUNCTION forget_second_reviews();

-- What a reviewer takes out must not be told by searching for it either, while they are blind.
CREATE OR REPLACE FUNCTION search_sessions(wanted_studies uuid[], query text, at_most integer)
RETURNS TABLE (session_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET gin_fuzzy_search_limit = 20000
AS $$
DECLARE
  readable uuid[] := readable_studies();
  blind uuid[] := blind_sessions();
BEGIN
  RETURN QUERY
    SELECT found.session_id FROM session_search AS found
    WHERE found.study_id = ANY (wanted_studies) AND found.study_id = ANY (readable)
      AND found.document @@ websearch_to_tsquery('simple', query)
      AND NOT found.session_id = ANY (blind)
    LIMIT at_most;
END
$$;

DROP POLICY readable ON decision;
CREATE POLICY readable ON decision FOR SELECT
  USING (study_id = ANY ((SELECT readable_studies())::uuid[])
    AND NOT session_id = ANY ((SELECT blind_sessions())::uuid[]));
DROP POLICY reviewers_decide ON decision;
CREATE POLICY reviewers_decide ON decision FOR INSERT WITH CHECK (
  study_id = ANY ((SELECT readable_studies())::uuid[]) AND decided_by = current_actor()
  AND NOT session_id = ANY ((SELECT blind_sessions())::uuid[]));
DROP POLICY readable ON redaction_set;
CREATE POLICY readable ON redaction_set FOR SELECT
  USING (study_id = ANY ((SELECT readable_studies())::uuid[])
    AND (confirmed_by = current_actor()
      OR NOT session_id = ANY ((SELECT blind_sessions())::uuid[])));

GRANT SELECT, INSERT ON double_review TO clearance_app;
GRANT UPDATE (state, second_staff, lease_until, second_set_id, second_at, settled_by,
  settled_set_id, settled_at) ON double_review TO clearance_app;
ALTER TABLE double_review ENABLE ROW LEVEL SECURITY;
CREATE POLICY reviewers_and_administrators ON double_review FOR SELECT
  USING (study_id = ANY ((SELECT readable_studies())::uuid[])
    OR (SELECT actor_has_role('administrator')));
CREATE POLICY first_reviewers_draw ON double_review FOR INSERT
  WITH CHECK (study_id = ANY ((SELECT readable_studies())::uuid[]) AND first_staff = current_actor());
CREATE POLICY reviewers_go_on ON double_review FOR UPDATE
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]));

GRANT SELECT, INSERT ON second_decision TO clearance_app;
ALTER TABLE second_decision ENABLE ROW LEVEL SECURITY;
-- One's own, while the second review lies on one's desk and is not sealed; nobody else reads them.
CREATE POLICY ones_own ON second_decision FOR SELECT
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]) AND decided_by = current_actor());
CREATE POLICY on_ones_desk ON second_decision FOR INSERT WITH CHECK (
  study_id = ANY ((SELECT readable_studies())::uuid[]) AND decided_by = current_actor()
  AND session_id = ANY ((SELECT blind_sessions())::uuid[]));

GRANT SELECT, INSERT ON review_difference TO clearance_app;
ALTER TABLE review_difference ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON review_difference FOR SELECT
  USING (study_id = ANY ((SELECT readable_studies())::uuid[]));
CREATE POLICY second_reviewers_find ON review_difference FOR INSERT WITH CHECK (
  EXISTS (SELECT 1 FROM double_review r WHERE r.id = double_review_id
    AND r.session_id = review_difference.session_id AND r.second_staff = current_actor()
    AND r.state = 'waiting' AND r.second_set_id IS NOT NULL));

GRANT SELECT, INSERT ON double_outcome TO clearance_app;
GRANT UPDATE (first_missed, second_missed) ON double_outcome TO clearance_app;
ALTER TABLE double_outcome ENABLE ROW LEVEL SECURITY;
CREATE POLICY administrators ON double_outcome FOR SELECT
  USING ((SELECT actor_has_role('administrator'))
    OR study_id = ANY ((SELECT readable_studies())::uuid[]));
CREATE POLICY second_reviewers_count ON double_outcome FOR INSERT WITH CHECK (
  second_staff = current_actor() AND EXISTS (SELECT 1 FROM double_review r
    WHERE r.id = double_review_id AND r.second_staff = current_actor() AND r.state = 'waiting'));
CREATE POLICY settled_once ON double_outcome FOR UPDATE
  USING (first_missed IS NULL AND EXISTS (SELECT 1 FROM double_review r
    WHERE r.id = double_review_id AND r.state = 'settled' AND r.settled_by = current_actor()))
  WITH CHECK (true);

GRANT UPDATE (double_percent) ON study TO clearance_app;

-- Combinations that nobody shares: the machine's, for the order of the queue.
GRANT SELECT, INSERT, DELETE ON special_unique TO clearance_app;
ALTER TABLE special_unique ENABLE ROW LEVEL SECURITY;
CREATE POLICY engine_all ON special_unique FOR ALL
  USING ((SELECT actor_is_service('deidentification')))
  WITH CHECK ((SELECT actor_is_service('deidentification')));

REVOKE EXECUTE ON FUNCTION forget_second_reviews(), guard_double_review(), guard_confirmation(),
  open_where_reviews_differ(), overtake_double_review(), blind_sessions(), may_review_second(uuid), set_of_digest(uuid, bytea),
  taken_out(uuid), tells(uuid, integer, int4multirange), takes_out_more(uuid, uuid, uuid),
  leaves_contested(uuid, uuid), read_whole(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION blind_sessions(), may_review_second(uuid), set_of_digest(uuid, bytea)
  TO clearance_app;
"""


def upgrade() -> None:
    """Make it."""
    op.create_table('second_decision',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('entity_type', sa.Text(), nullable=False),
    sa.Column('replacement', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("kind <> 'keep' OR reason IS NOT NULL", name=op.f('ck_second_decision__keep_has_reason')),
    sa.CheckConstraint("kind IN ('redact', 'generalise', 'keep', 'withdraw')", name=op.f('ck_second_decision__kind')),
    sa.CheckConstraint('ordinal > 0', name=op.f('ck_second_decision__ordinal')),
    sa.CheckConstraint('turn >= 0 AND start >= 0 AND start < "end"', name=op.f('ck_second_decision__span')),
    sa.ForeignKeyConstraint(['decided_by'], ['staff.id'], name=op.f('fk_second_decision__decided_by')),
    sa.ForeignKeyConstraint(['session_id', 'study_id'], ['session.id', 'session.study_id'], name=op.f('fk_second_decision__session_id_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_second_decision')),
    sa.UniqueConstraint('session_id', 'decided_by', 'ordinal', name=op.f('uq_second_decision__session_id_decided_by_ordinal'))
    )
    op.create_table('special_unique',
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('combination', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('categories', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['session_id', 'study_id'], ['session.id', 'session.study_id'], name=op.f('fk_special_unique__session_id_study_id')),
    sa.PrimaryKeyConstraint('session_id', 'combination', name=op.f('pk_special_unique'))
    )
    op.create_index('ix_special_unique__combination', 'special_unique', ['study_id', 'combination'], unique=False)
    op.create_table('double_review',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('first_set_id', sa.Uuid(), nullable=False),
    sa.Column('first_staff', sa.Uuid(), nullable=False),
    sa.Column('drawn_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('state', sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
    sa.Column('second_staff', sa.Uuid(), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('second_set_id', sa.Uuid(), nullable=True),
    sa.Column('second_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by', sa.Uuid(), nullable=True),
    sa.Column('settled_set_id', sa.Uuid(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'settled') = (settled_set_id IS NOT NULL)", name=op.f('ck_double_review__settled')),
    sa.CheckConstraint("state IN ('waiting', 'overtaken') OR second_set_id IS NOT NULL", name=op.f('ck_double_review__second')),
    sa.CheckConstraint("state IN ('waiting', 'agreed', 'differs', 'settled', 'overtaken')", name=op.f('ck_double_review__state')),
    sa.ForeignKeyConstraint(['first_set_id', 'session_id'], ['redaction_set.id', 'redaction_set.session_id'], name=op.f('fk_double_review__first_set_id_session_id')),
    sa.ForeignKeyConstraint(['first_staff'], ['staff.id'], name=op.f('fk_double_review__first_staff')),
    sa.ForeignKeyConstraint(['second_set_id', 'session_id'], ['redaction_set.id', 'redaction_set.session_id'], name=op.f('fk_double_review__second_set_id_session_id')),
    sa.ForeignKeyConstraint(['second_staff'], ['staff.id'], name=op.f('fk_double_review__second_staff')),
    sa.ForeignKeyConstraint(['session_id', 'study_id'], ['session.id', 'session.study_id'], name=op.f('fk_double_review__session_id_study_id')),
    sa.ForeignKeyConstraint(['settled_by'], ['staff.id'], name=op.f('fk_double_review__settled_by')),
    sa.ForeignKeyConstraint(['settled_set_id', 'session_id'], ['redaction_set.id', 'redaction_set.session_id'], name=op.f('fk_double_review__settled_set_id_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_double_review'))
    )
    op.create_index('ix_double_review__desk', 'double_review', ['second_staff'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_index('ix_double_review__next', 'double_review', ['study_id', 'drawn_at'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_index('ix_double_review__open', 'double_review', ['session_id'], unique=True, postgresql_where=sa.text("state IN ('waiting', 'differs')"))
    op.create_index('ix_double_review__session', 'double_review', ['session_id'], unique=False)
    op.create_index('ix_double_review__state', 'double_review', ['study_id', 'state'], unique=False)
    op.create_table('double_outcome',
    sa.Column('double_review_id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('entity_type', sa.Text(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('first_staff', sa.Uuid(), nullable=False),
    sa.Column('second_staff', sa.Uuid(), nullable=False),
    sa.Column('both_out', sa.Integer(), nullable=False),
    sa.Column('first_only', sa.Integer(), nullable=False),
    sa.Column('second_only', sa.Integer(), nullable=False),
    sa.Column('neither', sa.Integer(), nullable=False),
    sa.Column('first_missed', sa.Integer(), nullable=True),
    sa.Column('second_missed', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('(first_missed IS NULL) = (second_missed IS NULL) AND coalesce(first_missed, 0) BETWEEN 0 AND second_only AND coalesce(second_missed, 0) BETWEEN 0 AND first_only', name=op.f('ck_double_outcome__missed')),
    sa.CheckConstraint('both_out >= 0 AND first_only >= 0 AND second_only >= 0 AND neither >= 0', name=op.f('ck_double_outcome__counts')),
    sa.ForeignKeyConstraint(['double_review_id'], ['double_review.id'], name=op.f('fk_double_outcome__double_review_id')),
    sa.ForeignKeyConstraint(['first_staff'], ['staff.id'], name=op.f('fk_double_outcome__first_staff')),
    sa.ForeignKeyConstraint(['second_staff'], ['staff.id'], name=op.f('fk_double_outcome__second_staff')),
    sa.ForeignKeyConstraint(['session_id', 'study_id'], ['session.id', 'session.study_id'], name=op.f('fk_double_outcome__session_id_study_id')),
    sa.PrimaryKeyConstraint('double_review_id', 'source', 'entity_type', name=op.f('pk_double_outcome'))
    )
    op.create_index('ix_double_outcome__at', 'double_outcome', ['study_id', 'at'], unique=False)
    op.create_table('review_difference',
    sa.Column('double_review_id', sa.Uuid(), nullable=False),
    sa.Column('turn', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('start', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('study_id', sa.Uuid(), nullable=False),
    sa.Column('took_out', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('entity_type', sa.Text(), nullable=False),
    sa.CheckConstraint("took_out IN ('first', 'second')", name=op.f('ck_review_difference__took_out')),
    sa.CheckConstraint('turn >= 0 AND start >= 0 AND start < "end"', name=op.f('ck_review_difference__span')),
    sa.ForeignKeyConstraint(['double_review_id'], ['double_review.id'], name=op.f('fk_review_difference__double_review_id')),
    sa.ForeignKeyConstraint(['session_id', 'study_id'], ['session.id', 'session.study_id'], name=op.f('fk_review_difference__session_id_study_id')),
    sa.PrimaryKeyConstraint('double_review_id', 'turn', 'start', name=op.f('pk_review_difference'))
    )
    op.create_index('ix_deidentification_task__lately', 'deidentification_task', ['finished_at'], unique=False, postgresql_where=sa.text("state = 'done'"))
    op.add_column('study', sa.Column('double_percent', sa.SmallInteger(), server_default=sa.text('0'), nullable=False))
    op.add_column('turns_read', sa.Column('began_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False))
    op.create_check_constraint(
        op.f("ck_study__double_percent"), "study", "double_percent BETWEEN 0 AND 100"
    )
    op.get_bind().exec_driver_sql(_RULES)
