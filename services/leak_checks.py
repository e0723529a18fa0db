"""The leak check as people's work needs it: with the house's word lists, of one final text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from data_access.identity import KnownAccount
from deidentification.allow_list import AllowList
from deidentification.configuration import load_configuration
from deidentification.known import KnownIdentifiers
from deidentification.leak_check import RemovedValue, Survivor, find_survivors
from deidentification.lexicon import Lexicon, load_lexicon
from domain.redaction import RedactionSet
from domain.transcripts import Turn


def survivors_in(
    final: Sequence[Turn],
    turns: Sequence[Turn],
    held: RedactionSet,
    account: KnownAccount | None,
) -> tuple[Survivor, ...]:
    """What must not leave and stands in a final text: a removed value, an account's, a pattern.

    ``final`` is what ``held`` makes of ``turns``; ``account`` is the participant's, where there
    is one.
    """
    removed = [
        RemovedValue(
            redaction.entity_type,
            turns[redaction.span.turn].text[redaction.span.start : redaction.span.end],
        )
        for redaction in held.redactions
        if redaction.replacement is not None
    ]
    return find_survivors(
        [turn.text for turn in final],
        KnownIdentifiers(
            None if account is None else account.full_name,
            None if account is None else account.email,
        ),
        removed,
        _lexicon(),
        allows=_allow_list().allows,
    )


@cache
def _lexicon() -> Lexicon:
    return load_lexicon(load_configuration().words)


@cache
def _allow_list() -> AllowList:
    return AllowList(load_configuration().allow_list)
