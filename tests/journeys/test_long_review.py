"""A reviewer's day: a long hard transcript by keyboard alone, through whatever goes wrong."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.redaction import DecisionKind
from domain.session_filters import SessionFilter
from domain.vocabulary import ReviewState, Role
from services import access, reviewing, sessions, studies
from tests.components.redaction_editor.worlds import world
from tests.journeys.conftest import Visitor, drawn
from tests.live.processes import Live, running
from tests.services.worlds import full, read_by_the_machine, take_in

pytestmark = pytest.mark.browser

_ROSA, _RAVI = "rosa@clearance.example", "ravi@clearance.example"
_PURPOSE = "Review the redactions before a share"
_SECRETS = ("Priya Shah", "Lisbon", "priya@lab.example", "\u05e0\u05d5\u05e2\u05d4", "Alden Marsh")
_HOSTILE = "<b>Take</b> <script>alert(1)</script> **your** [time](javascript:alert(2)) & `go`."
#: Written as people type: the machine of these tests finds names as they are spelled.
_SURVIVOR = "And what did alden  marsh say?"
_PATIENCE_MS = 30_000


# Its own installation: what the other journeys count must not change.
@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    with (
        tempfile.TemporaryDirectory(prefix="clearance-") as directory,
        running(Path(directory)) as live,
    ):
        yield live


@pytest.fixture(scope="module")
def administrator(live: Live) -> Actor:
    return access.actor_by_email(live.installation, "ada@clearance.example")


Take = Callable[..., tuple[StudyRow, UUID]]


@pytest.fixture
def take(live: Live, administrator: Actor, tmp_path: Path) -> Take:
    """Add a study of that name with sessions that the machine has read; its first session."""

    def taken(name: str, *sessions_said: tuple[str, ...]) -> tuple[StudyRow, UUID]:
        here = live.installation
        study = studies.add(
            here,
            administrator,
            slug=name,
            title=f"Study {name}",
            opens_on=date(2026, 4, 1),
            closes_on=date(2026, 6, 30),
        )
        for email in (_ROSA, _RAVI):
            access.grant(
                here,
                administrator,
                staff_id=access.actor_by_email(here, email).staff_id,
                study_id=study.id,
                role=Role.REVIEWER,
                purpose="Review this study before anything leaves",
                starts_at=here.now() - timedelta(minutes=1),
                expires_at=here.now() + timedelta(days=1),
            )
        rows = [full(f"{name}-{place}", *said) for place, said in enumerate(sessions_said)]
        take_in(here, administrator, study, tmp_path, *rows)
        read_by_the_machine(here, _SECRETS, study)
        rosa = access.actor_by_email(here, _ROSA)
        listed = sessions.list_sessions(here, rosa, SessionFilter(study=name)).rows
        return study, min(listed, key=lambda row: row.number).id

    return taken


def short(*more: str) -> tuple[str, ...]:
    return ("Who helps?", "Priya Shah does, in Lisbon. \U0001f600 Kelpwick is far.", *more)


def open_desk(page: Page) -> None:
    """State a purpose by keys alone, on a session's page."""
    page.get_by_role("button", name="Review beside the original").focus()
    page.keyboard.press("Enter")
    stated = page.get_by_label("What do you need the original for?")
    expect(stated).to_be_visible()
    stated.focus()
    page.keyboard.type(_PURPOSE)
    page.keyboard.press("Enter")
    page.wait_for_selector("mark[aria-current]")


def saved(page: Page) -> None:
    expect(page.locator(".rx-save")).to_have_text("Saved", timeout=_PATIENCE_MS)


def decided(live: Live, session_id: UUID) -> list[tuple[str, str]]:
    rosa = access.actor_by_email(live.installation, _ROSA)
    desk = reviewing.look_again(live.installation, rosa, session_id)
    return [(each.name, each.decision.kind.value) for each in desk.decisions]


