"""The cast of a session: the participant, the people they speak of, and their world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from demonstration.dice import Dice
from demonstration.identifiers import (
    Identifier,
    age,
    birth_date,
    email,
    handle,
    named,
    phone,
    street_address,
    url,
)
from demonstration.people import Colleague, Person, colleagues_of, organisation_words, pools
from demonstration.planted import Piece, PlantedType
from demonstration.templates import Template, write
from demonstration.voices import Voice
from demonstration.wording_files import Wording, World, wording

_NAMES = frozenset(
    (PlantedType.PERSON, PlantedType.ORGANIZATION, PlantedType.LOCATION, PlantedType.OCCUPATION)
)
_COLLEAGUES = ("mate", "mate2", "boss", "client")
_OF_THE_PERSON: Mapping[str, Callable[[Person], Identifier]] = {
    "me": lambda person: named(person.given),
    "me_full": lambda person: named(person.full_name),
    "email": lambda person: email(person.email, person.language),
    "phone": lambda person: phone(person.phone, person.language),
    "handle": lambda person: handle(person.handle, person.language),
    "url": lambda person: url(person.url),
    "address": lambda person: street_address(person.address),
    "age": lambda person: age(person.age, person.language),
    "birth_date": lambda person: birth_date(person.born, person.language),
}


class Job:
    """What a person does in one world, and for whom: the same in all their sessions."""

    def __init__(self, seed: int, person: Person, world: World) -> None:
        dice = Dice(seed, "job", person.key, world.key)
        pool = pools()[person.language]
        parts = {
            "word": dice.pick(organisation_words()),
            "family": dice.pick(pool.family).written,
            "family2": dice.pick(pool.family).written,
            "town": person.town,
        }
        self.title = dice.pick(world.titles)
        template = dice.pick(world.employers)
        pieces = write(template, dice, 1.0, lambda name: [Piece(parts[name])])
        self.employer = "".join(piece.text for piece in pieces)


class Cast:
    """Fills the slots of one session's templates.

    Identifiers are written anew at each mention, the way the voice types them; the other
    words of a world are drawn once and then stay the same for the session.
    """

    def __init__(
        self, seed: int, person: Person, world: World, day_world: World | None, dice: Dice
    ) -> None:
        self.person = person
        self.world = world
        self.day_world = day_world
        self.wording: Wording = wording(person.language)
        self._seed, self._dice = seed, dice
        self._identifiers: dict[str, Identifier | None] = {}
        self._words: dict[str, list[Piece]] = {}
        self._left: dict[str, list[Template]] = {}

    @cached_property
    def job(self) -> Job:
        """What the participant does in the world they speak of."""
        return Job(self._seed, self.person, self.world)

    @cached_property
    def day_job(self) -> Job | None:
        """What the participant lives on, where that is something else."""
        if self.day_world is None:
            return None
        return Job(self._seed, self.person, self.day_world)

    @cached_property
    def _colleagues(self) -> tuple[Colleague, ...]:
        return colleagues_of(self._seed, self.person)

    def filler(self, dice: Dice, voice: Voice | None) -> Callable[[str], list[Piece]]:
        """A function that fills a slot, writing identifiers as that voice does; None: as printed.

        Raises KeyError when neither the person nor the world knows the slot.
        """

        def fill(slot: str) -> list[Piece]:
            known = self.identifier(slot)
            if known is not None:
                if voice is None:
                    return [known.written(dice, 0.0)]
                is_name = known.kind in _NAMES
                return [known.written(dice, voice.careless_names if is_name else voice.careless)]
            if slot == "a_title":
                title = fill("title")
                vowel = title[0].text[:1].lower() in "aeiou"
                return [Piece("an " if vowel else "a "), *title]
            if slot not in self._words:
                self._words[slot] = self._drawn(slot, fill)
            return self._words[slot]

        return fill

    def identifier(self, slot: str) -> Identifier | None:
        """The identifier a slot stands for, or None when it stands for plain words."""
        if slot not in self._identifiers:
            self._identifiers[slot] = self._identifier(slot)
        return self._identifiers[slot]

    def _identifier(self, slot: str) -> Identifier | None:
        if slot in _OF_THE_PERSON:
            return _OF_THE_PERSON[slot](self.person)
        who, _, form = slot.partition("_")
        if who in _COLLEAGUES:
            colleague = self._colleagues[_COLLEAGUES.index(who)]
            return _of_a_colleague(colleague, form, self.person.language)
        match slot:
            case "town":
                return named(self.person.town, PlantedType.LOCATION, quasi=self.world.rare)
            case "employer":
                return named(self.job.employer, PlantedType.ORGANIZATION)
            case "day_employer" if self.day_job is not None:
                return named(self.day_job.employer, PlantedType.ORGANIZATION)
            case "title" if self.world.rare:
                return named(self.job.title, PlantedType.OCCUPATION, quasi=True)
            case "day_title" if self.day_job is not None and self.day_world.rare:  # type: ignore[union-attr]
                return named(self.day_job.title, PlantedType.OCCUPATION, quasi=True)
        return None

    def _drawn(self, slot: str, fill: Callable[[str], list[Piece]]) -> list[Piece]:
        """Words for the slot; “task2” is another word of the kind “task”."""
        if slot == "title":
            return [Piece(self.job.title)]
        if slot == "day_title" and self.day_job is not None:
            return [Piece(self.day_job.title)]
        kind = slot.rstrip("23")
        if kind not in self._left:
            held = self.world.words.get(kind) or self.wording.phrases[kind]
            self._left[kind] = self._dice.some(held, len(held))
        return write(self._left[kind].pop(), self._dice, 1.0, fill)


def _of_a_colleague(colleague: Colleague, form: str, language: str) -> Identifier:
    match form:
        case "":
            return named(colleague.given)
        case "full":
            return named(colleague.full_name)
        case "email":
            return email(colleague.email, language)
    raise KeyError(f"A colleague has no “{form}”.")
