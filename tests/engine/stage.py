"""A conversation in virtual time: the real engine, conductor and player; voice activity and words as the test writes them.

stage = Stage(SCENARIO)
stage.trainee(4.0, 5.5, "tell me what happened")
log = stage.run(20)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from voicesim.engine.conversation import Conversation
from voicesim.engine.events import Input, Record, SpeechEnded, SpeechStarted, Transcribe, Transcribed
from voicesim.engine.survivor import Survivor
from voicesim.language.meanings import Meaning
from voicesim.language.reading import ContextTurn, QuestionTypes, Sentence, TurnReading
from voicesim.live.conductor import Conductor
from voicesim.live.player import Player
from voicesim.live.settings import TurnTakingSeconds, default_turn_taking
from voicesim.scenario.marks import Phrase, parse_line
from voicesim.scenario.model import Scenario
from voicesim.timebase import FRAME, samples, seconds
from voicesim.tts.ports import Clip, Span, SpokenWord

SECONDS_A_WORD = 0.4
DETECTION = 0.1
BRIDGE = 0.2
RECOGNITION = 0.3

PATIENCE = default_turn_taking().model_copy(update={"turn_end": 0.9, "turn_end_unfinished": 1.8})
"""Of the tests' own, so that their times stay readable whatever the product's numbers are."""

SCENARIO = Path(__file__).with_name("small_scenario.yaml")


def clip_of(text: str, mood: str, by: str = "") -> Clip:
    """A line in which every word lasts 0.4 s and every mark as long as it says."""
    words: list[SpokenWord] = []
    hesitations: list[Span] = []
    position = 0
    for part in parse_line(text):
        if isinstance(part, Phrase):
            for word in part.text.split():
                words.append(SpokenWord(word, position, position + samples(SECONDS_A_WORD)))
                position += samples(SECONDS_A_WORD)
        else:
            if part.hers:
                hesitations.append(Span(position, position + samples(part.seconds)))
            position += samples(part.seconds)
    return Clip(np.full(position, 1000, dtype=np.int16), tuple(words), tuple(hesitations))


def understand(text: str, context: Sequence[ContextTurn], meanings: Sequence[Meaning] = ()) -> TurnReading:
    """A toy reader: ``?`` asks (open when it says tell), a few words are moves, mm-hm is a backchannel."""
    lowered = text.lower().strip(" .?!")
    backchannel = lowered in {"mm-hm", "okay", "right", "mm-hm mm-hm"}
    pieces = [piece for piece in text.replace("?", "?|").split("|") if piece.strip()]
    sentences: list[Sentence] = []
    for piece in pieces:
        asks = "?" in piece or "tell" in piece
        kind = "open" if "tell" in piece else ("inappropriate_closed" if asks else "none")
        moves: list[Any] = [move for word, move in WORDS.items() if word in piece.lower()]
        moves += ["backchannel"] if backchannel else []
        marks: list[Any] = ["why"] if "why" in piece.lower() else []
        types = QuestionTypes(kind, "none", "none")  # type: ignore[arg-type]
        sentences.append(Sentence(piece, 0, len(piece), "none", types, tuple(marks), tuple(moves)))
    main = next((index for index, sentence in enumerate(sentences) if sentence.asks), None)
    return TurnReading(text, tuple(sentences), (), main, backchannel)


WORDS = {"sorry": "apologise", "believe": "believe", "fault": "not_your_fault", "calm down": "minimise"}


@dataclass
class ScriptedActivity:
    """Voice activity from a list of segments, learned as late as a real detector learns it."""

    segments: list[tuple[int, int]]
    position: int = 0

    def feed(self, frame: NDArray[np.int16]) -> list[SpeechStarted | SpeechEnded]:
        before, self.position = self.position, self.position + len(frame)
        found: list[SpeechStarted | SpeechEnded] = []
        for onset, end in self.segments:
            if before < onset + samples(DETECTION) <= self.position:
                found.append(SpeechStarted(self.position, onset))
            if before < end + samples(BRIDGE) <= self.position:
                found.append(SpeechEnded(self.position, onset, end))
        return found


@dataclass
class ScriptedEars:
    """Words by where they lie on the track; a request gets those that lie inside it, after `latency`."""

    words: list[tuple[int, int, str]]
    latency: float = RECOGNITION
    finished: dict[str, float] = field(default_factory=dict)
    """How finished a segment sounds, by its text; others sound finished."""
    waiting: list[Transcribed] = field(default_factory=list)

    def ask(self, request: Transcribe, sound: NDArray[np.int16], lately: NDArray[np.int16]) -> None:
        texts = [
            text if request.end >= end else " ".join(text.split()[: len(text.split()) // 2])
            for onset, end, text in self.words
            if onset < request.end and end > request.onset
        ]
        at = request.at + samples(self.latency)
        text = " ".join(texts).strip()
        finished = self.finished.get(text, 1.0)
        self.waiting.append(Transcribed(at, request.request, request.onset, request.end, text, (), finished))

    def answers(self, now: int) -> list[Transcribed]:
        due = [each for each in self.waiting if each.at <= now]
        self.waiting = [each for each in self.waiting if each.at > now]
        return due

    def close(self) -> None:
        pass


@dataclass
class Log:
    """The records of a run, asked in a readable way."""

    records: list[Record]
    survivor: NDArray[np.int16]

    def of(self, kind: type) -> list[Any]:
        return [record for record in self.records if isinstance(record, kind)]

    def kinds(self) -> list[str]:
        return [type(record).__name__ for record in self.records]

    def audible(self, start: float, end: float) -> float:
        """Mean level of her voice between two times, 1 is full."""
        return float(np.abs(self.survivor[samples(start) : samples(end)]).mean()) / 1000

    def __str__(self) -> str:
        return "\n".join(f"{seconds(record.at):8.3f} {record}" for record in self.records)


class Stage:
    """Sets up one conversation."""

    def __init__(
        self,
        scenario: Path | Scenario = SCENARIO,
        latency: float = RECOGNITION,
        seed: int = 0,
        patience: TurnTakingSeconds | None = None,
    ) -> None:
        if isinstance(scenario, Path):
            scenario = Scenario.model_validate(yaml.safe_load(scenario.read_text()))
        self.rules = Conversation(Survivor(scenario, seed), (patience or PATIENCE).in_samples(), understand)
        self.segments: list[tuple[int, int]] = []
        self.words: list[tuple[int, int, str]] = []
        self.inputs: list[tuple[int, Input]] = []
        self.latency = latency
        self.finished: dict[str, float] = {}

    def trainee(self, onset: float, end: float, text: str, finished: float = 1.0) -> None:
        """The trainee speaks; empty text is a cough. `finished`: how much it sounds like the end of a turn."""
        self.finished[text] = finished
        self.segments.append((samples(onset), samples(end)))
        self.words.append((samples(onset), samples(end), text))

    def input(self, at: float, event: Input) -> None:
        """Something else happens."""
        self.inputs.append((samples(at), event))

    def run(self, until: float) -> Log:
        """Run to the end, or for `until` seconds."""
        records: list[Record] = []
        survivor: list[NDArray[np.int16]] = []

        class Keep:
            def record(self, record: Record) -> None:
                records.append(record)

            def audio(self, trainee: NDArray[np.int16], hers: NDArray[np.int16]) -> None:
                survivor.append(hers.copy())

        ears = ScriptedEars(self.words, self.latency, self.finished)
        conductor = Conductor(self.rules, Keep(), ScriptedActivity(self.segments), ears, Player(), clip_of)
        conductor.begin()
        silence = np.zeros(FRAME, dtype=np.int16)
        inputs = sorted(self.inputs, key=lambda pair: pair[0])
        while not conductor.over and conductor.now < samples(until):
            while inputs and inputs[0][0] <= conductor.now:
                conductor.tell(inputs.pop(0)[1])
            played, marks = conductor.player.render(FRAME)
            conductor.block(silence, played, marks)
        self.state = conductor.state
        return Log(records, np.concatenate(survivor) if survivor else np.zeros(0, dtype=np.int16))
