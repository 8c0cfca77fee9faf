"""Progress and exports, looked at by a browser: narrow and wide, by day, by night and on paper."""

from __future__ import annotations

import random
from collections.abc import Iterator
from io import BytesIO
from unicodedata import normalize

import pytest
from browser import Browser
from pages import hindrances, picture
from people_served import PeopleServed, kept_session
from practised import CRITERIA, TITLES, practised
from pypdf import PdfReader

from voicesim.store.audit import COMMAND_LINE

pytestmark = pytest.mark.browser
NAMES = ("Abara", "Brandt", "Çelik", "Dubois", "Eriksen", "Farah", "Gómez", "Hale", "Ito", "O’Neill")


@pytest.fixture(scope="module")
def academy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeopleServed]:
    """A dozen trainees who have practised for half a year, and got better at it."""
    served = PeopleServed(tmp_path_factory.mktemp("academy"))
    chance = random.Random(5)
    add = served.people.store.people.add
    cadets = [add(f"cadet{n}", f"Cadet {name}", "trainee", None, by=COMMAND_LINE).id for n, name in enumerate(NAMES)]
    for owner in (served.trainee.id, served.other.id, *cadets):
        for month in range(1, 7):
            for scenario in chance.sample(list(TITLES), 2):
                score = round(min(98, max(5, chance.gauss(35 + 8 * month - 12 * (scenario == "crash-scene"), 12))), 1)
                points = {name: round(min(100, max(0, chance.gauss(score, 15)))) for name in CRITERIA}
                day = f"2026-0{month}-{chance.randrange(10, 28)}"
                practised(served.sessions, owner, day, score, scenario=scenario, points=points)
    practised(served.sessions, cadets[0], "2026-06-01", 80, mode="qualify", rubric="annual-qualification", met=True)
    practised(served.sessions, cadets[1], "2025-03-01", 80, mode="qualify", rubric="annual-qualification", met=True)
    for day in ("2026-05-01", "2026-05-09"):
        practised(served.sessions, cadets[2], day, 45, mode="qualify", rubric="annual-qualification", met=False)
    practised(
        served.sessions, served.trainee.id, "2026-06-29", 71, mode="qualify", rubric="annual-qualification", met=False
    )
    kept_session(served.sessions, "2026-06-30-kept", served.trainee.id)
    yield served
    assert served.stop() == 0, served.complaints


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as browser:
        yield browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["own", "somebody", "cohort", "session"])
def test_a_page_hinders_nobody(academy: PeopleServed, browser: Browser, name: str, scheme: str) -> None:
    client = academy.trainee if name in ("own", "session") else academy.instructor
    path = {"own": "/progress", "somebody": f"/progress/{academy.trainee.id}", "cohort": "/cohort",
            "session": "/sessions/2026-06-30-kept"}[name]  # fmt: skip
    client.lend(browser)
    browser.emulate(prefers_color_scheme=scheme)
    for width, height in ((1280, 1900), (390, 844)):
        browser.resize(width, height)
        browser.visit(academy.url + path)
        browser.evaluate("document.querySelector('.elsewhere')?.setAttribute('open', ''); 0")
        picture(browser, f"progress-{name}-{width}-{scheme}")
        assert browser.evaluate("document.scrollingElement.scrollWidth") <= width
        assert hindrances(browser) == []
    assert browser.problems == []


def test_the_filter_is_worked_from_the_keyboard(academy: PeopleServed, browser: Browser) -> None:
    academy.instructor.lend(browser)
    browser.resize(1280, 1000)
    browser.visit(academy.url + "/cohort")
    browser.evaluate(
        "document.querySelector('[name=scenario]').value = 'crash-scene'; document.querySelector('.filter button').focus()"
    )
    browser._loaded = False
    browser.press("Enter")
    while not browser._loaded:
        browser._read()
    assert "scenario=crash-scene" in browser.evaluate("location.search")
    assert (
        browser.evaluate("document.querySelectorAll('[aria-label=\"How hard the scenarios are\"] tbody tr').length")
        == 1
    )
    link = browser.evaluate("document.querySelector('a[href*=\"attempts.csv\"]').getAttribute('href')")
    assert "scenario=crash-scene" in link


def test_on_paper_the_numbers_stand_without_the_buttons(academy: PeopleServed, browser: Browser) -> None:
    academy.instructor.lend(browser)
    browser.visit(academy.url + "/cohort")
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(browser.pdf())).pages)
    text = normalize("NFKC", text)  # fi is one letter in print
    assert "Let her finish" in text
    assert "Sign out" not in text
    assert "spreadsheet" not in text
