"""What trainees said in recorded sessions that the scenario had no ear for, so that its author can improve it.

A turn is listed when no rule but a fallback (`hears: anything`) took it up, or none at all. Where moreover no move, topic or
question was found in it, nothing understood it: such words are where a topic's example or a move's example is missing.
Everything is read from the session folders on this machine and goes nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voicesim.engine.events import INPUTS, Record, Say, StateEntered, TurnReopened, TurnTaken
from voicesim.errors import BadInputError
from voicesim.language.meanings import keys
from voicesim.meaning.encoder import Encoder
from voicesim.scenario.model import Scenario
from voicesim.session.meta import META
from voicesim.session.reader import Bundle, open_bundle

_ALIKE = 0.7
"""Cosine from which two turns are shown as one (default of this project)."""


@dataclass(frozen=True)
class Unanswered:
    """A turn that only a fallback answered, or nothing."""

    scenario: str
    state: str
    """Where she was when it was said."""
    text: str
    understood: tuple[str, ...]
    """Question type, moves, marks and topics found in it; empty: nothing understood it."""
    session: str
    """The folder's name."""


@dataclass(frozen=True)
class Group:
    """Turns that say much the same; the first stands for them."""

    turns: tuple[Unanswered, ...]

    @property
    def first(self) -> Unanswered:
        """The one that stands for all."""
        return self.turns[0]

    @property
    def states(self) -> tuple[str, ...]:
        """Where she was, each state once."""
        return tuple(dict.fromkeys(turn.state for turn in self.turns))


@dataclass(frozen=True)
class Report:
    """What came of going through some sessions."""

    sessions: int
    turns: int
    """All turns taken in them, without those that only listened."""
    unanswered: tuple[Unanswered, ...]
    skipped: tuple[str, ...] = ()
    """Folders that could not be read, and why."""


def go_through(folders: Iterable[Path]) -> Report:
    """Read sessions.

    Args:
        folders: sessions, or folders that hold sessions.

    Raises:
        BadInputError: a folder is not there, or none of them holds a session.
    """
    sessions = turns = 0
    found: list[Unanswered] = []
    skipped: list[str] = []
    for path in _sessions(folders):
        try:
            bundle = open_bundle(path)
            all_turns, missed = unanswered(bundle)
        except BadInputError as error:
            skipped.append(str(error))
            continue
        sessions += 1
        turns += all_turns
        found += missed
    if not sessions:
        raise BadInputError(
            "There is no session in these folders that can be read.",
            skipped[0] if skipped else "Name folders that `voicesim practice` has written, or the folder they lie in.",
        )
    return Report(sessions, turns, tuple(found), tuple(skipped))


def unanswered(bundle: Bundle) -> tuple[int, list[Unanswered]]:
    """How many turns a session has, and those of them that only a fallback answered, or nothing."""
    scenario, state, turns = bundle.scenario, "", 0
    found: dict[int, Unanswered] = {}
    records = bundle.records
    for number, record in enumerate(records):
        if isinstance(record, StateEntered):
            state = record.state
        elif isinstance(record, TurnReopened):
            # He had not finished: the whole turn comes later.
            found.pop(record.turn, None)
            turns -= 1
        elif isinstance(record, TurnTaken) and record.events != ("listening",):
            turns += 1
            if not _answered(scenario, _following(records, number)):
                found[record.turn] = Unanswered(
                    scenario.id, state, record.text, _understood(record), bundle.path.resolve().name
                )
    return turns, list(found.values())


def _following(records: Sequence[Record], number: int) -> list[Record]:
    """What the engine did about the turn: everything up to the next thing that happened."""
    following = []
    for record in records[number + 1 :]:
        if isinstance(record, INPUTS):
            break
        following.append(record)
    return following


def _answered(scenario: Scenario, following: Sequence[Record]) -> bool:
    """Whether a rule that waits for something particular took the turn up."""
    for record in following:
        if isinstance(record, StateEntered) and record.via != "hears anything":
            return True
        if isinstance(record, Say) and record.line.startswith("rule/"):
            _, place, index, _ = record.line.split("/")
            rules = scenario.anywhere if place == "anywhere" else scenario.states[place].next
            wanted = rules[int(index)].hears
            if wanted is None or not wanted.anything:
                return True
    return False


def _understood(turn: TurnTaken) -> tuple[str, ...]:
    question = (f"{turn.question} question",) if turn.question != "none" else ()
    return (*question, *turn.moves, *turn.marks, *turn.topics)


def grouped(turns: Sequence[Unanswered], encoder: Encoder | None = None) -> tuple[Group, ...]:
    """Put together what says much the same, scenario by scenario; the most frequent first.

    Args:
        turns: as `go_through` found them.
        encoder: tells what is alike in meaning; without one only the same words are.
    """
    groups: list[list[Unanswered]] = []
    by_words: dict[tuple[str, bool, str], list[Unanswered]] = {}
    for turn in turns:
        same = by_words.setdefault((turn.scenario, bool(turn.understood), " ".join(keys(turn.text))), [])
        if not same:
            groups.append(same)
        same.append(turn)
    if encoder is not None and len(groups) > 1:
        groups = _alike(groups, encoder)
    ordered = sorted(groups, key=lambda group: (group[0].scenario, -len(group)))
    return tuple(Group(tuple(group)) for group in ordered)


def _alike(groups: list[list[Unanswered]], encoder: Encoder) -> list[list[Unanswered]]:
    vectors = encoder.embed([" ".join(keys(group[0].text)) for group in groups])
    joined: list[tuple[int, list[Unanswered]]] = []
    for number, group in enumerate(groups):
        for leader, members in joined:
            kind = (members[0].scenario, bool(members[0].understood))
            if kind == (group[0].scenario, bool(group[0].understood)) and (
                float(np.dot(vectors[leader], vectors[number])) >= _ALIKE
            ):
                members += group
                break
        else:
            joined.append((number, list(group)))
    return [members for _, members in joined]


def _sessions(folders: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for folder in folders:
        if not folder.is_dir():
            raise BadInputError(f"There is no folder {folder}.", "Name a session, or the folder sessions lie in.")
        if (folder / META).exists():
            found.append(folder)
        else:
            found += sorted(path.parent for path in folder.glob(f"*/{META}"))
    return list(dict.fromkeys(found))
