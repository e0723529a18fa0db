"""The audit chain: every way of breaking it is named, with the place."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audit import GENESIS, AuditEntry, Checkpoint, entry_hash, signed_bytes, verify_chain

ACTOR = UUID("0190f3c2-0000-7000-8000-0000000000AA")
STUDY = UUID("0190f3c2-0000-7000-8000-0000000000BB")
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def chain(length, **changes):
    """A whole chain of rows, all alike but for their place and time."""
    rows, prev_hash = [], GENESIS
    for seq in range(1, length + 1):
        row = AuditEntry(
            seq=seq,
            at=START + timedelta(seconds=seq),
            actor_id=ACTOR,
            actor_label="Rosa Lindqvist",
            action="transcript.open",
            object_kind="session",
            object_id=f"s-{seq}",
            study_id=STUDY,
            purpose="Review the redactions",
            outcome="done",
            detail='{"turns":12}',
            prev_hash=prev_hash,
            hash=b"",
        )
        row = replace(row, **changes)
        row = replace(row, hash=entry_hash(row, prev_hash))
        rows.append(row)
        prev_hash = row.hash
    return rows


def rehashed(row):
    return replace(row, hash=entry_hash(row, row.prev_hash))


def kept_for(row, signature=b"ours"):
    return Checkpoint(row.seq, row.hash, START, signature)


def ours(checkpoint):
    return checkpoint.signature == b"ours"


def verify(rows, *checkpoints):
    return verify_chain(iter(rows), checkpoints, ours)


def test_the_hash_covers_the_row_before_and_the_fields_as_netstrings():
    row = replace(chain(1)[0], actor_id=None, purpose=None, object_id="é")
    written = (
        GENESIS + b"1:1,16:1795510801000000,-1:,14:Rosa Lindqvist,15:transcript.open,7:session,"
        b"2:\xc3\xa9,36:0190f3c2-0000-7000-8000-0000000000bb,-1:,4:done,12:"
        b'{"turns":12},'
    )
    assert entry_hash(row, GENESIS) == hashlib.sha256(written).digest()


def test_the_time_is_hashed_to_the_microsecond_whatever_zone_it_is_told_in():
    row = chain(1)[0]
    elsewhere = replace(row, at=row.at.astimezone(timezone(timedelta(hours=5, minutes=30))))
    later = replace(row, at=row.at + timedelta(microseconds=1))
    assert entry_hash(elsewhere, GENESIS) == row.hash
    assert entry_hash(later, GENESIS) != row.hash


def test_a_time_without_a_zone_is_never_hashed():
    row = replace(chain(1)[0], at=datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
    with pytest.raises(TypeError):
        entry_hash(row, GENESIS)


def test_a_missing_value_is_not_an_empty_one():
    missing = replace(chain(1)[0], purpose=None)
    empty = replace(missing, purpose="")
    assert entry_hash(missing, GENESIS) != entry_hash(empty, GENESIS)


def test_moving_a_character_from_one_field_to_the_next_changes_the_hash():
    row = chain(1)[0]
    moved = replace(row, action="transcript.ope", object_kind="nsession")
    assert entry_hash(moved, GENESIS) != row.hash


def test_an_untouched_chain_is_whole():
    report = verify(chain(5))
    assert report.whole
    assert (report.rows, report.broken_at, report.head) == (5, None, 5)
    assert report.how == "The chain of 5 rows is whole."


def test_an_empty_chain_is_whole_until_something_was_signed_for():
    assert verify([]).whole
    report = verify([], kept_for(chain(2)[1]))
    assert (report.broken_at, report.head) == (1, 0)
    assert "rows 1 to 2 were signed for and are gone" in report.how


@pytest.mark.parametrize(
    "change",
    [
        {"at": START},
        {"actor_id": None},
        {"actor_id": STUDY},
        {"actor_label": "Somebody else"},
        {"action": "transcript.close"},
        {"object_kind": "study"},
        {"object_id": "s-4"},
        {"study_id": None},
        {"purpose": None},
        {"purpose": "Another purpose"},
        {"outcome": "refused"},
        {"detail": '{"turns":13}'},
        {"hash": bytes(32)},
    ],
)
def test_changing_any_field_of_a_row_is_seen_at_that_row(change):
    rows = chain(5)
    rows[2] = replace(rows[2], **change)
    report = verify(rows)
    assert (report.broken_at, report.head, report.rows) == (3, 2, 2)
    assert "its content is not what was written" in report.how


def test_a_row_rehashed_after_the_change_is_seen_at_the_next_link():
    rows = chain(5)
    rows[2] = rehashed(replace(rows[2], detail="{}"))
    report = verify(rows)
    assert report.broken_at == 4
    assert "not chained to the row before it" in report.how


def test_a_changed_link_is_seen_at_that_row():
    rows = chain(5)
    rows[2] = rehashed(replace(rows[2], prev_hash=bytes(32)))
    assert verify(rows).broken_at == 3


@pytest.mark.parametrize(
    ("gone", "broken_at", "said"),
    [
        (slice(0, 1), 1, "row 1 is missing; the next one there is 2"),
        (slice(2, 3), 3, "row 3 is missing; the next one there is 4"),
        (slice(1, 4), 2, "rows to 4 are missing; the next one there is 5"),
    ],
)
def test_a_missing_row_is_named(gone, broken_at, said):
    rows = chain(5)
    del rows[gone]
    report = verify(rows)
    assert report.broken_at == broken_at
    assert said in report.how


def test_a_place_taken_twice_is_named():
    rows = chain(3)
    rows.insert(2, rows[1])
    report = verify(rows)
    assert report.broken_at == 2
    assert "taken twice" in report.how


def test_a_row_before_the_first_place_is_named():
    rows = chain(2)
    report = verify([replace(rows[0], seq=0), *rows])
    assert report.broken_at == 0
    assert "before the first place" in report.how


def test_a_tail_cut_off_is_seen_against_the_newest_checkpoint():
    rows = chain(5)
    report = verify(rows[:3], kept_for(rows[1]), kept_for(rows[4]))
    assert (report.broken_at, report.head) == (4, 3)
    assert "rows 4 to 5 were signed for and are gone" in report.how


def test_rows_after_the_newest_checkpoint_do_not_break_the_chain():
    rows = chain(5)
    assert verify(rows, kept_for(rows[2])).whole


def test_a_chain_rewritten_from_some_row_on_is_seen_at_the_checkpoint():
    rows, rewritten = chain(5), chain(5, detail="{}")
    report = verify(rewritten, kept_for(rows[3]))
    assert (report.broken_at, report.head) == (4, 3)
    assert "a checkpoint signed for another row" in report.how


def test_a_checkpoint_of_a_stranger_is_named_before_any_row_is_read():
    rows = chain(3)
    report = verify(rows, kept_for(rows[2]), kept_for(rows[1], signature=b"theirs"))
    assert (report.broken_at, report.rows, report.head) == (2, 0, 0)
    assert "no valid signature" in report.how


def test_two_checkpoints_that_disagree_about_one_row_are_named():
    rows = chain(3)
    other = replace(kept_for(rows[1]), hash=bytes(32))
    for order in ((other, kept_for(rows[1])), (kept_for(rows[1]), other)):
        report = verify(rows, *order)
        assert report.broken_at == 2
        assert "two checkpoints" in report.how


def test_the_same_checkpoint_kept_twice_is_no_disagreement():
    rows = chain(3)
    assert verify(rows, kept_for(rows[1]), kept_for(rows[1])).whole


def test_a_checkpoint_signs_for_place_hash_and_time():
    row = chain(1)[0]
    checkpoint = kept_for(row)
    assert checkpoint.signed_bytes() == signed_bytes(1, row.hash, START)
    variants = {
        signed_bytes(1, row.hash, START),
        signed_bytes(2, row.hash, START),
        signed_bytes(1, bytes(32), START),
        signed_bytes(1, row.hash, START + timedelta(microseconds=1)),
    }
    assert len(variants) == 4


@given(st.integers(2, 12), st.data())
def test_swapping_any_two_rows_never_passes(length, data):
    rows = chain(length)
    one, other = data.draw(
        st.lists(st.integers(0, length - 1), min_size=2, max_size=2, unique=True)
    )
    rows[one], rows[other] = rows[other], rows[one]
    assert not verify(rows).whole


@given(st.integers(1, 12), st.integers(1, 12))
def test_leaving_out_any_row_that_a_checkpoint_covers_never_passes(length, gone):
    rows = chain(max(length, gone))
    left = [row for row in rows if row.seq != gone]
    report = verify(left, kept_for(rows[-1]))
    assert report.broken_at == gone
