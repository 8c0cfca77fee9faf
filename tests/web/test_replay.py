"""What the replay page is given: who said which word when, what stands out, the sound; of whole sessions and of damaged ones."""

from __future__ import annotations

import io
import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import soundfile
from client import ask
from replayed import kept

from serving.server import Served
from voicesim.engine.events import Word
from voicesim.errors import WeightsError
from voicesim.session.reader import open_bundle
from voicesim.timebase import samples
from voicesim.web.replay import libraries
from voicesim.web.replay.memory import forget, length_of, replay_json, without_judgement
from voicesim.web.replay.model import Replay
from voicesim.web.replay.peaks import PER_SECOND, forget_peaks, peaks
from voicesim.web.replay.reasons import in_words
from voicesim.web.replay.sound import UnsatisfiableError, size_of, stereo_bytes, wanted_range
from voicesim.web.replay.spoken import place


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept(tmp_path_factory.mktemp("replay") / "kept")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, in which nothing is."""
    forget_peaks()
    monkeypatch.setenv("VOICESIM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def replay(session: Path) -> Replay:
    return shown(session)


def shown(folder: Path, judged: bool = True) -> Replay:
    return Replay.model_validate_json(replay_json(folder, judged))


def said(replay: Replay, text: str) -> list[tuple[str, float, float, str]]:
    """The words of the sentence that begins so."""
    lines = (part.words for entry in replay.entries for part in entry.parts)
    return next([*words] for words in lines if " ".join(word for word, *_ in words).startswith(text))


# ------------------------------------------------------------------------------------------------------------ words


def test_every_word_of_both_has_the_time_at_which_it_sounded(replay: Replay) -> None:
    why = said(replay, "Why didn't")
    assert [word for word, *_ in why] == ["Why", "didn't", "you", "tell", "anyone", "sooner?"]
    assert (why[0][1], why[-1][2]) == (53.0, 57.0)
    hers = said(replay, "They said")
    assert (hers[0][1], hers[-1][2]) == (1.0, 4.5)


def test_words_of_hers_that_were_never_heard_have_no_time(replay: Replay) -> None:
    cut = next(entry for entry in replay.entries if entry.start == 47)
    assert cut.unheard.endswith("and he was there.")
    assert cut.parts[0].words[-1][2] <= 53.3


def test_the_words_that_decided_a_label_say_so(replay: Replay) -> None:
    assert "asks why" in said(replay, "Why didn't")[0][3]


def test_words_that_were_recognised_otherwise_share_the_time_between_their_neighbours() -> None:
    heard = [Word("one", 0, 8000), Word("to", 8000, 16000), Word("four", 32000, 40000)]
    assert place(["one", "two", "three", "four"], heard, 0, 3) == ((0, 0.5), (0.5, 1.1), (1.1, 2), (2, 2.5))


def test_words_without_any_times_share_the_stretch_they_lie_in() -> None:
    assert place(["aa", "bb"], [], 4, 6) == ((4, 5), (5, 6))


# ------------------------------------------------------------------------------------------------------ what stands out


def test_interruptions_cut_ins_listening_sounds_and_silences_are_marked(replay: Replay) -> None:
    found = {
        kind: [mark.start for mark in replay.marks if mark.kind == kind] for kind in {m.kind for m in replay.marks}
    }
    assert found["interruption"] == [53]
    assert found["cut_in"] == [64]
    assert found["backchannel"] == [23, 32]
    assert 4.5 in found["silence"]
    label = next(mark.label for mark in replay.marks if mark.kind == "interruption")
    assert "she stopped" in label
    assert "Why didn't you tell anyone sooner?" in label


def test_questions_stand_on_the_line_of_their_type(replay: Replay) -> None:
    lines = {line.id: line for line in replay.question_lines}
    why = next(question for question in replay.questions if question.why)
    assert why.text == "Why didn't you tell anyone sooner?"
    assert sum(line.count for line in lines.values()) == len(replay.questions) > 3
    assert lines["open"].helpful
    assert not lines["leading"].helpful


def test_her_states_and_feelings_are_told_with_what_moved_them(replay: Replay) -> None:
    assert [(state.name, state.start, state.because) for state in replay.states[1:]] == [
        ("Settling", 20, "asked an open question"),
        ("Wary", 58, "interrupted her"),
    ]
    trust = next(feeling for feeling in replay.feelings if feeling.name == "Trust")
    assert [(step.at, step.value) for step in trust.steps] == [(0, 40), (37, 55), (57, 30)]


def test_reasons_are_told_in_words() -> None:
    assert in_words("hears move:believe") == "said that you believe her"
    assert in_words("silence 4 s") == "a silence of 4 s"
    assert in_words("interrupted or cut_in") == "interrupted her; cut into her hesitation"
    assert in_words("something new") == "something new"


def test_every_moment_of_a_criterion_can_be_heard(replay: Replay) -> None:
    assert replay.score is not None
    evidence = [each for group in replay.score.groups for one in group.criteria for each in one.evidence]
    assert len(evidence) > 5
    assert all(0 <= each.start <= each.end <= replay.duration for each in evidence)


def test_whoever_is_not_shown_the_scores_sees_what_was_said_and_no_judgement(replay: Replay) -> None:
    plain = without_judgement(replay)
    assert said(plain, "Why didn't")[0] == ("Why", 53.0, *said(replay, "Why didn't")[0][2:3], "")
    assert {mark.kind for mark in plain.marks} <= {"silence", "hesitation", "standstill"}
    text = plain.model_dump_json()
    for hidden in ("asks why", "Interruption", "believe her", "Needs work", "interrupted her"):
        assert hidden not in text
        assert hidden in replay.model_dump_json()


# ---------------------------------------------------------------------------------------------------- what is damaged


def test_a_session_that_is_not_scored_is_shown_with_its_interruptions(session: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(session, tmp_path / "kept")
    (folder / "scorecard.json").unlink()
    replay = shown(folder)
    assert replay.score is None
    assert "voicesim score" in " ".join(replay.notes)
    assert "interruption" in {mark.kind for mark in replay.marks}


def test_an_interrupted_session_is_shown_up_to_where_its_log_stops(tmp_path: Path) -> None:
    folder = kept(tmp_path / "kept", scored=False, closed=False)
    log = folder / "events.jsonl"
    log.write_bytes(log.read_bytes()[: -len(log.read_bytes()) // 2])
    replay = shown(folder)
    assert not replay.finished
    assert "cut off" in " ".join(replay.notes)
    assert said(replay, "They said")[0][1] == 1
    assert replay.duration == length_of(folder) / 16000 > 100


@pytest.mark.parametrize("name", ["scorecard.json", "scenario.yaml", "events.jsonl", "trainee.flac", "survivor.flac"])
@pytest.mark.parametrize("how", ["missing", "empty", "nonsense"])
def test_whatever_is_damaged_the_rest_is_shown(session: Path, tmp_path: Path, name: str, how: str) -> None:
    folder = shutil.copytree(session, tmp_path / "kept")
    (folder / name).unlink()
    if how != "missing":
        (folder / name).write_bytes(b"" if how == "empty" else b"\x00{\xff nonsense\n" * 40)
    replay = shown(folder)
    assert replay.notes
    if name != "events.jsonl":
        assert said(replay, "They said")
    size = size_of(length_of(folder))
    assert len(b"".join(stereo_bytes(folder, length_of(folder), 0, size))) == size
    assert len(peaks(folder, 0, length_of(folder)).data) > 900


def test_a_session_without_any_sound_lasts_as_long_as_its_log(session: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(session, tmp_path / "kept")
    for name in ("trainee", "survivor"):
        (folder / f"{name}.flac").unlink()
    assert length_of(folder) >= samples(120)
    assert not any(peaks(folder, 0, length_of(folder)).data)


def test_of_a_track_that_is_damaged_inside_all_but_a_second_or_two_is_heard(session: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(session, tmp_path / "kept")
    track = folder / "trainee.flac"
    data = bytearray(track.read_bytes())
    whole = np.frombuffer(peaks(session, 0).data, np.uint8)
    data[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    track.write_bytes(data)
    found = peaks(folder, 0)
    assert "trainee's track is damaged" in found.trouble
    assert np.count_nonzero(np.frombuffer(found.data, np.uint8) != whole) <= 4 * 4


# -------------------------------------------------------------------------------------------------------------- sound


def test_any_stretch_of_the_sound_is_what_the_tracks_hold(session: Path) -> None:
    length = length_of(session)
    size = size_of(length)
    whole = b"".join(stereo_bytes(session, 0, 0, size))
    both, rate = soundfile.read(io.BytesIO(whole), dtype="int16")
    bundle = open_bundle(session)
    assert rate == 16000
    assert np.array_equal(both[:, 0], bundle.track("trainee"))
    assert np.array_equal(both[:, 1], bundle.track("survivor"))
    for start, end in ((0, 10), (40, 60), (45, 46), (1_000_001, 1_000_004), (size - 3, size), (2_000_000, 2_600_000)):
        assert b"".join(stereo_bytes(session, 0, start, end)) == whole[start:end]


def test_an_interrupted_sessions_tracks_are_heard_as_far_as_they_go(tmp_path: Path) -> None:
    folder = kept(tmp_path / "kept", scored=False, closed=False)
    track = folder / "trainee.wav"
    with track.open("r+b") as file:
        file.truncate(44 + 2 * samples(50) + 1)
    assert length_of(folder) == samples(50)
    both, _ = soundfile.read(io.BytesIO(b"".join(stereo_bytes(folder, 0, 0, size_of(samples(50))))), dtype="int16")
    assert both[samples(8), 0] or both[samples(8) + 20, 0]


def test_ranges_are_read_as_browsers_write_them() -> None:
    assert wanted_range(None, 100) is None
    assert wanted_range("bytes=0-", 100) == (0, 100)
    assert wanted_range("bytes=10-19", 100) == (10, 20)
    assert wanted_range("bytes=90-500", 100) == (90, 100)
    assert wanted_range("bytes=-5", 100) == (95, 100)
    for passed_over in ("bytes=0-1,5-6", "lines=0-1", "bytes=9-3", "bytes=-", "bytes=x-"):
        assert wanted_range(passed_over, 100) is None
    for outside in ("bytes=100-", "bytes=-0", "bytes=999-1000"):
        with pytest.raises(UnsatisfiableError):
            wanted_range(outside, 100)


# -------------------------------------------------------------------------------------------------------------- peaks


def test_peaks_are_high_where_somebody_speaks_and_nothing_where_nobody_does(session: Path) -> None:
    for level, rate in enumerate(PER_SECOND):
        both = np.frombuffer(peaks(session, level).data, np.uint8)
        trainee, survivor = both[: len(both) // 2], both[len(both) // 2 :]
        assert len(trainee) == -(-length_of(session) * rate // 16000)
        assert trainee[10 * rate] == survivor[2 * rate] == round(255 * (6000 / 32768) ** 0.5)
        assert trainee[2 * rate] == survivor[10 * rate] == 0


def test_peaks_are_worked_out_once_and_anew_when_the_sound_is_another(
    session: Path, tmp_path: Path, cache: Path
) -> None:
    folder = shutil.copytree(session, tmp_path / "kept")
    first = peaks(folder, 0)
    (file,) = (cache / "sessions" / "kept").iterdir()
    file.write_bytes(file.read_bytes()[:8] + b"\x07" * (file.stat().st_size - 8))
    forget_peaks()
    assert set(peaks(folder, 0).data) == {7}  # read, not worked out
    file.write_bytes(b"half")
    forget_peaks()
    assert peaks(folder, 0) == first
    soundfile.write(folder / "trainee.flac", np.zeros(length_of(folder), np.int16), 16000, subtype="PCM_16")
    assert peaks(folder, 0) != first
    assert len([*(cache / "sessions" / "kept").iterdir()]) == 1


# ---------------------------------------------------------------------------------------------------------- libraries


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An npm registry on this computer: the folder it serves."""
    folder = tmp_path / "registry" / "wavesurfer.js" / "-"
    folder.mkdir(parents=True)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    served = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "registry")))
    threading.Thread(target=served.serve_forever, daemon=True).start()
    monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{served.server_port}")
    yield folder
    served.shutdown()


