"""Voice activity: which stretches of a track are speech, live and with true edges.

Silero says *that* somebody speaks, a few tens of milliseconds late; the energy in bands, against the noise before it, says
*where* it began and ended. ::

    track      ........sssSPEECHspeech.....speech........................
    Silero     ...........^^^^^^^^^^^^^^^..^^^^^^^^......................
    stirring             ! first sound in the quiet after speech: maybe speech, maybe not
    started               ! at: onset backdated to the first s
    ended                                   |<- 200 ms ->! at: end backdated

A quiet stretch is a gap once it has lasted 200 ms (`decision.bridged_gap`); shorter ones lie inside the segment.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from voicesim.audio.energy import BANDS, BIN, BINS_PER_FRAME, BandEnergies, LevelRange, NoiseFloor, total
from voicesim.audio.silero import Silero
from voicesim.audio.vad_settings import VadSettings, bins, default_settings
from voicesim.engine.events import SpeechEnded, SpeechStarted, SpeechStirring
from voicesim.timebase import FRAME, samples

_BLOCK = 64
"""Frames computed at once when the whole track is there."""
_LEARNING_LAG = 2
"""Frames between noise and learning from it: the first sounds of a word come before Silero is sure."""


VoiceEvent = SpeechStarted | SpeechStirring | SpeechEnded


class VoiceActivity:
    """Follows one track. Feed it every sample, in order.

    Args:
        settings: thresholds; the measured ones when left out.

    Raises:
        WeightsError: the detector's weights are missing or changed.
    """

    def __init__(self, settings: VadSettings | None = None) -> None:
        self._settings = settings or default_settings()
        decision, edges, noise = self._settings.decision, self._settings.edges, self._settings.noise
        around = self._settings.voices_around
        self._shortest = samples(decision.shortest_speech / 1000)
        self._gap = samples(decision.bridged_gap / 1000)
        self._stirring_within = samples(decision.stirring_within / 1000)
        self._hold = samples(decision.bridge_hold / 1000)
        self._reach_back = bins(edges.reach_back)
        self._reach_on = samples(edges.reach_on / 1000)
        self._stop_gap = bins(edges.stop_gap)
        self._before, self._after = bins(around.before), bins(around.after)

        self._silero = Silero(self._settings.model)
        self._energies = BandEnergies()
        self._noise = NoiseFloor(bins(noise.memory), noise.floor)
        self._range = LevelRange(bins(around.memory), around.quiet_share, around.loud_share)

        # The last bins: how far each stands out of the noise, how loud it is, and Silero's log-odds for its frame.
        kept = self._reach_back + 4 * BINS_PER_FRAME
        self._excess: deque[float] = deque(maxlen=kept)
        self._level: deque[float] = deque(maxlen=kept)
        self._belief: deque[float] = deque(maxlen=kept)
        self._unlearned: deque[tuple[float, NDArray[np.float64]]] = deque(maxlen=2 * _LEARNING_LAG + 1)
        self._near_voice = -math.inf

        self._frames = 0
        self._forming = False
        self._sounding = False
        """Whether the last frame without speech held a sound."""
        self._onset: int | None = None
        self._end: int | None = None
        """End of the last speech so far, of this segment or the one before."""
        self._sure_until = 0
        self._peak = -math.inf

    @property
    def speaking(self) -> bool:
        """Whether a segment is open."""
        return self._onset is not None

    def feed(self, frame: NDArray[np.int16]) -> list[VoiceEvent]:
        """Take the next frame.

        Args:
            frame: mono, 16 kHz, shape (512,).

        Returns:
            What began or ended. `at` is the position after this frame; `onset` and `end` lie before it.
        """
        if frame.shape != (FRAME,):
            raise ValueError(f"a frame has {FRAME} samples, not {frame.shape}")
        return list(self._follow(frame))

    def flush(self) -> list[VoiceEvent]:
        """The track is over: close an open segment where it ended."""
        return [] if self._onset is None else [self._close(self._frames * FRAME)]

    def _follow(self, track: NDArray[np.int16]) -> Iterator[VoiceEvent]:
        """Go through whole frames, shape (k * 512,)."""
        scaled = track.astype(np.float32) / np.float32(32768)
        probabilities = self._silero.probabilities(scaled)
        decibels = self._energies.decibels(scaled).reshape(-1, BINS_PER_FRAME, BANDS)
        for probability, energies in zip(probabilities.tolist(), decibels, strict=True):
            yield from self._step(probability, energies)

    def _step(self, probability: float, energies: NDArray[np.float64]) -> Iterator[VoiceEvent]:
        self._frames += 1
        now = self._frames * FRAME
        levels = total(energies)
        self._excess.extend(self._noise.excess(energies).tolist())
        self._level.extend(levels.tolist())
        self._belief.extend([_log_odds(probability)] * BINS_PER_FRAME)
        self._range.take(levels)
        contrast = self._settings.voices_around.contrast
        self._near_voice = self._range.between(contrast, at_least=float(total(self._noise.level)))
        if self._onset is None:
            yield from self._stir(now)
            yield from self._listen(now, probability)
        else:
            yield from self._go_on(now, probability, float(levels.max()))
        self._learn(probability, energies)

    def _stir(self, now: int) -> Iterator[SpeechStirring]:
        """Announce the first sound in the quiet after speech."""
        sounding = max(list(self._excess)[-BINS_PER_FRAME:]) >= self._settings.edges.most_above
        begins = sounding and not self._sounding
        self._sounding = sounding
        if begins and self._end is not None and now - self._end < self._stirring_within:
            yield SpeechStirring(at=now)

    def _listen(self, now: int, probability: float) -> Iterator[SpeechStarted]:
        """No segment is open: does one begin?"""
        decision = self._settings.decision
        self._forming = probability >= (decision.stay if self._forming else decision.enter)
        if not self._forming:
            return
        onset = self._trace_back(now)
        if onset is None or now - onset < self._shortest:
            return
        # Speech that picks up after an announced end is a segment of its own, and so lies a whole gap after it.
        self._onset = onset if self._end is None else max(onset, self._end + self._gap)
        self._end = self._onset
        self._forming = False
        self._peak = max(self._level)
        self._advance(now, sure_now=True)
        yield SpeechStarted(at=now, onset=self._onset)

    def _go_on(self, now: int, probability: float, loudest: float) -> Iterator[SpeechEnded]:
        """A segment is open: does it last?"""
        self._peak = max(self._peak, loudest)
        end = self._advance(now, sure_now=probability >= self._settings.decision.stay)
        silence = now - end
        if silence < self._gap:
            return
        beginning_again = np.count_nonzero(self._speech_bins(self._peak)[-3:]) >= 2
        if beginning_again and silence < self._gap + self._hold:
            return
        yield self._close(now)

    def _close(self, now: int) -> SpeechEnded:
        assert self._onset is not None
        assert self._end is not None
        ended = SpeechEnded(at=now, onset=self._onset, end=min(self._end, now))
        self._onset = None
        return ended

    def _speech_bins(self, peak: float) -> NDArray[np.bool_]:
        """Of each remembered bin: is it part of the speech?

        Energy and Silero share the decision: the surer Silero is, now and in the next frame, the less a bin must stand
        out from the noise. Out of it fall tails and room, far under the segment's loudest bin, and voices farther away.
        """
        edges = self._settings.edges
        excess, level, belief = np.asarray(self._excess), np.asarray(self._level), np.asarray(self._belief)
        padded = np.concatenate((excess[:1], excess, excess[-1:]))  # np.pad takes longer than all the rest here
        smooth = 0.25 * padded[:-2] + 0.5 * excess + 0.25 * padded[2:]
        following = np.concatenate([belief[BINS_PER_FRAME:], belief[-BINS_PER_FRAME:]])
        needed = edges.above_noise - edges.per_belief * (belief + following) / 2
        stands_out = smooth >= np.clip(needed, edges.least_above, edges.most_above)
        padded = np.concatenate((level[:1].repeat(self._before), level, level[-1:].repeat(self._after)))
        around = np.lib.stride_tricks.sliding_window_view(padded, self._before + 1 + self._after).max(axis=1)
        result: NDArray[np.bool_] = stands_out & (level >= peak - edges.below_peak) & (around >= self._near_voice)
        return result

    def _first_position(self, now: int) -> int:
        """Where the oldest remembered bin begins. The newest ends one bin before `now`."""
        return now - BIN - len(self._level) * BIN

    def _trace_back(self, now: int) -> int | None:
        """Where the sound that Silero took for speech began, None if there is no sound.

        Goes back from the newest bin of speech, over gaps no longer than a stop consonant's, to the first of it.
        """
        speech = self._speech_bins(max(list(self._level)[-2 * BINS_PER_FRAME :]))
        recent = max(0, len(speech) - 2 * BINS_PER_FRAME)
        if not speech[recent:].any():
            return None
        first = int(np.flatnonzero(speech)[-1])
        earliest = max(0, len(speech) - BINS_PER_FRAME - self._reach_back)
        for i in range(first - 1, earliest - 1, -1):
            if first - i > self._stop_gap + 1:
                break
            # A lone bin across a gap is a click or a ripple of the noise; two in a row are a sound.
            if speech[i] and (first - i == 1 or (i > 0 and speech[i - 1])):
                first = i
        return max(0, self._first_position(now) + first * BIN)

    def _advance(self, now: int, *, sure_now: bool) -> int:
        """Move the segment's end along the bins of speech, one frame behind: each is judged with the frame after it."""
        assert self._end is not None
        speech = self._speech_bins(self._peak)
        origin = self._first_position(now)
        for i in range(max(0, len(speech) - 2 * BINS_PER_FRAME), max(0, len(speech) - BINS_PER_FRAME)):
            start = origin + i * BIN
            sure = start < self._sure_until
            chained = start - self._end <= self._stop_gap * BIN and start < self._sure_until + self._reach_on
            if speech[i] and (sure or chained):
                self._end = max(self._end, start + BIN)
        if sure_now:
            self._sure_until = now
        return self._end

    def _learn(self, probability: float, energies: NDArray[np.float64]) -> None:
        """Let the noise floor follow what is plainly not speech, well away from any speech."""
        self._unlearned.append((probability if self._onset is None else 1.0, energies))
        full = len(self._unlearned) == self._unlearned.maxlen
        if full and all(known < self._settings.noise.quiet for known, _ in self._unlearned):
            self._noise.learn(self._unlearned[_LEARNING_LAG][1])


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 0.002), 0.998)
    return math.log(bounded / (1 - bounded))


def segments(track: NDArray[np.int16], settings: VadSettings | None = None) -> list[tuple[int, int]]:
    """All speech segments of a track: see `follow_segments`."""
    return list(follow_segments(track, settings))


def follow_segments(track: NDArray[np.int16], settings: VadSettings | None = None) -> Iterator[tuple[int, int]]:
    """The speech segments of a track, each as soon as it is found: some 2.5 ms of processor time a second of sound.

    Args:
        track: mono, 16 kHz, shape (n,).
        settings: thresholds; the measured ones when left out.

    Yields:
        (onset, end) sample positions in order; `end` is one past the last. The decisions are those `VoiceActivity` takes
        live.
    """
    activity = VoiceActivity(settings)

    def events() -> Iterator[VoiceEvent]:
        # Silence after the last sample lets the last segment end by the same rule as all others.
        padded = np.pad(track, (0, -track.size % FRAME + 16 * FRAME))
        for start in range(0, padded.size, _BLOCK * FRAME):
            yield from activity._follow(padded[start : start + _BLOCK * FRAME])
        yield from activity.flush()

    for event in events():
        if isinstance(event, SpeechEnded) and event.onset < track.size:
            yield event.onset, min(event.end, track.size)
