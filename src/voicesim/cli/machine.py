"""`voicesim devices` and `voicesim doctor`: what this machine has and what it lacks."""

from __future__ import annotations

import json
from typing import Any

import click


@click.command(short_help="List microphones and headphones.")
@click.option("--json", "as_json", is_flag=True, help="Print the list for a machine.")
def devices(as_json: bool) -> None:
    """List microphones and headphones, by the names that practice --input and --output take."""
    from dataclasses import asdict

    from voicesim.audio.soundcard import list_devices

    found = list_devices()
    if as_json:
        click.echo(json.dumps([asdict(device) for device in found], ensure_ascii=False))
        return
    if not found:
        click.echo("No sound devices were found. voicesim practice will play a bundled recording instead.")
    for device in found:
        use = [
            f"{'default ' if default else ''}{kind}"
            for kind, channels, default in (
                ("microphone", device.inputs, device.default_input),
                ("headphones", device.outputs, device.default_output),
            )
            if channels
        ]
        click.echo(f"{device.name}  ({', '.join(use)}; {device.host_api})")


@click.command(short_help="Check that this machine has what a session needs.")
@click.option("--fetch", is_flag=True, help="Fetch what is missing or damaged (needs the internet).")
@click.option("--model", "models", multiple=True, help="Which checkpoints; default: the one practice uses.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings for a machine.")
def doctor(fetch: bool, models: tuple[str, ...], as_json: bool) -> int:
    """Check that everything a session needs is here, and say what to do about what is not."""
    from voicesim.cli.progress import progress_bar
    from voicesim.live.examination import examine
    from voicesim.web.replay.libraries import look

    with progress_bar(terminal=False, quiet=as_json) as progress:
        findings = examine(models, fetch, progress, (("wavesurfer.js, for the replay page", look),))
    if as_json:
        data: list[dict[str, Any]] = [
            {"what": f.what, "ok": f.ok, "needed": f.needed, "detail": f.detail} for f in findings
        ]
        click.echo(json.dumps(data, ensure_ascii=False))
    else:
        for finding in findings:
            mark = "ok  " if finding.ok else ("MEND" if finding.needed else "note")
            click.echo(f"{mark}  {finding.what}: {finding.detail}")
    return 0 if all(finding.ok or not finding.needed for finding in findings) else 1
