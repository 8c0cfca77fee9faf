"""The people of an academy, for its administrators: inviting, roles, keeping somebody out; and the audit log."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from voicesim.errors import BadInputError, VoicesimError
from voicesim.store.audit import AuditLine
from voicesim.store.people import Account
from voicesim.web.access import Person, Role, admin, instructor
from voicesim.web.accounts.accounts import Accounts
from voicesim.web.accounts.audit import by
from voicesim.web.accounts.forms import form
from voicesim.web.accounts.sign_in import with_accounts
from voicesim.web.pages import local, page
from voicesim.web.world import Problem, world

router = APIRouter()
_Admin = Annotated[Person, Depends(admin)]
_Accounts = Annotated[Accounts, Depends(with_accounts)]
_ON_A_PAGE = 100
_REFUSALS: dict[int | str, dict[str, Any]] = {401: {"model": Problem}, 403: {"model": Problem}, 404: {"model": Problem}}


class PersonShort(BaseModel):
    """Somebody with an account."""

    id: str
    name: str
    role: Role
    active: bool
    """Whether the account may sign in."""


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Inviting(_Form):
    """The form that makes a link."""

    note: Annotated[str, StringConstraints(max_length=200)] = ""
    role: Role


class NewRole(_Form):
    """The form that changes a role."""

    role: Role


class Removing(_Form):
    """The form that removes a person; `sure` is the login, typed once more."""

    sure: Annotated[str, StringConstraints(max_length=64)]


@router.get(
    "/api/people", summary="The people with an account", dependencies=[Depends(instructor)], responses=_REFUSALS
)
def list_people(accounts: _Accounts) -> list[PersonShort]:
    """Everybody with an account, by name; for instructors and admins."""
    found = accounts.store.people.all()
    return [PersonShort(id=one.id, name=one.name, role=one.role, active=one.active) for one in found]


@router.get("/people", include_in_schema=False)
def people_page(person: _Admin, accounts: _Accounts) -> HTMLResponse:
    """Everybody, and the open invitations."""
    return _people(person, accounts)


@router.post("/people", include_in_schema=False)
def invite(
    request: Request, person: _Admin, accounts: _Accounts, wish: Annotated[Inviting, Depends(form(Inviting))]
) -> HTMLResponse:
    """Make a link for somebody new."""
    made, token = accounts.store.invitations.make(wish.role, by=by(request), note=wish.note)
    whom = f"For {made.note}, as {wish.role}." if made.note else f"For a new account, as {wish.role}."
    return _link(request, person, token, local(made.expires), whom)


@router.post("/people/invitations/{invitation}/withdraw", include_in_schema=False)
def withdraw(request: Request, person: _Admin, accounts: _Accounts, invitation: str) -> HTMLResponse:
    """Let a link work no more."""
    accounts.store.invitations.withdraw(invitation, by=by(request))
    return _people(person, accounts, done="The link works no more.")


@router.get("/people/{who}", include_in_schema=False)
def person_page(person: _Admin, accounts: _Accounts, who: str) -> HTMLResponse:
    """One person, and what can be done."""
    return _person(person, accounts.store.people.get(who))


@router.post("/people/{who}/role", include_in_schema=False)
def change_role(
    request: Request, person: _Admin, accounts: _Accounts, who: str, wish: Annotated[NewRole, Depends(form(NewRole))]
) -> Response:
    """Let somebody do more or less; it counts at once."""
    one = _other(person, accounts, who)
    try:
        accounts.store.people.change_role(one.id, wish.role, by=by(request))
    except BadInputError as error:
        return _person(person, one, 409, str(error))
    return RedirectResponse(f"/people/{one.id}", 303)


@router.post("/people/{who}/reset", include_in_schema=False)
def reset(request: Request, person: _Admin, accounts: _Accounts, who: str) -> HTMLResponse:
    """Make a link with which somebody chooses a new password."""
    one = _other(person, accounts, who)
    made, token = accounts.store.invitations.for_password(one.id, by=by(request))
    accounts.helped(one)
    return _link(request, person, token, local(made.expires), f"{one.name} chooses a new password with it.")


@router.post("/people/{who}/disable", include_in_schema=False)
def disable(request: Request, person: _Admin, accounts: _Accounts, who: str) -> Response:
    """Keep somebody out, at once."""
    one = _other(person, accounts, who)
    try:
        accounts.store.people.disable(one.id, by=by(request))
    except BadInputError as error:
        return _person(person, one, 409, str(error))
    return RedirectResponse(f"/people/{one.id}", 303)


@router.post("/people/{who}/enable", include_in_schema=False)
def enable(request: Request, person: _Admin, accounts: _Accounts, who: str) -> Response:
    """Let somebody in again."""
    one = _other(person, accounts, who)
    accounts.store.people.enable(one.id, by=by(request))
    return RedirectResponse(f"/people/{one.id}", 303)


@router.post("/people/{who}/remove", include_in_schema=False)
def remove(
    request: Request, person: _Admin, accounts: _Accounts, who: str, wish: Annotated[Removing, Depends(form(Removing))]
) -> HTMLResponse:
    """Delete somebody and every session of theirs for good; private ones unseen."""
    from voicesim.store.leaving import delete_person

    one = _other(person, accounts, who)
    if wish.sure.strip() != one.login:
        return _person(person, one, 422, f"Nothing was removed: type {one.login} to say that you mean it.")
    try:
        gone = delete_person(accounts.store, world(request).sessions, one.id, by=by(request))
    except VoicesimError as error:
        return _person(person, accounts.store.people.get(one.id), 409, str(error))
    count = len(gone.sessions)
    return _people(person, accounts, done=f"{one.name} is removed, with {count} session{'s' if count != 1 else ''}.")


@router.get("/audit", include_in_schema=False)
def audit_page(
    person: _Admin, accounts: _Accounts, start: Annotated[int, Query(ge=0, le=10_000_000)] = 0
) -> HTMLResponse:
    """Who did what, newest first."""
    found = accounts.store.audit.page(start=start, most=_ON_A_PAGE)
    names = {one.id: one.name for one in accounts.store.people.all()}
    older = start + _ON_A_PAGE if start + _ON_A_PAGE < found.total else 0
    return page(
        "accounts/audit", person=person, here="audit", lines=[_told(line, names) for line in found.lines], older=older,
        newer=max(0, start - _ON_A_PAGE), start=start, total=found.total,
    )  # fmt: skip


def _other(person: Person, accounts: Accounts, who: str) -> Account:
    """Somebody else's account: nobody locks themselves out."""
    from fastapi import HTTPException

    one = accounts.store.people.get(who)
    if one.id == person.id:
        raise HTTPException(409, "This is you. Another administrator can do that.")
    return one


