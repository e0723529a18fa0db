"""The erasure page: it shows what would go, and erases only what was confirmed in words."""

from __future__ import annotations

from domain.vocabulary import Role
from tests.conftest import Hire
from tests.pages.admin.test_access import field, press
from tests.pages.conftest import Visit, legible, shown
from tests.services.rights_worlds import as_owner, numbers_of
from tests.services.shares.conftest import world as world
from tests.services.shares.worlds import World


def erased(world: World) -> list[tuple[object, ...]]:
    return as_owner(
        world.installation, "SELECT number FROM session WHERE erased_at IS NOT NULL ORDER BY 1"
    )


def test_looking_confirming_and_what_is_left_of_it(visit: Visit, world: World) -> None:
    world.released("a")
    (first, second) = numbers_of(world, "a", "b")
    at = visit(world.administrator, "erasure")
    field(at, "text_input", "Session numbers").set_value(str(first))
    press(at, "See what would go")
    assert at.subheader[0].value == "1 session would be erased"
    assert f"have also session {second}" in shown(at)
    assert "released" in shown(at)
    field(at, "text_input", "Evidence").set_value("Ticket 4711")
    field(at, "text_input", "Reason").set_value("The participant asked for it")
    press(at, "Erase for good")
    assert "Type “erase 1 session”" in legible(at.error[0])
    assert erased(world) == []
    typed = "Type “erase 1 session” to say that you mean it"
    field(at, "text_input", typed).set_value("erase 1 session")
    press(at, "Erase for good")
    assert not at.exception
    assert legible(at.success[0]) == f"Erased: session {first}."
    assert "Some of it left already" in legible(at.warning[0])
    assert erased(world) == [(first,)]
    assert field(at, "text_input", "Session numbers").value == ""
    view = visit(world.rosa, "session", id=str(world.sessions["a"]))
    assert "What was said here was erased on" in legible(view.info[0])
    assert "Its participant asked for it." in legible(view.info[0])
    assert "Erased ·" in shown(visit(world.rosa, "sessions"))


def test_the_whole_person_is_counted_before_it_is_confirmed(visit: Visit, world: World) -> None:
    at = visit(world.administrator, "erasure")
    field(at, "text_input", "Session numbers").set_value(str(numbers_of(world, "a")[0]))
    at.checkbox[0].check()
    press(at, "See what would go")
    assert at.subheader[0].value == "2 sessions would be erased"
    assert "same person" in shown(at)


def test_what_is_no_session_is_said_as_a_sentence(visit: Visit, world: World) -> None:
    at = visit(world.administrator, "erasure")
    field(at, "text_input", "Session numbers").set_value("one")
    press(at, "See what would go")
    assert "Write the sessions' numbers" in legible(at.error[0])
    field(at, "text_input", "Session numbers").set_value("999")
    press(at, "See what would go")
    assert "There is no session 999" in legible(at.error[0])


def test_the_rooms_do_not_exist_for_a_reviewer(visit: Visit, hire: Hire) -> None:
    rosa = hire("Rosa", Role.REVIEWER)
    for address in ("erasure", "retention"):
        assert "takes the role" in legible(visit(rosa, address).error[0])


def test_an_open_case_is_said_before_anything_is_confirmed(visit: Visit, world: World) -> None:
    (number,) = numbers_of(world, "a")
    as_owner(
        world.installation, "UPDATE session SET flag_state = 'open' WHERE number = :n", n=number
    )
    at = visit(world.administrator, "erasure")
    field(at, "text_input", "Session numbers").set_value(str(number))
    press(at, "See what would go")
    assert "Trust & Safety is settling a case" in legible(at.warning[-1])
    assert "Record “no further use” now" in legible(at.warning[-1])
    assert not [each for each in at.button if each.label == "Erase for good"]
