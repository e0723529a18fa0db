"""The truth about the demonstration is true, and all of it."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import pytest

from demonstration.generate import Size, generate_sessions
from demonstration.planted import Manner, PlantedIdentifier, PlantedType, digest_of
from demonstration.records import DemonstrationSession
from demonstration.studies import STUDIES
from domain.transcripts import Speaker


def _value(session: DemonstrationSession, found: PlantedIdentifier) -> str:
    return session.record.turns[found.span.turn][1][found.span.start : found.span.end]


def test_each_planted_identifier_stands_exactly_where_the_truth_says(
    sessions: list[DemonstrationSession],
) -> None:
    for session in sessions:
        for found in session.planted:
            assert digest_of(_value(session, found)) == found.value_digest


def test_planted_identifiers_never_overlap(sessions: list[DemonstrationSession]) -> None:
    for session in sessions:
        in_order = sorted(session.planted, key=lambda found: found.span)
        for one, next_one in pairwise(in_order):
            assert not one.span.overlaps(next_one.span)


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        (PlantedType.EMAIL_ADDRESS, r"[\w.]+ ?(?:@|\(at\)) ?[\w.]*example\.\w+"),
        (PlantedType.URL, r"(?:https://|www\.)[\w./]+\w"),
        (PlantedType.PHONE_NUMBER, r"\+?\d[\d ()./-]{8,}\d"),
        (PlantedType.USERNAME, r"(?<!\w)@ ?\w+(?![\w.])"),
    ],
)
def test_whatever_looks_like_a_contact_detail_is_in_the_truth(
    sessions: list[DemonstrationSession], kind: PlantedType, pattern: str
) -> None:
    pasted = re.compile(r"<[^>]+>|=HYPERLINK.*|@SUM\S*|1\+1[\s\S]*A0")
    seen = 0
    for session in sessions:
        for turn, (_, text) in enumerate(session.record.turns):
            spans = [f.span for f in session.planted if f.span.turn == turn]
            hidden = pasted.sub(lambda match: " " * len(match[0]), text)
            for match in re.finditer(pattern, hidden):
                seen += 1
                assert any(s.start < match.end() and match.start() < s.end for s in spans), (
                    kind,
                    match[0],
                )
    assert seen > 20


def test_a_planted_name_stands_nowhere_in_its_session_without_being_in_the_truth(
    sessions: list[DemonstrationSession],
) -> None:
    for session in sessions:
        if session.record.language in ("ja", "ar"):
            continue  # words are not parted by spaces there, so a name may be part of a word
        names = {
            _value(session, found).lower()
            for found in session.planted
            if found.entity_type is PlantedType.PERSON
        }
        for turn, (_, text) in enumerate(session.record.turns):
            spans = [f.span for f in session.planted if f.span.turn == turn]
            for name in names:
                for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text.lower()):
                    assert any(s.start <= match.start() and match.end() <= s.end for s in spans)


def test_every_kind_of_identifier_is_planted_in_every_manner_it_has(
    sessions: list[DemonstrationSession],
) -> None:
    seen = Counter((f.entity_type, f.manner) for s in sessions for f in s.planted)

    for kind in PlantedType:
        if kind is PlantedType.OCCUPATION:
            assert seen[kind, Manner.QUASI] >= 10
            continue
        assert seen[kind, Manner.STANDARD] >= 5, kind
        assert seen[kind, Manner.AS_TYPED] >= 5, kind
    assert seen[PlantedType.LOCATION, Manner.QUASI] >= 10


def test_the_interviewer_repeats_identifiers_too(sessions: list[DemonstrationSession]) -> None:
    repeated = Counter(
        found.entity_type
        for session in sessions
        for found in session.planted
        if session.record.turns[found.span.turn][0] is Speaker.INTERVIEWER
    )

    assert repeated[PlantedType.PERSON] > 100
    assert len(repeated) >= 4


def test_a_rare_occupation_is_told_together_with_its_town(
    sessions: list[DemonstrationSession],
) -> None:
    quasi_turns = [
        {f.entity_type for f in s.planted if f.manner is Manner.QUASI}
        for s in sessions
        if any(f.manner is Manner.QUASI for f in s.planted)
    ]

    both = {PlantedType.OCCUPATION, PlantedType.LOCATION}
    assert sum(both <= kinds for kinds in quasi_turns) >= 10


def test_all_addresses_are_reserved_for_examples(sessions: list[DemonstrationSession]) -> None:
    for session in sessions:
        if session.account is not None:
            assert re.fullmatch(
                r"[a-z0-9.]+@([a-z]+\.)?example\.(com|net|org)", session.account.email
            )
        for _, text in session.record.turns:
            for host in re.findall(r"https?://([\w.]+)", text):
                assert re.search(r"(^|\.)example\.(com|net|org)$", host.rstrip("."))


def test_short_sessions_carry_their_truth_as_well() -> None:
    for session in generate_sessions(7, STUDIES[0], 300, size=Size.SHORT):
        assert len(session.record.turns) <= 4
        for found in session.planted:
            assert digest_of(_value(session, found)) == found.value_digest
