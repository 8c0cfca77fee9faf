"""The headset check: a few seconds before a session that spare a spoiled one. Room, echo of her voice, the trainee's voice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from voicesim.engine.events import SpeechEnded, SpeechStarted
from voicesim.timebase import FRAME, SAMPLE_RATE, samples
from voicesim.yamlfile import load_model

if TYPE_CHECKING:
    from voicesim.audio.leakage import Leakage
    from voicesim.audio.soundcard import Block

Step = Literal["room", "echo", "voice"]
Weight = Literal["good", "note", "mend"]
_WAIT = 0.2


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Lengths(_Part):
    """How long each step takes, seconds."""

    settle: float = Field(ge=0, le=5)
    room: float = Field(ge=0.2, le=10)
    voice_begins: float = Field(gt=0, le=60)
    voice_longest: float = Field(gt=0, le=60)
    voice_silence: float = Field(gt=0, le=5)


class MicrophoneLimits(_Part):
    """When the microphone is found wanting."""

    dead: float
    noisy_room: float
    too_quiet: float
    quiet: float
    loud_peak: float
    clipped: int = Field(ge=1)
    least_above_noise: float = Field(ge=0)
    better_above_noise: float = Field(ge=0)


class EchoLimits(_Part):
    """When her voice in the microphone would count as the trainee's."""

    heard_at: float
    heard_below_noise: float
    loudspeakers: float
    disturbed: float = Field(gt=0)


class CheckSettings(_Part):
    """All of headset_check.yaml."""

    seconds: Lengths
    microphone: MicrophoneLimits
    echo: EchoLimits


@cache
def check_settings() -> CheckSettings:
    """The numbers that ship with this version."""
    return load_model(files("voicesim.live") / "headset_check.yaml", CheckSettings)


@dataclass(frozen=True)
class VoiceLevel:
    """How the trainee's sentence arrived."""

    level: float
    """RMS while speaking, dBFS."""
    peak: float
    clipped: int
    """Samples at full scale."""
    above_noise: float
    """Level over the noise of the room, dB."""
    seconds: float
    """Of speech."""


@dataclass(frozen=True)
class Verdict:
    """One finding in plain words, with what to do where something is to be done."""

    about: Literal["microphone", "room", "voice", "echo"]
    weight: Weight
    words: str


@dataclass(frozen=True)
class HeadsetCheck:
    """What the check found."""

    devices: dict[str, str]
    noise_floor: float
    """The quiet room, dBFS."""
    leakage: float | None
    """Her voice in the microphone relative to the level it is played at, dB; None when nothing came back."""
    leakage_below: float
    """A weaker echo would have gone unnoticed, dB."""
    echo_delay: int
    """Samples between playing and hearing; 0 when nothing came back."""
    loop_latency: int
    """What the sound card tells for the same, samples."""
    echo: bool
    """Whether her voice would count as the trainee's."""
    voice: VoiceLevel | None
    """None when no sentence was asked for, or none was heard."""
    verdicts: tuple[Verdict, ...]

    @property
    def well(self) -> bool:
        """Nothing is to be mended."""
        return all(verdict.weight != "mend" for verdict in self.verdicts)

    def as_dict(self) -> dict[str, Any]:
        """For ``meta.json`` and for machines; lengths in milliseconds."""
        data = asdict(self)
        for name in ("echo_delay", "loop_latency"):
            data[f"{name}_ms"] = round(data.pop(name) * 1000 / SAMPLE_RATE, 1)
        data["verdicts"] = [asdict(verdict) for verdict in self.verdicts]
        return data


class Card(Protocol):
    """The part of a sound card that the check needs."""

    names: dict[str, str]

    @property
    def loop_latency(self) -> int:
        """Samples by which what is played is heard later than what is captured beside it."""

    def read(self, timeout: float) -> Block | None:
        """The next block."""


class ProbeOutput:
    """What the check plays: silence, and the probe when asked. `render` is for the sound card's thread."""

    def __init__(self) -> None:
        self._sound = np.zeros(0, np.int16)

    def play(self, sound: NDArray[np.int16]) -> None:
        """Play this from the next block on."""
        self._sound = sound

    def render(self, count: int) -> tuple[NDArray[np.int16], tuple[()]]:
        """The next block."""
        sound = self._sound
        self._sound = sound[count:]
        return np.pad(sound[:count], (0, count - len(sound[:count]))), ()


