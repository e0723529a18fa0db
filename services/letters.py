"""Letters to participants: proposed by one administrator, confirmed by another (R60).

Who gets one is decided by the policy and seen by nobody: an administrator sees how many. What
sends them is :mod:`services.sending_letters`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, IntegrityError

from data_access import letters
from data_access import studies as study_rows
from data_access.letters import DeliveryCount as DeliveryCount
from data_access.letters import LetterRow as LetterRow
from data_access.studies import StudyRow
from domain.errors import BadInput, Refused
from domain.letters import (
    AS_THE_MAILER,
    LetterState,
    LetterStep,
    LetterText,
    check_letter,
    letter_words,
)
from domain.permissions import Act, Actor, check
from domain.policy import Use
from domain.policy.decision import Outcome
from domain.policy.standings import RuleCount
from services import policy
from services.acts import act, reading
from services.installation import Installation
from services.policy_standings import counted

_BROKEN_RULE = "23514"
_LISTED = 20


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter with how its deliveries stand; ``mine`` when the actor proposed it."""

    row: LetterRow
    words: str
    counts: tuple[DeliveryCount, ...]
    mine: bool


@dataclass(frozen=True, slots=True)
class Letters:
    """Every letter that waits or goes out, the newest that are over, and the studies."""

    open_: tuple[LetterView, ...]
    over: tuple[LetterRow, ...]
    studies: tuple[StudyRow, ...]
    #: Settings without which nothing can go out.
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LetterPreview:
    """A letter as it would arrive, and how the policy answers for the study's sessions."""

    letter: LetterText
    words: str
    digest: str
    answers: tuple[RuleCount, ...]

    @property
    def may(self) -> int:
        """Of how many sessions the participant may be told."""
        return sum(row.sessions for row in self.answers if row.outcome is Outcome.ALLOW)


def every(installation: Installation, actor: Actor) -> Letters:
    """What waits, goes out and went out; a refusal is audited."""
    with reading(
        installation, actor, Act.WRITE_TO_PARTICIPANTS, "letter.list", "letter"
    ) as connection:
        rows = letters.newest(connection, _LISTED)
        open_ = []
        # A handful at most are open at a time.
        for row in (each for each in rows if each.finished_at is None):
            held = () if row.state is LetterState.PROPOSED else letters.counts(connection, row.id)
            answers_at = installation.settings.participant_contact or "(no address is set yet)"
            said = letter_words(row.letter, row.study_title, answers_at)
            open_.append(LetterView(row, said, tuple(held), row.proposed_by == actor.staff_id))
        studies = tuple(study_rows.visible(connection))
    over = tuple(row for row in rows if row.finished_at)
    return Letters(tuple(open_), over, studies, _missing(installation))


def preview(
    installation: Installation, actor: Actor, study_slug: str, subject: str, text: str, link: str
) -> LetterPreview:
    """The letter as it would arrive, and for how many sessions R60 allows it.

    Sessions, because nothing here is told person by person. Each person is asked about again at
    the moment their letter goes out, so that fewer may get one.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    BadInput
        When the letter may not go out so, or there is no such study or no address for answers.
    """
    with reading(
        installation, actor, Act.WRITE_TO_PARTICIPANTS, "letter.preview", "letter"
    ) as connection:
        letter = check_letter(subject, text, link)
        answers_at = contact(installation)
        study = _study(study_rows.visible(connection), study_slug)
        table = policy.in_force(connection)
        groups, (answers,) = counted(
            connection,
            [study.id],
            (Use.EMAIL_FINDING,),
            [table],
            installation.now(),
            as_administrator=True,
        )
    told: Counter[tuple[str, Outcome]] = Counter()
    for group in groups:
        answer = answers.of(Use.EMAIL_FINDING, group.slot, group.standing, AS_THE_MAILER)
        told[answer.rule, answer.outcome] += group.sessions
    return LetterPreview(
        letter,
        letter_words(letter, study.title, answers_at),
        letter.digest(study.slug),
        tuple(
            RuleCount(rule, outcome, sessions) for (rule, outcome), sessions in sorted(told.items())
        ),
    )


