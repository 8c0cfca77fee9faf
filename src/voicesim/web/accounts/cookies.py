"""What a browser is given to be known by: signed cookies, and the token its pages send back with every change.

The cookie names a sign-in, which the store may end at any moment; the signature keeps made-up ones from ever reaching the store.
The form token is made from the cookie and the server's secret: a page of another site can let the browser send the cookie along,
but it cannot read a page of ours, and so never knows the token. Nothing about it has to be stored, and it ends with the sign-in.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, URLSafeSerializer

if TYPE_CHECKING:
    from starlette.responses import Response

_LONGEST = 1000
"""Characters of a cookie worth looking at."""


class Cookies:
    """The cookies of one server.

    Args:
        secret: the server's own.
        tls: whether they may travel over TLS only; their names begin with ``__Host-`` then, which a browser takes from nobody else.
    """

    def __init__(self, secret: bytes, tls: bool) -> None:
        self._secret = secret
        self._tls = tls
        self._signer = URLSafeSerializer(
            secret, salt="voicesim sign-in", signer_kwargs={"digest_method": hashlib.sha256}
        )
        prefix = "__Host-" if tls else ""
        self.sign_in = f"{prefix}voicesim"
        """Name of the cookie that says who signed in."""
        self.visit = f"{prefix}voicesim-visit"
        """Name of the cookie of somebody who has not signed in yet."""

    def given(self, cookies: Mapping[str, str]) -> str:
        """The sign-in a browser's cookies name; empty when they name none."""
        value = cookies.get(self.sign_in, "")
        try:
            found = self._signer.loads(value) if 0 < len(value) <= _LONGEST else ""
        except BadSignature:
            return ""
        return found if isinstance(found, str) else ""

    def give(self, response: Response, sign_in: str, seconds: float) -> None:
        """Let the browser keep a sign-in for so long."""
        value = self._signer.dumps(sign_in)
        assert isinstance(value, str)
        self._set(response, self.sign_in, value, round(seconds))

    def take_back(self, response: Response) -> None:
        """Let the browser forget its sign-in."""
        response.delete_cookie(self.sign_in, path="/", secure=self._tls, httponly=True, samesite="lax")

    def visitor(self, cookies: Mapping[str, str]) -> str:
        """What a browser that has not signed in is known by; empty when it has not been given anything yet."""
        return cookies.get(self.visit, "")[:_LONGEST]

    def welcome(self, response: Response) -> str:
        """Give a browser that has not signed in something to be known by, and return it."""
        value = secrets.token_urlsafe(24)
        self._set(response, self.visit, value, None)
        return value

    def form_token(self, known_by: str) -> str:
        """The token on the pages of a browser.

        Args:
            known_by: its sign-in, or what it was given as a visitor.
        """
        return hmac.new(self._secret, b"voicesim form " + known_by.encode(), hashlib.sha256).hexdigest()

    def fits(self, known_by: str, token: str) -> bool:
        """Whether a token came from a page that was given to this browser."""
        return bool(known_by) and hmac.compare_digest(self.form_token(known_by).encode(), token.encode())

    def _set(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        response.set_cookie(name, value, max_age=seconds, path="/", secure=self._tls, httponly=True, samesite="lax")
