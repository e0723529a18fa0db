"""A chart from proposal to verified package, by three people in three browsers."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Page, expect

from domain.vocabulary import PolicyVersion
from jobs import children
from services import access, metrics, metrics_snapshots, policy_changes, studies
from services.keys import release_key
from services.publications import reading
from tests.journeys.conftest import Visitor, drawn
from tests.live.processes import Live
from tests.services.metrics.worlds import interviews
from tests.services.worlds import read_by_the_machine, take_in

pytestmark = pytest.mark.browser

_ROOT = Path(__file__).resolve().parents[2]
_TITLE = "On which plans people who make things were"
_PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def study(live: Live, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A study of which leads saw a snapshot: forty on one plan, thirty on another."""
    here = live.installation
    ada, ben = (access.actor_by_email(here, f"{name}@clearance.example") for name in ("ada", "ben"))
    today = here.now().date()
    made = studies.add(
        here,
        ada,
        slug="a-study-to-publish",
        title="A study to publish from",
        opens_on=today - timedelta(days=400),
        closes_on=today,
    )
    rows = [*interviews(0, 40), *interviews(100, 30, "free")]
    for row in rows:
        row["transcript_id"] = f"publish-{row['transcript_id']}"
    take_in(here, ada, made, tmp_path_factory.mktemp("publish"), *rows)
    read_by_the_machine(here, ["Mo Smith"], made)
    for name, role in (("leo", "lead"), ("amina", "approver"), ("bela", "approver")):
        actor = access.actor_by_email(here, f"{name}@clearance.example")
        access.grant(
            here,
            ada,
            staff_id=actor.staff_id,
            study_id=made.id,
            role=next(each for each in actor.roles if each.value == role),
            purpose="Work on the published study",
            starts_at=here.now() - timedelta(minutes=1),
            expires_at=here.now() + timedelta(days=1),
        )
    proposal = policy_changes.propose_retention(
        here, ada, PolicyVersion.MARCH_2026, 6, "journey of a chart", "Recorded so that R06 holds"
    )
    policy_changes.settle(here, ben, proposal, accept=True)
    metrics_snapshots.take_due(here, access.service_actor(here, metrics.SERVICE))
    return made.slug


def work(live: Live) -> None:
    """The worker's own process does what waits."""
    where = {"CLEARANCE_DATA_DIR": str(live.installation.settings.data_dir)}
    assert children.start("jobs.publications", environment=where).wait(120) == 0


def see(page: Page) -> None:
    """The figure is there, as a picture that the browser could read."""
    picture = page.locator(".sheet img")
    expect(picture).to_be_visible()
    page.wait_for_function(
        "document.querySelector('.sheet img').naturalWidth > 1000", timeout=_PATIENCE_MS
    )


def vote(visitor: Visitor, name: str, path: str) -> Page:
    page = visitor.sign_in(f"{name}@clearance.example", path)
    drawn(page)
    see(page)
    page.get_by_text("nobody sees it before both are in").click()
    page.get_by_text("Approve", exact=True).click()
    page.get_by_role("button", name="Cast the vote").click()
    return page


def test_a_chart_is_proposed_voted_on_published_and_verified_without_a_database(
    live: Live, visit: Callable[[], Visitor], study: str, tmp_path: Path
) -> None:
    proposing = visit()
    leo = proposing.sign_in("leo@clearance.example", f"/metrics?study={study}")
    drawn(leo)
    leo.get_by_test_id("stButtonGroup").get_by_text("People", exact=True).click()
    chart = leo.locator(".st-key-metric-plan")
    chart.get_by_text("The numbers").click()
    link = chart.get_by_role("link", name="Propose for publication")
    proposing.open(leo, str(link.get_attribute("href")).removeprefix(live.web.origin))
    leo.get_by_label("Title over the figure").fill(_TITLE)
    leo.get_by_label("Purpose").fill("For the public report on making things")
    leo.get_by_role("button", name="Propose it to two approvers").click()
    expect(leo.get_by_text("Counting, protecting")).to_be_visible()
    work(live)
    expect(leo.get_by_text("0 of 2 votes in")).to_be_visible(timeout=_PATIENCE_MS)
    see(leo)
    path = leo.url.removeprefix(live.web.origin)
    expect(leo.get_by_text("nobody sees it before both are in")).to_have_count(0)
    with leo.expect_download() as file:
        leo.get_by_role("link", name="Numbers, CSV").click()
    shown = Path(file.value.path()).read_bytes()

    approving = visit()
    home = approving.sign_in("amina@clearance.example", "/")
    expect(home.get_by_text("waits for your vote")).to_be_visible()
    amina = vote(visit(), "amina", path)
    expect(amina.get_by_text("Your vote is in.")).to_be_visible()
    bela = vote(visit(), "bela", path)
    expect(bela.get_by_text("approved").first).to_be_visible()

    proposing.open(leo, path)
    leo.get_by_role("button", name="Publish it now").click()
    expect(leo.get_by_text("Asking everything again")).to_be_visible()
    work(live)
    fetch = leo.get_by_role("link", name="Fetch the package")
    expect(fetch).to_be_visible(timeout=_PATIENCE_MS)
    with leo.expect_download() as download:
        fetch.click()
    package = tmp_path / "package.zip"
    download.value.save_as(package)
    with zipfile.ZipFile(io.BytesIO(package.read_bytes())) as held:
        assert held.read("numbers.csv") == shown
        assert held.read("figure.png").startswith(b"\x89PNG")
        assert _TITLE.encode() in held.read("figure.svg")
    assert verified(live, package, tmp_path).returncode == 0
    altered = tmp_path / "altered.zip"
    with zipfile.ZipFile(package) as held, zipfile.ZipFile(altered, "w") as other:
        for name in held.namelist():
            other.writestr(name, held.read(name).replace(b'"40"', b'"41"'))
    told = verified(live, altered, tmp_path)
    assert (told.returncode, b"numbers.csv was altered" in told.stderr) == (1, True)

    number = str(fetch.get_attribute("href"))
    stranger = visit().tab().goto(proposing.address(number.removeprefix(live.web.origin)))
    assert stranger is not None
    assert stranger.status == 401
    assert live.count("publication.fetch", outcome="done") == 1
    publication_id = UUID(path.split("id=")[1])
    lead = access.actor_by_email(live.installation, "leo@clearance.example")
    view = reading.view(live.installation, lead, publication_id, record=False)
    assert [vote.name for vote in view.votes] == ["Amina Haddad", "Béla Kovács"]


def verified(live: Live, package: Path, directory: Path) -> subprocess.CompletedProcess[bytes]:
    """``cli.py release verify`` in a process that has neither our database nor our settings."""

    key = directory / "key.pem"
    public = release_key(live.installation.settings).public_key()
    key.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return subprocess.run(
        [sys.executable, "cli.py", "release", "verify", str(package), "--key", str(key)],
        cwd=_ROOT,
        env={"CLEARANCE_DATA_DIR": str(directory / "elsewhere"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
        timeout=120,
    )
