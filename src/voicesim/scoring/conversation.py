"""What is scored: who spoke when, in which words, and what she told. Whatever the source, scorers see only this.

Times come from voice activity on each speaker's own track, words from the transcript, never the other way round.
`from_log` builds it from a session's log; a pair of recordings with transcripts can be put into the same shape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from voicesim.engine.events import Word
from voicesim.language.reading import Sentence, Speaker, TurnReading
from voicesim.timebase import SAMPLE_RATE

_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")


def words_in(text: str) -> list[str]:
    """The words of a text, lower-cased, without punctuation."""
    return [match[0].lower().replace("’", "'") for match in _WORD.finditer(text)]


@dataclass(frozen=True)
class Span:
    """Samples of the session's tracks; `end` is one past the last."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Samples in it."""
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a sample."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class HerSpeech(Span):
    """A stretch in which she is audible. A line may be held or stopped inside it; then it would have gone on."""

    would_end: int | None = None
    """Where the stretch would have ended had nobody spoken; None when no script is known."""
    ends_turn: bool = True
    """Whether her turn would end with this stretch: nothing of the line, no hesitation of hers, comes after it."""
    stopped: bool = False
    """Whether her line was stopped for good in this stretch or right after it, before its end."""
    unfinished: bool = False
    """Without a script: whether her words break off in the middle of something."""
    token: bool = False
    """Without a script: whether it is a listener's token of hers, which holds no floor."""

    @property
    def due(self) -> int:
        """Where it was going to end, as far as is known; words that break off would have gone on for a second at least."""
        if self.would_end is not None:
            return self.would_end
        return self.end + SAMPLE_RATE if self.unfinished else self.end


@dataclass(frozen=True)
class Hesitation(Span):
    """A silence that the script marks as hers: the floor stays with her. `would_end` as in `HerSpeech`."""

    would_end: int | None = None
    stopped: bool = False
    """Whether her line was stopped for good inside it."""

    @property
    def due(self) -> int:
        """Where it was going to end."""
        return self.end if self.would_end is None else self.would_end


@dataclass(frozen=True)
class Utterance(Span):
    """Speech of the trainee without a longer break, as voice activity found it."""

    segments: tuple[Span, ...] = ()
    text: str = ""
    words: tuple[Word, ...] = ()
    transcribed: bool = True
    """False while its words are not known: a session that was cut short."""


@dataclass(frozen=True)
class Saying(Span):
    """Words of hers and when they sounded: the part of a line that was heard."""

    text: str = ""
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Turn(Span):
    """A speaker's consecutive speech with no speech of the other in between; a backchannel does not break a turn."""

    speaker: Speaker = "trainee"
    text: str = ""
    words: tuple[Word, ...] = ()
    segments: tuple[Span, ...] = ()
    reading: TurnReading | None = None
    """What a turn of the trainee's was read as."""

    @property
    def word_count(self) -> int:
        """Words in the transcript."""
        return len(words_in(self.text))

    @property
    def voiced(self) -> int:
        """Samples of voice activity."""
        return sum(segment.length for segment in self.segments)

    def span_of(self, start: int, end: int) -> Span:
        """Where the characters `start` to `end` of the text sound: good enough to click on, no measure rests on it.

        The characters' share of the text is looked up among the words' times, which are held inside the turn.
        """
        if not self.text.strip() or self.length <= 0:
            return Span(self.start, self.end)
        if not self.words:
            scale = self.length / len(self.text)
            return Span(self.start + round(start * scale), self.start + round(end * scale))
        first, last = len(self.text[:start].split()), len(self.text[:end].split()) - 1
        scale = len(self.words) / max(1, len(self.text.split()))
        top = len(self.words) - 1
        begin = self.words[min(top, int(first * scale))].start
        finish = self.words[min(top, max(0, int((last + 1) * scale) - 1))].end
        begin = min(max(begin, self.start), self.end)
        return Span(begin, max(begin, min(finish, self.end)))


@dataclass(frozen=True)
class Line:
    """A scripted line of hers: what was written, and what of it was heard."""

    start: int
    end: int
    text: str
    heard_text: str
    complete: bool
    hesitations: tuple[Span, ...] = ()
    line: str = ""
    by: str = ""
    """The cast member who said it; empty for the persona."""


@dataclass(frozen=True)
class Feelings:
    """Her feelings from `at` on, and why they changed."""

    at: int
    feelings: tuple[tuple[str, float], ...]
    because: str = ""


@dataclass(frozen=True)
class Told:
    """A piece of what happened that has been heard from her."""

    at: int
    disclosure: str


@dataclass(frozen=True)
class VoiceHeard(Span):
    """What was heard of the trainee's voice in the turn that begins at `start`."""

    loudness: float = 0.0
    """Level of the voiced parts, dB below full scale."""
    pitch: float | None = None
    """Median fundamental frequency in Hz; None when too little was voiced."""
    spread: float | None = None
    """Semitones between the 10th and the 90th percentile of the pitch."""
    voiced: int = 0
    """Samples that had a pitch."""


@dataclass(frozen=True)
class Question:
    """A sentence of the trainee's that asks something, with the turn it stands in and where it sounds."""

    turn: int
    """Index in `Conversation.turns`."""
    span: Span
    sentence: Sentence


@dataclass(frozen=True)
class Conversation:
    """Everything a scorer may use. Positions are samples at 16 kHz from the session's first sample."""

    length: int
    trainee: tuple[Utterance, ...] = ()
    """The trainee's speech, in order; coughs and other sounds without words are left out."""
    survivor: tuple[HerSpeech, ...] = ()
    hesitations: tuple[Hesitation, ...] = ()
    held: tuple[Span, ...] = ()
    """Stretches in which her line was held because the trainee spoke: the floor was still hers."""
    turns: tuple[Turn, ...] = ()
    """Both speakers' turns by onset. Backchannels are no turns."""
    lines: tuple[Line, ...] = ()
    noises: tuple[Span, ...] = ()
    """Sounds on the trainee's track without a word in them."""
    pauses: tuple[Span, ...] = ()
    """Stretches in which the session stood still."""
    disclosures: tuple[Told, ...] = ()
    feelings: tuple[Feelings, ...] = ()
    states: tuple[tuple[int, str], ...] = ()
    ending: str = ""
    """The ending state's id; empty when the trainee, the recording or a crash ended it."""
    finished: bool = False
    """Whether the log reaches a proper end."""
    ending_title: str = ""
    """How it ended, in the scenario author's words; empty without a scenario."""
    voice: tuple[VoiceHeard, ...] = ()
    """How the trainee's turns sounded; empty when there is no track to listen to."""

    @property
    def segments(self) -> dict[Speaker, tuple[Span, ...]]:
        """Voice activity per speaker."""
        return {
            "trainee": tuple(segment for utterance in self.trainee for segment in utterance.segments),
            "survivor": tuple(Span(stretch.start, stretch.end) for stretch in self.survivor),
        }

    @property
    def trainee_turns(self) -> tuple[Turn, ...]:
        """The trainee's turns, in order."""
        return tuple(turn for turn in self.turns if turn.speaker == "trainee")

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every sentence of the trainee's that asks something, in order."""
        return tuple(
            Question(index, turn.span_of(sentence.start, sentence.end), sentence)
            for index, turn in enumerate(self.turns)
            if turn.reading is not None
            for sentence in turn.reading.questions
        )