def run_check(
    card: Card,
    output: ProbeOutput,
    *,
    ask_voice: bool,
    step: Callable[[Step], None] = lambda step: None,
    heard: Callable[[NDArray[np.int16]], None] = lambda block: None,
    settings: CheckSettings | None = None,
) -> HeadsetCheck:
    """Listen to the room, play the probe, listen to a sentence.

    Args:
        card: an open sound card that plays `output`.
        output: what it plays.
        ask_voice: whether somebody is there to say a sentence.
        step: told what begins, so that the person can be told.
        heard: given every captured block, for a meter.
        settings: limits; those that ship with voicesim when left out.

    Raises:
        voicesim.errors.DeviceError: a device went away.
    """
    from voicesim.audio.leakage import probe
    from voicesim.audio.levels import measure
    from voicesim.tts.settings import voice_settings

    settings = settings or check_settings()
    lengths = settings.seconds
    step("room")
    _listen(card, lengths.settle, heard)
    room, _ = _listen(card, lengths.room, heard)
    # Half of the room's stretches lie under it: a door in the middle does not raise it.
    noise = _median_level(room)
    step("echo")
    sound = probe(voice_settings().shape.level_dbfs)
    leakage = _probed(card, output, sound, heard)
    # The noise of the room alone would hide an echo about 8 dB above it.
    if leakage.below - noise - 8 > settings.echo.disturbed:
        leakage = _probed(card, output, sound, heard)
    voice = None
    if ask_voice:
        step("voice")
        track, spans = _sentence(card, lengths, heard)
        if spans:
            spoken = np.concatenate([track[onset:end] for onset, end in spans])
            levels = measure(spoken)
            voice = VoiceLevel(
                level=round(levels.rms, 1),
                peak=round(levels.peak, 1),
                clipped=levels.clipped,
                above_noise=round(levels.rms - noise, 1),
                seconds=round(len(spoken) / SAMPLE_RATE, 1),
            )

    def counts(decibels: float) -> bool:
        return heard_as_speech(decibels, noise, voice_settings().shape.level_dbfs, settings.echo)

    echo = leakage.decibels is not None and counts(leakage.decibels)
    verdicts = [judge_room(noise, leakage, settings.microphone)]
    verdicts += [judge_voice(voice, settings.microphone)] if ask_voice else []
    if verdicts[0].about != "microphone":
        verdicts += [judge_echo(leakage, echo, counts(leakage.below), settings.echo)]
    return HeadsetCheck(
        devices=dict(card.names),
        noise_floor=noise,
        leakage=leakage.decibels,
        leakage_below=leakage.below,
        echo_delay=leakage.delay,
        loop_latency=card.loop_latency,
        echo=echo,
        voice=voice,
        verdicts=tuple(verdicts),
    )


def _probed(
    card: Card, output: ProbeOutput, sound: NDArray[np.int16], heard: Callable[[NDArray[np.int16]], None]
) -> Leakage:
    from voicesim.audio.leakage import measure_leakage

    times = []
    for _ in range(2):
        output.play(sound)
        captured, played = _listen(card, len(sound) / SAMPLE_RATE, heard)
        times.append((played, captured))
    return measure_leakage(*times)


def heard_as_speech(decibels: float, noise: float, her_level: float, limits: EchoLimits) -> bool:
    """Whether her voice, coming back this strong into this noise, would be taken for the trainee's."""
    return her_level + decibels >= max(limits.heard_at, noise - limits.heard_below_noise)


def judge_room(noise: float, leakage: Leakage, limits: MicrophoneLimits) -> Verdict:
    """Whether the microphone is alive and the room quiet."""
    if noise <= limits.dead and leakage.decibels is None:
        words = (
            "The microphone delivers silence. Look for a mute switch on the headset, and see that it is the right "
            "microphone: voicesim devices."
        )
        return Verdict("microphone", "note", words)
    if noise > limits.noisy_room:
        return Verdict(
            "room", "note", f"The room is loud ({noise:.0f} dBFS). A quieter place, or a closer microphone, helps."
        )
    return Verdict("room", "good", f"The room is quiet enough ({noise:.0f} dBFS).")


