"""Every template in every wording can be said."""

from __future__ import annotations

import pytest

from demonstration.cast import Cast
from demonstration.dice import Dice
from demonstration.people import person_of
from demonstration.studies import STUDIES, TOPICS
from demonstration.templates import Template, parse, write
from demonstration.wording_files import LANGUAGES, Unit, wording


def _said(template: Template, cast: Cast, dice: Dice) -> str:
    fill = cast.filler(dice, cast.person.voice)
    return "".join(piece.text for piece in write(template, dice, 1.0, fill))


def _templates(unit: Unit) -> list[Template]:
    return [part for part in (unit.say, unit.echo, unit.ask, *unit.more) if part is not None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_in_a_wording_can_be_said(language: str) -> None:
    held = wording(language)
    dice = Dice("wordings", language)
    for world in held.worlds:
        cast = Cast(1, person_of(1, "anybody", language), world, world, dice)
        for unit in (*world.units, *held.generic):
            for template in _templates(unit):
                assert _said(template, cast, dice).strip()
        for phrases in held.phrases.values():
            for phrase in phrases:
                assert _said(phrase, cast, dice).strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_has_something_to_say_in_every_study(language: str) -> None:
    held = wording(language)
    for study in STUDIES:
        assert held.worlds_of(study.subject)
        for world in held.worlds_of(study.subject):
            for topic in TOPICS:
                generic = [
                    unit.mood
                    for unit in held.generic
                    if unit.topic == topic and unit.subject in ("any", study.subject)
                ]
                covers_all_moods = "any" in generic or {"keen", "mixed", "wary"} <= set(generic)
                assert covers_all_moods or any(unit.topic == topic for unit in world.units)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_summary_fits_into_the_interviewers_sentence(language: str) -> None:
    held = wording(language)
    units = [*held.generic, *(unit for world in held.worlds for unit in world.units)]
    for unit in units:
        for node in (unit.echo or ())[-1:]:
            assert not str(node).endswith((".", "?", "!", "。"))


@pytest.mark.parametrize("source", ["{open", "[a|b", "<more", "a]", "a}", "a|b", "a>"])
def test_a_template_whose_brackets_do_not_match_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="template"):
        parse(source)
