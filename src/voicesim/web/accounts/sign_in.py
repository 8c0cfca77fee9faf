"""Signing in and out, accepting an invitation, and one's own account."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, StringConstraints

from voicesim.errors import BadInputError, VoicesimError
from voicesim.store.audit import By
from voicesim.web.access import Person, Role, brought_token, public, signed_in
from voicesim.web.accounts.accounts import Accounts, BusyError, Known, TooOftenError, WrongError, address_of
from voicesim.web.accounts.after import own_path
from voicesim.web.accounts.forms import form
from voicesim.web.pages import local, page
from voicesim.web.world import Problem, world

router = APIRouter()
_STALE = (
    "The page was out of date, or the browser keeps no cookies for this address. Try again; allow cookies if it stays."
)
_Login = Annotated[str, StringConstraints(max_length=64)]
_Secret = Annotated[str, StringConstraints(max_length=256)]
_Name = Annotated[str, StringConstraints(max_length=120)]
_Next = Annotated[str, Query(max_length=500)]
_SignedIn = Annotated[Person, Depends(signed_in)]
_Token = Annotated[str, Depends(brought_token)]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SigningIn(_Form):
    """The login page's form."""

    login: _Login
    password: _Secret
    next: Annotated[str, StringConstraints(max_length=500)] = "/"


class Accepting(_Form):
    """The form of an invitation; without a name and a login where it is for a new password."""

    name: _Name = ""
    login: _Login = ""
    password: _Secret
    again: _Secret


class NewPassword(_Form):
    """The form on one's own account's page."""

    login: _Login = ""  # for the browser's password manager
    current: _Secret
    password: _Secret
    again: _Secret


class Me(BaseModel):
    """Whoever asks."""

    id: str
    """Of the account; empty where there are none."""
    name: str
    role: Role


def with_accounts(request: Request) -> Accounts:
    """The accounts of this server.

    Raises:
        HTTPException: it has none.
    """
    found = world(request).accounts
    if found is None:
        raise HTTPException(404, "There are no accounts here: nobody has to sign in.")
    return found


_Accounts = Annotated[Accounts, Depends(with_accounts)]


def known(request: Request) -> Known:
    """Whoever asks, as the rules of access have found them."""
    found: Known = request.state.known
    return found


@router.get("/api/me", summary="Who asks", responses={401: {"model": Problem}})
def me(person: _SignedIn) -> Me:
    """The account that is signed in."""
    return Me(id=person.id, name=person.name, role=person.role)


@router.get("/login", include_in_schema=False, dependencies=[Depends(public)])
def login_page(request: Request, accounts: _Accounts, next: _Next = "/") -> Response:
    """Where to sign in. Whoever has signed in already goes on."""
    if accounts.known(request) is not None:
        return RedirectResponse(own_path(next), 303)
    return _login(request, accounts, next=next)


@router.post("/login", include_in_schema=False, dependencies=[Depends(public)])
def login(
    request: Request, accounts: _Accounts, token: _Token, wish: Annotated[SigningIn, Depends(form(SigningIn))]
) -> Response:
    """Sign in."""
    if not accounts.cookies.fits(accounts.cookies.visitor(request.cookies), token):
        return _login(request, accounts, 403, _STALE, wish.login, wish.next)
    try:
        given = accounts.sign_in(wish.login, wish.password, request)
    except TooOftenError as error:
        answer = _login(request, accounts, 429, str(error), wish.login, wish.next)
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    except BusyError as error:
        return _login(request, accounts, 503, str(error), wish.login, wish.next)
    except WrongError as error:
        return _login(request, accounts, 401, str(error), wish.login, wish.next)
    return _in(accounts, given, own_path(wish.next))


@router.post("/logout", include_in_schema=False)
def logout(request: Request, person: _SignedIn, accounts: _Accounts) -> Response:
    """Sign out: what the cookie says is worth nothing from now on."""
    accounts.store.sign_ins.end(known(request).sign_in.id, by=By(person.id, address_of(request)))
    answer = RedirectResponse("/login", 303)
    accounts.cookies.take_back(answer)
    return answer


@router.get("/invitation/{invitation}", include_in_schema=False, dependencies=[Depends(public)])
def invitation_page(request: Request, accounts: _Accounts, invitation: str) -> Response:
    """What an invitation leads to: a new account, or a new password."""
    return _invitation(request, accounts, invitation)


@router.post("/invitation/{invitation}", include_in_schema=False, dependencies=[Depends(public)])
def accept(
    request: Request,
    accounts: _Accounts,
    invitation: str,
    token: _Token,
    wish: Annotated[Accepting, Depends(form(Accepting))],
) -> Response:
    """Make the account, or set the password, and sign in."""
    if not accounts.cookies.fits(accounts.cookies.visitor(request.cookies), token):
        return _invitation(request, accounts, invitation, 403, _STALE, wish)
    found = accounts.store.invitations.look(invitation)
    if wish.password != wish.again:
        return _invitation(
            request, accounts, invitation, 422, "The two passwords are not the same. Type them again.", wish
        )
    where = address_of(request)
    try:
        if found is not None and found.person:
            account = accounts.store.invitations.choose_password(invitation, wish.password, where=where)
        else:
            account = accounts.store.invitations.accept(invitation, wish.login, wish.name, wish.password, where=where)
        given = accounts.let_in(account, request)
    except BadInputError as error:
        return _invitation(request, accounts, invitation, 422, str(error), wish)
    return _in(accounts, given, "/")


