"""The web application: every route, what goes wrong said plainly, and the guard around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from voicesim import __version__
from voicesim.errors import BadInputError, VoicesimError
from voicesim.web import health, manual, pages
from voicesim.web.access import SignedOutError, public, visitor
from voicesim.web.accounts import people, sign_in
from voicesim.web.accounts.audit import Seen
from voicesim.web.binding import Reach
from voicesim.web.exports import routes as exports
from voicesim.web.following import routes as following
from voicesim.web.guard import SAFE, Guard
from voicesim.web.logbook import Logbook
from voicesim.web.practice import routes as practice
from voicesim.web.practice import sound
from voicesim.web.practice.hall import FullError, Hall
from voicesim.web.practice.stock import Engines, Stock
from voicesim.web.progress import routes as progress
from voicesim.web.replay import routes as replay
from voicesim.web.room import routes as room
from voicesim.web.sessions import routes as sessions_routes
from voicesim.web.settings import WebSettings, web_settings
from voicesim.web.world import World

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from voicesim.store.opening import Store
    from voicesim.web.accounts.accounts import Accounts

ROOMS = (health, manual, sign_in, people, practice, sound, sessions_routes, replay, room, following, progress, exports)
"""Everything that has routes."""
_FILES = Path(__file__).parent / "static"
_ABOUT = """Practise the hardest first conversation out loud.

With accounts, sign in on the login page; the cookie it gives says who asks. Every change (POST, PUT, PATCH, DELETE) also brings
the header `Form-Token`, which stands in the page's `<meta name="form-token">`. Whoever is not signed in is answered 401. What one
may not see does not exist: 404. Every refusal is a `Problem`: what is wrong, and what to do next.
"""


def build(
    sessions: Path,
    engines: Engines,
    country: str = "",
    settings: WebSettings | None = None,
    *,
    reach: Reach | None = None,
    store: Store | None = None,
    accounts: Accounts | None = None,
    logged: bool = False,
) -> ASGIApp:
    """The application: for one person on this computer, or for an academy.

    Args:
        sessions: where sessions are kept.
        engines: which recognition and voice.
        country: whose support lines are shown, two capital letters; empty when it is not known.
        settings: what it allows.
        reach: how it is reached; by this computer alone when None.
        store: people and the index of sessions.
        accounts: who may sign in; nobody has to when None.
        logged: whether every request is written to the log.
    """
    settings = settings or web_settings()
    reach = reach or Reach()
    hall = Hall(Stock(engines), settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        from anyio import to_thread

        yield
        await to_thread.run_sync(hall.close)

    app = FastAPI(
        title="voicesim",
        version=__version__,
        description=_ABOUT,
        openapi_url=None,  # `manual` answers it, under a rule like every other route
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.world = World(hall, sessions, country, reach, store, accounts, Seen(settings.seen_again_after))
    for room_of in ROOMS:
        app.include_router(room_of.router)
    app.add_api_route("/favicon.ico", _icon, include_in_schema=False, dependencies=[Depends(public)])
    app.mount("/static", _Files(directory=_FILES))
    for kind in (VoicesimError, HTTPException, RequestValidationError, SignedOutError):
        app.add_exception_handler(kind, _refused)
    if logged:  # otherwise uvicorn tells the one person at this computer what went wrong
        app.add_exception_handler(Exception, _mistaken)
    guarded = Guard(app, reach.answers_to, settings.most_body, reach.tls)
    return Logbook(guarded) if logged else guarded


class _Files(StaticFiles):
    """Files the browser asks for again only to hear that they have not changed."""

    def file_response(self, *arguments: object, **named: object) -> Response:
        response: Response = super().file_response(*arguments, **named)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response


def _icon() -> RedirectResponse:
    """The icon lies with the other files."""
    return RedirectResponse("/static/icon.svg")


def _refused(request: Request, error: Exception) -> Response:
    """One clear line: as a page where a person asked, as JSON where a program did; the login page for whoever is not signed in."""
    program = request.url.path.startswith(("/api/", "/static/"))
    if isinstance(error, SignedOutError) and not program:
        return RedirectResponse(_login(request), 303)
    status, problem, remedy = _words(error)
    if program:
        return JSONResponse({"problem": problem, "remedy": remedy}, status)
    return pages.page("refused", status, person=visitor(request), here="", problem=problem, remedy=remedy)


def _login(request: Request) -> str:
    if request.method not in SAFE or request.url.path == "/":
        return "/login"
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/login?{urlencode({'next': wanted})}"


def _mistaken(request: Request, error: Exception) -> Response:
    """A mistake of ours: said without its inside, which is in the log."""
    problem, remedy = "voicesim has made a mistake.", "Try again; if it stays, tell an administrator when it happened."
    if request.url.path.startswith(("/api/", "/static/")):
        return JSONResponse({"problem": problem, "remedy": remedy}, 500)
    return pages.page("refused", 500, here="", problem=problem, remedy=remedy)


def _words(error: Exception) -> tuple[int, str, str]:
    match error:
        case FullError():
            return 503, error.problem, error.remedy
        case SignedOutError():
            return 401, "Nobody is signed in.", "Sign in at /login first."
        case BadInputError():
            return 404, error.problem, error.remedy
        case VoicesimError():
            return 500, error.problem, error.remedy
        case RequestValidationError():
            return 422, "The request is not understood.", "See /api/openapi.json for what there is."
        case HTTPException(status_code=404, detail="Not Found"):
            return 404, "There is nothing at this address.", "Go back to the start."
        case HTTPException(status_code=status, detail=detail):
            return status, detail or HTTPStatus(status).phrase, ""
    raise error
