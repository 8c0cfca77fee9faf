"""`voicesim bench`: how this machine does, as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import click

from voicesim.cli.asr_option import asr_option


@click.group()
def bench() -> None:
    """Measure this machine. Prints JSON; nothing is kept."""


@bench.command(short_help="How quick and how patient her turns are.")
@click.option("--manifest", type=click.Path(path_type=Path), required=True, help="JSON list; see docs/turn-taking.md.")
@asr_option()
@click.option("--model", default="", help="Whisper checkpoint.  [default: base]")
@click.option("--turn-end", type=click.FloatRange(0.3, 10), help="Seconds of quiet that end a finished turn.")
def turns(manifest: Path, asr: str, model: str, turn_end: float | None) -> None:
    """How quick and how patient her turn-taking is: feeds each recording in real time through the live driver.

    Gives latencies by stage (ms, p50 and p95), turns cut off by the length of the pause inside, word error rate, CPU share, peak
    memory, and the curve of latency against cut-offs as the patience moves. Takes as long as the recordings, and 4 s each.
    """
    import sys

    from voicesim.cli.progress import progress_bar
    from voicesim.live.practice import prepare
    from voicesim.live.turn_bench import bench_scenario, measure, read_manifest

    read_manifest(manifest)
    with progress_bar(sys.stderr.isatty(), not sys.stderr.isatty()) as progress:
        prepared = prepare(bench_scenario(), asr=asr, model=model, turn_end=turn_end, progress=progress)
        result = measure(manifest, prepared, progress)
    click.echo(json.dumps(result, indent=1))
