"""A persona's voice in a mood: her steady rate and pitch, changed by how she feels."""

from __future__ import annotations

from voicesim.errors import BadInputError
from voicesim.scenario.model import Guard, VoiceChoice
from voicesim.tts.ports import VoiceStyle


def style_for(choice: VoiceChoice, mood: str, engine: str = "") -> VoiceStyle:
    """How a line sounds in one of the persona's moods.

    Args:
        choice: the persona's voice.
        mood: one of its moods.
        engine: who will speak it, ``kokoro`` or ``pyttsx3``; the persona's own when left out. Another engine than the
            persona's own uses its own default voice, or the persona's `fallback`.

    Raises:
        BadInputError: the persona has no such mood.
    """
    change = choice.moods.get(mood)
    if change is None:
        raise BadInputError(
            f"The persona's voice has no mood {mood!r}.",
            f"Use one of: {', '.join(choice.moods)}." if choice.moods else "Add it under persona.voice.moods.",
        )
    voice = choice.voice
    if engine and engine != choice.engine:
        voice = choice.fallback if engine == "pyttsx3" else ""
    return VoiceStyle(
        voice=voice,
        words_per_minute=round(choice.words_per_minute * change.rate),
        pitch=min(max(choice.pitch + change.pitch, 0), 100),
        volume=change.volume,
        steady=choice.words_per_minute,
    )


def reachable_moods(choice: VoiceChoice) -> tuple[str, ...]:
    """The moods she can be in. The first whose guard holds is hers, so those after one without a guard never come."""
    reachable: list[str] = []
    for name, mood in choice.moods.items():
        reachable.append(name)
        if mood.when == Guard():
            break
    return tuple(reachable)
