"""The cast of a session: the participant, the people they speak of, and their world."""

from __future__ import annotations

from collections.abc import Callable

from demonstration.dice import Dice
from demonstration.identifiers import (
    Identifier,
    age,
    birth_date,
    email,
    handle,
    named,
    phone,
    plain_letters,
    street_address,
    url,
)
from demonstration.people import Person, organisation_words, pools
from demonstration.planted import Piece, PlantedType
from demonstration.templates import Template, write
from demonstration.voices import Voice
from demonstration.wording_files import Wording, World, wording

_NAMES = frozenset(
    (PlantedType.PERSON, PlantedType.ORGANIZATION, PlantedType.LOCATION, PlantedType.OCCUPATION)
)
_COLLEAGUES = ("mate", "mate2", "boss", "client")


class Cast:
    """Fills the slots of one session's templates.

    Identifiers are written anew at each mention, the way the voice types them; the other
    words of a world are drawn once and then stay the same for the session.
    """

    def __init__(self, seed: int, person: Person, world: World, day_world: World | None) -> None:
        self.person = person
        self.world = world
        self.wording: Wording = wording(person.language)
        # Colleagues come with the person, so that two studies name the same ones.
        self._dice = Dice(seed, "cast", person.key, world.key)
        self.identifiers = _identifiers(seed, person)
        title = self._dice.pick(world.titles)
        if world.rare:
            self.identifiers["title"] = named(title, PlantedType.OCCUPATION, quasi=True)
            self.identifiers["town"] = named(person.town, PlantedType.LOCATION, quasi=True)
        self._left: dict[str, list[Template]] = {}
        self._words: dict[str, list[Piece]] = {"title": [Piece(title)]}
        self._employ("employer", world)
        if day_world is not None:
            self._words["day_title"] = [Piece(self._dice.pick(day_world.titles))]
            self._employ("day_employer", day_world)

    def _employ(self, slot: str, world: World) -> None:
        pool = pools()[self.person.language]
        parts = {
            "word": self._dice.pick(organisation_words()),
            "family": self._dice.pick(pool.family).written,
            "family2": self._dice.pick(pool.family).written,
            "town": self.person.town,
        }
        template = self._dice.pick(world.employers)
        pieces = write(template, self._dice, 1.0, lambda name: [Piece(parts[name])])
        name = "".join(piece.text for piece in pieces)
        self.identifiers[slot] = named(name, PlantedType.ORGANIZATION)

    def filler(self, dice: Dice, voice: Voice | None) -> Callable[[str], list[Piece]]:
        """A function that fills a slot, writing identifiers as that voice does; None: as printed.

        Raises KeyError when neither the person nor the world knows the slot.
        """

        def fill(slot: str) -> list[Piece]:
            known = self.identifiers.get(slot)
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
                self._words[slot] = write(self._drawn(slot), self._dice, 1.0, fill)
            return self._words[slot]

        return fill

    def _drawn(self, slot: str) -> Template:
        """A word for the slot; “task2” is another word of the kind “task”."""
        kind = slot.rstrip("23")
        if kind not in self._left:
            held = self.world.words.get(kind) or self.wording.phrases[kind]
            self._left[kind] = self._dice.some(held, len(held))
        return self._left[kind].pop()


def _identifiers(seed: int, person: Person) -> dict[str, Identifier]:
    language, pool = person.language, pools()[person.language]
    dice = Dice(seed, "colleagues", person.key)
    found = {
        "me": named(person.given),
        "me_full": named(person.full_name),
        "town": named(person.town, PlantedType.LOCATION),
        "email": email(person.email, language),
        "phone": phone(person.phone, language),
        "handle": handle(person.handle, language),
        "url": url(person.url),
        "address": street_address(person.address),
        "age": age(person.age, language),
        "birth_date": birth_date(person.born, language),
    }
    others = dice.some([name for name in pool.given if name.written != person.given], 4)
    for slot, given in zip(_COLLEAGUES, others, strict=True):
        family = dice.pick(pool.family)
        found[slot] = named(given.written)
        found[f"{slot}_full"] = named(pool.full(given, family))
        local = f"{plain_letters(given.latin)}.{plain_letters(family.latin)}"
        found[f"{slot}_email"] = email(
            f"{local}@{dice.pick(('example.com', 'example.org'))}", language
        )
    return found
