"""The leak check reads the final text and trusts nobody's findings."""

from __future__ import annotations

import pytest

from deidentification.engine import KnownIdentifiers
from deidentification.leak_check import RemovedValue, SurvivorKind, find_survivors
from deidentification.lexicon import Lexicon
from domain.findings import apply_findings
from tests.deidentification.conftest import Say

_NOBODY = KnownIdentifiers.none()


def _kinds(
    text: str, lexicon: Lexicon, *removed: RemovedValue, known: KnownIdentifiers = _NOBODY
) -> list[tuple[str, SurvivorKind]]:
    return [
        (text[found.start : found.end], found.kind)
        for found in find_survivors([text], known, removed, lexicon)
    ]


@pytest.mark.parametrize(
    "text",
    ["MARIA LOPEZ", "maria  lopez", "María-López", "Maria\u200b Lo\u200bpez", "marialopez"],
)
def test_a_removed_name_is_seen_however_it_is_written(lexicon: Lexicon, text: str) -> None:
    found = find_survivors(
        [f"by {text}."], _NOBODY, [RemovedValue("PERSON", "Maria Lopez")], lexicon
    )
    assert found
    assert (found[0].start, found[-1].end) == (3, 3 + len(text))


def test_a_part_of_a_removed_name_is_seen(lexicon: Lexicon) -> None:
    assert _kinds("ask Lopez again", lexicon, RemovedValue("PERSON", "Maria Lopez")) == [
        ("Lopez", SurvivorKind.REMOVED_PART)
    ]


def test_a_part_that_is_a_word_does_not_stop_every_sentence(lexicon: Lexicon) -> None:
    removed = RemovedValue("PERSON", "Will Hope")
    assert _kinds("I hope it will work", lexicon, removed) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("jo@mail.com", SurvivorKind.EMAIL),
        ("jo\u200b@mail.com", SurvivorKind.EMAIL),
        ("+44 20 7946 0958", SurvivorKind.PHONE),
        ("https://jo.example/x", SurvivorKind.URL),
        ("@jo_draws", SurvivorKind.HANDLE),
        ("48213377 90", SurvivorKind.LONG_NUMBER),
    ],
)
def test_contact_details_that_nobody_found_are_seen(
    lexicon: Lexicon, text: str, kind: SurvivorKind
) -> None:
    assert _kinds(f"see {text} there", lexicon) == [(text, kind)]


def test_the_accounts_identifiers_are_seen(lexicon: Lexicon) -> None:
    known = KnownIdentifiers("Maria Lopez", "mlopez84@mail.com")
    kinds = {kind for _, kind in _kinds("maria, mlopez84", lexicon, known=known)}
    assert kinds == {SurvivorKind.ACCOUNT}


def test_a_number_is_seen_in_another_grouping(lexicon: Lexicon) -> None:
    removed = RemovedValue("PHONE_NUMBER", "(212) 555-0173")
    assert SurvivorKind.REMOVED_VALUE in {
        kind for _, kind in _kinds("at 21 25 55 01 73", lexicon, removed)
    }


def test_replacements_and_ordinary_text_pass(lexicon: Lexicon) -> None:
    text = "[PERSON_1] mailed [EMAIL_ADDRESS_12] in 2019, at 9-5, for $1,200,000 or 3.50."
    assert _kinds(text, lexicon, RemovedValue("PERSON", "Person Tum")) == []


def test_what_is_allowed_may_stand(lexicon: Lexicon) -> None:
    found = find_survivors(
        ["see claude.ai now"], _NOBODY, [], lexicon, allows=lambda text: text == "claude.ai"
    )
    assert found == ()


def test_neither_survivors_nor_removed_values_quote(lexicon: Lexicon) -> None:
    removed = RemovedValue("PERSON", "Maria Lopez")
    found = find_survivors(["Maria Lopez"], _NOBODY, [removed], lexicon)
    assert "Maria" not in repr(found)
    assert "Maria" not in repr(removed)


