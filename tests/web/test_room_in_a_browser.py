"""An instructor in a real browser: signs in, replays, flags, overrides, comments, signs off; the trainee then sees the scores."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from pages import hindrances, picture
from people_served import PASSWORD, PeopleServed
from served import wait

from voicesim.review.scoring import score_bundle, write_scorecard
from voicesim.session.meta import read_meta, write_meta
from voicesim.session.reader import open_bundle

sys.path.append(str(Path(__file__).resolve().parents[1] / "scoring"))
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def academy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeopleServed]:
    """A server with accounts, and two sessions of the trainee's: a qualification, and practice."""
    from test_bundle_review import recorded

    served = PeopleServed(tmp_path_factory.mktemp("academy"))
    for name, mode in (("first-try", "practice"), ("qualification", "qualify")):
        folder = recorded(served.sessions / name)
        meta = read_meta(folder)
        scenario = meta.scenario.model_copy(update={"title": "Nine years later"})
        write_meta(folder, meta.model_copy(update={"owner": served.trainee.id, "mode": mode, "scenario": scenario}))
        write_scorecard(bundle := open_bundle(folder), score_bundle(bundle))
    yield served
    assert served.stop() == 0, served.complaints


@pytest.fixture
def browser() -> Iterator[Browser]:
    with Browser(1400, 1000) as browser:
        yield browser


def write(browser: Browser, selector: str, text: str) -> None:
    """Type into a field."""
    browser.click(selector)
    browser._call("Input.insertText", text=text)


def has(browser: Browser, selector: str, text: str) -> None:
    """Wait until an element says something."""
    wait(browser, f"(document.querySelector({json.dumps(selector)})?.innerText ?? '').includes({json.dumps(text)})", 20)


def sign_in(browser: Browser, academy: PeopleServed, login: str) -> None:
    browser.visit(f"{academy.url}/login")
    write(browser, "input[name=login]", login)
    write(browser, "input[name=password]", PASSWORD)
    browser.click("main button[type=submit]")
    wait(browser, "location.pathname !== '/login' && document.readyState === 'complete'", 20)


def hinders_nobody(browser: Browser) -> None:
    """axe-core finds nothing serious. What it tries itself, and the page's policy forbids it, is no problem of the page."""
    before = list(browser.problems)
    assert hindrances(browser) == []
    browser.problems[:] = before


def sign_out(browser: Browser) -> None:
    browser.click("form.who button")
    wait(browser, "location.pathname === '/login' && document.readyState === 'complete'", 20)


def press_button(browser: Browser, words: str) -> None:
    """Press the button that says this."""
    browser.evaluate(
        "[...document.querySelectorAll('button')].find(one => one.textContent.trim().startsWith("
        f"{json.dumps(words)}) && one.offsetParent).setAttribute('data-here', ''); 0"
    )
    browser.click("[data-here]")
    browser.evaluate("document.querySelector('[data-here]')?.removeAttribute('data-here'); 0")


def test_an_instructor_replays_flags_overrides_comments_and_signs_off_and_the_trainee_sees_it(
    academy: PeopleServed, browser: Browser
) -> None:
    sign_in(browser, academy, "trainee")
    browser.visit(f"{academy.url}/sessions/qualification/replay")
    has(browser, "#room-state", "not released yet")
    assert browser.evaluate("document.getElementById('room-criteria').hidden")
    assert academy.trainee.ask("GET", "/sessions/qualification/report")[0] == 403
    picture(browser, "room-trainee-before")

    sign_out(browser)
    sign_in(browser, academy, "instructor")
    browser.visit(f"{academy.url}/room")
    has(browser, "tbody", "scores not released")
    picture(browser, "room-desk")
    hinders_nobody(browser)
    browser.click("tbody a[href='/sessions/qualification/replay']")
    wait(browser, "document.querySelectorAll('#room-buttons button').length > 4", 20)

    browser.click("#play")
    wait(browser, "Number(document.getElementById('sound').currentTime) > 1", 20)
    browser.evaluate("document.activeElement.blur(); 0")
    browser.press("2")
    has(browser, "#room-remarks", "Good silence")
    browser.press(" ")
    browser.press("c")
    assert browser.evaluate("document.activeElement.id") == "room-words"
    browser._call("Input.insertText", text="Hear how long he waits: 2 seconds.")
    browser.click("#room-comment button[type=submit]")
    has(browser, "#room-remarks", "Hear how long he waits")
    assert browser.evaluate("document.activeElement.id") != "room-words"

    browser.click("#room-criteria summary")
    browser.click("#room-criteria button[aria-label^='Judge: Reframe']")
    write(browser, "#room-dialog input[name=points]", "85")
    write(browser, "#room-dialog textarea[name=reason]", "She had asked him to ask it.")
    picture(browser, "room-judging")
    hinders_nobody(browser)
    browser.click("#room-keep")
    wait(browser, "!document.getElementById('room-dialog').open", 30)
    has(browser, "#room-criteria", "Instructor Reed: 85 points. She had asked him to ask it.")

    browser.click("#room-labels summary")
    wait(browser, "document.querySelectorAll('#room-labels-list li').length > 0", 30)
    browser.click("#room-labels-list button[aria-label^='Relabel']")
    browser.evaluate("document.querySelector('#room-dialog select[name=label]').value = 'leading'; 0")
    write(browser, "#room-dialog textarea[name=reason]", "He had his answer already.")
    browser.click("#room-keep")
    wait(browser, "!document.getElementById('room-dialog').open", 30)
    has(browser, "#room-remarks", "Label: leading")

    browser.click("#room-decide summary")
    press_button(browser, "Release the scores")
    has(browser, "#room-decisions", "The trainee sees the scores")
    press_button(browser, "Sign off")
    write(browser, "#room-dialog textarea[name=text]", "Good work. Mind the why.")
    browser.click("#room-keep")
    has(browser, "#room-state", "Signed off by Instructor Reed")
    assert "Changed since" not in browser.evaluate("document.getElementById('room-state').innerText")
    picture(browser, "room-signed-off")
    hinders_nobody(browser)
    assert browser.problems == []

    sign_out(browser)
    sign_in(browser, academy, "trainee")
    browser.visit(f"{academy.url}/sessions/qualification/replay")
    has(browser, "#room-state", "Your scores are released")
    browser.click("#room-criteria summary")
    has(browser, "#room-criteria", "She had asked him to ask it.")
    has(browser, "#room-remarks", "Hear how long he waits")
    picture(browser, "room-trainee-after")
    report = academy.trainee.ask("GET", "/sessions/qualification/report")[1]
    assert "She had asked him to ask it." in report
    assert "He had his answer already." in report


