"""The privacy ledger: what publications with noise have spent of each study's budget."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, insert, select

from data_access.tables import PrivacySpending, Publication
from domain.publications.privacy import Spending


def spendings(connection: Connection, study_id: UUID) -> tuple[Spending, ...]:
    """What each publication of a study spent, in their order."""
    rows = connection.execute(
        select(Publication.number, PrivacySpending.epsilon)
        .join(Publication, Publication.id == PrivacySpending.publication_id)
        .where(PrivacySpending.study_id == study_id)
        .order_by(Publication.number)
    )
    return tuple(Spending(*row) for row in rows)


def spend(
    connection: Connection, *, publication_id: UUID, study_id: UUID, epsilon: Decimal
) -> None:
    """Note what a publication spends; the database refuses more than the budget."""
    connection.execute(
        insert(PrivacySpending).values(
            publication_id=publication_id, study_id=study_id, epsilon=epsilon
        )
    )
