"""`voicesim serve`: practise in the browser; on this computer, or for an academy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicesim.cli.options import options

if TYPE_CHECKING:
    from voicesim.store.opening import Store
    from voicesim.web.binding import Reach

_EXAMPLES = """\b
Examples:
  voicesim serve                     then open http://127.0.0.1:8750/
  voicesim serve --open              and open it at once
  voicesim serve --accounts          with sign-in, still on this computer only
\b
  For an academy (docs/academy.md leads through it):
  voicesim serve --host 0.0.0.0 --port 443 --name academy.example --certificate chain.pem --key key.pem
  voicesim serve --behind-proxy 127.0.0.1 --name academy.example
"""
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(short_help="Practise in the browser.", epilog=_EXAMPLES)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address of this computer to be reached at; any other than the default wants accounts and TLS.",
)
@click.option(
    "--port", default=8750, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 for any free one."
)
@click.option("--name", "names", multiple=True, help="Name others open it by; may be given several times.")
@click.option("--certificate", type=_FILE, help="TLS: chain of certificates, PEM.")
@click.option("--key", type=_FILE, help="TLS: its private key, PEM, without a passphrase.")
@click.option(
    "--behind-proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="A proxy at this address ends TLS and says for whom it asks; may be given several times.",
)
@click.option("--accounts", is_flag=True, help="Ask for a sign-in on this computer, too.")
@click.option(
    "--store", metavar="URL", help="Database: a file or postgresql+psycopg://…  [default: beside the sessions]"
)
@click.option(
    "--log", type=_FILE, help="Write the log, JSON lines, to this file.  [default: standard error with accounts]"
)
@click.option(
    "--most-sessions",
    type=click.IntRange(1, 200),
    help="Held at once; whoever comes then is asked to wait.  [default: 2; docs/scale.md says how many a machine hears]",
)
@options("asr", "model", "model-path", "voice", "locale")
@click.option("--open/--no-open", "open_it", default=False, help="Open it in your browser.")
def serve(
    host: str,
    port: int,
    names: tuple[str, ...],
    certificate: Path | None,
    key: Path | None,
    proxies: tuple[str, ...],
    accounts: bool,
    store: str | None,
    log: Path | None,
    most_sessions: int | None,
    open_it: bool,
    **given: Any,
) -> int:
    """Serve voicesim to a browser: practise with its microphone, hear sessions again, judge them.

    Alone, it is for one person on one computer: nobody else can reach it, and there is no login. Where others can reach it, it
    wants accounts, TLS and a name, or does not start. Ctrl-C stops it; a session that is running then is closed and kept.
    """
    from voicesim.folders import sessions_folder
    from voicesim.scenario.support_lines import country_from, country_of
    from voicesim.store.opening import database_of, open_store
    from voicesim.web.binding import Reach, address, listen, refuse_open_door

    country = country_of(given["locale"]) if given["locale"] else country_from(os.environ)
    reach = Reach(host, port, names, certificate, key, proxies, accounts)
    sessions = sessions_folder()
    kept = open_store(store or database_of(sessions))
    try:
        admins = sum(one.active and one.password_set is not None for one in kept.people.all(role="admin"))
        refuse_open_door(reach, admins)
        opened = listen(reach)
        from voicesim.web.logbook import keep_log

        logged = log is not None or reach.accounts
        if logged:
            keep_log(log)
        from voicesim.web.app import build
        from voicesim.web.practice.stock import Engines
        from voicesim.web.replay.libraries import FETCH, is_here
        from voicesim.web.server import run
        from voicesim.web.settings import web_settings

        place = address(opened, reach)

        def started() -> None:
            where = "with accounts, over TLS" if reach.shared else "only on this computer"
            if reach.proxies:
                where = f"port {opened.getsockname()[1]}, behind the proxy"
            click.echo(f"voicesim is at {place}  ({where}; Ctrl-C stops it)")
            if not is_here():
                click.echo(f"The replay page draws plainer lanes until wavesurfer.js is fetched: {FETCH}")
            if open_it:
                click.launch(place)

        engines = Engines(given["asr"], given["model"], given["model_path"], given["voice"] or "auto")
        signing = _accounts(reach, kept, sessions) if reach.accounts else None
        settings = web_settings()
        if most_sessions is not None:
            settings = settings.model_copy(update={"most_sessions": most_sessions})
        app = build(sessions, engines, country, settings, reach=reach, store=kept, accounts=signing, logged=logged)
        run(app, opened, started, reach, logged)
    finally:
        kept.close()
    return 0


def _accounts(reach: Reach, store: Store, sessions: Path) -> Any:
    """Signing in, with the server's own secret beside the sessions."""
    from voicesim.web.accounts.accounts import Accounts
    from voicesim.web.accounts.cookies import Cookies
    from voicesim.web.accounts.secret import server_secret
    from voicesim.web.settings import web_settings

    store.sign_ins.clear_away()
    store.invitations.clear_away()
    secret = server_secret(sessions.absolute().parent / "server.secret")
    return Accounts(store, Cookies(secret, reach.tls), web_settings())
