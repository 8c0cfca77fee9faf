"""Words to the exercise, not to her: "pause please", "stop the exercise", and "let's go on" while it is paused.

They must be found when they are meant and never when they are not: a trainee who offers her a pause must not stop the session. So
a phrase counts only when it is a whole sentence or a whole stretch of speech, and only phrases nobody says in an interview are
listed (`lexicons/controls.yaml`).
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from voicesim.yamlfile import load_model

Control = Literal["pause", "stop", "resume"]

_SENTENCE_END = re.compile(r"[.!?;…]+(?:\s|$)")
_NOT_SPOKEN = re.compile(r"[^a-z0-9' ]+")
_Words = tuple[str, ...]


class ControlPhrases(BaseModel):
    """The ways to say one control."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shown: str
    """The one that the briefing names."""
    phrases: tuple[str, ...]
    misheard: tuple[str, ...] = ()
    """What recognisers make of them."""


class ControlLexicon(BaseModel):
    """`lexicons/controls.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/controls/1"]
    around: tuple[str, ...]
    begins: tuple[str, ...]
    controls: dict[Control, ControlPhrases]


@cache
def load_controls() -> ControlLexicon:
    """`lexicons/controls.yaml`."""
    return load_model(files("voicesim.language").joinpath("lexicons", "controls.yaml"), ControlLexicon)


def spoken_control(text: str, *, paused: bool = False) -> Control | None:
    """What a stretch of the trainee's speech tells the exercise to do; None when it is meant for her.

    The last sentence decides: whatever was said before it was said before it.

    Args:
        text: the words of one stretch of speech, as recognised.
        paused: the exercise stands still: nothing is said to her now, so everyday words for going on are heard.
    """
    sentences = [words for part in _SENTENCE_END.split(text) if (words := _spoken(part))]
    while len(sentences) > 1 and _bare(sentences[-1]) == ():
        sentences.pop()  # "Stop the exercise. Thank you."
    if not sentences:
        return None
    found = _controls().get(_bare(sentences[-1]))
    return None if found == ("resume" if not paused else "pause") else found


def may_become_control(text: str) -> bool:
    """Whether the beginning of a stretch of speech may still turn out to be such a phrase."""
    words = _bare(_spoken(text.rstrip(".…-, ")))
    return bool(words) and any(
        phrase[: len(words)] == words and control != "resume" for phrase, control in _controls().items()
    )


def shown_phrase(control: Control) -> str:
    """The phrase that the briefing names."""
    return load_controls().controls[control].shown


def _spoken(text: str) -> _Words:
    return tuple(_NOT_SPOKEN.sub(" ", text.lower().replace("’", "'")).split())


@cache
def _controls() -> dict[_Words, Control]:
    """Bare phrases: what is left of each when the words around it are gone."""
    found: dict[_Words, Control] = {}
    for control, entry in load_controls().controls.items():
        for phrase in (*entry.phrases, *entry.misheard):
            found[_bare(_spoken(phrase))] = control
    return found


@cache
def _edges() -> tuple[tuple[_Words, ...], tuple[_Words, ...]]:
    """Words that may stand before a phrase and after it, the longest first."""
    lexicon = load_controls()
    around = [_spoken(words) for words in lexicon.around]
    before = sorted((*around, *map(_spoken, lexicon.begins)), key=len, reverse=True)
    return tuple(before), tuple(sorted(around, key=len, reverse=True))


def _bare(words: _Words) -> _Words:
    """Without what may stand around a phrase; but "pause please" keeps its please, which makes it one."""
    before, after = _edges()
    while cut := next((len(edge) for edge in before if words[: len(edge)] == edge), 0):
        words = words[cut:]
    while cut := next((len(edge) for edge in after if words[-len(edge) :] == edge and _loose(words, edge)), 0):
        words = words[:-cut]
    return words


def _loose(words: _Words, edge: _Words) -> bool:
    """Whether the words at the end are only manners: "pause" alone says nothing, so its "please" stays."""
    return len(words) - len(edge) != 1 or edge != ("please",)