def test_a_package_that_is_not_what_was_published_is_refused(registry: Path, cache: Path) -> None:
    (registry / f"wavesurfer.js-{libraries.library().version}.tgz").write_bytes(b"something else")
    with pytest.raises(WeightsError, match="SHA-512"):
        libraries.fetch()
    assert not libraries.folder().exists()
    assert [*cache.iterdir()] == []


def test_without_the_package_it_says_what_to_run(registry: Path) -> None:
    with pytest.raises(WeightsError, match=libraries.FETCH):
        libraries.fetch()


def test_a_file_that_was_changed_is_not_served(cache: Path) -> None:
    libraries.folder().mkdir(parents=True)
    (libraries.folder() / "regions.js").write_text("export default 1;")
    assert libraries.read("regions.js") is None
    assert not libraries.is_here()


# ------------------------------------------------------------------------------------------------------------- routes


@pytest.fixture(scope="module")
def served_session(server: Served) -> Path:
    return kept(server.sessions / "kept")


def test_the_sound_is_served_in_ranges(server: Served, served_session: Path) -> None:
    address = "/api/sessions/kept/sound"
    connection = ask_bytes(server, address, {"Range": "bytes=0-43"})
    assert connection[0] == 206
    assert connection[1][:4] == b"RIFF"
    headers = connection[2]
    size = size_of(length_of(served_session))
    assert headers["content-range"] == f"bytes 0-43/{size}"
    assert (headers["accept-ranges"], headers["content-type"]) == ("bytes", "audio/wav")
    status, _, told = ask_bytes(server, address, {"Range": f"bytes={size}-"})
    assert (status, told["content-range"]) == (416, f"bytes */{size}")
    status, body, _ = ask_bytes(server, address, {"Range": "bytes=44-47", "If-Range": '"another"'})
    assert (status, len(body)) == (200, size)  # it has changed meanwhile: all of it
    status, body, _ = ask_bytes(server, address, {"Range": "bytes=44-47", "If-Range": headers["etag"]})
    assert (status, len(body)) == (206, 4)


