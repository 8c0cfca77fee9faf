"""`voicesim asr`: speech recognition for many headsets."""

from __future__ import annotations

from pathlib import Path

import click

_FILE = click.Path(path_type=Path)


@click.group(short_help="Recognise speech for many headsets.")
def asr() -> None:
    """Speech recognition as a service: one strong machine hears for many headsets."""


@asr.command(short_help="Serve speech recognition with Ray Serve.")
@click.option("--model", default="", help="Whisper checkpoint.  [default: base]")
@click.option("--host", default="127.0.0.1", show_default=True, help="Interface to listen on; others need a token.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen on.")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True, help="What it runs on.")
@click.option("--compute-type", default="", help="CTranslate2's arithmetic: int8, float16, int8_float16.")
@click.option("--copies", type=click.IntRange(1, 1000), default=1, show_default=True, help="Copies of the model.")
@click.option("--threads", type=click.IntRange(1, 64), default=1, show_default=True, help="Cores for each copy.")
@click.option("--batch", type=click.IntRange(1, 256), help="Segments heard together at most.  [default: 8]")
@click.option("--tls-cert", type=_FILE, help="Certificate (PEM): serve HTTPS, for --asr rays://HOST:PORT.")
@click.option("--tls-key", type=_FILE, help="Its key (PEM).")
@click.option("--address", default="local", show_default=True, help="Ray cluster to run on: HEAD:6379, or local.")
def serve(
    model: str,
    host: str,
    port: int,
    device: str,
    compute_type: str,
    copies: int,
    threads: int,
    batch: int | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    address: str,
) -> None:
    """Hear for other machines until Ctrl-C. They use it with --asr ray://THIS-MACHINE:PORT.

    Segments of several people that wait at the same moment are heard together. Nothing is kept. With a token in VOICESIM_ASR_KEY
    (needed as soon as --host is not this machine only), callers need the same one in theirs. Without --tls-cert it speaks plain
    HTTP: across a network you do not own, give it a certificate, or put it behind a proxy that has one, and use rays://HOST:PORT.
    """
    from voicesim.asr.remote.address import KEY, key_from_environment
    from voicesim.asr.serving.run import served, wait_for_the_end
    from voicesim.asr.serving.service import ServiceOptions

    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key belong together.")
    tls = (tls_cert, tls_key) if tls_cert and tls_key else None
    token = key_from_environment()
    options = ServiceOptions(model, device, compute_type, copies, threads, batch or 0, token)
    click.echo("Starting ...")
    with served(options, address, host, port, tls):
        who = f"callers need the token in {KEY}" if token else "whoever reaches the port may use it"
        click.echo(f"Hearing on {'rays' if tls else 'ray'}://{host}:{port} ({who}). Ctrl-C ends it.")
        wait_for_the_end()
