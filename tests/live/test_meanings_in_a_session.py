"""What sentences resemble is found while the trainee is heard, kept in the log, and read again without the model."""

from __future__ import annotations

import numpy as np
import yaml
from stage import PATIENCE, SCENARIO

from voicesim.asr.ports import Transcript
from voicesim.engine.conversation import Conversation
from voicesim.engine.events import (
    LineEnded,
    LineStarted,
    SessionStarted,
    SpeechEnded,
    SpeechStarted,
    TimePassed,
    Transcribe,
    Transcribed,
    TurnTaken,
)
from voicesim.engine.survivor import Survivor
from voicesim.language.meanings import Meaning, keys
from voicesim.live.ears import Heard, Listener
from voicesim.live.reading import reader_for
from voicesim.scenario.model import Scenario
from voicesim.session import codec
from voicesim.timebase import samples

SMALL = Scenario.model_validate(yaml.safe_load(SCENARIO.read_text(encoding="utf-8")))
WHOLE = "I want you to know that what he did is on him alone."


class Said:
    """A transcriber to whom each stretch says its next words."""

    engine = model = "said"

    def __init__(self, *texts: str) -> None:
        self._texts = list(texts)

    def warm_up(self) -> None:
        """Nothing to do."""

    def transcribe(self, samples: np.ndarray, prompt: object = ()) -> Transcript:
        return Transcript(self._texts.pop(0))


def by_length(text: str) -> tuple[Meaning, ...]:
    """Every sentence resembles something, named by its words."""
    return tuple(Meaning(sentence, "move:believe", 0.5, sentence) for sentence in keys(text))


def heard(*stretches: tuple[float, float, str]) -> list[Heard]:
    listener = Listener(Said(*(text for _, _, text in stretches)), find=by_length)
    silence = np.zeros(16000, np.int16)
    return [
        listener.listen(Transcribe(samples(end), number, samples(start), samples(end)), silence, silence)
        for number, (start, end, _) in enumerate(stretches)
    ]


def sentences(one: Heard) -> set[str]:
    return {meaning.words for meaning in one.meanings}


def test_a_sentence_broken_by_a_breath_is_looked_at_as_a_whole():
    first, second = heard((0, 2, "I want you to know that"), (2.6, 4, "what he did is on him alone."))
    assert keys(WHOLE)[0] not in sentences(first)
    assert keys(WHOLE)[0] in sentences(second)


def test_what_was_said_in_an_earlier_turn_is_not_joined_to_it():
    _, later = heard((0, 2, "I want you to know that"), (9, 11, "what he did is on him alone."))
    assert sentences(later) == {"what he did is on him alone"}


def test_an_early_look_at_a_stretch_is_not_said_twice():
    _, whole = heard((0, 1, "I want you to"), (0, 4, WHOLE))
    assert sentences(whole) == {keys(WHOLE)[0]}


def test_the_survivor_reacts_to_what_he_meant_and_a_replay_of_the_log_does_so_without_the_model():
    meant = (Meaning(keys(WHOLE)[0], "move:believe", 0.5, "I believe you"),)

    def turn(meanings: tuple[Meaning, ...]) -> TurnTaken:
        rules = Conversation(Survivor(SMALL), PATIENCE.in_samples(), reader_for(SMALL))
        state = rules.initial()
        start, end, late = samples(6), samples(9), samples(12)
        found: list[TurnTaken] = []
        for event in (
            SessionStarted(0),
            LineStarted(10, 1, samples(4)),
            LineEnded(samples(4) + 10, 1, samples(4)),
            SpeechStarted(start, start),
            SpeechEnded(end, start, end),
            Transcribed(end + 100, 1, start, end, WHOLE, meanings=meanings),
            TimePassed(late),
        ):
            _, event = codec.from_line(codec.to_line(0, event))  # as the log keeps it
            state, outputs = rules.step(state, event)
            found += [output for output in outputs if isinstance(output, TurnTaken)]
        (taken,) = found
        return taken

    assert "believe" in turn(meant).moves
    assert "believe" not in turn(()).moves
