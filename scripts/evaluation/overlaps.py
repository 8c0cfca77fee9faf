"""Who overlapped whom, and how, against dialogues coded by hand (HCRC Map Task).

Each of the two speakers is taken for the trainee once; the other plays the survivor. What the reference labels are, and what
they leave out, is said in docs/evaluation.md.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.figures import bootstrap, confusion, f1_of, kappa, macro_f1, options, report_table
from voicesim.analysis.spoken import Spoken, converse
from voicesim.engine.events import Word
from voicesim.scoring.interruptions import Overlap, find_overlaps
from voicesim.timebase import samples, seconds

NAME = "turns/maptask_q1_q4.jsonl"
AFTER_ONSET, BEFORE_END = 0.05, 0.2
LONGEST, MOST_WORDS, NEXT = 1.0, 3, 1.0
FEEDBACK = frozenset({"acknowledge"})
ANSWERS = frozenset({"reply_y", "reply_n", "ready", "align"})
NEAR = 0.3


@dataclass(frozen=True)
class Line:
    """One utterance of the corpus, times in seconds."""

    speaker: str
    start: float
    end: float
    move: str
    interjection: bool
    abandoned: bool
    text: str
    words: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True)
class Case:
    """An overlapped onset with its reference and what was found."""

    dialogue: str
    line: Line
    backchannel: bool
    answer: bool
    """A one-word reply or "ready": listening in form, an answer by its code."""
    taken: bool
    found_kind: str
    found_taking: bool


def main(given: Sequence[str] = ()) -> int:
    """Print the figures."""
    parser = options("overlaps", __doc__)
    parser.add_argument("--errors", type=int, default=0, help="print this many of the disagreements")
    arguments = parser.parse_args(given)
    path = Path(arguments.data) / NAME
    if not path.exists():
        print(f"overlaps: {path} is not here; nothing to measure against.")
        return 0
    cases = [case for name, lines in read_dialogues(path).items() for case in judge(name, lines)]
    figures = figures_of(cases)
    if arguments.json:
        print(json.dumps(figures, indent=1))
        return 0
    print(f"{len(cases)} overlapped onsets in {len({case.dialogue for case in cases})} dialogues\n")
    strict = [case for case in cases if not case.answer]
    print("backchannel or not (one-word replies left out)")
    print(confusion([_label(c.backchannel) for c in strict], [_label(c.found_kind == "backchannel") for c in strict]))
    print("\nbackchannel or not (one-word replies counted as no backchannel)")
    print(confusion([_label(c.backchannel) for c in cases], [_label(c.found_kind == "backchannel") for c in cases]))
    print("\nfloor taken or not (no backchannels)")
    others = [case for case in cases if not case.backchannel and not case.answer]
    print(confusion([_taken(c.taken) for c in others], [_taken(c.found_taking) for c in others]))
    print("\nkinds found: ", dict(sorted(_counts(case.found_kind for case in cases).items())))
    print()
    print(report_table(figures))
    wrong = [c for c in strict if c.backchannel != (c.found_kind == "backchannel")]
    wrong += [c for c in others if c.taken and not c.found_taking]
    for case in wrong[: arguments.errors]:
        line = case.line
        print(f"{case.dialogue} {line.start:8.2f} {line.move:12} ref {_label(case.backchannel)}/{_taken(case.taken)} "
              f"found {case.found_kind}/{_taken(case.found_taking)}  {line.text}")  # fmt: skip
    return 0


def figures_of(cases: Sequence[Case]) -> dict[str, Any]:
    """All figures with 95 % intervals; dialogues are what is drawn anew."""
    strict = [case for case in cases if not case.answer]
    others = [case for case in cases if not case.backchannel and not case.answer]

    def backchannels(chosen: Sequence[Case]) -> tuple[list[str], list[str]]:
        return [_label(c.backchannel) for c in chosen], [_label(c.found_kind == "backchannel") for c in chosen]

    def figure(chosen: Sequence[Case], compute: Any) -> dict[str, Any]:
        by_dialogue: dict[str, list[Case]] = defaultdict(list)
        for case in chosen:
            by_dialogue[case.dialogue].append(case)
        low, high = bootstrap(list(by_dialogue.values()), lambda groups: compute([c for g in groups for c in g]))
        return {"value": compute(chosen), "low": low, "high": high, "n": len(chosen)}

    def recall(chosen: Sequence[Case]) -> float:
        taken = [case for case in chosen if case.taken]
        return sum(case.found_taking for case in taken) / len(taken) if taken else float("nan")

    def precision(chosen: Sequence[Case]) -> float:
        found = [case for case in chosen if case.found_taking]
        return sum(case.taken for case in found) / len(found) if found else float("nan")

    return {
        "backchannel F1": figure(strict, lambda c: f1_of("backchannel", *backchannels(c))),
        "backchannel macro-F1": figure(strict, lambda c: macro_f1(*backchannels(c))),
        "backchannel kappa": figure(strict, lambda c: kappa(*backchannels(c))),
        "backchannel F1, replies as others": figure(cases, lambda c: f1_of("backchannel", *backchannels(c))),
        "take-over recall": figure(others, recall),
        "take-over precision": figure(others, precision),
        "take-over kappa": figure(others, lambda c: kappa([_taken(x.taken) for x in c], [_taken(x.found_taking) for x in c])),
    }  # fmt: skip


def read_dialogues(path: Path) -> dict[str, list[Line]]:
    """Every dialogue's utterances by onset."""
    dialogues: dict[str, list[Line]] = defaultdict(list)
    for text in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(text)
        words = tuple((str(word), float(start), float(end)) for word, start, end in row["words"])
        dialogues[row["conv"]].append(
            Line(row["spk"], row["start"], row["end"], row["move"], row["interj"], row["abandoned"], row["text"], words)
        )
    return {name: sorted(lines, key=lambda line: line.start) for name, lines in dialogues.items()}


