"""The pages. What they show is rendered here; what moves on them is in `static/`."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from voicesim.language.controls import shown_phrase
from voicesim.scenario.load import library, load_scenario
from voicesim.web import kept
from voicesim.web.api import bundled, short, world
from voicesim.web.guard import REPORT_POLICY
from voicesim.web.outcome import support_lines
from voicesim.web.settings import web_settings

if TYPE_CHECKING:
    from jinja2 import Environment

router = APIRouter(include_in_schema=False)


def page(name: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page from its template; everything in it is escaped."""
    return HTMLResponse(_templates().get_template(f"{name}.html").render(**shown), status)


@cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("voicesim.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({"when": _when, "long": _long, "paragraphs": _paragraphs})
    return environment


def _when(created: str) -> str:
    """A time for people; as it stands where it is none."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return created
    return f"{moment.day} {moment:%B %Y, %H:%M}"


def _long(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.strip().split("\n\n")]


@router.get("/")
def home(request: Request) -> HTMLResponse:
    """What can be practised."""
    found = [load_scenario(name) for name in library()]
    drills = sorted(
        (one for one in found if one.scenario.drill),
        key=lambda one: one.scenario.drill.order if one.scenario.drill else 0,
    )
    return page(
        "home",
        here="practice",
        conversations=[short(one) for one in found if one.scenario.drill is None],
        drills=[short(one) for one in drills],
    )


@router.get("/practice/{name}")
def practice(request: Request, name: str) -> HTMLResponse:
    """One scenario, from briefing to calm close."""
    story = bundled(name).scenario
    settings = web_settings()
    return page(
        "practice",
        here="practice",
        story=story,
        her=story.persona.name.split()[0],
        support=support_lines(story, world(request).country),
        phrases={each: shown_phrase(each) for each in ("pause", "stop", "resume")},
        blocks_ahead=settings.blocks_ahead,
        reconnect_within=round(settings.reconnect_within),
    )


@router.get("/sessions")
def sessions(request: Request) -> HTMLResponse:
    """The kept sessions."""
    here = world(request)
    found = [(one, here.hall.recording_in(one.id)) for one in kept.listed(here.sessions)]
    return page("sessions", here="sessions", sessions=found)


@router.get("/sessions/{name}")
def session(request: Request, name: str) -> HTMLResponse:
    """One kept session, with its report."""
    here = world(request)
    _, found = kept.find(here.sessions, name)
    return page("session", here="sessions", session=found, running=here.hall.recording_in(name))


@router.get("/sessions/{name}/report")
def report(request: Request, name: str) -> HTMLResponse:
    """The report itself: what `voicesim report` writes."""
    path, _ = kept.find(world(request).sessions, name)
    return HTMLResponse(kept.report_of(path), headers={"Content-Security-Policy": REPORT_POLICY})


@router.get("/favicon.ico")
def favicon() -> RedirectResponse:
    """The icon lies with the other files."""
    return RedirectResponse("/static/icon.svg")