@router.get("/account", include_in_schema=False)
def account_page(request: Request, person: _SignedIn, accounts: _Accounts) -> HTMLResponse:
    """One's own account."""
    return _account(request, accounts)


@router.post("/account/password", include_in_schema=False)
def change_password(
    request: Request, person: _SignedIn, accounts: _Accounts, wish: Annotated[NewPassword, Depends(form(NewPassword))]
) -> HTMLResponse:
    """Change one's own password."""
    if wish.password != wish.again:
        return _account(request, accounts, 422, problem="The two new passwords are not the same. Type them again.")
    try:
        accounts.change_password(known(request), wish.current, wish.password, address_of(request))
    except TooOftenError as error:
        return _account(request, accounts, 429, problem=str(error))
    except BadInputError as error:
        return _account(request, accounts, 422, problem=str(error))
    return _account(request, accounts, done="Your password is changed. Everywhere else you are signed out.")


@router.post("/account/elsewhere", include_in_schema=False)
def sign_out_elsewhere(request: Request, person: _SignedIn, accounts: _Accounts) -> HTMLResponse:
    """Sign out everywhere but here."""
    ended = accounts.store.sign_ins.end_all(
        person.id, by=By(person.id, address_of(request)), keep=known(request).sign_in.id
    )
    return _account(
        request, accounts, done=f"Signed out elsewhere: {ended}." if ended else "You were signed in only here."
    )


@router.post("/account/everything", include_in_schema=False)
def everything(request: Request, person: _SignedIn, accounts: _Accounts) -> Response:
    """Everything that is kept about whoever asks, as one zip file."""
    from voicesim.store.handing_over import export_person

    by = By(person.id, address_of(request))
    try:
        pieces = export_person(accounts.store, world(request).sessions, person.id, by=by)
    except VoicesimError as error:
        return _account(request, accounts, 409, problem=str(error))
    name = {"Content-Disposition": 'attachment; filename="everything-about-me.zip"'}
    return StreamingResponse(pieces, media_type="application/zip", headers=name)


def _in(accounts: Accounts, given: str, to: str) -> Response:
    answer = RedirectResponse(to, 303)
    accounts.cookies.give(answer, given, 3600 * accounts.store.sign_ins.rules.longest_hours)
    return answer


def _login(
    request: Request, accounts: Accounts, status: int = 200, problem: str = "", login: str = "", next: str = "/"
) -> HTMLResponse:
    return _to_visitor(
        request, accounts, "accounts/login", status, problem=problem, login=login, next=own_path(next), here=""
    )


def _invitation(
    request: Request,
    accounts: Accounts,
    token: str,
    status: int = 200,
    problem: str = "",
    given: Accepting | None = None,
) -> Response:
    found = accounts.store.invitations.look(token)
    if found is None:
        raise BadInputError("This link does not work any more: it was used, or its time is over.", "Ask for a new one.")
    login = accounts.store.people.get(found.person).login if found.person else ""
    return _to_visitor(
        request, accounts, "accounts/invitation", status, problem=problem, login=login, role=found.role,
        given=given or Accepting(password="", again=""), here="", here_at=request.url.path, rules=_rules(accounts),
    )  # fmt: skip


def _to_visitor(request: Request, accounts: Accounts, name: str, status: int, **shown: Any) -> HTMLResponse:
    """A page with a form for somebody who has not signed in."""
    cookies = accounts.cookies
    visitor = cookies.visitor(request.cookies)
    answer = page(name, status, token=cookies.form_token(visitor), **shown)
    if not visitor:
        welcome = Response()
        fresh = cookies.welcome(welcome)
        answer = page(name, status, token=cookies.form_token(fresh), **shown)
        answer.raw_headers += [one for one in welcome.raw_headers if one[0] == b"set-cookie"]
    return answer


def _account(
    request: Request, accounts: Accounts, status: int = 200, *, problem: str = "", done: str = ""
) -> HTMLResponse:
    who = known(request)
    sign_ins = [
        {"browser": _browser(one.browser), "where": one.where, "began": local(one.began),
         "last_seen": local(one.last_seen), "this": one.id == who.sign_in.id}
        for one in accounts.store.sign_ins.of(who.person.id)
    ]  # fmt: skip
    return page(
        "accounts/account", status, person=who.person, here="account", login=who.account.login, problem=problem, done=done,
        sign_ins=sign_ins, rules=_rules(accounts),
    )  # fmt: skip


def _rules(accounts: Accounts) -> str:
    shortest = accounts.store.people.passwords.rules.shortest
    return (
        f"At least {shortest} letters. A few words that do not belong together are easy to remember and hard to guess."
    )


def _browser(told: str) -> str:
    """What a browser calls itself, for people."""
    names = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome or Chromium", "Safari/": "Safari"}
    name = next((name for sign, name in names.items() if sign in told), "Another program")
    system = next((one for one in ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux") if one in told), "")
    return f"{name}, {system}" if system else name
