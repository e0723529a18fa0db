"""Handing a letter over to a real SMTP server: what went, what did not, and what nobody knows."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from domain.errors import ClearanceError
from services.smtp import Handed, Result, check_settings, hand_over
from settings import Settings
from tests.live.mail_server import HOST, Post, certificate, mail_server

_LINES = "First line.\n.\n.a line with a dot\n..two\nGrüße, and an end.\n"


def settings(port: int, **changes: Any) -> Settings:
    asked: dict[str, Any] = {
        "smtp_host": HOST,
        "smtp_port": port,
        "smtp_security": "none",
        "smtp_sender": "clearance@clearance.example",
    }
    return Settings(**(asked | changes))


def message() -> EmailMessage:
    made = EmailMessage()
    made["From"] = "clearance@clearance.example"
    made["To"] = "rosa@clearance.example"
    made["Subject"] = "2 things wait for you in Clearance"
    made.set_content(_LINES)
    return made


def test_a_letter_arrives_as_it_was_written() -> None:
    post = Post()
    with mail_server(post) as port:
        assert hand_over(settings(port), message()) == Result(Handed.SENT)
    (arrived,) = post.arrived
    assert arrived.get_content().replace("\r\n", "\n") == _LINES
    assert arrived["To"] == "rosa@clearance.example"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_it_goes_encrypted_with_our_password_to_a_server_whose_certificate_we_trust(
    tmp_path: Path, security: str
) -> None:
    trusted, context = certificate(tmp_path)
    post = Post()
    options = (
        {"tls_context": context, "require_starttls": True}
        if security == "starttls"
        else {"ssl_context": context, "auth_require_tls": False}
    )
    with mail_server(post, authenticator=post.authenticate, auth_required=True, **options) as port:
        asked = settings(
            port,
            smtp_security=security,
            smtp_ca_file=trusted,
            smtp_user="clearance",
            smtp_password=SecretStr("right"),
        )
        assert hand_over(asked, message()) == Result(Handed.SENT)
        wrong = asked.model_copy(update={"smtp_password": SecretStr("wrong")})
        assert hand_over(wrong, message()).handed is Handed.LATER
    assert len(post.arrived) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_whose_certificate_nobody_vouches_for_gets_neither_password_nor_letter(
    tmp_path: Path, security: str
) -> None:
    _, context = certificate(tmp_path)
    post = Post()
    options = {"tls_context": context} if security == "starttls" else {"ssl_context": context}
    with mail_server(post, authenticator=post.authenticate, **options) as port:
        asked = settings(
            port, smtp_security=security, smtp_user="clearance", smtp_password=SecretStr("right")
        )
        assert hand_over(asked, message()) == Result(Handed.LATER, "SSLCertVerificationError")
    assert (post.arrived, post.passwords) == ([], [])


def test_a_server_that_offers_no_tls_gets_neither_password_nor_letter() -> None:
    post = Post()
    with mail_server(post, authenticator=post.authenticate, auth_require_tls=False) as port:
        asked = settings(
            port, smtp_security="starttls", smtp_user="clearance", smtp_password=SecretStr("right")
        )
        assert hand_over(asked, message()) == Result(Handed.LATER, "SMTPNotSupportedError")
    assert (post.arrived, post.passwords) == ([], [])


def test_a_server_that_is_down_is_tried_later() -> None:
    with mail_server(Post()) as port:
        pass
    assert hand_over(settings(port), message()) == Result(Handed.LATER, "ConnectionRefusedError")


@pytest.mark.parametrize("at", ["replies_to_rcpt", "replies_to_data"])
@pytest.mark.parametrize(
    ("reply", "handed"),
    [
        ("451 Try again", Handed.LATER),
        ("421 Closing", Handed.LATER),
        ("550 No such person", Handed.NEVER),
        ("554 We do not want it", Handed.NEVER),
    ],
)
def test_a_refusal_for_now_is_tried_later_and_one_for_good_is_not(
    at: str, reply: str, handed: Handed
) -> None:
    post = Post(**{at: [reply]})
    with mail_server(post) as port:
        assert hand_over(settings(port), message()) == Result(handed, f"reply {reply[:3]}")
        assert post.arrived == []
        assert hand_over(settings(port), message()) == Result(Handed.SENT)


def test_a_line_that_is_cut_after_the_last_word_leaves_it_unsure() -> None:
    post = Post(cut_off=True)
    with mail_server(post) as port:
        result = hand_over(settings(port), message())
    assert result.handed is Handed.UNSURE
    assert len(post.arrived) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"smtp_sender": None}, "CLEARANCE_SMTP_SENDER"),
        ({"smtp_sender": "clearance"}, "CLEARANCE_SMTP_SENDER"),
        ({"smtp_user": "clearance"}, "or neither"),
        ({"smtp_password": SecretStr("x")}, "or neither"),
        ({"smtp_user": "clearance", "smtp_password": SecretStr("x")}, "in the clear"),
        ({"environment": "production", "smtp_host": "mail.example.org"}, "over a network"),
    ],
)
def test_settings_that_would_fail_or_give_something_away_are_refused(
    changes: dict[str, Any], why: str
) -> None:
    with pytest.raises(ClearanceError, match=why):
        check_settings(settings(25, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"smtp_host": None, "smtp_sender": None},
        {"environment": "production"},
        {"environment": "production", "smtp_host": "mail.example.org", "smtp_security": "starttls"},
        {"smtp_security": "tls", "smtp_user": "clearance", "smtp_password": SecretStr("x")},
    ],
)
def test_settings_that_are_safe_are_taken(changes: dict[str, Any]) -> None:
    check_settings(settings(25, **changes))
