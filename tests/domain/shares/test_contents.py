"""The digest that is voted on, agreements, releases, recalls: figures and boundaries."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.errors import BadInput, Refused
from domain.policy.uses import RecipientKind
from domain.shares.agreements import (
    EXPIRES_SOON,
    Agreement,
    DataUse,
    Recipient,
    check_receives,
)
from domain.shares.contents import (
    FrozenSession,
    RecipientTerms,
    ShareField,
    check_purpose,
    content_digest,
)
from domain.shares.lifecycle import ShareState
from domain.shares.recall import LONGEST_NOTICE, RecallReason, check_notice, is_overdue
from domain.shares.release import check_release, has_lapsed

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ONE, TWO = UUID(int=1), UUID(int=2)
SESSION = FrozenSession(ONE, TWO, b"s", b"o", b"l", 1, "R40", "2026-03-23", "policy")
TERMS = RecipientTerms(
    ONE, RecipientKind.RESEARCHER, "N", "O", "n@o.ex", TWO, 1, b"text", NOW + timedelta(days=9)
)
PURPOSE = "A purpose said in a sentence"


def test_the_digest_covers_every_part_of_what_was_frozen() -> None:
    before = content_digest([SESSION], TERMS, PURPOSE, [ShareField.LANGUAGE])
    changes: dict[type, Any] = {
        UUID: UUID(int=9),
        bytes: b"other",
        int: 7,
        str: "other",
        datetime: NOW,
        RecipientKind: RecipientKind.JOURNALIST,
    }
    for held, make in (
        (SESSION, lambda each: content_digest([each], TERMS, PURPOSE, [ShareField.LANGUAGE])),
        (TERMS, lambda each: content_digest([SESSION], each, PURPOSE, [ShareField.LANGUAGE])),
    ):
        for field in fields(held):
            if field.name == "redaction_set_id":  # the digest of its set stands for it
                continue
            other = replace(held, **{field.name: changes[type(getattr(held, field.name))]})
            assert make(other) != before, field.name  # type: ignore[no-untyped-call]
    assert content_digest([SESSION], TERMS, PURPOSE + ".", [ShareField.LANGUAGE]) != before
    assert content_digest([SESSION], TERMS, PURPOSE, []) != before


def test_the_digest_is_of_the_content_whatever_the_order() -> None:
    other = replace(SESSION, session_id=TWO)
    forward = content_digest([SESSION, other], TERMS, PURPOSE, list(ShareField))
    back = content_digest([other, SESSION], TERMS, PURPOSE, list(reversed(ShareField)))
    assert forward == back


def test_a_purpose_is_a_sentence() -> None:
    assert check_purpose(f"  {PURPOSE} ") == PURPOSE
    with pytest.raises(BadInput):
        check_purpose("research")


RECIPIENT = Recipient(ONE, RecipientKind.RESEARCHER, "N", "O", "n@o.ex", False, "")
AGREEMENT = Agreement(
    TWO, ONE, 1, "T", b"text", (DataUse.NAMED_PROJECT,), NOW, NOW + timedelta(days=100)
)


@pytest.mark.parametrize(
    ("at", "held"),
    [
        (-SECOND, False),
        (timedelta(), True),
        (SECOND, True),
        (timedelta(days=100) - SECOND, True),
        (timedelta(days=100), False),
        (timedelta(days=100) + SECOND, False),
    ],
)
def test_an_agreement_is_in_force_from_its_first_instant_to_before_its_last(
    at: timedelta, held: bool
) -> None:
    assert AGREEMENT.in_force(NOW + at) is held
    if held:
        check_receives(RECIPIENT, AGREEMENT, NOW + at)
    else:
        with pytest.raises(Refused) as refused:
            check_receives(RECIPIENT, AGREEMENT, NOW + at)
        assert refused.value.rule == "share.agreement-in-force"


def test_an_ended_agreement_and_a_blocked_recipient_receive_nothing() -> None:
    ended = replace(AGREEMENT, ended_at=NOW + SECOND)
    assert ended.in_force(NOW)
    assert not ended.in_force(NOW + SECOND)
    for recipient, agreement, rule in (
        (replace(RECIPIENT, blocked=True), AGREEMENT, "share.recipient-blocked"),
        (replace(RECIPIENT, id=TWO), AGREEMENT, "share.agreement-of-recipient"),
        (RECIPIENT, replace(AGREEMENT, ended_at=NOW), "share.agreement-in-force"),
    ):
        with pytest.raises(Refused) as refused:
            check_receives(recipient, agreement, NOW)
        assert refused.value.rule == rule


def test_an_agreement_announces_its_end() -> None:
    end = AGREEMENT.expires_at
    assert not AGREEMENT.expires_soon(end - EXPIRES_SOON - SECOND)
    assert AGREEMENT.expires_soon(end - EXPIRES_SOON)
    assert not AGREEMENT.expires_soon(end)
    assert DataUse.NAMED_PROJECT.label == "PS: named project only"


def test_an_approval_lapses_at_its_instant() -> None:
    assert not has_lapsed(None, NOW)
    assert not has_lapsed(NOW + SECOND, NOW)
    assert has_lapsed(NOW, NOW)


@pytest.mark.parametrize(
    ("state", "lapses_at", "approved", "rule"),
    [
        (ShareState.SUBMITTED, NOW + SECOND, b"d", "share.step"),
        (ShareState.APPROVED, NOW, b"d", "share.approval-lapsed"),
        (ShareState.APPROVED, NOW + SECOND, b"other", "share.same-digest"),
        (ShareState.APPROVED, NOW + SECOND, None, "share.same-digest"),
        (ShareState.APPROVED, NOW + SECOND, b"d", None),
    ],
)
def test_only_what_was_approved_leaves_and_in_time(
    state: ShareState, lapses_at: datetime, approved: bytes | None, rule: str | None
) -> None:
    asked: dict[str, Any] = {
        "lapses_at": lapses_at,
        "approved_digest": approved,
        "present_digest": b"d",
        "now": NOW,
    }
    if rule is None:
        check_release(state, **asked)
        return
    with pytest.raises(Refused) as refused:
        check_release(state, **asked)
    assert refused.value.rule == rule


NOTICE = "Please destroy every copy of it."


@pytest.mark.parametrize(
    ("notice", "due_at", "fits"),
    [
        (NOTICE, NOW + SECOND, True),
        (NOTICE, NOW + LONGEST_NOTICE, True),
        (NOTICE, NOW, False),
        (NOTICE, NOW + LONGEST_NOTICE + SECOND, False),
        ("Destroy it.", NOW + SECOND, False),
    ],
)
def test_a_recall_has_a_notice_and_a_due_date_within_reach(
    notice: str, due_at: datetime, fits: bool
) -> None:
    if fits:
        assert check_notice(notice, due_at, NOW) == notice
    else:
        with pytest.raises(BadInput):
            check_notice(notice, due_at, NOW)


def test_a_recall_is_overdue_from_its_due_date_until_attested() -> None:
    assert not is_overdue(NOW, None, NOW - SECOND)
    assert is_overdue(NOW, None, NOW)
    assert not is_overdue(NOW, NOW - SECOND, NOW)
    assert all(reason.label for reason in RecallReason)
    assert all(field.label for field in ShareField)