def _people(person: Person, accounts: Accounts, done: str = "") -> HTMLResponse:
    return page(
        "accounts/people", person=person, here="people", done=done,
        people=[_shown(one) for one in accounts.store.people.all()],
        invitations=[
            {"id": one.id, "note": one.note, "role": one.role, "expires": local(one.expires)}
            for one in accounts.store.invitations.open() if not one.person
        ],
    )  # fmt: skip


def _person(person: Person, one: Account, status: int = 200, problem: str = "") -> HTMLResponse:
    return page("accounts/person", status, person=person, here="people", one=_shown(one), problem=problem)


def _shown(one: Account) -> dict[str, str]:
    disabled = local(one.disabled) if one.disabled else ""
    return {
        "id": one.id, "name": one.name, "login": one.login, "role": one.role, "created": local(one.created),
        "disabled": disabled,
    }  # fmt: skip


def _link(request: Request, person: Person, token: str, expires: str, purpose: str) -> HTMLResponse:
    reach = world(request).reach
    scheme = "https" if reach is not None and reach.tls else "http"
    link = f"{scheme}://{request.headers['host']}/invitation/{token}"
    return page("accounts/invited", person=person, here="people", link=link, expires=expires, purpose=purpose)


def _told(line: AuditLine, names: dict[str, str]) -> dict[str, str]:
    who = names.get(line.who, line.who) or {"command line": "command line", "voicesim": "voicesim"}.get(line.where, "–")
    about = names.get(line.about, line.about) if line.about != line.who else ""
    parts = (about, f"session {line.session}" if line.session else "", line.detail)
    return {
        "at": local(line.at), "who": who, "what": line.what, "about": " · ".join(one for one in parts if one) or "–",
        "where": line.where or "–",
    }  # fmt: skip
