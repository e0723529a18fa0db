"""Letters to staff about what waits for them: gathered, sent by the worker, each at most once.

A letter is marked as being sent before the server hears of it. When the process dies in between,
nobody can know whether it went; it is then closed as unsure and never sent again, and what it
told stays on the screen. SMTP itself allows no more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from data_access import mail
from data_access.mail import ClaimedMail
from data_access.mail import TroubledMail as TroubledMail
from domain.notifications import WAITING, letter, subject_line
from domain.permissions import Act, Actor
from services.acts import reading
from services.installation import Installation
from services.smtp import Handed, Result, check_settings, hand_over

SERVICE = "notifications"
#: News that is not worth a letter of its own waits until one was this long ago.
DIGEST_EVERY = timedelta(hours=24)
#: What is older when mail is switched on stays on the screen.
NOT_OLDER = timedelta(days=7)
LEASE = timedelta(minutes=5)
#: Waits after each failure; after the last one the letter has failed.
BACK_OFF = (
    *(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)),
    *(timedelta(hours=hours) for hours in (4, 12, 24)),
)
_LISTED = 20


def gather(installation: Installation, service: Actor) -> int:
    """Make the letters that are due, where a mail server is named; how many.

    Raises
    ------
    ClearanceError
        When the mail settings cannot be used.
    """
    if installation.settings.smtp_host is None:
        return 0
    check_settings(installation.settings)
    now = installation.now()
    with installation.database.transaction(service.staff_id) as connection:
        mail.give_up_on_cut_off(connection, now)
        return mail.gather(connection, now, every=DIGEST_EVERY, not_older=NOT_OLDER)


def send_one(installation: Installation, service: Actor) -> bool:
    """Send the letter that waits longest; False when none does."""
    if installation.settings.smtp_host is None:
        return False
    with installation.database.transaction(service.staff_id) as connection:
        claimed = mail.claim(connection, installation.now(), LEASE)
    if claimed is None:
        return False
    if claimed.email:
        result = hand_over(installation.settings, message(installation, claimed))
    else:
        result = Result(Handed.NEVER, "switched off")
    now = installation.now()
    with installation.database.transaction(service.staff_id) as connection:
        again = _again_at(result, claimed.attempts, now)
        state = {
            Handed.SENT: "sent",
            Handed.NEVER: "failed",
            Handed.UNSURE: "unsure",
            Handed.LATER: "failed" if again is None else "waiting",
        }[result.handed]
        mail.settle(connection, claimed.id, state, result.problem, now, again)
    return True


def message(installation: Installation, claimed: ClaimedMail) -> EmailMessage:
    """A letter: how many things wait, of what kinds, and where to look. Nothing else."""
    base = installation.settings.public_url or (
        f"http://{installation.settings.host}:{installation.settings.port}"
    )
    link = f"{base.rstrip('/')}/notifications"
    waiting = sum(kind in WAITING for kind, _ in claimed.kinds)
    made = EmailMessage()
    sender = installation.settings.smtp_sender or ""
    made["From"] = sender
    made["To"] = claimed.email
    made["Subject"] = subject_line(waiting, len(claimed.kinds) - waiting)
    made["Date"] = format_datetime(claimed.created_at)
    # The same at every attempt, so that a server that got it twice can tell.
    made["Message-ID"] = f"<{claimed.id}@{sender.rpartition('@')[2].rstrip('>') or 'clearance'}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter(list(claimed.kinds), link, link))
    return made


def troubled(installation: Installation, actor: Actor) -> list[TroubledMail]:
    """The newest letters that did not arrive or may not have; a refusal is audited."""
    with reading(installation, actor, Act.MANAGE_ACCESS, "mail.list", "mail") as connection:
        return list(mail.troubled(connection, _LISTED))


def _again_at(result: Result, attempts: int, now: datetime) -> datetime | None:
    if result.handed is not Handed.LATER or attempts > len(BACK_OFF):
        return None
    return now + BACK_OFF[attempts - 1]
