"""Pages from their templates, one folder for each room; what moves on them is in `static/`, in folders of the same names."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi.responses import HTMLResponse

if TYPE_CHECKING:
    from jinja2 import Environment

    from voicesim.web.access import Person


def page(name: str, status: int = 200, *, person: Person | None = None, **shown: Any) -> HTMLResponse:
    """A page from its template; everything in it is escaped.

    Args:
        name: of the template, with its room: ``practice/home``.
        status: of HTTP.
        person: who asks; None where it is not known.
        shown: what the template wants; `here` is the page's place in the navigation.
    """
    return HTMLResponse(_templates().get_template(f"{name}.html").render(person=person, **shown), status)


@cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from voicesim.exports.formats import FORMATS

    environment = Environment(
        loader=PackageLoader("voicesim.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({"when": _when, "long": _long, "paragraphs": _paragraphs})
    environment.globals["export_formats"] = tuple(FORMATS.values())
    return environment


def local(moment: datetime) -> str:
    """A moment for a page, in the time of the server's own place."""
    return moment.astimezone().isoformat()


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
