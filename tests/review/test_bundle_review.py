"""From a recorded session's folder to scorecard and report."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from sample import conversation, interview, tracks

from voicesim.errors import StorageError
from voicesim.review.report import write_report
from voicesim.review.scoring import score_bundle, write_scorecard
from voicesim.scoring.scorecard import from_json
from voicesim.session.meta import Consent, Part, ScenarioRef, SessionMeta
from voicesim.session.reader import open_bundle
from voicesim.session.writer import EVENTS, SessionWriter

META = SessionMeta(
    id="test", created="2026-01-01T06:10:00+00:00", voicesim="0", platform="test", driver="file", seed=0,
    scenario=ScenarioRef(id="delayed-report", title="", sha256="0"), transcriber=Part(engine="ears", model="tiny"),
    voice=Part(engine="voice"), turn_taking={}, consent=Consent(given=True, how="recording"),
)  # fmt: skip


def recorded(folder: Path, records: int | None = None, close: bool = True) -> Path:
    scenario = files("voicesim.scenario") / "library" / "delayed-report.yaml"
    writer = SessionWriter(folder, META, scenario.read_text(encoding="utf-8"))
    for record in interview().records[:records]:
        writer.record(record)
    writer.audio(*tracks(conversation()))
    if close:
        writer.close("2026-01-01T06:12:00+00:00")
    return folder


def test_a_session_is_scored_and_reported(tmp_path: Path) -> None:
    bundle = open_bundle(recorded(tmp_path / "session"))
    card = score_bundle(bundle)
    assert (card.measure("interruptions").value, card.measure("cut_ins").value) == (1, 1)
    assert card.measure("backchannels").value == 2
    assert from_json(write_scorecard(bundle, card).read_text(encoding="utf-8")) == card
    html = write_report(bundle, card, tmp_path / "report.html").read_text(encoding="utf-8")
    assert "data:audio/mpeg;base64," in html
    for line in bundle.scenario.support:
        assert line.contact in html


def test_scoring_twice_gives_the_same_scorecard(tmp_path: Path) -> None:
    bundle = open_bundle(recorded(tmp_path / "session"))
    assert score_bundle(bundle).to_json() == score_bundle(open_bundle(bundle.path)).to_json()


def test_a_killed_session_is_reported_up_to_where_it_stopped(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "session", records=40, close=False)
    log = folder / EVENTS
    log.write_bytes(log.read_bytes()[:-20])
    bundle = open_bundle(folder)
    card = score_bundle(bundle)
    assert not card.finished
    html = write_report(bundle, card, tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The session was cut short" in html
    assert bundle.notes
    assert all(note.split("(")[0][:20] in html for note in bundle.notes)


def test_unreadable_sound_leaves_a_report_that_says_so(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "session")
    (folder / "trainee.flac").write_bytes(b"no sound")
    bundle = open_bundle(folder)
    html = write_report(bundle, score_bundle(bundle), tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The sound could not be read" in html
    assert "<audio" not in html


def test_a_report_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    bundle = open_bundle(recorded(tmp_path / "session"))
    with pytest.raises(StorageError) as caught:
        write_report(bundle, score_bundle(bundle), tmp_path / "nowhere" / "report.html")
    assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == ["session"]


def test_the_sound_in_the_report_is_the_recording(tmp_path: Path) -> None:
    import base64
    import io

    import soundfile

    from voicesim.review.sound import stereo_data_uri

    trainee, survivor = tracks(conversation())
    kind, data = stereo_data_uri(trainee, survivor).split(",")
    assert kind == "data:audio/mpeg;base64"
    sound, rate = soundfile.read(io.BytesIO(base64.b64decode(data)))
    assert rate == 16000
    for channel, track in enumerate((trainee, survivor)):
        heard = sound[: len(track) - 2000, channel]
        assert np.corrcoef(heard, track[: len(heard)])[0, 1] > 0.9


def test_no_sound_at_all_is_no_uri() -> None:
    from voicesim.review.sound import stereo_data_uri

    assert stereo_data_uri(np.zeros(0, np.int16), np.zeros(9, np.int16)) == ""
