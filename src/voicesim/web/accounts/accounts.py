"""Signing in and out, and knowing from a cookie who asks."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voicesim.errors import BadInputError, VoicesimError
from voicesim.store.audit import By
from voicesim.store.people import login_key
from voicesim.web.access import Person
from voicesim.web.accounts.attempts import Attempts

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from voicesim.store.opening import Store
    from voicesim.store.people import Account
    from voicesim.store.sign_ins import SignIn
    from voicesim.web.accounts.cookies import Cookies
    from voicesim.web.settings import WebSettings


class WrongError(BadInputError):
    """No such account, or another password: which of the two is not said."""


class BusyError(BadInputError):
    """More people sign in at this moment than passwords can be looked at."""


class TooOftenError(BadInputError):
    """Too many failures of late.

    Args:
        seconds: until another attempt is let through.
    """

    def __init__(self, seconds: float) -> None:
        minutes = max(1, -(-round(seconds) // 60))
        self.seconds = max(1, round(seconds))
        again = "in a minute" if minutes == 1 else f"in {minutes} minutes"
        super().__init__(
            "Too many attempts that did not fit.", f"Try again {again}, or ask an administrator for a new password."
        )


@dataclass(frozen=True)
class Known:
    """Whoever asks, as the store knows them."""

    person: Person
    account: Account
    sign_in: SignIn


class Accounts:
    """The accounts of one server.

    Args:
        store: where they are kept.
        cookies: what browsers are given.
        settings: how often somebody may try.
        clock: seconds that only go up.
    """

    def __init__(
        self, store: Store, cookies: Cookies, settings: WebSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.store = store
        self.cookies = cookies
        self._by_account = Attempts(settings.failures_per_account, settings.failures_within, clock)
        self._by_address = Attempts(settings.failures_per_address, settings.failures_within, clock)
        self._hashing = threading.BoundedSemaphore(settings.hashing_at_once)
        self._patience = settings.hashing_within

    def known(self, connection: HTTPConnection) -> Known | None:
        """Who asks, by the cookie; None for nobody, or a sign-in that is over."""
        token = self.cookies.given(connection.cookies)
        found = self.store.sign_ins.who(token) if token else None
        if found is None:
            return None
        sign_in, account = found
        person = Person(account.id, account.name, account.role, self.cookies.form_token(token))
        return Known(person, account, sign_in)

    def sign_in(self, login: str, password: str, connection: HTTPConnection) -> str:
        """Sign somebody in.

        Returns:
            The token for the cookie.

        Raises:
            TooOftenError: it was tried too often.
            BusyError: too many are signing in.
            WrongError: account and password do not fit.
        """
        return self.let_in(self.proved(login, password, address_of(connection)), connection)

    def let_in(self, account: Account, connection: HTTPConnection) -> str:
        """Sign an account in whose owner has proved to be it.

        Returns:
            The token for the cookie.
        """
        browser = connection.headers.get("user-agent", "")
        _, token = self.store.sign_ins.begin(account.id, where=address_of(connection), browser=browser)
        return token

    def proved(self, login: str, password: str, where: str) -> Account:
        """The account whose login and password these are.

        Raises:
            TooOftenError: it was tried too often.
            BusyError: too many are signing in.
            WrongError: they do not fit.
        """
        account_key, address_key = login_key(login), network_of(where)
        wait = max(self._by_account.wait(account_key), self._by_address.wait(address_key))
        if wait > 0:
            self._note("sign-in refused", login, where)
            raise TooOftenError(wait)
        self._by_account.take(account_key)
        self._by_address.take(address_key)
        try:
            with self._turn_at_hashing():
                account = self.store.people.check_password(login, password)
        except VoicesimError:  # nothing was tried
            self._by_account.give_back(account_key)
            self._by_address.give_back(address_key)
            raise
        if account is None:
            self._note("sign-in failed", login, where)
            raise WrongError(
                "Sign-in name and password do not fit.", "Try again; upper and lower case count in the password."
            )
        self._by_account.forgive(account_key)
        self._by_address.give_back(address_key)  # not all: an account of one's own must not pay for guessing at others
        return account

    def helped(self, account: Account) -> None:
        """An administrator has helped somebody: failures of before count no longer."""
        self._by_account.forgive(login_key(account.login))

    def change_password(self, known: Known, current: str, new: str, where: str) -> None:
        """Somebody changes their own password; everywhere else they are signed out.

        Raises:
            TooOftenError: it was tried too often.
            BusyError: too many are signing in.
            WrongError: the current one is another.
            PasswordError: the new one is not accepted.
        """
        try:
            self.proved(known.account.login, current, where)
        except WrongError:
            raise WrongError("This is not your password now.", "Type it again.") from None
        by = By(known.person.id, where)
        with self._turn_at_hashing():
            self.store.people.set_password(known.person.id, new, by=by, keep=known.sign_in.id)

    @contextmanager
    def _turn_at_hashing(self) -> Iterator[None]:
        """Passwords are looked at a few at a time: they cost memory, and must not hold up whoever is practising."""
        if not self._hashing.acquire(timeout=self._patience):
            raise BusyError("Very many people are signing in at this moment.", "Try again in a minute.")
        try:
            yield
        finally:
            self._hashing.release()

    def _note(self, what: str, login: str, where: str) -> None:
        """What was typed is not kept where it is no account's: it may be a password in the wrong field."""
        found = self.store.people.find(login)
        self.store.audit.add(what, By("", where), about=found.id if found else "")


def address_of(connection: HTTPConnection) -> str:
    """The network address a request comes from."""
    return connection.client.host if connection.client else ""


def network_of(address: str) -> str:
    """The address whose failures are counted together: of IPv6 the first half, since the rest is everybody's own choice."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
