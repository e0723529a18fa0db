"""What can be wrong with what people do: letters, recalls, retention, reviews, decisions of two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from domain.operations.finding import (
    Finding,
    Weight,
    counted,
    letters,
    notice,
    problem,
    sessions,
    waits,
    were,
)
from domain.operations.report import Report, age

#: The queue gives a session back half an hour after the last decision on it.
HELD_LONG = timedelta(hours=8)
#: A session nobody reviewed for so long is worth a look at who has grants.
REVIEW_LONG = timedelta(days=28)
#: A letter is tried again after 1, 5, 15 and 60 minutes; by then somebody should know.
MAIL_LONG = timedelta(hours=1)
#: Administrators are told at once of what is due; after this it is overdue.
DUE_LONG = timedelta(days=7)


def mail(report: Report) -> Iterator[Finding]:
    """Whether letters go out."""
    mail = report.mail
    if mail.waiting and not mail.server:
        yield notice(
            f"{letters(mail.waiting)} {waits(mail.waiting)}, and no mail server is named.",
            "Set CLEARANCE_SMTP_HOST and CLEARANCE_SMTP_SENDER again; what is told stands on "
            "everybody's Notifications page meanwhile.",
        )
    elif mail.oldest is not None and report.now - mail.oldest >= MAIL_LONG:
        said = f" The last attempt ended with: {mail.problem}." if mail.problem else ""
        yield problem(
            f"{letters(mail.waiting)} {waits(mail.waiting)} to be sent, the oldest for "
            f"{age(mail.oldest, report.now)}.{said}",
            "Look at the mail server and at CLEARANCE_SMTP_…; each is tried again for two days.",
            "/access",
        )
    for going in report.letters:
        if going.problem and report.now - going.since >= MAIL_LONG:
            yield problem(
                f"Letter {going.number} to participants rests: the mail server ended the last "
                f"attempt with {going.problem}, and {letters(going.waiting)} of it "
                f"{waits(going.waiting)}.",
                "Look at the mail server and at CLEARANCE_SMTP_…; it goes on by itself, and nobody "
                "gets it twice.",
                "/letters",
            )
    lost = mail.failed + mail.unsure
    if lost:
        yield notice(
            f"{letters(lost)} of the last week did not arrive, or may not have: {mail.failed:,} "
            f"failed, {mail.unsure:,} cut off.",
            "Access lists for whom and why. An address that bounces is corrected by inviting the "
            "person under the right one; what was told stands on their Notifications page.",
            "/access",
        )


def people(report: Report) -> Iterator[Finding]:
    """What only people can bring on."""
    for recall in report.recalls:
        yield problem(
            f"Share {recall.number} was recalled, and its destruction is overdue by "
            f"{age(recall.due_at, report.now)}.",
            "Ask the recipient for their attestation; they are blocked until it is recorded.",
            f"/share?id={recall.about}",
        )
    for study in report.studies:
        if study.due_since is None or report.system.erases_by_itself:
            continue
        overdue = report.now - study.due_since >= DUE_LONG
        yield Finding(
            Weight.PROBLEM if overdue else Weight.NOTICE,
            f"“{study.title}” holds sessions that may no longer be kept, for "
            f"{age(study.due_since, report.now)}.",
            "Order their erasure on the Retention page; nothing of them can leave meanwhile.",
            "/retention",
        )
    for held, what, place in (
        (report.people.proposals, "change of the policy", "/changes"),
        (report.people.assignments, "policy assignment", "/assignments"),
        (report.people.letters, "letter written to participants", "/letters"),
    ):
        if held.count and held.since is not None:
            yield notice(
                f"{counted(held.count, what)} {waits(held.count)} for a second administrator, "
                f"the oldest for {age(held.since, report.now)}.",
                "Whoever did not propose it decides.",
                place,
            )
    agreements = report.people.agreements
    if agreements.count and agreements.since is not None:
        ends = "ends" if agreements.count == 1 else "end"
        yield notice(
            f"{counted(agreements.count, 'agreement')} {ends} "
            f"within thirty days, the first in {age(agreements.since, report.now)}.",
            "Record the next version in time: what is approved under one lapses with it.",
            "/recipients",
        )


def desks(report: Report) -> Iterator[Finding]:
    """What lies with reviewers, or with nobody."""
    for study in report.studies:
        if study.review_since and report.now - study.review_since >= REVIEW_LONG:
            yield notice(
                f"“{study.title}”: {sessions(study.review)} {waits(study.review)} for review, "
                f"the oldest for {age(study.review_since, report.now)}.",
                "See on Access who holds a reviewer's grant there and until when; what the policy "
                "keeps from reviewers is listed On hold.",
                "/access",
            )
    if report.desks_left:
        yield notice(
            f"{sessions(report.desks_left)} {were(report.desks_left)} begun and left on a desk "
            "until the lease ran out.",
            "The queue gives them to the next reviewer by itself; nothing decided is lost.",
        )
    for desk in report.desks:
        if report.now - desk.since >= HELD_LONG:
            yield notice(
                f"{desk.name} has had {sessions(desk.sessions)} on their desk, one for "
                f"{age(desk.since, report.now)} without a break.",
                "Ask them to confirm it or to put it aside; half an hour after the last decision "
                "it goes back to the queue by itself.",
            )
