"""The engine on whole sessions: what it finds, what it leaves, and in which shape."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from deidentification.analysis import Text
from deidentification.engine import Engine, KnownIdentifiers
from deidentification.hits import Hit
from demonstration.generate import generate_sessions
from demonstration.studies import STUDIES
from domain.transcripts import Speaker, make_turns
from domain.vocabulary import Coverage
from tests.deidentification.conftest import Say

Clean = Callable[..., list[str]]


def test_importing_the_package_leaves_the_web_process_light() -> None:
    program = (
        "import sys, deidentification.engine, deidentification.leak_check, "
        "deidentification.evaluation\n"
        "heavy = {'spacy', 'presidio_analyzer', 'py3langid', 'numpy'} & set(sys.modules)\n"
        "sys.exit(f'imports {sorted(heavy)}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_an_email_is_found_without_opening_a_socket(clean: Clean) -> None:
    assert clean("Write to ann.lee@brightdesk.co.uk please.") == [
        "Write to [EMAIL_ADDRESS_1] please."
    ]


def test_one_person_keeps_one_pseudonym_through_the_session(clean: Clean) -> None:
    assert clean(
        "My name is Maria Lopez.",
        "Nice to meet you, Maria!",
        "My editor Tom Baker calls me Ms Lopez. Tom is kind.",
    ) == [
        "My name is [PERSON_1].",
        "Nice to meet you, [PERSON_1]!",
        "My editor [PERSON_2] calls me [PERSON_1]. [PERSON_2] is kind.",
    ]


def test_pseudonyms_are_numbered_in_reading_order(clean: Clean) -> None:
    first, second = clean("Mail a@mail.com or b@mail.com.", "b@mail.com is best, not a@mail.com.")
    assert first == "Mail [EMAIL_ADDRESS_1] or [EMAIL_ADDRESS_2]."
    assert second == "[EMAIL_ADDRESS_2] is best, not [EMAIL_ADDRESS_1]."


def test_a_replacement_that_somebody_typed_is_given_to_nobody(clean: Clean) -> None:
    assert clean("I wrote [PERSON_1] there.", "My name is Maria Lopez.")[1] == (
        "My name is [PERSON_2]."
    )


def test_the_account_is_found_in_the_interviewers_echo_whatever_its_case(
    engine: Engine,
) -> None:
    turns = make_turns(
        [
            (Speaker.INTERVIEWER, "Thanks, jose! So JOSÉ ÁLVAREZ draws?"),
            (Speaker.PARTICIPANT, "Yes, álvarez is on the cover, or j.alvarez99."),
        ]
    )
    known = KnownIdentifiers("José Álvarez", "j.alvarez99@mail.com")
    result = engine.deidentify(turns, language="en", known=known)
    covered = [
        (turns[f.span.turn].text[f.span.start : f.span.end], f.source, f.replacement)
        for f in result.findings
    ]
    assert covered == [
        ("jose", "account", "[PERSON_1]"),
        ("JOSÉ ÁLVAREZ", "account", "[PERSON_1]"),
        ("álvarez", "account", "[PERSON_1]"),
        ("j.alvarez99", "account", "[USER_NAME_1]"),
    ]


def test_an_account_name_that_is_a_word_is_masked_only_as_a_name(clean: Clean) -> None:
    assert clean(
        "Will it work? It will. So they call me Will, and Will Hope is my name.",
        full_name="Will Hope",
    ) == ["Will it work? It will. So they call me [PERSON_1], and [PERSON_1] is my name."]


def test_an_account_name_is_masked_even_when_the_allow_list_names_it(clean: Clean) -> None:
    assert clean("claude is what they call me", full_name="Claude Osei")[0].startswith("[PERSON_1]")


def test_a_name_found_once_is_found_where_nothing_announces_it(clean: Clean) -> None:
    assert clean("My manager is called Zubeyda Okpara.", "okpara? no, ask zubeyda first")[1] == (
        "[PERSON_1]? no, ask [PERSON_1] first"
    )


def test_known_identifiers_never_show_their_values() -> None:
    known = KnownIdentifiers("Maria Lopez", "maria@mail.com")
    assert "Maria" not in repr(known)
    assert "maria" not in f"{known}"
    assert KnownIdentifiers.none() == KnownIdentifiers(None, None)


def test_every_finding_says_why_without_quoting(say: Say) -> None:
    turns, result = say(
        "I'm Tom, my manager Priya, ann@mail.com, 12 Baker Street, @tom_draws, I'm 34 years old.",
        "My social security number is 542-97-4483 and my card 4111 1111 1111 1111.",
        full_name="Tom Quigley",
    )
    assert len(result.findings) >= 8
    for finding in result.findings:
        covered = turns[finding.span.turn].text[finding.span.start : finding.span.end]
        assert finding.why.endswith(".")
        assert covered.lower() not in finding.why.lower()


def test_a_context_word_raises_a_score_and_the_reason_says_so(say: Say) -> None:
    _, result = say("My social security number is 542-97-4483.")
    (found,) = result.findings
    assert (found.entity_type, found.score > 0.5) == ("US_SSN", True)
    assert "raised its score" in found.why


def test_findings_never_overlap_and_lie_in_their_turn(say: Say) -> None:
    turns, result = say(
        "Maria Lopez of Lopez Studio, maria@lopezstudio.com, www.lopezstudio.com/maria, "
        "12 Lopez Street, London, SW1A 1AA, +44 20 7946 0958, born 3 March 1984",
        full_name="Maria Lopez",
        email="maria@lopezstudio.com",
    )
    last = 0
    for finding in result.findings:
        assert last <= finding.span.start < finding.span.end <= len(turns[0].text)
        last = finding.span.end


@pytest.mark.parametrize(
    "text",
    ["", " \n\t ", "👩🏽‍🎨", "\u200b", ".", "@", "مرحبا", "[PERSON_1]", "\ud800", "a\u0301\u0301"],
)
def test_odd_turns_give_no_findings(say: Say, text: str) -> None:
    assert say(text)[1].findings == ()


def test_a_session_without_turns_gives_no_findings(engine: Engine) -> None:
    assert engine.deidentify((), language=None, known=KnownIdentifiers.none()).findings == ()


def test_offsets_are_code_points_after_emoji_and_right_to_left_text(say: Say) -> None:
    text = "👩🏽‍🎨👍 שלום عليكم — mail ann@mail.com 👍🏽"
    _, result = say(text)
    (found,) = (f for f in result.findings if f.entity_type == "EMAIL_ADDRESS")
    assert text[found.span.start : found.span.end] == "ann@mail.com"


@pytest.mark.parametrize(
    "written",
    [
        "ann\u200b@ma\u200bil.com",
        "ａｎｎ@ｍａｉｌ.ｃｏｍ",
        "ann\u00ad@mail\u2060.com",
        "𝗮𝗻𝗻@𝗺𝗮𝗶𝗹.𝗰𝗼𝗺",
    ],
)
def test_invisible_and_fancy_letters_do_not_hide_an_email(clean: Clean, written: str) -> None:
    assert clean(f"Write to {written} please.") == ["Write to [EMAIL_ADDRESS_1] please."]


@pytest.mark.parametrize(
    "turn",
    [
        "I draw with ink and paper most of the time. " * 1_370,
        "a" * 60_000,
        "1" * 60_000,
        "@" * 60_000,
        "a." * 30_000,
        "1-" * 30_000,
        "my name is " * 5_500,
        "My " * 20_000,
        "dot at " * 8_600,
        "\u200b" * 60_000,
    ],
    ids=["words", "a", "1", "@", "a.", "1-", "my name is", "My", "dot at", "invisible"],
)
def test_a_turn_of_60_000_characters_takes_seconds_not_minutes(say: Say, turn: str) -> None:
    began = time.process_time()
    say(turn)
    assert time.process_time() - began < 15


def test_a_name_at_the_end_of_a_long_turn_is_found(say: Say) -> None:
    text = "I draw with ink and paper most of the time. " * 1_370 + "Write to ann@mail.com."
    _, result = say(text)
    assert [text[f.span.start : f.span.end] for f in result.findings] == ["ann@mail.com"]


def test_a_name_that_a_long_turns_pieces_would_divide_is_found_whole(say: Say) -> None:
    for shift in range(0, 40, 8):
        filler = "I draw with ink and paper most of the time. " * 136 + "x" * shift
        text = f"{filler} I showed it to Ingrid Solvang-Moreau, who smiled. {filler}"
        _, result = say(text)
        assert [text[f.span.start : f.span.end] for f in result.findings] == [
            "Ingrid Solvang-Moreau"
        ]


def test_a_language_without_a_model_is_marked_and_still_searched_by_patterns(say: Say) -> None:
    turns, result = say(
        "Me llamo Zubeyda y mi correo es zub@correo.es.",
        "Gracias, Zubeyda. ¿Y Okpara?",
        language="es-MX",
        full_name="Zubeyda Okpara",
    )
    assert (result.language, result.coverage) == ("es", Coverage.PATTERNS_ONLY)
    covered = [turns[f.span.turn].text[f.span.start : f.span.end] for f in result.findings]
    assert covered == ["Zubeyda", "zub@correo.es", "Zubeyda", "Okpara"]


def test_a_language_that_nobody_stated_is_detected(say: Say) -> None:
    spanish = say(
        "Trabajo con acuarela desde hace muchos años y me gusta pintar el mar por la mañana.",
        language=None,
    )[1]
    assert (spanish.language, spanish.coverage) == ("es", Coverage.PATTERNS_ONLY)
    english = say("I have worked with watercolour for many years and love the sea.", language=None)
    assert (english[1].language, english[1].coverage) == ("en", Coverage.FULL)
    assert not english[1].language_assumed


def test_too_few_words_to_tell_a_language_are_read_in_the_default_and_said_to_be(say: Say) -> None:
    result = say("ok yes", language=None)[1]
    assert (result.language, result.language_assumed) == ("en", True)


def test_the_same_session_gives_the_same_result_from_memory(say: Say) -> None:
    first = say("My colleague Priya lives in Leeds.", full_name="Ann Moss")[1]
    again = say("My colleague Priya lives in Leeds.", full_name="Ann Moss")[1]
    assert first == again


def test_what_one_account_revealed_is_not_remembered_for_the_next(clean: Clean) -> None:
    said = "thimble drew the cover with lantern"
    assert clean(said, full_name="Thimble Lantern") == ["[PERSON_1] drew the cover with [PERSON_1]"]
    assert clean(said) == [said]


def test_every_result_names_the_engine_that_made_it(engine: Engine, say: Say) -> None:
    result = say("Hello there.")[1]
    assert result.engine_digest == engine.digest
    assert len(bytes.fromhex(result.engine_digest)) == 32


def test_turns_read_together_give_what_each_gives_alone(engine: Engine) -> None:
    sessions = [
        make_turns(session.record.turns)
        for session in generate_sessions(23, STUDIES[0], 6)
        if session.record.language == "en"
    ]
    texts = [
        Text(turn.text, turn.speaker is Speaker.PARTICIPANT) for turns in sessions for turn in turns
    ]
    analyser = engine._analyser
    together = analyser.analyse(texts, "en")
    alone = [analyser.analyse([text], "en")[0] for text in texts]
    assert sum(map(len, together)) > 20
    assert list(map(sorted_hits, together)) == list(map(sorted_hits, alone))


def test_a_turn_said_twice_in_a_session_is_found_both_times(clean: Clean) -> None:
    assert clean(*["Ask Jarmila Novotna."] * 2) == ["Ask [PERSON_1]."] * 2


def sorted_hits(hits: tuple[Hit, ...]) -> list[tuple[int, int, str, str]]:
    return sorted((hit.start, hit.end, hit.entity_type, hit.source) for hit in hits)
