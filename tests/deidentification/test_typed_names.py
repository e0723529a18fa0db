"""Names as people type them: no capitals, half in words, in no list."""

from __future__ import annotations

import time

import pytest

from deidentification.lexicon import Lexicon
from deidentification.recognizers.accounts import account_recognizers
from deidentification.recognizers.companies import company_recognizers
from deidentification.recognizers.numbers import number_recognizers
from deidentification.recognizers.phrases import PhraseRecognizer
from deidentification.recognizers.publications import publication_recognizers
from deidentification.recognizers.streets_abroad import street_abroad_recognizers
from deidentification.recognizers.unfamiliar import SOURCE as UNFAMILIAR
from tests.deidentification.conftest import Say

#: The stretch in braces must be covered to the last letter.
_GOES = [
    # Unknown words, by what stands beside them.
    "so {thandeka} from the archive found it",
    "{oyelaran} and i share the studio",
    "i asked {okpara} whether she minded",
    "my brother hates it but {zubeyda} is all for it",
    "we toured from {wexcombe} to the coast",
    "moved to {brannoc} for the light",
    "i grew up in {khandbari}, then left",
    "i met {mark szabo} at the fair",
    "{oyelaran} says it is theft",
    "it was drawn with {oyeyemi}",
    "shoutout to {mbali okonjo} lol",
    "Usually {Crystal} checks it, then it goes out.",
    # Companies and schools without capitals.
    "we did a job for {thornbury games} last year",
    "i was at {larkspur holdings} before that",
    "she is with {meridian and sons} now",
    "went to {university of khandbari} but dropped out",
    "studied at {brackmoor community college} for a bit",
    "the {fenwickson} office never answers",
    "it came from {Redwell Instruments Sp. z o.o}. in spring",
    # Accounts.
    "telegram {itstamarack} works too",
    "find me on discord, {moss.wren}",
    "on soundcloud its {wrenfold}",
    "look for {tamsin_inks} anywhere",
    # A slip is none when it is a name.
    "{Brian} is the one who checks it.",
    # Numbers.
    "my cell is {seven seven five 467 5498}",
    "My passport number {QA 12 34 56 C} was in it.",
    "my iban is {gb29 nwbk 6016 1331 9268 19}",
    # Addresses abroad and of armed forces.
    "send it to {ul. Wierzbowa 63}",
    "she lives at {calle alfareros 12}",
    "the shop is at {Lindengasse 4}",
    "he rents {Tannenweg 12/3} now",
    "Write to {PSC 4321, Box 1234\nAPO AE 09321} please",
    "They meet at the corner of {Alder Lane and Kiln Street}.",
    "It went to {12 Larkmoor 45}, Suite 9",
    # Trades, journals, own works, ages.
    "i'm a {gamelan tuner} by trade",
    "Honestly as a {carillonneur} I get odd requests.",
    "there are only two {clog makers} in the county",
    "my job? {wig maker}, believe it or not",
    "My last paper came out in {Fenland Geoscience}.",
    "we got rejected by {The Saltmarsh Review} twice",
    "it was printed in the {journal of puppet studies} last autumn",
    "My novel {Dust Makes Music} came out in spring.",
    "I'll be {52} in June.",
    "Turning {40} made me rethink it.",
    "at {34} you see it differently",
    "class of {1987}, if you wonder",
    "signed {f olabode}",
]

_STAYS = [
    "i recieved the fedback and definately liked the storyboards",
    "hahaha soooo much worldbuilding, hmmm",
    "i love a noir-style chatbot and its soundboard",
    "the model is good at analyzing audio and complex software",
    "i work with digital media and graphic design",
    "i was at home and then at school",
    "i studied at art school and worked for video games",
    "we talked for many hours at the music studio",
    "telegram works too and discord is fine",
    "my insta is private",
    "call read_csv and train_test_split first",
    "one two three four five six seven eight nine ten",
    "over the course of 5 days it has become a 100 times easier",
    "it was placed where it should be, number 2",
    "i send it via email 3 times",
    "I'm a big believer and a slow learner.",
    "I'm a decent human, not a teacher.",
    "as a starting point I use it, as a rule I check it",
    "I use it as a brainstorming partner and as a research assistant.",
    "My novel is done and my next book will take a year.",
    "a review of the book, in English and in March",
    "at 10 I stop and at 5 we eat",
    "I'll be 10 minutes late and turning 2 pages",
    "AI as a tool, as long as it helps",
    "Hello, I'm an AI interviewer. Welcome to the study.",
    "Taht is the real decision. Where was I. It doesnt go out.",
    "I didnt know who'd made it, and we dont ask.",
    "I'm a stand-up comedian by night and a software tester by day.",
]


