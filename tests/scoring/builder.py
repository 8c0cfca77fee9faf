"""A session's log, told in a trainer's words. Times are seconds from the session's start.

    log = Session()
    log.she_says(0.0, 6.0, "I was at home and then he came", hesitation=(2.0, 4.0))
    log.trainee_says(8.0, 9.5, "Take all the time you need.", moves=("invite_pause",))
    conversation = log.heard()

What a question is, is labelled by hand here, so that the measures are tested apart from the reading of sentences.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from voicesim.engine import events as ev
from voicesim.language.reading import ContextTurn, Cue, QuestionTypes, Sentence, TurnReading
from voicesim.scenario.marks import plain
from voicesim.scoring.conversation import Conversation
from voicesim.scoring.log import from_records
from voicesim.timebase import samples

_SENTENCE = re.compile(r"[^.?!]+[.?!]*")


class Session:
    """Collects records; `heard` sorts them as a live session would have written them."""

    def __init__(self) -> None:
        self._records: list[ev.Record] = [ev.SessionStarted(0)]
        self._labels: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {}
        self._lines = 0
        self._requests = 0
        self._turns = 0

    def she_says(
        self,
        start: float,
        end: float,
        text: str = "I do not know how to put it",
        hesitation: tuple[float, float] | None = None,
        stopped: float | None = None,
        held: tuple[float, float] | None = None,
        still_playing: bool = False,
        heard: str | None = None,
    ) -> Session:
        """A line of hers.

        Args:
            start: when it becomes audible.
            end: when it would end if nobody spoke (a hold pushes it back by its length).
            text: the line.
            hesitation: (from, to): a silence that is hers.
            stopped: when it was stopped for good.
            held: (from, to): when it stood still and went on again.
            still_playing: True: the log holds no end of it.
            heard: the words that sounded, for the log's own account of a line that was stopped.
        """
        line, self._lines = self._lines, self._lines + 1
        length = samples(end - start)
        at = samples(start)
        words = text.split()
        step = length / max(1, len(words))
        timed = tuple(ev.Word(word, round(i * step), round((i + 1) * step)) for i, word in enumerate(words))
        marked = ((samples(hesitation[0] - start), samples(hesitation[1] - start)),) if hesitation else ()
        self._records.append(ev.Say(at, line, f"state/somewhere/{line}", text, "steady"))
        self._records.append(ev.LineStarted(at, line, length, timed, marked))
        shift = 0
        if held:
            reached = samples(held[0] - start)
            self._records.append(ev.LineHeld(samples(held[0]), line, reached))
            if stopped is not None:
                self._records.append(ev.LineEnded(samples(stopped), line, reached))
                return self
            self._records.append(ev.LineResumed(samples(held[1]), line, reached))
            shift = samples(held[1] - held[0])
        if still_playing:
            return self
        over = samples(stopped) if stopped is not None else at + length + shift
        reached = over - at - shift
        complete = reached >= length
        sounded = (
            plain(text) if complete else heard or " ".join(w.text for w in timed if (w.start + w.end) // 2 <= reached)
        )
        self._records.append(ev.LineEnded(over, line, reached))
        self._records.append(
            ev.LineHeard(over, line, f"state/somewhere/{line}", at, over, plain(text), sounded, complete)
        )
        return self

    def trainee_says(
        self,
        start: float,
        end: float,
        text: str,
        asks: str | Sequence[str] = "none",
        marks: Sequence[str] = (),
        moves: Sequence[str] = (),
        taken: bool = False,
        transcribed: bool = True,
    ) -> Session:
        """The trainee speaks without a longer break. `asks`: the Griffiths type of each sentence."""
        request, self._requests = self._requests, self._requests + 1
        onset, until = samples(start), samples(end)
        self._records += [ev.SpeechStarted(onset + 1600, onset), ev.SpeechEnded(until + 3200, onset, until)]
        if transcribed:
            parts = text.split()
            step = (until - onset) / max(1, len(parts))
            words = tuple(
                ev.Word(part, onset + round(i * step), onset + round((i + 1) * step)) for i, part in enumerate(parts)
            )
            self._records.append(ev.Transcribed(until + 4800, request, onset, until, text, words))
        self._labels[text] = ((asks,) if isinstance(asks, str) else tuple(asks), tuple(marks), tuple(moves))
        if taken:
            self._records.append(ev.TurnTaken(until + 8000, self._turns, onset, until, text, "none", (), (), (), ()))
            self._turns += 1
        return self

    def still_speaking(self, start: float) -> Session:
        """The trainee began and the log stops before the end of it."""
        self._records.append(ev.SpeechStarted(samples(start) + 1600, samples(start)))
        return self

    def noise(self, start: float, end: float) -> Session:
        """A cough, a chair: voice activity without a word."""
        return self.trainee_says(start, end, "")

    def pause(self, start: float, end: float) -> Session:
        """The session stands still."""
        self._records.append(ev.PausedOrResumed(samples(start), True, "key"))
        self._records.append(ev.PausedOrResumed(samples(end), False, "key"))
        return self

    def write(self, *records: ev.Record) -> Session:
        """Any other record."""
        self._records += records
        return self

    def ends(self, at: float, ending: str = "") -> Session:
        """The session ends."""
        self._records.append(ev.End(samples(at), "ending" if ending else "stopped", ending))
        return self

    @property
    def records(self) -> tuple[ev.Record, ...]:
        """The log."""
        return tuple(sorted(self._records, key=lambda record: record.at))

    def heard(self, until: float | None = None) -> Conversation:
        """The conversation in the log, or in as much of it as had been written by `until`."""
        kept = [r for r in self.records if until is None or r.at <= samples(until)]
        return from_records(kept, {}, self._read)

    def _read(self, text: str, context: Sequence[ContextTurn], topics: Mapping[str, Sequence[str]]) -> TurnReading:
        sentences = []
        position = 0
        for piece, (types, marks, moves) in self._labels.items():
            offset = text.find(piece, position) if piece else -1
            if offset < 0:
                continue
            for index, match in enumerate(_SENTENCE.finditer(piece)):
                kind = types[min(index, len(types) - 1)]
                stripped = match[0].strip()
                start = offset + match.start() + (len(match[0]) - len(match[0].lstrip()))
                sentences.append(
                    Sentence(
                        stripped,
                        start,
                        start + len(stripped),
                        "none" if kind == "none" else "wh",
                        QuestionTypes(kind, "directive" if kind != "none" else "none", _miti(kind)),  # type: ignore[arg-type]
                        tuple(marks),  # type: ignore[arg-type]
                        tuple(moves),  # type: ignore[arg-type]
                        tuple(
                            Cue(label, stripped.split()[0], start, start + len(stripped.split()[0]))
                            for label in (*marks, *moves)
                        ),
                    )
                )
            position = offset + len(piece)
        main = next((i for i in reversed(range(len(sentences))) if sentences[i].asks), None)
        return TurnReading(text, tuple(sentences), (), main)


def _miti(kind: str) -> str:
    return {"none": "none", "open": "open", "probing": "open"}.get(kind, "closed")
