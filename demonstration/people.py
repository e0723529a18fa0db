"""Participants: who they are, where they live, how to reach them. All invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from tomllib import loads
from typing import Any

from demonstration.dice import Dice
from demonstration.identifiers import plain_letters
from demonstration.voices import Voice, voice_of
from domain.vocabulary import Plan

_DOMAINS = ("example.com", "example.net", "example.org", "mail.example.com", "post.example.org")
_HOSTS = ("www.example.com", "sites.example.org", "example.net", "pages.example.com")
_PATHS = ("", "/work", "/about", "/portfolio")
_PLANS = (Plan.FREE, Plan.FREE, Plan.PRO, Plan.PRO, Plan.MAX)
#: The first day of the first study: ages are told as on that day.
_AGES_ON = date(2025, 12, 1)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written, and in Latin letters (the same where it is so written)."""

    written: str
    latin: str


@dataclass(frozen=True, slots=True)
class Place:
    """A country with some of its towns and its telephone numbers ("#" stands for a digit)."""

    country: str
    utc_offset: timedelta
    towns: tuple[str, ...]
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """What people who speak one language are called, and where they live."""

    given: tuple[Name, ...]
    family: tuple[Name, ...]
    streets: tuple[str, ...]
    places: tuple[Place, ...]
    family_first: bool

    def full(self, given: Name, family: Name) -> str:
        """A full name in the order of the language."""
        if self.family_first:
            return f"{family.written}{given.written}"
        return f"{given.written} {family.written}"


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a participant speaks of: a colleague, a superior, a client."""

    given: str
    full_name: str
    email: str


@dataclass(frozen=True, slots=True)
class Person:
    """One participant, the same in every study they take part in."""

    key: str
    participant_ref: str
    language: str
    given: str
    full_name: str
    email: str
    phone: str
    handle: str
    url: str
    address: str
    town: str
    country: str
    utc_offset: timedelta
    born: date
    plan: Plan
    has_account: bool
    voice: Voice
    #: Numbers from 0 to 1 that decide which world they live in, for each kind of world.
    inclinations: tuple[float, ...]

    @property
    def age(self) -> int:
        """Age in whole years on the day the first study opened."""
        before = (_AGES_ON.month, _AGES_ON.day) < (self.born.month, self.born.day)
        return _AGES_ON.year - self.born.year - before


def person_of(seed: int, key: str, language: str) -> Person:
    """The person of that key: the same for every study and session."""
    dice = Dice(seed, "person", key)
    pool = pools()[language]
    given, family = dice.pick(pool.given), dice.pick(pool.family)
    place = dice.pick(pool.places)
    town = dice.pick(place.towns)
    born = date(1951 + dice.below(50), 1, 1) + timedelta(days=dice.below(365))
    first, last = plain_letters(given.latin), plain_letters(family.latin)
    local = dice.pick(
        (f"{first}.{last}", f"{first[0]}{last}{born.year % 100:02}", f"{last}.{first}")
    )
    user = dice.pick(
        (f"{first}_{last}", f"{first}{born.year % 100:02}", f"{first}_makes", f"the_{last}")
    )
    return Person(
        key=key,
        participant_ref=f"p-{sha256(f'{seed}/{key}'.encode()).hexdigest()[:16]}",
        language=language,
        given=given.written,
        full_name=pool.full(given, family),
        email=f"{local}@{dice.pick(_DOMAINS)}",
        phone=with_digits(dice.pick(place.phones), dice),
        handle=user,
        url=f"https://{dice.pick(_HOSTS)}/{first}{last}{dice.pick(_PATHS)}",
        address=f"{with_digits(dice.pick(pool.streets), dice)}, {town}",
        town=town,
        country=place.country,
        utc_offset=place.utc_offset,
        born=born,
        plan=dice.pick(_PLANS),
        has_account=dice.chance(0.9),
        voice=voice_of(dice, language),
        inclinations=tuple(dice.between(0, 1) for _ in range(3)),
    )


def colleagues_of(seed: int, person: Person) -> tuple[Colleague, ...]:
    """The four people a person speaks of, in whichever study; all first names differ."""
    dice, pool = Dice(seed, "colleagues", person.key), pools()[person.language]
    found: dict[str, Colleague] = {}
    while len(found) < 4:
        given, family = dice.pick(pool.given), dice.pick(pool.family)
        if given.written == person.given or given.written in found:
            continue
        local = f"{plain_letters(given.latin)}.{plain_letters(family.latin)}"
        address = f"{local}@{dice.pick(_DOMAINS)}"
        found[given.written] = Colleague(given.written, pool.full(given, family), address)
    return tuple(found.values())


def with_digits(pattern: str, dice: Dice) -> str:
    """The pattern with a digit from 1 to 9 for each "#"."""
    first, *rest = pattern.split("#")
    return first + "".join([f"{1 + dice.below(9)}{part}" for part in rest])


@cache
def pools() -> Mapping[str, Pool]:
    """The pools of all languages."""
    held = _document()
    return {language: _pool(language, held[language]) for language in held if len(language) == 2}


@cache
def organisation_words() -> tuple[str, ...]:
    """Invented words that organisations are named after."""
    return tuple(_document()["surname_words"])


@cache
def _document() -> dict[str, Any]:
    path = Path(__file__).with_name("wording") / "people.toml"
    return loads(path.read_text(encoding="utf-8"))


def _pool(language: str, held: Mapping[str, Any]) -> Pool:
    return Pool(
        given=tuple(_name(name) for name in held["given"]),
        family=tuple(_name(name) for name in held["family"]),
        streets=tuple(held["streets"]),
        places=tuple(
            Place(
                place["country"],
                timedelta(hours=place["utc_offset"]),
                tuple(place["towns"]),
                tuple(place["phones"]),
            )
            for place in held["places"]
        ),
        family_first=language == "ja",
    )


def _name(entry: str) -> Name:
    written, _, latin = entry.partition("|")
    return Name(written, latin or written)