@pytest.mark.parametrize("text", _GOES)
def test_what_is_typed_without_care_is_covered(say: Say, text: str) -> None:
    start, end = text.index("{"), text.index("}") - 1
    plain = text.replace("{", "").replace("}", "")
    _, result = say(plain)
    covered = {
        place
        for finding in result.findings
        for place in range(finding.span.start, finding.span.end)
    }
    open_ = [
        plain[place]
        for place in range(start, end)
        if plain[place].isalnum() and place not in covered
    ]
    assert not open_, result.findings


@pytest.mark.parametrize("text", _STAYS)
def test_what_only_looks_like_it_stays(say: Say, text: str) -> None:
    turns, result = say(text)
    assert not [turns[0].text[f.span.start : f.span.end] for f in result.findings]


def test_a_turn_in_another_language_is_not_read_as_names(say: Say) -> None:
    said = "jeg synes maskinen skriver ganske pænt, hvis huset sover roligt imens"
    _, result = say(said, language="en")
    assert not [f for f in result.findings if f.source == UNFAMILIAR]


def test_other_languages_have_no_dictionary_and_are_not_searched_by_one(say: Say) -> None:
    _, result = say("ich habe gestern viel geschrieben und dann geschlafen", language="de")
    assert not result.findings


def test_a_finding_says_which_words_gave_it_away(say: Say) -> None:
    _, result = say("i asked okpara whether she minded")
    (finding,) = result.findings
    assert finding.source == UNFAMILIAR
    assert "no dictionary" in finding.why
    assert "okpara" not in finding.why


def test_a_surname_typed_small_is_found_again(say: Say) -> None:
    turns, result = say("Thandeka Oyelaran runs it.", "then oyelaran left")
    assert [
        turns[f.span.turn].text[f.span.start : f.span.end]
        for f in result.findings
        if f.span.turn == 1
    ] == ["oyelaran"]


def test_fragments_of_an_address_are_not_searched_elsewhere(say: Say) -> None:
    _, result = say("mail is n . sulc at hey dot com", "look at the end of it, and at me")
    assert not [f for f in result.findings if f.span.turn == 1]


@pytest.mark.parametrize(
    "hostile",
    [
        "a b " * 4_000,
        "ul. " * 6_000,
        "at the " * 5_000,
        "one 1 " * 4_000,
        "x_" * 8_000,
        "Ab, " * 6_000,
    ],
)
def test_a_hostile_turn_takes_no_longer_than_its_length(lexicon: Lexicon, hostile: str) -> None:
    recognizers = [
        *account_recognizers("en", lexicon),
        *company_recognizers("en"),
        *number_recognizers("en"),
        *publication_recognizers("en"),
        *street_abroad_recognizers("en"),
    ]
    began = time.process_time()
    for recognizer in recognizers:
        if isinstance(recognizer, PhraseRecognizer):
            recognizer.analyze(hostile, [], None)
    assert time.process_time() - began < 6.0


def test_an_account_that_ends_a_sentence_is_no_mail_address(say: Say) -> None:
    turns, result = say("my handle is @keith_whitcombe. no pressure")
    held = [turns[0].text[f.span.start : f.span.end] for f in result.findings]
    assert held == ["@keith_whitcombe"]
    _, result = say("write to keith @ larkmoor . no please")
    assert [finding.entity_type for finding in result.findings] == ["EMAIL_ADDRESS"]
