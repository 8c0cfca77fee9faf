"""`voicesim people`: accounts from the server's own command line; the first administrator is made here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from voicesim.store.opening import Store
    from voicesim.store.people import Account

_EXAMPLES = """\b
Examples:
  voicesim people add reed.s --name "Sam Reed" --role admin    asks for the password
  voicesim people                                              who has an account
  voicesim people password reed.s                              a new password for somebody who forgot it
  voicesim people disable reed.s                               keep somebody out, at once
"""
_STORE = click.option("--store", metavar="URL", help="Database, as for voicesim serve.")
_ROLE = click.Choice(["trainee", "instructor", "admin"])


@click.group(invoke_without_command=True, epilog=_EXAMPLES, short_help="Who may sign in to voicesim serve.")
@click.pass_context
def people(context: click.Context) -> int:
    """Who may sign in to `voicesim serve`. Once an administrator has signed in, all but the first is easier in the browser."""
    return int(context.invoke(list_people)) if context.invoked_subcommand is None else 0


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


@people.command(short_help="Give somebody a new password.")
@click.argument("login")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@_STORE
def password(login: str, password_stdin: bool, store: str | None) -> int:
    """Give LOGIN a new password; wherever it is signed in, it is signed out."""
    from voicesim.store.audit import COMMAND_LINE

    with _opened(store) as kept:
        one = _named(kept, login)
        kept.people.set_password(one.id, _password(password_stdin), by=COMMAND_LINE)
    click.echo(f"{one.login} has a new password, and is signed out everywhere.")
    return 0


@people.command(short_help="Keep somebody out.")
@click.argument("login")
@_STORE
def disable(login: str, store: str | None) -> int:
    """Keep LOGIN out, at once; sessions are kept."""
    from voicesim.store.audit import COMMAND_LINE

    with _opened(store) as kept:
        one = kept.people.disable(_named(kept, login).id, by=COMMAND_LINE)
    click.echo(f"{one.login} is signed out and may not sign in any more.")
    return 0


@people.command(short_help="Let somebody in again.")
@click.argument("login")
@_STORE
def enable(login: str, store: str | None) -> int:
    """Let LOGIN in again."""
    from voicesim.store.audit import COMMAND_LINE

    with _opened(store) as kept:
        one = kept.people.enable(_named(kept, login).id, by=COMMAND_LINE)
    click.echo(f"{one.login} may sign in again.")
    return 0


def _opened(store: str | None) -> Store:
    from voicesim.store.opening import open_store

    return open_store(store)


def _named(store: Store, login: str) -> Account:
    from voicesim.errors import BadInputError

    found = store.people.find(login)
    if found is None:
        raise BadInputError(f"There is no account {login!r}.", "`voicesim people` lists them.")
    return found


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return click.get_text_stream("stdin").readline().rstrip("\r\n")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    return answer
