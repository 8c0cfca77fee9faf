"""A line of the script to a clip: phrases voiced one by one, the marked silences between them exact to the sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voicesim.errors import BadInputError
from voicesim.scenario.marks import MarkError, Silence, parse_line
from voicesim.timebase import samples
from voicesim.tts.ports import Clip, Span, SpokenWord, TimedVoice, Voice, VoiceStyle
from voicesim.tts.settings import ShapeSettings, voice_settings
from voicesim.tts.shaping import fade_edges, gain_to_level, scale, trail_off
from voicesim.tts.words import place_words, split_words

ASSEMBLER = 2
"""Raised whenever the same line and settings come out as other samples or positions; part of the cache key."""
_ELLIPSES = ("…", "...")
_CLOSING = "\"'”’) "


def assemble(text: str, style: VoiceStyle, voice: Voice, shape: ShapeSettings | None = None) -> Clip:
    """Voice a line.

    Marked silences are digital zero and exactly as long as written, also at the start and the end of the line. The
    whole line is brought to one loudness (times the style's volume), so that its phrases keep their proportions. A phrase that
    ends in an ellipsis sinks away; one without a letter or digit ("...") becomes a short silence.

    Args:
        text: the line, with its marks.
        style: how it is to sound.
        voice: who speaks it.
        shape: thresholds; those that ship with voicesim when left out.

    Raises:
        BadInputError: a mark in the line is misspelt.
        VoicesimError: the voice failed.
    """
    shape = shape or voice_settings().shape
    try:
        parts = parse_line(text)
    except MarkError as error:
        raise BadInputError(f"The line {text!r} cannot be voiced: {error}.", "Correct the mark.") from None

    pieces: list[NDArray[np.int16]] = []
    words: list[SpokenWord] = []
    hesitations: list[Span] = []
    pauses: list[Span] = []
    trailing: list[Span] = []
    length = 0
    for part in parts:
        if isinstance(part, Silence):
            piece = _silence(part.seconds)
            (hesitations if part.hers else pauses).append(Span(length, length + len(piece)))
        else:
            sound, spans = _spoken(part.text, style, voice)
            words += (
                [
                    SpokenWord(word, length + span.start, length + span.end)
                    for word, span in zip(split_words(part.text), spans, strict=True)
                ]
                if spans
                else place_words(part.text, sound, length, shape)
            )
            if part.text.rstrip(_CLOSING).endswith(_ELLIPSES) and len(sound):
                sound, sinks = trail_off(sound, shape)
                trailing.append(Span(length + sinks, length + len(sound)))
            piece = fade_edges(sound, shape) if len(sound) else _silence(shape.unspeakable_seconds)
        pieces.append(piece)
        length += len(piece)
    whole = np.concatenate(pieces) if pieces else _silence(shape.unspeakable_seconds)
    levelled = scale(whole, gain_to_level(whole, style.volume, shape))
    return Clip(levelled, tuple(words), tuple(hesitations), tuple(pauses), tuple(trailing))


def _spoken(phrase: str, style: VoiceStyle, voice: Voice) -> tuple[NDArray[np.int16], tuple[Span, ...]]:
    if isinstance(voice, TimedVoice):
        return voice.speak_timed(phrase, style)
    return voice.speak(phrase, style), ()


def _silence(seconds: float) -> NDArray[np.int16]:
    return np.zeros(samples(seconds), dtype=np.int16)
