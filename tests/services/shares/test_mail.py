"""Letters to staff through a real SMTP server: whom, when, what, and each at most once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from data_access import mail as stored
from domain.errors import Refused
from domain.permissions import Actor
from services import access, mail, notifications
from services.installation import Installation
from tests.conftest import Clock
from tests.live.mail_server import HOST, Post, mail_server
from tests.services.rights_worlds import as_owner
from tests.services.shares.worlds import SHARE_PURPOSE, World

DAY = timedelta(days=1)


def with_mail(world: World, port: int) -> Installation:
    changed = {
        "smtp_host": HOST,
        "smtp_port": port,
        "smtp_security": "none",
        "smtp_sender": "clearance@clearance.example",
        "public_url": "https://clearance.example.org/",
    }
    settings = world.installation.settings.model_copy(update=changed)
    return replace(world.installation, settings=settings)


def postman(world: World) -> Actor:
    return access.service_actor(world.installation, mail.SERVICE)


def everything_read(world: World) -> None:
    """Nothing of what the world's making told waits for a letter."""
    as_owner(world.installation, "UPDATE notification SET read_at = now()")


def send_all(here: Installation, service: Actor) -> int:
    mail.gather(here, service)
    sent = 0
    while mail.send_one(here, service):
        sent += 1
    return sent


def states(world: World) -> list[tuple[object, ...]]:
    return as_owner(
        world.installation, "SELECT state, problem, attempts FROM outgoing_mail ORDER BY id"
    )


def to(post: Post) -> list[str]:
    return sorted(str(each["To"]) for each in post.arrived)


def test_those_for_whom_something_waits_get_a_letter_that_gives_nobody_away(world: World) -> None:
    everything_read(world)
    world.submitted("a", "b")
    post = Post()
    with mail_server(post) as port:
        assert send_all(with_mail(world, port), postman(world)) == 2
        assert send_all(with_mail(world, port), postman(world)) == 0
    assert to(post) == ["amina@clearance.example", "bela@clearance.example"]
    letter = post.arrived[0]
    assert letter["Subject"] == "1 thing waits for you in Clearance"
    assert letter["Auto-Submitted"] == "auto-generated"
    said = letter.get_content()
    assert "Share 1 waits for your vote." in said
    assert "https://clearance.example.org/notifications" in said
    for secret in (world.study.title, SHARE_PURPOSE, "Odile", "Institute", "Ravi", "workshop"):
        assert secret not in letter.as_string()
    assert [state for state, *_ in states(world)] == ["sent", "sent"]


def test_without_a_mail_server_nothing_is_gathered_or_sent(world: World) -> None:
    world.submitted("a")
    assert mail.gather(world.installation, postman(world)) == 0
    assert not mail.send_one(world.installation, postman(world))
    assert states(world) == []


def test_news_that_can_wait_comes_once_a_day_and_what_holds_others_up_at_once(
    world: World, clock: Clock
) -> None:
    everything_read(world)
    post = Post()
    tell = (
        "INSERT INTO notification (staff_id, kind, subject_id, occasion, at)"
        " VALUES (:who, :kind, uuidv7(), :which, :at)"
    )

    def told(kind: str, which: str) -> None:
        as_owner(
            world.installation,
            tell,
            who=world.amina.staff_id,
            kind=kind,
            which=which,
            at=clock(),
        )

    with mail_server(post) as port:
        here, service = with_mail(world, port), postman(world)
        told("share_released", "first")
        assert send_all(here, service) == 1
        told("share_released", "second")
        told("share_released", "third")
        assert send_all(here, service) == 0
        clock.advance(DAY - timedelta(seconds=1))
        assert send_all(here, service) == 0
        told("vote_waiting", "now")
        assert send_all(here, service) == 1, "and what waited goes with it"
        told("share_released", "fourth")
        clock.advance(DAY)
        assert send_all(here, service) == 1
    assert [str(each["Subject"]) for each in post.arrived] == [
        "1 piece of news in Clearance",
        "1 thing waits for you in Clearance",
        "1 piece of news in Clearance",
    ]


def test_who_wants_no_letters_is_switched_off_or_has_read_it_gets_none(world: World) -> None:
    everything_read(world)
    notifications.choose_mail(world.installation, world.amina, wanted=False)
    world.submitted("a")
    post = Post()
    with mail_server(post) as port:
        here, service = with_mail(world, port), postman(world)
        access.set_active(here, world.administrator, world.bela.staff_id, False)
        assert send_all(here, service) == 0
        access.set_active(here, world.administrator, world.bela.staff_id, True)
        notifications.mark_read(here, world.bela)
        assert send_all(here, service) == 0
        notifications.choose_mail(here, world.amina, wanted=True)
        assert send_all(here, service) == 1
    assert to(post) == ["amina@clearance.example"]


def test_what_is_old_when_mail_is_switched_on_stays_on_the_screen(
    world: World, clock: Clock
) -> None:
    world.submitted("a")
    clock.advance(mail.NOT_OLDER + DAY)
    post = Post()
    with mail_server(post) as port:
        assert send_all(with_mail(world, port), postman(world)) == 0