def test_what_is_asked_for_wrongly_is_refused_plainly(server: Served, served_session: Path) -> None:
    assert ask(server, "GET", "/api/sessions/kept/peaks?level=9")[0] == 422
    assert ask(server, "GET", "/api/sessions/none/replay")[0] == 404
    assert ask(server, "GET", "/sessions/none/replay")[0] == 404
    for path in ("/libraries/wavesurfer-0/wavesurfer.js", "/libraries/..%2f..%2fmodels/x", "/libraries/a/..%2fb"):
        assert ask(server, "GET", path)[0] == 404


def test_a_deleted_session_leaves_nothing_in_the_cache(session: Path, tmp_path: Path, cache: Path) -> None:
    folder = shutil.copytree(session, tmp_path / "gone")
    peaks(folder, 0)
    assert (cache / "sessions" / "gone").exists()
    forget("gone")
    assert not (cache / "sessions" / "gone").exists()


def test_of_an_encrypted_session_nothing_is_kept_in_the_cache(session: Path, cache: Path) -> None:
    found = peaks(session, 0, keep=False)
    assert not cache.exists()
    forget_peaks()
    assert peaks(session, 0) == found
    assert cache.exists()


def test_the_replay_is_described_for_programs(server: Served, served_session: Path) -> None:
    described = server.get("/api/openapi.json")["paths"]
    assert {"/api/sessions/{name}/replay", "/api/sessions/{name}/peaks", "/api/sessions/{name}/sound"} <= set(described)
    status, text, _ = ask(server, "GET", "/api/sessions/kept/replay")
    assert status == 200
    assert Replay.model_validate(json.loads(text)).finished


def ask_bytes(server: Served, path: str, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
    """A request whose answer is no text."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, {name.lower(): value for name, value in answer.getheaders()}
