"""Her default voices, transcribed back by the recogniser that hears the trainee."""

from __future__ import annotations

import re

import numpy as np
import pytest

from voicesim.timebase import samples
from voicesim.tts.clips import assemble
from voicesim.tts.ports import Voice, VoiceStyle

HIGHEST_WORD_ERROR_RATE = {"her_voice": 0.10, "neural_voice": 0.08}
"""docs/voice.md states them. Another version of eSpeak NG or Whisper may hear a word or two differently."""

LINES = (
    "I don't really know where to start. [hesitates 1.5] It was a long time ago.",
    "Are you going to believe me if I tell you?",
    "He was my boyfriend's best friend, and everybody liked him.",
    "I remember the kitchen light, and the sound of the radio.",
    "I kept thinking that it was my own fault for staying.",
    "My mother asked me what was wrong, and I said I was just tired.",
    "I moved away a few months later, and I never went back.",
    "Sorry, I need a moment. [pause 0.8] Could I have some water, please?",
    "Why does it matter what I was wearing?",
    "I don't want to talk about that part yet.",
    "Thank you for not rushing me. Nobody has ever asked me that before.",
    "I think I would like to stop now.",
    "What happens after this? Will he find out that I came here?",
    "Some of it is very clear, and some of it is just gone.",
)


def words(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9' ]", " ", re.sub(r"\[[^\]]*\]", " ", text.lower().replace("’", "'"))).split())


@pytest.mark.models
@pytest.mark.parametrize("name", sorted(HIGHEST_WORD_ERROR_RATE))
def test_her_default_voice_is_understood(name: str, request: pytest.FixtureRequest, steady: VoiceStyle) -> None:
    import jiwer

    from voicesim.asr.engines import open_transcriber

    voice: Voice = request.getfixturevalue(name)
    transcriber = open_transcriber()
    around = np.zeros(samples(0.3), dtype=np.float32)
    heard = []
    for line in LINES:
        clip = assemble(line, steady, voice)
        sound = np.concatenate([around, clip.samples.astype(np.float32) / 32768, around])
        heard.append(words(transcriber.transcribe(sound).text))
    rate = jiwer.wer([words(line) for line in LINES], heard)
    assert rate <= HIGHEST_WORD_ERROR_RATE[name], f"{rate:.1%}: {heard}"