def judge_voice(voice: VoiceLevel | None, limits: MicrophoneLimits) -> Verdict:
    """Whether the sentence came through."""
    if voice is None:
        return Verdict(
            "voice",
            "mend",
            "Your voice was not heard. Check the mute switch and the microphone (voicesim devices), or speak up and try again.",
        )
    told = f"{voice.level:.0f} dBFS, {voice.above_noise:.0f} dB above the room"
    if voice.clipped >= limits.clipped:
        return Verdict("voice", "mend", f"Your voice is too loud and distorts ({told}). Turn the microphone down.")
    if voice.level < limits.too_quiet:
        return Verdict(
            "voice",
            "mend",
            f"Your voice is too quiet ({told}). Turn the microphone up or bring it to a hand from your mouth.",
        )
    if voice.above_noise < limits.least_above_noise:
        return Verdict(
            "voice",
            "mend",
            f"Your voice drowns in the room ({told}). Bring the microphone closer or find a quieter place.",
        )
    if voice.peak > limits.loud_peak:
        return Verdict("voice", "note", f"Your voice is nearly too loud ({told}). Turn the microphone down a little.")
    if voice.level < limits.quiet or voice.above_noise < limits.better_above_noise:
        return Verdict(
            "voice", "note", f"Your voice is heard, but faintly ({told}). A closer microphone would be better."
        )
    return Verdict("voice", "good", f"Your voice comes through well ({told}).")


def judge_echo(leakage: Leakage, echo: bool, audible: bool, limits: EchoLimits) -> Verdict:
    """Whether her voice stays out of the microphone.

    Args:
        leakage: what came back of the probe.
        echo: whether it would count as the trainee's voice.
        audible: whether an echo too weak to be found would.
        limits: when it is a loudspeaker's.
    """
    if leakage.decibels is None and audible:
        return Verdict(
            "echo",
            "note",
            "The room is too loud to tell whether her voice reaches your microphone. Use headphones, and try again where it is "
            "quieter.",
        )
    if leakage.decibels is None:
        return Verdict("echo", "good", "Her voice stays in your headphones.")
    quieter = round(-leakage.decibels)
    strength = f"{quieter} dB weaker than it is played" if quieter > 0 else "as loud as it is played"
    if not echo:
        return Verdict("echo", "good", f"Her voice hardly reaches your microphone ({strength}): no harm.")
    if leakage.decibels >= limits.loudspeakers:
        return Verdict(
            "echo",
            "mend",
            f"Her voice reaches your microphone ({strength}): loudspeakers, or very open headphones. She would take her own "
            "voice for yours. Best: put on a headset.",
        )
    return Verdict(
        "echo",
        "mend",
        f"Some of her voice reaches your microphone ({strength}). She could take it for yours. Best: turn your headphones "
        "down, or wear closed ones.",
    )


def _listen(
    card: Card, seconds: float, heard: Callable[[NDArray[np.int16]], None]
) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """What was captured and what was played for so long."""
    captured: list[NDArray[np.int16]] = [np.zeros(0, np.int16)]
    played: list[NDArray[np.int16]] = [np.zeros(0, np.int16)]
    left = samples(seconds)
    while left > 0:
        block = card.read(_WAIT)
        if block is None:
            continue
        heard(block.captured)
        captured.append(block.captured)
        played.append(block.played)
        left -= len(block.captured)
    return np.concatenate(captured), np.concatenate(played)


def _sentence(
    card: Card, lengths: Lengths, heard: Callable[[NDArray[np.int16]], None]
) -> tuple[NDArray[np.int16], list[tuple[int, int]]]:
    """Listen until a sentence has been said, or time is up: the track, and where in it there is speech."""
    from voicesim.audio.vad import VoiceActivity

    activity = VoiceActivity()
    track = np.zeros(0, np.int16)
    spans: list[tuple[int, int]] = []
    speaking = False
    fed = 0
    while len(track) < samples(lengths.voice_longest):
        block = card.read(_WAIT)
        if block is None:
            continue
        heard(block.captured)
        track = np.concatenate([track, block.captured])
        while len(track) - fed >= FRAME:
            for event in activity.feed(track[fed : fed + FRAME]):
                speaking = isinstance(event, SpeechStarted) or (speaking and not isinstance(event, SpeechEnded))
                if isinstance(event, SpeechEnded):
                    spans.append((event.onset, event.end))
            fed += FRAME
        if not speaking and spans and len(track) - spans[-1][1] > samples(lengths.voice_silence):
            break
        if not speaking and not spans and len(track) > samples(lengths.voice_begins):
            break
    spans += [(event.onset, event.end) for event in activity.flush() if isinstance(event, SpeechEnded)]
    return track, [(onset, min(end, len(track))) for onset, end in spans if onset < len(track)]


def _median_level(track: NDArray[np.int16]) -> float:
    from voicesim.audio.levels import SILENT

    step = samples(0.02)
    steps = track[: len(track) // step * step].reshape(-1, step).astype(np.float64) / 32768
    power = float(np.median((steps**2).mean(axis=1))) if len(steps) else 0.0
    return SILENT if power <= 0 else max(SILENT, round(10 * float(np.log10(power)), 1))
