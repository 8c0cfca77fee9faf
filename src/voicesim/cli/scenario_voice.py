"""`voicesim scenario voice`: all of a scenario's lines voiced ahead, and any of them to listen to."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command(short_help="Voice her lines ahead; keep one to listen to.")
@click.argument("name", default="delayed-report")
@click.option("--voice", "wanted", type=click.Choice(["auto", "kokoro", "pyttsx3"]), default="auto", show_default=True,
              help="auto: as the scenario says.")  # fmt: skip
@click.option("--line", help="One line, by its id or by some of its words; --line list shows them all.")
@click.option("--mood", help="The mood to say it in; default: the last, steady one.")
@click.option("--out", type=click.Path(path_type=Path), help="Keep that line as a WAV file.")
@click.option("--plain", is_flag=True, help="Plain lines only, for screen readers.")
def voice(name: str, wanted: str, line: str | None, mood: str | None, out: Path | None, plain: bool) -> None:
    """Voice everything that may come to be said, so that a session starts at once. What has been voiced is kept.

    With --line and --out, one line is written as a WAV file that any player plays.
    """
    from voicesim.cli.progress import progress_bar
    from voicesim.errors import BadInputError
    from voicesim.live.practice import voice_lines
    from voicesim.rehearsal.coverage import script_lines
    from voicesim.scenario.check import refuse_broken
    from voicesim.scenario.load import load_scenario
    from voicesim.tts.cache import LineCache

    if (line in (None, "list")) != (out is None):
        raise BadInputError("--line and --out belong together.", 'For example: --line "state/hello/0" --out hello.wav')
    loaded = load_scenario(name)
    refuse_broken(loaded)
    story = loaded.scenario
    lines = script_lines(story)
    if line == "list":
        for line_id, script in lines.items():
            click.echo(f"{line_id:<28} {script.text}")
        return
    chosen = _chosen(line, {line_id: script.text for line_id, script in lines.items()}) if line else None
    with progress_bar(sys.stdout.isatty() and not plain, False) as progress:
        book, engine = voice_lines(story, wanted, progress, lambda message: click.echo(f"Note: {message}", err=True))
    click.echo(f"{len(book)} clips for {len(lines)} lines by {engine}, {book.samples / 16_000:.0f} s of speech.")
    click.echo(f"Kept in {LineCache().folder}")
    if chosen is None or out is None:
        return
    from voicesim.audio.wav import write_wav

    by = lines[chosen].by
    moods = story.speaker(by).voice.moods
    if mood is not None and mood not in moods:
        raise BadInputError(f"There is no mood '{mood}'.", f"There are: {', '.join(moods)}.")
    clip = book.clip(lines[chosen].text, mood or list(moods)[-1], by)
    write_wav(out, clip.samples)
    click.echo(f"Written: {out} ({len(clip.samples) / 16_000:.1f} s) {lines[chosen].text}")


def _chosen(wanted: str, texts: dict[str, str]) -> str:
    """The id of the line meant: by id, or the only one with these words."""
    from voicesim.errors import BadInputError

    if wanted in texts:
        return wanted
    found = [line_id for line_id, text in texts.items() if wanted.lower() in text.lower()]
    if len(found) != 1:
        what = "No line" if not found else f"{len(found)} lines"
        raise BadInputError(f"{what} with {wanted!r}.", "Name one by its id: --line list shows them all.")
    return found[0]
