"""Publications with noise: drawn by OpenDP, paid for by each study, never more than its budget."""

from __future__ import annotations

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import UUID

import opendp.prelude as dp
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.errors import BadInput, Refused
from domain.publications.lifecycle import PublicationState
from domain.publications.privacy import BUDGET, EPSILONS, scale_of, within
from services.publications import proposing, working
from services.publications.noise import noisy
from tests.services.publications.worlds import World


@pytest.mark.parametrize("epsilon", EPSILONS)
def test_what_is_told_of_the_noise_is_what_opendp_says_of_it(epsilon: Decimal) -> None:
    told = dp.discrete_laplacian_scale_to_accuracy(scale=scale_of(epsilon), alpha=0.05)
    assert int(told) == within(epsilon)


@pytest.mark.parametrize("epsilon", EPSILONS)
def test_the_noise_goes_as_far_as_its_scale_says_and_to_both_sides(epsilon: Decimal) -> None:
    """Over 4,000 counts, so that a right mechanism fails less than once in a million runs."""
    counts = {str(each): 1_000 for each in range(4_000)}
    drawn = noisy(counts, epsilon)
    assert list(drawn) == list(counts)
    off = [each - 1_000 for each in drawn.values()]
    mean = sum(off) / len(off)
    spread = sum(abs(each) for each in off) / len(off)
    scale = scale_of(epsilon)
    assert abs(mean) < 0.12 * scale
    assert 0.7 * scale < spread < 1.15 * scale
    beyond = sum(abs(each) > within(epsilon) for each in off) / len(off)
    assert beyond < 0.07
    assert noisy(counts, epsilon) != drawn


def spent(world: World) -> list[Decimal]:
    offered = proposing.offered(world.installation, world.leo, world.study)
    assert offered is not None
    assert offered.left == BUDGET - sum(each.epsilon for each in offered.spendings)
    return [each.epsilon for each in offered.spendings]


def test_a_chart_with_noise_is_frozen_paid_for_voted_on_and_published(world: World) -> None:
    publication_id = world.proposed(epsilon=Decimal(1))
    view = world.view(publication_id)
    assert (view.row.state, view.row.epsilon) == (PublicationState.PROPOSED, Decimal(1))
    assert view.row.everybody is None
    assert spent(world) == [Decimal(1)]
    told = {cell.category: cell.people for cell in view.cells}
    for plan, people in (("pro", 50), ("free", 30)):
        # Noise of the scale 1 that goes farther than twenty comes once in a hundred million.
        assert abs((told[plan] or 0) - people) <= 20
    assert "epsilon = 1 for each participant" in view.methods
    with world.installation.database.transaction(world.service.staff_id) as connection:
        ledger = connection.execute(
            text("SELECT metric_ledger(:study)"), {"study": world.study.id}
        ).scalar_one()
    assert "outside" not in json.dumps(ledger)
    for approver in (world.amina, world.bela):
        world.vote(approver, publication_id)
    world.publish(publication_id)
    files = world.package(publication_id)
    manifest = json.loads(files["manifest.json"])
    assert (manifest["epsilon"], manifest["participants"]) == ("1", None)
    rows = list(csv.reader(io.StringIO(files["numbers.csv"].decode())))
    assert rows[0][1] == "distinct participants, with noise"
    # What was frozen is what left: no new noise was drawn.
    assert {row[0]: row[1] for row in rows[1:]} == {
        cell.label: "" if cell.people is None else str(cell.people) for cell in view.cells
    }


def test_what_is_spent_stays_spent_and_more_than_the_budget_is_refused(world: World) -> None:
    first = world.proposed(epsilon=Decimal(1))
    world.take_back(first)
    world.proposed(epsilon=Decimal(1))
    world.proposed(epsilon=Decimal("0.5"))
    with pytest.raises(Refused, match=r"spent 2\.5 of 3.*privacy\.budget"):
        world.proposed(epsilon=Decimal(1))
    world.proposed(epsilon=Decimal("0.5"))
    assert sum(spent(world)) == BUDGET
    with pytest.raises(Refused, match=r"privacy\.budget"):
        world.proposed(epsilon=Decimal("0.25"))
    # Exact counts cost nothing.
    assert world.state(world.proposed()) is PublicationState.PROPOSED


@pytest.mark.parametrize("epsilon", [Decimal(2), Decimal("0.1"), Decimal(0)])
def test_an_epsilon_that_is_not_offered_is_sent_back(world: World, epsilon: Decimal) -> None:
    with pytest.raises(BadInput):
        proposing.propose(world.installation, world.leo, world.proposal(epsilon=epsilon))


def test_proposals_that_are_frozen_at_once_never_overspend(world: World) -> None:
    """Five at one each were proposed while nothing was spent; three fit."""
    ids = [
        proposing.propose(world.installation, world.leo, world.proposal(epsilon=Decimal(1)))[0]
        for _ in range(5)
    ]
    with ThreadPoolExecutor(5) as pool:
        worked = list(
            pool.map(
                lambda name: working.work_one(world.installation, world.service, str(name)),
                range(5),
            )
        )
    assert worked == [True] * 5
    states = sorted(world.state(each).value for each in ids)
    assert states == ["proposed"] * 3 + ["refused"] * 2
    assert spent(world) == [Decimal(1)] * 3


def test_the_database_itself_spends_no_more_than_the_budget_in_a_race(world: World) -> None:
    """As the service, with every check above forgotten: two at once, and the last one waits."""
    ids = [
        proposing.propose(world.installation, world.leo, world.proposal(epsilon=Decimal(1)))[0]
        for _ in range(6)
    ]

    def spend(publication_id: UUID) -> str:
        try:
            with world.installation.database.transaction(world.service.staff_id) as connection:
                connection.execute(
                    text(
                        "INSERT INTO privacy_spending (publication_id, study_id, epsilon)"
                        " VALUES (:id, :study, 1)"
                    ),
                    {"id": publication_id, "study": world.study.id},
                )
        except DBAPIError as error:
            return str(error.orig).split(":")[0]
        return "spent"

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(spend, ids)) == ["privacy.budget"] * 3 + ["spent"] * 3
    with world.installation.database.transaction(world.service.staff_id) as connection:
        assert connection.execute(text("SELECT privacy_budget()")).scalar_one() == BUDGET


@pytest.mark.parametrize(
    ("who", "statement", "said"),
    [
        (
            "leo",
            "INSERT INTO privacy_spending SELECT id, study_id, 0.5 FROM publication"
            " WHERE state = 'preparing'",
            "row-level",
        ),
        ("service", "UPDATE privacy_spending SET epsilon = 0.25", "permission denied"),
        ("service", "DELETE FROM privacy_spending", "permission denied"),
        ("service", "UPDATE publication SET epsilon = 0.25", "permission denied"),
        (
            "service",
            "INSERT INTO privacy_spending SELECT id, study_id, 0.25 FROM publication"
            " WHERE state = 'preparing'",
            "privacy.as-proposed",
        ),
    ],
)
def test_the_privacy_ledger_is_written_once_by_the_service_alone(
    world: World, who: str, statement: str, said: str
) -> None:
    world.proposed(epsilon=Decimal("0.5"))
    proposing.propose(world.installation, world.leo, world.proposal(epsilon=Decimal("0.5")))
    actor = getattr(world, who)
    with (
        pytest.raises(DBAPIError, match=said),
        world.installation.database.transaction(actor.staff_id) as connection,
    ):
        connection.execute(text(statement))