PAGES = {
    "desk": "/room?state=all",
    "rescore": "/room/rescore",
    "compare": "/compare?a=first-try&b=qualification",
    "debrief": "/sessions/first-try/debrief",
    "panel": "/sessions/first-try/replay",
    "tasks": "/tasks",
}


@pytest.fixture(scope="module")
def instructors(academy: PeopleServed) -> Iterator[Browser]:
    """A browser in which the instructor is signed in."""
    with Browser() as browser:
        academy.instructor.lend(browser)
        yield browser


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_room_hinders_nobody(academy: PeopleServed, instructors: Browser, name: str) -> None:
    browser = instructors
    browser.problems.clear()
    if name in ("debrief", "panel"):
        wish = {"kind": "flag", "at": 33, "button": "interrupted"}
        assert academy.instructor.ask("POST", "/api/sessions/first-try/remarks", wish)[0] == 201
    for width, height, scheme in ((1280, 1000, "light"), (390, 844, "dark")):
        browser.emulate(prefers_color_scheme=scheme)
        browser.resize(width, height)
        browser.visit(academy.url + PAGES[name])
        if name == "debrief":
            has(browser, "#moment", "Interrupted her")
        if name == "panel":
            has(browser, "#room-remarks", "Interrupted her")
        picture(browser, f"room-{name}-{width}-{scheme}")
        assert browser.evaluate("document.scrollingElement.scrollWidth") <= width
        hinders_nobody(browser)
    assert browser.problems == []


def test_the_debrief_plays_moment_after_moment_from_the_keyboard(academy: PeopleServed, instructors: Browser) -> None:
    browser = instructors
    for at, button in ((12, "open-question"), (50, "missed-cue")):
        academy.admin.ask("POST", "/api/sessions/first-try/remarks", {"kind": "flag", "at": at, "button": button})
    browser.visit(f"{academy.url}/sessions/first-try/debrief")
    has(browser, "#moment", "Open question")
    browser.resize(1280, 1000)
    assert "Trainee Reed" not in browser.evaluate("document.body.innerText"), "no names unless wished"
    assert browser.evaluate("document.getElementById('score').hidden")
    browser.press("ArrowRight")
    wait(browser, "document.getElementById('sound').currentTime > 0.3", 20)
    browser.press("n")
    assert "Trainee Reed" in browser.evaluate("document.body.innerText")
    browser.press("s")
    assert not browser.evaluate("document.getElementById('score').hidden")
    place = browser.evaluate("document.getElementById('place').innerText")
    assert place.startswith("2 of"), place
    assert browser.problems == []


def test_scoring_anew_is_looked_at_before_it_is_kept(academy: PeopleServed, instructors: Browser) -> None:
    browser = instructors
    browser.visit(f"{academy.url}/room/rescore?session=first-try")
    browser.evaluate("document.getElementById('rubric').value = 'griffiths'; 0")
    browser.click("#begin")
    has(browser, "#state", "Nothing is kept yet")
    has(browser, "#rows", "→")
    picture(browser, "room-rescored")
    hinders_nobody(browser)
    browser.click("#confirm")
    has(browser, "#state", "Kept: 1 of 1")
    card = json.loads((academy.sessions / "first-try" / "scorecard.json").read_text(encoding="utf-8"))
    assert card["rubric"]["id"] == "griffiths"
