"""The web application: every route, what goes wrong said plainly, and the guard around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from voicesim import __version__
from voicesim.errors import BadInputError, VoicesimError
from voicesim.web import pages
from voicesim.web.access import public
from voicesim.web.accounts import routes as accounts
from voicesim.web.binding import LOOPBACK
from voicesim.web.exports import routes as exports
from voicesim.web.guard import Guard
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

_FILES = Path(__file__).parent / "static"


def build(sessions: Path, engines: Engines, country: str = "", settings: WebSettings | None = None) -> ASGIApp:
    """The application for one person on this computer.

    Args:
        sessions: where sessions are kept.
        engines: which recognition and voice.
        country: whose support lines are shown, two capital letters; empty when it is not known.
        settings: what it allows.
    """
    settings = settings or web_settings()
    hall = Hall(Stock(engines), settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        from anyio import to_thread

        yield
        await to_thread.run_sync(hall.close)

    app = FastAPI(
        title="voicesim",
        version=__version__,
        description="Practise the hardest first conversation out loud. Local, for one person.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.world = World(hall, sessions, country)
    for room_of in (accounts, practice, sound, sessions_routes, replay, room, progress, exports):
        app.include_router(room_of.router)
    app.add_api_route("/favicon.ico", _icon, include_in_schema=False, dependencies=[Depends(public)])
    app.mount("/static", _Files(directory=_FILES))
    app.add_exception_handler(VoicesimError, _refused)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _refused)
    return Guard(app, LOOPBACK, settings.most_body)


class _Files(StaticFiles):
    """Files the browser asks for again only to hear that they have not changed."""

    def file_response(self, *arguments: object, **named: object) -> Response:
        response: Response = super().file_response(*arguments, **named)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response


def _icon() -> RedirectResponse:
    """The icon lies with the other files."""
    return RedirectResponse("/static/icon.svg")


async def _refused(request: Request, error: Exception) -> Response:
    """One clear line: as a page where a person asked, as JSON where a program did."""
    status, problem, remedy = _words(error)
    if request.url.path.startswith(("/api/", "/static/")):
        return JSONResponse({"problem": problem, "remedy": remedy}, status)
    return pages.page("refused", status, here="", problem=problem, remedy=remedy)


def _words(error: Exception) -> tuple[int, str, str]:
    match error:
        case FullError():
            return 503, error.problem, error.remedy
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
