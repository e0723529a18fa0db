"""How long the script of each page runs at the server, by how many sessions there are.

Measured from outside, through the gate, on a raw websocket: from the click's message sent to
the last message of its run received. That holds the gate's check of the message, the run and
the sending; what it leaves out is the browser's drawing.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import create_engine, text

from benchmarks.house import House
from benchmarks.seeding import BATCH
from benchmarks.sharing import share_of
from services.installation import Installation
from tests.live.browserless import Screen, screen, signed_in

#: Runs of each page; the first two warm caches and are not counted.
RUNS = 12
_WARM = 2


@dataclass(frozen=True, slots=True)
class Click:
    """One thing somebody does: who, on which page, with which address."""

    name: str
    who: str
    page: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of one click over its runs."""

    click: Click
    median: float
    worst: float


_REVIEWER = "rosa@clearance.example"


_APPROVER = "amina@clearance.example"


def clicks(session_id: UUID, share_id: UUID, draft_id: UUID) -> tuple[Click, ...]:
    """Every page, and the sessions page under the filters that could be slow.

    The request and the draft hold as many sessions as one may, or as there are.
    """
    return (
        Click("home", _REVIEWER, ""),
        Click("sessions, newest", _REVIEWER, "sessions"),
        Click("sessions, one study", _REVIEWER, "sessions", "study=bench-1"),
        Click("sessions, longest", _REVIEWER, "sessions", "sort=longest"),
        Click("sessions, rare flag", _REVIEWER, "sessions", "flag=upheld"),
        Click("sessions, language", _REVIEWER, "sessions", "language=ja"),
        Click(
            "sessions, two choices",
            _REVIEWER,
            "sessions",
            "researchers=granted&journalists=withdrawn",
        ),
        Click(
            "sessions, flag and language, longest",
            _REVIEWER,
            "sessions",
            "flag=upheld&language=ja&sort=longest",
        ),
        Click(
            "sessions, dates and review",
            _REVIEWER,
            "sessions",
            "from=2026-04-01&until=2026-04-03&review=confirmed",
        ),
        Click("sessions, common outcome", _REVIEWER, "sessions", "outcome=share_researcher:deny"),
        Click(
            "sessions, outcome of one in four",
            _REVIEWER,
            "sessions",
            "outcome=share_researcher:hold",
        ),
        Click(
            "sessions, outcome of old sessions alone",
            _REVIEWER,
            "sessions",
            "outcome=publish_summary:allow",
        ),
        Click(
            "sessions, two outcomes that seldom meet",
            _REVIEWER,
            "sessions",
            "outcome=publish_summary:deny,internal_charts:allow",
        ),
        Click(
            "sessions, outcome and language, longest",
            _REVIEWER,
            "sessions",
            "outcome=share_researcher:hold&language=ja&sort=longest",
        ),
        Click("sessions, rare word", _REVIEWER, "sessions", "q=lutherie"),
        Click("sessions, common word", _REVIEWER, "sessions", "q=chairs"),
        Click("sessions, common word and rare flag", _REVIEWER, "sessions", "q=chairs&flag=upheld"),
        Click("sessions, absent word", _REVIEWER, "sessions", "q=nowhere"),
        Click("sessions, a small study's reviewer", "ravi@clearance.example", "sessions"),
        Click("flagged sessions, Trust & Safety", "tess@clearance.example", "sessions"),
        Click("one session", _REVIEWER, "session", f"id={session_id}"),
        Click("on hold, own studies", _REVIEWER, "holds", "rule=R42"),
        Click("policy, counted in own studies", _REVIEWER, "policy"),
        Click("cases, Trust & Safety", "tess@clearance.example", "cases"),
        Click("review queue", _REVIEWER, "review"),
        Click("review quality", "ada@clearance.example", "quality"),
        Click("imports", "ada@clearance.example", "imports"),
        Click("studies", "ada@clearance.example", "studies"),
        Click("access", "ada@clearance.example", "access"),
        Click("shares, a reviewer's", _REVIEWER, "shares"),
        Click("shares, an approver's", _APPROVER, "shares"),
        Click("composing a share", _REVIEWER, "share", f"id={draft_id}"),
        Click("a share and a session of it", _APPROVER, "share", f"id={share_id}"),
        Click("recipients", "ada@clearance.example", "recipients"),
        Click("on hold, every study", "ada@clearance.example", "holds", "rule=R03"),
        Click("policy assignments", "ada@clearance.example", "assignments"),
        Click("policy changes, counted", "ada@clearance.example", "changes"),
        Click("operations", "ada@clearance.example", "operations"),
        Click("metrics", "leo@clearance.example", "metrics"),
        Click("publications", "amina@clearance.example", "publications"),
        Click("audit trail", "uma@clearance.example", "audit"),
    )


def measure(house: House) -> list[Timed]:
    """Time every click in one installation."""
    results: list[Timed] = []
    wanted = clicks(_some_session(house.installation), *share_of(house.installation, BATCH))
    for who in dict.fromkeys(click.who for click in wanted):
        with screen(house.web, signed_in(house.web, who)) as opened:
            results += [_time(opened, click) for click in wanted if click.who == who]
    order = {click.name: place for place, click in enumerate(wanted)}
    return sorted(results, key=lambda timed: order[timed.click.name])


def _time(opened: Screen, click: Click) -> Timed:
    taken: list[float] = []
    for _ in range(RUNS):
        began = time.perf_counter()
        came = opened.run(click.page, query_string=click.query)
        taken.append((time.perf_counter() - began) * 1_000)
        assert any(message.WhichOneof("type") == "script_finished" for message in came)
    counted: Sequence[float] = taken[_WARM:]
    return Timed(click, statistics.median(counted), max(counted))


def _some_session(installation: Installation) -> UUID:
    owner = installation.database.addresses.owner
    assert owner is not None
    engine = create_engine(owner)
    with engine.connect() as connection:
        found: UUID = connection.execute(
            text(
                "SELECT id FROM session WHERE status = 'completed' AND policy_version <> 'none'"
                " AND study_id = (SELECT id FROM study WHERE slug = 'bench-1') LIMIT 1"
            )
        ).scalar_one()
    engine.dispose()
    return found
