"""A session on disk: nothing lost, whatever happens to the process, the disk or the file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import pytest

from voicesim.engine.events import (
    EFFECTS,
    FACTS,
    INPUTS,
    Record,
    SessionStarted,
    SpeechStarted,
    Transcribed,
    Word,
)  # fmt: skip
from voicesim.errors import BadInputError, StorageError
from voicesim.language.meanings import Meaning
from voicesim.session import codec
from voicesim.session.meta import Consent, Part, ScenarioRef, SessionMeta
from voicesim.session.reader import open_bundle, read_records
from voicesim.session.tracks import read_track
from voicesim.session.writer import EVENTS, SessionWriter

META = SessionMeta(
    id="test", created="2026-01-01T00:00:00+00:00", voicesim="0", platform="test", driver="file", seed=0,
    scenario=ScenarioRef(id="small", title="Small", sha256="0"), transcriber=Part(engine="none"), voice=Part(engine="none"),
    turn_taking={}, consent=Consent(given=True, how="recording"),
)  # fmt: skip


def ramp(start: int, count: int) -> np.ndarray:
    return (np.arange(start, start + count) % 20000).astype(np.int16)


def write_some(folder: Path, blocks: int = 10) -> SessionWriter:
    writer = SessionWriter(folder, META, "format: x\n")
    writer.record(SessionStarted(0))
    for block in range(blocks):
        writer.audio(ramp(block * 512, 512), -ramp(block * 512, 512))
        writer.record(SpeechStarted(block * 512, block * 512))
    return writer


def example(kind: type) -> Record:
    values = {"int": 3, "float": 0.25, "str": "a — b", "bool": True}
    given = {}
    for name, annotation in kind.__annotations__.items():
        if name == "words":
            given[name] = (Word("one", 1, 2), Word("two", 3, 4))
        elif name == "meanings":
            given[name] = (Meaning("it is on him", "move:not_your_fault", 0.42, "this is on him"),)
        elif name == "hesitations":
            given[name] = ((1, 2), (3, 4))
        elif name in ("feelings", "change"):
            given[name] = (("trust", 4.5),)
        elif annotation.startswith("tuple[str"):
            given[name] = ("a", "b")
        elif annotation.startswith("Literal") or annotation == "OverlapKind":
            given[name] = get_args(get_type_hints(kind)[name])[0]
        else:
            given[name] = values[annotation.split(" | ")[0]]
    return kind(**given)


@pytest.mark.parametrize("kind", [*INPUTS, *EFFECTS, *FACTS], ids=lambda kind: kind.__name__)
def test_every_record_comes_back_as_it_was_written(kind):
    record = example(kind)
    assert codec.from_line(codec.to_line(7, record)) == (7, record)


def test_a_torn_or_altered_line_is_never_taken_for_a_whole_one():
    line = codec.to_line(0, Transcribed(5, 1, 2, 4, "hello there", (Word("hello", 2, 3),)))
    for cut in range(len(line) - 2):
        with pytest.raises(codec.DamagedLineError):
            codec.from_line(line[:cut])
    with pytest.raises(codec.DamagedLineError):
        codec.from_line(line.replace("hello", "hallo", 1))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("soon", "no number"),
        (True, "no number"),
        (10**12, "two years into the session"),
        (1.5, "no whole sample"),
        (None, "nothing"),
    ],
    ids=lambda value: str(value).replace(" ", "-"),
)
def test_a_position_that_none_can_be_is_damage_and_not_carried_on(value, why):
    data = codec.to_json(SpeechStarted(5, 1))
    with pytest.raises(codec.DamagedLineError, match=r"SpeechStarted\.onset"):
        codec.from_json({**data, "onset": value})


def test_a_closed_session_holds_the_same_sound_as_flac(tmp_path):
    write_some(tmp_path / "s").close("2026-01-01T00:01:00+00:00")
    bundle = open_bundle(tmp_path / "s")
    assert bundle.meta.state == "complete"
    assert bundle.notes == ()
    assert np.array_equal(bundle.track("trainee"), ramp(0, 5120))
    assert np.array_equal(bundle.track("survivor"), -ramp(0, 5120))
    assert sorted(path.suffix for path in (tmp_path / "s").glob("*.*a*")).count(".flac") == 2
    assert len(bundle.records) == 11


def test_a_used_folder_is_never_overwritten(tmp_path):
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(BadInputError, match="not empty"):
        SessionWriter(tmp_path, META, "")
    assert (tmp_path / "mine.txt").read_text() == "keep me"


def test_a_killed_session_opens_with_everything_up_to_the_kill(tmp_path):
    script = textwrap.dedent("""
        import sys, time; sys.path.insert(0, sys.argv[2])
        from pathlib import Path
        from test_bundle import META, ramp
        from voicesim.session.writer import SessionWriter
        from voicesim.engine.events import SpeechStarted
        writer = SessionWriter(Path(sys.argv[1]), META, "format: x\\n")
        block = 0
        while True:
            writer.record(SpeechStarted(block * 512, block * 512))
            writer.audio(ramp(block * 512, 512), ramp(block * 512, 512))
            block += 1
            print(block, flush=True)
            time.sleep(0.001)
    """)
    folder = tmp_path / "s"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder), str(Path(__file__).parent)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        seen = 0
        for line in process.stdout:
            seen = int(line)
            if seen >= 150:
                process.send_signal(signal.SIGKILL)
                break
    bundle = open_bundle(folder)
    assert "interrupted" in " ".join(bundle.notes)
    assert len(bundle.records) >= seen
    track = bundle.track("trainee")
    assert len(track) >= seen * 512
    assert np.array_equal(track, ramp(0, len(track)))


def test_a_log_cut_anywhere_is_read_up_to_its_last_whole_record(tmp_path):
    writer = write_some(tmp_path / "s", 3)
    writer.close("now")
    whole = (tmp_path / "s" / EVENTS).read_bytes()
    ends = [index + 1 for index, byte in enumerate(whole) if byte == 10]
    for cut in range(0, len(whole), 7):
        (tmp_path / "cut.jsonl").write_bytes(whole[:cut])
        records, notes = read_records(tmp_path / "cut.jsonl")
        complete = sum(end <= cut for end in ends)
        assert complete <= len(records) <= complete + 1, "a line that only lacks its newline is whole"
        assert bool(notes) == (len(records) < complete + 1 and cut not in (0, *ends))


def test_a_damaged_line_in_the_middle_is_said_and_what_is_before_it_kept(tmp_path):
    write_some(tmp_path / "s", 4).close("now")
    path = tmp_path / "s" / EVENTS
    lines = path.read_bytes().split(b"\n")
    lines[2] = lines[2].replace(b"512", b"513")
    path.write_bytes(b"\n".join(lines))
    bundle = open_bundle(tmp_path / "s")
    assert len(bundle.records) == 2
    assert "line 3 is damaged" in bundle.notes[0]


def test_a_full_disk_is_said_and_what_was_written_stays(tmp_path):
    script = textwrap.dedent("""
        import resource, sys; sys.path.insert(0, sys.argv[2])
        from pathlib import Path
        from test_bundle import META, ramp
        from voicesim.errors import StorageError
        from voicesim.session.writer import SessionWriter
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        writer = SessionWriter(Path(sys.argv[1]), META, "format: x\\n")
        try:
            for block in range(1000):
                writer.audio(ramp(block * 512, 512), ramp(block * 512, 512))
        except StorageError as error:
            print(error)
    """)
    folder = tmp_path / "s"
    result = subprocess.run(
        [sys.executable, "-c", script, str(folder), str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "disk is full" in result.stdout
    track = open_bundle(folder).track("survivor")
    assert len(track) > 20_000
    assert np.array_equal(track, ramp(0, len(track)))


def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path):
    if os.geteuid() == 0:
        target = Path("/proc/voicesim-session")
    else:
        tmp_path.chmod(0o500)
        target = tmp_path / "s"
    with pytest.raises(StorageError, match="--out"):
        SessionWriter(target, META, "")


def test_what_is_no_session_is_refused_with_a_hint(tmp_path):
    with pytest.raises(BadInputError, match="practice"):
        open_bundle(tmp_path)
    (tmp_path / "meta.json").write_text('{"format": "voicesim/session/9"}')
    with pytest.raises(BadInputError, match="newer"):
        open_bundle(tmp_path)
    (tmp_path / "meta.json").write_text("{")
    with pytest.raises(BadInputError, match=r"meta\.json"):
        open_bundle(tmp_path)


def test_a_damaged_track_is_said_and_does_not_hide_the_other(tmp_path):
    write_some(tmp_path / "s").close("now")
    (tmp_path / "s" / "trainee.flac").write_bytes(b"fLaC and then nothing")
    with pytest.raises(BadInputError, match=r"trainee\.flac is damaged"):
        open_bundle(tmp_path / "s").track("trainee")
    assert len(read_track(tmp_path / "s", "survivor")) == 5120
