"""A kept session to replay: two minutes with an interruption, a cut-in, listening sounds, silences, and a hum for each voice."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from sample import conversation, interview, tracks

from voicesim.engine import events as ev
from voicesim.review.scoring import score_bundle, write_scorecard
from voicesim.session.meta import Consent, Part, ScenarioRef, SessionMeta
from voicesim.session.reader import open_bundle
from voicesim.session.writer import SessionWriter
from voicesim.timebase import samples

META = SessionMeta(
    id="kept", created="2026-01-01T06:10:00+00:00", voicesim="0", platform="test", driver="file", seed=0,
    scenario=ScenarioRef(id="delayed-report", title="Nine years later", sha256="0"),
    transcriber=Part(engine="ears", model="tiny"), voice=Part(engine="voice"), turn_taking={},
    consent=Consent(given=True, how="recording"),
)  # fmt: skip


def kept(folder: Path, *, scored: bool = True, closed: bool = True) -> Path:
    """Write it.

    Args:
        folder: where to; not there yet.
        scored: whether it has a scorecard.
        closed: False: it was interrupted, its tracks are still WAV files.
    """
    scenario = files("voicesim.scenario") / "library" / "delayed-report.yaml"
    writer = SessionWriter(folder, META, scenario.read_text(encoding="utf-8"))
    moved = [
        ev.StateEntered(samples(20), "settling", "hears question:open"),
        ev.StateEntered(samples(58), "wary", "interrupted"),
    ]
    for record in sorted((*interview().records, *moved), key=lambda one: one.at):
        writer.record(record)
    writer.audio(*tracks(conversation()))
    if closed:
        writer.close("2026-01-01T06:12:00+00:00")
    if scored:
        bundle = open_bundle(folder)
        write_scorecard(bundle, score_bundle(bundle))
    return folder