def propose(
    installation: Installation,
    actor: Actor,
    *,
    study_slug: str,
    subject: str,
    text: str,
    link: str,
) -> int:
    """Propose a letter to those who took part in a study; its number.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    BadInput
        When the letter may not go out so, there is no such study or no address for answers, or
        another letter tells the study's participants of the same finding.
    """
    with act(installation, actor, "letter.propose", "letter") as done:
        check(actor, Act.WRITE_TO_PARTICIPANTS)
        letter = check_letter(subject, text, link)
        contact(installation)
        study = _study(study_rows.visible(done.connection), study_slug)
        before = letters.told_already(done.connection, study.id, letter.finding)
        if before is not None:
            raise _told_by(before)
        try:
            _, number = letters.propose(
                done.connection,
                study.id,
                letter,
                letter.digest(study.slug),
                actor.staff_id,
                installation.now(),
            )
        except IntegrityError:
            raise _told_by(None) from None
        done.object_id = str(number)
        done.study_id = study.id
        done.detail.update(digest=letter.digest(study.slug), link=letter.link, rule="R60")
    return number


def take(
    installation: Installation,
    actor: Actor,
    number: int,
    step: LetterStep,
    *,
    shown: str | None = None,
) -> LetterRow:
    """Confirm or reject another's letter, withdraw one's own, stop one or let it go on.

    Parameters
    ----------
    shown
        The digest of the letter that was read; confirming takes it.

    Raises
    ------
    Refused
        When the actor is no administrator; when it is theirs to withdraw and not to decide, or
        another's; when another letter was read. Audited.
    BadInput
        When there is no such letter, or it stands elsewhere by now.
    """
    with act(
        installation, actor, f"letter.{_NAMES[step]}", "letter", object_id=str(number)
    ) as done:
        check(actor, Act.WRITE_TO_PARTICIPANTS)
        row = letters.find(done.connection, number)
        if row is None:
            raise BadInput(f"There is no letter {number}. Choose one of the list.")
        done.study_id = row.study_id
        done.detail.update(digest=row.digest)
        if step is LetterStep.CONFIRM and _missing(installation):
            raise BadInput(
                f"Nothing can be sent yet: set {' and '.join(_missing(installation))}, and confirm "
                "the letter then."
            )
        try:
            taken = letters.step(done.connection, row.id, step, shown, installation.now())
        except DBAPIError as error:
            raise _refusal(error, step) from None
        if not taken:
            raise BadInput(
                f"Letter {number} is {row.state.value}, so nobody can {step} it now. "
                "Reload the page."
            )
        return letters.find(done.connection, number) or row


def contact(installation: Installation) -> str:
    """Where participants answer.

    Raises
    ------
    BadInput
        When the installation names no address.
    """
    address = installation.settings.participant_contact
    if not address or "@" not in address:
        raise BadInput(
            "Participants must be able to answer: set CLEARANCE_PARTICIPANT_CONTACT to the address "
            "that reads what they write."
        )
    return address


_NAMES = {
    LetterStep.CONFIRM: "confirm",
    LetterStep.REJECT: "reject",
    LetterStep.WITHDRAW: "withdraw",
    LetterStep.STOP: "stop",
    LetterStep.GO_ON: "go-on",
}


def _missing(installation: Installation) -> tuple[str, ...]:
    held = installation.settings
    asked = {
        "CLEARANCE_SMTP_HOST": held.smtp_host,
        "CLEARANCE_PARTICIPANT_CONTACT": held.participant_contact,
    }
    return tuple(name for name, value in asked.items() if not value)


def _study(known: Sequence[StudyRow], slug: str) -> StudyRow:
    study = next((each for each in known if each.slug == slug), None)
    if study is None:
        raise BadInput("There is no such study. Reload the page and choose another.")
    return study


def _told_by(number: int | None) -> BadInput:
    named = "Another letter" if number is None else f"Letter {number}"
    return BadInput(
        f"{named} tells this study's participants of that finding, and one letter about each "
        "finding is all that R60 allows."
    )


def _refusal(error: DBAPIError, step: LetterStep) -> Exception:
    """The database's refusal as a sentence; anything else is a defect."""
    said = str(error.orig)
    if getattr(error.orig, "sqlstate", None) != _BROKEN_RULE:
        return error
    if "letter.as-shown" in said:
        return Refused(
            "Another letter than this one was shown.",
            rule="letter.as-shown",
            remedy="Read it as it stands and confirm that.",
        )
    if step is LetterStep.WITHDRAW:
        return Refused(
            "Another administrator proposed this letter, so it is not yours to withdraw.",
            rule="letter.two-people",
            remedy="Reject it instead.",
        )
    return Refused(
        "You proposed this letter, so another administrator decides on it.",
        rule="letter.two-people",
        remedy="Ask a second administrator to read it, or withdraw it.",
    )