def test_what_the_engine_cleaned_passes(say: Say, lexicon: Lexicon) -> None:
    about = {"full_name": "Zubeyda Okpara", "email": "zubeyda.o@mail.com"}
    turns, result = say(
        "I'm Zubeyda, zubeyda.o@mail.com or 212-555-0173, and my manager is called Dag Solvang.",
        "ZUBEYDA here. Solvang lives in Porto, at 12 Baker Street. See www.okpara.art/me.",
        "So, Okpara, does dag solvang use 2125550173?",
        **about,
    )
    removed = [
        RemovedValue(f.entity_type, turns[f.span.turn].text[f.span.start : f.span.end])
        for f in result.findings
    ]
    final = [apply_findings(turn.text, turn.index, result.findings) for turn in turns]
    known = KnownIdentifiers(about["full_name"], about["email"])
    assert find_survivors(final, known, removed, lexicon) == ()


@pytest.mark.parametrize(
    "text",
    [
        "J A R M I L A",
        "Jar-\nmila",
        "jar mila",
        "J\u0430rmil\u0430",  # Cyrillic letters that look like Latin ones
        "\u1d0a\u1d00\u0280\u1d0d\u026a\u029f\u1d00",  # small capitals
        "Jarmilas",
        "novotna",  # a surname without its capital
        "jarmila underscore novotna",
    ],
)
def test_a_broken_up_or_disguised_name_is_seen(lexicon: Lexicon, text: str) -> None:
    assert _kinds(f"so {text} did", lexicon, RemovedValue("PERSON", "Jarmila Novotná"))


@pytest.mark.parametrize("text", ["Kowal-\nczyk", "\u039aowalczyk", "k.o.w.a.l.c.z.y.k"])
def test_a_disguised_account_name_is_seen(lexicon: Lexicon, text: str) -> None:
    known = KnownIdentifiers("Maria Kowalczyk", None)
    assert _kinds(f"so {text} did", lexicon, known=known)


@pytest.mark.parametrize(
    ("removed", "text"),
    [
        (RemovedValue("PHONE_NUMBER", "+44 7911 123456"), "79.111.234.56 or 44791 1123456"),
        (RemovedValue("USER_NAME", "@pixel_fox88"), "pixel underscore fox88"),
        (RemovedValue("USER_NAME", "@pixel_fox88"), "pixel fox 88"),
        (RemovedValue("EMAIL_ADDRESS", "j.novotna@mail.cz"), "jnovotna"),
        (RemovedValue("STREET_ADDRESS", "14 Elm Street"), "Elm Street"),
        (RemovedValue("LOCATION", "Zadar"), "zadar"),
        (RemovedValue("ORGANIZATION", "Moonraker Games"), "moon raker games"),
    ],
)
def test_another_writing_of_a_removed_value_is_seen(
    lexicon: Lexicon, removed: RemovedValue, text: str
) -> None:
    assert _kinds(f"so {text} it is", lexicon, removed)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("tom at gmail dot com", SurvivorKind.EMAIL),
        ("five five five one two three four five", SurvivorKind.LONG_NUMBER),
        ("www dot tomdraws dot com", SurvivorKind.URL),
    ],
)
def test_details_in_words_that_nobody_found_are_seen(
    lexicon: Lexicon, text: str, kind: SurvivorKind
) -> None:
    assert kind in [found for _, found in _kinds(f"so {text} it is", lexicon)]


@pytest.mark.parametrize(
    "text",
    [
        "I drew it and will use it again.",
        "an elm by the street, fourteen of them",
        "look at the dot in the corner, then point to it",
        "one two three four five six seven eight",
        "we play games on the moon",
    ],
)
def test_ordinary_words_stop_nobody_from_confirming(lexicon: Lexicon, text: str) -> None:
    removed = [
        RemovedValue("PERSON", "Will Andrew"),
        RemovedValue("STREET_ADDRESS", "14 Elm Street"),
        RemovedValue("ORGANIZATION", "Moonraker Games"),
    ]
    assert _kinds(text, lexicon, *removed) == []
