"""What a crash left behind: it is listed, mended without losing anything, and a session that is being recorded is left alone."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from test_bundle import META, write_some

from voicesim.cli.recover import mend_whole, recover
from voicesim.errors import BadInputError, StorageError
from voicesim.live.replay import replay
from voicesim.review.scoring import score_bundle
from voicesim.session import mending
from voicesim.session.integrity import check_session
from voicesim.session.mending import find_interrupted, mend
from voicesim.session.meta import read_meta, write_meta
from voicesim.session.reader import open_bundle, read_records
from voicesim.session.writer import SessionWriter


def voicesim_recover(*arguments: object) -> Result:
    return CliRunner().invoke(recover, [str(each) for each in arguments], standalone_mode=False)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_interrupted_session_is_listed_with_what_is_there_and_what_is_missing(cut_off, whole):
    result = voicesim_recover(cut_off.parent, "--json")
    assert result.return_value == 1
    listed = json.loads(result.output)["interrupted"]
    assert [one["folder"] for one in listed] == [str(cut_off)], "the whole one is not listed"
    assert listed[0]["seconds"] > 10
    assert "it was never closed" in listed[0]["missing"]
    assert "no report.html" in listed[0]["missing"]
    assert "--all" in voicesim_recover(cut_off.parent).output


def test_a_mended_session_is_closed_scored_and_has_lost_nothing(cut_off):
    before = open_bundle(cut_off)
    sound = before.track("trainee")
    voicesim_recover(cut_off)
    after = open_bundle(cut_off)
    assert after.meta.state == "complete"
    assert after.meta.recovered
    assert after.records == before.records
    assert np.array_equal(after.track("trainee")[: len(sound)], sound)
    assert replay(after).difference is None
    assert score_bundle(after) == score_bundle(before)
    for name in ("trainee.flac", "survivor.flac", "transcript.json", "scorecard.json", "report.html"):
        assert (cut_off / name).exists(), name
    assert not list(cut_off.glob("*.wav"))
    assert not check_session(cut_off).damaged
    assert "mended" in " ".join(after.notes), "a reader is told"


def test_the_longer_track_keeps_its_last_block_and_the_other_is_filled_up(cut_off):
    longer = (cut_off / "trainee.wav").stat().st_size
    mend(cut_off)
    bundle = open_bundle(cut_off)
    assert len(bundle.track("trainee")) == len(bundle.track("survivor")) == (longer - 44) // 2
    assert (bundle.track("trainee")[-512:] == 7).all()


def test_a_torn_log_is_kept_as_it_was_found(cut_off):
    found = (cut_off / "events.jsonl").read_bytes()
    mend(cut_off)
    assert (cut_off / "events.as-found.jsonl").read_bytes() == found
    assert read_records(cut_off / "events.jsonl")[1] == ()


def test_mending_twice_changes_nothing_the_second_time(cut_off):
    mend_whole(cut_off)
    before = bytes_of(cut_off)
    assert mend_whole(cut_off) == ()
    assert bytes_of(cut_off) == before
    assert "Nothing to mend" in voicesim_recover(cut_off).output


def full_disk(*what: object, **how: object) -> None:
    raise OSError(28, "No space left on device")


def test_mending_that_was_itself_cut_off_can_be_done_again(cut_off, monkeypatch):
    pieces = []
    real = mending.compress
    for stop_after in range(3):
        folder = Path(shutil.copytree(cut_off, cut_off.with_name(f"again-{stop_after}")))
        calls = iter([real] * stop_after + [full_disk] * 2)
        monkeypatch.setattr(mending, "compress", lambda *what, calls=calls, **how: next(calls)(*what, **how))
        if stop_after < 2:
            with pytest.raises(StorageError, match="disk is full"):
                mend(folder)
        monkeypatch.setattr(mending, "compress", real)
        mend(folder)
        pieces.append((open_bundle(folder).records, len(open_bundle(folder).track("survivor"))))
        assert not check_session(folder).damaged
    assert len(set(pieces)) == 1


def test_a_track_that_cannot_be_read_back_keeps_its_original(cut_off, monkeypatch):
    before = (cut_off / "trainee.wav").read_bytes()
    monkeypatch.setattr("voicesim.session.tracks._same", lambda blocks, flac: False)
    with pytest.raises(StorageError):
        mend(cut_off)
    assert (cut_off / "trainee.wav").read_bytes() == before
    assert not (cut_off / "trainee.flac").exists()
    assert read_meta(cut_off).state == "recording"


def test_a_session_that_is_being_recorded_is_left_alone(tmp_path):
    writer = write_some(tmp_path / "sessions" / "now")
    before = bytes_of(writer.folder)
    (one,) = find_interrupted(tmp_path / "sessions")
    assert one.running
    with pytest.raises(BadInputError, match="being recorded"):
        mend(writer.folder)
    assert voicesim_recover(tmp_path / "sessions").return_value == 0, "nothing to do"
    assert {name: data for name, data in bytes_of(writer.folder).items() if name != "trainee.wav"}.keys() == {
        name for name in before if name != "trainee.wav"
    }
    writer.close("now")
    assert not find_interrupted(tmp_path / "sessions")


def test_a_session_in_which_nothing_was_said_yet_is_mended_too(tmp_path, cut_off):
    writer = SessionWriter(tmp_path / "empty", META, (cut_off / "scenario.yaml").read_text())
    writer.leave()
    assert mend_whole(tmp_path / "empty")
    assert mend_whole(tmp_path / "empty") == ()
    assert open_bundle(tmp_path / "empty").records == ()


def test_a_report_half_written_when_the_power_failed_is_made_again(whole):
    mend_whole(whole)
    (whole / ".report.html.part").write_text("<html>")
    assert not find_interrupted(whole), "it may be being written at this moment"
    os.utime(whole / ".report.html.part", (0, 0))
    assert find_interrupted(whole)
    mend_whole(whole)
    assert (whole / "report.html").exists()
    assert not list(whole.glob(".*"))


def test_a_lost_scenario_is_put_back_when_it_is_a_bundled_one(cut_off):
    from voicesim.scenario.load import load_scenario

    bundled = load_scenario("delayed-report")
    meta = read_meta(cut_off)
    ours = meta.scenario.model_copy(update={"id": "delayed-report", "sha256": bundled.sha256})
    write_meta(cut_off, meta.model_copy(update={"scenario": ours}))
    (cut_off / "scenario.yaml").unlink()
    mend(cut_off)
    assert (cut_off / "scenario.yaml").read_text(encoding="utf-8") == bundled.text


def test_what_cannot_be_mended_is_said_and_the_others_are_mended(cut_off, whole):
    lost = Path(shutil.copytree(cut_off, cut_off.with_name("lost")))
    (lost / "scenario.yaml").unlink()
    (lost / "meta.json").write_text(
        read_meta(lost).model_copy(update={"id": "x"}).model_dump_json().replace('"sha256":"', '"sha256":"0')
    )
    assert "cannot be mended" in voicesim_recover(cut_off.parent).output
    result = voicesim_recover(cut_off.parent, "--all", "--json")
    assert result.return_value == 2
    outcomes = {Path(one["folder"]).name: one for one in json.loads(result.output)["mended"]}
    assert "scenario.yaml is missing" in outcomes["lost"]["problem"]
    assert outcomes["cut-off"]["problem"] == ""
    assert open_bundle(cut_off).meta.state == "complete"


def test_a_folder_without_sessions_or_none_at_all_is_no_traceback(tmp_path):
    assert "No interrupted session" in voicesim_recover(tmp_path).output
    with pytest.raises(BadInputError, match="no folder"):
        find_interrupted(tmp_path / "nowhere")
