"""A dry run in text: the scenario without sound, for authors. Type what the trainee says, see what she does and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import get_args

from voicesim.engine.desk import Understand
from voicesim.engine.events import Fact, FeelingsChanged, StateEntered
from voicesim.engine.survivor import Heard, Manner, Reaction, Silence, Stimulus, Survivor, heard_to_the_end
from voicesim.errors import BadInputError
from voicesim.language.meanings import FindMeanings
from voicesim.language.reading import ContextTurn, TurnReading
from voicesim.live.reading import reader_for
from voicesim.live.settings import default_turn_taking
from voicesim.scenario.marks import plain
from voicesim.scenario.model import Ending, Event, Scenario

_SILENCES_AT_ONCE = 100
"""A script whose silences lead round in a circle without a word is left after so many."""


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
    entered: tuple[str, ...] = ()
    """States she came to, in order."""
    rules: tuple[str, ...] = ()
    """Ids of the rules that were taken."""
    line_ids: tuple[str, ...] = ()
    """Which line of the script each is."""
    answered: bool = True
    """Whether a rule was taken. False for a listener's "mm-hm" into which she goes on being silent."""


@dataclass
class Rehearsal:
    """One dry run. `say` words, `wait` seconds or `do` an event (``interrupted`` ...).

    It goes by the rules of a live conversation, as far as they can be known without sound: three questions in one breath rush
    her, a lone "mm-hm" is listening, and what she was interrupted in has not been told.
    """

    scenario: Scenario
    seed: int = 0
    find: FindMeanings | None = None
    """Says what sentences resemble; None to go by their words alone."""
    understand: Understand | None = None
    """A reader to share between rehearsals of one scenario; without it, one of its own."""
    machine: Survivor | None = None
    """Her, built for this scenario and seed, to share between rehearsals: it keeps no state, and takes a while to build."""
    _context: list[ContextTurn] = field(default_factory=list)
    _manners: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._survivor = self.machine or Survivor(self.scenario, self.seed)
        self._state = self._survivor.initial()
        self._understand = self.understand or reader_for(self.scenario, self.find)
        self._settings = default_turn_taking()
        self._untold = self._state.told
        """What had been told before her last lines."""

    @property
    def ending(self) -> Ending | None:
        """The ending reached, if one is."""
        return self._survivor.ending(self._state)

    def begin(self) -> Beat:
        """Her first line."""
        return self._beat("", None, self._survivor.open(self._state, 0))

    def say(self, text: str) -> Beat:
        """The trainee says a whole turn."""
        reading = self._understand(text, self._context[-self._settings.context_turns :])
        self._context.append(ContextTurn("trainee", text))
        near = self._settings.patient_silence
        if reading.backchannel_only and not self._survivor.answers_backchannel(self._state, reading, near):
            return self._beat(text, reading, Reaction(self._state, (), (), taken=False))
        if len(reading.questions) >= self._settings.rushed_questions and "rushed" not in self._manners:
            self._manners.append("rushed")
        stimuli: list[Stimulus] = [*(Manner(event) for event in self._manners), Heard(reading)]
        self._manners.clear()
        return self._beat(text, reading, self._survivor.react(self._state, stimuli, 0))

    def do(self, event: str) -> None:
        """The coming turn is taken in this manner: ``interrupted``, ``cut_in``, ``talked_over`` or ``rushed``.

        Raises:
            BadInputError: there is no such manner.
        """
        if event not in get_args(Event):
            known = ", ".join(get_args(Event))
            raise BadInputError(f"'{event}' is no way of taking a turn.", f"There are: {known}.")
        if event in ("interrupted", "cut_in"):
            self._state = replace(self._state, told=self._untold)
        if event not in self._manners:
            self._manners.append(event)

    def wait(self, seconds: float) -> Iterator[Beat]:
        """Nobody speaks for `seconds`: every scripted silence within it, until she speaks."""
        for _ in range(_SILENCES_AT_ONCE):
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
        self._untold = self._state.told
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
            entered=tuple(fact.state for fact in facts if isinstance(fact, StateEntered)),
            rules=reaction.rules,
            line_ids=tuple(line.id for line in reaction.lines),
            answered=reaction.taken,
        )
