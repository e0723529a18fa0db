"""Studies: adding them, and which of them somebody may know of."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy.exc import IntegrityError

from data_access import studies
from data_access.studies import StudyRow as StudyRow
from domain.errors import BadInput
from domain.permissions import Act, Actor, check
from services.acts import act
from services.installation import Installation

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def visible(installation: Installation, actor: Actor) -> list[StudyRow]:
    """The studies the actor may know of: their grants', or all for whose work spans studies."""
    with installation.database.transaction(actor.staff_id) as connection:
        return studies.visible(connection)


def by_slug(installation: Installation, actor: Actor, slug: str) -> StudyRow:
    """The study of that slug.

    Raises
    ------
    BadInput
        When there is none, or the actor may not know of it; the sentence does not say which.
    """
    with installation.database.transaction(actor.staff_id) as connection:
        study = studies.by_slug(connection, slug)
    if study is None:
        raise BadInput(
            f"There is no study “{slug}” that you can see. Check its name, or ask for a grant."
        )
    return study


def add(
    installation: Installation,
    actor: Actor,
    *,
    slug: str,
    title: str,
    opens_on: date,
    closes_on: date,
    questions: list[str] | None = None,
) -> StudyRow:
    """Add a study.

    Raises
    ------
    BadInput
        When the slug or title is not usable, the window is empty, or the slug is taken.
    Refused
        When the actor may not.
    """
    with act(installation, actor, "study.add", "study", object_id=slug) as done:
        check(actor, Act.MANAGE_STUDIES)
        if not _SLUG.fullmatch(slug) or len(slug) > 80:
            raise BadInput("A study's name in addresses is lower-case words joined by hyphens.")
        if not title.strip():
            raise BadInput("A study needs a title.")
        if closes_on < opens_on:
            raise BadInput("The study would close before it opens. Check the two dates.")
        try:
            studies.add(
                done.connection,
                slug=slug,
                title=title.strip(),
                opens_on=opens_on,
                closes_on=closes_on,
                questions=list(questions or ()),
            )
        except IntegrityError as error:
            raise BadInput(f"There is a study “{slug}” already. Choose another name.") from error
        done.detail.update(opens_on=opens_on.isoformat(), closes_on=closes_on.isoformat())
        added = studies.by_slug(done.connection, slug)
        done.study_id = None if added is None else added.id
    return by_slug(installation, actor, slug)


def set_check_percent(
    installation: Installation, actor: Actor, study: StudyRow, percent: int
) -> None:
    """Say in how many of a hundred reviews of a study a finding is hidden, as a check.

    Raises
    ------
    BadInput
        When it is not from 0 to 100.
    Refused
        When the actor may not.
    """
    with act(
        installation, actor, "study.checks", "study", object_id=study.slug, study_id=study.id
    ) as done:
        check(actor, Act.MANAGE_STUDIES)
        _check_share("checks", percent)
        studies.set_check_percent(done.connection, study.id, percent)
        done.detail.update(percent=percent)


def set_double_percent(
    installation: Installation, actor: Actor, study: StudyRow, percent: int
) -> None:
    """Say how many of a hundred confirmed sessions of a study a second person reviews.

    Raises
    ------
    BadInput
        When it is not from 0 to 100.
    Refused
        When the actor may not.
    """
    with act(
        installation, actor, "study.doubles", "study", object_id=study.slug, study_id=study.id
    ) as done:
        check(actor, Act.MANAGE_STUDIES)
        _check_share("second reviews", percent)
        studies.set_double_percent(done.connection, study.id, percent)
        done.detail.update(percent=percent)


def _check_share(what: str, percent: int) -> None:
    if not 0 <= percent <= 100:
        raise BadInput(f"The share of {what} is a whole number from 0 to 100.")
