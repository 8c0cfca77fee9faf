"""A damaged session is found by its checksums, and of what is damaged it is said what is still good."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from voicesim.cli.recover import recover
from voicesim.errors import BadInputError
from voicesim.live.replay import replay
from voicesim.session.flac_frames import good_spans
from voicesim.session.integrity import Finding, check_session
from voicesim.session.reader import open_bundle
from voicesim.session.tracks import compress, growing_length, read_growing, read_track


def of(folder: Path, name: str) -> Finding:
    return next(finding for finding in check_session(folder).findings if finding.file == name)


def flip(path: Path, where: float = 0.5) -> None:
    data = bytearray(path.read_bytes())
    data[int(len(data) * where)] ^= 0x10
    path.write_bytes(data)


def test_a_whole_session_is_good_in_every_file(whole):
    assert {finding.state for finding in check_session(whole).findings} == {"good"}
    assert CliRunner().invoke(recover, ["--check", str(whole)], standalone_mode=False).return_value == 0


@pytest.mark.parametrize("name", ["events.jsonl", "trainee.flac", "survivor.flac", "scenario.yaml", "meta.json"])
def test_one_flipped_bit_anywhere_is_found(whole, name):
    for where in (0.3, 0.77):
        flip(whole / name, where)
        damaged = [finding.file for finding in check_session(whole).findings if finding.state != "good"]
        assert name in damaged
        flip(whole / name, where)
    assert not check_session(whole).damaged


def test_of_a_damaged_track_the_good_stretches_are_told_to_the_frame(whole):
    path = whole / "trainee.flac"
    sound, _ = soundfile.read(path, dtype="int16")
    flip(path, 0.6)
    finding = of(whole, "trainee.flac")
    assert finding.state == "damaged"
    lost = len(sound) - sum(end - begin for begin, end in finding.good)
    assert 0 < lost <= 2 * 4096
    assert finding.says.startswith("good: 0:")
    assert len(good_spans(path)) == 2


def test_a_track_cut_short_is_good_up_to_there(whole):
    path = whole / "survivor.flac"
    length = len(read_track(whole, "survivor"))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    finding = of(whole, "survivor.flac")
    assert finding.state == "damaged"
    assert finding.good[0][0] == 0
    assert 0 < finding.good[-1][1] < length


def test_of_a_damaged_log_it_is_told_up_to_which_record_it_is_good(whole):
    log = whole / "events.jsonl"
    lines = log.read_bytes().split(b"\n")
    lines[10] = lines[10].replace(b"1", b"2", 1)
    log.write_bytes(b"\n".join(lines))
    assert of(whole, "events.jsonl").state == "damaged"
    assert "10 records are good" in of(whole, "events.jsonl").says


def test_whole_lines_cut_from_the_end_of_a_log_are_missed(whole):
    log = whole / "events.jsonl"
    log.write_bytes(b"".join(line + b"\n" for line in log.read_bytes().split(b"\n")[:-4]))
    assert of(whole, "events.jsonl").state == "damaged"


def test_a_changed_seed_in_the_metadata_is_found_and_a_new_layout_is_not_taken_for_damage(whole):
    path = whole / "meta.json"
    data = json.loads(path.read_text())
    path.write_text(json.dumps(data, indent=8, ensure_ascii=False))
    assert of(whole, "meta.json").state == "good"
    path.write_text(json.dumps({**data, "seed": 7}))
    assert of(whole, "meta.json").state == "damaged"


def test_a_session_from_before_there_were_checksums_still_opens_and_is_checked_by_what_its_files_know(whole):
    path = whole / "meta.json"
    data = json.loads(path.read_text())
    del data["checksums"], data["recovered"]
    path.write_text(json.dumps(data))
    assert open_bundle(whole).notes == ()
    assert not check_session(whole).damaged
    flip(whole / "trainee.flac")
    assert of(whole, "trainee.flac").state == "damaged"


def test_a_session_cut_off_is_not_called_damaged(cut_off):
    assert not check_session(cut_off).damaged


def test_missing_files_are_named(whole):
    (whole / "trainee.flac").unlink()
    (whole / "events.jsonl").unlink()
    missing = [finding.file for finding in check_session(whole).findings if finding.state == "missing"]
    assert missing == ["events.jsonl", "trainee.flac"]


def test_a_scenario_that_lost_a_state_is_one_clear_line(whole):
    """Found by fuzzing: its log led into the state that was gone."""
    scenario = whole / "scenario.yaml"
    text = scenario.read_text(encoding="utf-8")
    assert "\n  shut:\n" in text
    scenario.write_text(text.replace("\n  shut:\n", "\n  shot:\n"), encoding="utf-8")
    with pytest.raises(BadInputError, match="shut"):
        replay(open_bundle(whole))


def test_the_frames_of_a_long_track_are_all_found(tmp_path):
    random = np.random.default_rng(3)
    sound = (random.standard_normal(160_000) * 4000).astype(np.int16)
    soundfile.write(tmp_path / "trainee.wav", sound, 16_000, subtype="PCM_16")
    assert growing_length(tmp_path / "trainee.wav") == 160_000
    assert np.array_equal(read_growing(tmp_path / "trainee.wav"), sound)
    compress(tmp_path, "trainee")
    assert good_spans(tmp_path / "trainee.flac") == ((0, 160_000),)
