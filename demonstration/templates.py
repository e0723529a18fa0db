"""The little grammar the interviews are written in.

``{name}``
    a fact or a word of the session: ``{mate}``, ``{tool}``;
``[one|another|]``
    one of the alternatives, the empty one included;
``<more>``
    said by talkative people only.

The three nest. Templates are parsed once, when the wording is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias, Union

from demonstration.dice import Dice
from demonstration.planted import Piece


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a fact or a word of the session."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives, one of which is said."""

    options: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Aside:
    """What only talkative people add."""

    inner: Template


Node: TypeAlias = Union[str, Slot, Choice, Aside]  # noqa: UP007 - the classes name Template before it exists
Template: TypeAlias = tuple[Node, ...]

_MARKS = re.compile(r"([\[\]<>|{}])")


def parse(source: str) -> Template:
    """Read a template. Raises ValueError, quoting it, when its brackets do not match."""
    marks = [mark for mark in _MARKS.split(source) if mark]
    template, at = _sequence(marks, 0, frozenset(), source)
    if at != len(marks):
        raise ValueError(f"Unmatched “{marks[at]}” in the template: {source}")
    return template


def _sequence(marks: list[str], at: int, ends: frozenset[str], source: str) -> tuple[Template, int]:
    nodes: list[Node] = []
    while at < len(marks) and marks[at] not in ends:
        mark = marks[at]
        if mark == "{":
            if at + 2 >= len(marks) or marks[at + 2] != "}":
                raise ValueError(f"A slot is not closed in the template: {source}")
            nodes.append(Slot(marks[at + 1]))
            at += 3
        elif mark == "[":
            options: list[Template] = []
            while mark != "]":
                option, at = _sequence(marks, at + 1, frozenset("|]"), source)
                options.append(option)
                mark = _closing(marks, at, source)
            nodes.append(Choice(tuple(options)))
            at += 1
        elif mark == "<":
            inner, at = _sequence(marks, at + 1, frozenset(">"), source)
            _closing(marks, at, source)
            nodes.append(Aside(inner))
            at += 1
        elif mark in "]>|}":
            raise ValueError(f"Unmatched “{mark}” in the template: {source}")
        else:
            nodes.append(mark)
            at += 1
    return tuple(nodes), at


def _closing(marks: list[str], at: int, source: str) -> str:
    if at >= len(marks):
        raise ValueError(f"A bracket is not closed in the template: {source}")
    return marks[at]


def slots(template: Template) -> Iterable[str]:
    """The names of all slots in a template, however deep."""
    for node in template:
        if isinstance(node, Slot):
            yield node.name
        elif isinstance(node, Choice):
            for option in node.options:
                yield from slots(option)
        elif isinstance(node, Aside):
            yield from slots(node.inner)


def write(
    template: Template,
    dice: Dice,
    talkative: float,
    fill: Callable[[str], Iterable[Piece]],
) -> list[Piece]:
    """Say a template once.

    Parameters
    ----------
    talkative
        Probability, from 0 to 1, that an aside is said.
    fill
        What stands for a slot's name.
    """
    pieces: list[Piece] = []
    for node in template:
        if isinstance(node, str):
            pieces.append(Piece(node))
        elif isinstance(node, Slot):
            pieces.extend(fill(node.name))
        elif isinstance(node, Choice):
            pieces.extend(write(dice.pick(node.options), dice, talkative, fill))
        elif dice.chance(talkative):
            pieces.extend(write(node.inner, dice, talkative, fill))
    return pieces
