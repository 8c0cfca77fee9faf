"""Turn-taking numbers from their YAML file, in seconds, and as the engine wants them, in samples."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from voicesim.engine.settings import TurnTaking
from voicesim.timebase import samples
from voicesim.yamlfile import load_model


class TurnTakingSeconds(BaseModel):
    """`turn_taking.yaml` as it stands: seconds and counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    turn_end: float = Field(ge=0.2, le=10)
    turn_end_doubtful: float = Field(1.2, ge=0.2, le=20)
    turn_end_unfinished: float = Field(ge=0.2, le=20)
    turn_end_longest: float = Field(3.0, ge=0.2, le=30)
    finished_from: float = Field(0.6, ge=0, le=1)
    unfinished_to: float = Field(0.2, ge=0, le=1)
    stirring: float = Field(0.0, ge=0, le=0.5)
    pause_factor: float = Field(1.2, ge=0, le=5)
    pauses_to_learn: int = Field(3, ge=1)
    push_to_talk: bool = False
    hold_after: float = Field(gt=0, le=2)
    probe_after: float = Field(gt=0, le=10)
    backchannel_longest: float = Field(gt=0, le=3)
    taking_words: int = Field(ge=1)
    terminal: float = Field(ge=0, le=2)
    simultaneous: float = Field(ge=0, le=1)
    between_lines: float = Field(ge=0, le=5)
    patient_silence: float = Field(ge=0, le=60)
    rushed_questions: int = Field(ge=2)
    rushed_words_per_minute: float = Field(gt=0)
    rushed_words: int = Field(ge=1)
    quick_fire_gap: float = Field(ge=0)
    quick_fire_run: int = Field(ge=2)
    context_turns: int = Field(ge=1)

    def more_patient(self, factor: float) -> TurnTakingSeconds:
        """The same numbers with every wait for the end of a turn `factor` times as long."""
        waits = ("turn_end", "turn_end_doubtful", "turn_end_unfinished", "turn_end_longest")
        return self.model_copy(update={name: round(getattr(self, name) * factor, 3) for name in waits})

    def in_samples(self) -> TurnTaking:
        """The same numbers in the engine's unit."""
        return TurnTaking(
            turn_end=samples(self.turn_end),
            turn_end_doubtful=samples(self.turn_end_doubtful),
            turn_end_unfinished=samples(self.turn_end_unfinished),
            turn_end_longest=samples(self.turn_end_longest),
            finished_from=self.finished_from,
            unfinished_to=self.unfinished_to,
            stirring=samples(self.stirring),
            pause_factor=self.pause_factor,
            pauses_to_learn=self.pauses_to_learn,
            push_to_talk=self.push_to_talk,
            hold_after=samples(self.hold_after),
            probe_after=samples(self.probe_after),
            backchannel_longest=samples(self.backchannel_longest),
            taking_words=self.taking_words,
            terminal=samples(self.terminal),
            simultaneous=samples(self.simultaneous),
            between_lines=samples(self.between_lines),
            patient_silence=samples(self.patient_silence),
            rushed_questions=self.rushed_questions,
            rushed_words_per_minute=self.rushed_words_per_minute,
            rushed_words=self.rushed_words,
            quick_fire_gap=samples(self.quick_fire_gap),
            quick_fire_run=self.quick_fire_run,
            context_turns=self.context_turns,
        )


@cache
def default_turn_taking() -> TurnTakingSeconds:
    """The numbers that ship with this version."""
    return load_model(files("voicesim.live") / "turn_taking.yaml", TurnTakingSeconds)
