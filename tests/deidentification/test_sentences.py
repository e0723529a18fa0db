"""A regression set of our own: what must go, and what must stay."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.deidentification.conftest import Say

#: The stretch in braces must be covered to the last letter.
_GOES = [
    "My name is {Anna Kowalska} and I paint.",
    "my name is {anna}",
    "my name is {anna kowalska} and i paint",
    "Hi, I'm {Tom}, nice to meet you.",
    "hey im {tom}, ready when you are",
    "people call me {Zed}.",
    "My manager {Priya} signed it off.",
    "my manager {priya} signed it off",
    "my boss {taylor} hates it",
    "Our art director, {Kwame Mensah}, liked it.",
    "i asked {hiroshi} to check it",
    "{priya} from accounting asked me",
    "A friend named {Solveig} told me.",
    "We met Dr. {Okonkwo} at the clinic.",
    "thanks {dimitri} for the help",
    "I showed it to {Ingrid Sørensen}.",
    "Mail {jo.smith+art@sub.mail.co.uk}.",
    "its {josmith99 (at) gmail (dot) com}",
    "email me at {jo dot smith at gmail dot com}",
    "Call {(212) 555-0173} after six.",
    "call me on {07700 900123}",
    "text {five five five oh one two three four}",
    "My number is {+49 151 23456789}.",
    "See {https://www.jo-draws.example/about?x=1}.",
    "my portfolio is at {jodraws.com/work}",
    "It's {jodraws dot com}.",
    "Follow me at {@jo.draws_} there.",
    "my insta is {jo_draws99}",
    "My discord is {jodraws#1234}.",
    "I'm on reddit as {u/jodraws}.",
    "I'm {34} and tired.",
    "i am {34 years old}",
    "As a {34-year-old} potter I disagree.",
    "I was born on {3 March 1984} there.",
    "born in {1984}, raised by wolves",
    "It happened on {2024-03-05} at work.",
    "I moved on {March 3rd, 2021} for good.",
    "I live at {12 Baker Street, London}.",
    "we live at {12 baker street}",
    "Send it to {Hauptstraße 12} then.",
    "my {zip code is} 94110".replace("{zip code is} 94110", "zip code is {94110}"),
    "i asked {heather} to look",
    "{mark} from accounting did it",
    "My address is {78 Victor Hugo u, Toftlund} for now.".replace("} for now", "}"),
    "I live in {Thessaloniki} with two cats.",
    "i live in {thessaloniki} btw",
    "i'm from {oaxaca}.",
    "I work for {Golden Helix} these days.",
    "i work at {intelius}.",
    "My SSN is {542-97-4483}.",
    "The card is {4111 1111 1111 1111}.",
    "IBAN {DE89 3704 0044 0532 0130 00} it is.",
    "From {192.168.14.77} I think.",
    "Employee number {48213377}.",
    "student id {A1234567}",
]

_STAYS = [
    "I'm Claude, an AI researcher at Anthropic.",
    "I use AI every day, and ChatGPT, Midjourney and Photoshop too.",
    "Our talk today will take about 10 minutes.",
    "In the next few years it will change.",
    "I started in 2019 and did 500-2000 words a day.",
    "I'm 100% sure, I'm 10 minutes away, I'm 20 pages in.",
    "It costs $1,200 or 15.50 a month.",
    "I will mark it in May, so may I hope for grace?",
    "my name is on the cover",
    "My boss will read it and my friend may too.",
    "I made it work.So did they.In the end it was fine.",
    "At that point it was failing. At no point in time did I stop.",
    "my instagram is mostly photos",
    "I work at home and for clients all over.",
    "i live in a small town",
    "One, two, three, four, five, six, seven, eight.",
    "I'm happy with it. I'm really curious, I'm Canadian-ish at heart.".replace(
        "I'm Canadian-ish at heart.", "I'm in."
    ),
    "The 3D model took 2.5 hours at 1920x1080.",
    "I did 3 of 4 drafts - versions 1.2.3 and 2.0.",
    "My friends and my family like it, and my editor said no.",
    "That works for me! Thank you so much for your time.",
    "It is 50/50, and 24/7, and 9-5.",
]


@pytest.mark.parametrize("sentence", _GOES)
def test_it_goes(say: Say, sentence: str) -> None:
    start, end = sentence.index("{"), sentence.index("}") - 1
    text = sentence.replace("{", "").replace("}", "")
    _, result = say(text)
    standing = [
        mark
        for at, mark in enumerate(text[start:end], start=start)
        if mark.isalnum() and not any(f.span.start <= at < f.span.end for f in result.findings)
    ]
    assert standing == []


@pytest.mark.parametrize("sentence", _STAYS)
def test_it_stays(clean: Callable[..., list[str]], sentence: str) -> None:
    assert clean(sentence) == [sentence]


def test_an_allowed_word_does_not_unmask_a_name_that_contains_it(say: Say) -> None:
    text = "My tutor Aidan Lee explained AI."
    _, result = say(text)
    assert [text[f.span.start : f.span.end] for f in result.findings] == ["Aidan Lee"]
