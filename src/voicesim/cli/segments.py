"""`voicesim segments`: where speech is on a track."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command(short_help="Print where speech is in a recording.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rttm", is_flag=True, help="Print RTTM lines, as diarisation tools read them.")
@click.option(
    "--room/--headset",
    "room",
    default=None,
    help="Everybody in the room with short pauses bridged, as annotators mark meetings (default with --rttm), or one speaker's "
    "own track with every pause over 0.2 s, as practice works with it (default without).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def segments(file: Path, rttm: bool, room: bool | None, as_json: bool) -> None:
    """Print the stretches of speech in a recording, in seconds: start and end, one stretch a line. FILE: WAV, FLAC, OGG, MP3."""
    if rttm and as_json:
        raise click.UsageError("Choose one of --rttm and --json.")

    from voicesim.analysis.room import room_segments, segmentation
    from voicesim.audio.files import read_mono_16k
    from voicesim.audio.vad import segments as headset_segments
    from voicesim.exports.rttm import rttm_line
    from voicesim.timebase import seconds

    audio = read_mono_16k(file)
    notes = list(audio.notes)
    if rttm if room is None else room:
        network = segmentation()
        if network is None:
            notes.append("Far voices are missed: `voicesim doctor --fetch` fetches the model that hears them.")
        spans = room_segments(audio.samples, network)
    else:
        spans = headset_segments(audio.samples)
    found = [(seconds(onset), seconds(end)) for onset, end in spans]
    if as_json:
        length = seconds(len(audio.samples))
        data = {"file": file.name, "length": length, "segments": [list(pair) for pair in found], "notes": notes}
        click.echo(json.dumps(data, ensure_ascii=False))
        return
    for onset, end in found:
        if rttm:
            click.echo(rttm_line(file.stem, onset, end, "speech"))
        else:
            click.echo(f"{onset:.3f}\t{end:.3f}")
    for note in notes:
        click.echo(f"note: {note}", err=True)