def test_sixty_thousand_characters_are_reviewed_by_keyboard_alone(
    live: Live, visit: Callable[[], Visitor], take: Take
) -> None:
    said = [turn.text for turn in world("long").turns]
    said[2] = f"{said[2]} {_HOSTILE}"
    said += ["And who built it?", "Alden Marsh built it.", _SURVIVOR, "Nothing."]
    assert sum(map(len, said)) > 60_000
    study, session_id = take("long", tuple(said))
    visitor = visit()
    page = visitor.sign_in(_ROSA, f"/review?study={study.slug}")
    drawn(page)
    purpose = page.get_by_role("textbox", name="What do you review for?")
    purpose.focus()
    page.keyboard.type(_PURPOSE)
    page.keyboard.press("Enter")
    page.wait_for_selector("mark[aria-current]")
    rosa = access.actor_by_email(live.installation, _ROSA)
    findings = len(reviewing.look_again(live.installation, rosa, session_id).findings)
    assert findings > 100
    shown = page.locator(".rx-said").evaluate_all("all => all.map(one => one.textContent)")
    assert shown == said

    for number in range(findings):
        page.keyboard.press("a" if number % 20 else "g")
        if number % 20 == 0:
            page.keyboard.press("1")
        if number == findings // 2:
            # In the middle of it the page is loaded anew, with keys hardly pressed.
            page.on("dialog", lambda dialog: dialog.accept())
            page.reload()
            drawn(page)
            open_desk(page)
    expect(page.locator(".rx-progress")).to_have_text("All decided", timeout=_PATIENCE_MS)
    saved(page)

    page.keyboard.press("f")
    listed = page.get_by_role("region", name="Leak check")
    expect(listed).to_contain_text("Left standing: ", timeout=_PATIENCE_MS)
    page.keyboard.press("l")
    expect(page.get_by_role("status").first).to_contain_text("Press m to mark it.")
    chosen = page.evaluate("() => document.getSelection().toString()")
    assert chosen in _SURVIVOR
    # The rest of the name is found by the next look; each is marked where the jump selected it.
    for _ in range(4):
        if page.locator(".rx-progress").inner_text() == "Confirmed":
            break
        while listed.is_visible():
            page.keyboard.press("l")
            page.keyboard.press("m")
            page.keyboard.press("1")
            saved(page)
            expect(listed).to_be_hidden()
        page.keyboard.press("f")
        expect(
            page.locator(".rx-left:not([hidden]), .rx-progress:text-is('Confirmed')").first
        ).to_be_visible(timeout=_PATIENCE_MS)
    expect(page.locator(".rx-progress")).to_have_text("Confirmed")

    view = sessions.open_session(live.installation, rosa, session_id)
    assert view.row.review_state is ReviewState.CONFIRMED
    text = "\n".join(turn.text for turn in view.turns)
    assert not any(secret in text for secret in _SECRETS)
    assert "alden" not in text.lower()
    assert _HOSTILE in text
    assert sum(kind == "generalise" for _name, kind in decided(live, session_id)) >= findings // 20


def test_confirm_and_next_by_one_key_opens_the_next_and_the_back_button_comes_back(
    live: Live, visit: Callable[[], Visitor], take: Take
) -> None:
    study, first = take("nexts", short(), short("And?", "Priya Shah again."))
    visitor = visit()
    page = visitor.sign_in(_ROSA, f"/session?id={first}")
    drawn(page)
    open_desk(page)
    page.keyboard.press("a")
    page.keyboard.press("a")
    expect(page.locator(".rx-progress")).to_have_text("All decided")
    page.keyboard.press("d")
    page.wait_for_url(lambda url: str(first) not in url, timeout=_PATIENCE_MS)
    expect(page.locator(".rx-progress")).to_contain_text("3 undecided", timeout=_PATIENCE_MS)
    # The keys go on where the eyes are: nothing needs to be clicked.
    page.wait_for_selector("mark:focus")
    page.keyboard.press("a")
    expect(page.locator(".rx-progress")).to_contain_text("2 undecided")
    saved(page)
    rosa = access.actor_by_email(live.installation, _ROSA)
    (row,) = [
        row
        for row in sessions.list_sessions(
            live.installation, rosa, SessionFilter(study=study.slug)
        ).rows
        if row.id == first
    ]
    assert row.review_state is ReviewState.CONFIRMED
    page.go_back()
    expect(page.get_by_role("heading", name=f"Session {row.number}")).to_be_visible(
        timeout=_PATIENCE_MS
    )
    page.go_forward()
    expect(page.get_by_role("heading", name=f"Session {row.number}")).to_be_hidden(
        timeout=_PATIENCE_MS
    )


def test_a_connection_that_is_lost_and_comes_back_loses_no_key_and_doubles_none(
    live: Live, visit: Callable[[], Visitor], take: Take
) -> None:
    _study, session_id = take("offline", short("And?", "Priya Shah again, and Lisbon."))
    visitor = visit()
    page = visitor.sign_in(_ROSA, f"/session?id={session_id}")
    drawn(page)
    open_desk(page)
    page.keyboard.press("a")
    saved(page)
    visitor.context.set_offline(True)
    page.keyboard.press("a")
    page.keyboard.press("x")
    page.keyboard.press("1")
    expect(page.locator(".rx-save")).to_contain_text("no connection", timeout=_PATIENCE_MS)
    expect(page.locator(".rx-progress")).to_contain_text("1 undecided")
    visitor.context.set_offline(False)
    saved(page)
    page.keyboard.press("a")
    saved(page)
    assert [kind for _name, kind in decided(live, session_id)] == [
        "redact",
        "redact",
        "keep",
        "redact",
    ]