def test_a_server_that_is_down_gets_the_letter_later_and_once(world: World, clock: Clock) -> None:
    everything_read(world)
    notifications.choose_mail(world.installation, world.bela, wanted=False)
    world.submitted("a")
    post = Post()
    with mail_server(Post()) as port:
        pass
    here, service = with_mail(world, port), postman(world)
    assert send_all(here, service) == 1
    assert states(world) == [("waiting", "ConnectionRefusedError", 1)]
    assert send_all(here, service) == 0, "it waits a minute first"
    clock.advance(mail.BACK_OFF[0])
    assert send_all(here, service) == 1
    assert states(world) == [("waiting", "ConnectionRefusedError", 2)]
    with mail_server(post, port=port):
        clock.advance(mail.BACK_OFF[1])
        assert send_all(here, service) == 1
        assert send_all(here, service) == 0
    assert to(post) == ["amina@clearance.example"]
    assert states(world) == [("sent", None, 3)]


def test_after_the_last_attempt_it_has_failed_and_administrators_see_it(
    world: World, clock: Clock
) -> None:
    everything_read(world)
    notifications.choose_mail(world.installation, world.bela, wanted=False)
    world.submitted("a")
    with mail_server(Post()) as port:
        pass
    here, service = with_mail(world, port), postman(world)
    assert send_all(here, service) == 1
    for wait in mail.BACK_OFF:
        clock.advance(wait)
        assert send_all(here, service) == 1
    assert states(world) == [("failed", "ConnectionRefusedError", len(mail.BACK_OFF) + 1)]
    (found,) = mail.troubled(here, world.administrator)
    assert (found.name, found.state) == (world.amina.label, "failed")
    with pytest.raises(Refused):
        mail.troubled(here, world.rosa)


def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_not(
    world: World, clock: Clock
) -> None:
    everything_read(world)
    world.submitted("a")
    post = Post(replies_to_rcpt=["451 Busy", "550 No such person"])
    with mail_server(post) as port:
        here, service = with_mail(world, port), postman(world)
        assert send_all(here, service) == 2
        clock.advance(mail.BACK_OFF[0])
        assert send_all(here, service) == 1
    assert sorted(str(state) for state, *_ in states(world)) == ["failed", "sent"]
    assert len(post.arrived) == 1


def test_a_letter_that_was_cut_off_is_never_sent_again(world: World, clock: Clock) -> None:
    everything_read(world)
    notifications.choose_mail(world.installation, world.bela, wanted=False)
    world.submitted("a")
    post = Post(cut_off=True)
    with mail_server(post) as port:
        here, service = with_mail(world, port), postman(world)
        assert send_all(here, service) == 1
        clock.advance(timedelta(days=2))
        assert send_all(here, service) == 0
    assert len(post.arrived) == 1
    assert [state for state, *_ in states(world)] == ["unsure"]


def test_a_sender_that_was_killed_leaves_it_unsure_once_its_lease_is_over(
    world: World, clock: Clock
) -> None:
    everything_read(world)
    world.submitted("a")
    post = Post()
    with mail_server(post) as port:
        here, service = with_mail(world, port), postman(world)
        mail.gather(here, service)
        with here.database.transaction(service.staff_id) as connection:
            assert stored.claim(connection, here.now(), mail.LEASE)
        assert send_all(here, service) == 1, "the other one"
        clock.advance(mail.LEASE + timedelta(seconds=1))
        assert send_all(here, service) == 0
    assert sorted(str(state) for state, *_ in states(world)) == ["sent", "unsure"]


def test_many_workers_send_each_letter_once(world: World) -> None:
    everything_read(world)
    for _ in range(4):
        world.submitted("a")
    people = [world.hire(f"Person{n}").staff_id for n in range(12)]
    as_owner(
        world.installation,
        "INSERT INTO notification (staff_id, kind, subject_id, occasion)"
        " SELECT unnest(CAST(:people AS uuid[])), 'vote_waiting', uuidv7(), 'x'",
        people=people,
    )
    post = Post()
    with mail_server(post) as port, ThreadPoolExecutor(4) as pool:
        here, service = with_mail(world, port), postman(world)
        sent = list(pool.map(lambda _n: send_all(here, service), range(4)))
    assert sum(sent) == 14
    assert len(to(post)) == len(set(to(post))) == 14


def test_nobody_but_the_service_writes_or_sends_and_only_administrators_look(world: World) -> None:
    everything_read(world)
    world.submitted("a")
    with mail_server(Post()) as port:
        mail.gather(with_mail(world, port), postman(world))
    for actor, rows in ((world.ravi, 0), (world.amina, 0), (world.administrator, 2)):
        with world.installation.database.transaction(actor.staff_id) as connection:
            count = connection.exec_driver_sql("SELECT count(*) FROM outgoing_mail").scalar_one()
            assert count == rows
            changed = connection.exec_driver_sql("UPDATE outgoing_mail SET state = 'sent'")
            assert changed.rowcount == 0
        with (
            world.installation.database.transaction(actor.staff_id) as connection,
            pytest.raises(DBAPIError, match="row-level security"),
        ):
            connection.exec_driver_sql(
                "INSERT INTO outgoing_mail (staff_id, not_before, created_at)"
                " SELECT id, now(), now() FROM staff LIMIT 1"
            )
