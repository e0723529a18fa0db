"""Whole shares: who may not vote, one recall at a time, one fetch, and what joining gives away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

_RULES = r"""
-- Whoever worked on the redactions of a session in a request, however long ago: who confirmed any
-- set of it, who decided on a span of it, and whose act of reviewing it is on record. A set that is
-- confirmed a second time to the letter is kept once, so its row alone does not name everybody.
CREATE OR REPLACE FUNCTION share_confirmers(wanted uuid) RETURNS TABLE (staff_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH inside AS (
    SELECT part.session_id FROM share_request r JOIN share_session part ON part.share_id = r.id
    WHERE r.id = wanted AND (r.study_id = ANY (approvable_studies())
      OR r.study_id = ANY (readable_studies()) OR actor_is_service('release'))
  )
  SELECT held.confirmed_by FROM inside JOIN redaction_set held USING (session_id)
  UNION SELECT made.decided_by FROM inside JOIN decision made USING (session_id)
  UNION SELECT said.actor_id FROM inside JOIN audit_event said
    ON said.object_kind = 'session' AND said.object_id = inside.session_id::text
    WHERE said.outcome = 'done' AND said.action LIKE 'review.%%' AND said.actor_id IS NOT NULL
      AND said.action NOT IN ('review.open', 'review.claim', 'review.skip')
$$;

-- Administrators recall too: they hold the request as the others do, so that the second of two who
-- recall at once waits, and then reads that it is recalled.
CREATE OR REPLACE FUNCTION hold_share(wanted uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM share_request r WHERE r.id = wanted
      AND (r.requested_by = current_actor() OR r.study_id = ANY (approvable_studies())
        OR actor_has_role('administrator') OR actor_is_service('release'))) THEN
    RETURN;
  END IF;
  PERFORM 1 FROM session s JOIN share_session part ON part.session_id = s.id
    WHERE part.share_id = wanted ORDER BY s.id FOR SHARE OF s;
  PERFORM 1 FROM share_request r WHERE r.id = wanted FOR UPDATE;
END
$$;

-- A package is fetched once; whoever fetches it again has said why. Two links that were made before
-- the first fetch do not make two: the second opens nothing once the first was used.
CREATE OR REPLACE FUNCTION take_package(wanted_token bytea, at timestamptz)
RETURNS TABLE (share_id uuid, share_number bigint, study_id uuid, package bytea, package_digest bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  taken uuid;
BEGIN
  -- One at a time, or two links used in the same instant would each find that nobody was first. The
  -- request is held too: a recall is either before this and nothing is taken, or after it.
  PERFORM 1 FROM share_request r JOIN package_offer o ON o.share_id = r.id
    WHERE o.token_digest = wanted_token AND o.staff_id = current_actor() FOR UPDATE OF r;
  UPDATE package_offer o SET fetched_at = at
    WHERE o.token_digest = wanted_token AND o.staff_id = current_actor() AND o.fetched_at IS NULL
      AND at < o.expires_at AND may_fetch(o.share_id)
      AND (o.reason IS NOT NULL OR NOT was_fetched(o.share_id))
    RETURNING o.share_id INTO taken;
  RETURN QUERY SELECT l.share_id, r.number, r.study_id, l.package, l.package_digest
    FROM share_release l JOIN share_request r ON r.id = l.share_id WHERE l.share_id = taken;
END
$$;

-- One session of a request, without reading a thousand.
DROP FUNCTION share_sessions(uuid);
CREATE FUNCTION share_sessions(wanted uuid, only_one uuid DEFAULT NULL) RETURNS SETOF session
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT s.* FROM share_session part JOIN session s ON s.id = part.session_id
  WHERE part.share_id = wanted AND (only_one IS NULL OR part.session_id = only_one)
    AND actor_is_service('release')
$$;

DROP FUNCTION received_before(uuid, uuid[]);

-- What of the participants' traits would stand after a request, and what stands already in what its
-- recipient holds of the same participants (with the number of that share). What a redaction covers
-- is not among it. For the release service alone: traits are words of the original.
CREATE FUNCTION share_traits(wanted uuid)
RETURNS TABLE (session_id uuid, participant_id uuid, study_id uuid, share_number bigint,
  category text, value text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH asked AS (
    SELECT id, recipient_id FROM share_request WHERE id = wanted AND actor_is_service('release')
  ), inside AS (
    SELECT s.id AS session_id, s.participant_id, s.study_id,
      s.current_redaction_set_id AS set_id, NULL::bigint AS share_number
    FROM asked JOIN share_session part ON part.share_id = asked.id
    JOIN session s ON s.id = part.session_id
  ), held AS (
    SELECT * FROM inside
    UNION ALL
    SELECT other.id, other.participant_id, other.study_id, part.redaction_set_id, r.number
    FROM asked JOIN share_request r ON r.recipient_id = asked.recipient_id AND r.id <> asked.id
    JOIN share_release left_on ON left_on.share_id = r.id
    JOIN share_session part ON part.share_id = r.id
    JOIN session other ON other.id = part.session_id
    WHERE other.participant_id IN (SELECT i.participant_id FROM inside i)
  ), covered AS MATERIALIZED (
    SELECT h.set_id, (r.item ->> 'turn')::integer AS turn, (r.item ->> 'start')::integer AS start,
      (r.item ->> 'end')::integer AS "end"
    FROM (SELECT DISTINCT held.set_id FROM held) AS h
    JOIN redaction_set kept ON kept.id = h.set_id
    CROSS JOIN LATERAL jsonb_array_elements(kept.redactions) AS r (item)
    WHERE r.item ->> 'replacement' IS NOT NULL
  )
  SELECT h.session_id, h.participant_id, h.study_id, h.share_number, q.category, q.value
  FROM held h JOIN quasi_identifier q ON q.session_id = h.session_id
  WHERE h.set_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM covered c
    WHERE c.set_id = h.set_id AND c.turn = q.turn AND c.start < q."end" AND q.start < c."end")
$$;

-- Who fetched a package that holds a session, and when: for auditors, who are told no more of it.
CREATE FUNCTION fetched_with(wanted_session uuid)
RETURNS TABLE (share_number bigint, who text, fetched_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT r.number, s.display_name, o.fetched_at
  FROM share_session part
  JOIN share_request r ON r.id = part.share_id
  JOIN package_offer o ON o.share_id = r.id AND o.fetched_at IS NOT NULL
  JOIN staff s ON s.id = o.staff_id
  WHERE part.session_id = wanted_session AND actor_has_role('auditor')
  ORDER BY o.fetched_at
$$;

-- How many participants a request has, and of how many of its sessions the recipient already holds
-- something of the participant, by which shares. For the release service.
CREATE FUNCTION share_people(wanted uuid)
RETURNS TABLE (participants integer, known_sessions integer, known_by bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH asked AS (
    SELECT id, recipient_id FROM share_request WHERE id = wanted AND actor_is_service('release')
  ), inside AS (
    SELECT s.id, s.participant_id FROM asked
    JOIN share_session part ON part.share_id = asked.id JOIN session s ON s.id = part.session_id
  ), known AS (
    SELECT DISTINCT i.id, r.number
    FROM asked JOIN share_request r ON r.recipient_id = asked.recipient_id AND r.id <> asked.id
    JOIN share_release left_on ON left_on.share_id = r.id
    JOIN share_session part ON part.share_id = r.id
    JOIN session other ON other.id = part.session_id
    JOIN inside i ON i.participant_id = other.participant_id
  )
  SELECT (SELECT count(DISTINCT participant_id)::integer FROM inside),
    (SELECT count(DISTINCT id)::integer FROM known),
    (SELECT coalesce(array_agg(DISTINCT number ORDER BY number), '{}') FROM known)
$$;

-- Who of those studies has each of some traits, up to a number of them. For the release service.
CREATE FUNCTION trait_holders(studies uuid[], categories text[], vals text[], at_most integer)
RETURNS TABLE (category text, value text, holders uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT t.category, t.value, ARRAY(
    SELECT DISTINCT q.participant_id FROM quasi_identifier q
    WHERE q.study_id = ANY (studies) AND q.category = t.category AND q.value = t.value
    LIMIT at_most)
  FROM unnest(categories, vals) AS t (category, value)
  WHERE actor_is_service('release')
$$;

-- What the risk of a request was counted from: another value means that it is to be counted anew.
CREATE FUNCTION share_basis(wanted uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT sha256(convert_to(concat_ws(';', r.round,
    (SELECT string_agg(s.id::text || coalesce(s.current_redaction_set_id::text, ''), ',' ORDER BY s.id)
      FROM share_session part JOIN session s ON s.id = part.session_id WHERE part.share_id = r.id),
    (SELECT string_agg(other.number::text, ',' ORDER BY other.number)
      FROM share_request other JOIN share_release l ON l.share_id = other.id
      WHERE other.recipient_id = r.recipient_id AND other.id <> r.id)), 'UTF8'))
  FROM share_request r WHERE r.id = wanted AND (r.study_id = ANY (approvable_studies())
    OR r.study_id = ANY (readable_studies()) OR actor_is_service('release'))
$$;

REVOKE EXECUTE ON FUNCTION fetched_with(uuid), share_sessions(uuid, uuid), share_traits(uuid), share_people(uuid),
  trait_holders(uuid[], text[], text[], integer), share_basis(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fetched_with(uuid), share_sessions(uuid, uuid), share_traits(uuid), share_people(uuid),
  trait_holders(uuid[], text[], text[], integer), share_basis(uuid) TO clearance_app;

-- A session that was opened or commented on can be taken out of a request that was returned: what
-- was said and opened stays. It was in the request at that moment.
DROP POLICY in_ones_own_name ON share_comment;
CREATE POLICY in_ones_own_name ON share_comment FOR INSERT WITH CHECK (
  staff_id = current_actor() AND share_id IN (SELECT id FROM share_request)
  AND (session_id IS NULL OR EXISTS (SELECT 1 FROM share_session part
    WHERE part.share_id = share_comment.share_id AND part.session_id = share_comment.session_id)));
DROP POLICY ones_own ON share_opening;
CREATE POLICY ones_own ON share_opening FOR SELECT USING (staff_id = current_actor());
CREATE POLICY of_what_is_inside ON share_opening FOR INSERT WITH CHECK (
  staff_id = current_actor() AND EXISTS (SELECT 1 FROM share_session part
    WHERE part.share_id = share_opening.share_id AND part.session_id = share_opening.session_id));

GRANT UPDATE (check_seal) ON share_session TO clearance_app;

-- Counted by the release service, read by those who may read what would leave.
GRANT SELECT, INSERT, UPDATE ON share_risk TO clearance_app;
ALTER TABLE share_risk ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_visible_requests ON share_risk FOR SELECT USING (
  (SELECT actor_is_service('release')) OR EXISTS (SELECT 1 FROM share_request r
    WHERE r.id = share_id AND (r.study_id = ANY ((SELECT readable_studies())::uuid[])
      OR r.study_id = ANY ((SELECT approvable_studies())::uuid[]))));
CREATE POLICY release_service ON share_risk FOR INSERT
  WITH CHECK ((SELECT actor_is_service('release')));
CREATE POLICY release_service_renews ON share_risk FOR UPDATE
  USING ((SELECT actor_is_service('release')));
"""


def upgrade() -> None:
    """Make it."""
    for table in ("share_comment", "share_opening"):
        op.drop_constraint(f"fk_{table}__share_id_session_id", table, type_="foreignkey")
        op.create_foreign_key(f"fk_{table}__session_id", table, "session", ["session_id"], ["id"])
    op.create_foreign_key(
        "fk_share_opening__share_id", "share_opening", "share_request", ["share_id"], ["id"]
    )
    op.create_table(
        "share_risk",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.LargeBinary(), nullable=False),
        sa.Column("summary", postgresql.JSONB(), nullable=False),
        sa.Column("people", postgresql.JSONB(), nullable=False),
        sa.Column(
            "counted_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["share_id"], ["share_request.id"], name=op.f("fk_share_risk__share_id")
        ),
        sa.PrimaryKeyConstraint("share_id", name=op.f("pk_share_risk")),
    )
    op.add_column("share_session", sa.Column("check_seal", sa.LargeBinary(), nullable=True))
    # Everything done with an id, whatever kind of thing it is of.
    op.create_index("ix_audit_event__id", "audit_event", ["object_id", "seq"], unique=False)
    op.get_bind().exec_driver_sql(_RULES)
