"""The forms an identifier is written in: as on a letterhead, and as people type it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache

from demonstration.dice import Dice
from demonstration.planted import Manner, Piece, PlantedType

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August",
           "September", "October", "November", "December")  # fmt: skip
_DIGITS = ("oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SPOKEN_SIGNS = {
    "de": (" at ", " punkt "),
    "es": (" arroba ", " punto "),
    "fr": (" arobase ", " point "),
    "pt": (" arroba ", " ponto "),
}
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
          "eighteen", "nineteen")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identifier:
    """Something that points at a person, with every form it may be written in.

    ``typed`` is empty when people type it no other way. A quasi-identifier is one in
    whatever form.
    """

    kind: PlantedType
    standard: str
    typed: tuple[str, ...] = ()
    quasi: bool = False

    def written(self, dice: Dice, careless: float) -> Piece:
        """One mention, careless with that probability."""
        as_typed = bool(self.typed) and dice.chance(careless)
        text = dice.pick(self.typed) if as_typed else self.standard
        manner = Manner.AS_TYPED if as_typed else Manner.STANDARD
        return Piece(text, self.kind, Manner.QUASI if self.quasi else manner)


def named(name: str, kind: PlantedType = PlantedType.PERSON, *, quasi: bool = False) -> Identifier:
    """A name of a person, place or organisation; people type it in lower case."""
    return Identifier(kind, name, _different(name, name.lower()), quasi)


def email(address: str, language: str) -> Identifier:
    """An e-mail address; in words its signs are spelled out."""
    at, dot = _SPOKEN_SIGNS.get(language, (" at ", " dot "))
    in_words = address.replace("@", at).replace(".", dot)
    return Identifier(
        PlantedType.EMAIL_ADDRESS,
        address,
        (in_words, in_words, address.replace("@", " @ "), address.replace("@", "(at)")),
    )


def phone(number: str, language: str) -> Identifier:
    """A telephone number; people run it together, space it oddly or say it."""
    digits = "".join(sign for sign in number if sign.isdigit())
    typed = [digits, " ".join((digits[:4], digits[4:7], digits[7:])).strip()]
    if language == "en":
        typed.append(" ".join(_DIGITS[int(digit)] for digit in digits))
    return Identifier(PlantedType.PHONE_NUMBER, number, _different(number, *typed))


def handle(name: str, language: str) -> Identifier:
    """A user name on some platform; people leave the sign out or say it."""
    underscore = {"de": " unterstrich ", "es": " guion bajo ", "fr": " tiret bas "}.get(
        language, " underscore "
    )
    return Identifier(
        PlantedType.USERNAME,
        f"@{name}",
        _different(f"@{name}", name, name.replace("_", underscore), f"@ {name}"),
    )


def url(address: str) -> Identifier:
    """A web address, given with its scheme; people leave that out or say the signs."""
    bare = address.removeprefix("https://").removeprefix("www.")
    return Identifier(
        PlantedType.URL,
        address,
        (bare, bare.replace(".", " dot ").replace("/", " slash "), f"www.{bare}"),
    )


def street_address(address: str) -> Identifier:
    """A street and town; people drop capitals and commas and shorten."""
    short = address.lower().replace(",", "")
    for word, shortened in (("street", "st"), ("lane", "ln"), ("avenue", "ave"), ("road", "rd")):
        short = short.replace(f" {word}", f" {shortened}")
    return Identifier(PlantedType.STREET_ADDRESS, address, _different(address, short))


def age(years: int, language: str) -> Identifier:
    """An age in whole years; in English also in words."""
    typed = (in_words(years),) if language == "en" else ()
    return Identifier(PlantedType.AGE, str(years), typed)


def birth_date(day: date, language: str) -> Identifier:
    """A date of birth, in the form the language's letters use."""
    if language == "en":
        month = _MONTHS[day.month - 1]
        return Identifier(
            PlantedType.BIRTH_DATE,
            f"{day.day} {month} {day.year}",
            (
                f"{day.day}/{day.month}/{day.year % 100:02}",
                f"the {_ordinal(day.day)} of {month.lower()} {day.year}",
                f"{month[:3].lower()} {day.day} {day.year}",
            ),
        )
    forms = {
        "ja": f"{day.year}年{day.month}月{day.day}日",
        "de": f"{day.day}.{day.month}.{day.year}",
    }
    return Identifier(
        PlantedType.BIRTH_DATE, forms.get(language, f"{day.day}/{day.month}/{day.year}")
    )


def in_words(number: int) -> str:
    """A whole number from 10 to 79 in English words, without the hyphen people forget."""
    if number < 20:
        return _TEENS[number - 10]
    tens, units = divmod(number, 10)
    return _TENS[tens] if not units else f"{_TENS[tens]} {_DIGITS[units]}"


@cache
def plain_letters(text: str) -> str:
    """Lower-case ASCII letters and digits only: what a mail address is made of."""
    parts = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    return "".join(sign for sign in parts if sign.isascii() and sign.isalnum())


def _ordinal(number: int) -> str:
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _different(standard: str, *others: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(other for other in others if other != standard))