def judge(dialogue: str, lines: Sequence[Line]) -> Iterable[Case]:
    """Every overlapped onset of either speaker, with its reference and what the scorer finds."""
    for trainee in sorted({line.speaker for line in lines}):
        own = [line for line in lines if line.speaker == trainee]
        other = [line for line in lines if line.speaker != trainee]
        found = scored(own, other)
        for line in own:
            under = [q for q in other if q.start + AFTER_ONSET <= line.start <= q.end - BEFORE_END]
            goes_on = any(q.start < line.start and line.start - q.end < 0.2 for q in own)
            if not under or not line.words or goes_on:
                continue
            held, token = reference(line, under[-1], own, other)
            nearest = min(found, key=lambda o: abs(seconds(o.start) - line.start), default=None)
            if nearest is None or abs(seconds(nearest.start) - line.start) > NEAR:
                # It goes on from speech that began earlier: part of that overlap, if there is one.
                nearest = next((o for o in found if seconds(o.start) < line.start < seconds(o.end)), None)
            yield Case(
                dialogue,
                line,
                backchannel=token and not held and (line.move in FEEDBACK or line.interjection),
                answer=token and not held and line.move in ANSWERS,
                taken=held,
                found_kind=nearest.kind if nearest else "none",
                found_taking=nearest.taking if nearest else False,
            )


def reference(line: Line, under: Line, own: Sequence[Line], other: Sequence[Line]) -> tuple[bool, bool]:
    """(whether the speaker takes the floor, whether it is short enough for a listener's token).

    Taken: the other's utterance ends before this stretch of speech does (utterances less than 0.2 s apart are one stretch),
    and in the second after that end this speaker speaks longer than the other. Something as short as a listener's token
    takes the floor by what follows it: within a second, while the other has not ended, and longer than the other. Whoever
    nods, hears the other out and then speaks has taken nothing.
    """

    def share(speaker: Sequence[Line], since: float) -> float:
        return sum(max(0.0, min(q.end, since + NEXT) - max(q.start, since)) for q in speaker)

    end = line.end
    for following in own:
        if following.start >= line.start and following.start - end < 0.2:
            end = max(end, following.end)
    short = line.end - line.start <= LONGEST and len(line.words) <= MOST_WORDS
    if short and end == line.end:
        into = any(line.end <= q.start < min(under.end, line.end + NEXT) for q in own)
        return into and share(own, line.end) > share(other, line.end), short
    if under.end >= end:
        return False, short
    return end - under.end >= 0.3 and share(own, under.end) > share(other, under.end), short


def scored(own: Sequence[Line], other: Sequence[Line]) -> tuple[Overlap, ...]:
    """The overlaps the scorer finds, with `own` as the trainee's speech."""
    spoken = []
    for speaker, lines in (("trainee", own), ("survivor", other)):
        for line in lines:
            words = tuple(Word(word, samples(start), samples(end)) for word, start, end in line.words)
            spoken.append(Spoken(samples(line.start), samples(line.end), speaker, line.text, words))  # type: ignore[arg-type]
    return find_overlaps(converse(spoken, reader=lambda text, context, topics: _NOTHING))


def _label(backchannel: bool) -> str:
    return "backchannel" if backchannel else "other"


def _taken(taken: bool) -> str:
    return "taken" if taken else "not taken"


def _counts(labels: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for label in labels:
        counts[label] += 1
    return dict(counts)


from voicesim.language.reading import TurnReading  # noqa: E402

_NOTHING = TurnReading("")
