"""The real voice lives in a child process: what happens when that goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from voicesim.errors import BadInputError, VoicesimError
from voicesim.tts.espeak_library import LONGEST_DATA_PATH
from voicesim.tts.ports import VoiceStyle
from voicesim.tts.pyttsx3_voice import Pyttsx3Voice
from voicesim.tts.settings import VoiceSettings, voice_settings

posix_only = pytest.mark.skipif(os.name != "posix", reason="stops the child with a POSIX signal")


def with_limits(phrase_seconds: float, grace_seconds: float) -> VoiceSettings:
    settings = voice_settings()
    limits = settings.engine.model_copy(
        update={"phrase_seconds": phrase_seconds, "seconds_per_character": 0.0, "grace_seconds": grace_seconds}
    )
    return settings.model_copy(update={"engine": limits})


def child_of(voice: Pyttsx3Voice) -> psutil.Process:
    """The child process, found as an operator would find it."""
    (child,) = [
        process for process in psutil.Process().children() if any(str(voice.room) == word for word in process.cmdline())
    ]
    return child


def until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_voice_whose_process_was_killed_speaks_on(steady: VoiceStyle) -> None:
    with Pyttsx3Voice() as voice:
        before = voice.speak("I never went back.", steady)
        child_of(voice).kill()
        assert np.array_equal(voice.speak("I never went back.", steady), before)


@posix_only
def test_a_process_killed_in_the_middle_of_a_phrase_is_replaced(steady: VoiceStyle) -> None:
    with Pyttsx3Voice() as voice:
        before = voice.speak("I never went back.", steady)
        child = child_of(voice)
        child.send_signal(signal.SIGSTOP)
        spoken: list[object] = []
        asking = threading.Thread(target=lambda: spoken.append(voice.speak("I never went back.", steady)))
        asking.start()
        child.kill()
        asking.join(timeout=60)
        assert len(spoken) == 1
        assert np.array_equal(np.asarray(spoken[0]), before)


@posix_only
def test_a_process_that_hangs_is_noticed_and_replaced(steady: VoiceStyle) -> None:
    with Pyttsx3Voice(with_limits(phrase_seconds=2.0, grace_seconds=0.5)) as voice:
        voice.speak("Yes.", steady)
        hung = child_of(voice)
        hung.send_signal(signal.SIGSTOP)
        assert len(voice.speak("Yes.", steady)) > 0
        assert until(lambda: not hung.is_running())


def test_an_engine_that_never_answers_in_time_is_one_clear_error(steady: VoiceStyle) -> None:
    with (
        Pyttsx3Voice(with_limits(phrase_seconds=0.001, grace_seconds=5.0)) as voice,
        pytest.raises(VoicesimError, match=r"failed 2 times over 'Yes\.'.*voicesim doctor"),
    ):
        voice.speak("Yes.", steady)


def test_an_engine_that_cannot_start_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steady: VoiceStyle
) -> None:
    (tmp_path / "pyttsx3.py").write_text("raise ImportError('libespeak is not here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Pyttsx3Voice() as voice, pytest.raises(VoicesimError, match=r"libespeak is not here.*Install it"):
        voice.speak("Yes.", steady)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system's own voice stands in for an eSpeak name")
def test_a_voice_that_does_not_exist_is_named(her_voice: Pyttsx3Voice, steady: VoiceStyle) -> None:
    with pytest.raises(BadInputError, match="no voice 'nobody-here'"):
        her_voice.speak("Yes.", VoiceStyle("nobody-here", 150, 50, 1.0))
    with pytest.raises(BadInputError, match=r"no voice 'gmw/en-US\+nobody'"):
        her_voice.speak("Yes.", VoiceStyle("gmw/en-US+nobody", 150, 50, 1.0))
    assert len(her_voice.speak("Yes.", steady)) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="eSpeak's limit on the length of its data path")
def test_a_deep_installation_folder_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, her_voice: Pyttsx3Voice, steady: VoiceStyle
) -> None:
    import espeakng_loader

    deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 8)
    deep.mkdir(parents=True)
    (deep / "espeakng_loader").symlink_to(Path(espeakng_loader.__file__).parent)
    assert len(str(deep)) > LONGEST_DATA_PATH
    monkeypatch.setenv("PYTHONPATH", str(deep))
    with Pyttsx3Voice() as voice:
        assert np.array_equal(voice.speak("Yes.", steady), her_voice.speak("Yes.", steady))


@posix_only
def test_nothing_is_left_behind_when_the_program_is_killed() -> None:
    script = (
        "import time; from voicesim.tts.pyttsx3_voice import Pyttsx3Voice; from voicesim.tts.ports import VoiceStyle\n"
        "voice = Pyttsx3Voice(); voice.speak('Yes.', VoiceStyle('', 150, 50, 1.0))\n"
        "print(voice.room, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        room = Path(program.stdout.readline().strip())
        assert room.is_dir()
        (child,) = psutil.Process(program.pid).children()
        program.kill()
    assert until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    assert until(lambda: not room.exists())


def test_closing_ends_the_process_and_clears_its_folder(steady: VoiceStyle) -> None:
    voice = Pyttsx3Voice()
    voice.speak("Yes.", steady)
    child, room = child_of(voice), voice.room
    voice.close()
    assert not child.is_running()
    assert room is not None
    assert not room.exists()
    assert len(voice.speak("Yes.", steady)) > 0, "a closed voice opens again when asked"
    voice.close()


def test_no_process_runs_until_there_is_something_to_say(steady: VoiceStyle) -> None:
    with Pyttsx3Voice() as voice:
        voice.speak("...", steady)
        assert voice.room is None
