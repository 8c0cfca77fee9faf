"""`voicesim store`: what is kept, for how long, and encrypted or not."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicesim.cli.passphrase import ask_passphrase, new_passphrase

if TYPE_CHECKING:
    from voicesim.store.opening import Store

_EXAMPLES = """\b
Examples:
  voicesim store                          what is kept, where, and by which rules
  voicesim store tidy --dry-run           what the rules of retention ask for
  voicesim store tidy                     do it (every night, for example from cron)
  voicesim store key new --passphrase     make a key; sessions are encrypted from now on
  voicesim store encrypt                  encrypt those that there are
"""
_STORE = click.option("--store", "url", metavar="URL", help="Database, as for voicesim serve.")
_FILE = click.option("--file", type=click.Path(path_type=Path), help="Guard it with a new key file at this place.")
_PASSPHRASE = click.option("--passphrase", is_flag=True, help="Guard it with a passphrase, which is asked for.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_SESSIONS = click.argument("sessions", nargs=-1, type=click.Path(path_type=Path))


@click.group(invoke_without_command=True, epilog=_EXAMPLES, short_help="What is kept: retention, encryption, index.")
@click.pass_context
def store(context: click.Context) -> int:
    """What is kept, for how long, and encrypted or not."""
    return int(context.invoke(info)) if context.invoked_subcommand is None else 0


@store.command(short_help="What is kept, where, and by which rules.")
@_STORE
@_JSON
def info(url: str | None = None, as_json: bool = False) -> int:
    """What is kept, where, and by which rules."""
    from voicesim.folders import sessions_folder
    from voicesim.store.index import Wanted
    from voicesim.store.keys import key_description
    from voicesim.store.retention import retention_rules

    place = sessions_folder()
    with _opened(url) as kept:
        found = kept.index.refresh(place)
        sessions = kept.index.page(Wanted(), most=0).sessions
        people = kept.people.all()
        name = kept.database.name
    key, rules = key_description(place), retention_rules(place)
    data: dict[str, Any] = {
        "database": name,
        "sessions_folder": str(place),
        "people": len(people),
        "disabled": sum(not one.active for one in people),
        "sessions": len(sessions),
        "hours": round(sum(one.seconds for one in sessions) / 3600, 1),
        "without_sound": sum(not one.sound for one in sessions),
        "encrypted": sum(one.sealed for one in sessions),
        "unread": list(found.unread),
        "key": key.model_dump(include={"id", "created", "guarded_by", "file", "automatic"}) if key else None,
        "retention": rules.model_dump(exclude={"format"}),
    }
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False))
        return 0
    click.echo(f"Database:   {name}")
    click.echo(f"Sessions:   {place}")
    click.echo(f"People:     {data['people']}, {data['disabled']} of them disabled")
    click.echo(
        f"Kept:       {data['sessions']} sessions, {data['hours']:g} hours; {data['without_sound']} without their sound, "
        f"{data['encrypted']} encrypted"
    )
    click.echo(f"Encryption: {_guard(data['key'])}")
    click.echo("Retention:  " + "; ".join(_rule(*rule) for rule in data["retention"].items()))
    for line in found.unread:
        click.echo(f"cannot be read: {line}")
    return 0


@store.command(short_help="Delete what the rules of retention say.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--rules", type=click.Path(path_type=Path), help="Other rules than the academy's: a YAML file.")
@_STORE
@_JSON
def tidy(dry_run: bool, rules: Path | None, url: str | None, as_json: bool) -> int:
    """Keep to the rules of retention: delete sound and sessions that are old enough, and what interrupted deletions have left.

    The rules are academy/retention.yaml in the sessions' folder; without that file nothing is deleted but network addresses in
    the audit log. Everything that is done goes into the audit log. Exit code 1 when a session could not be tidied.
    """
    from voicesim.folders import sessions_folder
    from voicesim.store.audit import COMMAND_LINE
    from voicesim.store.retention import RetentionRules, retention_rules
    from voicesim.store.retention import tidy as tidy_up
    from voicesim.yamlfile import load_model

    place = sessions_folder()
    chosen = load_model(rules, RetentionRules) if rules else retention_rules(place)
    with _opened(url) as kept:
        done = tidy_up(kept, place, chosen, by=COMMAND_LINE, dry_run=dry_run, ask=ask_passphrase)
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, **asdict(done)}, ensure_ascii=False))
        return 1 if done.left else 0
    for one in done.done:
        click.echo(f"{'would ' if dry_run else ''}{one.what}: {one.session} ({one.why})")
    for session, why in done.left:
        click.echo(f"left alone: {session}: {why}")
    would = "would be " if dry_run else ""
    click.echo(
        f"{len(done.done)} sessions {would}tidied, {done.encrypted} encrypted; "
        f"{done.addresses} network addresses {would}taken out of the audit log, "
        f"{done.leftovers} leftovers cleared away."
    )
    return 1 if done.left else 0


@store.command(short_help="Make the index of sessions anew.")
@_STORE
def rebuild(url: str | None) -> int:
    """Read every session anew into the index. It is never needed for reading one session, and always safe."""
    from voicesim.folders import sessions_folder

    with _opened(url) as kept:
        found = kept.index.rebuild(sessions_folder())
    click.echo(f"{found.added + found.changed} sessions read, {found.removed} that are gone taken out.")
    for line in found.unread:
        click.echo(f"cannot be read: {line}")
    return 1 if found.unread else 0


@store.command(short_help="Encrypt sessions.")
@_SESSIONS
@_STORE
def encrypt(sessions: tuple[Path, ...], url: str | None) -> int:
    """Encrypt SESSIONS; without any, all that are closed and scored.

    While a session runs, and until it is scored, it lies plain on the disk. Whoever loses the key loses what is encrypted with it.
    """
    from voicesim.errors import VoicesimError
    from voicesim.store.keys import open_key
    from voicesim.store.sealed_folder import is_sealed
    from voicesim.store.sealing import seal_session, why_not

    place = _place(sessions)
    key = open_key(place, ask_passphrase)
    chosen = sessions or tuple(one for one in _all(place) if not is_sealed(one))
    done, left = 0, 0
    with _opened(url) as kept:
        for folder in chosen:
            try:
                why = "" if is_sealed(folder) else why_not(folder)
                if not why:
                    seal_session(folder.absolute(), key)
                    kept.index.refresh_one(folder.absolute())
                    done += 1
            except VoicesimError as error:
                why = str(error)
            if why:
                left += 1
                click.echo(f"left plain: {folder.name}: {why}")
        kept.audit.add("sessions encrypted", _by(), detail=f"sessions: {done}")
    click.echo(f"{done} sessions encrypted.")
    return 1 if left else 0


@store.command(short_help="Make encrypted sessions plain again.")
@_SESSIONS
@click.option(
    "--all", "all_of_them", is_flag=True, help="All of them; new ones are not encrypted by themselves any more."
)
@_STORE
def decrypt(sessions: tuple[Path, ...], all_of_them: bool, url: str | None) -> int:
    """Make SESSIONS plain again, exactly as they were."""
    from voicesim.errors import VoicesimError
    from voicesim.store.keys import change_key, open_key
    from voicesim.store.sealed_folder import is_sealed, unseal

    if bool(sessions) == all_of_them:
        raise click.UsageError("Name the sessions, or give --all.")
    place = _place(sessions)
    key = open_key(place, ask_passphrase)
    if all_of_them:
        change_key(place, ask_passphrase, automatic=False)
    done, left = 0, 0
    with _opened(url) as kept:
        for folder in sessions or tuple(one for one in _all(place) if is_sealed(one)):
            try:
                unseal(folder.absolute(), key)
                kept.index.refresh_one(folder.absolute())
                done += 1
            except VoicesimError as error:
                left += 1
                click.echo(f"left encrypted: {folder.name}: {error}")
        kept.audit.add("sessions decrypted", _by(), detail=f"sessions: {done}")
    click.echo(f"{done} sessions are plain now.")
    return 1 if left else 0


@store.group(invoke_without_command=True, short_help="The key that sessions are encrypted with.")
@click.pass_context
def key(context: click.Context) -> int:
    """The key that sessions are encrypted with; without a command: whether there is one, and how it is guarded.

    It is guarded by a key file (keep it where the sessions are not: another disk, a stick) or by a passphrase. Programs find it by
    VOICESIM_KEY_FILE or VOICESIM_PASSPHRASE. Keep a copy of the key file, or the passphrase on paper in a safe: there is no other
    way in.
    """
    if context.invoked_subcommand is None:
        from voicesim.folders import sessions_folder
        from voicesim.store.keys import key_description

        found = key_description(sessions_folder())
        click.echo(_guard(found.model_dump() if found else None))
    return 0


@key.command("new", short_help="Make the key; sessions are encrypted from now on.")
@_FILE
@_PASSPHRASE
@click.option("--on-request", is_flag=True, help="Encrypt only what `voicesim store encrypt` is told to.")
def new_key(file: Path | None, passphrase: bool, on_request: bool) -> int:
    """Make the key. Sessions are encrypted by themselves from now on, once they are scored and the key is at hand."""
    from voicesim.folders import sessions_folder
    from voicesim.store.keys import key_place, make_key

    _one_guard(file, passphrase)
    place = sessions_folder()
    make_key(place, file=file, passphrase=new_passphrase() if passphrase else "", automatic=not on_request)
    _copy_it(file, key_place(place))
    return 0


@key.command("change", short_help="Guard the key otherwise.")
@_FILE
@_PASSPHRASE
@click.option("--automatic/--on-request", default=None, help="Whether sessions are encrypted by themselves.")
def change(file: Path | None, passphrase: bool, automatic: bool | None) -> int:
    """Guard the same key with another file or passphrase.

    Encrypted sessions stay as they are, and the old guard opens nothing more.
    """
    from voicesim.folders import sessions_folder
    from voicesim.store.keys import change_key, key_place, open_key

    if automatic is None or file or passphrase:
        _one_guard(file, passphrase)
    place = sessions_folder()
    open_key(place, ask_passphrase)
    fresh = new_passphrase() if passphrase else ""
    change_key(place, ask_passphrase, file=file, passphrase=fresh, automatic=automatic)
    if file or passphrase:
        _copy_it(file, key_place(place))
    else:
        click.echo(f"Sessions are encrypted {'by themselves' if automatic else 'on request'}.")
    return 0


def _opened(url: str | None) -> Store:
    from voicesim.store.opening import open_store

    return open_store(url)


def _by() -> Any:
    from voicesim.store.audit import COMMAND_LINE

    return COMMAND_LINE


def _place(sessions: tuple[Path, ...]) -> Path:
    """The folder that the sessions lie in: it says which key they need."""
    from voicesim.errors import BadInputError
    from voicesim.folders import sessions_folder

    for folder in sessions:
        if not folder.is_dir():
            raise BadInputError(f"There is no folder {folder}.", "Name the folder that `voicesim practice` printed.")
    places = {folder.absolute().parent for folder in sessions} or {sessions_folder().absolute()}
    if len(places) > 1:
        raise BadInputError("These sessions lie in different folders.", "Name those of one folder at a time.")
    return places.pop()


def _all(place: Path) -> list[Path]:
    from voicesim.session.meta import META
    from voicesim.store.indexing import session_name
    from voicesim.store.sealed_folder import SEALED

    folders = [one for one in place.iterdir() if one.is_dir() and not one.is_symlink()] if place.is_dir() else []
    return sorted(
        one for one in folders if session_name(one.name) and any((one / name).is_file() for name in (META, SEALED))
    )


def _one_guard(file: Path | None, passphrase: bool) -> None:
    if (file is None) != passphrase:
        raise click.UsageError("Give either --file PATH or --passphrase.")


def _copy_it(file: Path | None, description: Path) -> None:
    what = f"the key file {file}" if file else "the passphrase"
    click.echo(f"Made. Keep {what} and a copy of {description} safe: without both, encrypted sessions are lost.")
    if file and file.absolute().parent == description.parent:
        click.echo(
            "The key file lies beside the sessions: whoever takes the disk has both. Put it somewhere else.", err=True
        )


def _guard(found: dict[str, Any] | None) -> str:
    if not found:
        return "none (voicesim store key new makes a key)"
    guard = f"key file {found['file']}" if found["guarded_by"] == "file" else "passphrase"
    when = "by themselves once they are scored" if found["automatic"] else "on request"
    return f"key {found['id']}, guarded by a {guard}; sessions are encrypted {when}"


def _rule(name: str, value: int | None) -> str:
    what, unit = name.rsplit("_", 1)
    return f"{what.replace('_', ' ')}: {f'{value} {unit}' if value else 'never'}"
