"""The session page: no words before the machine, holds with reasons, hostile words as text."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from streamlit.testing.v1 import AppTest

from data_access import audit, quasi_identifiers
from data_access import sessions as stored
from data_access.audit import AuditFilter
from data_access.studies import StudyRow
from deidentification.quasi_identifiers import find_quasi_identifiers
from domain.permissions import Actor
from domain.session_filters import SessionFilter
from domain.vocabulary import Role
from services import access, sessions
from services.deidentification import SERVICE
from services.installation import Installation
from tests.conftest import Hire
from tests.pages.conftest import Visit, legible, shown
from tests.services.worlds import full, read_by_the_machine, take_in

_SECRET = "Zephyrine Quill"
_PURPOSE = "To check the redactions before a share"
_HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)> </div></style><b>bold</b>"
    " **strong** [link](javascript:alert(3)) $x^2$ :material/home: &lt;i&gt;"
    ' \u202egnorts\u202c zero\u200bwidth "\' onmouseover="alert(4)'
)


class World:
    """One session in a study, its reviewer, and ways to look at it."""

    def __init__(
        self,
        installation: Installation,
        administrator: Actor,
        rosa: Actor,
        study: StudyRow,
        directory: Path,
        visit: Visit,
    ) -> None:
        self.installation, self.rosa, self.study = installation, rosa, study
        self._administrator, self._directory, self._visit = administrator, directory, visit

    def take_in(self, *said: str, **changes: Any) -> UUID:
        take_in(
            self.installation,
            self._administrator,
            self.study,
            self._directory,
            full("only", *said, **changes),
        )
        listed = sessions.list_sessions(self.installation, self.rosa, SessionFilter())
        return listed.rows[0].id

    def look(self, session_id: UUID, actor: Actor | None = None) -> AppTest:
        at = self._visit(actor or self.rosa, "session", id=str(session_id))
        assert not at.exception
        return at


@pytest.fixture
def world(
    installation: Installation,
    administrator: Actor,
    hire: Hire,
    study: StudyRow,
    tmp_path: Path,
    visit: Visit,
) -> World:
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    return World(installation, administrator, rosa, study, tmp_path, visit)


def _open_original(at: AppTest, purpose: str) -> AppTest:
    at.text_input[0].set_value(purpose)
    (button,) = [each for each in at.button if each.label == "Open the original"]
    return button.click().run()


@pytest.mark.parametrize("named", ["", "7", "not-an-id", "'; DROP TABLE session"])
def test_an_address_that_names_no_session_leads_to_the_list(
    named: str, visit: Visit, world: World
) -> None:
    at = visit(world.rosa, "session", **({"id": named} if named else {}))
    assert "No session is named" in shown(at)
    assert not at.exception


def test_another_studys_session_looks_like_one_that_is_not_there(world: World, hire: Hire) -> None:
    session_id = world.take_in()
    tom = hire("Tom", Role.REVIEWER)
    said = {legible(world.look(each, tom).error[0]) for each in (session_id, uuid4())}
    assert len(said) == 1
    assert "[R10]" in said.pop()


def test_no_words_are_shown_before_the_machine_has_read_them(world: World) -> None:
    session_id = world.take_in("Who are you?", f"I am {_SECRET}.")
    at = world.look(session_id)
    assert "The machine has not read this session yet" in shown(at)
    assert "Who are you?" not in shown(at)
    assert _SECRET not in shown(at)
    assert not [each for each in at.button if each.label == "Open the original"]


def test_the_deidentified_words_are_shown_and_what_was_found_is_not(world: World) -> None:
    session_id = world.take_in("Who are you?", f"I am {_SECRET}.")
    read_by_the_machine(world.installation, [_SECRET])
    screen = shown(world.look(session_id))
    assert "[PERSON_1]" in screen
    assert "Zephyrine" not in screen


def test_a_session_that_is_held_says_why_and_shows_no_words(world: World) -> None:
    """Completed between the two policies: held by R03."""
    session_id = world.take_in(
        "Who are you?",
        f"I am {_SECRET}.",
        started_at="2026-02-02T09:00:00Z",
        completed_at="2026-02-02T09:20:00Z",
    )
    read_by_the_machine(world.installation, [_SECRET])
    at = world.look(session_id)
    assert any("R03" in legible(each) for each in at.warning)
    assert "Who are you?" not in shown(at)


def test_the_desk_opens_after_a_purpose_and_is_on_record_once(world: World, hire: Hire) -> None:
    session_id = world.take_in("Who are you?", f"I am {_SECRET}.")
    read_by_the_machine(world.installation, [_SECRET])
    at = _open_original(world.look(session_id), _PURPOSE)
    assert any(f"Opened for: {_PURPOSE}" in legible(caption) for caption in at.caption)
    at.run()
    uma = hire("Uma", Role.AUDITOR)
    with world.installation.database.transaction(uma.staff_id) as connection:
        opened = audit.page(connection, AuditFilter(actions=("review.open",)), 10)
        viewed = audit.page(connection, AuditFilter(actions=("session.view",)), 10)
    assert [row.purpose for row in opened] == [_PURPOSE]
    assert len(viewed) == 1


def test_a_purpose_that_says_too_little_shows_no_original(world: World) -> None:
    session_id = world.take_in("Who are you?", f"I am {_SECRET}.")
    read_by_the_machine(world.installation, [_SECRET])
    at = _open_original(world.look(session_id), "why not")
    assert "purpose" in legible(at.error[0])
    assert _SECRET not in shown(at)


def test_trust_and_safety_reads_an_open_case_for_a_purpose_and_nothing_else(
    world: World, hire: Hire
) -> None:
    session_id = world.take_in("Who are you?", f"I am {_SECRET}.", flag="open")
    read_by_the_machine(world.installation, [_SECRET])
    tess = hire("Tess", Role.TRUST_SAFETY)
    at = world.look(session_id, tess)
    assert "Who are you?" not in shown(at)
    at = _open_original(at, "Settle the open case")
    assert _SECRET in shown(at)


class _Marks(HTMLParser):
    """What a browser would make of it: elements, attributes, and text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_whatever_a_participant_typed_shows_as_text(world: World) -> None:
    session_id = world.take_in("Go on.", f"{_HOSTILE} {_SECRET}")
    read_by_the_machine(world.installation, [_SECRET])
    at = world.look(session_id)
    # Each drawing begins with its styles.
    body = next(each for each in shown(at).split("<style>") if "alert(1)" in each)
    marks = _Marks("<style>" + body)
    assert not marks.tags & {"script", "img", "b", "a", "i", "strong"}
    assert not {name for name in marks.attributes if name.startswith("on")}
    assert "<script>alert(1)</script>" in marks.text
    assert "**strong** [link](javascript:alert(3))" in marks.text
    assert "&lt;i&gt;" in marks.text
    assert "\u202e" not in body
    assert "\u200b" not in body
    assert "⟨right-to-left override⟩" in marks.text
    # Participants' words go to the browser by the one escaped way alone.
    for kind in ("markdown", "caption", "text", "code", "info", "warning", "error", "title"):
        assert not any("alert" in str(each.value) for each in getattr(at, kind)), kind


def test_from_what_few_share_a_button_leads_to_the_transcript(world: World) -> None:
    session_id = world.take_in("What do you do?", "I'm a carpenter and I have a PhD.")
    read_by_the_machine(world.installation, [])
    service = access.service_actor(world.installation, SERVICE)
    with world.installation.database.transaction(service.staff_id) as connection:
        held = quasi_identifiers.whose(connection, session_id)
        assert held is not None
        found = find_quasi_identifiers(stored.turns(connection, session_id), ())
        quasi_identifiers.keep(connection, session_id, held[0], held[1], found)

    at = world.look(session_id)

    (way,) = [each for each in at.button if each.label == "Occupation in turn 2"]
    at = way.click().run()
    assert not at.exception
    assert at.session_state["session.tabs"] == "Transcript"
    assert "Open the original below" in shown(at)
