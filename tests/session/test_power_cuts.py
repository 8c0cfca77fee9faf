"""The power fails while a session is recorded or closed: what was synced is there, whatever became of the rest."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from random import Random

import numpy as np
import pytest
from test_bundle import ramp

from durability.journal import read
from durability.power import cut_power
from voicesim.errors import VoicesimError
from voicesim.session.integrity import check_session
from voicesim.session.meta import META
from voicesim.session.reader import open_bundle

_SESSION = """
    import sys, time; sys.path[:0] = sys.argv[4:]
    from pathlib import Path
    from durability.watched_session import Journal, watch
    watch(Journal(Path(sys.argv[2]), Path(sys.argv[3])))
    from test_bundle import META, ramp
    from voicesim.session.writer import SessionWriter
    from voicesim.engine.events import SpeechStarted
    writer = SessionWriter(Path(sys.argv[1]), META, "format: x\\n")
    for block in range(40):
        writer.audio(ramp(block * 512, 512), ramp(block * 512, 512))
        writer.record(SpeechStarted(block * 512, block * 512))
        time.sleep(0.012)
    writer.close("now")
"""


def test_whatever_had_not_reached_the_disk_what_was_synced_opens(tmp_path):
    scripts = Path(__file__).resolve().parents[2] / "scripts"
    (tmp_path / "grave").mkdir()
    places = [tmp_path / "s", tmp_path / "journal", tmp_path / "grave", scripts, Path(__file__).parent]
    subprocess.run([sys.executable, "-c", textwrap.dedent(_SESSION), *map(str, places)], check=True)
    entries = read(tmp_path / "journal")
    handed = entries.handed
    assert handed == 40 * 512
    lengths = []
    for seed in range(60):
        left = cut_power(tmp_path / "s", entries, tmp_path / f"left-{seed}", Random(seed))
        bundle = open_bundle(left)
        track = bundle.track("trainee")
        good = (track == ramp(0, len(track))) | (track == 0)
        assert good.all()
        lengths.append(len(track))
        if bundle.meta.state == "complete":
            states = {each.file: each.state for each in check_session(left).findings if each.file != "scenario.yaml"}
            assert set(states.values()) == {"good"}, "it says it is closed: then all of it is there"
        shutil.rmtree(left)
    assert min(lengths) == handed, "the closing had synced everything before it gave up the WAV"


def test_while_it_runs_no_more_is_lost_than_came_after_the_last_sync(tmp_path):
    scripts = Path(__file__).resolve().parents[2] / "scripts"
    (tmp_path / "grave").mkdir()
    cut = _SESSION.replace('writer.close("now")', "import os; os._exit(0)")
    places = [tmp_path / "s", tmp_path / "journal", tmp_path / "grave", scripts, Path(__file__).parent]
    subprocess.run([sys.executable, "-c", textwrap.dedent(cut), *map(str, places)], check=True)
    entries = read(tmp_path / "journal")
    synced = {Path(line["path"]).name: line["size"] for line in entries.lines if line["do"] == "sync"}
    least = (min(synced["trainee.wav"], synced["survivor.wav"]) - 44) // 2
    assert least > 0
    for seed in range(60):
        left = cut_power(tmp_path / "s", entries, tmp_path / f"left-{seed}", Random(seed))
        assert least <= len(open_bundle(left).track("survivor")) <= entries.handed


def test_before_its_metadata_is_there_a_folder_is_no_session_and_afterwards_all_of_it_is(tmp_path, monkeypatch):
    from test_bundle import META as META_OF

    from voicesim.session import writer as room

    seen = []
    real = room.write_meta

    def looking(folder: Path, meta: object) -> None:
        seen.append(sorted(os.listdir(folder)))
        real(folder, meta)  # type: ignore[arg-type]

    monkeypatch.setattr(room, "write_meta", looking)
    room.SessionWriter(tmp_path / "s", META_OF, "format: x\n").leave()
    assert seen == [["events.jsonl", "scenario.yaml", "survivor.wav", "trainee.wav"]]
    (tmp_path / "s" / META).unlink()
    with pytest.raises(VoicesimError, match="no recorded session"):
        open_bundle(tmp_path / "s")


def test_the_journal_can_be_cut_at_any_moment(tmp_path):
    lines = [json.dumps({"t": float(at), "do": "handed", "samples": at * 512}) for at in range(5)]
    (tmp_path / "journal").write_text("\n".join(lines) + '\n{"t": 9.0, "d')
    entries = read(tmp_path / "journal")
    assert entries.handed == 4 * 512
    assert entries.until(2.5).handed == 2 * 512
    assert np.isclose(entries.first_time("handed") or 0.0, 0.0)
