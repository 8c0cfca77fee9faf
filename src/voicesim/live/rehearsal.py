"""A dry run in text: the scenario without sound, for authors. Type what the trainee says, see what she does and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from voicesim.engine.events import Fact, FeelingsChanged, StateEntered
from voicesim.engine.survivor import Heard, Manner, Reaction, Silence, Stimulus, Survivor, heard_to_the_end
from voicesim.language.reading import ContextTurn, TurnReading
from voicesim.live.reading import reader_for
from voicesim.scenario.marks import plain
from voicesim.scenario.model import Ending, Scenario


@dataclass(frozen=True)
class Beat:
    """What one thing the trainee did led to."""

    did: str
    reading: TurnReading | None
    lines: tuple[str, ...]
    """Her lines, with the script's marks."""
    speakers: tuple[str, ...]
    """Who says each: ``she``, or a cast member's name."""
    state: str
    via: tuple[str, ...]
    feelings: dict[str, float]
    changes: tuple[FeelingsChanged, ...]
    told: tuple[str, ...]
    ending: Ending | None


@dataclass
class Rehearsal:
    """One dry run. `say` words, `wait` seconds or `do` an event (``interrupted`` ...)."""

    scenario: Scenario
    seed: int = 0
    _context: list[ContextTurn] = field(default_factory=list)
    _manners: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._survivor = Survivor(self.scenario, self.seed)
        self._state = self._survivor.initial()
        self._understand = reader_for(self.scenario)

    @property
    def ending(self) -> Ending | None:
        """The ending reached, if one is."""
        return self._survivor.ending(self._state)

    def begin(self) -> Beat:
        """Her first line."""
        return self._beat("", None, self._survivor.open(self._state, 0))

    def say(self, text: str) -> Beat:
        """The trainee says a whole turn."""
        reading = self._understand(text, self._context)
        stimuli: list[Stimulus] = [*(Manner(event) for event in self._manners), Heard(reading)]
        self._manners.clear()
        reaction = self._survivor.react(self._state, stimuli, 0)
        self._context.append(ContextTurn("trainee", text))
        return self._beat(text, reading, reaction)

    def do(self, event: str) -> None:
        """The coming turn is taken by this manner."""
        self._manners.append(event)

    def wait(self, seconds: float) -> Iterator[Beat]:
        """Nobody speaks for `seconds`: every scripted silence within it, until she speaks."""
        while True:
            due = [threshold for threshold in self._survivor.silences(self._state) if threshold <= seconds]
            if not due:
                return
            beat = self._beat(f"({due[0]:g} s)", None, self._survivor.react(self._state, [Silence(due[0])], 0))
            yield beat
            if beat.lines:
                return

    def _beat(self, did: str, reading: TurnReading | None, reaction: Reaction) -> Beat:
        self._state = reaction.survivor
        facts: list[Fact] = list(reaction.facts)
        for line in reaction.lines:
            self._state, told = heard_to_the_end(self._state, line.reveals, 0)
            facts.extend(told)
            self._context.append(ContextTurn("survivor", plain(line.text)))
        return Beat(
            did=did,
            reading=reading,
            lines=tuple(line.text for line in reaction.lines),
            speakers=tuple(self.scenario.cast[line.by].name if line.by else "she" for line in reaction.lines),
            state=self._state.state,
            via=tuple(fact.via for fact in facts if isinstance(fact, StateEntered)),
            feelings=dict(self._state.feelings),
            changes=tuple(fact for fact in facts if isinstance(fact, FeelingsChanged)),
            told=tuple(sorted(self._state.told)),
            ending=self.ending,
        )
