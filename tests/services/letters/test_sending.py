"""Letters through a real mail server: to whom, what, once, and through every trouble."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from data_access.studies import StudyRow
from domain.errors import Refused
from domain.letters import LetterStep
from domain.vocabulary import ConsentScope, Role
from services import accounts, letters, sending_letters, withdrawals
from services.erasure import erase
from tests.conftest import Clock, Hire
from tests.live import mail_server as mail
from tests.services.letters.worlds import LETTER, Post, people_take_part
from tests.services.rights_worlds import EVIDENCE, as_owner


def to(arrived: mail.Post) -> list[str]:
    return sorted(str(each["To"]) for each in arrived.arrived)


def test_those_who_may_be_told_get_the_same_words_once_and_nobody_is_named(post: Post) -> None:
    arrived = mail.Post()
    with mail.mail_server(arrived) as port:
        here = post.with_mail(port)
        here.confirmed()
        here.send()
        here.send()
    assert to(arrived) == ["a@people.example", "b@people.example", "d@people.example"]
    assert len({each.get_content() for each in arrived.arrived}) == 1
    one = arrived.arrived[0]
    assert one["Subject"] == LETTER["subject"]
    assert one["Reply-To"] == "answers@research.example"
    assert "mailto:answers@research.example" in one["List-Unsubscribe"]
    assert LETTER["text"] in one.get_content()
    assert LETTER["link"] in one.get_content()
    assert "Quibble" not in one.as_string()
    assert [(*each[1:],) for each in post.deliveries()] == [
        ("sent", None),
        ("sent", None),
        ("withheld", "R61"),
        ("sent", None),
    ]
    assert post.states() == [(1, "done")]
    assert len({each["Message-ID"] for each in arrived.arrived}) == 3


def test_nothing_goes_out_before_a_second_administrator_confirmed(post: Post) -> None:
    arrived = mail.Post()
    with mail.mail_server(arrived) as port:
        here = post.with_mail(port)
        number = here.proposed()
        here.send()
        assert arrived.arrived == []
        here.take(here.ben, number, LetterStep.REJECT)
        here.send()
    assert arrived.arrived == []
    assert post.deliveries() == []


def test_one_person_with_two_sessions_gets_one_letter(
    post: Post, other_study: StudyRow, tmp_path: Path
) -> None:
    people_take_part(post.installation, post.ada, other_study, tmp_path, {"a": "granted"})
    arrived = mail.Post()
    with mail.mail_server(arrived) as port:
        here = post.with_mail(port)
        here.confirmed()
        here.confirmed(study_slug=other_study.slug)
        here.send()
    assert to(arrived).count("a@people.example") == 1, "of one finding, though both studies tell it"
    told = [state for name, *state in post.deliveries() if name == "a"]
    assert ["withheld", "told-before"] in told


def test_who_withdraws_after_being_listed_is_not_written_to(post: Post, clock: Clock) -> None:
    arrived = mail.Post()
    with mail.mail_server(mail.Post()) as port:
        pass
    here = post.with_mail(port)
    here.confirmed()
    here.send()
    assert [state for _, state, _ in post.deliveries()].count("waiting") == 3
    withdrawals.withdraw(
        here.installation,
        here.ada,
        numbers=[1],
        scopes=[ConsentScope.CONTACT],
        at=here.installation.now(),
        **EVIDENCE,
    )
    erase(
        here.installation,
        here.ada,
        numbers=[2],
        whole_person=True,
        confirmation="erase 1 session",
        **EVIDENCE,
    )
    clock.advance(sending_letters.REST)
    with mail.mail_server(arrived, port=port):
        here.send()
    assert to(arrived) == ["d@people.example"]
    assert [(*each[1:],) for each in post.deliveries()] == [
        ("withheld", "R61"),
        # A tombstone no longer says when it was completed.
        ("withheld", "R02"),
        ("withheld", "R61"),
        ("sent", None),
    ]


def test_a_withdrawal_that_is_just_being_recorded_is_waited_for(post: Post) -> None:
    arrived = mail.Post()
    with mail.mail_server(arrived) as port, ThreadPoolExecutor(1) as worker:
        here = post.with_mail(port)
        here.confirmed()
        with here.installation.database.transaction(here.ada.staff_id) as connection:
            everything = as_owner(here.installation, "SELECT id FROM session ORDER BY number")
            connection.execute(
                text("SELECT forbid_further_use(CAST(:ids AS uuid[]), now())"),
                {"ids": [row[0] for row in everything]},
            )
            sending = worker.submit(here.send)
            while not as_owner(here.installation, "SELECT 1 FROM pg_locks WHERE NOT granted"):
                assert not sending.done(), sending.exception()
        sending.result()
    assert arrived.arrived == []
    assert {state for _, state, _ in post.deliveries()} == {"withheld"}


def test_a_mail_server_that_is_down_costs_nobody_their_letter(post: Post, clock: Clock) -> None:
    with mail.mail_server(mail.Post()) as port:
        pass
    here = post.with_mail(port)
    here.confirmed()
    for _ in range(20):
        here.send()
        clock.advance(sending_letters.REST)
    (view,) = letters.every(here.installation, here.ada).open_
    assert view.row.problem == "ConnectionRefusedError"
    assert as_owner(here.installation, "SELECT max(attempts) FROM letter_delivery") == [(0,)]
    arrived = mail.Post()
    with mail.mail_server(arrived, port=port):
        here.send()
    assert len(arrived.arrived) == 3
    assert post.states() == [(1, "done")]


def test_what_is_refused_for_good_failed_and_what_for_now_is_tried_again(
    post: Post, clock: Clock
) -> None:
    arrived = mail.Post(replies_to_rcpt=["550 No such person", "451 Busy"])
    with mail.mail_server(arrived) as port:
        here = post.with_mail(port)
        here.confirmed()
        here.send()
        assert len(arrived.arrived) == 1
        assert post.states() == [(1, "sending")]
        clock.advance(timedelta(minutes=1))
        here.send()
    assert len(arrived.arrived) == 2
    (over,) = letters.every(here.installation, here.ada).over
    assert over.counts == {"failed: reply 550": 1, "sent": 2, "withheld: R61": 1}


def test_a_letter_that_was_cut_off_is_never_sent_again(post: Post, clock: Clock) -> None:
    arrived = mail.Post(cut_off=True)
    with mail.mail_server(arrived) as port:
        here = post.with_mail(port)
        here.confirmed()
        here.send()
        clock.advance(timedelta(days=3))
        here.send()
    assert len(arrived.arrived) == 3
    assert [state for _, state, _ in post.deliveries()].count("unsure") == 3


def test_a_worker_that_dies_between_marking_and_sending_leaves_it_unsure_and_others_go_on(
    post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise SystemExit

    arrived = mail.Post()
    with mail.mail_server(arrived) as port:
        here = post.with_mail(port)
        here.confirmed()
        with monkeypatch.context() as patched:
            patched.setattr(sending_letters, "hand_over", dies)
            with pytest.raises(SystemExit):
                here.send()
        clock.advance(sending_letters.LEASE + timedelta(seconds=1))
        here.send()
    assert len(arrived.arrived) == 2
    assert sorted(str(state) for _, state, _ in post.deliveries()) == [
        *("sent", "sent", "unsure", "withheld")
    ]
    assert post.states() == [(1, "done")]


def test_many_workers_at_once_send_each_letter_once(
    post: Post, study: StudyRow, tmp_path: Path, clock: Clock
) -> None:
    many = {f"p{number}": "granted" for number in range(40)}
    people_take_part(post.installation, post.ada, study, tmp_path, many)
    arrived = mail.Post()
    with mail.mail_server(arrived) as port, ThreadPoolExecutor(4) as workers:
        here = post.with_mail(port)
        here.confirmed()
        for done in [workers.submit(here.send) for _ in range(4)]:
            done.result()
        clock.advance(sending_letters.PAUSE)
        here.send()
    assert len(arrived.arrived) == 43
    assert len(set(to(arrived))) == 43
    assert post.states() == [(1, "done")]


def test_a_stopped_letter_rests_and_goes_on_with_the_others(
    post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = mail.Post()
    with mail.mail_server(arrived) as port:
        here = post.with_mail(port)
        number = here.confirmed()
        monkeypatch.setattr(sending_letters, "ROUND", timedelta(0))
        while not arrived.arrived and sending_letters.work_one(here.installation, here.mailer):
            monkeypatch.setattr(sending_letters, "ROUND", timedelta(milliseconds=1))
        here.take(here.ada, number, LetterStep.STOP)
        before = len(arrived.arrived)
        assert 0 < before <= 3
        here.send()
        assert len(arrived.arrived) == before
        here.take(here.ben, number, LetterStep.GO_ON)
        here.send()
    assert len(set(to(arrived))) == len(arrived.arrived) == 3


def test_who_has_no_address_or_none_that_can_be_written_to_gets_none(post: Post) -> None:
    participants = as_owner(post.installation, "SELECT participant_id FROM session ORDER BY number")
    bad = post.installation.cipher.encrypt("not an address")
    as_owner(
        post.installation,
        "UPDATE identity.account SET email = NULL WHERE participant_id = :who",
        who=participants[0][0],
    )
    as_owner(
        post.installation,
        "UPDATE identity.account SET email = :bad WHERE participant_id = :who",
        who=participants[1][0],
        bad=bad,
    )
    arrived = mail.Post()
    with mail.mail_server(arrived) as port:
        here = post.with_mail(port)
        here.confirmed()
        here.send()
    assert to(arrived) == ["d@people.example"]
    assert [(*each[1:],) for each in post.deliveries()][:2] == [
        ("withheld", "no-address"),
        ("failed", "the address is none"),
    ]


def test_nobody_but_the_mailer_reads_an_address(post: Post, hire: Hire) -> None:
    ((participant,), *_) = as_owner(
        post.installation, "SELECT participant_id FROM session ORDER BY number"
    )
    for actor in (post.ada, hire("Rosa", Role.REVIEWER, study=post.study)):
        with pytest.raises(Refused, match="R11"):
            accounts.address_of(post.installation, actor, participant)  # type: ignore[arg-type]
    assert (
        accounts.address_of(post.installation, post.mailer, participant)  # type: ignore[arg-type]
        == "a@people.example"
    )


def test_every_letter_is_audited_before_it_goes_without_saying_to_whom(
    post: Post, hire: Hire
) -> None:
    arrived = mail.Post()
    with mail.mail_server(arrived) as port:
        here = post.with_mail(port)
        here.confirmed()
        here.send()
    rows = as_owner(
        post.installation,
        "SELECT action, actor_label, detail::text FROM audit_event"
        " WHERE object_kind = 'letter' ORDER BY seq",
    )
    assert [action for action, *_ in rows] == [
        *("letter.propose", "letter.confirm"),
        *["letter.send"] * 3,
        "letter.done",
    ]
    assert not any("people.example" in str(row) or "Quibble" in str(row) for row in rows)
