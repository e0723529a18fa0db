"""The wordings: what is said in each language, read once from ``wording/*.toml``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tomllib import loads
from typing import Any

from demonstration.templates import Template, parse

_DIRECTORY = Path(__file__).with_name("wording")
LANGUAGES = ("en", "de", "es", "fr", "pt", "ja", "ar")


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """Something a participant may say about a topic.

    Attributes
    ----------
    topic
        One of ``studies.TOPICS``, or ``leak`` for what slips out beside the point.
    mood
        Whose opinion it is: a voice's mood, or ``any``.
    subject
        The study's subject it belongs to, or ``any``.
    say
        The answer.
    echo
        How the interviewer sums it up, as a noun phrase; None when there is nothing to sum up.
    ask, more
        A question that follows from it, and answers to that.
    """

    topic: str
    mood: str
    subject: str
    say: Template
    echo: Template | None
    ask: Template | None
    more: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class World:
    """A working life: what somebody does, where, with what, and what happens there.

    ``rare`` worlds are those whose occupation, with a town, points at one person.
    """

    key: str
    subjects: frozenset[str]
    rare: bool
    titles: tuple[str, ...]
    employers: tuple[Template, ...]
    words: Mapping[str, tuple[Template, ...]]
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything said in one language.

    ``phrases`` are the small things, by kind: ``ready``, ``ack``, ``hedge``, ``probe`` and so
    on. ``echoing`` and ``quoting`` hold what the interviewer says before and after a summary,
    or the participant's own words. ``openings``, ``closings`` and ``questions`` are by subject
    and are said to the letter in every session.
    """

    language: str
    openings: Mapping[str, str]
    closings: Mapping[str, str]
    questions: Mapping[str, tuple[str, ...]]
    phrases: Mapping[str, tuple[Template, ...]]
    echoing: tuple[tuple[str, str], ...]
    quoting: tuple[tuple[str, str], ...]
    generic: tuple[Unit, ...]
    worlds: tuple[World, ...]

    def worlds_of(self, subject: str) -> tuple[World, ...]:
        """The worlds whose people take part in a study of that subject."""
        return _worlds_of(self.language, subject)


@cache
def wording(language: str) -> Wording:
    """The wording of a language. Raises KeyError when there is none."""
    if language not in LANGUAGES:
        raise KeyError(f"There is no wording in “{language}”.")
    held = _read(_DIRECTORY / f"{language}.toml")
    worlds = list(held.get("world", ()))
    for path in sorted((_DIRECTORY / "worlds").glob(f"{language}-*.toml")):
        worlds.extend(_read(path)["world"])
    return Wording(
        language=language,
        openings=held["opening"],
        closings=held["closing"],
        questions={subject: tuple(asked) for subject, asked in held["questions"].items()},
        phrases={kind: _parsed(said) for kind, said in held["phrases"].items()},
        echoing=tuple(_around(frame) for frame in held["echoing"]),
        quoting=tuple(_around(frame) for frame in held["quoting"]),
        generic=tuple(_unit(unit) for unit in held["unit"]),
        worlds=tuple(_world(world) for world in worlds),
    )


@cache
def _worlds_of(language: str, subject: str) -> tuple[World, ...]:
    return tuple(world for world in wording(language).worlds if subject in world.subjects)


def _world(held: Mapping[str, Any]) -> World:
    return World(
        key=held["key"],
        subjects=frozenset(held["subjects"]),
        rare=held.get("rare", False),
        titles=tuple(held["titles"]),
        employers=_parsed(held["employers"]),
        words={name: _parsed(said) for name, said in held["words"].items()},
        units=tuple(_unit(unit) for unit in held["unit"]),
    )


def _unit(held: Mapping[str, Any]) -> Unit:
    return Unit(
        topic=held["topic"],
        mood=held.get("mood", "any"),
        subject=held.get("subject", "any"),
        say=parse(held["say"]),
        echo=_maybe(held.get("echo")),
        ask=_maybe(held.get("ask")),
        more=_parsed(held.get("more", ())),
    )


def _around(frame: str) -> tuple[str, str]:
    """What stands before and after the “…” of a frame."""
    before, _, after = frame.partition("…")
    return before, after


def _maybe(source: str | None) -> Template | None:
    return None if source is None else parse(source)


def _parsed(sources: Iterable[str] | Sequence[str]) -> tuple[Template, ...]:
    return tuple(parse(source) for source in sources)


def _read(path: Path) -> dict[str, Any]:
    return loads(path.read_text(encoding="utf-8"))
