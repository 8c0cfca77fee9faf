"""Where somebody goes after signing in: where they wanted to go, as long as that is a page of ours."""

from __future__ import annotations

from urllib.parse import urlsplit

_LONGEST = 500
_NOT_AGAIN = ("/login", "/logout", "/invitation", "/api/", "/static/")


def own_path(wanted: str, otherwise: str = "/") -> str:
    """The path that was wanted, when it leads to a page of this server and nowhere else.

    Args:
        wanted: what came with the request.
        otherwise: where to go when it is nothing of the kind.
    """
    if not wanted.startswith("/") or wanted.startswith("//") or len(wanted) > _LONGEST or not wanted.isprintable():
        return otherwise
    if "\\" in wanted or " " in wanted or wanted.startswith(_NOT_AGAIN):
        return otherwise
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else wanted
