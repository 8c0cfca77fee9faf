"""All of a scenario's lines, voiced before the session begins: nothing is synthesised while she should be speaking."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voicesim.errors import VoicesimError
from voicesim.scenario.model import Scenario
from voicesim.tts.cache import LineCache, line_key
from voicesim.tts.clips import assemble
from voicesim.tts.moods import reachable_moods, style_for
from voicesim.tts.ports import Clip, Voice, VoiceStyle
from voicesim.tts.settings import VoiceSettings, voice_settings
from voicesim.tts.voices import Voices

Progress = Callable[[int, int], None]
"""Called with (clips ready, clips in all)."""


class LineBook:
    """Their lines, ready to play.

    Args:
        clips: by text (with its marks) and style; moods that sound alike share one.
        styles: by speaker (a cast member's id, empty for the persona) and mood.
    """

    def __init__(
        self, clips: Mapping[tuple[str, VoiceStyle], Clip], styles: Mapping[tuple[str, str], VoiceStyle]
    ) -> None:
        self._clips = dict(clips)
        self._styles = dict(styles)

    def __len__(self) -> int:
        return len(self._clips)

    @property
    def samples(self) -> int:
        """Samples held in memory, two bytes each."""
        return sum(len(clip.samples) for clip in self._clips.values())

    def clip(self, text: str, mood: str, by: str = "") -> Clip:
        """The line as its speaker says it in this mood.

        Raises:
            VoicesimError: it was not voiced ahead, since it is no line of the scenario or the mood cannot come up.
        """
        style = self._styles.get((by, mood))
        clip = self._clips.get((text, style)) if style else None
        if clip is None:
            raise VoicesimError(
                f"The line {text[:60]!r} was not voiced ahead in the mood {mood!r}.",
                "Run `voicesim scenario check`; if it finds nothing, this is a fault of voicesim: please report it.",
            )
        return clip


def spoken_lines(scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """(speaker, text) of every line that may come to be said, once each, in the order of the scenario."""
    lines = [line for state in scenario.states.values() for line in state.lines]
    lines += [line for state in scenario.states.values() for rule in state.next for line in rule.says]
    lines += [line for rule in scenario.anywhere for line in rule.says]
    return tuple(dict.fromkeys((line.by or "", line.text) for line in lines))


def scenario_lines(scenario: Scenario) -> tuple[str, ...]:
    """Every text that may come to be said, once each, in the order of the scenario."""
    return tuple(dict.fromkeys(text for _, text in spoken_lines(scenario)))


def voice_ahead(
    scenario: Scenario,
    voice: Voice | Voices,
    cache: LineCache | None = None,
    progress: Progress | None = None,
    settings: VoiceSettings | None = None,
) -> LineBook:
    """Voice every line in every mood that can come up, from the cache where it is there.

    Args:
        scenario: whose lines.
        voice: who speaks them: one voice for all, or the voices to choose from.
        cache: where to look first and keep what is new; without one, all are voiced anew.
        progress: told after each clip, and once before the first.
        settings: thresholds and limits; those that ship with voicesim when left out.

    Raises:
        VoicesimError: the voice failed.
    """
    settings = settings or voice_settings()
    styles: dict[tuple[str, str], VoiceStyle] = {}
    wanted: dict[tuple[str, VoiceStyle], Voice] = {}
    speaking = {by for by, _ in spoken_lines(scenario)}
    for by in ("", *(name for name in scenario.cast if name in speaking)):
        choice = scenario.speaker(by).voice
        speaker = voice.of(choice) if isinstance(voice, Voices) else voice
        engine = speaker.engine.split()[0] if isinstance(voice, Voices) else ""
        own = {(by, mood): style_for(choice, mood, engine) for mood in reachable_moods(choice)}
        styles |= own
        wanted |= {
            (text, style): speaker for who, text in spoken_lines(scenario) if who == by for style in own.values()
        }
    report = progress or (lambda done, total: None)
    report(0, len(wanted))
    clips: dict[tuple[str, VoiceStyle], Clip] = {}
    for done, ((text, style), speaker) in enumerate(wanted.items(), start=1):
        clips[text, style] = _ready(text, style, speaker, cache, settings)
        report(done, len(wanted))
    if cache:
        cache.keep_under(settings.cache.megabytes)
    return LineBook(clips, styles)


def _ready(text: str, style: VoiceStyle, voice: Voice, cache: LineCache | None, settings: VoiceSettings) -> Clip:
    key = line_key(voice.engine, style, text, settings)
    clip = cache.get(key) if cache else None
    if clip is None:
        clip = assemble(text, style, voice, settings.shape)
        if cache:
            cache.put(key, clip)
    return clip
