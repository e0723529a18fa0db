"""The notifications page and its place on the home page."""

from __future__ import annotations

from dataclasses import replace

from services import installation as installations
from services import notifications
from tests.pages.admin.test_access import press
from tests.pages.conftest import Visit, shown
from tests.services.rights_worlds import as_owner
from tests.services.shares.conftest import world as world
from tests.services.shares.worlds import World


def test_what_waits_stands_on_the_home_page_and_leads_there(visit: Visit, world: World) -> None:
    share_id = world.submitted("a")
    screen = shown(visit(world.amina))
    assert "Share 1 waits for your vote." in screen
    assert f'href="/share?id={share_id}"' in screen
    assert "waits for your vote" not in shown(visit(world.ravi))


def test_one_or_all_are_marked_as_read(visit: Visit, world: World) -> None:
    world.submitted("a")
    at = visit(world.amina, "notifications")
    before = [each for each in at.button if each.label == "Mark as read"]
    assert len(before) == 2
    before[0].click().run()
    assert len([each for each in at.button if each.label == "Mark as read"]) == 1
    press(at, "Mark all as read")
    assert [each.label for each in at.button if "read" in each.label] == []
    at.toggle[0].set_value(True).run()
    assert "Nothing here" in shown(at)
    assert "New for you" not in shown(visit(world.amina))


def test_a_long_list_goes_on_and_comes_back(visit: Visit, world: World) -> None:
    as_owner(
        world.installation,
        "INSERT INTO notification (staff_id, kind, subject_id, occasion, number)"
        " SELECT :who, 'share_released', uuidv7(), n::text, n FROM generate_series(1, 40) AS n",
        who=world.amina.staff_id,
    )
    at = visit(world.amina, "notifications")
    assert "Share 40 was released." in shown(at)
    press(at, "Older")
    assert "Share 40 was released." not in shown(at)
    assert "Share 1 was released." in shown(at)
    press(at, "Newest")
    assert "Share 40 was released." in shown(at)


def test_letters_can_be_declined_where_there_are_any(visit: Visit, world: World) -> None:
    here = world.installation
    assert "sends no letters" in shown(visit(world.amina, "notifications"))
    settings = here.settings.model_copy(update={"smtp_host": "127.0.0.1"})
    with_mail = replace(here, settings=settings)
    installations.use(with_mail)
    at = visit(world.amina, "notifications")
    assert at.checkbox[0].value is True
    at.checkbox[0].uncheck().run()
    assert not notifications.page(with_mail, world.amina).wants_mail


def test_administrators_see_letters_that_did_not_arrive(visit: Visit, world: World) -> None:
    as_owner(
        world.installation,
        "INSERT INTO outgoing_mail (staff_id, state, problem, attempts, not_before, created_at)"
        " VALUES (:who, 'failed', 'reply 550', 1, now(), now())",
        who=world.bela.staff_id,
    )
    assert "reply 550" in shown(visit(world.administrator, "notifications"))
    assert "reply 550" not in shown(visit(world.ravi, "notifications"))
