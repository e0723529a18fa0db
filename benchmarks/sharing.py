"""A share of as many sessions as one may hold, for measuring the pages of shares.

The sessions' confirmed sets and traits are written by set-based SQL, as the seeding writes the
sessions; the request is begun, filled and submitted by the public functions.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, create_engine, text

from domain.digests import turns_digest
from domain.redaction import RedactionSet
from domain.session_filters import SessionFilter
from domain.shares.contents import ShareField
from domain.transcripts import Speaker, Turn
from domain.vocabulary import ReviewState
from jobs import demonstration_shares, demonstration_staff
from services import access
from services.installation import Installation
from services.shares import composing, recipients, submitting

_PURPOSE = "A study of how crafts people work with AI tools"
#: What the seeding lets every session say.
_TURNS = (
    Turn(0, Speaker.INTERVIEWER, "What do you make, and how?", "AI"),
    Turn(1, Speaker.PARTICIPANT, "Chairs, mostly, of ash.", "User"),
)

#: As many sessions as a request may hold are made such that they may leave, with a confirmed set.
_CONFIRMED = """
WITH fits AS (
  UPDATE session SET turns_digest = :turns, review_state = 'confirmed', flag_state = 'none',
    choice_share_researchers = 'granted'
  WHERE id IN (SELECT id FROM session WHERE study_id = :study AND status = 'completed'
    AND policy_version = '2026-03-23' ORDER BY sorted_at DESC LIMIT 1000)
  RETURNING id, study_id
), kept AS (
  INSERT INTO redaction_set (session_id, study_id, turns_digest, set_digest, output_digest,
    redactions, confirmed_by)
  SELECT id, study_id, :turns, :set, :turns, '[]', :by FROM fits
  RETURNING id, session_id
)
SELECT id, session_id FROM kept
"""
#: Ten traits a session, as real interviews have: from one in three to one in a thousand.
_TRAITS = """
INSERT INTO quasi_identifier (session_id, category, value, study_id, participant_id, turn,
  start, "end")
SELECT s.id, k.category, k.category || ' ' || (s.number * k.step) % k.kinds, s.study_id,
  s.participant_id, 1, 0, 6
FROM session s
CROSS JOIN (VALUES ('occupation', 400, 7), ('employer', 900, 11), ('place', 150, 13),
  ('education', 30, 17), ('age', 60, 19), ('research_area', 500, 23), ('tool', 12, 29),
  ('career_stage', 3, 31), ('project', 5000, 37), ('publication', 5000, 41))
  AS k (category, kinds, step)
WHERE s.import_batch_id = CAST(:batch AS uuid) AND s.study_id = :study
ORDER BY s.id LIMIT 200000
ON CONFLICT DO NOTHING
"""


def share_of(installation: Installation, batch: str) -> tuple[UUID, UUID]:
    """A submitted request of the first study with as many sessions as fit, and a draft.

    Made once in an installation that is kept.
    """
    rosa = access.actor_by_email(installation, "rosa@clearance.example")
    ada = access.actor_by_email(installation, "ada@clearance.example")
    second = demonstration_staff.second_administrator(installation)
    demonstration_shares.prepare_once(installation, ada, second)
    study_id, found = _made(installation)
    if len(found) == 2:
        return found[0], found[1]
    _confirm(installation, study_id, batch, rosa.staff_id)
    file = next(
        each
        for each in recipients.every(installation, rosa)
        if each.recipient.kind.value == "researcher"
    )
    made = []
    for _ in range(2):
        share_id, _number = composing.begin(
            installation,
            rosa,
            study_id=study_id,
            recipient_id=file.recipient.id,
            agreement_id=file.agreements[0].id,
            purpose=_PURPOSE,
            fields=tuple(ShareField),
        )
        wanted = SessionFilter(review_states=(ReviewState.CONFIRMED,))
        candidates = composing.candidates(installation, rosa, share_id, wanted)
        composing.add_all(installation, rosa, share_id, wanted, candidates.seen)
        made.append(share_id)
    submitting.submit(installation, rosa, made[0])
    return made[0], made[1]


def _made(installation: Installation) -> tuple[UUID, list[UUID]]:
    owner = installation.database.addresses.owner
    assert owner is not None
    engine = create_engine(owner)
    with engine.connect() as connection:
        study_id: UUID = connection.execute(
            text("SELECT id FROM study WHERE slug = 'bench-1'")
        ).scalar_one()
        found = list(
            connection.execute(text("SELECT id FROM share_request ORDER BY number LIMIT 2"))
            .scalars()
            .all()
        )
    engine.dispose()
    return study_id, found


def _confirm(installation: Installation, study_id: UUID, batch: str, by: UUID) -> None:
    owner = installation.database.addresses.owner
    assert owner is not None
    engine = create_engine(owner)
    with engine.begin() as connection:
        # What nobody read, no reviewer could confirm either; the owner seeds past the guard.
        guard = "ALTER TABLE session {} TRIGGER confirmation_guarded"
        connection.execute(text(guard.format("DISABLE")))
        _confirm_in(connection, study_id, by)
        connection.execute(text(guard.format("ENABLE")))
        connection.execute(text(_TRAITS), {"batch": batch, "study": study_id})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE session, redaction_set, quasi_identifier"))
    engine.dispose()


def _confirm_in(connection: Connection, study_id: UUID, by: UUID) -> None:
    turns = turns_digest(_TURNS)
    kept = connection.execute(
        text(_CONFIRMED),
        {"turns": turns, "set": RedactionSet(turns, ()).digest, "by": by, "study": study_id},
    ).all()
    connection.execute(
        text(
            "UPDATE session s SET current_redaction_set_id = k.set_id"
            " FROM unnest(CAST(:sets AS uuid[]), CAST(:sessions AS uuid[])) AS k (set_id, id)"
            " WHERE s.id = k.id"
        ),
        {"sets": [row.id for row in kept], "sessions": [row.session_id for row in kept]},
    )
