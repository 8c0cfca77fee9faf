"""`voicesim people`: accounts from the server's own command line; the first administrator is made here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from voicesim.store.audit import By
    from voicesim.store.opening import Store
    from voicesim.store.people import Account

_EXAMPLES = """\b
Examples:
  voicesim people add reed.s --name "Sam Reed" --role admin    asks for the password
  voicesim people                                              who has an account
  voicesim people password reed.s                              a new password for somebody who forgot it
  voicesim people invite --role trainee --url https://academy.example    a link for an account of one's own
  voicesim people disable reed.s                               keep somebody out, at once
  voicesim people export reed.s                                everything about somebody, in one zip file
  voicesim people delete reed.s                                and everything gone
"""
_STORE = click.option("--store", metavar="URL", help="Database, as for voicesim serve.")
_ROLE = click.Choice(["trainee", "instructor", "admin"])
_Command = TypeVar("_Command", bound=Callable[..., int])


@click.group(invoke_without_command=True, epilog=_EXAMPLES, short_help="Who may sign in to voicesim serve.")
@click.pass_context
def people(context: click.Context) -> int:
    """Who may sign in to `voicesim serve`. Once an administrator has signed in, all but the first is easier in the browser."""
    return int(context.invoke(list_people)) if context.invoked_subcommand is None else 0


def _about_somebody(short_help: str, name: str | None = None) -> Callable[[_Command], click.Command]:
    """A command that does something with one account: ``voicesim people NAME LOGIN``."""

    def made(function: _Command) -> click.Command:
        command = people.command(name, short_help=short_help)(click.argument("login")(_STORE(function)))
        command.params.sort(key=lambda one: one.name == "store")  # the last in the help, as everywhere
        return command

    return made


@people.command("list", short_help="Who has an account.")
@_STORE
def list_people(store: str | None = None) -> int:
    """Who has an account, one a line: sign-in name, role, name."""
    with _opened(store) as kept:
        for one in kept.people.all():
            state = "" if one.active else "  (disabled)"
            state = state or ("  (no password yet)" if one.password_set is None else "")
            click.echo(f"{one.login:<20} {one.role:<11} {one.name}{state}")
    return 0


@people.command(short_help="Make an account.")
@click.argument("login")
@click.option("--name", default="", help="Name as others read it.  [default: the sign-in name]")
@click.option("--role", type=_ROLE, default="trainee", show_default=True, help="What the person may do.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@_STORE
def add(login: str, name: str, role: str, password_stdin: bool, store: str | None) -> int:
    """Make an account with the sign-in name LOGIN."""
    from voicesim.store.audit import COMMAND_LINE
    from voicesim.store.people import checked_role

    with _opened(store) as kept:
        made = kept.people.add(login, name or login, checked_role(role), _password(password_stdin), by=COMMAND_LINE)
    click.echo(f"{made.name} may sign in as {made.login} ({made.role}).")
    return 0


@_about_somebody("Give somebody a new password.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def password(login: str, password_stdin: bool, store: str | None) -> int:
    """Give LOGIN a new password; wherever it is signed in, it is signed out."""
    with _somebody(login, store) as (kept, one, by):
        kept.people.set_password(one.id, _password(password_stdin), by=by)
    click.echo(f"{one.login} has a new password, and is signed out everywhere.")
    return 0


@_about_somebody("Keep somebody out.")
def disable(login: str, store: str | None) -> int:
    """Keep LOGIN out, at once; sessions are kept."""
    with _somebody(login, store) as (kept, one, by):
        kept.people.disable(one.id, by=by)
    click.echo(f"{one.login} is signed out and may not sign in any more.")
    return 0


@_about_somebody("Let somebody in again.")
def enable(login: str, store: str | None) -> int:
    """Let LOGIN in again."""
    with _somebody(login, store) as (kept, one, by):
        kept.people.enable(one.id, by=by)
    click.echo(f"{one.login} may sign in again.")
    return 0


@people.command(short_help="Make a link with which somebody makes their own account.")
@click.option("--role", type=_ROLE, default="trainee", show_default=True, help="What the person may do.")
@click.option("--note", default="", help="Whom it is for; only administrators read it.")
@click.option(
    "--for", "login", default="", metavar="LOGIN", help="A new password for this account, instead of an account."
)
@click.option("--url", default="", help="Address of the server, for example https://academy.example.")
@_STORE
def invite(role: str, note: str, login: str, url: str, store: str | None) -> int:
    """Print a link that works once: whoever opens it chooses sign-in name and password themselves.

    Send it in a way that only that person reads. It is printed once and kept nowhere; a new one can be made at any time.
    """
    from voicesim.store.audit import COMMAND_LINE
    from voicesim.store.people import checked_role

    with _opened(store) as kept:
        if login:
            made, token = kept.invitations.for_password(_named(kept, login).id, by=COMMAND_LINE)
        else:
            made, token = kept.invitations.make(checked_role(role), by=COMMAND_LINE, note=note)
    click.echo(f"{url.rstrip('/')}/invitation/{token}")
    where = "" if url else " Put the server's address before it."
    click.echo(f"Works once, until {made.expires:%Y-%m-%d %H:%M} UTC.{where}", err=True)
    return 0


@_about_somebody("Let somebody do more or less.", name="role")
@click.argument("new_role", type=_ROLE)
def change_role(login: str, new_role: str, store: str | None) -> int:
    """Make LOGIN a trainee, an instructor or an admin. It counts at once."""
    from voicesim.store.people import checked_role

    with _somebody(login, store) as (kept, one, by):
        kept.people.change_role(one.id, checked_role(new_role), by=by)
    click.echo(f"{one.login} is {new_role} now.")
    return 0


@_about_somebody("Everything that is kept about somebody, in one zip file.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write it.  [default: LOGIN.zip, here]")
def export(login: str, out: Path | None, store: str | None) -> int:
    """Write everything that is kept about LOGIN to one zip file: account, audit log, what they said, and every session."""
    from voicesim.cli.passphrase import ask_passphrase
    from voicesim.errors import BadInputError, StorageError
    from voicesim.folders import sessions_folder
    from voicesim.session.disk import for_its_owner_only
    from voicesim.store.handing_over import export_person

    with _somebody(login, store) as (kept, one, by):
        target = out or Path(f"{one.login}.zip")
        pieces = export_person(kept, sessions_folder(), one.id, by=by, ask=ask_passphrase)
        try:
            with open(target, "xb", opener=for_its_owner_only) as file:
                for piece in pieces:
                    file.write(piece)
        except FileExistsError:
            raise BadInputError(f"{target} exists already.", "Choose another name with --out.") from None
        except OSError as error:
            raise StorageError(f"{target} cannot be written: {error.strerror}.", "Choose another --out.") from None
    click.echo(target)
    return 0


@_about_somebody("Delete somebody and all their sessions for good.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
def delete(login: str, yes: bool, store: str | None) -> int:
    """Delete LOGIN for good: the account, every session, and the name wherever else it stands.

    What an instructor said about others stays with those others, without the name. The audit log keeps its lines under a
    pseudonym. Backups are yours to look after. `voicesim people export` first, if the person wants a copy.
    """
    from voicesim.cli.passphrase import ask_passphrase
    from voicesim.folders import sessions_folder
    from voicesim.store.leaving import delete_person

    with _somebody(login, store) as (kept, one, by):
        if not yes:
            click.confirm(f"Delete {one.name} ({one.login}) and all their sessions for good?", abort=True, err=True)
        gone = delete_person(kept, sessions_folder(), one.id, by=by, ask=ask_passphrase)
    click.echo(f"{one.login} is deleted, with {len(gone.sessions)} sessions.")
    if gone.changed:
        click.echo(f"The name was taken out of {len(gone.changed)} sessions of others.")
    if gone.look_at:
        click.echo(f"Certified under the same name, but nobody's: {', '.join(gone.look_at)}. Look whose they are.")
    return 0


def _opened(store: str | None) -> Store:
    from voicesim.store.opening import open_store

    return open_store(store)


@contextmanager
def _somebody(login: str, store: str | None) -> Iterator[tuple[Store, Account, By]]:
    """The store, an account by its sign-in name, and who is noted as having done what is done to it."""
    from voicesim.store.audit import COMMAND_LINE

    with _opened(store) as kept:
        yield kept, _named(kept, login), COMMAND_LINE


def _named(store: Store, login: str) -> Account:
    from voicesim.errors import BadInputError

    found = store.people.find(login)
    if found is None:
        raise BadInputError(f"There is no account {login!r}.", "`voicesim people` lists them.")
    return found


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    return answer