def test_two_people_on_one_session_are_told_what_changed_meanwhile(
    live: Live, visit: Callable[[], Visitor], take: Take
) -> None:
    _study, session_id = take("two", short())
    pages = []
    for email in (_ROSA, _RAVI):
        page = visit().sign_in(email, f"/session?id={session_id}")
        drawn(page)
        open_desk(page)
        pages.append(page)
    rosa, ravi = pages
    expect(ravi.get_by_text("has this session on their desk")).to_be_visible()
    rosa.locator(".rx-card button", has_text="Redact").dblclick()
    saved(rosa)
    ravi.keyboard.press("x")
    ravi.keyboard.press("1")
    told = ravi.get_by_role("alertdialog")
    expect(told).to_contain_text("Changed meanwhile by Rosa", timeout=_PATIENCE_MS)
    expect(told).to_be_focused()
    told.get_by_role("button", name="Put mine on top").focus()
    ravi.keyboard.press("Enter")
    saved(ravi)
    assert decided(live, session_id) == [
        ("Rosa Lindqvist", DecisionKind.REDACT.value),
        (decided(live, session_id)[1][0], DecisionKind.KEEP.value),
    ]
    assert len(decided(live, session_id)) == 2


def test_a_second_review_is_blind_and_what_it_found_is_settled_on_screen(
    live: Live, visit: Callable[[], Visitor], take: Take, administrator: Actor
) -> None:
    study, session_id = take("double", short())
    studies.set_double_percent(live.installation, administrator, study, 100)
    rosa = visit().sign_in(_ROSA, f"/session?id={session_id}")
    drawn(rosa)
    open_desk(rosa)
    for key in "aaf":
        rosa.keyboard.press(key)
    expect(rosa.locator(".rx-progress")).to_have_text("Confirmed", timeout=_PATIENCE_MS)

    ravi = visit().sign_in(_RAVI, f"/review?study={study.slug}")
    drawn(ravi)
    expect(ravi.get_by_text("1 confirmed session waits for a second review")).to_be_visible()
    ravi.get_by_role("textbox", name="What do you review for?").fill(_PURPOSE)
    ravi.keyboard.press("Enter")
    ravi.wait_for_selector("mark[aria-current]")
    expect(ravi.get_by_text("This is a second review")).to_be_visible()
    expect(ravi.locator(".rx-progress")).to_contain_text("2 undecided")
    ravi.keyboard.press("a")
    ravi.keyboard.press("a")
    # The last word of the sentence that both machine and first reviewer left.
    ravi.locator(".rx-said").nth(1).evaluate(
        "said => { const walk = document.createTreeWalker(said, NodeFilter.SHOW_TEXT);"
        " for (let node = walk.nextNode(); node; node = walk.nextNode()) {"
        " const at = node.data.indexOf('Kelpwick'); if (at < 0) continue;"
        " document.getSelection().setBaseAndExtent(node, at, node, at + 8); } }"
    )
    ravi.keyboard.press("m")
    ravi.keyboard.press("1")
    saved(ravi)
    ravi.keyboard.press("f")
    expect(ravi.get_by_text("reviewed this session apart and")).to_be_visible(timeout=_PATIENCE_MS)
    expect(ravi.locator(".rx-progress")).to_contain_text("1 undecided")
    expect(ravi.locator(".rx-card")).to_contain_text("The second reviewer took this out")
    expect(ravi.locator(".rx-preview").nth(1)).not_to_contain_text("Kelpwick")
    # One of the two may not leave it standing.
    for key in ("x", "1"):
        ravi.keyboard.press(key)
    saved(ravi)
    ravi.keyboard.press("f")
    expect(ravi.locator(".rx-notice")).to_contain_text("double.third-person", timeout=_PATIENCE_MS)
    ravi.keyboard.press("a")
    saved(ravi)
    ravi.keyboard.press("f")
    expect(ravi.locator(".rx-progress")).to_have_text("Confirmed", timeout=_PATIENCE_MS)
    actor = access.actor_by_email(live.installation, _RAVI)
    view = sessions.open_session(live.installation, actor, session_id)
    assert view.row.review_state is ReviewState.CONFIRMED
    assert "Kelpwick" not in view.turns[1].text
